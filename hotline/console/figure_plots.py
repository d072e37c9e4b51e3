"""Pictures of released figures. Each carries its title and its sentences inside, since a picture travels without the page on which it stood.

Every scale begins at 0, every order is the same whatever the numbers are, and what is hidden has the same dashed stub wherever it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from hotline.console.plots import GROUND, STUB, TEXT, WIDTH, FillPattern, line, rect, svg, text

SMALL: Final = 12
SMALL_LETTERS: Final = 50
"""So many of them fit into a line of sentences, of any language that is written in these letters."""
TITLE: Final = 15
TITLE_LETTERS: Final = 34
LEADING: Final = 15
BAR: Final = 14
NUMBER: Final = 48
"""Room for a number behind its bar."""
ROOM: Final = WIDTH - NUMBER
GAP: Final = 22
"""From the top of a bar to the next name."""
LETTERS: Final = 42
SCALE: Final = ((0, "start"), (50, "middle"), (100, "end"))
"""Of 100."""


class Caption(Struct, frozen=True):
    """What stands inside a picture beside what is drawn. `aloud`: the numbers in words."""

    id: str
    title: str
    period: str
    sentences: tuple[str, ...]
    aloud: str
    number: str = ""
    """The one number that the figure comes to, with its words."""


class Share(Struct, frozen=True):
    """A strip from 0 to 100 %. `percent`: None where it is not told."""

    name: str
    said: str
    percent: int | None
    rest: FillPattern = "empty"


class Count(Struct, frozen=True):
    """A bar. `value`: None where it is hidden; then its mark alone is `said`."""

    name: str
    value: int | None
    said: str


class Stack(Struct, frozen=True):
    """Parts of a whole, one behind the other. `whole`: None where it is hidden."""

    name: str
    said: str
    parts: tuple[tuple[FillPattern, int | None], ...]
    whole: int | None

    @property
    def drawn(self) -> int:
        """What is known of its length; rounded parts may be more than their whole."""
        return max(self.whole or 0, sum(part or 0 for _, part in self.parts))


def shares(caption: Caption, strips: Sequence[Share]) -> Markup:
    """Strips on a scale from 0 to 100 %."""
    pieces: list[Markup] = []
    scale: list[Markup] = []
    top = 0
    for strip in strips:
        label, height = named(strip.name, strip.said, top)
        pieces += label
        bar = top + height
        if strip.percent is None:
            pieces.append(rect(caption.id, 0, bar, STUB, BAR, "hidden"))
        else:
            full = WIDTH * strip.percent / 100
            pieces += [rect(caption.id, 0, bar, full, BAR, "full"), rect(caption.id, full, bar, WIDTH - full, BAR, strip.rest)]
        scale += [line(WIDTH * part / 4, bar - 2, WIDTH * part / 4, bar + BAR + 2) for part in range(5)]
        top = bar + GAP
    numbers = (text(WIDTH * part / 100, top + 4, f"{part} %", size=SMALL, anchor=anchor) for part, anchor in SCALE)
    return framed(caption, (*scale, *pieces, *numbers), top + 8)


def counts(caption: Caption, bars: Sequence[Count], longest: int) -> Markup:
    """Lying bars from 0 on. `longest`: what is as long as there is room, so that two pictures beside each other have one scale."""
    pieces: list[Markup] = []
    top = 0
    for bar in bars:
        label, height = named(bar.name, "", top)
        length = STUB if bar.value is None else ROOM * bar.value / max(longest, 1)
        pieces += [*label, rect(caption.id, 0, top + height, length, BAR, "hidden" if bar.value is None else "full")]
        pieces.append(text(length + 6, top + height + 12, bar.said, weight="700"))
        top += height + GAP
    return framed(caption, (line(0, 0, 0, top - 4), *pieces), top)


def stacks(caption: Caption, rows: Sequence[Stack], legend: Sequence[tuple[FillPattern, str]], longest: int) -> Markup:
    """Lying bars in parts, and above them what each part is; what of a whole is hidden has the dashed frame, in one piece and last."""
    pieces: list[Markup] = []
    for place, (fill, name) in enumerate(legend):
        pieces.append(rect(caption.id, 0, place * 18, 20, 12, fill))
        pieces.append(text(28, place * 18 + 11, name, size=SMALL))
    top = len(legend) * 18 + 6
    for row in rows:
        label, height = named(row.name, row.said, top)
        pieces += [*label, *_parts(caption.id, row, top + height, WIDTH / max(longest, 1))]
        top += height + GAP
    return framed(caption, pieces, top)


def named(name: str, said: str, top: int) -> tuple[list[Markup], int]:
    """A name, and what is said of it at the other end of its last line, or below where there is no room; and how high that is."""
    rows = wrapped(name, LETTERS)
    if said and len(rows[-1]) + len(said) > LETTERS:
        rows.append("")
    pieces = [text(0, top + TEXT + LEADING * place, row) for place, row in enumerate(rows) if row]
    if said:
        pieces.append(text(WIDTH, top + TEXT + LEADING * (len(rows) - 1), said, weight="700", anchor="end"))
    return pieces, 4 + LEADING * len(rows)


def _parts(id: str, row: Stack, top: int, unit: float) -> Iterable[Markup]:
    left = 0.0
    for fill, part in row.parts:
        if part:
            yield rect(id, left, top, part * unit, BAR, fill)
            left += part * unit
    if any(part is None for _, part in row.parts):
        yield rect(id, left, top, max(row.drawn * unit - left, STUB) if row.whole is not None else STUB, BAR, "hidden")


def wrapped(words: str, letters: int) -> list[str]:
    """Words in lines of so many letters; no word is broken."""
    return wrap(words, letters, break_on_hyphens=False)


def framed(caption: Caption, pieces: Iterable[Markup], height: int) -> Markup:
    """The picture: title and period, the number, what is drawn, the sentences."""
    top, head = 0, []
    for words, size, weight, letters in (
        (caption.title, TITLE, "700", TITLE_LETTERS),
        (caption.period, SMALL, "400", SMALL_LETTERS),
    ):
        for row in wrapped(words, letters):
            top += size + 4
            head.append(text(0, top - 3, row, size=size, weight=weight))
    if caption.number:
        for row in wrapped(caption.number, TITLE_LETTERS):
            top += 20
            head.append(text(0, top, row, size=TITLE, weight="700"))
    body = Markup('<g transform="translate(0 {})">{}</g>').format(top + 10, Markup("").join(pieces))
    top += 10 + height + 6
    foot = [line(0, top, WIDTH, top)]
    for sentence in caption.sentences:
        for row in wrapped(sentence, SMALL_LETTERS):
            top += LEADING
            foot.append(text(0, top, row, size=SMALL))
        top += 3
    inside = Markup('<rect width="{}" height="{}" fill="{}"/>').format(WIDTH, top + 6, GROUND)
    aloud = " ".join((f"{caption.period}.", *([f"{caption.number}."] if caption.number else []), caption.aloud, *caption.sentences))
    return svg(caption.id, caption.title, aloud, top + 6, (inside, *head, body, *foot))
