"""The line's one promise, in whatever weather: what a screen says is noted is kept, once; what it says is lost is kept nowhere."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from hotline.engine.edition import Edition
from hotline.engine.effects import Fact, OpenCallback, Order, Ref, Screen, StepResult
from hotline.engine.flow import Branch, Do
from hotline.engine.step import replay
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from hotline.ports.ussd import InputMemory, Inputs
from hotline.service.conversation.ledger import order_key
from hotline.service.editions.cache import EditionCache
from tests.content_line import sources
from tests.service.fakes import Failing
from tests.service.line import AWA, NANA, OTHER_PHONE, Line, staffed
from tests.service.wires import MEMORIES, Wire

pytestmark = pytest.mark.long
OPENINGS = [
    screen.kind
    for flow in sources().flows
    for screen in flow.screens
    if isinstance(screen.kind, Do) and screen.kind.order == "open_callback"
]


def shown_after(key: str) -> frozenset[str]:
    """The screens that a way leads to, through what nobody sees."""
    kind = next(screen.kind for flow in sources().flows for screen in flow.screens if screen.key == key)
    return frozenset.union(*(shown_after(way.go) for way in kind.ways)) if isinstance(kind, Branch) else frozenset({key})


NOTED = frozenset.union(*(shown_after(order.kept) for order in OPENINGS))
LOST = {order.lost for order in OPENINGS}
OTHER = OTHER_PHONE.removeprefix("+223")
WALKS = [
    *("5 5", "6 5 5", "5 1", "5 3", "6 5 4", "4 1 1", f"5 6 {OTHER} 5", f"5 6 {OTHER} 4"),
    *("1 2", "1", "2", "7", "5 7", "6", "0", "9", "3", "3 3 5 5"),
]
"""Openings, then what follows them: a word, another day, cancelling, stopping, the other language, back, out, wrong keys and the help after them."""
STORES: list[tuple[Failing, bool]] = [
    *(("never", False), ("never", True), ("always", False), ("always", True)),
    *(("at commit", False), ("at commit", True), ("after commit", False)),
]
"""How the store fails, and whether the spool is full. Left out: committed without a word and no room to spool it, which is told lost and kept."""

Hop: TypeAlias = tuple[str, tuple[str, ...]]
"""A session, and all that was typed in it so far."""


class Weather(Struct, frozen=True):
    """How the world is while a hop is answered, and whether the clock ticks after it."""

    passed: int = 0
    """Seconds since what was before."""
    awa: bool = True
    nana: bool = True
    memory_away: bool = False
    store: Failing = "never"
    spool_full: bool = False
    ticks: bool = False


class Typed(Struct, frozen=True):
    """The keys that one hop adds, and the weather in which each of its deliveries arrives."""

    keys: tuple[str, ...]
    deliveries: tuple[Weather, ...]


@st.composite
def any_weather(draw: st.DrawFn) -> Weather:
    store, full = draw(st.sampled_from(STORES))
    yes = st.booleans()
    return Weather(draw(st.sampled_from([0, 1, 2, 30, 90, 400])), draw(yes), draw(yes), draw(yes), store, full, draw(yes))


WEATHERS = st.just(Weather()) | any_weather()


@st.composite
def walks(draw: st.DrawFn) -> tuple[Typed, ...]:
    keys = " ".join(draw(st.lists(st.sampled_from(WALKS), min_size=1, max_size=4))).split()
    hops = []
    while keys:
        bundled = draw(st.integers(1, 3))
        hops.append(Typed(tuple(keys[:bundled]), tuple(draw(st.lists(WEATHERS, min_size=1, max_size=3)))))
        keys = keys[bundled:]
    return tuple(hops)


class Witness:
    """The engine as the line asks it, and what it was told of each opening before it showed a screen: *kept*, *lost*, *late*."""

    def __init__(self) -> None:
        self.told: dict[bytes, set[Fact]] = defaultdict(set)
        """By the order's key."""
        self.of: dict[bytes, str] = {}
        """The session of each."""
        self._screened: tuple[Edition, Inputs, Mapping[str, Fact]] | None = None

    def replay(self, edition: Edition, inputs: Sequence[str], facts: Mapping[str, Fact]) -> StepResult:
        answer = replay(edition, inputs, facts)
        if isinstance(answer, Screen):
            self._screened = edition, tuple(inputs), dict(facts)
        return answer

    def hop(self, line: Line, wire: Wire, session: str, inputs: tuple[str, ...]) -> Screen:
        """One delivery. Its screen says of an opening by the last key just what the engine was told of it."""
        self._screened = None
        screen = wire.send(session, inputs)
        line.offer()
        edition, typed, facts = self._screened or (None, (), {})
        openings = dict(told_of_openings(edition, facts, typed)) if edition else {}
        known = wire.session(session, inputs, typed)
        for ref, outcome in openings.items():
            key = order_key(line.seal, "fake", known.id_at(line.seal, ref.position), ref)
            self.told[key].add(outcome)
            self.of[key] = session
        for outcome, screens in (("kept", NOTED), ("lost", LOST)):
            if openings.get(Ref(len(typed), 0)) == outcome:
                assert screen.key in screens
            assert screen.key not in screens or outcome in openings.values()
        return screen


