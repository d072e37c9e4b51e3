"""What somebody else wrote down of a call, codes or where the caller was sent on to, is seen by nobody in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.service import acts
from hotline.service.acts import Act, By, Result
from hotline.service.deps import Deps
from hotline.service.work import Work

Shown = TypeVar("Shown")


class NoCase(Exception):
    """There is no such callback, or no more."""


class InOtherHands(Exception):
    """It is in another counselor's hands."""


def show(deps: Deps, staff: Staff, at: int, look: Callable[[Work], tuple[Shown, Callback | None]]) -> Shown:
    """What a page of casework shows: read in one transaction, and noted before it is handed out where it is of another's call.

    `look`: finds it, and the callback of which something is read that was written down; None where nothing was. Raises StoreAway, InOtherHands for somebody
    who may not look any more, and what `look` raises.
    """
    with deps.store.read() as tx:
        shown, callback = look(Work(deps, tx, at))
    if callback is not None and callback.claimed_by != staff.id:
        result = acts.run(deps, By(staff.id, "page"), note_sight, callback.reference)
        if result.is_refused:
            raise InOtherHands
    return shown


def note_sight(act: Act, reference: str) -> Result:
    """A line of the audit: this callback's codes were seen."""
    act.record("codes seen", reference)
    return Result()
