"""The meaning of a key never changes within a session, whatever is published, whoever knows of it, and whatever Redis does meanwhile."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from hotline.engine.effects import Screen
from hotline.engine.step import replay
from hotline.service.editions.activation import over_after
from tests.service.fleet import LEAD, LIFE, Fleet, Process, edition, fleet_in

pytestmark = pytest.mark.long
SKEWS = (0, -1, 2)
"""Of the three processes."""
LONGEST_CUT = LIFE
"""Whoever is cut off for longer, and alone, lets sessions begin on an edition that the others have forgotten."""
SWITCH = LEAD
"""When the first edition comes into force; all times count from its publication."""
LATER = st.sampled_from([0, 1, 2, 4, 8, 30, 120, 280, 297])
TIMES = st.builds(
    lambda about, off: about + off,
    st.sampled_from([SWITCH, SWITCH + LIFE, SWITCH + over_after(LIFE), SWITCH + 2 * LIFE, SWITCH + 2 * over_after(LIFE)]),
    st.integers(-12, 8) | st.sampled_from([-290, -200, -100, 30, 150]),
)

Weather: TypeAlias = Literal["up", "away", "mute", "empty"]
"""Redis answers, does not, does what it is asked and does not answer, or has just started again with nothing."""
FIRST: st.SearchStrategy[Weather] = st.sampled_from(["up", "up", "away", "mute"])
LATER_ON: st.SearchStrategy[Weather] = st.sampled_from(["up", "up", "up", "up", "away", "mute", "empty"])


class Publish(Struct, frozen=True):
    pass


class Lose(Struct, frozen=True):
    """Redis starts again with nothing."""


class Cut(Struct, frozen=True):
    """This process cannot reach the database any more, or can again."""

    process: int
    cut: bool


class Hop(Struct, frozen=True):
    """The next keys of a session; `again`: the hop comes twice, and the second answer is shown."""

    session: int
    keys: str
    process: int
    weather: Weather
    again: int | None


Step: TypeAlias = Publish | Lose | Cut | Hop
PROCESSES = st.integers(0, 2)


@st.composite
def hops(draw: st.DrawFn, session: int, *, calm: bool) -> list[tuple[int, Step]]:
    """A session from its first hop on."""
    at = draw(TIMES)
    found: list[tuple[int, Step]] = []
    for keys in ("", *draw(st.lists(st.sampled_from(["1", "2", "1 0 2", "5", "5 4", "4 1", "4", "0"]), min_size=1, max_size=3))):
        weather: Weather = "up" if calm else draw(LATER_ON if keys else FIRST)
        found.append((at, Hop(session, keys, draw(PROCESSES), weather, draw(st.none() | st.none() | PROCESSES))))
        at += draw(LATER)
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, Step]]:
    """What happens, in order, with its times."""
    gaps = draw(st.lists(st.sampled_from([1, 5, 9, 12, 60, 290, 315, 630]), max_size=2)) if draw(st.booleans()) else []
    steps: list[tuple[int, Step]] = [(sum(gaps[:n]), Publish()) for n in range(len(gaps) + 1)]
    # Without the database and without Redis nothing can be known: where one is cut off Redis is well.
    calm = draw(st.integers(0, 3)) == 0
    if calm:
        process, begins = draw(PROCESSES), draw(st.sampled_from([-20, -3, 0, 5, 200]))
        steps += [(begins, Cut(process, cut=True)), (begins + draw(st.sampled_from([10, 100, LONGEST_CUT])), Cut(process, cut=False))]
    else:
        steps += [(at, Lose()) for at in draw(st.lists(TIMES, max_size=1))]
    for session in range(draw(st.integers(1, 4))):
        steps += draw(hops(session, calm=calm))
    return sorted(steps, key=lambda step: step[0])


class Session(Struct):
    """One caller's, as she sees it."""

    began_at: int
    inputs: tuple[str, ...]
    editions: frozenset[int]
    """What she can take herself to be on."""


class Watcher:
    """Plays a history and looks at every answer."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.processes = [fleet.start(ahead) for ahead in SKEWS]
        self.numbers = [1]
        self.sessions: dict[int, Session | None] = {}

    def play(self, step: Step) -> None:
        match step:
            case Publish():
                self.numbers.append(self.fleet.publish(len(self.numbers) + 1))
            case Lose():
                self.fleet.memory.lose()
            case Cut(process, cut):
                self.processes[process].cut = cut
                self.processes[process].poll()
            case Hop():
                self._weather(step.weather)
                self._hop(step)
                self._weather("up")

    def _weather(self, weather: Weather) -> None:
        memory = self.fleet.memory
        memory.away, memory.mute = weather == "away", weather == "mute"
        if weather == "empty":
            memory.lose()

    def _hop(self, hop: Hop) -> None:
        now = self.fleet.clock.at
        session = self.sessions.setdefault(hop.session, Session(now, (), frozenset(self.numbers)))
        if session is None or now - session.began_at >= LIFE:
            return
        session.inputs += tuple(hop.keys.split())
        screens = [
            self._answer(self.processes[process], session, hop.session) for process in (hop.process, hop.again) if process is not None
        ]
        if any(screen.ends for screen in screens):
            self.sessions[hop.session] = None
        elif not session.inputs:
            # Twice begun and Redis away from one of them: she may have seen either.
            session.editions = frozenset(screen.edition for screen in screens)
            assert len(session.editions) == 1 or hop.weather in ("away", "mute")

    def _answer(self, process: Process, session: Session, name: int) -> Screen:
        screen = process.dial(" ".join(session.inputs), f"session-{name}")
        if screen.key == "safe.end":
            return screen
        said = {number: replay(edition(number), session.inputs, process.facts) for number in session.editions}
        alike = {
            number
            for number, answer in said.items()
            if isinstance(answer, Screen) and (answer.text, answer.ends) == (screen.text, screen.ends)
        }
        assert alike, f"{session} was shown {screen}"
        if session.inputs:
            session.editions = frozenset(alike)
        return screen


@settings(max_examples=60)
@given(history=histories())
def test_a_key_never_changes_its_meaning(empty_database: Path, history: list[tuple[int, Step]]) -> None:
    """Over three processes whose clocks differ: every answer is what the edition of the session's first screen says to these keys, or the safe end."""
    with tempfile.TemporaryDirectory() as folder, fleet_in(Path(folder), empty_database) as fleet:
        watcher = Watcher(fleet)
        zero = fleet.clock.at + LIFE
        for at, step in history:
            fleet.wait(max(0, zero + at - fleet.clock.at))
            watcher.play(step)
