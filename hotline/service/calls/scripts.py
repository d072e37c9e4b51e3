"""What a counselor says and does, step by step, as the catalogue has it; and each hard case, which is read without a trace, or marked: that pages the supervisor on call."""

from __future__ import annotations

from itertools import count, takewhile
from typing import Literal

from hotline.engine.casework.flags import OWN, Flag
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.service.acts import Act, Result
from hotline.service.calls import alarms
from hotline.service.calls.dispatch import claims
from hotline.service.calls.reference import about
from hotline.service.calls.review import for_eyes, settle
from hotline.service.calls.rules import minors
from hotline.service.deps import Deps


def steps(deps: Deps, language: str, name: str) -> tuple[str, ...]:
    """The script's steps, in right spelling: no part of them goes to a phone. None where the edition is older than the script."""
    words = deps.spoken.words[deps.spoken.language_for(language)]
    keys = takewhile(words.__contains__, (f"script.{name}.{n}" for n in count(1)))
    return tuple(words[key] for key in keys)


def said(deps: Deps, language: str, name: Literal["open", "open_other", "alone", "someone_else", "cover"]) -> str:
    """Words to say as they stand: the opening on the caller's own phone and on another, whether the caller is alone, what to do where somebody else
    answers, the cover. Empty where the edition is older than they are."""
    key = f"script.{name}"
    return deps.spoken.phrase(key, language) if deps.spoken.has_phrase(key) else ""


def say_hard(act: Act, id: str) -> Result:
    """The call was hard on whoever acts, who rests as after life in danger. Nobody is told, and the audit does not say it."""
    callback = act.tx.callbacks.get(id)
    if callback is None or callback.claimed_by != act.staff.id or callback.outcome is None:
        return Result("gone")
    act.tx.flags.add(id, OWN)
    return Result("done", about(callback))


def mark(act: Act, id: str, flag: Flag) -> Result:
    """Pages the supervisor on call, once as long as it is flagged so, with the reference and nothing more; the call goes on meanwhile, and stands before
    supervisors as one in which they are wanted."""
    callback = act.tx.callbacks.get(id)
    if callback is None or callback.claimed_by != act.staff.id:
        return Result("gone")
    if flag in act.tx.flags.of(id):
        return Result("done", about(callback))
    if flag == minors.MINOR:
        minors.flag_all(act, (callback, *claims.served_with(act.tx, callback)), act.staff.id)
        for_eyes(act, callback, "minor")
    else:
        act.tx.flags.add(id, flag)
    act.record("marked", callback.reference)
    call = alarms.call_of(act, callback)
    if call is not None:
        alarms.raise_alarm(act, call)
    # By its form: what was taken back and is so after all pages again.
    return Result("done", about(callback), alarms.page(act, f"{id}|{flag}|{act.origin}", callback))


def may_unmark(staff: Staff, callback: Callback, flag: Flag) -> bool:
    """Whoever has the callback, or had it last, and every supervisor; that it is a minor's only who said so, and supervisors."""
    is_theirs = staff.role == "supervisor" or callback.claimed_by == staff.id
    return is_theirs and flag != OWN and (flag != minors.MINOR or minors.may_unflag(staff, callback))


def unmark(act: Act, id: str, flag: Flag) -> Result:
    """It was marked by mistake. Of a minor's, all that was flagged so by the same person on this phone; what lies before a supervisor stays there."""
    callback = act.tx.callbacks.get(id)
    if callback is None or not may_unmark(act.staff, callback, flag):
        return Result("gone")
    if flag not in act.tx.flags.of(id):
        return Result("done", about(callback))
    if flag == minors.MINOR:
        same = {other.id: other for other in (callback, *claims.served_with(act.tx, callback), *act.tx.callbacks.to_number(id))}
        minors.unflag_all(act, same.values(), callback.minor_by)
        if callback.state != "review":
            settle(act, id, "noted", reason="minor")
    else:
        act.tx.flags.drop(id, flag)
    act.record("mark taken back", callback.reference)
    return Result("done", about(callback))
