"""Lines through time of released figures: a row of points for each thing that is told, one below the other, so that no line needs a colour.

A point has its number beside it. What is hidden has the dashed stub that it has everywhere, what was not let out a cross; the line ends before either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from hotline.console.figure_plots import SMALL, Caption, framed, named
from hotline.console.plots import GROUND, INK, STUB, TEXT, WIDTH, line, rect, text

HEIGHT: Final = 44
"""Of the highest point above the line of zero."""
HEAD: Final = 16
"""Room for the number above it."""
EDGE: Final = 18
POINT: Final = 3.5
TIMES: Final = "×"


class Run(Struct, frozen=True):
    """What is told of one thing, a quarter a place. None where it is hidden. `whole`: what is as high as there is room."""

    name: str
    values: tuple[int | None, ...]
    said: tuple[str, ...]
    whole: int


class Axis(Struct, frozen=True):
    """The quarters: what stands below each, in lines, and whether anything of it was let out and stands."""

    names: tuple[tuple[str, str], ...]
    stand: tuple[bool, ...]

    def x(self, place: int) -> float:
        return EDGE + place * (WIDTH - 2 * EDGE) / max(len(self.names) - 1, 1)


def lines(caption: Caption, runs: Sequence[Run], axis: Axis) -> Markup:
    """One below the other, each from zero on; the quarters stand below the last."""
    pieces: list[Markup] = []
    top = 0
    for run in runs:
        label, height = named(run.name, "", top)
        foot = top + height + HEAD + HEIGHT
        pieces += [*label, line(0, foot, WIDTH, foot), *_drawn(caption.id, run, axis, foot)]
        top = foot + 14
    for place, (above, below) in enumerate(axis.names):
        pieces.append(text(axis.x(place), top + SMALL, above, size=SMALL, anchor="middle"))
        if below:
            pieces.append(text(axis.x(place), top + 2 * SMALL + 2, below, size=SMALL, anchor="middle"))
    return framed(caption, pieces, top + 3 * SMALL)


def _drawn(id: str, run: Run, axis: Axis, foot: int) -> Iterable[Markup]:
    heights = [None if value is None else foot - HEIGHT * value / max(run.whole, 1) for value in run.values]
    places = [place for place, height in enumerate(heights) if height is not None]
    for _, together in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        points = [(axis.x(place), heights[place] or 0) for _, place in together]
        if len(points) > 1:
            yield Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(
                " ".join(f"{x:g},{round(y, 1):g}" for x, y in points), INK
            )
    for place, height in enumerate(heights):
        x = axis.x(place)
        if height is not None:
            yield Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}"/>').format(round(x, 1), round(height, 1), POINT, INK, GROUND)
            yield text(x, height - 7, run.said[place], weight="700", anchor="middle")
        elif axis.stand[place]:
            yield rect(id, x - STUB / 2, foot - STUB, STUB, STUB, "hidden")
            yield text(x, foot - STUB - 5, run.said[place], anchor="middle")
        else:
            yield text(x, foot - 4, TIMES, size=TEXT, anchor="middle")
