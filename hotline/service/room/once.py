"""A form that is sent twice counts once: its one-time id is entered like an order's key."""

from __future__ import annotations

from typing import Final

from hotline.ports import Transaction
from hotline.service.parts import Parts

KEPT_SECONDS: Final = 86_400


def first_time(parts: Parts, tx: Transaction, staff: str, once: str, at: int) -> bool:
    """Is this form met for the first time? In the transaction of what it does, so that both are there or neither.

    `once`: the id that the page was made with; of another person's page it is another form.
    """
    return tx.enter(parts.hasher.digest("form", f"{staff}|{once}"), "kept", b"", at, at + KEPT_SECONDS) is None
