"""Words that the line never says, as its catalogues list them for each language, and screens that would ask a caller by key what happened.

`never.words`: nowhere. `never.lasting`: on nothing that stays on a phone. `never.asked`: where a key, a digit or a word would be the answer.
`never.answers`: with which an option begins that answers: yes, no, *I*, *he*, *my*. The lists stand among the words, so that whoever reviews them sees what goes from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from msgspec import Struct

from hotline.engine.edition import OUT_END, SAFE_END, split_labels, told_kept
from hotline.engine.faults import fault, reason
from hotline.engine.flow import Ask, Each, End, Fault, Kind, Menu, Message, Sources
from hotline.engine.phone.letters import fold, words_of

NEVER: Final = ("never.words", "never.lasting", "never.asked", "never.answers")
COVER: Final = ("pregnancy", "babies", "fever", "advice")
"""Flows of health advice that may be read on any phone: by SMS they need no other wording."""
_LISTS: Final = ("never.", "sms.word.")
_AFTER: Final = ' \n\u00a0\u202f»"'
"""What may stand behind a question's mark."""


class _Lists(Struct, frozen=True):
    """Of one language, without capitals."""

    words: frozenset[str]
    lasting: frozenset[str]
    asked: frozenset[str]
    answers: frozenset[str]


class Never:
    """The lists of an edition, ready to look words up in."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._screens = {screen.key: screen.kind for flow in sources.flows for screen in flow.screens}
        self._kept = told_kept(sources)
        self._lists = {language: _lists(messages) for language, messages in sources.words.items()}
        self._worded = {language: {message.key for message in messages} for language, messages in sources.words.items()}

    def faults(self, language: str, message: Message, words: Collection[str]) -> Iterator[Fault]:
        """Such words in one message. `words`: of its text (`words_of`)."""
        key, own = message.key, self._lists[language]
        if key.startswith(_LISTS):
            return
        kind = self._screens.get(key.partition("@")[0])
        if not own.words.isdisjoint(words):
            yield fault(message.at, key, reason("never_word", word=_first(words, own.words)))
        if not own.lasting.isdisjoint(words) and self._lasts(language, key, kind):
            yield fault(message.at, key, reason("lasting_word", word=_first(words, own.lasting)))
        if kind is not None and not own.asked.isdisjoint(words) and _asks(message.text, kind, own.answers):
            yield fault(message.at, key, reason("asks_of_her", word=_first(words, own.asked)))

    def may_ask_of_her(self, language: str, message: Message) -> bool:
        """May these words ask a caller about any of that by key, wherever in them the question stands? Wider than `faults`: for what is new."""
        kind = self._screens.get(message.key.partition("@")[0])
        asks = isinstance(kind, Menu | Ask | Each) and "?" in split_labels(message.text)[0]
        return asks and not self._lists[language].asked.isdisjoint(words_of(message.text))

    def kept_answers(self) -> Iterator[Fault]:
        """Screens that would set something of that."""
        asked = frozenset(fold(word, "fr") for own in self._lists.values() for word in own.asked)  # names have no accents
        for flow in self._sources.flows:
            for screen in flow.screens:
                for name in _keeps(screen.kind):
                    if not asked.isdisjoint(name.casefold().replace("_", "-").split("-")):
                        yield fault(screen.at, screen.key, reason("keeps_of_her", name=name))

    def _lasts(self, language: str, key: str, kind: Kind | None) -> bool:
        """Can it still be read when somebody else picks the phone up? An SMS, a first or last screen, one that says that a call was noted."""
        bare, _, channel = key.partition("@")
        if channel == "voice":
            return False
        is_sms = channel == "sms" or (not channel and f"{bare}@sms" not in self._worded[language] and bare.partition(".")[0] not in COVER)
        return (
            (is_sms and kind is not None)
            or bare in self._kept
            or isinstance(kind, End)
            or bare in (self._sources.start, SAFE_END, OUT_END, "neutral.broken")
        )


def _lists(messages: Collection[Message]) -> _Lists:
    found = {message.key: message.text for message in messages if message.key in NEVER}
    return _Lists(*(frozenset(word.strip().casefold() for word in found.get(key, "").split(",")) - {""} for key in NEVER))


def _first(words: Collection[str], unwanted: frozenset[str]) -> str:
    return next(word for word in words if word in unwanted)


def _asks(text: str, kind: Kind, answers: frozenset[str]) -> bool:
    """Would what a caller presses or types there be an answer? A free answer, options below a question, one that begins with a yes, a no, or whom it is about."""
    if not isinstance(kind, Menu):
        return isinstance(kind, Ask)
    head, labels = split_labels(text)
    return head.rstrip(_AFTER).endswith("?") or any(words_of(label)[:1] == [answer] for _, label in labels for answer in answers)


def _keeps(kind: Kind) -> Iterator[str]:
    """The names and values that a screen sets."""
    match kind:
        case Menu(options):
            for option in options:
                yield from (name for pair in option.set.items() for name in pair)
        case Ask(into=into) | Each(into=into):
            yield into
