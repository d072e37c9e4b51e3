"""Plots as SVG, drawn on the server: data in, markup out; attributes only, since the pages allow no style in them. Never colour alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from markupsafe import Markup, escape
from msgspec import Struct

from hotline.engine.times import DAY_MINUTES

WIDTH: Final = 340
"""In units that are pixels on the narrowest screen: text of 13 can be read there, and everywhere else it is larger."""
TEXT: Final = 13
ROW: Final = 26
BAR: Final = 16
LABEL: Final = 122
"""Room for a bar's name."""
NUMBER: Final = 44
"""Room for its number."""
HOURS: Final = 24
STUB: Final = 10
"""A hidden bar's length: the same for all, so that it tells nothing."""

FillPattern: TypeAlias = Literal["full", "striped", "dotted", "empty", "lined", "hatched", "dark", "hidden"]
"""What fills a bar: none needs a colour to be told from the others. `hidden`: a dashed frame, of a number that is not told."""
PATTERNS: Final[tuple[FillPattern, ...]] = ("striped", "dotted", "lined", "hatched")
INK: Final = "var(--green)"
ALARM: Final = "var(--red)"
DARK: Final = "var(--ink)"
PALE: Final = "var(--line)"
GROUND: Final = "var(--surface)"
"""As the stylesheet has them, by day and by night."""


_RECT: Final = Markup('<rect x="%s" y="%s" width="%s" height="%s" fill="%s" stroke="%s"/>')
_HIDDEN: Final = Markup('<rect x="%s" y="%s" width="%s" height="%s" fill="none" stroke="%s" stroke-dasharray="2 2"/>')
_LINE: Final = Markup('<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s"/>')
_TEXT: Final = Markup('<text x="%s" y="%s"%s>%s</text>')
_ATTRIBUTE: Final = Markup(' %s="%s"')
"""Some hundreds of them stand on a page: `%` escapes what is put in as `format` does, in half the time."""


class PlotBar(Struct, frozen=True):
    """`value`: None where the figure is hidden; then only `said` is shown."""

    name: str
    value: int | None
    said: str
    fill: FillPattern = "full"


class Group(Struct, frozen=True):
    """Bars under one heading; an empty heading takes no room."""

    name: str
    bars: tuple[PlotBar, ...]


class PlotDay(Struct, frozen=True):
    """One row of a week, in minutes of its day."""

    name: str
    covered: tuple[tuple[int, int], ...]
    missing: tuple[tuple[int, int], ...]


def bars(id: str, title: str, aloud: str, groups: Sequence[Group]) -> Markup:
    """Lying bars on one common scale. `id`: unique on the page; `aloud`: the same in words, for whoever hears the page."""
    longest = max((bar.value or 0 for group in groups for bar in group.bars), default=0)
    room = WIDTH - LABEL - NUMBER
    pieces, top = [], 2
    for group in groups:
        if group.name:
            pieces.append(text(0, top + 17, group.name, weight="700"))
            top += ROW
        for bar in group.bars:
            pieces.append(_bar(id, bar, top, round(room * (bar.value or 0) / longest) if longest else 0))
            top += ROW
    pieces.append(line(LABEL, 2, LABEL, top))
    return svg(id, title, aloud, top + 2, pieces)


def week(id: str, title: str, aloud: str, days: Sequence[PlotDay]) -> Markup:
    """A row for each day, an hour as wide as every other: filled where somebody is planned, hatched and framed where nobody is."""
    left, high = 76, 22
    room = WIDTH - left - 8
    foot = 4 + high * len(days)
    pieces = [
        *(line(left + room * hour // HOURS, 2, left + room * hour // HOURS, foot + 4) for hour in range(0, HOURS + 1, 6)),
        *(
            text(left + room * hour // HOURS, foot + 18, str(hour), anchor="end" if hour == HOURS else "middle")
            for hour in range(0, HOURS + 1, 6)
        ),
    ]
    for row, day in enumerate(days):
        top = 4 + row * high
        pieces.append(text(0, top + 14, day.name))
        painted: tuple[tuple[tuple[tuple[int, int], ...], FillPattern, str], ...] = (
            (day.covered, "full", INK),
            (day.missing, "striped", ALARM),
        )
        for spans, fill, paint in painted:
            for start, end in spans:
                x = left + room * start / DAY_MINUTES
                pieces.append(rect(id, x, top + 2, room * (end - start) / DAY_MINUTES, high - 6, fill, paint))
    return svg(id, title, aloud, foot + 24, pieces)


def _bar(id: str, bar: PlotBar, top: int, length: int) -> Markup:
    drawn = rect(id, LABEL, top + 4, length, BAR, bar.fill, INK) if bar.value else Markup("")
    if bar.value is None:
        length, drawn = STUB, rect(id, LABEL, top + 4, STUB, BAR, "hidden")
    return text(0, top + 17, bar.name) + drawn + text(LABEL + length + 6, top + 17, bar.said, weight="700")


def rect(id: str, x: float, y: float, width: float, height: float, fill: FillPattern, paint: str = INK) -> Markup:
    """A bar, or a part of one."""
    if fill == "hidden":
        return _HIDDEN % (_round(x), _round(y), _round(width), _round(height), DARK)
    inside = {"full": paint, "empty": GROUND, "dark": DARK}.get(fill, f"url(#{id}-{fill})")
    return _RECT % (_round(x), _round(y), _round(width), _round(height), inside, DARK if fill == "dark" else paint)


def line(x: float, y: float, x2: float, y2: float) -> Markup:
    """A thin one, of a scale."""
    return _LINE % (x, y, x2, y2, PALE)


def text(x: float, y: float, words: str, *, weight: str = "400", anchor: str = "start", size: int = TEXT) -> Markup:
    """Words from there on; `anchor`: what of them stands there."""
    others = (("font-size", size, TEXT), ("font-weight", weight, "400"), ("text-anchor", anchor, "start"))
    said = Markup("").join(_ATTRIBUTE % (name, value) for name, value, usual in others if value != usual)
    return _TEXT % (_round(x), _round(y), said, words)


def svg(id: str, title: str, aloud: str, height: int, pieces: Iterable[Markup]) -> Markup:
    """A whole plot: what it is called and what it says in words belong to it. The patterns that its pieces use are laid with it."""
    inner = Markup("").join(pieces)
    patterns = Markup("").join(pattern for fill, pattern in ((fill, _pattern(id, fill)) for fill in PATTERNS) if f"#{id}-{fill}" in inner)
    return Markup(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-aloud" font-family="system-ui, sans-serif" font-size="{}" fill="{}">'
        '<title id="{}-title">{}</title><desc id="{}-aloud">{}</desc>{}{}</svg>'
    ).format(WIDTH, height, id, id, TEXT, DARK, id, title, id, aloud, Markup("<defs>{}</defs>").format(patterns) if patterns else "", inner)


def _pattern(id: str, fill: str) -> Markup:
    inner = {
        "striped": Markup('<path d="M0 6 L6 0" stroke="{}" stroke-width="1.5"/>').format(ALARM),
        "dotted": Markup('<circle cx="3" cy="3" r="1.4" fill="{}"/>').format(INK),
        "hatched": Markup('<path d="M0 0 L6 6" stroke="{}" stroke-width="1.5"/>').format(INK),
        "lined": Markup('<path d="M0 3 H6" stroke="{}" stroke-width="1.5"/>').format(INK),
    }[fill]
    return Markup(
        '<pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="{}"/>{}</pattern>'
    ).format(escape(f"{id}-{fill}"), GROUND, inner)


def _round(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
