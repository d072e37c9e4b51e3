"""How a caller is reached: the line connects the two, lets the other end hear the cover, or shows the number."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.service.acts import Act, By, Refused, Result, run
from hotline.service.calls import ringing
from hotline.service.calls.by_ring import placing
from hotline.service.calls.dispatch import claims
from hotline.service.calls.reference import about
from hotline.service.calls.rules.limits import is_unsaid, may_ring
from hotline.service.deps import Deps


def connect(act: Act, id: str) -> Result:
    """The counselor's phone rings, the counselor presses 1, and the line rings the caller. Asked again while it rings, it changes nothing."""
    callback = act.tx.callbacks.get(id)
    if callback is None:
        return Result("gone")
    group = claims.held(act.tx, id, act.staff.id)
    if ringing.is_coming(act, group) or (group and placing.is_ringing(act, act.staff)):
        return Result("rings", about(callback))
    refused = refusal(act, group) or ("on_page" if act.deps.rules.calling == "reveal" else None)
    if refused is not None:
        return Result(refused, about(callback))
    return Result("rings", about(callback), (ringing.place(act, (callback, *group)),))


def reveal(act: Act, id: str) -> Result:
    """The number is on the counselor's page for two minutes, and in the audit that it was. It is an attempt: after those minutes it takes another."""
    callback = act.tx.callbacks.get(id)
    if callback is None or act.deps.rules.calling != "reveal":
        return Result("gone")
    group = (*claims.held(act.tx, id, act.staff.id), *claims.joining(act, id))
    # What is shown is rung: a page cannot pretend (SECURITY: what it cannot do).
    refused = refusal(act, group) or ("busy" if ringing.is_unreached(act, group) else None)
    if refused is not None:
        return Result(refused, about(callback))
    claims.join(act, id)
    group = claims.held(act.tx, id, act.staff.id)
    call = Call(act.derive("call"), id, act.staff.id, "ended", act.at, dialed_at=act.at, ended_at=act.at)
    act.tx.calls.add(call)
    ringing.count_attempt(act, group, call)
    act.record("number shown", group[0].reference)
    return Result("shown", about(callback))


def cover(deps: Deps, by: By, id: str) -> Result:
    """Let the other end hear advice on vaccination, at once. Where that cannot be, the counselor reads it aloud. Raises StoreAway.

    Asked of the vendor outside of any transaction: its answer may take seconds, and other calls wait for none of them.
    """
    begun = run(deps, by, begin_cover, id)
    if begun.code != "done" or begun.is_again:
        return begun
    session = _session(deps, begun.values["call"])
    try:
        if session is None:
            return Result("read_aloud")
        gateway, name = session
        deps.outgoing.voice[gateway].cover(name)
    except (GatewayRefused, GatewayUnknown):
        return Result("read_aloud")
    return run(deps, replace(by, origin=f"{by.origin}|played"), note_cover, begun.values["call"])


def begin_cover(act: Act, id: str) -> Result:
    """Find the call of whoever acts in which the cover can be heard. `call` among the values: its id."""
    call = act.tx.calls.live_of(act.staff.id)
    held = {callback.id for callback in claims.held(act.tx, id, act.staff.id)}
    if call is None or call.state != "dialed" or call.callback not in held:
        return Result("read_aloud")
    return Result("done" if call.covered_at is None else "covered", {"call": call.id})


def note_cover(act: Act, id: str) -> Result:
    """The vendor plays the cover: the call's row says so."""
    call = act.tx.calls.get(id)
    callback = act.tx.callbacks.get(call.callback) if call is not None and call.staff == act.staff.id else None
    if call is not None and callback is not None:
        act.tx.calls.save(replace(call, covered_at=act.at))
        act.record("cover played", callback.reference)
    return Result("covered")


def _session(deps: Deps, call: str) -> tuple[str, str] | None:
    """By whom the call is placed, and the vendor's own id of it: it stands in the message that had it placed; the call's row has but a hash of it."""
    with deps.store.read() as tx:
        ring = tx.outbox.get(deps.derive("ring", call))
    if ring is None or not ring.vendor_id:
        return None
    gateway = ring.gateway or next(iter(deps.outgoing.voice), "")
    return (gateway, ring.vendor_id) if gateway in deps.outgoing.voice else None


def refusal(act: Act, group: Sequence[Callback]) -> Refused | None:
    """Why nobody is rung for these now; None where it may be."""
    if not group:
        return "gone"
    if any(is_unsaid(callback) for callback in group):
        return "how"
    if not may_ring(act, group, act.staff):
        return "late"
    return "busy" if ringing.is_rung_by_another(act, group[0].id) else None
