"""What one of the staff hears who was rung, and what each key does: nothing but the cover's name before the two digits, then one act a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from msgspec import Struct

from hotline.engine.casework.call_outcomes import CALL_OUTCOMES
from hotline.ports.calls.staff_rings import RingMenu, StaffRing
from hotline.ports.desk.staff import Staff
from hotline.ports.voice import VoiceConnect, VoiceEnd, VoiceLeg, VoicePrompt, VoiceStep, VoiceUnreached
from hotline.service.acts import By, Code, Result, run
from hotline.service.calls.by_ring import answering, reach
from hotline.service.calls.connecting import connect
from hotline.service.calls.saying import say_outcome
from hotline.service.calls.taking import give_back, take
from hotline.service.deps import Deps
from hotline.service.desk import care
from hotline.service.desk.shifts import on_duty

SaidAct: TypeAlias = Callable[..., Result]

OF_A_CALL: Final[Mapping[RingMenu, Mapping[str, SaidAct]]] = {
    "offer": {"1": take, "2": answering.decline, "3": on_duty.take_break, "9": on_duty.go_off_shift},
    "held": {"1": connect, "2": give_back, "9": on_duty.go_off_shift},
    "enough": {"1": on_duty.carry_on, "3": on_duty.take_break, "4": care.need_time, "9": on_duty.go_off_shift},
    "here": {"1": on_duty.say_here, "3": on_duty.take_break, "4": care.need_time, "9": on_duty.go_off_shift},
}
AS_SUPERVISOR: Final[Mapping[SaidAct, SaidAct]] = {on_duty.say_here: on_duty.acknowledge, on_duty.take_break: on_duty.go_off_shift}
"""What the same key does where a supervisor presses it, as by SMS."""
OUTCOME_OF: Final = {row.digit: row.outcome for row in CALL_OUTCOMES}
UNANSWERED: Final = tuple(row.digit for row in CALL_OUTCOMES if not row.answered)
"""The digits that are asked for on the same leg: where nobody took the call there is no other end of it. So a key that a vendor posts twice says nothing."""
SAID: Final[Mapping[Code, str]] = {
    "back": "voice.given_back",
    "noted": "voice.noted",
    "busy": "voice.busy",
    "cancelled": "voice.gone",
    "forbidden": "voice.gone",
    "gone": "voice.gone",
    "held": "voice.gone",
    "how": "voice.how_first",
    "late": "voice.late",
    "not_on": "voice.not_on",
    "on_page": "voice.on_page",
    "rest": "voice.rest",
    "rings": "voice.gone",
    "skill": "voice.skill",
    "supervisor": "voice.supervisor",
}
"""What is said to an act's code."""
DONE_SAID: Final = {
    "acknowledge": "voice.now_here",
    "carry_on": "voice.noted",
    "decline": "voice.declined",
    "go_off_shift": "voice.off",
    "need_time": "voice.needs_time",
    "take_break": "voice.paused",
    "say_here": "voice.now_here",
}
"""What is said where an act is done whose code says no more than that."""


class RungLeg(Struct, frozen=True):
    """One of the staff was rung, and what the vendor says of it. `number`: of the caller whom it is about; None where there is none."""

    staff: Staff
    said: VoiceLeg
    number: str | None


