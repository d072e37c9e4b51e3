"""Who is told of a callback and when, how it passes from one to the next, and how it ends when nobody could keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback, DueCallback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.offers import LiveOffer, Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act
from hotline.service.calls import alerts
from hotline.service.calls.review import for_eyes, lapse_floods, to_review
from hotline.service.calls.rules import one_phone, rest
from hotline.service.calls.rules.limits import is_ringable, is_unsaid, is_within_day
from hotline.service.calls.rules.minors import is_of_minor, may_have
from hotline.service.calls.rules.one_phone import alike
from hotline.service.calls.rules.presence import Team, is_on, is_present, team
from hotline.service.calls.rules.rest import Rest, rests
from hotline.service.deps import Deps
from hotline.service.held import is_held
from hotline.service.work import Work

SHORTEST: Final = 60
"""Seconds that must be left for a callback to be offered: less is not enough to take it and to ring."""
OUTCOME_SECONDS: Final = 3600
"""How long after its end a counselor may still say how an attempt ended."""
HELD_SECONDS: Final = 300
HELD_URGENT_SECONDS: Final = 90
"""How long somebody may hold a callback without having rung."""
LEG_SECONDS: Final = 120
"""The counselor's own phone has rung, and the prompt was heard, by then."""
SILENT_SECONDS: Final = 900
"""How long a counselor may say nothing after the last attempt, or after saying that the phone could not be reached."""
LINE: Final = "hotline"
"""In the audit, who did what no person did."""
UNTAKEN: Final = 3
"""So many offers of an ordinary call that nobody took, and supervisors are asked too."""
URGENT_AGAIN_SECONDS: Final = 180
"""How often supervisors hear of an urgent call that no counselor is free for."""
URGENT_ALL_SECONDS: Final = 300
"""After so long all supervisors hear of it, not those on call alone."""
URGENT_TOGETHER_SECONDS: Final = 60
"""So long after the first of them supervisors hear of all further urgent calls in one message."""
LENT_SECONDS: Final = 600
"""One message to a supervisor for all the ordinary calls that wait, in so long."""
READ_AT_ONCE: Final = 200
"""Of what is due: with thousands waiting the first of them are most often enough."""


def pressing(callback: Callback) -> tuple[bool, bool, int, int, str]:
    """Sorts: urgent, then what is not sunk, what ends soonest, the longest waiting (docs: callback life)."""
    return not callback.urgent, callback.sunk, callback.not_after, callback.made_at, callback.id


class Crew(Struct, frozen=True):
    """The team of a language, and who of it is offered nothing ordinary at the moment. No screen knows of the latter."""

    team: Team
    holding: frozenset[str]
    """Who has claimed a callback and is not done with it."""
    rest: Rest


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


class Turn(Struct, frozen=True):
    """Whose turn it is to be told, and of what: callbacks to one number, the most pressing first."""

    staff: tuple[Staff, ...]
    group: tuple[Callback, ...]


def offer(work: Work, id: str, *, passed_by: str | None = None) -> tuple[OutboxMessage, ...]:
    """Tell the next of the staff about this callback and all others to the same number, if it is time to.

    One number, one alert: while somebody holds one of them nobody is told of another. `passed_by`: who gives it away, so that it is
    time, and somebody else's turn.
    """
    if is_held(work.tx):
        return ()
    floor = Floor(work)
    turn = next_turn(work, id, floor, passed_by=passed_by)
    if turn is None:
        return ()
    return tuple(
        message for staff in turn.staff for message in alerts.tell(work, staff, turn.group, _count_like(work, turn.group, staff, floor))
    )


def _count_like(work: Work, group: Sequence[Callback], staff: Staff, floor: Floor) -> int:
    """Of how many calls that nobody is free for a supervisor hears at once: urgent ones, or those that waited as long as is lent; of each phone one."""
    if staff.role != "supervisor":
        return 1
    urgent, rules = one_phone.is_urgent(group), work.deps.rules
    found = _unasked(work, floor, lambda due: urgent or rest.waits_long(due.since, work.at, rules), urgent=urgent)
    own = {found[callback.id] for callback in group if callback.id in found}
    return 1 + len({*found.values()} - own)


