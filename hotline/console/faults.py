"""What is wrong with an edition, in the reader's language: `studio.fault.CODE` of the console's words, with the values that the fault has."""

from __future__ import annotations

from typing import Final

from hotline.console.context import ConsoleContext, language
from hotline.console.times import dated
from hotline.console.words import Words
from hotline.engine.faults import NOTHING
from hotline.engine.flow import Fault, FaultReason

_NAMED: Final = {"language": "language", "field": "studio.fault.field", "name": "studio.fault.field", "list": "studio.fault.list"}
"""Values that are names of ours: below which key each has words. One that nobody gave words stays as it is."""


def said(context: ConsoleContext, fault: Fault) -> str:
    """Why it is wrong and what to do, in the language of whoever is signed in. In templates it is `fault_said(fault)`."""
    return in_words(context.words, language(context), fault)


def in_words(words: Words, language: str, fault: Fault) -> str:
    """The same in a language. A fault of a file's form stays English, with its line: no page can make one."""
    if fault.reason is None:
        return words.say(language, "studio.fault.file", line=fault.at.line, message=fault.message)
    return dated(_said(words, language, fault.reason))


def _said(words: Words, language: str, why: FaultReason) -> str:
    if why.code == NOTHING:
        return ""
    values = {name: _value(words, language, name, value) for name, value in why.values}
    return words.say(language, f"studio.fault.{why.code}", **values)


def _value(words: Words, language: str, name: str, value: str | FaultReason) -> str:
    if isinstance(value, FaultReason):
        return _said(words, language, value)
    return words.say_or(language, f"{_NAMED[name]}.{value}", value) if name in _NAMED else value
