"""What differs between two editions, said so that a person can judge it: every change, those that nobody sees on a screen among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import fields

from hotline.engine.flow import Branch, Condition, Kind, Menu, Option, Sources, Way

What: TypeAlias = Literal["setting", "structure", "words", "directory"]
_RANK: Final[Mapping[What, tuple[int, int]]] = {"setting": (0, 0), "structure": (1, 0), "words": (1, 1), "directory": (2, 0)}
"""Settings, then screen by screen what a key does and what a caller reads, then the directory."""


class Change(Struct, frozen=True):
    """One thing that differs. `before` is None if it is new, `after` is None if it is gone.

    `part` says which thing of `key` it is. setting: what the line is made of (`start`, `parts.morning`). structure: a screen's `kind`, `key 3`, `ways`, `go`
    and so on, a flow's `start`. words: `text` or `review` of a message, its channel behind an `@` in the key. directory: a field of `LIST.ID`,
    or the `order` of a LIST, which is the order of the numbers that callers press.
    """

    what: What
    key: str
    part: str
    language: str
    """Of words; empty for everything else."""
    before: str | None
    after: str | None

    @property
    def screen(self) -> str:
        """The key without a channel: changes of one screen have the same."""
        return self.key.partition("@")[0]


class _Place(NamedTuple):
    what: What
    key: str
    part: str = ""
    language: str = ""


def changes(old: Sources, new: Sources) -> tuple[Change, ...]:
    """Everything that differs but file and line: none exactly where both say and do the same. `changes(b, a)` mirrors `changes(a, b)`.

    In order: settings, screens and phrases by key, the directory.
    """
    before, after = dict(_facts(old)), dict(_facts(new))
    places = before.keys() | after.keys()
    found = [Change(*place, before.get(place), after.get(place)) for place in places if before.get(place) != after.get(place)]
    found += _orders(old, new)
    return tuple(sorted(found, key=_rank))


def _rank(change: Change) -> tuple[int, str, int, str, str, str]:
    section, within = _RANK[change.what]
    return section, change.screen, within, change.key, change.part, change.language


def _facts(sources: Sources) -> Iterator[tuple[_Place, str]]:
    """All that an edition says and does, each with its place."""
    yield _Place("setting", "start"), sources.start
    yield _Place("setting", "help"), sources.help
    yield _Place("setting", "languages"), ", ".join(sources.words)
    for hours in sources.parts:
        yield _Place("setting", f"parts.{hours.name}"), f"{_clock(hours.start)}-{_clock(hours.end)}"
    for flow in sources.flows:
        yield _Place("structure", flow.name, "start"), flow.start
        for screen in flow.screens:
            for part, text in _kind(screen.kind):
                yield _Place("structure", screen.key, part), text
    for language, messages in sources.words.items():
        for message in messages:
            yield _Place("words", message.key, "text", language), message.text
            yield _Place("words", message.key, "review", language), message.review
    for item in sources.items:
        for name, value in (("name", item.name), *item.fields.items()):
            yield _Place("directory", f"{item.list}.{item.id}", name), value


def _orders(old: Sources, new: Sources) -> Iterator[Change]:
    """Lists whose entries, as far as both have them, stand in another order."""
    for name in sorted({item.list for item in (*old.items, *new.items)}):
        before, after = ([item.id for item in sources.items if item.list == name] for sources in (old, new))
        stayed_before, stayed_after = [id for id in before if id in after], [id for id in after if id in before]
        if stayed_before != stayed_after:
            yield Change("directory", name, "order", "", ", ".join(stayed_before), ", ".join(stayed_after))


def _kind(kind: Kind) -> Iterator[tuple[str, str]]:
    yield "kind", str(kind.__struct_config__.tag)
    match kind:
        case Menu(options):
            for option in options:
                yield f"key {option.key}", _option(option)
        case Branch(ways):
            yield "ways", "\n".join(map(_way, ways))
        case _:
            for field in fields(kind):
                value = getattr(kind, field.name)
                if value not in (None, ()):
                    yield field.name, _plain(value)


def _option(option: Option) -> str:
    said = [f"goes to {option.go}", *(f"sets {name} = {value}" for name, value in sorted(option.set.items()))]
    return "; ".join([*said, f"shown only if {_conditions(option.when)}"] if option.when else said)


def _way(way: Way) -> str:
    return f"if {_conditions(way.when)}: goes to {way.go}" if way.when else f"else goes to {way.go}"


def _conditions(conditions: Iterable[Condition]) -> str:
    return " and ".join(f"{condition.subject} is {'not ' if condition.negated else ''}{condition.value}" for condition in conditions)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour}h{rest:02d}" if rest else f"{hour}h"
