"""One callback before, during and after its call, as the page of whoever holds it shows it: look, connect, cover, show the number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports import Call, Callback, GatewayRefused, GatewayUnknown, Post, Record, Staff, Transaction
from hotline.service import calls, dispatch
from hotline.service.parts import Parts
from hotline.service.room.cases import may_work
from hotline.service.room.once import first_time
from hotline.service.rules import HARD, MOST_TRIES, is_unsaid, may_ring

SHOWN_SECONDS: Final = 120
"""How long a number stays on the page (docs: callback life)."""

Step: TypeAlias = Literal["before", "rings", "answered", "talking", "how", "after", "over", "watched"]
"""Nobody was rung yet, or may be again; her own phone rings; she has to press 1; the two talk; she has to say how it ended; she said so;
it ended without a call; another holds it, or nobody."""
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
    posts: tuple[Post, ...] = ()


class Look(Struct, frozen=True):
    """All that the page shows. One phone, however many requests were made of it: the strictest of them decides."""

    callback: Callback
    step: Step
    holds: bool
    """She who looks does what the page offers; a supervisor may look on."""
    word: str | None
    other_phone: bool
    ends: int
    tries: int
    most_tries: int
    covered: bool
    number: str | None
    """`calling = reveal`, for two minutes after it was asked for."""
    shown_until: int
    marks: frozenset[str]
    was_hard: bool
    """She who holds it said so; shown to nobody else."""
    note: str | None
    coming: tuple[Callback, ...]
    """What is agreed with this phone for later."""

    @property
    def stands(self) -> str:
        """Changes whenever a page that is open shows something else."""
        return f"{self.step}-{self.tries}-{self.covered:d}-{self.number is not None:d}"


def look(parts: Parts, tx: Transaction, staff: Staff, id: str, at: int) -> Look | None:
    """None where it is not hers to see: another's, given back, or gone."""
    callback = tx.callback(id)
    if callback is None or not may_work(staff, callback.claimed_by):
        return None
    same = tx.same_number(id)
    group = tuple(each for each in same if _goes_with(each, callback)) or (callback,)
    holds, marks = callback.claimed_by == staff.id, tx.marks(id)
    live, call = (tx.live_call_of(staff.id), tx.last_call(id, staff.id)) if holds else (None, None)
    shown_until = _shown_until(parts, call, group)
    return Look(
        callback=callback,
        step=_step(callback, group, live, at) if holds else "watched",
        holds=holds,
        word=next((each.word for each in group if each.word is not None), None),
        other_phone=any(each.other_phone for each in group),
        ends=min(each.not_after for each in group),
        tries=max(each.tries for each in group),
        most_tries=1 if any(each.other_phone for each in group) else MOST_TRIES,
        covered=any(each is not None and each.covered_at is not None for each in (live, call)),
        number=tx.number_of(id) if at < shown_until else None,
        shown_until=shown_until,
        marks=marks - {HARD},
        was_hard=holds and HARD in marks,
        note=tx.note(id),
        coming=tuple(each for each in same if each.opens_at > at and each.state == "waiting" and each.other_phone == callback.other_phone)
        if holds
        else (),
    )


def audit_sight(parts: Parts, staff: Staff, seen: Look, at: int) -> None:
    """Nobody looks on at another's callback, or reads the note on it, in silence. Raises StoreAway."""
    if seen.holds:
        return
    with parts.store.write() as tx:
        tx.record(Record(at, staff.alias, "note read" if seen.note else "looked on", seen.callback.reference))


def connect(parts: Parts, tx: Transaction, staff: Staff, id: str, origin: str, at: int) -> Answer:
    """Her phone rings, she presses 1, and the line rings the caller: by the rules that hold for 1 and 7 by SMS too."""
    group = dispatch.held(tx, id, staff.id)
    if calls.is_coming(tx, staff.id, group, at):
        return Answer("rings")
    refused = _refusal(parts, tx, staff, group, at)
    if refused is not None or parts.rules.calling == "reveal":
        return Answer(refused or "gone")
    lead = next(each for each in group if each.id == id)
    return Answer(None, (calls.place(parts, tx, staff, (lead, *group), origin, at),))


