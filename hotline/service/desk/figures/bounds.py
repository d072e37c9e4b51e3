"""Between which numbers a hidden cell lies, for whoever can calculate: an exact linear programme, in fractions, over the equations that are public.

Our own simplex instead of a solver's: a table that leaves the line has some dozens of unknowns, and SciPy and what it stands on would be half of
what production installs. Tests hold every bound to HiGHS.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct

Number: TypeAlias = int | Fraction
EquationRow: TypeAlias = dict[int, Number]
K = TypeVar("K", bound=Hashable)
STALLED: Final = 20
"""So many steps without gain, and it goes by Bland's rule."""


Solved: TypeAlias = dict[Hashable, "_Simplex"]
"""By their equations."""


class Equation(Struct, Generic[K], frozen=True):
    """These unknowns, each so many times, make `value`; none of them is below zero."""

    terms: Mapping[K, int]
    value: int


def bounds(equations: Iterable[Equation[K]], wanted: Iterable[K]) -> dict[K, tuple[int, int | None]]:
    """The least and the most whole number that each wanted unknown can be; None where it has no end. The equations have a solution.

    What shares no equation with another is worked out apart. An unknown that is in no equation can be anything.
    """
    groups = _Groups(equations)
    return {name: groups.bounds(name) for name in wanted}


def first_narrow(equations: Iterable[Equation[K]], wanted: Iterable[K], width: int, solved: Solved) -> K | None:
    """The first wanted unknown whose most is less than `width` above its least. Returns None if there is none.

    Quicker than all bounds: each solution that is come by on the way to one shows how far others reach at least, and what stands in `solved`
    from before, equation for equation, is not solved again.
    """
    groups = _Groups(equations, solved)
    return next((name for name in wanted if not groups.reaches(name, width)), None)


class _Groups(Generic[K]):
    """The unknowns, each with the equations that say something of it."""

    def __init__(self, equations: Iterable[Equation[K]], solved: Solved | None = None) -> None:
        self._at: dict[K, tuple[_Simplex, int]] = {}
        before = {} if solved is None else solved
        for group in _apart(equations):
            places = {name: place for place, name in enumerate(dict.fromkeys(name for equation in group for name in equation.terms))}
            same = tuple((tuple(equation.terms.items()), equation.value) for equation in group)
            if same not in before:
                rows = [({places[name]: times for name, times in equation.terms.items()}, equation.value) for equation in group]
                before[same] = _Simplex(rows, len(places))
            self._at |= {name: (before[same], place) for name, place in places.items()}

    def bounds(self, name: K) -> tuple[int, int | None]:
        if name not in self._at:
            return 0, None
        simplex, place = self._at[name]
        least, most = simplex.highest({place: -1}), simplex.highest({place: 1})
        return 0 if least is None else math.ceil(-least), None if most is None else math.floor(most)

    def reaches(self, name: K, width: int) -> bool:
        if name not in self._at:
            return True
        simplex, place = self._at[name]
        if simplex.spread(place) >= width or simplex.highest({place: 1}) is None or simplex.spread(place) >= width:
            return True
        simplex.highest({place: -1})
        return simplex.spread(place) >= width


def _apart(equations: Iterable[Equation[K]]) -> list[list[Equation[K]]]:
    """Groups that have no unknown in common."""
    leader: dict[K, K] = {}

    def first(name: K) -> K:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    given = [equation for equation in equations if equation.terms]
    for equation in given:
        head, *others = equation.terms
        leader.setdefault(head, head)
        for name in others:
            leader.setdefault(name, name)
            leader[first(name)] = first(head)
    groups: defaultdict[K, list[Equation[K]]] = defaultdict(list)
    for equation in given:
        groups[first(next(iter(equation.terms)))].append(equation)
    return list(groups.values())


