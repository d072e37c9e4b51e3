"""A supervisor is wanted, and one of them says by name that she sees to it.

What is acknowledged is silenced nowhere: others read who sees to it, and what the rules repeat is repeated until somebody takes the call, or it is over.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.alarms import Alarm, BeforeSupervisors
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.outbox import OutboxMessage
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.calls.reference import about
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid
from hotline.service.work import Work


class Help(Struct, frozen=True):
    """Of the call that goes on."""

    since: int
    seen_by: str
    """By which alias a supervisor answered; empty: none did yet."""


def ask_help(act: Act, id: str) -> Result:
    """A supervisor is wanted in the call that goes on: the supervisors are told once in it, and nobody listens in."""
    callback = act.tx.callbacks.get(id)
    call = None if callback is None or callback.claimed_by != act.staff.id else call_of(act, callback)
    if callback is None or call is None:
        return Result("gone")
    if not raise_alarm(act, call):
        return Result("done", about(callback))
    act.record("help asked", callback.reference)
    return Result("done", about(callback), page(act, f"{call.id}|help", callback))


def acknowledge_alarm(act: Act, id: str, instead_of: str = "") -> Result:
    """Whoever acts sees to what stands about this callback: a call for help, or an urgent one that nobody took. Nobody hears less of it by that.

    `instead_of`: who saw to it when whoever acts looked, by id; where that is another by now, nothing is changed, and `name` says who it is.
    """
    callback = act.tx.callbacks.get(id)
    found = () if callback is None else _found(act, callback)
    if callback is None or not found:
        return Result("gone", {} if callback is None else about(callback))
    seen_by = next((alarm.seen_by for alarm in found if alarm.seen_by), None) or ""
    other = act.tx.staff.get(seen_by) if seen_by not in (instead_of, act.staff.id) else None
    if other is not None:
        return Result("overtaken", {**about(callback), "name": other.alias})
    for alarm in found:
        act.tx.alarms.save(replace(alarm, seen_by=act.staff.id))
    act.record("alarm seen", callback.reference)
    return Result("done", {**about(callback), "name": act.staff.alias})


def raise_alarm(work: Work, call: Call) -> bool:
    """Let it stand before supervisors that one of them is wanted in this call; false where it stands already."""
    before = work.tx.alarms.of(call.callback, "help")
    if before is not None and before.call == call.id:
        return False
    work.tx.alarms.save(Alarm(call.callback, "help", work.at, call.id))
    return True


def page(act: Act, origin: str, callback: Callback) -> tuple[OutboxMessage, ...]:
    """Tell the supervisors on call, where there is none all, with the reference and nothing more; never whoever asks."""
    return tuple(
        outbox.tell(act, supervisor, "wanted", origin, ref=callback.reference)
        for supervisor in outbox.supervisors(act, apart_from=act.staff.id)
    )


def call_of(work: Work, callback: Callback) -> Call | None:
    """The call in which whoever holds it talks with the caller; None where they do not. With the number on the page the line hears of no end: until it is said how it ended."""
    if callback.state != "claimed" or callback.call is None or not is_unsaid(callback):
        return None
    call = work.tx.calls.get(callback.call)
    return call if call is not None and _goes_on(work, is_on_the_line=call.state == "dialed") else None


def help_in(work: Work, callback: Callback) -> Help | None:
    """What became of a call for help; None where nobody asked in the call that goes on."""
    call = call_of(work, callback)
    alarm = work.tx.alarms.of(call.callback, "help") if call is not None else None
    if call is None or alarm is None or alarm.call != call.id:
        return None
    seen_by = work.tx.staff.get(alarm.seen_by or "")
    return Help(alarm.at, seen_by.alias if seen_by else "")


def before_supervisors(work: Work) -> BeforeSupervisors:
    """What stands before supervisors; of calls for help those of calls that go on."""
    found = work.tx.alarms.before_supervisors()
    going_on = tuple(asked for asked in found.calls_for_help if _goes_on(work, is_on_the_line=asked.is_on_the_line))
    return replace(found, calls_for_help=going_on)


def _goes_on(work: Work, *, is_on_the_line: bool) -> bool:
    return is_on_the_line or work.deps.rules.calling == "reveal"


def _found(act: Act, callback: Callback) -> tuple[Alarm, ...]:
    """What whoever acts can acknowledge about this callback; an urgent one about all that one phone asked for. Nobody answers their own call for help."""
    if callback.state == "waiting":
        group = one_phone.open_of(one_phone.alike(act.tx, callback.id), act.at)
        if callback not in group or not one_phone.is_urgent(group):
            return ()
        return tuple(act.tx.alarms.of(waiting.id, "urgent") or Alarm(waiting.id, "urgent", act.at) for waiting in group)
    call = call_of(act, callback)
    alarm = act.tx.alarms.of(call.callback, "help") if call is not None and call.staff != act.staff.id else None
    return (alarm,) if alarm is not None and call is not None and alarm.call == call.id else ()
