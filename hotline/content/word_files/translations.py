"""Words on their way to translators: a PO file in which each message is below the first language's, with what it is and the room it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from hotline.content.word_files import po
from hotline.engine.check.weighing import ScreenCapacity, capacity
from hotline.engine.edition import OUT_END, SAFE_END, WRONG_LINE, WRONG_SCREEN, Edition, compile_edition
from hotline.engine.faults import reason
from hotline.engine.flow import Ask, Each, End, FaultReason, Kind, Menu, Message, Say, Sources
from hotline.engine.phone import limits
from hotline.engine.phone.pages import FITS

SMS_ONE: Final = 160
PAGES: Final = {"ussd": "pages", "sms": "messages"}
ASKED: Final = {"phone": "a telephone number", "digits": "digits", "number": "a number", "text": "a few words"}
PHRASES: Final = (
    ("keys.language", "the key of this very language, below screens in another one; begins with the key itself"),
    ("keys.", "a key below the screens; begins with the key itself, and takes room of each of them"),
    (WRONG_LINE, "the line above a screen after a wrong key; takes room of each of them"),
    (WRONG_SCREEN, "screen after a second wrong key, option 5"),
    (SAFE_END, "last screen"),
    (OUT_END, "last screen"),
    ("neutral.", "last screen, where nothing works: both languages on it"),
    ("clock.", "a time of day, put into other messages"),
    ("day.", "a day, put into other messages"),
    ("end.", "until when somebody tries to call, put into other messages"),
    ("window", "a part of a day, put into other messages"),
    ("rest.", "what is left of a part of the day that runs, put into other messages"),
    ("staff.word.", "word list: what a counselor may send, commas between; the first is the one that others name"),
    ("staff.", "SMS to a counselor"),
    ("sms.word.", "word list: what a caller may send by SMS instead of a key, commas between"),
    ("voice.", "spoken prompt"),
    ("script.", "read by a counselor during a call, on the page; a script is as many steps as there are numbers"),
    ("word.", "a harmless word that a caller may choose to be asked for"),
    ("never.answers", "word list: how an option begins that says yes or no, or what happened: I, he, my"),
    ("never.", "word list, commas between: what is never said anywhere, on what stays on a phone, or where a key would answer"),
    ("kind.", "a kind of service: an option of a menu"),
)
"""What is no screen, by how its key begins."""


def order_of(sources: Sources, language: str) -> tuple[str, ...]:
    """Every key: in the first language's order, what only this language has below the message that it is a wording of."""
    first, *_ = sources.words.values()
    keys = [message.key for message in first]
    for message in sources.words.get(language, ()):
        if message.key not in keys:
            bare = message.key.partition("@")[0]
            places = [place for place, key in enumerate(keys, 1) if key.partition("@")[0] == bare]
            keys.insert(places[-1] if places else len(keys), message.key)
    return tuple(keys)


def whole(sources: Sources, language: str) -> Sources:
    """The sources with this language complete: what it lacks is in the first language's words."""
    first, *_ = sources.words.values()
    table = {message.key: message for message in (*first, *sources.words.get(language, ()))}
    return msgspec.structs.replace(sources, words={**sources.words, language: tuple(table[key] for key in order_of(sources, language))})


def export(sources: Sources, language: str) -> str:
    """The file for a translator into `language`, of sources that `check` finds sound as `whole`; msgstr is empty if there are no words yet."""
    first = next(iter(sources.words))
    first_words = {message.key: message for message in sources.words[first]}
    own = {message.key: message for message in sources.words.get(language, ())}
    kinds = {screen.key: screen.kind for flow in sources.flows for screen in flow.screens}
    complete = whole(sources, language)
    editions = tuple(compile_edition(complete, 0, fit) for fit in FITS)
    parts = ["\n".join((*_heading(language, first), po.header(language)))]
    for key in order_of(sources, language):
        beside = _beside(first, first_words.get(key)) if first != language else ()
        lines = [*beside, f"#. What: {what(key, kinds, sources.start)}."]
        message = own.get(key)
        lines += [
            f"#. {line}{'' if message else f' With the words in {first}.'}" for line in _room(editions, key, language, first_words | own)
        ]
        review = message.review if message else "pending"
        parts.append("\n".join((*lines, f"#. review: {review}", f'msgid "{key}"', *po.msgstr(message.text if message else ""))))
    return "\n\n".join(parts) + "\n"


