"""What flows may set, list and be called: names are small and plain, and those that mean something to the engine hold only what it can make something of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from hotline.engine.faults import fault, reason
from hotline.engine.flow import KEYS, NEXT, NO_GAPS, Ask, Each, Fault, FaultReason, Gaps, Menu, Option, ScreenSource, Sources, Where

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
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""Of flows, screens, entries and what is set: nothing in one hides, or looks like another."""
WHERE: Final = ("region", "place", "kind")
"""By which a list is narrowed."""
LANGUAGE, PHONE, PART, WORD = "language", "phone", "part", "word"


def misnamed(sources: Sources, gaps: Gaps = NO_GAPS) -> Iterator[Fault]:
    """Every such fault, at its screen or option; nothing of names that may stand in what could not be read."""
    for item in sources.items:
        if not NAME.fullmatch(item.id):
            yield fault(item.at, item.id, reason("bad_name", name=item.id))
    for flow in sources.flows:
        if not NAME.fullmatch(flow.name):
            yield fault(flow.at, flow.name, reason("bad_name", name=flow.name))
        if flow.name in RESERVED:
            yield fault(flow.at, flow.name, reason("flow_name"))
        for screen in flow.screens:
            for at, why in (*_unfit(gaps, screen), *_of(sources, gaps, screen)):
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


def _unfit(gaps: Gaps, screen: ScreenSource) -> Iterator[tuple[Where, FaultReason]]:
    """What no file can say, as its reader refuses it."""
    names = [screen.key.partition(".")[2]]
    match screen.kind:
        case Menu(options):
            names += [name for option in options for name in option.set]
            yield from ((option.at, reason("bad_number", key=option.key)) for option in options if option.key not in KEYS)
        case Each(into=into):
            names.append(into)
        case Ask(into=into, least=least, most=most):
            names.append(into)
            if not 0 <= least <= most and screen.key not in gaps.screens:
                yield screen.at, reason("bad_length", least=least, most=most)
    yield from ((screen.at, reason("bad_name", name=name)) for name in names if not NAME.fullmatch(name))


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