def urgent_waits(work: Work, languages: Collection[str]) -> bool:
    """Does something urgent wait in one of these that no counselor was asked to take just now? Whoever talks reads it on the page."""
    return bool(_unasked(work, Floor(work), lambda due: due.language in languages, urgent=True))


def _unasked(work: Work, floor: Floor, is_wanted: Callable[[DueCallback], bool], *, urgent: bool) -> dict[str, int]:
    """Of the first of what is due that which no counselor was asked to take just now: the id of each, and which phone it is of."""
    ids = tuple(due.id for due in work.tx.callbacks.due(work.at, READ_AT_ONCE, urgent=urgent) if is_wanted(due))
    asked = floor.offered()
    phones = work.tx.numbers.phones((*ids, *asked))
    taken = {phones[id] for id in asked if id in phones}
    return {id: phones[id] for id in ids if id in phones and phones[id] not in taken}


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


def groups(tx: Transaction, callbacks: Iterable[Callback]) -> list[tuple[Callback, ...]]:
    """Callbacks that are `alike` together, in the order of the first of each group."""
    callbacks = tuple(callbacks)
    phones = tx.numbers.phones(tuple(callback.id for callback in callbacks))
    found: dict[tuple[int | str, str], list[Callback]] = {}
    for callback in callbacks:
        found.setdefault((phones.get(callback.id, callback.id), callback.way), []).append(callback)
    return [tuple(group) for group in found.values()]


def claim(act: Act, callback: Callback) -> bool:
    """Whoever acts holds this callback from now on; false where another was faster."""
    is_claimed = act.tx.callbacks.claim(callback.id, act.staff.id, act.at)
    if is_claimed:
        alerts.withdraw(act, callback.id)
        act.record("taken", callback.reference)
    return is_claimed


def join(act: Act, id: str) -> None:
    """Whoever holds one holds all to the same number: it is rung once for all that is open. Does nothing where this one is in other hands."""
    for other in joining(act, id):
        claim(act, other)


def joining(act: Act, id: str) -> tuple[Callback, ...]:
    """What waits, with an open window, for whoever holds this one."""
    others = alike(act.tx, id) if held(act.tx, id, act.staff.id) else ()
    return tuple(other for other in one_phone.open_of(others, act.at) if other.state == "waiting")


def held(tx: Transaction, id: str, staff: str) -> tuple[Callback, ...]:
    """All that this person has claimed to the number of this callback, oldest first; empty unless this one is among them."""
    group = tuple(callback for callback in alike(tx, id) if callback.state == "claimed" and callback.claimed_by == staff)
    return group if any(callback.id == id for callback in group) else ()


def served_with(tx: Transaction, callback: Callback) -> tuple[Callback, ...]:
    """All that one call was for, this one among them, whatever became of them (`ringing.count_attempt`); before it, all that is held with this one."""
    if callback.call is None:
        return held(tx, callback.id, callback.claimed_by or "") or (callback,)
    return tuple(other for other in tx.callbacks.to_number(callback.id) if other.call == callback.call)


def give_back(work: Work, group: Sequence[Callback], by: str) -> tuple[OutboxMessage, ...]:
    """They wait again, and the next of the staff is told. `by`: whose doing it is, in the audit."""
    if not group:
        return ()
    drop_call(work, group)
    record_return(work, group, by)
    for callback in group:
        work.tx.callbacks.save(replace(callback, state="waiting", claimed_by=None, claimed_at=None))
    return offer(work, group[0].id, passed_by=group[0].claimed_by)


def record_return(work: Work, group: Sequence[Callback], by: str) -> None:
    """In the audit: nobody holds them any longer."""
    for callback in group:
        work.audit(by, "given back", callback.reference)


def drop_call(work: Work, group: Sequence[Callback]) -> None:
    """Whoever holds them is rung for them no longer."""
    call = work.tx.calls.live_of(group[0].claimed_by or "")
    if call is not None and call.callback in {callback.id for callback in group}:
        work.tx.calls.save(replace(call, state="ended", ended_at=work.at))


