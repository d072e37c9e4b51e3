"""A line at work: callers dial, people answer, and the service decides. Time goes from one event to the next."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from random import Random
from typing import Any, Final, cast

from msgspec.structs import replace

from bench.capacity.plain import Plain, Post, Time, Words
from bench.capacity.world import GUESSED, Team, World
from hotline.engine.effects import Coverage, Urgency
from hotline.engine.promise import can_call, end_of_now
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.ports.voice import VoiceLeg
from hotline.service.acts import Act
from hotline.service.calls import ringing
from hotline.service.calls.dispatch import claims, ending, offering
from hotline.service.calls.rules import coverage
from hotline.service.calls.saying import say_outcome
from hotline.service.calls.taking import take
from hotline.service.deps import Deps
from hotline.service.desk.shifts.declaring import say_many
from hotline.service.desk.shifts.on_duty import times_asked
from hotline.service.upkeep import supervision
from hotline.service.work import Work
from hotline.settings import Rules

BEGINS: Final = 20_000 * DAY_SECONDS
LANGUAGE: Final = "fr"
OTHER: Final = "bm"
TICK: Final = 30
"""Seconds between two looks of the clock while anything waits; the line's own looks every second. Whoever is free again is offered the next at once."""
MANY_MINUTES: Final = 30
SIGMA: Final = 0.6


@dataclass
class Caller:
    """One woman who wants a call now."""

    number: str
    urgent: bool
    first: int
    """When she dialled for the first time."""
    dials: int = 0
    turned_away: str = ""
    """Why, at her first dial; empty where it was kept."""
    leaves: bool = False
    """She read that the call may not come, and chose another time."""
    kept: int = 0
    missed: int = 0
    in_vain: int = 0
    """Seconds for which she waited for a call that did not come."""
    rung: int | None = None
    by: str = ""
    language: str = LANGUAGE


@dataclass
class Person:
    """One of the staff, as the world has them."""

    id: str
    busy: bool = False
    owes: bool = False
    """Was asked *are you still here?* while talking."""
    word: int = 0
    """Counts each *I am here*, so that an older question is moot."""


