"""What its time is over for goes."""

from __future__ import annotations

from typing import Protocol


class Retention(Protocol):
    def purge(self, at: int, number_after: int, callback_after: int, outbox_after: int) -> None:
        """Drop what its time is over for, by the periods of `hotline/retention.py`: numbers of callbacks closed longer than `number_after` seconds, rows closed
        longer than `callback_after`, messages that ended longer than `outbox_after`; of the ledger result and facts at their `until`; stops at their `until`."""