def offer_due(deps: Deps, at: int) -> None:
    """Offer whatever has come due, or was not taken in time. Raises StoreAway."""
    with deps.store.read() as tx:
        wanted = _wanted(Work(deps, tx, at))
    for id in wanted:
        with deps.store.write() as tx:
            messages = offer(Work(deps, tx, at), id)
        outbox.enqueue(deps, messages)


def _wanted(work: Work) -> list[str]:
    """The callbacks of which somebody is to be told now, the most pressing first. With thousands waiting and nobody to tell, next to nothing is read."""
    wanted: list[str] = []
    floor, rules = Floor(work), work.deps.rules
    for due in _due(work, floor):
        if not floor.reaches(due.language, urgent=due.urgent, waits_long=rest.waits_long(due.since, work.at, rules)):
            continue
        turn = next_turn(work, due.id, floor)
        if turn is not None:
            floor.tell(turn, urgent=one_phone.is_urgent(turn.group))
            wanted.append(due.id)
    return wanted


def _due(work: Work, floor: Floor) -> Iterator[DueCallback]:
    """What is urgent, then the rest: of each as long as there is anybody whom one of it could be told of."""
    for urgent in (True, False):
        last = None
        while floor.reaches_any(urgent=urgent) and (rows := work.tx.callbacks.due(work.at, READ_AT_ONCE, urgent=urgent, after=last)):
            for last in rows:
                if not floor.reaches_any(urgent=urgent):
                    break
                yield last


def follow_failed_alerts(deps: Deps, at: int) -> None:
    """Whoever was to hear of a call did not: supervisors are told, and somebody else is. No screen changes. Raises StoreAway."""
    with deps.store.read() as tx:
        work = Work(deps, tx, at)
        failed = [(id, staff) for id, staff in alerts.failed(work) if not _is_followed(work, id, staff)]
    for id, staff in failed:
        with deps.store.write() as tx:
            messages = _follow(Work(deps, tx, at), id, staff)
        outbox.enqueue(deps, messages)


def _is_followed(work: Work, id: str, staff: Staff) -> bool:
    """Do supervisors know, and was somebody else asked?"""
    others = outbox.supervisors(work, apart_from=staff.id)
    are_told = all(outbox.was_told(work.deps, work.tx, other, "alert_failed", f"{id}|{staff.id}") for other in others)
    return are_told and work.tx.offers.of(id)[-1].staff != staff.id


def _follow(work: Work, id: str, staff: Staff) -> tuple[OutboxMessage, ...]:
    callback, offers = work.tx.callbacks.get(id), work.tx.offers.of(id)
    if callback is None or callback.state != "waiting":
        return ()
    others = outbox.supervisors(work, apart_from=staff.id)
    messages = tuple(
        outbox.tell(work, other, "alert_failed", f"{id}|{staff.id}", ref=callback.reference, name=staff.alias) for other in others
    )
    return (*messages, *(offer(work, id, passed_by=staff.id) if offers[-1].staff == staff.id else ()))


def release_idle(deps: Deps, at: int) -> None:
    """Who took a callback and does nothing more with it holds it no longer: the phone may be dead, and another counselor may be free.

    Never rung, or not reached: it is offered to another. Rung, and nothing said of how it ended: nobody rings again before a supervisor
    has looked. Raises StoreAway.
    """
    with deps.store.read() as tx:
        idle = [callback for callback in tx.callbacks.claimed() if _is_idle(callback, at)]
        active = {staff.id for staff in tx.staff.active()} if idle else set()
    for callback in idle:
        if callback.claimed_by not in active:
            continue
        with deps.store.write() as tx:
            messages = _release(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)


def end_ended(deps: Deps, at: int) -> None:
    """Past its end nobody rings and nothing rolls over: a callback that nobody tried is a promise missed. Raises StoreAway."""
    with deps.store.read() as tx:
        ended = [callback.id for callback in tx.callbacks.ended(at) if _is_over(callback, callback.not_after, at)]
    for id in ended:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            messages = () if callback is None else _end(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)
    lapse_floods(deps, at)


