"""A short note on a callback: sealed where it lies, gone with it."""

from __future__ import annotations

from typing import Final

from hotline.service.acts import Act, Result
from hotline.service.calls.reference import about
from hotline.service.desk.casework.cases import may_work

LONGEST: Final = 280
"""Letters: what the next call needs to know, and no story."""


def save_note(act: Act, id: str, text: str) -> Result:
    """An empty one takes away what stood there; one that is too long changes nothing."""
    callback = act.tx.callbacks.get(id)
    if callback is None or not may_work(act.staff, callback.claimed_by):
        return Result("gone")
    if len(text) > LONGEST:
        return Result("long_note", about(callback))
    if text != (act.tx.cases.note(id) or ""):
        act.tx.cases.save_note(id, text, act.at)
        act.record("note written" if text else "note erased", callback.reference)
    return Result("done", about(callback))
