"""What differs between two editions, screen by screen: as phones show it before and after, and where keys lead, for whoever draws it in a terminal or on a page."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import fields, replace

from hotline.engine.check.critical import EVERYWHERE, critical_screens
from hotline.engine.check.weighing import ScreenCapacity, capacity
from hotline.engine.drafting.changes import Change, changes
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Branch, Condition, Kind, Menu, ScreenSource, Sources
from hotline.engine.list_keys import MovedKeys, moved_keys
from hotline.engine.phone import limits
from hotline.engine.phone.pages import fullest, is_last, last, node_of, pages

NOTHING: Final = Sources("", (), {}, (), (), "")
"""What a first edition is compared with."""
CHANNELS: Final = (limits.USSD, limits.SMS)
_WORDS: Final = re.compile(r"\n|[^\S\n]+|[^\s]+")
_NEXT_PAGE: Final = "\f"
_LEADS: Final = frozenset({"go", "kept", "lost", "then"})
"""Fields of a screen's kind that name a screen."""

DifferenceSection: TypeAlias = Literal["line", "screen", "directory"]
PieceState: TypeAlias = Literal["same", "gone", "new"]


class Piece(Struct, frozen=True):
    """Some letters of a page, and whether the other side has them too."""

    state: PieceState
    text: str


class PhonePair(Struct, frozen=True):
    """What one kind of phone shows of a screen in one language, page by page; nothing where there is no such screen."""

    channel: str
    language: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    weight_before: ScreenCapacity | None = None
    weight_after: ScreenCapacity | None = None

    @property
    def marked(self) -> tuple[tuple[tuple[Piece, ...], ...], tuple[tuple[Piece, ...], ...]]:
        """Both sides, each page in pieces: what is gone before, what is new after."""
        return marked(self.before, self.after)


class Lead(Struct, frozen=True):
    """What a key or a field of a screen says. `go`: the screen that it names, or empty; `text`: the rest, in the signs of a flow file; of a key's and a way's what is `set`, and `when`."""

    go: str
    text: str
    set: Mapping[str, str] = {}
    when: tuple[Condition, ...] = ()


class KeyChange(Struct, frozen=True):
    """A key, or what else leads on from a screen, before and after; None where it is not there."""

    name: str
    before: Lead | None
    after: Lead | None

    @property
    def leads_elsewhere(self) -> bool:
        """Does a digit that callers press lead to another screen than before, or nowhere?"""
        return self.name.isdigit() and self.before is not None and (self.after is None or self.after.go != self.before.go)


class ScreenDifference(Struct, frozen=True):
    """One screen, phrase, entry or list that differs, or the line itself (an empty `key`)."""

    section: DifferenceSection
    key: str
    is_critical: bool
    changes: tuple[Change, ...]
    keys: tuple[KeyChange, ...] = ()
    phones: tuple[PhonePair, ...] = ()
    lists: tuple[MovedKeys, ...] = ()
    """Of a list the numbers that lead elsewhere, screen by screen."""

    @property
    def is_signed_alone(self) -> bool:
        """Does nothing differ but who reviewed its words? No caller sees that."""
        return bool(self.changes) and all(change.part == "review" for change in self.changes)

    @property
    def beside(self) -> tuple[Change, ...]:
        """What no phone of these shows differently: settings, the directory, spoken prompts, phrases, words that another wording hides, letters that a phone leaves out.

        Not where keys lead.
        """
        seen = {pair.language for pair in self.phones if pair.before != pair.after}
        return tuple(
            change
            for change in self.changes
            if change.what in ("setting", "directory")
            or (change.part == "text" and ("@voice" in change.key or change.language not in seen or _hides(change.after or "")))
            or (change.what == "structure" and change.part == "start" and not self.keys)
        )


def critical_keys(old: Sources | None, new: Sources) -> frozenset[str]:
    """The screens and phrases that are critical on either side."""
    found = critical_screens(new) | EVERYWHERE
    is_same = old is None or (old.flows, old.start, old.help) == (new.flows, new.start, new.help)
    return found if old is None or is_same else found | critical_screens(old)