def end_lost(deps: Deps, at: int) -> None:
    """Whose number nobody can open any more is rung by nobody: it ends at once, and is missed, before a supervisor's eyes. Raises StoreAway."""
    with deps.store.read() as tx:
        lost = tx.numbers.lost()
    for id in lost:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            messages = () if callback is None else _end_lost(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)


def _end_lost(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    call = work.tx.calls.live_of(callback.claimed_by or "")
    if callback.state not in ("waiting", "claimed") or _is_on_the_line(call, (callback,), work.at):
        return ()
    work.tx.numbers.silence(callback.id)
    if callback.attempts:
        work.tx.callbacks.save(replace(callback, state="closed", closed_at=work.at))
        return ()
    work.tx.callbacks.save(replace(callback, state="lapsed", closed_at=work.at))
    for_eyes(work, callback, "missed")
    return outbox.tell_supervisors(work, "lapsed", callback.id, ref=callback.reference)


def _end(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    """What was asked for at once from one phone is one promise: it ends, and is missed, once."""
    rows = alike(work.tx, callback.id)
    if callback.state not in ("waiting", "claimed") or not _is_over(callback, one_phone.own_end(callback, rows), work.at):
        return ()
    if callback.attempts:
        work.tx.callbacks.save(replace(callback, state="closed", closed_at=work.at))
        return ()
    promise = [row for row in rows if callback.at_once and row.at_once and not row.attempts] or [callback]
    for row in promise:
        work.tx.callbacks.save(replace(row, state="lapsed", closed_at=work.at))
    for_eyes(work, callback, "missed")
    return outbox.tell_supervisors(work, "lapsed", callback.id, ref=callback.reference)


def _is_over(callback: Callback, end: int, at: int) -> bool:
    """Past its end; where somebody tried, the time to say how it ended is over too."""
    is_awaited = callback.state == "claimed" and is_unsaid(callback)
    return at >= end + (OUTCOME_SECONDS if is_awaited else 0)


def _is_idle(callback: Callback, at: int) -> bool:
    patience = SILENT_SECONDS if callback.attempts else HELD_URGENT_SECONDS if callback.urgent else HELD_SECONDS
    return callback.claimed_at is not None and callback.claimed_at + patience <= at


def _is_on_the_line(call: Call | None, group: Sequence[Callback], at: int) -> bool:
    """Do the two talk, or does the counselor's own phone ring or hear the prompt for one of these?"""
    if call is None or call.callback not in {callback.id for callback in group}:
        return False
    return call.state == "dialed" or at - call.placed_at < LEG_SECONDS


def _release(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    staff = work.tx.staff.get(callback.claimed_by or "")
    group = held(work.tx, callback.id, callback.claimed_by or "")
    call = work.tx.calls.live_of(callback.claimed_by or "")
    if staff is None or not group or work.at >= one_phone.end(group) or _is_on_the_line(call, group, work.at):
        return ()
    if not all(_is_idle(other, work.at) for other in group):
        return ()
    if any(is_unsaid(other) for other in group):
        others = [other for other in alike(work.tx, callback.id) if other.id != callback.id]
        return to_review(work, (callback, *others), "unanswered")
    message = outbox.tell(work, staff, "given_back", f"{callback.id}|{callback.claimed_at}", ref=callback.reference)
    return (message, *give_back(work, group, LINE))


def _wanting(tx: Transaction, id: str, at: int) -> tuple[Callback, ...]:
    """All to the same number that wait in their window and may still be rung; none where somebody holds one.

    A stranger's request does not wait for the owner's: nobody may read from it whether the phone is being served (`ringing.is_unreached`).
    """
    group = one_phone.open_of(alike(tx, id), at)
    if any(callback.state == "claimed" for callback in group):
        return ()
    wanting = tuple(sorted((callback for callback in group if one_phone.own_end(callback, group) - at >= SHORTEST), key=pressing))
    return wanting if is_ringable(wanting, at) else ()
