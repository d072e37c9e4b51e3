"""Whoever picked up keys two digits, hears what there is, and one press does it: the acts of a ring that no other face has."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.staff_rings import RingMenu, StaffRing
from hotline.ports.voice import VoiceLeg
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.calls import connecting, ringing
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.legs import ring_of_leg
from hotline.service.calls.dispatch import claims, offering, turns
from hotline.service.calls.reference import about
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid, may_ring
from hotline.service.calls.rules.rest import rests


def answer_ring(act: Act, leg: VoiceLeg) -> Result:
    """Somebody picked up: the two digits are asked for, and nothing is said."""
    ring = ring_of_leg(act, leg, act.staff)
    if ring is None or ring.state not in ("placed", "answered"):
        return Result("gone")
    if ring.state == "answered" and act.at - ring.placed_at >= placing.LEG_SECONDS:  # nobody keys anything: it may be a voicemail
        act.tx.staff_rings.save(ring.over())
        return Result("gone")
    act.tx.staff_rings.save(replace(ring, state="answered"))
    return Result("asked")


def key_digits(act: Act, leg: VoiceLeg) -> Result:
    """The two digits: once they are right, what there is, and what keys are about from now on (`menu`, and of a callback its reference and whether it is urgent).

    Wrong ones are counted, and after the second the call ends; those that are set right in the same call count for nothing, or a slip of her own
    would shut her out one day. Past `reach.MOST_WRONG` she is rung no more until she has set others, and supervisors are told.
    """
    ring = ring_of_leg(act, leg, act.staff)
    if ring is None or ring.state != "answered":
        return Result("gone")
    if not reach.is_rung(act, act.staff):
        act.tx.staff_rings.save(ring.over())
        return Result("gone")
    if not reach.are_right(act, act.staff, leg.digits or ""):
        return _count_wrong(act, ring)
    digits = act.tx.staff_rings.digits(act.staff.id)
    if digits is not None and ring.wrong:
        act.tx.staff_rings.save_digits(replace(digits, wrong=max(0, digits.wrong - ring.wrong)))  # others may have been set meanwhile
    menu, callback = _found(act)
    act.tx.staff_rings.save(replace(ring, state="known", menu=menu, callback=callback.id if callback else None))
    return Result("done", menu_values(menu, callback))


def menu_values(menu: RingMenu, callback: Callback | None) -> dict[str, str]:
    """For words: what keys are about."""
    return {"menu": menu, "ref": callback.reference if callback else "", "urgent": "yes" if callback and callback.urgent else ""}


def go_on(act: Act, leg: VoiceLeg) -> Result:
    """The same call goes on to the caller, for what whoever acts holds; what the caller must say, and whose phone it is, as `ringing.pick_up` has it.

    The attempt is written before the number leaves, as in `ringing.accept`, and whatever that forbids is forbidden here.
    """
    ring = ring_of_leg(act, leg, act.staff)
    if ring is None or ring.state != "known" or ring.callback is None or ring.menu not in ("offer", "held"):
        return Result("gone")
    claims.join(act, ring.callback)
    group = claims.held(act.tx, ring.callback, act.staff.id)
    refused = connecting.refusal(act, group) or ("on_page" if act.deps.rules.calling == "reveal" else None)
    act.tx.staff_rings.save(ring.over())
    if refused is not None:
        return Result(refused)
    earlier = act.tx.calls.live_of(act.staff.id)
    if earlier is not None:
        act.tx.calls.save(replace(earlier, state="ended", ended_at=act.at))
    call = Call(ring.id, ring.callback, act.staff.id, "answered", ring.placed_at, leg.session, gateway=leg.gateway)
    act.tx.calls.add(call)
    result = ringing.accept(act, leg)
    if result.code != "connected":
        return result
    return replace(result, values={**result.values, **ringing.said_first(group)})


def decline(act: Act, id: str) -> Result:
    """Not now: somebody else is asked at once. It may be offered again later; nobody asks why."""
    callback = act.tx.callbacks.get(id)
    if callback is None or callback.state != "waiting":
        return Result("gone")
    return Result("done", about(callback), offering.offer(act, id, passed_by=act.staff.id))


def _count_wrong(act: Act, ring: StaffRing) -> Result:
    digits = act.tx.staff_rings.digits(act.staff.id)
    wrong = (digits.wrong if digits else 0) + 1
    messages: tuple[OutboxMessage, ...] = ()
    if digits is not None:
        act.tx.staff_rings.save_digits(replace(digits, wrong=wrong))
    act.record("wrong digits", act.staff.alias)
    if wrong == reach.MOST_WRONG:
        messages = outbox.tell_supervisors(act, "digits_locked", f"{act.staff.id}|{ring.id}", name=act.staff.alias)
    is_over = ring.wrong + 1 >= reach.MOST_WRONG_IN_A_CALL or wrong >= reach.MOST_WRONG
    counted = replace(ring, wrong=ring.wrong + 1)
    act.tx.staff_rings.save(counted.over() if is_over else counted)
    return Result("ended" if is_over else "asked", messages=messages)


def _found(act: Act) -> tuple[RingMenu, Callback | None]:
    """What there is for whoever acts, the most pressing first: a call whose end nobody knows, one that they hold and may ring, one that is offered."""
    held = claims.groups(act.tx, sorted(act.tx.callbacks.claimed_by(act.staff.id), key=turns.pressing))
    unsaid = next((group for group in held if any(is_unsaid(callback) for callback in group)), None)
    if unsaid is not None:
        return "how", unsaid[0]
    ringable = next((group for group in held if may_ring(act, one_phone.open_of(group, act.at), act.staff)), None)
    if ringable is not None:
        return "held", ringable[0]
    offered = sorted(act.tx.offers.to(act.staff.id, act.at), key=turns.pressing)
    if offered:
        return "offer", offered[0]
    return ("enough" if act.staff.id in rests(act.tx, act.at, act.deps.rules).capped else "here"), None