class _Simplex:
    """A tableau that stays feasible, so that the next aim begins where the last one ended. It enters what gains most, and by Bland's rule where
    it stands still, so that it always comes to an end."""

    def __init__(self, equations: Sequence[tuple[Mapping[int, int], int]], unknowns: int) -> None:
        self._rows: list[EquationRow] = []
        self._values: list[Number] = []
        for terms, value in equations:
            sign = -1 if value < 0 else 1
            self._rows.append({place: sign * times for place, times in terms.items() if times})
            self._values.append(sign * value)
        # What is lacking in each equation is an unknown of its own, and goes to nothing first.
        self._basis = list(range(unknowns, unknowns + len(self._rows)))
        for row, lacking in zip(self._rows, self._basis, strict=True):
            row[lacking] = 1
        self.least: list[Number] = []
        self.most: list[Number] = []
        """Of each unknown in any solution that was come by; empty before there is one."""
        if self.highest(dict.fromkeys(self._basis, -1)) != 0:
            raise ValueError("no solution")
        self._forget_from(unknowns)
        self.most = self._solution(unknowns)
        self.least = list(self.most)

    def highest(self, aim: EquationRow) -> Number | None:
        """The most that these unknowns, so many times each, can make together. Returns None for without end."""
        gains, stalled = dict(aim), 0
        value: Number = 0
        for row, basic, amount in zip(self._rows, self._basis, self._values, strict=True):
            gain = gains.get(basic)
            if gain:
                value += gain * amount
                _subtract(gains, row, gain)
        while (entering := _best(gains, is_stalled=stalled > STALLED)) is not None:
            leaving = self._leaving(entering)
            if leaving is None:
                return None
            self._pivot(leaving, entering)
            gain = gains[entering]
            value += gain * self._values[leaving]
            stalled = 0 if self._values[leaving] else stalled + 1
            _subtract(gains, self._rows[leaving], gain)
            if self._values[leaving]:
                self._look()
        return value

    def spread(self, place: int) -> int:
        """How many whole numbers beyond its least this unknown was seen to reach; once both ends were aimed at, it reaches no further."""
        return math.floor(self.most[place]) - math.ceil(self.least[place])

    def _solution(self, unknowns: int) -> list[Number]:
        found: list[Number] = [0] * unknowns
        for basic, amount in zip(self._basis, self._values, strict=True):
            found[basic] = amount
        return found

    def _look(self) -> None:
        if self.most:
            found = self._solution(len(self.most))
            self.least, self.most = list(map(min, self.least, found)), list(map(max, self.most, found))

    def _leaving(self, entering: int) -> int | None:
        ratios = [
            (Fraction(self._values[at]) / row[entering], self._basis[at], at)
            for at, row in enumerate(self._rows)
            if row.get(entering, 0) > 0
        ]
        return min(ratios)[2] if ratios else None

    def _pivot(self, at: int, entering: int) -> None:
        by = self._rows[at][entering]
        if by != 1:
            self._rows[at] = {place: _divided(times, by) for place, times in self._rows[at].items()}
            self._values[at] = _divided(self._values[at], by)
        for other, row in enumerate(self._rows):
            times = row.get(entering)
            if other != at and times:
                self._values[other] = _whole(self._values[other] - times * self._values[at])
                _subtract(row, self._rows[at], times)
        self._basis[at] = entering

    def _forget_from(self, unknowns: int) -> None:
        """Without what was lacking: an equation in which nothing else is left says nothing that the others do not."""
        for at in range(len(self._rows) - 1, -1, -1):
            if self._basis[at] >= unknowns:
                place = next((place for place in self._rows[at] if place < unknowns), None)
                if place is None:
                    del self._rows[at], self._values[at], self._basis[at]
                else:
                    self._pivot(at, place)  # its value is 0, so that all stays feasible
        for row in self._rows:
            for place in [place for place in row if place >= unknowns]:
                del row[place]


def _subtract(row: EquationRow, other: EquationRow, times: Number) -> None:
    for place, amount in other.items():
        left = row.get(place, 0) - times * amount
        if left:
            row[place] = left if isinstance(left, int) or left.denominator != 1 else left.numerator
        else:
            row.pop(place, None)


def _divided(number: Number, by: Number) -> Number:
    return _whole(Fraction(number) / by)


def _whole(number: Number) -> Number:
    return number if isinstance(number, int) or number.denominator != 1 else number.numerator


def _best(gains: EquationRow, *, is_stalled: bool) -> int | None:
    """What is to enter. Returns None where nothing gains."""
    gaining = [place for place, gain in gains.items() if gain > 0]
    if not gaining:
        return None
    return min(gaining) if is_stalled else max(gaining, key=lambda place: (gains[place], -place))
