"""What a condition can ask, and what a key can set: all that exists, so that a form offers it and nothing else is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from hotline.engine.check.names import LANGUAGE, PART, PHONE, WHERE, WORD
from hotline.engine.check.structure import CONDITION_VALUES
from hotline.engine.flow import ANY, NEXT, Ask, Branch, Condition, Each, List, Menu, Sources

INTO: Final[dict[List, str]] = {"regions": "region", "places": "place", "kinds": "kind", "services": "service", "events": "event"}
"""Under which name the chosen entry of each list is set."""


def settable(sources: Sources) -> dict[str, tuple[str, ...]]:
    """What an option can set, by name: what the engine makes something of, and what some option of these sources sets already.

    It is closed because what a caller says by key passes the gateway and the network: nothing new is ever asked so.
    """
    first = next(iter(sources.words.values()), ())
    found: dict[str, dict[str, None]] = {
        PART: dict.fromkeys(part.name for part in sources.parts),
        WORD: dict.fromkeys(message.key.removeprefix("word.") for message in first if message.key.startswith("word.")),
        LANGUAGE: dict.fromkeys((NEXT, *sources.words)),
    }
    for of, name in (("kinds", "kind"), ("regions", "region"), ("places", "place")):
        found[name] = dict.fromkeys((ANY, *(item.id for item in sources.items if item.list == of)))
    found["kind"] |= dict.fromkeys(item.fields["kind"] for item in sources.items if item.list == "events" and "kind" in item.fields)
    for name, value in _set(sources):
        if name != PHONE:
            found.setdefault(name, {})[value] = None
    return {name: tuple(values) for name, values in found.items() if values}


def askable(sources: Sources) -> dict[str, tuple[str, ...]]:
    """What a condition can ask, by subject, with every value that it can have."""
    found: dict[str, tuple[str, ...]] = {
        subject: CONDITION_VALUES[subject.partition(".")[0]] for subject in ("coverage", "coverage.urgent", "many", "opening")
    }
    found |= {f"offered.{name}": CONDITION_VALUES["offered"] for name in (*(part.name for part in sources.parts), "next_day", "soonest")}
    found |= {f"listed.{name}": CONDITION_VALUES["listed"] for name in (*get_args(List), "numbers", "near")}
    known = settable(sources)
    names = {LANGUAGE, *(name for name, _ in _set(sources)), *_chosen(sources)} - {PHONE}
    found |= {name: tuple(value for value in known[name] if value != NEXT) for name in known if name in names}
    for condition in _asked(sources):
        if condition.value not in found.get(condition.subject, ()):
            found[condition.subject] = (*found.get(condition.subject, ()), condition.value)
    return found


def asked_of_callers(sources: Sources) -> frozenset[tuple[str, str, str]]:
    """Every question for digits, a number or text that these sources ask: screen, what it takes, and under which name that is set."""
    return frozenset(
        (screen.key, screen.kind.kind, screen.kind.into)
        for flow in sources.flows
        for screen in flow.screens
        if isinstance(screen.kind, Ask) and screen.kind.kind != "phone"
    )


def lists_into(sources: Sources) -> frozenset[str]:
    """Under which names an entry of the directory may be set."""
    named = {screen.kind.into for flow in sources.flows for screen in flow.screens if isinstance(screen.kind, Each)}
    return frozenset({*INTO.values(), *WHERE, *named})


def _set(sources: Sources) -> Iterator[tuple[str, str]]:
    for flow in sources.flows:
        for screen in flow.screens:
            if isinstance(screen.kind, Menu):
                for option in screen.kind.options:
                    yield from option.set.items()


def _chosen(sources: Sources) -> Iterator[str]:
    return (screen.kind.into for flow in sources.flows for screen in flow.screens if isinstance(screen.kind, Each))


def _asked(sources: Sources) -> Iterator[Condition]:
    for flow in sources.flows:
        for screen in flow.screens:
            match screen.kind:
                case Menu(parts) | Branch(parts):
                    for part in parts:
                        yield from part.when
