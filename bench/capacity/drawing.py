"""The document's plots: lines, and lying bars. In the console's colours by day, on a white ground, never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

INK: Final = "#1c6842"
ALARM: Final = "#a31515"
DARK: Final = "#16201a"
PALE: Final = "#d3dad5"
"""A picture beside a document has no stylesheet: these are the colours themselves."""
WIDTH: Final = 680
HEIGHT: Final = 400
LEFT, RIGHT, TOP, FOOT = 48, 150, 44, 54
TEXT: Final = 13
ROW, LABEL = 24, 220
APART: Final = 17
"""Between two names at the lines' ends."""


class Series(NamedTuple):
    """One line. `mark`: the shape of its points."""

    name: str
    points: Sequence[tuple[float, float]]
    mark: str
    dash: str = ""
    paint: str = INK


class Bar(NamedTuple):
    name: str
    value: float
    is_hollow: bool = False


class Axis(NamedTuple):
    name: str
    start: float
    end: float
    ticks: Sequence[float]


def lines(title: str, aloud: str, across: Axis, up: Axis, series: Sequence[Series]) -> str:

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - across.start) / (across.end - across.start)

    def y(value: float) -> float:
        return HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * (value - up.start) / (up.end - up.start)

    pieces = [_text(14, 24, title, weight="700", size=15)]
    for tick in up.ticks:
        pieces += [_line(LEFT, y(tick), WIDTH - RIGHT, y(tick), PALE), _text(LEFT - 8, y(tick) + 4, f"{tick:g}", anchor="end")]
    for tick in across.ticks:
        pieces += [
            _line(x(tick), HEIGHT - FOOT, x(tick), HEIGHT - FOOT + 5, DARK),
            _text(x(tick), HEIGHT - FOOT + 20, f"{tick:g}", anchor="middle"),
        ]
    pieces += [
        _line(LEFT, HEIGHT - FOOT, WIDTH - RIGHT, HEIGHT - FOOT, DARK),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, across.name, anchor="middle"),
    ]
    for line in series:
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line.points)
        pieces.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>').format(
                path, line.paint, line.dash or "none"
            )
        )
        pieces += [_mark(line.mark, x(a), y(b), line.paint) for a, b in line.points]
    ends = sorted(series, key=lambda line: -line.points[-1][1])
    for line, top in zip(ends, _spread([y(line.points[-1][1]) for line in ends], HEIGHT - FOOT), strict=True):
        right, level = x(line.points[-1][0]), y(line.points[-1][1])
        pieces += [
            _line(right + 6, level, WIDTH - RIGHT + 22, top, PALE),
            _text(WIDTH - RIGHT + 26, top + 4, line.name, paint=line.paint, weight="700"),
        ]
    return _whole(WIDTH, HEIGHT, title, aloud, pieces)


def lying(title: str, aloud: str, groups: Sequence[tuple[str, Sequence[Bar]]], longest: float) -> str:
    """Lying bars on one scale, each group under its name. A bar that is not worth seeing has its number all the same."""
    pieces, top = [_text(14, 24, title, weight="700", size=15)], 34
    for name, group in groups:
        pieces.append(_text(14, top + 18, name, weight="700"))
        top += 26
        pieces.append(_line(LABEL, top, LABEL, top + ROW * len(group), DARK))
        for bar in group:
            length = (WIDTH - LABEL - 60) * max(0.0, bar.value) / longest
            if length:
                pieces.append(_rect(LABEL, top + 4, length, ROW - 8, "#ffffff" if bar.is_hollow else INK, INK))
            pieces += [_text(26, top + 16, bar.name), _text(LABEL + length + 7, top + 16, f"{bar.value:g}", weight="700")]
            top += ROW
        top += 8
    return _whole(WIDTH, top + 10, title, aloud, pieces)


def _spread(tops: Sequence[float], lowest: float) -> list[float]:
    """Moved apart as far as names need, downwards first."""
    placed: list[float] = []
    for top in tops:
        placed.append(max(top, placed[-1] + APART) if placed else top)
    for place in range(len(placed) - 1, -1, -1):
        below = placed[place + 1] - APART if place + 1 < len(placed) else lowest
        placed[place] = min(placed[place], below)
    return placed


def _mark(shape: str, x: float, y: float, paint: str) -> Markup:
    points = {
        "square": ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        "diamond": ((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0)),
        "triangle": ((0, -5), (5, 4.5), (-5, 4.5)),
        "down": ((0, 5), (5, -4.5), (-5, -4.5)),
    }.get(shape)
    if points is None:
        return Markup('<circle cx="{}" cy="{}" r="4.2" fill="#ffffff" stroke="{}" stroke-width="2"/>').format(f"{x:.1f}", f"{y:.1f}", paint)
    return Markup('<polygon points="{}" fill="{}"/>').format(" ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in points), paint)


def _line(x: float, y: float, x2: float, y2: float, paint: str, dash: str = "none") -> Markup:
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-dasharray="{}"/>').format(
        f"{x:.1f}", f"{y:.1f}", f"{x2:.1f}", f"{y2:.1f}", paint, dash
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", weight: str = "400", paint: str = DARK, size: int = TEXT) -> Markup:
    return Markup('<text x="{}" y="{}" font-size="{}" font-weight="{}" text-anchor="{}" fill="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", size, weight, anchor, paint, words
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, edge: str = "none") -> Markup:
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="{}"/>').format(
        x, y, width, height, fill, edge
    )


def _whole(width: int, height: int, title: str, aloud: str, pieces: Sequence[Markup]) -> str:
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" font-family="system-ui, sans-serif">'
            "<title>{2}</title><desc>{3}</desc>{4}{5}</svg>\n"
        ).format(width, height, title, aloud, _rect(0, 0, width, height, "#ffffff"), Markup("\n").join(pieces))
    )
