"""What flows may set, list and be called: names that mean something to the engine hold only what it can make something of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hotline.engine.faults import fault, reason
from hotline.engine.flow import NEXT, NO_GAPS, Ask, Each, Fault, FaultReason, Gaps, Menu, Option, ScreenSource, Sources, Where

RESERVED: Final = (
    "keys",
    "wrong",
    "safe",
    "out",
    "clock",
    "day",
    "neutral",
    "staff",
    "sms",
    "voice",
    "word",
    "kind",
    "place",
    "script",
    "never",
)
"""What the catalogue's phrases begin with: no flow may have such a name."""
WHERE: Final = ("region", "place", "kind")
"""By which a list is narrowed."""
LANGUAGE, PHONE, PART, WORD = "language", "phone", "part", "word"


def misnamed(sources: Sources, gaps: Gaps = NO_GAPS) -> Iterator[Fault]:
    """Every such fault, at its screen or option; nothing of names that may stand in what could not be read."""
    for flow in sources.flows:
        if flow.name in RESERVED:
            yield fault(flow.at, flow.name, reason("flow_name"))
        for screen in flow.screens:
            for at, why in _of(sources, gaps, screen):
                yield fault(at, screen.key, why)
    start = next((screen for flow in sources.flows for screen in flow.screens if screen.key == sources.start), None)
    if start is not None and not isinstance(start.kind, Menu):
        yield fault(start.at, "start", reason("start_no_menu", screen=start.key))


def _of(sources: Sources, gaps: Gaps, screen: ScreenSource) -> Iterator[tuple[Where, FaultReason]]:
    match screen.kind:
        case Menu(options):
            for option in options:
                for why in _settings(sources, gaps, option):
                    yield option.at, why
        case Each(of, into, where=where):
            if of == "testimonies":
                yield screen.at, reason("list_of_testimonies")
            if into in (LANGUAGE, PHONE, PART, WORD):
                yield screen.at, reason("entry_is_no", name=into)
            for name in where:
                if name not in WHERE:
                    yield screen.at, reason("narrowed_by", known=", ".join(WHERE), name=name)
        case Ask(kind, into) if into in (LANGUAGE, PART, WORD, *WHERE) or (into == PHONE and kind != "phone"):
            yield screen.at, reason("typed_is_no", name=into)


def _settings(sources: Sources, gaps: Gaps, option: Option) -> Iterator[FaultReason]:
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
            yield reason("no_language", language=value)
        elif name == PHONE:
            yield reason("sets_phone")
        elif name in holds and not unread[name] and value not in holds[name]:
            yield reason("no_such_value", name=name, value=value)