def differences(old: Sources | None, new: Sources, critical: Collection[str]) -> tuple[ScreenDifference, ...]:
    """All that differs, critical screens first (`critical`: their keys), then as `changes` has it. Of a screen or phrase what phones show in every language.

    Empty where nothing differs.
    """
    before, after = old or NOTHING, new
    moved: dict[str, list[MovedKeys]] = {}
    for numbers in moved_keys(before, after):
        moved.setdefault(numbers.list, []).append(numbers)
    groups = grouped(before, after)
    ordered = {key for _, key, _ in groups}
    groups += [("directory", list, ()) for list in moved if list not in ordered]
    compared = ComparedPhones(before, after, {key for section, key, _ in groups if section == "screen"}, critical)
    sides = tuple({screen.key: screen for flow in sources.flows for screen in flow.screens} for sources in (before, after))
    found = [
        ScreenDifference(
            section,
            key,
            key in critical,
            group,
            key_changes(sides[0].get(key), sides[1].get(key)) if section == "screen" else (),
            tuple(pair for language in compared.languages for pair in compared.pairs(key, language)) if section == "screen" else (),
            tuple(moved.get(key, ())) if section == "directory" else (),
        )
        for section, key, group in groups
    ]
    return tuple(sorted(found, key=lambda difference: not difference.is_critical))


def grouped(old: Sources, new: Sources) -> list[tuple[DifferenceSection, str, tuple[Change, ...]]]:
    """What differs, the changes of one screen, phrase or entry together, in their order."""
    found = changes(*_narrowed(old, new))
    groups = [(key, tuple(group)) for key, group in groupby(found, key=lambda change: "" if change.what == "setting" else change.screen)]
    return [(_section(group[0]), key, group) for key, group in groups]


def key_changes(before: ScreenSource | None, after: ScreenSource | None) -> tuple[KeyChange, ...]:
    """Keys first, in their order, then whatever else leads on or says how the screen works."""
    one, other = ({} if screen is None else dict(_leads(screen.kind)) for screen in (before, after))
    names = dict.fromkeys((*other, *one))
    found = [KeyChange(name, one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)]
    return tuple(sorted(found, key=lambda change: (not change.name.isdigit(), change.name.rjust(2) if change.name.isdigit() else "")))


class ComparedPhones:
    """The sources of both sides, compiled for each kind of phone; an old edition that this program cannot compile shows nothing."""

    def __init__(self, before: Sources, after: Sources, keys: Collection[str], critical: Collection[str] = ()) -> None:
        """`critical`: the screens that must be one page."""
        self._critical = critical
        self.languages = tuple(dict.fromkeys((*after.words, *before.words)))
        self._before, self._after = _compiled(before, keys), _compiled(after, keys)

    def pairs(self, key: str, language: str) -> Iterator[PhonePair]:
        """By channel; SMS only where it does not show what USSD does."""
        seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
        for fit in CHANNELS:
            before, after = self._before.get(fit.channel), self._after.get(fit.channel)
            shown = _shown(before, key, language), _shown(after, key, language)
            if any(shown) and shown not in seen:
                seen.add(shown)
                yield PhonePair(fit.channel, language, *shown, self._weight(before, key, language), self._weight(after, key, language))

    def _weight(self, edition: Edition | None, key: str, language: str) -> ScreenCapacity | None:
        try:
            return capacity(edition, key, language, lambda: self._critical) if edition and language in edition.languages else None
        except (KeyError, ValueError):
            return None


