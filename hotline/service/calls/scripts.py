"""What a counselor says and does, step by step, as the catalogue has it; and a tap for each hard case, which pages the supervisor on call."""

from __future__ import annotations

from itertools import count, takewhile
from typing import Literal

from hotline.engine.flags import OWN, Flag
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.calls import dispatch
from hotline.service.calls.reference import about
from hotline.service.calls.review import for_eyes
from hotline.service.calls.rules import minors
from hotline.service.deps import Deps


def steps(deps: Deps, language: str, flag: Flag) -> tuple[str, ...]:
    """The script's steps, in right spelling: no part of them goes to a phone."""
    words = deps.spoken.words[deps.spoken.language_for(language)]
    keys = takewhile(words.__contains__, (f"script.{flag}.{n}" for n in count(1)))
    return tuple(words[key] for key in keys)


def said(deps: Deps, language: str, name: Literal["open", "open_other", "someone_else", "cover"]) -> str:
    """Words to say as they stand: the opening on the caller's own phone and on another, what to do where somebody else answers, the cover."""
    return deps.spoken.phrase(f"script.{name}", language)


def say_hard(act: Act, id: str) -> Result:
    """The call was hard on whoever acts, who rests as after life in danger. Nobody is told, and the audit does not say it."""
    callback = act.tx.callbacks.get(id)
    if callback is None or callback.claimed_by != act.staff.id or callback.outcome is None:
        return Result("gone")
    act.tx.flags.add(id, OWN)
    return Result("done", about(callback))


def mark(act: Act, id: str, flag: Flag) -> Result:
    """Pages the supervisor on call, once a flag, with the reference and nothing more; the call goes on meanwhile."""
    callback = act.tx.callbacks.get(id)
    if callback is None or callback.claimed_by != act.staff.id:
        return Result("gone")
    if not act.tx.flags.add(id, flag):
        return Result("done", about(callback))
    if flag == minors.MINOR:
        minors.flag_all(act, dispatch.served_with(act.tx, callback))
        for_eyes(act, callback, "minor")
    act.record("marked", callback.reference)
    return Result("done", about(callback), outbox.tell_supervisors(act, "wanted", f"{id}|{flag}", ref=callback.reference))
