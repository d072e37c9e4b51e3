"""What an outsider learns of one woman's request: he looks at screens with other phones, or asks himself and waits for his ring.

She asks at minute 0 of a line that has run for some hours, or does not. The outsider knows the line as well as we do: the best test is learned on one
half of the histories and tried on the other, both ways. What it is worth is its hits less its false alarms: 0 is a guess, 100 certainty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from bench.capacity.cells import SEED
from bench.capacity.line import Line
from bench.capacity.world import Team

FILLS: Final = 90 * 60
LOOKS: Final = (2, 5, 10, 15, 20, 25, 30, 35, 45, 60, 75, 90)
"""Minutes after she asked, or did not."""
ASKS_AFTER: Final = 3
CLASSES: Final = (1, 2, 3, 5, 8, 12, 18, 25, 35)
"""Minutes until his own ring, at their upper ends; later, and never, is one more."""
HISTORIES: Final = 600
"""With her request, and as many without."""

By: TypeAlias = Literal["looks", "ring"]
History: TypeAlias = tuple[Hashable, ...]
Halves: TypeAlias = tuple[Sequence[History], Sequence[History]]
"""Where she asked, and where she did not."""


@dataclass(frozen=True)
class Spied:
    """One question that is asked of one line."""

    team: Team
    load: float
    by: By = "looks"
    urgent: bool = False
    """Did she ask for urgent help?"""


class Learned(NamedTuple):
    """Out of 100."""

    hits: float
    false_alarms: float

    @property
    def worth(self) -> float:
        return self.hits - self.false_alarms


def spy(spied: Spied, histories: int = HISTORIES) -> Learned:
    asked, not_asked = ([history(spied, n, asks=asks) for n in range(histories)] for asks in (True, False))
    half = histories // 2
    tried = [_learned(spied, (yes, no), (others, no_others)) for yes, others, no, no_others in (
        (asked[:half], asked[half:], not_asked[:half], not_asked[half:]),
        (asked[half:], asked[:half], not_asked[half:], not_asked[:half]),
    )]  # fmt: skip
    return Learned(*(sum(part) / 2 for part in zip(*tried, strict=True)))


def _learned(spied: Spied, learns: Halves, tries: Halves) -> Learned:
    tests = [(read, _signs(read, *learns)) for read in _readings(spied)]
    read, signs = max(tests, key=lambda test: _worth(test[0], test[1], *learns).worth)
    return _worth(read, signs, *tries)


def history(spied: Spied, n: int, *, asks: bool) -> History:
    """All that he sees of one stretch of time."""
    line = Line(spied.team, f"{SEED}|{spied.team.counselors}|{spied.load:g}|{n}")
    line.call_in(spied.load)
    begins = line.time.at + FILLS
    line.run(begins)
    if asks:
        line.dial(line.caller(urgent=spied.urgent))
    if spied.by == "ring":
        line.run(begins + ASKS_AFTER * 60)
        his = line.caller(urgent=False)
        line.dial(his)
        line.run(begins + (ASKS_AFTER + spied.team.promise_minutes + 1) * 60)
        return (len(CLASSES) if his.rung is None else sum((his.rung - his.first) / 60 > ends for ends in CLASSES),)
    seen = []
    for minute in LOOKS:
        line.run(begins + minute * 60)
        coverage = line.look()
        seen.append((coverage.now, coverage.urgent, coverage.many))
    return tuple(seen)


Reading: TypeAlias = Callable[[History], Hashable]


def _readings(spied: Spied) -> list[Reading]:
    """What of a history may tell: one look, all of them, or how many said that somebody is there."""
    if spied.by == "ring":
        return [lambda seen: seen]
    return [*(lambda seen, place=place: seen[place] for place in range(len(LOOKS))), lambda seen: seen, lambda seen: seen.count(seen[0])]


def _signs(read: Reading, asked: Sequence[History], not_asked: Sequence[History]) -> frozenset[Hashable]:
    """What was seen more often where she had asked."""
    yes, no = (Counter(read(seen) for seen in histories) for histories in (asked, not_asked))
    return frozenset(sign for sign in yes if yes[sign] > no[sign])


def _worth(read: Reading, signs: frozenset[Hashable], asked: Sequence[History], not_asked: Sequence[History]) -> Learned:
    hits, false_alarms = (100 * sum(read(seen) in signs for seen in histories) / len(histories) for histories in (asked, not_asked))
    return Learned(hits, false_alarms)
