"""The bridge: the line rings the counselor, who presses 1, the caller is rung and the two are joined; the counselor never sees the number."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from msgspec.structs import replace

from hotline.engine.casework.call_outcomes import DANGEROUS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.voice import VoiceLeg
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.legs import ring_of_leg
from hotline.service.calls.by_ring.placing import Cause
from hotline.service.calls.dispatch import claims
from hotline.service.calls.reference import about
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import may_ring
from hotline.service.deps import Deps
from hotline.service.outbox import NewMessage
from hotline.service.work import Work


def pick_up(act: Act, leg: VoiceLeg) -> Result:
    """The counselor answered the phone, or pressed another key than 1: the line asks for that key, unless nobody may be rung any more.

    The word among `said_first` is the first that was chosen, which nobody can have changed since by asking again.
    """
    call = _call(act, leg)
    if call is None or call.state not in ("placed", "answered"):
        return Result("gone")
    claims.join(act, call.callback)  # whatever joins is known before the counselor is told of a word
    group = claims.held(act.tx, call.callback, act.staff.id)
    if not _may_ring(act, call, group):
        return _ended(act, call)
    act.tx.calls.save(replace(call, state="answered"))
    return Result("asked", said_first(group))


def accept(act: Act, leg: VoiceLeg) -> Result:
    """The counselor pressed 1: the caller is rung. The attempt is written, and committed, before the number leaves: one that is not counted could be made again and again.

    What was written the first time is not done twice: a call that is dialed is not dialed again. `rings` is empty where no phone does
    (`is_unreached`): all else is as if one had.
    """
    call = _call(act, leg)
    if call is None or call.state != "answered":
        return Result("gone")
    group = claims.held(act.tx, call.callback, act.staff.id)
    if not _may_ring(act, call, group):
        return _ended(act, call)
    if not act.tx.numbers.has(call.callback):
        return Result("gone")
    unreached = is_unreached(act, group)
    if unreached:
        for callback in group:
            act.tx.numbers.silence(callback.id)
    act.tx.calls.save(replace(call, state="dialed", dialed_at=act.at))
    count_attempt(act, group, call)
    act.record("connected", group[0].reference)
    return Result("connected", {**about(group[0]), "rings": "" if unreached else "yes"})


def said_first(group: Sequence[Callback]) -> dict[str, str]:
    """What the counselor must know before anybody answers. `phone`: `own` or `other`; `word`: what whoever answers must say, empty where there is none."""
    return {"phone": "other" if any(callback.other_phone for callback in group) else "own", "word": one_phone.word(group) or ""}


def hang_up(act: Act, leg: VoiceLeg) -> Result:
    """The call is over. Who has not said yet how it ended is asked: by one short call, or by SMS."""
    call = _call(act, leg)
    if call is None:
        return _end_ring(act, leg)
    if call.state == "ended":
        return Result("ended")
    act.tx.calls.save(replace(call, state="ended", ended_at=act.at))
    unsaid = [callback for callback in claims.held(act.tx, call.callback, act.staff.id) if callback.outcome is None]
    if call.state != "dialed" or not unsaid:
        return Result("ended")  # how it ended was said while they talked, or the caller stopped it
    for callback in unsaid:
        act.tx.callbacks.save(replace(callback, claimed_at=act.at))  # the time to answer runs from the end of the talk
    return Result("ended", messages=(_ask_how(act, call, unsaid),))


def place(act: Act, group: Sequence[Callback]) -> OutboxMessage:
    """Ring whoever acts and holds these callbacks, as soon as the message is delivered. An earlier ring of theirs counts no more."""
    earlier = act.tx.calls.live_of(act.staff.id)
    if earlier is not None:
        act.tx.calls.save(replace(earlier, state="ended", ended_at=act.at))
    call = Call(act.derive("call"), group[0].id, act.staff.id, "placed", act.at)
    act.tx.calls.add(call)
    ends = one_phone.end(group)
    return outbox.write(act, NewMessage("ring", act.staff.number, call.id, ends, urgent=True), call.id)


def is_coming(act: Act, group: Sequence[Callback]) -> bool:
    """Is the phone of whoever acts ringing for one of these, or about to?"""
    call = act.tx.calls.live_of(act.staff.id)
    return (
        call is not None
        and call.callback in {callback.id for callback in group}
        and call.state == "placed"
        and act.at - call.placed_at < placing.RINGING_SECONDS
    )


def count_attempt(act: Act, group: Sequence[Callback], call: Call) -> None:
    """Count an attempt at their one number, by this call; how it ended is not known yet."""
    act.tx.calls.add_attempt(call.callback, call.id, act.at)
    for callback in group:
        waited = max(0, act.at - one_phone.waits_since((callback,))) // 60 if callback.waited is None else callback.waited
        attempts = callback.attempts + 1
        act.tx.callbacks.save(replace(callback, attempts=attempts, outcome=None, claimed_at=act.at, call=call.id, waited=waited))


def is_unreached(work: Work, group: Sequence[Callback]) -> bool:
    """Is this phone not to be rung, though nobody may see it? That is so for what was asked for on another phone: where this one stopped calls,
    where its own request is in somebody's hands, or where somebody else answered it. To whoever asked, and to the staff, it is a phone that
    could not be reached (SECURITY: what it cannot do)."""
    if not any(callback.other_phone for callback in group):
        return False
    own = [callback for callback in work.tx.callbacks.to_number(group[0].id) if not callback.other_phone]
    is_served = any(callback.state == "claimed" or (callback.state == "review" and callback.outcome in DANGEROUS) for callback in own)
    return is_served or any(not work.tx.numbers.reaches(callback.id) for callback in group)


def is_rung_by_another(act: Act, id: str) -> bool:
    """Does another of the staff talk to this phone, over a request that somebody else made of it? Of what was asked for on another phone nobody is
    told so: it is not rung then (`is_unreached`)."""
    same = act.tx.callbacks.same_number(id)
    if any(callback.id == id and callback.other_phone for callback in same):
        return False
    holders = {callback.id: callback.claimed_by for callback in same if act.tx.numbers.reaches(callback.id)}
    calls = (act.tx.calls.live_of(holder) for holder in {*holders.values()} - {None, act.staff.id} if holder)
    return any(call is not None and call.state == "dialed" and call.callback in holders for call in calls)


def is_brought_back(deps: Deps, call: Call, token: str) -> bool:
    """Is this call's session not known yet, and the token that came with one the call's own?"""
    return call.state == "placed" and call.session is None and compare_digest(token.encode(), outbox.call_token(deps, call.id).encode())


def _ask_how(act: Act, call: Call, unsaid: Sequence[Callback]) -> OutboxMessage:
    if reach.answers_by_ring(act, act.staff):
        cause = Cause("how", call.id, act.at + outbox.STAFF_SECONDS, unsaid[0].id)
        if (ring := placing.place(act, act.staff, cause)) is not None:
            return ring
    number = act.deps.rules.staff_replies
    return outbox.tell(act, act.staff, reach.question(act, act.staff, "how"), call.id, ref=unsaid[0].reference, number=number)


def _end_ring(act: Act, leg: VoiceLeg) -> Result:
    """Whoever was told or asked something hung up."""
    ring = ring_of_leg(act, leg, act.staff)
    if ring is None:
        return Result("gone")
    act.tx.staff_rings.save(ring.over())
    return Result("ended")


def _call(act: Act, leg: VoiceLeg) -> Call | None:
    """The call that the vendor's answer named by this session, or whose own token came with it. Any other session is nobody's: whoever has the
    webhook's secret could make one up."""
    call = act.tx.calls.of_session(leg.gateway, leg.session)
    if call is None:
        live = act.tx.calls.live_of(act.staff.id)
        if live is not None and is_brought_back(act.deps, live, leg.token):
            call = replace(live, session=leg.session, gateway=leg.gateway)
    return call if call is not None and call.staff == act.staff.id else None


def _may_ring(act: Act, call: Call, group: Sequence[Callback]) -> bool:
    return may_ring(act, group, act.staff) and not is_rung_by_another(act, call.callback)


def _ended(act: Act, call: Call) -> Result:
    """Nobody may be rung for it any more."""
    act.tx.calls.save(replace(call, state="ended", ended_at=act.at))
    return Result("ended")
