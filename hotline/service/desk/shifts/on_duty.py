"""Who is there, and until when: *I am here*, on shift, off shift, on call; said by page or by SMS, and done here for both.

Coverage, and so every promise of the line, rests on what is said here, and on nothing else that staff do: who counts as *there* follows from it in `calls/rules/presence.py`. Whoever takes a call or says how one ended is not there by that, or screens would show that somebody asked.

Of every act: `sent_at` is None where it is said now; else it comes late, and was sent then (0: nobody knows when). What comes late takes nobody's word back: it adds
no promise, and what was said since stays. `until` among a result's values is a moment, in seconds since 1970-01-01.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.service.acts import Act, Result
from hotline.service.calls.by_ring import reach
from hotline.service.calls.dispatch import claims
from hotline.service.calls.rules.presence import is_on_shift, stays_until
from hotline.service.work import Work

ASKED_AT: Final = ((1, 2), (2, 3))
"""The parts of its time after which *I am here* is asked for again."""


BREAK_SECONDS: Final = 1800
"""Of whoever answers by ring."""
STANDS: Final = ("seen_at", "on_until", "off_until", "on_call_until", "paused_until", "goes_on_until")
"""What of a staff row says that somebody is there."""
TAKEN_BACK_SECONDS: Final = 60
"""For so long going off can be taken back."""


def times_asked(staff: Staff, at: int, presence_minutes: int) -> int:
    """How often *I am here* was asked for again by then, since it was said last: never, once, twice."""
    said = at - (staff.seen_at or 0)
    return sum(said >= presence_minutes * 60 * part // whole for part, whole in ASKED_AT)


def say_here(act: Act, sent_at: int | None = None) -> Result:
    """*I am here*: it holds for as long as presence lasts, and ends a break.

    Refused where no shift runs: whoever says it would believe that calls come. But for whoever went off a moment ago: it was a slip, and is taken back.
    """
    staff = act.staff
    if not is_on_shift(staff, act.tx.shifts.all(), act.at, act.deps.clock.local):
        gone = _just_gone(act) if sent_at is None else None
        if gone is None:
            return Result("not_on")
        staff = _back(act, gone)
    if sent_at is None:
        act.tx.staff.save(replace(staff, seen_at=act.at, paused_until=None))
    return _until(act.at + act.deps.rules.presence_minutes * 60)


def take_break(act: Act, sent_at: int | None = None) -> Result:
    """A break, until *I am here* is said; the shift goes on. Nothing is offered meanwhile, and others are told of what was not tried yet.

    Whoever answers by ring is asked after `BREAK_SECONDS` whether they are there: they can say it by nothing else. Said late, as `go_off_shift`.
    """
    if not is_on_shift(act.staff, act.tx.shifts.all(), act.at, act.deps.clock.local):
        return Result("not_on")
    if sent_at is not None and (act.staff.seen_at or 0) > sent_at:
        return Result()
    ends = act.deps.clock.moment(stays_until(act.staff, act.tx.shifts.all(), act.at, act.deps.clock.local))
    longest = BREAK_SECONDS if reach.answers_by_ring(act, act.staff) else act.deps.rules.shift_hours * HOUR_SECONDS
    act.tx.staff.save(replace(act.staff, seen_at=None, paused_until=min(ends, act.at + longest)))
    return Result(messages=_leave_nothing(act, act.staff) if sent_at is None else ())


def go_on_shift(act: Act, sent_at: int | None = None) -> Result:
    """On shift, whatever the plan says, for as long as a shift lasts."""
    until = act.at + act.deps.rules.shift_hours * HOUR_SECONDS
    if sent_at is None:
        act.tx.staff.save(replace(act.staff, seen_at=act.at, on_until=until, off_until=None, paused_until=None))
    return _until(until)


def carry_on(act: Act) -> Result:
    """At a cap: this person goes on. It changes nothing of who is there and until when, so that no screen shows it."""
    act.tx.staff.save(replace(act.staff, goes_on_until=act.at + act.deps.rules.shift_hours * HOUR_SECONDS))
    return Result()


def go_off_shift(act: Act, sent_at: int | None = None) -> Result:
    """Off, and on call no longer, until the shift that runs ends; what the plan says after that holds again. Others are told of what was not tried yet.

    Said late, it counts where nothing was heard of this person since, and gives nothing back: what is held may have been taken later.
    """
    if sent_at is None:
        stood = {name: str(moment) for name in STANDS if (moment := getattr(act.staff, name)) is not None}
        left = ",".join(callback.id for group in _untried(act, act.staff) for callback in group)
        gone = Result(values={**stood, "at": str(act.at), "left": left})
        act.keep(_off_at(act.at), gone)
        return replace(gone, messages=leave(act, act.staff))
    if (act.staff.seen_at or 0) <= sent_at:
        _end(act, act.staff)
    return Result()


def take_back_off(act: Act, off: str) -> Result:
    """It was a slip: whoever went *off* by this form, at most a minute ago, is there as before, and holds again what nobody took meanwhile."""
    gone = act.result_of(off)
    if gone is None or "at" not in gone.values or act.at - int(gone.values["at"]) > TAKEN_BACK_SECONDS:
        return Result("late")
    _back(act, gone)
    return Result()


def acknowledge(act: Act, sent_at: int | None = None) -> Result:
    """A supervisor says *on call*: until the planned span ends, outside of one for as long as presence lasts.

    Never longer than a shift; what was said before is not made shorter. Whoever went off a moment ago is back as before.
    """
    gone = _just_gone(act) if sent_at is None and not act.staff.is_on_call(act.at) else None
    if gone is not None:
        act = replace(act, staff=_back(act, gone))
    return _on_call(act, sent_at, act.deps.rules.presence_minutes * 60)


def go_on_call(act: Act, sent_at: int | None = None) -> Result:
    """The same by one tap, which nobody repeats every quarter of an hour: outside of a planned span it holds for a shift."""
    return _on_call(act, sent_at, act.deps.rules.shift_hours * HOUR_SECONDS)


def leave(work: Work, staff: Staff) -> tuple[OutboxMessage, ...]:
    """Somebody goes now, and leaves nothing untried behind: others are told of it."""
    _end(work, staff)
    return _leave_nothing(work, staff)


def keep_away(work: Work, staff: Staff, begins: Minute, ends: Minute) -> tuple[OutboxMessage, ...]:
    """Somebody is away in these local minutes: *on* and *on call*, said before, yield to it; where the minutes run, it is leaving now."""
    if begins <= work.now < ends:
        return leave(work, staff)
    if work.now < begins:
        starts = work.deps.clock.moment(begins)
        work.tx.staff.save(replace(staff, on_until=_sooner(staff.on_until, starts), on_call_until=_sooner(staff.on_call_until, starts)))
    return ()


def come_back(work: Work, staff: Staff, begins: Minute, ends: Minute) -> None:
    """Somebody is there in these local minutes: *off*, said before, ends where they begin."""
    starts = work.deps.clock.moment(begins)
    if staff.off_until is not None and starts < staff.off_until and work.now < ends:
        work.tx.staff.save(replace(staff, off_until=starts if starts > work.at else None))


def _off_at(moment: int) -> str:
    """The origin under which *off*, said at that moment by whatever face, is found."""
    return f"off at {moment}"


def _just_gone(act: Act) -> Result | None:
    """What *off* left behind, where whoever acts said it at most a minute ago."""
    return act.result_of(*(_off_at(act.at - ago) for ago in range(TAKEN_BACK_SECONDS + 1)))


def _back(act: Act, gone: Result) -> Staff:
    """Whoever acts is there as before they went off, and holds again what nobody took meanwhile."""
    staff = replace(act.staff, **{name: int(gone.values[name]) if name in gone.values else None for name in STANDS})
    act.tx.staff.save(staff)
    for id in filter(None, gone.values["left"].split(",")):
        callback = act.tx.callbacks.get(id)
        if callback is not None and callback.state == "waiting" and claims.claim(act, callback):
            claims.join(act, id)
    return staff


def _leave_nothing(work: Work, staff: Staff) -> tuple[OutboxMessage, ...]:
    """Give back what this person holds and never tried."""
    return tuple(message for group in _untried(work, staff) for message in claims.give_back(work, group, staff.alias))


def _untried(work: Work, staff: Staff) -> list[tuple[Callback, ...]]:
    held = claims.groups(work.tx, work.tx.callbacks.claimed_by(staff.id))
    return [tuple(group) for group in held if not any(callback.attempts for callback in group)]


def _on_call(act: Act, sent_at: int | None, beyond: int) -> Result:
    """`beyond`: for how many seconds it holds outside of a planned span."""
    planned = _end_of_shift(act, act.staff)
    least = act.at + (act.deps.rules.presence_minutes * 60 if planned > act.at else beyond)
    until = min(max(planned, least, act.staff.on_call_until or 0), act.at + act.deps.rules.shift_hours * HOUR_SECONDS)
    if sent_at is None:
        act.tx.staff.save(replace(act.staff, seen_at=act.at, on_call_until=until, off_until=None))
    return _until(until)


def _end(work: Work, staff: Staff) -> None:
    off_until = min(_end_of_shift(work, staff), work.at + work.deps.rules.shift_hours * HOUR_SECONDS)
    off = off_until if off_until > work.at else None
    work.tx.staff.save(replace(staff, on_until=None, on_call_until=None, off_until=off, paused_until=None, goes_on_until=None))


def _end_of_shift(work: Work, staff: Staff) -> int:
    """The moment at which the planned span ends that runs; where none does, not later than now."""
    return work.deps.clock.moment(stays_until(replace(staff, on_until=None), work.tx.shifts.all(), work.at, work.deps.clock.local))


def _sooner(until: int | None, starts: int) -> int | None:
    return None if until is None else min(until, starts)


def _until(moment: int) -> Result:
    return Result(values={"until": str(moment)})