class Line:
    """One team, on shift without end. What callers do, what staff say and how calls go are drawn apart, so that one does not shift the others."""

    def __init__(self, team: Team, seed: str, world: World = GUESSED) -> None:
        self.team, self.world = team, world
        self.time = Time(BEGINS)
        self.plain = Plain(self.time, team.presence)
        rules = Rules(promise_minutes=team.promise_minutes, presence_minutes=team.presence_minutes, calls_a_shift=0, hard_calls_a_shift=0)
        post, words = cast("Any", Post()), cast("Any", Words((LANGUAGE, OTHER) if team.bambara else (LANGUAGE,)))
        ports: dict[str, Any] = {"editions": words, "store": self.plain, "memory": post, "spool": post, "queue": post, "outgoing": post}
        self.deps = Deps(rules=rules, clock=self.time, hasher=post, sealer=post, meter=post, **ports)
        self.callers: dict[str, Caller] = {}
        self.to_supervisors = 0
        """Messages."""
        self._callers_draw, self._words_draw, self._calls_draw = (Random(f"{seed}|{what}") for what in ("callers", "words", "calls"))
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers, self._origins = count(1), count(1)
        self._is_ticking = self._is_declaring = False
        self.people = {id: Person(id) for id in (*(f"c{n}" for n in range(team.counselors)), *(f"s{n}" for n in range(team.supervisors)))}
        for id in self.people:
            self._begin(id)

    # time
    def after(self, minutes: float, event: Callable[[], None]) -> None:
        self.at(self.time.at + round(minutes * 60), event)

    def at(self, moment: int, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._origins), event))

    def run(self, until: int) -> None:
        while self._events and self._events[0][0] <= until:
            self.time.at, _, event = heapq.heappop(self._events)
            event()
        self.time.at = until

    def work(self) -> Work:
        return Work(self.deps, self.plain, self.time.at)  # type: ignore[arg-type]

    def look(self, language: str = LANGUAGE) -> Coverage:
        """What any phone is shown in this language follows from it."""
        return coverage.look(self.work(), language)

    # callers
    def call_in(self, load: float) -> None:
        """Callers come from now on, one after the other, so that the team is loaded so far."""
        self.after(self._callers_draw.expovariate(load * self.team.counselors / self.world.work), lambda: self._come(load))

    def _come(self, load: float) -> None:
        self.dial(self.caller())
        self.call_in(load)

    def caller(self, *, urgent: bool | None = None) -> Caller:
        """Somebody who dials now for the first time; urgent or not by chance, unless it is said."""
        if urgent is None:
            urgent = self._callers_draw.random() < self.world.urgent
        caller = Caller(f"+2237{next(self._numbers):07}", urgent, self.time.at)
        if self.team.bambara and self._callers_draw.random() < self.team.bambara:
            caller.language = OTHER
        self.callers[caller.number] = caller
        return caller

    def dial(self, caller: Caller) -> None:
        """Asks for a call now. The screens offer it by `can_call`, until `end_of_now`."""
        caller.dials += 1
        seen, now, rules = self.look(caller.language), self.time.local(self.time.at), self.deps.rules
        if not can_call(seen, urgent=caller.urgent):
            if caller.dials == 1:
                team = coverage.declared_team(self.work(), caller.language)
                urgency: Urgency = "urgent" if caller.urgent else "ordinary"
                caller.turned_away = coverage.missing(team, self.time.at, rules, self.time.local, urgency)
            self._again(caller)
            return
        if seen.many and not caller.urgent and self._callers_draw.random() < self.world.heeds_many:
            caller.leaves = True
            return
        ends = end_of_now(now, rules.promise_minutes, seen, urgent=caller.urgent)
        caller.kept += 1
        id = self.deps.derive("callback", f"{caller.number}|{caller.dials}")
        callback = Callback(
            id, f"{caller.number[5:]}.{caller.dials}", "waiting", caller.language, caller.urgent, False, self.time.at, self.time.at, ends * 60, edition=1, at_once=True
        )  # fmt: skip
        self.plain.callbacks.add(callback, caller.number)
        offering.offer_due(self.deps, self.time.at)
        self.at(ends * 60, lambda: self._waited(caller, self.time.at - callback.made_at))
        self._tell()
        self._tick_on()

    def _waited(self, caller: Caller, seconds: int) -> None:
        """The end has come that she was told. Who was not rung may dial again."""
        if caller.rung is None:
            caller.missed += 1
            caller.in_vain += seconds
            self._again(caller)

    def _again(self, caller: Caller) -> None:
        if caller.dials < 3 and self._callers_draw.random() < self.world.redials:
            self.after(self._callers_draw.expovariate(1 / self.world.redials_after), lambda: self.dial(caller))

    # the clock
    def _tick_on(self) -> None:
        if not self._is_ticking:
            self._is_ticking = True
            self.after(TICK / 60, self._tick)

    def _tick(self) -> None:
        self._is_ticking = False
        offering.offer_due(self.deps, self.time.at)
        if self.time.at % 60 < TICK:
            claims.release_idle(self.deps, self.time.at)
            if self.team.says_many:
                supervision.tell_of_crowd(self.deps, self.time.at)
        ending.end_ended(self.deps, self.time.at)
        self._tell()
        if any(callback.state == "waiting" for callback in self.plain.callbacks.open.values()):
            self._tick_on()

    # what staff hear
    def _tell(self) -> None:
        """Whoever was offered something looks at it in a while, or does not notice."""
        offers, self.plain.offers.unheard = self.plain.offers.unheard, []
        for offer in offers:
            if self._calls_draw.random() >= self.world.unnoticed:
                mean = self.world.notices if offer.staff.startswith("c") else self.world.notices_on_call
                wait = 0.25 + self._calls_draw.expovariate(1 / (mean - 0.25))
                self.after(wait, partial(self._answer, self.people[offer.staff], offer.callback))
        messages, self.plain.outbox.unread = self.plain.outbox.unread, []
        self.to_supervisors += sum(message.kind != "ring" and message.to.startswith("s") for message in messages)
        if any(message.text == "staff.crowd" for message in messages) and not self._is_declaring:
            self._is_declaring = True
            self.after(self._words_draw.expovariate(1 / self.world.declares), self._say_many)

    def _say_many(self) -> None:
        self._is_declaring = False
        if not self.look().many:
            say_many(self._act("s0"), MANY_MINUTES)

    # what staff do
    def _act(self, id: str) -> Act:
        staff = self.plain.staff.get(id)
        assert staff is not None
        return Act(self.deps, self.plain, self.time.at, staff, str(next(self._origins)))  # type: ignore[arg-type]

    def _answer(self, person: Person, id: str) -> None:
        if not person.busy and take(self._act(person.id), id).code == "taken":
            person.busy = True
            self._hold(person)
            self.after(self.world.dials, lambda: self._ring(person, id))

    def _ring(self, person: Person, id: str) -> None:
        """By the bridge, which asks once more whether the phone may be rung."""
        group = claims.held(self.plain, id, person.id)  # type: ignore[arg-type]
        if group:
            leg = VoiceLeg("bench", ringing.place(self._act(person.id), group).text, "", active=True)
            ringing.pick_up(self._act(person.id), leg)
            if ringing.accept(self._act(person.id), leg).code == "connected":
                caller = self.callers[self.plain.callbacks.phone[id]]
                if caller.rung is None:
                    caller.rung, caller.by = self.time.at, person.id
                talks = self._calls_draw.random() < self.world.answered
                lasts = self._talk() if talks else self.world.unanswered
                self.after(lasts, lambda: self._hang_up(person, id, leg, talks=talks))
                return
        self._free(person)

    def _talk(self) -> float:
        return self._calls_draw.lognormvariate(math.log(self.world.talk) - SIGMA**2 / 2, SIGMA)

    def _hang_up(self, person: Person, id: str, leg: VoiceLeg, *, talks: bool) -> None:
        ringing.hang_up(self._act(person.id), leg)
        self.after(self.world.writes, lambda: self._end(person, id, talks=talks))

    def _end(self, person: Person, id: str, *, talks: bool) -> None:
        say_outcome(self._act(person.id), id, "spoke" if talks else "no_answer")
        if talks and self._calls_draw.random() < self.world.hard:
            self.plain.care.note_hard(person.id, self.time.at)
        self._hold(person)
        self._free(person)

    def _free(self, person: Person) -> None:
        """What waits is offered at once. A supervisor goes on with what waited for so long that she was asked: her message was one for all."""
        person.busy = False
        if person.owes:
            person.owes = False
            self._say_here(person)
        if person.id.startswith("s"):
            lent = self.deps.rules.lend_minutes * 60
            for callback in self.plain.callbacks.all_due(self.time.at):
                if callback.urgent or self.time.at - callback.made_at >= lent:
                    self.after(self.world.goes_on, partial(self._answer, person, callback.id))
                    break
        offering.offer_due(self.deps, self.time.at)
        self._tell()

    # what staff say of themselves
    def _begin(self, id: str) -> None:
        role = "counselor" if id.startswith("c") else "supervisor"
        ever = BEGINS + 10_000 * DAY_SECONDS
        seen = self.time.at - round(self._words_draw.uniform(0, self.team.presence_minutes / 2) * 60)
        staff = Staff(id, id, role, id, LANGUAGE, self._speaks(id), seen_at=seen, on_until=ever)  # type: ignore[arg-type]
        self.plain.staff.save(staff if role == "counselor" else replace(staff, on_call_until=ever))
        if role == "counselor":
            self._expect(self.people[id], seen)

    def _speaks(self, id: str) -> tuple[str, ...]:
        alone = dict(zip((f"c{n}" for n in range(self.team.counselors)), self.team.only, strict=False))
        return (alone[id],) if id in alone else (LANGUAGE, OTHER) if self.team.bambara else (LANGUAGE,)

    def _say_here(self, person: Person) -> None:
        staff = self.plain.staff.get(person.id)
        assert staff is not None
        self.plain.staff.save(replace(staff, seen_at=self.time.at))
        self._expect(person, self.time.at)

    def _hold(self, person: Person) -> None:
        """The counterfactual: a deed counts as *I am here*."""
        if self.team.presence == "held" and person.id.startswith("c"):
            self._say_here(person)

    def _expect(self, person: Person, said: int) -> None:
        """When the next *I am here* will come: after the first question, the second, or some time after it lapsed."""
        person.word += 1
        word, minutes, draw = person.word, self.team.presence_minutes, self._words_draw
        for asked in questions(minutes):
            if draw.random() >= self.world.late:
                comes = said + asked + draw.expovariate(1 / self.world.answers) * 60
                break
        else:
            comes = said + (minutes + draw.uniform(0, self.world.returns)) * 60
        self.at(round(comes), lambda: self._asked(person, word))

    def _asked(self, person: Person, word: int) -> None:
        if word == person.word:
            if person.busy:
                person.owes = True
            else:
                self._say_here(person)


@cache
def questions(presence_minutes: int) -> tuple[int, int]:
    """How many seconds after *I am here* the service asks for it again, found by asking it for every minute."""
    staff = Staff("c0", "c0", "counselor", "c0", LANGUAGE, (LANGUAGE,), seen_at=BEGINS)
    seconds = range(0, presence_minutes * 60, 60)
    asked = [times_asked(staff, BEGINS + after, presence_minutes) for after in seconds]
    return seconds[asked.index(1)], seconds[asked.index(2)]
