"""Who of the staff can be told of a call at one moment: who is free, who was told lately, who can be lent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import LiveOffer
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.presence import Team, is_on, is_present, team
from hotline.service.calls.rules.rest import Rest, rests
from hotline.service.work import Work

URGENT_AGAIN_SECONDS: Final = 180
"""How often supervisors hear of an urgent call that no counselor is free for."""
URGENT_TOGETHER_SECONDS: Final = 60
"""So long after the first of them supervisors hear of all further urgent calls in one message."""
LENT_SECONDS: Final = 600
"""One message to a supervisor for all the ordinary calls that wait, in so long."""


class Crew(Struct, frozen=True):
    """The team of a language, and who of it is offered nothing ordinary at the moment. No screen knows of the latter."""

    team: Team
    holding: frozenset[str]
    """Who has claimed a callback and is not done with it."""
    rest: Rest


class Turn(Struct, frozen=True):
    """Whose turn it is to be told, and of what: callbacks to one number, the most pressing first."""

    staff: tuple[Staff, ...]
    group: tuple[Callback, ...]


class Floor:
    """Who can be told of a call at one moment: read once, for however many calls."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._crews: dict[str, Crew] = {}
        self._reached: dict[tuple[str, bool, bool], bool] = {}
        rules = work.deps.rules
        live = work.tx.offers.live(work.at - max(rules.offer_seconds, rules.offer_urgent_seconds, URGENT_AGAIN_SECONDS))
        patience = {True: rules.offer_urgent_seconds, False: rules.offer_seconds}
        self._live = {offer.staff: offer for offer in reversed(live) if abs(work.at - offer.at) < patience[offer.urgent]}
        self._told_urgent = {offer.staff: offer.at for offer in reversed(live) if offer.urgent}
        self._last = work.tx.offers.last()
        self._lent = work.tx.offers.offered_since(work.at - LENT_SECONDS)

    def crew(self, language: str) -> Crew:
        """Who takes calls in this language, and who of them is busy."""
        if language not in self._crews:
            self._crews[language] = replace(self._all, team=replace(self._all.team, language=language))
        return self._crews[language]

    @cached_property
    def _all(self) -> Crew:
        """Those of no language."""
        tx = self._work.tx
        return Crew(team(tx, ""), tx.callbacks.holders(), rests(tx, self._work.at, self._work.deps.rules))

    def free(self, languages: Iterable[str], *, urgent: bool, waits_long: bool = False) -> list[Staff]:
        """Counselors who speak one of these and hold nothing: those who are there, for what is urgent those on shift too; first who was heard of last.

        Who rests is told of nothing ordinary, but who has merely reached a cap hears of what nobody took in time (`waits_long`); of what is urgent who
        rests hears where nobody else is there: a life comes before a pause, and it may be given back. Who has an offer that can still be followed
        gets no other, unless this is urgent and that is not.
        """
        crews = [self.crew(language) for language in sorted(languages)]
        at, rules, local = self._work.at, self._work.deps.rules, self._work.deps.clock.local
        team = {staff.id: staff for crew in crews for staff in crew.team.counselors}
        busy = {staff for crew in crews for staff in crew.holding} | {
            staff for staff, offer in self._live.items() if offer.urgent or not urgent
        }
        resting = {staff for crew in crews for staff in (crew.rest.paused if waits_long else crew.rest.all)}
        on = [staff for staff in team.values() if staff.id not in busy and is_on(staff, crews[0].team.shifts, at, local)]
        on.sort(key=lambda staff: (-(staff.seen_at or 0), self._last.get(staff.id, 0), staff.id))
        present = [staff for staff in on if is_present(staff, at, rules.presence_minutes)]
        there = [staff for staff in present if staff.id not in resting] or (present if urgent else [])
        return [*there, *(staff for staff in on if urgent and staff not in present and staff.id not in resting)]

    def reaches(self, language: str, *, urgent: bool, waits_long: bool) -> bool:
        """Can anybody at all be told of a call of this kind? Asked for thousands, and the store is not."""
        kind = language, urgent, waits_long
        if kind not in self._reached:
            if urgent:
                people = [staff for staff in self.supervisors() if not self.heard_of_urgent(staff, URGENT_TOGETHER_SECONDS)]
            else:
                people = self.unlent() if waits_long else []
            self._reached[kind] = bool(people or self.free((language,), urgent=urgent, waits_long=waits_long))
        return self._reached[kind]

    def reaches_any(self, *, urgent: bool) -> bool:
        """Can anybody be told of any call that is urgent, or of any that is not, whatever its language and however long it waits?"""
        return any(self.reaches(language, urgent=urgent, waits_long=True) for language in self._languages)

    @cached_property
    def _languages(self) -> frozenset[str]:
        """Those of the line, and whatever else somebody of the staff speaks."""
        return frozenset(self._work.deps.written.languages).union(*(staff.speaks for staff in self._all.team.staff))

    def offered(self) -> frozenset[str]:
        """The callbacks that a counselor can take at this moment by an offer."""
        supervisors = {staff.id for staff in self.supervisors()}
        return frozenset(offer.callback for offer in self._live.values() if offer.staff not in supervisors)

    def is_asked(self, group: Sequence[Callback]) -> bool:
        """Has a counselor an offer of one of these that can still be followed?"""
        ids = {callback.id for callback in group}
        asked = {offer.staff for offer in self._live.values() if offer.callback in ids}
        crews = [self.crew(language) for language in sorted(one_phone.languages(group))]
        at, local = self._work.at, self._work.deps.clock.local
        return any(
            staff.id in asked and staff.id not in crew.holding and is_on(staff, crew.team.shifts, at, local)
            for crew in crews
            for staff in crew.team.counselors
        )

    def heard_of_urgent(self, staff: Staff, seconds: int) -> bool:
        """Was this person told within so many seconds of what is urgent and waits? One message speaks of all that waits by then."""
        return abs(self._work.at - self._told_urgent.get(staff.id, 0)) < seconds

    def last_urgent(self, staff: Staff) -> int:
        return self._told_urgent.get(staff.id, 0)

    def supervisors(self) -> list[Staff]:
        """Those on call first."""
        return sorted(self._all.team.supervisors, key=lambda staff: not staff.is_on_call(self._work.at))

    def unlent(self) -> list[Staff]:
        """The supervisors who heard of no call in the last ten minutes."""
        return [staff for staff in self.supervisors() if staff.id not in self._lent]

    def tell(self, turn: Turn, *, urgent: bool) -> None:
        """From now on this turn counts."""
        self._reached.clear()
        for staff in turn.staff:
            self._live[staff.id] = LiveOffer(turn.group[0].id, staff.id, self._work.at, urgent)
            if urgent:
                self._told_urgent[staff.id] = self._work.at
            self._last[staff.id] = max(self._last.values(), default=0) + 1
        self._lent |= {staff.id for staff in turn.staff}
