"""How long things are kept."""

from __future__ import annotations

from typing import Protocol


class Retention(Protocol):
    def purge(self, at: int, number_after: int, callback_after: int, outbox_after: int) -> None:
        """Drop what DESIGN's periods say: numbers of callbacks closed longer than `number_after` seconds, rows closed longer than
        `callback_after`, posts that ended longer than `outbox_after`; ledger: outcome and facts at their `until`, the key a day later;
        stops at their `until`."""
