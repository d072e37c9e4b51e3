"""A short note on a callback: sealed where it lies, gone with it."""

from __future__ import annotations

from typing import Final

from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.connecting import Answer
from hotline.service.desk.casework.cases import may_work

LONGEST: Final = 280
"""Letters: what the next call needs to know, and no story."""


def save(tx: Transaction, staff: Staff, id: str, text: str, at: int) -> Answer:
    """An empty one takes away what stood there; one that is too long changes nothing."""
    callback = tx.callbacks.get(id)
    if callback is None or not may_work(staff, callback.claimed_by):
        return Answer("gone")
    if len(text) > LONGEST:
        return Answer("long_note")
    if text != (tx.cases.note(id) or ""):
        tx.cases.save_note(id, text, at)
        tx.audit.add(AuditRecord(at, staff.alias, "note written" if text else "note erased", callback.reference))
    return Answer()