def step(deps: Deps, leg: RungLeg, ring: StaffRing, reference: str, *, urgent: bool) -> VoiceStep:
    """What is said or done next. `reference`, `urgent`: of the callback that the keys are about. Raises StoreAway."""
    by, language, digits = By(leg.staff.id, "voice"), leg.staff.reads, leg.said.digits
    if ring.state in ("placed", "answered"):
        result = run(deps, by, answering.answer_ring if digits is None else answering.key_digits, leg.said)
        if result.code == "done":
            return _menu(deps, language, result.values)
        return (
            VoicePrompt(deps.spoken.phrase("voice.cover_name", language), language, ask=True, digits=2)
            if result.code == "asked"
            else VoiceEnd()
        )
    if ring.state != "known" or digits is None:
        return VoiceEnd()
    values = {"menu": ring.menu, "ref": reference, "urgent": "yes" if urgent else ""}
    act, args = _act(leg.staff, ring, digits)
    if act is not None and not deps.spoken.has_phrase(DONE_SAID.get(act.__name__, reach.NEEDED)):
        act = None  # an edition that is older than this program names no such key
    if act is None:
        return _menu(deps, language, values)  # no key of this menu: it is said again
    if act is connect:
        return _go_on(deps, by, leg)
    # One deed a ring, and then its leg ends: whatever key is posted for it after that does nothing.
    result = run(deps, By(leg.staff.id, "voice", f"ring|{ring.id}"), act, *args)
    if result.code == "taken" and act is take:
        return _go_on(deps, by, leg)
    key = DONE_SAID.get(act.__name__) if result.code == "done" else SAID.get(result.code)
    if key is None:
        return VoiceEnd()
    return VoicePrompt(deps.spoken.phrase(key, language), language, ask=False)


def after(deps: Deps, staff: Staff, callback: str, digits: str) -> VoiceStep:
    """Nobody took the call, and the counselor keyed how it ended."""
    if digits not in UNANSWERED:
        return VoiceEnd()
    result = run(deps, By(staff.id, "voice"), say_outcome, callback, OUTCOME_OF[digits])
    return VoicePrompt(deps.spoken.phrase(SAID.get(result.code, "voice.gone"), staff.reads), staff.reads, ask=False)


def spoken_reference(deps: Deps, language: str, reference: str) -> str:
    """Digit by digit, in words: "quatre sept un"."""
    return " ".join(deps.spoken.phrase(f"voice.digit.{digit}", language) for digit in reference)


def _act(staff: Staff, ring: StaffRing, digit: str) -> tuple[SaidAct | None, tuple[Any, ...]]:
    if ring.menu == "how":
        return (say_outcome, (ring.callback, OUTCOME_OF[digit])) if digit in OUTCOME_OF else (None, ())
    act = OF_A_CALL[ring.menu].get(digit)
    if act is not None and staff.role == "supervisor":
        act = AS_SUPERVISOR.get(act, act)
    return act, (ring.callback,) if act in (take, connect, give_back, answering.decline) else ()


def _menu(deps: Deps, language: str, values: Mapping[str, str]) -> VoicePrompt:
    key = "voice.offer_urgent" if values["menu"] == "offer" and values["urgent"] else f"voice.{values['menu']}"
    text = deps.spoken.phrase(key, language, ref=spoken_reference(deps, language, values["ref"]))
    return VoicePrompt(text, language, ask=True)


def _go_on(deps: Deps, by: By, leg: RungLeg) -> VoiceStep:
    """The same call goes on to the caller, and what has to be known before anybody answers is said first."""
    result, language, phrase = run(deps, by, answering.go_on, leg.said), leg.staff.reads, deps.spoken.phrase
    is_rung = result.code == "connected" and bool(result.values["rings"])
    if result.code != "connected" or (is_rung and leg.number is None):
        key = "voice.late" if result.code == "ended" else SAID.get(result.code, "voice.gone")
        return VoicePrompt(phrase(key, language), language, ask=False)
    before = phrase("voice.before_other" if result.values["phone"] == "other" else "voice.before", language)
    if result.values["word"]:
        word = phrase(f"word.{result.values['word']}", language)
        before = f"{phrase('voice.word', language, word=word)} {before}"
    then = phrase("voice.after", language)
    if leg.number is None or not is_rung:  # a phone that stopped calls has no number here: nobody hears that (`ringing.is_unreached`)
        return VoiceUnreached(then, language, before, ask_after=True)
    return VoiceConnect(leg.number, then, language, before, ask_after=True)
