"""What can be wrong with the words: missing ones, those for nothing, placeholders and options that differ, numbers in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from hotline.engine.casework.scripts import misscripted
from hotline.engine.check.disguises import disguises, false_key, hides_number
from hotline.engine.check.never import NEVER, Never
from hotline.engine.check.phrases import LONGEST, PHRASES, SERVICE
from hotline.engine.check.structure import stranded
from hotline.engine.edition import PLACEHOLDER, UNCONFIRMED, WRONG_SCREEN, split_labels, told_kept
from hotline.engine.faults import fault, reason
from hotline.engine.flow import (
    KEY_BACK,
    KEY_LANGUAGE,
    KEY_MORE,
    KEY_OUT,
    KEY_TALK,
    Branch,
    CallFlow,
    Do,
    End,
    Fault,
    FaultReason,
    Gaps,
    Menu,
    Message,
    Say,
    ScreenSource,
    Sources,
    Where,
)
from hotline.engine.phone.letters import words_of
from hotline.engine.phone.pages import FIELDS
from hotline.engine.world import PHRASES_DAY

PHRASES_HOLD: Final[Mapping[str, frozenset[str]]] = {
    "clock.hour": frozenset(("hour",)),
    "clock.minute": frozenset(("hour", "minute")),
    "end.today": frozenset(("clock",)),
    "end.night": frozenset(("clock",)),
    "window": frozenset(("day", "from", "to")),
    "voice.word": frozenset(("word",)),
    **{f"voice.{menu}": frozenset(("ref",)) for menu in ("offer", "offer_urgent", "held", "how")},
}
"""The placeholders of what is no screen; words for staff have those of STAFF_HOLDS, all others none."""
REST: Final = "rest."
"""With a part of the day: how what is left of it is said while it runs."""
REST_HOLDS: Final = frozenset(("to",))
STAFF_HOLDS: Final = frozenset(("ref", "before", "until", "name", "number", "count", "day", "from", "to", "asked", "answer"))
TIMES: Final = frozenset(("before", "from", "to", "day", "end", "window", "soonest", "next", "next_day"))
_BEGIN: Final = {"keys.back": KEY_BACK, "keys.more": KEY_MORE, "keys.out": KEY_OUT, "keys.language": KEY_LANGUAGE}
"""The key that the words for it begin with."""


def word_faults(sources: Sources, gaps: Gaps, only: Collection[str] | None = None) -> Iterator[Fault]:
    """Missing and unused words, placeholders and options that differ, numbers in words, words that nobody reviewed. `only`: of these keys alone, without a channel."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    lost = stranded(sources)
    over = told_kept(sources)
    flows = {key.partition(".")[0] for key in screens}
    shown = {key: screen for key, screen in screens.items() if not isinstance(screen.kind, Branch | Do | CallFlow)}
    tables = {language: {message.key: message for message in messages} for language, messages in sources.words.items()}
    looked_at = {
        language: {key: message for key, message in table.items() if only is None or key.partition("@")[0] in only}
        for language, table in tables.items()
    }
    never = Never(sources)
    everywhere = {key.partition("@")[0] for table in tables.values() for key in table}
    for language, table in tables.items():
        file = Where(f"locales/{language}/LC_MESSAGES/flows.po", 1)
        kinds = {f"kind.{item.id}" for item in sources.items if item.list == "kinds"}
        rests = {f"{REST}{part.name}" for part in sources.parts}
        lapsing = {UNCONFIRMED for message in table.values() if "{unconfirmed}" in message.text}
        missing = (
            {*shown, *PHRASES, *PHRASES_DAY, *SERVICE, *kinds, *rests, *lapsing, *NEVER, *everywhere}
            - set(table)
            - set(_spoken_only(table))
        )
        for key in sorted(missing if only is None else missing.intersection(only)):
            follows = language in gaps.languages or key.partition(".")[0] in lost
            yield fault(shown[key].at if key in shown else file, key, reason("no_words", language=language), follows=follows)
        for message in looked_at[language].values():
            words = words_of(message.text)
            yield from _own(message, words)
            yield from never.faults(language, message, words)
            yield from _meant(message, screens, flows, gaps, over)
        yield from (replace(found, follows=language in gaps.languages) for found in misscripted(table))
        for key in sorted(shown.keys() & looked_at[language].keys()):
            message = table.get(f"{key}@sms", table[key])
            if key in over and "@" not in message.key and split_labels(message.text)[1]:
                yield fault(message.at, key, reason("sms_option", bare=key))
            if {"phone", "numbers"} & set(PLACEHOLDER.findall(message.text)):
                yield fault(message.at, message.key, reason("sms_number", bare=key))
        pending = [message for message in table.values() if message.review == "pending"] if only is None else []
        if pending:
            count = reason("review_pending", count=len(pending), total=len(table), language=language)
            yield fault(pending[0].at, "", count, grave=False)
    yield from never.kept_answers()
    first = tables[next(iter(tables))] if tables else {}
    for table in list(looked_at.values())[1:]:
        yield from _differences(first, table)


def _spoken_only(table: Mapping[str, Message]) -> Iterator[str]:
    """Prompts, which need no other wording. Everything else needs the common one: whatever channel is asked for, there is an answer."""
    return (key.removesuffix("@voice") for key in table if key.startswith("voice."))


