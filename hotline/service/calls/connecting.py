"""How a caller is reached: the line connects the two, lets the other end hear the cover, or shows the number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.gateway import GatewayRefused, GatewayUnknown
from hotline.service.calls import dispatch, ringing
from hotline.service.deps import Deps
from hotline.service.once import first_time
from hotline.service.rules import is_unsaid, may_ring
from hotline.service.work import Work

Told: TypeAlias = Literal[
    "gone",
    "late",
    "how",
    "busy",
    "rings",
    "covered",
    "read_aloud",
    "past",
    "too_long",
    "order",
    "consent",
    "nobody",
    "agreed",
    "erased",
    "handed",
    "long_note",
]
"""What the page says about what was just asked of it: `callback.told.…` of the catalogue."""


class Answer(Struct, frozen=True):
    """What is told of what she did, and what leaves because of it."""

    told: Told | None = None
    posts: tuple[OutboxMessage, ...] = ()


def connect(work: Work, staff: Staff, id: str, origin: str) -> Answer:
    """Her phone rings, she presses 1, and the line rings the caller: by the rules that hold for 1 and 7 by SMS too."""
    group = dispatch.held(work.tx, id, staff.id)
    if ringing.is_coming(work.tx, staff.id, group, work.at):
        return Answer("rings")
    refused = _refusal(work, staff, group)
    if refused is not None or work.deps.rules.calling == "reveal":
        return Answer(refused or "gone")
    lead = next(each for each in group if each.id == id)
    return Answer(None, (ringing.place(work, staff, (lead, *group), origin),))


def reveal(work: Work, staff: Staff, id: str, origin: str) -> Answer:
    """The number is on her page for two minutes, and in the audit that it was. It is a try: after those minutes it takes another."""
    dispatch.join(work.tx, id, staff, work.at)
    group = dispatch.held(work.tx, id, staff.id)
    refused = _refusal(work, staff, group)
    if refused is not None or work.deps.rules.calling != "reveal":
        return Answer(refused or "gone")
    call = Call(work.deps.derive("call", origin), id, staff.id, "ended", work.at, dialed_at=work.at, ended_at=work.at)
    work.tx.calls.add(call)
    ringing.tried(work.tx, group, call, work.at)
    work.tx.audit.add(AuditRecord(work.at, staff.alias, "number shown", group[0].reference))
    return Answer()


def cover(deps: Deps, staff: Staff, id: str, once: str, at: int) -> Answer:
    """Let the other end hear advice on vaccination, at once. Where that cannot be, she reads it aloud. Raises StoreAway.

    Asked of the vendor outside of the transaction: its answer may take seconds, and other calls wait for none of them.
    """
    with deps.store.write() as tx:
        if not first_time(Work(deps, tx, at), staff.id, once):
            return Answer()
        call = tx.calls.live_of(staff.id)
        if call is None or call.state != "dialed" or call.callback not in {each.id for each in dispatch.held(tx, id, staff.id)}:
            return Answer("read_aloud")
        # The vendor's own name for the call stands in the post that had it placed; the call's row has but a hash of it.
        ring = tx.outbox.get(deps.derive("ring", call.id))
    if call.covered_at is not None:
        return Answer("covered")
    if ring is None or not ring.vendor_id:
        return Answer("read_aloud")
    try:
        deps.gateway.cover(ring.vendor_id)
    except (GatewayRefused, GatewayUnknown):
        return Answer("read_aloud")
    with deps.store.write() as tx:
        now = tx.calls.get(call.id)
        covers = tx.callbacks.get(call.callback)
        if now is not None and covers is not None:
            tx.calls.save(replace(now, covered_at=at))
            tx.audit.add(AuditRecord(at, staff.alias, "cover played", covers.reference))
    return Answer("covered")


def _refusal(work: Work, staff: Staff, group: Sequence[Callback]) -> Told | None:
    """Why nobody is rung for these now; None where it may be."""
    if not group:
        return "gone"
    if any(is_unsaid(each) for each in group):
        return "how"
    if not may_ring(work.deps.rules, work.tx, group, work.at, staff):
        return "late"
    return "busy" if ringing.is_rung_by_another(work.tx, group[0].id, staff) else None