def reveal(parts: Parts, tx: Transaction, staff: Staff, id: str, origin: str, at: int) -> Answer:
    """The number is on her page for two minutes, and in the audit that it was. It is a try: after those minutes it takes another."""
    dispatch.join(tx, id, staff, at)
    group = dispatch.held(tx, id, staff.id)
    refused = _refusal(parts, tx, staff, group, at)
    if refused is not None or parts.rules.calling != "reveal":
        return Answer(refused or "gone")
    call = Call(parts.derive("call", origin), id, staff.id, "ended", at, dialed_at=at, ended_at=at)
    tx.add_call(call)
    calls.tried(tx, group, call, at)
    tx.record(Record(at, staff.alias, "number shown", group[0].reference))
    return Answer()


def cover(parts: Parts, staff: Staff, id: str, once: str, at: int) -> Answer:
    """Let the other end hear advice on vaccination, at once. Where that cannot be, she reads it aloud. Raises StoreAway.

    Asked of the vendor outside of the transaction: its answer may take seconds, and other calls wait for none of them.
    """
    with parts.store.write() as tx:
        if not first_time(parts, tx, staff.id, once, at):
            return Answer()
        call = tx.live_call_of(staff.id)
        if call is None or call.state != "dialed" or call.callback not in {each.id for each in dispatch.held(tx, id, staff.id)}:
            return Answer("read_aloud")
        # The vendor's own name for the call stands in the post that had it placed; the call's row has but a hash of it.
        ring = tx.posted(parts.derive("ring", call.id))
    if call.covered_at is not None:
        return Answer("covered")
    if ring is None or not ring.vendor_id:
        return Answer("read_aloud")
    try:
        parts.gateway.cover(ring.vendor_id)
    except (GatewayRefused, GatewayUnknown):
        return Answer("read_aloud")
    with parts.store.write() as tx:
        now = tx.call(call.id)
        covers = tx.callback(call.callback)
        if now is not None and covers is not None:
            tx.save_call(replace(now, covered_at=at))
            tx.record(Record(at, staff.alias, "cover played", covers.reference))
    return Answer("covered")


def _refusal(parts: Parts, tx: Transaction, staff: Staff, group: Sequence[Callback], at: int) -> Told | None:
    """Why nobody is rung for these now; None where it may be."""
    if not group:
        return "gone"
    if any(is_unsaid(each) for each in group):
        return "how"
    if not may_ring(parts.rules, tx, group, at, staff):
        return "late"
    return "busy" if calls.is_rung_by_another(tx, group[0].id, staff) else None


def _goes_with(each: Callback, callback: Callback) -> bool:
    """Is it rung by the same call?"""
    return each.other_phone == callback.other_phone and (each.state, each.claimed_by) == (callback.state, callback.claimed_by)


def _step(callback: Callback, group: Sequence[Callback], call: Call | None, at: int) -> Step:
    if callback.state in ("closed", "review") and callback.ending is not None:
        return "after"
    if callback.state != "claimed":
        return "over"
    if call is not None and call.callback in {each.id for each in group}:
        if call.state == "dialed" and all(each.ending is None for each in group):
            return "talking"
        if call.state != "dialed" and at - call.placed_at < dispatch.LEG_SECONDS:
            return "rings" if call.state == "placed" else "answered"
    return "how" if any(is_unsaid(each) for each in group) else "before"


def _shown_until(parts: Parts, call: Call | None, group: Sequence[Callback]) -> int:
    """Until when the page shows the number; 0: not at all."""
    is_hers = all(each.state == "claimed" and each.ending is None for each in group)
    if parts.rules.calling != "reveal" or call is None or call.dialed_at is None or not is_hers:
        return 0
    return call.dialed_at + SHOWN_SECONDS