def told_of_openings(edition: Edition, facts: Mapping[str, Fact], inputs: tuple[str, ...]) -> Iterator[tuple[Ref, Fact]]:
    """The openings on the way of these inputs, each with its outcome: what the engine would ask for if it did not know."""
    for key, outcome in facts.items():
        asked = replay(edition, inputs, {other: fact for other, fact in facts.items() if other != key})
        if isinstance(asked, Order) and isinstance(asked.effect, OpenCallback):
            yield asked.ref, outcome


class Caller:
    """Her hops, each as often as the gateway delivers it, and the weather that they meet."""

    def __init__(self, line: Line, witness: Witness, wire: Wire) -> None:
        self.hops: list[Hop] = []
        self._wire = wire
        self._line = line
        self._witness = witness
        self._first: dict[Hop, str] = {}
        """The key of the screen that each hop was answered with first."""
        self._began: dict[str, int] = {}
        self._heard_at: set[int] = set()
        self._forgettable: set[str] = set()
        """Sessions that Redis was away from, or that are over: it alone knows what was lost."""
        self._cramped: set[str] = set()
        """Sessions that met a full spool: with the store away too, a hop that comes again finds nothing that knows of it."""

    def walk(self, session: str, walk: tuple[Typed, ...]) -> None:
        for inputs, deliveries in self._hops_of(walk):
            self.hops.append((session, inputs))
            if [self.deliver((session, inputs), weather).ends for weather in deliveries][-1]:
                return

    def _hops_of(self, walk: tuple[Typed, ...]) -> Iterator[tuple[tuple[str, ...], tuple[Weather, ...]]]:
        """A wire that brings all inputs may bring several at once, and need not bring the dial."""
        inputs: tuple[str, ...] = ()
        if self._wire.memory == "all":
            for typed in walk:
                inputs += typed.keys
                yield inputs, typed.deliveries
        else:
            yield (), walk[0].deliveries
            for typed in walk:
                for key in typed.keys:
                    inputs += (key,)
                    yield inputs, typed.deliveries

    def deliver(self, hop: Hop, weather: Weather) -> Screen:
        self.meet(weather)
        self._heard_at.add(self._line.clock.now())
        self._note(hop[0], weather)
        screen = self._witness.hop(self._line, self._wire, *hop)
        if self._first.setdefault(hop, screen.key) in NOTED and hop[0] not in self._cramped and not self._begins_again(hop[0]):
            assert screen.key in {*NOTED, "safe.end", *(["line.first"] if self._wire.memory != "all" else [])}
        if weather.ticks:
            with suppress(StoreAway, SpoolFull):
                self._line.hotline.tick()
        return screen

    def meet(self, weather: Weather) -> None:
        line = self._line
        line.clock.at += weather.passed
        for number, is_there in ((AWA, weather.awa), (NANA, weather.nana)):
            line.set_staff(number, seen_at=line.clock.now() if is_there else None)
        line.memory.away, line.store.failing, line.spool.slots = weather.memory_away, weather.store, 0 if weather.spool_full else 100

    def _note(self, session: str, weather: Weather) -> None:
        now = self._line.clock.now()
        age = now - self._began.setdefault(session, now)
        if weather.memory_away or age >= self._line.rules.session_seconds:
            self._forgettable.add(session)
        if weather.spool_full:
            self._cramped.add(session)

    def _begins_again(self, session: str) -> bool:
        """Is the list of inputs over, where the wire does not bring all of them? Then a hop of before is a key of a conversation that has begun again."""
        age = self._line.clock.now() - self._began[session]
        return self._wire.memory != "all" and age >= self._line.rules.session_seconds

    def begun_again(self) -> dict[str, str]:
        """The ids that callbacks have of sessions whose vendor may have given an id again, each with that of the one before: hops that came again in their
        order, after the session's life."""
        digest = self._line.seal.digest
        return {digest("callback", f"{id}|{at}").hex()[:32]: id for id in self.told("kept") for at in self._heard_at}

    def told(self, outcome: str) -> list[str]:
        """The ids of the callbacks that she was told this of, by sessions that could not be forgotten where it is *lost*."""
        openings = [key for key, told in self._witness.told.items() if outcome in told]
        sure = [key for key in openings if outcome != "lost" or self._witness.of[key] not in self._forgettable]
        return sorted(self._line.seal.digest("callback", key.hex()).hex()[:32] for key in sure)


