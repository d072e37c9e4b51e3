"""What a proposal changes, as the second person reads it in a terminal: screen by screen, as phones show it, before and after."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, zip_longest
from typing import Final

from hotline.engine.changes import Change, changes
from hotline.engine.check.critical import EVERYWHERE, critical_screens
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Sources
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.handset import WIDTH, wrapped
from hotline.engine.phone.pages import fullest, is_last, last, node_of, pages

NOTHING: Final = Sources("", (), {}, (), (), "")
"""What a first edition is compared with."""
_CHANNELS: Final = (limits.USSD, limits.SMS)


def difference(old: Sources | None, new: Sources, columns: int = 80) -> tuple[str, ...]:
    """One text for each screen, phrase or entry that differs, to be read one after another. Empty where nothing differs."""
    before = old or NOTHING
    critical = critical_screens(new) | critical_screens(before) | EVERYWHERE
    sides = _Side(before), _Side(new)
    groups = [(key, tuple(group)) for key, group in groupby(changes(before, new), key=_group)]
    texts: list[str] = []
    for place, (key, group) in enumerate(groups, 1):
        mark = " --- urgent, callback or stop" if key in critical else ""
        texts.append("\n".join((f"--- {place} of {len(groups)} --- {key}{mark}", *_described(key, group, sides, columns))))
    return tuple(map(visible, texts))


def visible(text: str) -> str:
    """Nothing that a terminal obeys, and nothing that it leaves out: whoever wrote the words must not choose what is seen of them."""
    return "".join(char if char == "\n" or char.isprintable() else "\ufffd" for char in text)


def _group(change: Change) -> str:
    return "the line" if change.what == "setting" else change.screen


class _Side:
    """The sources of one side, compiled for each kind of phone; an old edition that this program cannot compile shows plain words."""

    def __init__(self, sources: Sources) -> None:
        self.language = next(iter(sources.words), "")
        self.editions: dict[str, Edition] = {}
        self.texts = {(language, message.key): message.text for language, messages in sources.words.items() for message in messages}
        for fit in _CHANNELS if sources.words else ():
            try:
                self.editions[fit.channel] = compile_edition(sources, 0, fit)
            except (KeyError, ValueError):
                self.editions.clear()
                break

    def pages(self, key: str, language: str, channel: str) -> tuple[str, ...]:
        """What a phone shows; nothing where there is no such screen."""
        edition = self.editions.get(channel)
        return tuple(_rendered(edition, key, language)) if edition and language in edition.languages else ()


def _rendered(edition: Edition, key: str, language: str) -> Iterator[str]:
    """Its pages, with every option, lists whole, and placeholders at their longest."""
    values = fullest(edition, language)
    node = node_of(edition, key, language)
    if node is not None:
        yield from (page.screen(back=key != edition.start, wrong=False).text for page in pages(edition, node, values))
    elif key in edition.nodes[language] and is_last(edition, key, language):
        yield last(edition, key, language, values)


def _described(key: str, group: tuple[Change, ...], sides: tuple[_Side, _Side], columns: int) -> Iterator[str]:
    for change in group:
        if change.what != "words":
            yield from _lines(change)
    words = [change for change in group if change.what == "words"]
    if not words:  # what a key does is judged by the screen on which it is pressed
        yield from _phones(key, sides[1].language, sides, columns, changed=False)
    for language in sorted({change.language for change in words}):
        in_language = [change for change in words if change.language == language]
        yield from (line for change in in_language if change.part == "review" for line in _lines(change))
        texts = [change for change in in_language if change.part == "text"]
        shown = list(_phones(key, language, sides, columns, changed=bool(texts)))
        yield from shown
        # Prompts that are spoken, phrases, and words that another wording hides from every screen.
        yield from (line for change in texts if not shown or "@voice" in change.key for line in _lines(change))


def _phones(key: str, language: str, sides: tuple[_Side, _Side], columns: int, *, changed: bool) -> Iterator[str]:
    """Before and after, by channel; SMS only where it does not show what USSD does. Words that were only reviewed are shown once."""
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for fit in _CHANNELS:
        before, after = (side.pages(key, language, fit.channel) for side in sides)
        if (changed and before == after) or (before, after) in seen or not (before or after):
            continue
        seen.add((before, after))
        yield ""
        if before == after:
            yield from _beside({f"{fit.channel.upper()} {language}": after}, fit, columns)
        else:
            yield from _beside({f"{fit.channel.upper()} {language} before": before, "after": after}, fit, columns)


def _beside(sides: Mapping[str, tuple[str, ...]], fit: limits.Fit, columns: int) -> Iterator[str]:
    """Phones side by side, or under one another where the terminal is too narrow."""
    drawn = {name: list(_drawn(pages, fit)) for name, pages in sides.items()}
    if columns < len(drawn) * (WIDTH + 6):
        for name, lines in drawn.items():
            yield from (name, *lines)
        return
    for row in zip_longest(*([name, *lines] for name, lines in drawn.items()), fillvalue=""):
        yield "  ".join(cell.ljust(WIDTH + 4) for cell in row).rstrip()


def _drawn(pages: tuple[str, ...], fit: limits.Fit) -> Iterator[str]:
    if not pages:
        yield "(not there)"
    for page in pages:
        yield f"+{'-' * (WIDTH + 2)}+"
        yield from (f"| {line.ljust(WIDTH)} |" for line in wrapped(page))
        yield f"+{'-' * (WIDTH + 2)}+"
        used, limit = gsm.units(page)[0], limits.limit(page, fit)
        yield f"  {used} of {limit} {'septets' if gsm.is_gsm(page) else 'UTF-16 units'}"


def _lines(change: Change) -> Iterator[str]:
    """A change in words: on one line where it fits, else as lines taken out and put in."""
    name = " ".join(filter(None, (change.what, change.key, change.language, change.part)))
    before, after = (side or "(nothing)" for side in (change.before, change.after))
    if "\n" not in before + after and len(before + after) < 50:
        yield f"{name}: {before} -> {after}"
        return
    yield f"{name}:"
    for line in _compared(change.before, change.after):
        yield from textwrap.wrap(line, 100, initial_indent="  ", subsequent_indent="      ")


def _compared(before: str | None, after: str | None) -> Iterable[str]:
    lines = difflib.ndiff((before or "").split("\n") if before is not None else [], (after or "").split("\n") if after is not None else [])
    return (line for line in lines if not line.startswith("?"))