def _own(message: Message, words: Collection[str]) -> Iterator[Fault]:
    """What is wrong with the words, whatever they are for."""
    bare = message.key.partition("@")[0]
    if bare in _BEGIN and not message.text.startswith(f"{_BEGIN[bare]} "):
        yield fault(message.at, bare, reason("begin_with_key", key=_BEGIN[bare]))
    if bare == WRONG_SCREEN and [number for number, _ in split_labels(message.text)[1]] != [int(KEY_TALK)]:
        yield fault(message.at, bare, reason("one_option", key=KEY_TALK))
    if not bare.startswith(("sms.word.", "never.")) and hides_number(message.text, words):
        yield fault(message.at, message.key, reason("number_in_words"))
    if len(message.text) > LONGEST:
        yield fault(message.at, message.key, reason("too_long", most=LONGEST))
    if not message.text.strip():
        yield fault(message.at, message.key, reason("empty"))
    yield from (fault(message.at, message.key, why) for why in disguises(message.text))


def _meant(
    message: Message, screens: Mapping[str, ScreenSource], flows: Collection[str], gaps: Gaps, over: frozenset[str]
) -> Iterator[Fault]:
    """Whether the words suit what they are for: a screen, or a phrase of the catalogue."""
    bare, _, channel = message.key.partition("@")
    is_unread = gaps.may_hold(bare)
    screen = screens.get(bare)
    shown = None if screen is None or isinstance(screen.kind, Branch | Do | CallFlow) else screen
    if screen is not None and shown is None:
        yield fault(message.at, message.key, reason("shows_none"), follows=is_unread)
    elif screen is None and bare.partition(".")[0] in flows:
        yield fault(message.at, message.key, reason("no_screen"), follows=is_unread)
    if shown is not None:
        if channel == "sms" and bare in over and split_labels(message.text)[1]:
            yield fault(message.at, message.key, reason("sms_asks"))
        has_options = channel != "voice" and not (channel == "sms" and bare in over)
        yield from _on_screen(message, shown, has_options=has_options, is_unread=is_unread)
    elif not is_unread:
        yield from _phrase(message, bare)


def _on_screen(message: Message, screen: ScreenSource, *, has_options: bool, is_unread: bool) -> Iterator[Fault]:
    """Placeholders and options of a screen's words."""
    yield from _held(message)
    if isinstance(screen.kind, Menu) and has_options:
        has = [number for number, _ in split_labels(message.text)[1]]
        wants = sorted(option.key for option in screen.kind.options)
        if sorted(has) != wants:
            why = reason("options_differ", has=_listed(has), wants=_listed(wants))
            yield fault(message.at, message.key, why, follows=is_unread)
    elif split_labels(message.text)[1] and not isinstance(screen.kind, End | Say):
        yield fault(message.at, message.key, reason("no_option_in_flow"), follows=is_unread)


def _held(message: Message) -> Iterator[Fault]:
    """What looks like a key or a placeholder and is none."""
    if line := false_key(message.text):
        yield fault(message.at, message.key, reason("false_key", line=line))
    if set("{}") & set(PLACEHOLDER.sub("", message.text)):
        yield fault(message.at, message.key, reason("stray_brace"))
    unknown = set(PLACEHOLDER.findall(message.text)) - TIMES - FIELDS
    if unknown:
        yield fault(message.at, message.key, reason("unknown_placeholder", names=", ".join(sorted(unknown))))


def option_to_blame(never: Never, language: str, message: Message, why: FaultReason) -> int | None:
    """The number of the option whose own line has this fault of a screen's words. Returns None where it is in what stands above, or in all of it together."""
    for number, label in split_labels(message.text)[1]:
        line, words = replace(message, text=label), words_of(label)
        if any(found.reason == why for found in (*_own(line, words), *never.faults(language, line, words), *_held(line))):
            return number
    return None


def _phrase(message: Message, bare: str) -> Iterator[Fault]:
    """What is no screen: it has no placeholder that nothing fills in, and a time of day says the time."""
    names, needed = set(PLACEHOLDER.findall(message.text)), REST_HOLDS if bare.startswith(REST) else PHRASES_HOLD.get(bare, frozenset())
    may = needed | (STAFF_HOLDS if bare.startswith("staff.") and not bare.startswith("staff.word.") else frozenset())
    if names - may or set("{}") & set(PLACEHOLDER.sub("", message.text)):
        known = ", ".join(f"{{{name}}}" for name in sorted(may)) or reason("none")
        yield fault(message.at, message.key, reason("meaningless", known=known))
    if needed - names:
        yield fault(message.at, message.key, reason("lacks_placeholder", names=", ".join(sorted(needed - names))))
    if bare in NEVER and any(len(words_of(word)) != 1 for word in message.text.split(",")):
        yield fault(message.at, message.key, reason("bad_never_word"))
    if bare == "sms.word.stop" and any(not word.strip() or word.strip()[0].isdigit() for word in message.text.split(",")):
        yield fault(message.at, message.key, reason("bad_stop_word"))


def _listed(numbers: Iterable[int]) -> str | FaultReason:
    return ", ".join(str(number) for number in numbers) or reason("none")


def _differences(first: Mapping[str, Message], other: Mapping[str, Message]) -> Iterator[Fault]:
    for key, message in other.items():
        twin = first.get(key)
        if twin is None:
            continue
        here, there = set(PLACEHOLDER.findall(message.text)), set(PLACEHOLDER.findall(twin.text))
        if here != there:
            names = ", ".join(sorted(here ^ there))
            yield fault(message.at, key, reason("placeholders_differ", names=names, file=twin.at.file, line=twin.at.line))