FORGOTTEN_REFUSAL = (
    Typed(("6",), (Weather(),)),
    Typed(("5", "5"), (Weather(awa=False, nana=False),)),
    Typed(("2",), (Weather(awa=False, memory_away=True), Weather())),
)
"""She read that nobody can call. Redis is away at her next key, and nothing else knows of that: somebody is there, it is noted. The same hop comes again with Redis back."""
Opened: TypeAlias = Callable[[Path, Witness], AbstractContextManager[Line]]


@pytest.fixture(scope="module")
def opened(empty_database: Path, editions: EditionCache) -> Opened:
    return lambda path, witness: staffed(empty_database, path, editions, witness.replay)


@pytest.mark.parametrize("memory", MEMORIES)
@settings(max_examples=60)
@example(sessions=[FORGOTTEN_REFUSAL], strays=[])
@given(sessions=st.lists(walks(), min_size=1, max_size=2), strays=st.lists(st.tuples(st.integers(0, 30), WEATHERS), max_size=3))
def test_noted_means_kept_once_in_any_weather(
    opened: Opened, memory: InputMemory, sessions: list[tuple[Typed, ...]], strays: list[tuple[int, Weather]]
) -> None:
    """Whatever the wire remembers: a screen said *noted* of an opening if and only if there is one callback of it, once all is back and drained, and says so each time
    that its hop comes again; *lost*: there is none. `strays` are hops of before that come again when all is over."""
    witness = Witness()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "hotline.db", witness) as line:
        caller = Caller(line, witness, Wire(line, memory))
        for number, walk in enumerate(sessions):
            caller.walk(f"session-{number}", walk)
        for place, weather in strays:
            caller.deliver(caller.hops[place % len(caller.hops)], weather)
        caller.meet(Weather(passed=3))
        line.hotline.tick()
        rows, again = {callback.id for callback in line.callbacks()}, caller.begun_again()
        first = sorted(rows - again.keys())
        new = {again[id] for id in rows & again.keys()}
        assert ([id for id in caller.told("kept") if id in rows or id not in new], 0) == (first, len(line.spool))
        assert set(caller.told("lost")).isdisjoint(rows)
