"""What a proposal changes, as the second person reads it in a terminal: screen by screen, as phones show it, before and after."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Final

from hotline.engine.drafting.changes import Change
from hotline.engine.drafting.difference import CHANNELS, NOTHING, ComparedPhones, critical_keys, grouped, visible
from hotline.engine.flow import Sources
from hotline.engine.list_keys import MovedKeys, moved_keys
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.handset import WIDTH, wrapped

_FITS: Final[dict[str, limits.Fit]] = {fit.channel: fit for fit in CHANNELS}


def difference(old: Sources | None, new: Sources, columns: int = 80) -> tuple[str, ...]:
    """One text for each screen, phrase or entry that differs, to be read one after another. Empty where nothing differs."""
    before = old or NOTHING
    critical = critical_keys(before, new)
    groups = grouped(before, new)
    compared = ComparedPhones(before, new, {key for _, key, _ in groups})
    language = next(iter(new.words), "")
    texts: list[str] = []
    for place, (section, key, group) in enumerate(groups, 1):
        mark = " --- urgent, callback or stop" if key in critical else ""
        texts.append(
            "\n".join(
                (
                    f"--- {place} of {len(groups)} --- {'the line' if section == 'line' else key}{mark}",
                    *_described(key, group, compared, language, columns),
                )
            )
        )
    return tuple(map(visible, (*texts, *(_numbers(moved) for moved in moved_keys(before, new)))))


def _numbers(moved: MovedKeys) -> str:
    """The numbers of a list that lead elsewhere than before, since an entry went or moved."""
    where = "".join(f", {field} {value}" for field, value in moved.chosen)
    lines = (f"{key.number}: {key.before} -> {key.after or '(nothing)'}" for key in moved.keys)
    return "\n".join((f"--- numbers that callers press --- list {moved.list}{where}", *lines))


def _described(key: str, group: tuple[Change, ...], compared: ComparedPhones, first: str, columns: int) -> Iterator[str]:
    for change in group:
        if change.what != "words":
            yield from _lines(change)
    words = [change for change in group if change.what == "words"]
    if not words:  # what a key does is judged by the screen on which it is pressed
        yield from _phones(key, first, compared, columns, changed=False)
    for language in sorted({change.language for change in words}):
        in_language = [change for change in words if change.language == language]
        yield from (line for change in in_language if change.part == "review" for line in _lines(change))
        texts = [change for change in in_language if change.part == "text"]
        shown = list(_phones(key, language, compared, columns, changed=bool(texts)))
        yield from shown
        # Prompts that are spoken, phrases, and words that another wording hides from every screen.
        yield from (line for change in texts if not shown or "@voice" in change.key for line in _lines(change))


def _phones(key: str, language: str, compared: ComparedPhones, columns: int, *, changed: bool) -> Iterator[str]:
    """Before and after, by channel. Words that were only reviewed are shown once."""
    for pair in compared.pairs(key, language):
        if changed and pair.before == pair.after:
            continue
        yield ""
        name, fit = f"{pair.channel.upper()} {language}", _FITS[pair.channel]
        if pair.before == pair.after:
            yield from _beside({name: pair.after}, fit, columns)
        else:
            yield from _beside({f"{name} before": pair.before, "after": pair.after}, fit, columns)


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
