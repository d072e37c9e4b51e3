"""References: all that staff ever read of a callback."""

from __future__ import annotations

from typing import Final

from hotline.ports.calls.callbacks import Callback
from hotline.ports.store import StoreAway, Transaction

REFERENCES: Final = (range(100, 1000), range(10_000, 100_000))
"""Three digits; five where so many are given away that none is found."""
DRAWS: Final = 16


def reference(tx: Transaction, id: str) -> str:
    """A reference that is not in use, the same for the same id as long as that holds."""
    start, stride = int(id[:12], 16), int(id[12:24], 16) | 1
    for numbers in REFERENCES:
        drawn = tuple(str(numbers[(start + draw * stride) % len(numbers)]) for draw in range(DRAWS))
        taken = tx.callbacks.taken(drawn)
        if free := next((reference for reference in drawn if reference not in taken), None):
            return free
    raise StoreAway("no reference is free")


def about(callback: Callback) -> dict[str, str]:
    """What a face needs to speak of a callback."""
    return {"id": callback.id, "ref": callback.reference}
