"""What a counselor's leg of a call does next: the keys are parsed, the act is run, and its code becomes a prompt, a connection or the end."""

from __future__ import annotations

from contextlib import suppress
from threading import BoundedSemaphore
from typing import Final

from hotline.ports.store import StoreAway
from hotline.ports.voice import VoiceConnect, VoiceCover, VoiceEnd, VoiceLeg, VoicePrompt, VoiceStep, VoiceUnreached
from hotline.service.acts import By, Result, run
from hotline.service.calls import ringing
from hotline.service.calls.by_ring import reach
from hotline.service.calls.by_ring.legs import is_ring_brought_back, ring_of_leg
from hotline.service.conversation.orders import is_changed_in_spool
from hotline.service.deps import Deps
from hotline.service.faces import rung
from hotline.service.work import Work

ACCEPT: Final = "1"
LOOK_SECONDS: Final = 0.1
MOST_LOOKS: Final = 50
"""Five seconds in all: so long the vendor's answer may be on its way."""
MOST_ATTEMPTS: Final = 3
"""How often the database is asked: well within the ten seconds that the vendor waits for an answer."""


def next_step(deps: Deps, leg: VoiceLeg, room: BoundedSemaphore) -> VoiceStep:
    """What happens next on this leg. Nobody is rung on a guess: where the store is away the leg ends, as does one that is none of ours; while the spool knows
    more of a call than the database, it is not made.

    A database that stumbles is asked again, for somebody is on the telephone. What was written the first time is not done twice.
    A leg may come before the vendor's answer that names it: it waits for that, as far as there is `room`.
    """
    if _is_early(deps, leg) and room.acquire(blocking=False):
        try:
            _await_answer(deps, leg)
        finally:
            room.release()
    for _ in range(MOST_ATTEMPTS):
        with suppress(StoreAway):
            return _step(deps, leg)
    return VoiceEnd()


def cover(deps: Deps) -> VoiceCover:
    """What whoever rings the cover number hears: advice on vaccination, in one language after the other."""
    spoken = deps.spoken
    return VoiceCover(tuple(VoicePrompt(spoken.phrase("voice.cover", language), language, ask=False) for language in spoken.languages))


def _await_answer(deps: Deps, leg: VoiceLeg) -> None:
    for _ in range(MOST_LOOKS):
        deps.clock.pause(LOOK_SECONDS)
        if not _is_early(deps, leg):
            return


def _is_early(deps: Deps, leg: VoiceLeg) -> bool:
    """Is the vendor just being asked to ring this counselor, so that its answer may still say that this leg is ours?"""
    with suppress(StoreAway), deps.store.read() as tx:
        staff = tx.staff.by_number(leg.number)
        if staff is None:
            return False
        call, ring = tx.calls.live_of(staff.id), tx.staff_rings.live_of(staff.id)
        awaited = []
        if call is not None and call.state == "placed" and call.session is None and not ringing.is_brought_back(deps, call, leg.token):
            awaited.append(call.id)
        if ring is not None and ring.state == "placed" and ring.session is None and not is_ring_brought_back(deps, ring, leg.token):
            awaited.append(ring.id)
        messages = [tx.outbox.get(deps.derive("ring", id)) for id in awaited]
        return any(message is not None and message.state == "sending" for message in messages)
    return False


def _step(deps: Deps, leg: VoiceLeg) -> VoiceStep:
    with deps.store.read() as tx:
        staff = tx.staff.by_number(leg.number)
        call = tx.calls.of_session(leg.gateway, leg.session)
        # Read before the attempt is counted: nothing can fail between the two, and `accept` looks whether it is still there.
        work = Work(deps, tx, deps.clock.now())
        ring = ring_of_leg(work, leg, staff) if call is None and staff is not None else None
        about = call.callback if call is not None else ring.callback if ring is not None else None
        number = tx.numbers.of(about) if about is not None else None
        callback = tx.callbacks.get(about) if about is not None else None
        asks_after = staff is not None and reach.answers_by_ring(work, staff)
    if staff is None:
        return VoiceEnd()
    by = By(staff.id, "voice")
    if not leg.active:
        run(deps, by, ringing.hang_up, leg)
        return VoiceEnd()
    if leg.digits == "":
        return VoiceEnd()
    is_dialed = call is not None and call.state == "dialed"
    if about is not None and not is_dialed and is_changed_in_spool(deps, about):
        return VoicePrompt(deps.spoken.phrase("voice.late", staff.reads), staff.reads, ask=False)
    if ring is not None:
        rung_leg = rung.RungLeg(staff, leg, number)
        return rung.step(deps, rung_leg, ring, callback.reference if callback else "", urgent=callback is not None and callback.urgent)
    if call is not None and is_dialed and leg.digits is not None and asks_after:
        return rung.after(deps, staff, call.callback, leg.digits)
    result = run(deps, by, ringing.accept if leg.digits == ACCEPT else ringing.pick_up, leg)
    return _said(deps, result, staff.reads, number, asks_after=asks_after)


def _said(deps: Deps, result: Result, language: str, number: str | None, *, asks_after: bool) -> VoiceStep:
    phrase = deps.spoken.phrase
    then = "voice.after" if asks_after else "voice.none"
    match result.code:
        case "asked":
            return VoicePrompt(_greeting(deps, result.values, language), language, ask=True)
        case "connected" if not result.values["rings"]:
            return VoiceUnreached(phrase(then, language), language, ask_after=asks_after)
        case "connected" if number is not None:
            return VoiceConnect(number, phrase(then, language), language, ask_after=asks_after)
        case "ended":
            return VoicePrompt(phrase("voice.late", language), language, ask=False)
    return VoiceEnd()


def _greeting(deps: Deps, asked: dict[str, str], language: str) -> str:
    """With the word that the one who answers must say; on another phone nothing is said without it (docs: callback life)."""
    words = deps.spoken
    greeting = words.phrase("voice.other" if asked["phone"] == "other" else "voice.answer", language)
    if not asked["word"]:
        return greeting
    word = words.phrase(f"word.{asked['word']}", language)
    return f"{words.phrase('voice.word', language, word=word)} {greeting}"