def marked(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[tuple[tuple[Piece, ...], ...], tuple[tuple[Piece, ...], ...]]:
    """The pages of both sides in pieces, word by word. Where a page ends is no difference."""
    one, other = (_WORDS.findall(_NEXT_PAGE.join(side).replace(_NEXT_PAGE, f" {_NEXT_PAGE} ")) for side in (before, after))
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, start, end, start_after, end_after in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        left.append(Piece("same" if kind == "equal" else "gone", "".join(one[start:end])))
        right.append(Piece("same" if kind == "equal" else "new", "".join(other[start_after:end_after])))
    return _paged(left) if before else (), _paged(right) if after else ()


def visible(text: str) -> str:
    """Nothing that a terminal or a page obeys, and nothing that it leaves out: whoever wrote the words must not choose what is seen of them."""
    return "".join(char if char == "\n" or char.isprintable() else "\ufffd" for char in text)


def _hides(text: str) -> bool:
    return visible(text) != text


def _paged(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    made: list[list[Piece]] = [[]]
    for piece in pieces:
        for place, text in enumerate(piece.text.replace(f" {_NEXT_PAGE} ", _NEXT_PAGE).split(_NEXT_PAGE)):
            if place:
                made.append([])
            if text:
                made[-1].append(Piece(piece.state, text))
    return tuple(map(tuple, made))


def _compiled(sources: Sources, keys: Collection[str]) -> dict[str, Edition]:
    try:
        return {fit.channel: compile_edition(sources, 0, fit, only=keys) for fit in CHANNELS} if sources.words else {}
    except (KeyError, ValueError):
        return {}


def _shown(edition: Edition | None, key: str, language: str) -> tuple[str, ...]:
    return tuple(map(visible, _rendered(edition, key, language))) if edition and language in edition.languages else ()


def _rendered(edition: Edition, key: str, language: str) -> Iterator[str]:
    """Its pages, with every option, lists whole, and placeholders at their longest."""
    values = fullest(edition, language)
    node = node_of(edition, key, language)
    if node is not None:
        yield from (page.screen(back=key != edition.start, wrong=False).text for page in pages(edition, node, values))
    elif key in edition.nodes[language] and is_last(edition, key, language):
        yield last(edition, key, language, values)


def _narrowed(old: Sources, new: Sources) -> tuple[Sources, Sources]:
    """Without the screens and messages that are the same on both sides, file and line among it: most are, and each costs."""
    one, other = ({screen.key: screen for flow in sources.flows for screen in flow.screens} for sources in (old, new))
    screens = {key for key, screen in one.items() if other.get(key) == screen}
    said, says = (
        {(language, message.key): message for language, table in sources.words.items() for message in table} for sources in (old, new)
    )
    words = {place for place, message in said.items() if says.get(place) == message}
    return _without(old, screens, words), _without(new, screens, words)


def _without(sources: Sources, screens: Collection[str], words: Collection[tuple[str, str]]) -> Sources:
    return replace(
        sources,
        flows=tuple(replace(flow, screens=tuple(screen for screen in flow.screens if screen.key not in screens)) for flow in sources.flows),
        words={
            language: tuple(message for message in table if (language, message.key) not in words)
            for language, table in sources.words.items()
        },
    )


def _section(change: Change) -> DifferenceSection:
    if change.what == "setting":
        return "line"
    return "directory" if change.what == "directory" else "screen"


def _leads(kind: Kind) -> Iterator[tuple[str, Lead]]:
    yield "kind", Lead("", str(kind.__struct_config__.tag))
    match kind:
        case Menu(options):
            for option in options:
                yield str(option.key), Lead(option.go, _said(option.set, option.when), option.set, option.when)
        case Branch(ways):
            for number, way in enumerate(ways, 1):
                yield f"way {number}", Lead(way.go, _said({}, way.when), when=way.when)
        case _:
            for field in fields(kind):
                value = getattr(kind, field.name)
                if value not in (None, (), False):
                    yield field.name, Lead(value, "") if field.name in _LEADS else Lead("", _plain(value))


def _said(sets: Mapping[str, str], when: Iterable[Condition]) -> str:
    conditions = " & ".join(f"{condition.subject} {'≠' if condition.negated else '='} {condition.value}" for condition in when)
    return "; ".join(filter(None, (conditions and f"? {conditions}", *(f"{name} := {value}" for name, value in sorted(sets.items())))))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "✓" if value is True else str(value)
