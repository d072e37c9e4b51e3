"""One callback before, during and after its call, as the page of whoever holds it shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.flags import HARD_FLAGS, OWN, Flag
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.desk.cases import HandedNote
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.calls import agreements, alarms, saying, scripts
from hotline.service.calls.alarms import Help
from hotline.service.calls.dispatch import claims, offering
from hotline.service.calls.reference import about
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid, most_attempts
from hotline.service.calls.rules.skill import seen_by
from hotline.service.deps import Deps
from hotline.service.desk.casework.cases import may_work
from hotline.service.work import Work

SHOWN_SECONDS: Final = 120
"""How long a number stays on the page (docs: callback life)."""

CallStep: TypeAlias = Literal["before", "rings", "answered", "talking", "how", "after", "over", "watched"]
"""Nobody was rung yet, or may be again; the counselor's phone rings; the counselor has to press 1; the two talk; the counselor has to say how the
call ended; that was said; it ended without a call; another holds it, or nobody."""


BUSY: Final = frozenset({"rings", "answered", "talking", "how"})
"""In these steps nobody else's call can be taken."""


class CallbackView(Struct, frozen=True):
    """All that the page shows. One phone, however many requests were made of it: the strictest of them decides."""

    callback: Callback
    step: CallStep
    holds: bool
    """Whoever looks does what the page offers; a supervisor may look on."""
    word: str | None
    languages: tuple[str, ...]
    """All that the caller read."""
    aloud: str
    """In which the scripts are said: one of those that whoever looks speaks, where there is one; else that of the request."""
    other_phone: bool
    entered: bool
    """Staff entered it, or one of those that it is rung with, for somebody who came otherwise."""
    asked: tuple[int, ...]
    """When the caller asked, which whoever answers is asked. Empty where nobody is: on another phone, where a word was chosen, where a time was agreed."""
    ends: int
    attempts: int
    most_attempts: int
    covered: bool
    urgent_waits: bool
    """Something urgent waits, and nobody else is asked to take it."""
    number: str | None
    """`calling = reveal`, for two minutes after it was asked for."""
    shown_until: int
    has_number: bool
    """It can be agreed to ring once more; once the number is erased nothing is."""
    talks_since: int | None
    """Since when the two talk."""
    flags: frozenset[Flag]
    may_unmark: frozenset[Flag]
    """What of it whoever looks may take back."""
    may_pass_on: frozenset[Flag]
    """For which of them whoever holds it may pass it on now."""
    was_hard: bool
    """Whoever holds it said so; shown to nobody else."""
    help: Help | None
    """Whoever holds it asked for a supervisor in the call that goes on."""
    may_ask_help: bool
    note: str | None
    handed: HandedNote | None
    """What a supervisor told whoever it was handed to; in it her alias."""
    agreed: Callback | None
    """The next call, as it was agreed with the caller in this one."""
    coming: tuple[Callback, ...]
    """What is agreed with this phone for later."""

    @property
    def is_hard(self) -> bool:
        """Its flags alone make it a hard call: nobody has to say that it was."""
        return not self.flags.isdisjoint(HARD_FLAGS)

    @property
    def stands(self) -> str:
        """Changes whenever a page that is open shows something else."""
        return f"{self.step}-{self.attempts}-{self.covered:d}-{self.number is not None:d}-{self.urgent_waits:d}-{self.may_ask_help:d}-{self.help.seen_by if self.help else None}"


def look(deps: Deps, staff: Staff, id: str, at: int) -> CallbackView | None:
    """Returns None where this person may not see it: another has it, it was given back, or it is gone. Raises StoreAway."""
    with deps.store.read() as tx:
        return _look(Work(deps, tx, at), staff, id)


