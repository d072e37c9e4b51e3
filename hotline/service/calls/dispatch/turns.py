"""Whose turn it is to be told of a callback: counselors who are free, then supervisors, by the rules of patience."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import Offer
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.dispatch.floor import LENT_SECONDS, URGENT_AGAIN_SECONDS, URGENT_TOGETHER_SECONDS, Floor, Turn
from hotline.service.calls.rules import one_phone, rest
from hotline.service.calls.rules.limits import is_ringable, is_within_day
from hotline.service.calls.rules.minors import is_of_minor, may_have
from hotline.service.calls.rules.one_phone import alike
from hotline.service.work import Work

SHORTEST: Final = 60
"""Seconds that must be left for a callback to be offered: less is not enough to take it and to ring."""
UNTAKEN: Final = 3
"""So many offers of an ordinary call that nobody took, and supervisors are asked too."""
URGENT_ALL_SECONDS: Final = 300
"""After so long all supervisors hear of it, not those on call alone."""


def pressing(callback: Callback) -> tuple[bool, bool, int, int, str]:
    """Sorts: urgent, then what is not sunk, what ends soonest, the longest waiting (docs: callback life)."""
    return not callback.urgent, callback.sunk, callback.not_after, callback.made_at, callback.id


class Standing(Struct, frozen=True):
    """How it stands with a group of callbacks to one number, for whoever decides whom to tell of it."""

    group: tuple[Callback, ...]
    urgent: bool
    since: int
    """Since when the caller waits."""
    offers: tuple[Offer, ...]
    to_counselors: tuple[Offer, ...]
    """Of them; past a day's rings a supervisor decides, and all count alike."""
    is_counselors: bool
    """A day's rings are not used up."""
    free: tuple[Staff, ...]
    """Counselors who could ring now, first who was heard of last."""
    supervisors: tuple[Staff, ...]
    """Those on call first."""
    waits_long: bool
    """So long that others are asked than those whose turn it is."""
    lent_at: int
    """When a supervisor heard of it last; 0 where none did."""


def next_turn(work: Work, id: str, floor: Floor, *, passed_by: str | None = None) -> Turn | None:
    """Reads only. Returns None where nobody need be told now, or nobody is there."""
    group = _wanting(work.tx, id, work.at)
    if not group:
        return None
    standing = _standing(work, group, floor, passed_by)
    if standing.free or not standing.is_counselors:
        people = _offered(work, standing, is_passed=passed_by is not None)
    elif passed_by is not None:
        people = standing.supervisors[:1]  # whoever had it let it go, and nobody else can
    elif floor.is_asked(group):
        people = ()
    elif standing.urgent:
        people = _lent(work, floor, standing)
    else:
        people = _unlent(floor, standing)
    return Turn(people, group) if people else None


def _standing(work: Work, group: tuple[Callback, ...], floor: Floor, passed_by: str | None) -> Standing:
    """`passed_by`: who gives it away, and is not asked again."""
    is_minor = is_of_minor(work.tx, group)

    def able(people: Iterable[Staff]) -> tuple[Staff, ...]:
        return tuple(staff for staff in people if staff.id != passed_by and may_have(staff, is_minor=is_minor))

    # An offer from before its window opened was made for a window that the caller gave up; one in a time to come before the clock was put back.
    latest = work.at + SHORTEST
    offers = tuple(offer for callback in group for offer in work.tx.offers.of(callback.id) if callback.opens_at <= offer.at <= latest)
    lenders = {staff.id for staff in floor.supervisors()}
    urgent, since, is_counselors = one_phone.is_urgent(group), one_phone.waits_since(group), is_within_day(work, group)
    waits_long = rest.waits_long(since, work.at, work.deps.rules)
    return Standing(
        group=group,
        urgent=urgent,
        since=since,
        offers=offers,
        to_counselors=tuple(offer for offer in offers if offer.staff not in lenders) if is_counselors else offers,
        is_counselors=is_counselors,
        free=able(floor.free(one_phone.languages(group), urgent=urgent, waits_long=waits_long)) if is_counselors else (),
        supervisors=able(floor.supervisors()),
        waits_long=waits_long,
        lent_at=max((offer.at for offer in offers if offer.staff in lenders), default=0),
    )


def _offered(work: Work, standing: Standing, *, is_passed: bool) -> tuple[Staff, ...]:
    """Whoever was told least often, once the last one had time to take it. Supervisors are among them after a while, or after three offers for nothing."""
    rules = work.deps.rules
    patience = rules.offer_urgent_seconds if standing.urgent else rules.offer_seconds
    # A counselor who is free for the first time hears of it at once, whatever supervisors heard.
    if standing.to_counselors and not is_passed and work.at - max(offer.at for offer in standing.offers) < patience:
        return ()
    is_untaken = len(standing.to_counselors) >= UNTAKEN
    heard = work.at - standing.lent_at < (URGENT_AGAIN_SECONDS if standing.urgent else LENT_SECONDS)
    is_supervisors = not standing.is_counselors or ((standing.urgent or is_untaken or standing.waits_long) and not heard)
    supervisors = standing.supervisors if is_supervisors else ()
    often = Counter(offer.staff for offer in standing.offers)
    last = {offer.staff: offer.at for offer in sorted(standing.offers, key=lambda offer: offer.at)}
    staff = min((*standing.free, *supervisors), key=lambda staff: (often[staff.id], last.get(staff.id, 0)), default=None)
    if staff is None:
        return ()
    # Three counselors did not take it: a supervisor hears of it, whoever is asked next.
    return (staff, *supervisors[:1]) if is_untaken and staff.role != "supervisor" else (staff,)


def _lent(work: Work, floor: Floor, standing: Standing) -> tuple[Staff, ...]:
    """Of an urgent call that no counselor is free for hear the supervisors on call at once, and again and again; after some minutes, or where nobody
    is on call, all. One message speaks of all that waits, so that who heard of another within a minute waits for the next.
    """
    on_call = tuple(staff for staff in standing.supervisors if staff.is_on_call(work.at))
    asked = on_call if on_call and work.at - standing.since < URGENT_ALL_SECONDS else standing.supervisors
    named = {offer.staff for offer in standing.offers}

    def pause(staff: Staff) -> int:
        is_new = staff.id not in named and floor.last_urgent(staff) <= standing.since
        return URGENT_TOGETHER_SECONDS if is_new else URGENT_AGAIN_SECONDS

    return tuple(staff for staff in asked if not floor.heard_of_urgent(staff, pause(staff)))


def _unlent(floor: Floor, standing: Standing) -> tuple[Staff, ...]:
    """Of an ordinary one hears, once it waited for a while, the first supervisor who speaks its language, if no supervisor heard of any lately."""
    if not standing.waits_long or len(floor.unlent()) < len(floor.supervisors()):
        return ()
    return standing.supervisors[:1]


def _wanting(tx: Transaction, id: str, at: int) -> tuple[Callback, ...]:
    """All to the same number that wait in their window and may still be rung; none where somebody holds one.

    A stranger's request does not wait for the owner's: nobody may read from it whether the phone is being served (`ringing.is_unreached`).
    """
    group = one_phone.open_of(alike(tx, id), at)
    if any(callback.state == "claimed" for callback in group):
        return ()
    wanting = tuple(sorted((callback for callback in group if one_phone.own_end(callback, group) - at >= SHORTEST), key=pressing))
    return wanting if is_ringable(wanting, at) else ()
