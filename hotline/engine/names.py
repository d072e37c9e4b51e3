"""What flows may set, list and be called: names that mean something to the engine hold only what it can make something of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hotline.engine.flow import NEXT, NO_GAPS, Ask, Each, Fault, Gaps, Menu, Option, ScreenSource, Sources, Where

RESERVED: Final = ("keys", "wrong", "safe", "out", "clock", "day", "neutral", "staff", "sms", "voice", "word", "kind", "place", "script")
"""What the catalogue's phrases begin with: no flow may have such a name."""
WHERE: Final = ("region", "place", "kind")
"""By which a list is narrowed."""
LANGUAGE, PHONE, PART, WORD = "language", "phone", "part", "word"


def misnamed(sources: Sources, gaps: Gaps = NO_GAPS) -> Iterator[Fault]:
    """Every such fault, at its screen or option; nothing of names that may stand in what could not be read."""
    for flow in sources.flows:
        if flow.name in RESERVED:
            yield Fault(flow.at, f"{flow.name}: no name for a flow, phrases of the catalogue begin so")
        for screen in flow.screens:
            for at, what in _of(sources, gaps, screen):
                yield Fault(at, f"{screen.key}: {what}")
    start = next((screen for flow in sources.flows for screen in flow.screens if screen.key == sources.start), None)
    if start is not None and not isinstance(start.kind, Menu):
        yield Fault(start.at, f"start: {start.key} is no menu with options")


def _of(sources: Sources, gaps: Gaps, screen: ScreenSource) -> Iterator[tuple[Where, str]]:
    match screen.kind:
        case Menu(options):
            for option in options:
                for what in _settings(sources, gaps, option):
                    yield option.at, what
        case Each(of, into, where=where):
            if of == "testimonies":
                yield screen.at, "testimonies have no names to choose from; `say: {each: testimonies}` reads them out"
            if into in (LANGUAGE, PHONE, PART, WORD):
                yield screen.at, f"no entry of the directory is a {into}"
            for name in where:
                if name not in WHERE:
                    yield screen.at, f"where: a list is narrowed by {', '.join(WHERE)}, never by {name}"
        case Ask(kind, into) if into in (LANGUAGE, PART, WORD, *WHERE) or (into == PHONE and kind != "phone"):
            yield screen.at, f"what a caller types is no {into}"


def _settings(sources: Sources, gaps: Gaps, option: Option) -> Iterator[str]:
    holds: Mapping[str, Iterator[str]] = {
        PART: (part.name for part in sources.parts),
        WORD: (
            message.key.removeprefix("word.")
            for messages in sources.words.values()
            for message in messages
            if message.key.startswith("word.")
        ),
    }
    unread = {PART: gaps.line, WORD: bool(gaps.languages)}
    for name, value in option.set.items():
        if name == LANGUAGE and value not in {*sources.words, NEXT}:
            yield f"no words in the language {value}"
        elif name == PHONE:
            yield "set: only the caller says which other phone to ring"
        elif name in holds and not unread[name] and value not in holds[name]:
            yield f"set: no {name} is called {value}"
