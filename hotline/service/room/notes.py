"""A short note on a callback: sealed where it lies, gone with it."""

from __future__ import annotations

from typing import Final

from hotline.ports import Record, Staff, Transaction
from hotline.service.room.calling import Answer
from hotline.service.room.cases import may_work

LONGEST: Final = 280
"""Letters: what the next call needs to know, and no story."""


def save(tx: Transaction, staff: Staff, id: str, text: str, at: int) -> Answer:
    """An empty one takes away what stood there; one that is too long changes nothing."""
    callback = tx.callback(id)
    if callback is None or not may_work(staff, callback.claimed_by):
        return Answer("gone")
    if len(text) > LONGEST:
        return Answer("long_note")
    if text != (tx.note(id) or ""):
        tx.save_note(id, text, at)
        tx.record(Record(at, staff.alias, "note written" if text else "note erased", callback.reference))
    return Answer()
