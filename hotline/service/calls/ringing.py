"""The bridge: the line rings the counselor, she presses 1, the caller is rung and the two are joined; her number is shown to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.store import StoreAway, Transaction
from hotline.ports.voice import VoiceConnect, VoiceCover, VoiceEnd, VoicePrompt, VoiceStep
from hotline.service import outbox
from hotline.service.calls import dispatch
from hotline.service.deps import Deps
from hotline.service.outbox import Draft
from hotline.service.rules import may_ring
from hotline.service.work import Work

ACCEPT: Final = "1"
MOST_ATTEMPTS: Final = 3
"""Well within the ten seconds that the vendor waits for an answer."""
RINGING_SECONDS: Final = 60
"""A counselor's phone that was not answered by then has stopped ringing."""


def place(work: Work, staff: Staff, group: Sequence[Callback], origin: str) -> OutboxMessage:
    """Ring the counselor who holds these callbacks, as soon as the post is delivered. An earlier ring of hers counts no more."""
    earlier = work.tx.calls.live_of(staff.id)
    if earlier is not None:
        work.tx.calls.save(replace(earlier, state="ended", ended_at=work.at))
    call = Call(work.deps.derive("call", origin), group[0].id, staff.id, "placed", work.at)
    work.tx.calls.add(call)
    ends = min(each.not_after for each in group)
    return outbox.write(work, Draft("ring", staff.number, call.id, ends, urgent=True), call.id)


def is_coming(tx: Transaction, staff: str, group: Sequence[Callback], at: int) -> bool:
    """Is her phone ringing for one of these, or about to?"""
    call = tx.calls.live_of(staff)
    return (
        call is not None
        and call.callback in {each.id for each in group}
        and call.state == "placed"
        and at - call.placed_at < RINGING_SECONDS
    )


def cover(deps: Deps) -> VoiceCover:
    """What whoever rings the cover number hears: advice on vaccination, in one language after the other."""
    spoken = deps.spoken
    return VoiceCover(tuple(VoicePrompt(spoken.phrase("voice.cover", language), language, ask=False) for language in spoken.languages))


def voice(deps: Deps, session: str, number: str, active: bool, digits: str | None) -> VoiceStep:
    """What the counselor's leg does next. `number`: hers. Nobody is rung on a guess: with the store away it just ends.

    A database that stumbles is asked again, for she is on the telephone. What was written the first time is not done twice: a call that
    is dialed is not dialed again.
    """
    for _ in range(MOST_ATTEMPTS):
        with suppress(StoreAway):
            return _step(deps, session, number, active, digits)
    return VoiceEnd()


def _step(deps: Deps, session: str, number: str, active: bool, digits: str | None) -> VoiceStep:
    at = deps.clock.now()
    with deps.store.write() as tx:
        found = _find(tx, session, number)
        if found is None:
            return VoiceEnd()
        call, staff = found
        if active:
            return _next(Work(deps, tx, at), call, staff, digits)
        posts = _end(Work(deps, tx, at), call, staff)
    outbox.enqueue(deps, posts)
    return VoiceEnd()


def _find(tx: Transaction, session: str, number: str) -> tuple[Call, Staff] | None:
    """The call of this session; for a session that is new, the one that was placed for her last."""
    staff = tx.staff.by_number(number)
    if staff is None or not staff.active:
        return None
    call = tx.calls.of_session(session)
    if call is None:
        live = tx.calls.live_of(staff.id)
        if live is not None and live.state == "placed" and live.session is None:
            call = replace(live, session=session)
        elif live is not None:
            call = tx.calls.of_session(session)  # the vendor's answer may have been written between the two
    return (call, staff) if call is not None and call.staff == staff.id else None


def _next(work: Work, call: Call, staff: Staff, digits: str | None) -> VoiceStep:
    if digits == "" or call.state not in (("placed", "answered") if digits is None else ("answered",)):
        return VoiceEnd()
    if digits is None:
        # Whatever joins is known before she is told of a word.
        dispatch.join(work.tx, call.callback, staff, work.at)
    group = dispatch.held(work.tx, call.callback, staff.id)
    if not may_ring(work.deps.rules, work.tx, group, work.at, staff) or is_rung_by_another(work.tx, call.callback, staff):
        work.tx.calls.save(replace(call, state="ended", ended_at=work.at))
        return VoicePrompt(work.deps.spoken.phrase("voice.late", staff.reads), staff.reads, ask=False)
    if digits != ACCEPT:  # whatever else she pressed: told again
        work.tx.calls.save(replace(call, state="answered"))
        return VoicePrompt(_greeting(work.deps, group, staff.reads), staff.reads, ask=True)
    return _bridge(work, call, staff, group)


def _bridge(work: Work, call: Call, staff: Staff, group: Sequence[Callback]) -> VoiceStep:
    """Written, and committed, before the number leaves: a try that is not counted could be made again and again."""
    number = work.tx.numbers.of(call.callback)
    if number is None:
        return VoiceEnd()
    work.tx.calls.save(replace(call, state="dialed", dialed_at=work.at))
    tried(work.tx, group, call, work.at)
    work.tx.audit.add(AuditRecord(work.at, staff.alias, "connected", group[0].reference))
    return VoiceConnect(number, work.deps.spoken.phrase("voice.none", staff.reads), staff.reads)


def tried(tx: Transaction, group: Sequence[Callback], call: Call, at: int) -> None:
    """Count a try of their one number, by this call; how it ended is not known yet."""
    tx.calls.add_attempt(call.callback, call.id, at)
    for each in group:
        tx.callbacks.save(replace(each, attempts=each.attempts + 1, outcome=None, claimed_at=at))


def is_rung_by_another(tx: Transaction, id: str, staff: Staff) -> bool:
    """Does another of the staff talk to this phone, over a request that somebody else made of it?"""
    same = {each.id: each.claimed_by for each in tx.callbacks.same_number(id)}
    calls = (tx.calls.live_of(holder) for holder in {*same.values()} - {None, staff.id} if holder)
    return any(call is not None and call.state == "dialed" and call.callback in same for call in calls)


def _greeting(deps: Deps, group: Sequence[Callback], language: str) -> str:
    """With the word that the one who answers must say: the first that was chosen, which nobody can have changed since by asking again.

    On another phone than hers nothing is said without the word (docs: callback life).
    """
    words = deps.spoken
    greeting = words.phrase("voice.other" if any(each.other_phone for each in group) else "voice.answer", language)
    word = next((each.word for each in group if each.word is not None), None)
    if word is None:
        return greeting
    return f"{words.phrase('voice.word', language, word=words.phrase(f'word.{word}', language))} {greeting}"


def _end(work: Work, call: Call, staff: Staff) -> tuple[OutboxMessage, ...]:
    if call.state == "ended":
        return ()
    work.tx.calls.save(replace(call, state="ended", ended_at=work.at))
    open_ = [each for each in dispatch.held(work.tx, call.callback, staff.id) if each.outcome is None]
    if call.state != "dialed" or not open_:
        return ()  # she said how it ended while they talked, or the caller stopped it
    for each in open_:
        work.tx.callbacks.save(replace(each, claimed_at=work.at))  # her time to answer runs from the end of the talk
    return (outbox.tell(work, staff, "how", call.id, ref=open_[0].reference),)
