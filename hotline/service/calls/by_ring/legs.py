"""Which ring of staff a leg is of: what a vendor says of any other is nothing to us."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from msgspec.structs import replace

from hotline.ports.calls.staff_rings import StaffRing
from hotline.ports.desk.staff import Staff
from hotline.ports.voice import VoiceLeg
from hotline.service import outbox
from hotline.service.calls.by_ring import placing
from hotline.service.deps import Deps
from hotline.service.work import Work

LONGEST_SECONDS: Final = outbox.STAFF_SECONDS + placing.LEG_SECONDS
"""A ring waits for a worker, rings, and is talked to: all that is over by then."""


def ring_of_leg(work: Work, leg: VoiceLeg, staff: Staff) -> StaffRing | None:
    """As of a bridge: the ring to this person that the vendor's answer named by this session, or whose own token came with it. Returns None where it is of
    none, or began so long ago that what is said of it now is no key that anybody presses."""
    ring = work.tx.staff_rings.of_session(leg.name)
    if ring is None:
        live = work.tx.staff_rings.live_of(staff.id)
        if live is not None and is_ring_brought_back(work.deps, live, leg.token):
            ring = replace(live, session=leg.name)
    is_ours = ring is not None and ring.staff == staff.id and 0 <= work.at - ring.placed_at < LONGEST_SECONDS
    return ring if is_ours else None


def is_ring_brought_back(deps: Deps, ring: StaffRing, token: str) -> bool:
    """Is this ring's session not known yet, and the token that came with one the ring's own?"""
    return ring.state == "placed" and ring.session is None and compare_digest(token.encode(), outbox.call_token(deps, ring.id).encode())
