"""One callback before, during and after its call, as the page of whoever holds it shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.service.calls import dispatch
from hotline.service.deps import Deps
from hotline.service.desk.casework.cases import may_work
from hotline.service.rules import HARD, MOST_ATTEMPTS, is_unsaid
from hotline.service.work import Work

SHOWN_SECONDS: Final = 120
"""How long a number stays on the page (docs: callback life)."""

Step: TypeAlias = Literal["before", "rings", "answered", "talking", "how", "after", "over", "watched"]
"""Nobody was rung yet, or may be again; her own phone rings; she has to press 1; the two talk; she has to say how it ended; she said so;
it ended without a call; another holds it, or nobody."""


class CallbackView(Struct, frozen=True):
    """All that the page shows. One phone, however many requests were made of it: the strictest of them decides."""

    callback: Callback
    step: Step
    holds: bool
    """She who looks does what the page offers; a supervisor may look on."""
    word: str | None
    other_phone: bool
    ends: int
    attempts: int
    most_attempts: int
    covered: bool
    number: str | None
    """`calling = reveal`, for two minutes after it was asked for."""
    shown_until: int
    marks: frozenset[str]
    was_hard: bool
    """She who holds it said so; shown to nobody else."""
    note: str | None
    coming: tuple[Callback, ...]
    """What is agreed with this phone for later."""

    @property
    def stands(self) -> str:
        """Changes whenever a page that is open shows something else."""
        return f"{self.step}-{self.attempts}-{self.covered:d}-{self.number is not None:d}"


def look(work: Work, staff: Staff, id: str) -> CallbackView | None:
    """None where it is not hers to see: another's, given back, or gone."""
    callback = work.tx.callbacks.get(id)
    if callback is None or not may_work(staff, callback.claimed_by):
        return None
    same = work.tx.callbacks.same_number(id)
    group = tuple(each for each in same if _goes_with(each, callback)) or (callback,)
    holds, marks = callback.claimed_by == staff.id, work.tx.flags.of(id)
    live, call = (work.tx.calls.live_of(staff.id), work.tx.calls.last(id, staff.id)) if holds else (None, None)
    shown_until = _shown_until(work.deps, call, group)
    return CallbackView(
        callback=callback,
        step=_step(callback, group, live, work.at) if holds else "watched",
        holds=holds,
        word=next((each.word for each in group if each.word is not None), None),
        other_phone=any(each.other_phone for each in group),
        ends=min(each.not_after for each in group),
        attempts=max(each.attempts for each in group),
        most_attempts=1 if any(each.other_phone for each in group) else MOST_ATTEMPTS,
        covered=any(each is not None and each.covered_at is not None for each in (live, call)),
        number=work.tx.numbers.of(id) if work.at < shown_until else None,
        shown_until=shown_until,
        marks=marks - {HARD},
        was_hard=holds and HARD in marks,
        note=work.tx.cases.note(id),
        coming=tuple(
            each for each in same if each.opens_at > work.at and each.state == "waiting" and each.other_phone == callback.other_phone
        )
        if holds
        else (),
    )


def audit_sight(deps: Deps, staff: Staff, seen: CallbackView, at: int) -> None:
    """Nobody looks on at another's callback, or reads the note on it, in silence. Raises StoreAway."""
    if seen.holds:
        return
    with deps.store.write() as tx:
        tx.audit.add(AuditRecord(at, staff.alias, "note read" if seen.note else "looked on", seen.callback.reference))


def _goes_with(each: Callback, callback: Callback) -> bool:
    """Is it rung by the same call?"""
    return each.other_phone == callback.other_phone and (each.state, each.claimed_by) == (callback.state, callback.claimed_by)


def _step(callback: Callback, group: Sequence[Callback], call: Call | None, at: int) -> Step:
    if callback.state in ("closed", "review") and callback.outcome is not None:
        return "after"
    if callback.state != "claimed":
        return "over"
    if call is not None and call.callback in {each.id for each in group}:
        if call.state == "dialed" and all(each.outcome is None for each in group):
            return "talking"
        if call.state != "dialed" and at - call.placed_at < dispatch.LEG_SECONDS:
            return "rings" if call.state == "placed" else "answered"
    return "how" if any(is_unsaid(each) for each in group) else "before"


def _shown_until(deps: Deps, call: Call | None, group: Sequence[Callback]) -> int:
    """Until when the page shows the number; 0: not at all."""
    is_hers = all(each.state == "claimed" and each.outcome is None for each in group)
    if deps.rules.calling != "reveal" or call is None or call.dialed_at is None or not is_hers:
        return 0
    return call.dialed_at + SHOWN_SECONDS