def _heading(language: str, first: str) -> tuple[str, ...]:
    return (
        f"# The words of the line in {language}, for a translator; above each message its words in {first}, what it is, and its room.",
        "# Write between the quotes of msgstr. \\n is a new line. Keep the numbers that begin a line, and the {names} in braces.",
        "# Right spelling: the line folds what a phone cannot show. What stays empty stays as it is.",
        "# Send this file back, whole or in part, to whoever gave it to you. It is taken in by",
        f"#     hotline words import {language} FILE.po --reviewed-by NAME",
    )


def _beside(language: str, message: Message | None) -> Iterator[str]:
    if message is None:
        yield f"#. No words of its own in {language}."
        return
    yield f"#. In {language} ({message.review}):"
    yield from (f"#.     {line}".rstrip() for line in message.text.split("\n"))


def what(key: str, kinds: Mapping[str, Kind], start: str) -> str:
    """What the message of this key is, in words."""
    bare, _, channel = key.partition("@")
    on = {"sms": ", by SMS, which stays on the phone", "voice": ", spoken", "": ""}.get(channel, f", {channel}")
    match kinds.get(bare):
        case Menu(options):
            numbers = " ".join(str(option.key) for option in options)
            return f"{'first screen' if bare == start else 'menu'}, options {numbers}{on}"
        case Each(list=of):
            return f"the head of a menu over the directory's {of}{on}"
        case Ask(kind):
            return f"question, the caller types {ASKED[kind]}{on}"
        case Say(go):
            return f"advice{', 8 leads on' if go else ''}{on}"
        case End():
            return f"last screen{on}"
    return next((words for begin, words in PHRASES if bare.startswith(begin)), "phrase") + ("" if bare.startswith("voice.") else on)


def _room(editions: tuple[Edition, ...], key: str, language: str, words: Mapping[str, Message]) -> Iterator[str]:
    bare, _, own = key.partition("@")
    for edition in editions:
        channel = edition.fit.channel
        if own not in ("", channel) or (not own and f"{bare}@{channel}" in words):
            continue
        if channel != "sms" and bare.startswith("staff."):
            continue
        found = capacity(edition, bare, language)
        if found is not None:
            yield f"Room on {channel.upper()}: {room_in_words(found, channel)}."


def room_in_words(found: ScreenCapacity, channel: str) -> str:
    """A message's room in words; an SMS has 160 septets, and only past them a second part."""
    limit = SMS_ONE if channel == "sms" and found.gsm7 and found.used <= SMS_ONE else found.limit
    words = f"{found.used} of {limit} {'septets' if found.gsm7 else 'characters'}, {limit - found.used} left"
    if found.pages > 1:
        words = f"{found.pages} {PAGES[channel]}, the fullest {words}"
    return words if found.other_language else f"{words}, too few for the key of the other language"


def more_pages(sources: Sources, language: str, keys: frozenset[str]) -> Iterator[tuple[str, FaultReason]]:
    """Of these messages those that take more pages than in the first language: key and what to say of it."""
    first = next(iter(sources.words))
    for fit in (limits.USSD, limits.SMS):
        edition = compile_edition(sources, 0, fit)
        for key in sorted(keys):
            bare, _, own = key.partition("@")
            if own not in ("", fit.channel) or bare not in edition.words[first] or (fit.channel == "ussd" and bare.startswith("staff.")):
                continue
            here, there = capacity(edition, bare, language), capacity(edition, bare, first)
            if here is not None and there is not None and here.pages > there.pages:
                yield (
                    key,
                    reason("more_pages" if fit.channel == "ussd" else "more_parts", here=here.pages, there=there.pages, language=first),
                )