def _look(work: Work, staff: Staff, id: str) -> CallbackView | None:
    callback = work.tx.callbacks.get(id)
    if callback is None or not may_work(staff, callback.claimed_by):
        return None
    same = work.tx.callbacks.same_number(id)
    group = _group(same, callback)
    holds, flags = callback.claimed_by == staff.id, work.tx.flags.of(id)
    live, call = (work.tx.calls.live_of(staff.id), work.tx.calls.last(id, staff.id)) if holds else (None, None)
    step = _step(callback, group, live, work.at) if holds else "watched"
    shown_until = _shown_until(work.deps, call, group)
    help = alarms.help_in(work, callback) if holds else None
    languages = tuple(sorted(one_phone.languages(group), key=lambda language: (language != callback.language, language)))
    return CallbackView(
        callback=callback,
        step=step,
        holds=holds,
        word=one_phone.word(group),
        languages=languages,
        aloud=next((language for language in languages if language in staff.speaks), callback.language),
        other_phone=any(other.other_phone for other in group),
        entered=any(other.entered for other in group),
        asked=_asked(group),
        ends=min(other.not_after for other in group),
        attempts=max(other.attempts for other in group),
        most_attempts=min(most_attempts(other) for other in group),
        covered=any(known is not None and known.covered_at is not None for known in (live, call)),
        urgent_waits=step in BUSY and offering.urgent_waits(work, seen_by(staff, work.deps.written.languages)),
        number=work.tx.numbers.of(id) if work.at < shown_until else None,
        shown_until=shown_until,
        has_number=work.tx.numbers.has(id),
        talks_since=live.dialed_at if live is not None and step == "talking" else None,
        flags=flags - {OWN},
        may_unmark=frozenset(flag for flag in flags if scripts.may_unmark(staff, callback, flag)),
        may_pass_on=agreements.may_pass_on(staff, flags) if holds and callback.state == "claimed" else frozenset(),
        was_hard=holds and OWN in flags,
        help=help,
        may_ask_help=holds and help is None and alarms.call_of(work, callback) is not None,
        note=work.tx.cases.note(id),
        handed=_handed(work, id),
        agreed=saying.next_call(work.tx, id) if holds else None,
        coming=tuple(
            other for other in same if (other.agreed or other.opens_at > work.at) and other.state == "waiting" and other.way == callback.way
        )
        if holds
        else (),
    )


def look_on(act: Act, id: str) -> Result:
    """Nobody looks on at another's callback, or reads the note on it, in silence."""
    callback = act.tx.callbacks.get(id)
    if callback is None or not may_work(act.staff, callback.claimed_by):
        return Result("gone")
    if callback.claimed_by != act.staff.id:
        act.record("note read" if act.tx.cases.note(id) else "looked on", callback.reference)
    return Result("done", about(callback))


def _handed(work: Work, id: str) -> HandedNote | None:
    note = work.tx.cases.handed(id)
    by = work.tx.staff.get(note.by) if note is not None else None
    return None if note is None else replace(note, by=by.alias if by else "")


def asked(tx: Transaction, callback: Callback) -> tuple[int, ...]:
    """When the caller asked, of all that this callback is rung with; whoever answers is asked for the part of the day. Empty where nobody is asked:
    on another phone, where a word was chosen, where a time was agreed."""
    return _asked(_group(tx.callbacks.same_number(callback.id), callback))


def _group(same: Iterable[Callback], callback: Callback) -> tuple[Callback, ...]:
    return tuple(other for other in same if _goes_with(other, callback)) or (callback,)


def _asked(group: Sequence[Callback]) -> tuple[int, ...]:
    if any(other.other_phone or other.agreed for other in group) or one_phone.word(group) is not None:
        return ()
    return tuple(sorted(other.made_at for other in group))


def _goes_with(other: Callback, callback: Callback) -> bool:
    """Is it rung by the same call?"""
    return other.way == callback.way and (other.state, other.claimed_by) == (callback.state, callback.claimed_by)


def _step(callback: Callback, group: Sequence[Callback], call: Call | None, at: int) -> CallStep:
    if callback.state in ("closed", "review") and callback.outcome is not None:
        return "after"
    if callback.state != "claimed":
        return "over"
    if call is not None and call.callback in {other.id for other in group}:
        if call.state == "dialed" and all(other.outcome is None for other in group):
            return "talking"
        if call.state != "dialed" and at - call.placed_at < claims.LEG_SECONDS:
            return "rings" if call.state == "placed" else "answered"
    return "how" if any(is_unsaid(other) for other in group) else "before"


def _shown_until(deps: Deps, call: Call | None, group: Sequence[Callback]) -> int:
    """Until when the page shows the number; 0: not at all."""
    is_awaited = all(other.state == "claimed" and other.outcome is None for other in group)
    if deps.rules.calling != "reveal" or call is None or call.dialed_at is None or not is_awaited:
        return 0
    return call.dialed_at + SHOWN_SECONDS
