"""What a flow file may say: screens, options, conditions, places of the directory; no sentence, and no meaning yet.

`hotline/content/` reads files into these, `check/` finds every fault in them, `edition.py` compiles them. `docs/flows.md` shows the format.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

KEY_BACK, KEY_MORE, KEY_OUT, KEY_TALK = "0", "8", "9", "5"
KEYS: Final = range(1, 8)
"""The numbers that an option can have."""
KEY_LANGUAGE = "66"
"""The same screen in the next language. Two digits: one key is left on no menu, and nobody presses `66` by chance."""
NEXT = "next"
"""As a language to set: the one after this, so that one option leads from each language to the other."""
ANY = "any"
"""As a thing that was set: whichever, as if nothing had been."""

List: TypeAlias = Literal["regions", "places", "kinds", "services", "events", "testimonies"]
RETURN = "return"
"""The target that ends a called flow."""


class Where(Struct, frozen=True, order=True):
    """A place in a file, for faults: `file:line`."""

    file: str
    line: int


class FaultReason(Struct, frozen=True, order=True):
    """Why something is a fault, in no language: a code of `faults.ENGLISH`, and the values for its words, which may be reasons themselves."""

    code: str
    values: tuple[tuple[str, str | FaultReason], ...] = ()


class Fault(Struct, frozen=True, order=True):
    """One thing that is wrong with an edition's sources, and where. `faults.fault` makes those of an edition, with their reason."""

    at: Where
    message: str
    """In English, for the shell."""
    grave: bool = True
    """False for a notice, which is printed and counted, and does not prevent publishing."""
    follows: bool = False
    """It may only be the consequence of another fault, which is to be mended first."""
    subject: str = ""
    """The screen, message, flow or entry that it is about; empty: the line as a whole."""
    reason: FaultReason | None = None
    """For pages, which say it in the reader's language. None for a file's form, which only the shell tells of."""

    def __str__(self) -> str:
        return f"{self.at.file}:{self.at.line}: {self.message}"


class Gaps(Struct, frozen=True):
    """What could not be read of the files. What leads there seems to lead to nothing, and may well be right."""

    flows: frozenset[str] = frozenset()
    """Flows whose screens are not all known."""
    screens: frozenset[str] = frozenset()
    """Screens that are there and not sound, by their whole keys."""
    languages: frozenset[str] = frozenset()
    line: bool = False
    directory: bool = False
    """Are its entries not all known?"""
    entries: frozenset[str] = frozenset()
    """Entries of the directory that are there and not sound, by id."""

    def is_torn(self) -> bool:
        """Is anything unread that leads from screen to screen?"""
        return bool(self.flows or self.screens or self.line)

    def may_hold(self, key: str) -> bool:
        """May this screen be one of those that could not be read? A target that is another flow's bare name is read as a screen of its own flow."""
        flow, _, name = key.partition(".")
        return key in self.screens or flow in self.flows or name in self.flows


NO_GAPS: Final = Gaps()


class Condition(Struct, frozen=True):
    """`subject is value` or `subject is not value`.

    Subjects: `coverage` (free, none, unknown: is somebody there to call now in the caller's language), `coverage.urgent` (the same for what is urgent); `many` (yes, no, unknown: did a
    supervisor say that a call may not come); `opening` (known, none, unknown: is a next shift planned); `offered.PART`, `offered.next_day` and
    `offered.soonest` (yes, no, unknown: is there someone for that window); `listed.LIST` and
    `listed.numbers`, `listed.near` (yes, no: has the directory anything there, a number that may be shown, or a nearest place, for what was
    chosen); else the name of a thing that was set.
    """

    subject: str
    value: str
    negated: bool = False


class Option(Struct, frozen=True):
    """One numbered line of a menu; the number stays, whatever hides the line."""

    key: int
    go: str
    at: Where
    set: dict[str, str] = {}
    when: tuple[Condition, ...] = ()


class Menu(Struct, frozen=True, tag="menu"):
    """Numbered options."""

    options: tuple[Option, ...]


class Each(Struct, frozen=True, tag="each"):
    """A menu over a list of the directory: those entries whose fields equal what was set (`where`); of `kinds` those that have a service there."""

    list: List
    into: str
    go: str
    where: tuple[str, ...] = ()
    skip_one: bool = False
    """If there is only one entry, it is chosen and nothing is asked: a key costs the caller three presses and a wait."""


class Ask(Struct, frozen=True, tag="ask"):
    """Free input. `phone`: a Malian number, eight digits, kept as typed digits. `digits`: `least` to `most` digits.
    `number`: a value from `least` to `most`. `text`: up to `most` characters, at least `least`."""

    kind: Literal["phone", "digits", "number", "text"]
    into: str
    go: str
    least: int = 1
    most: int = 40


class Say(Struct, frozen=True, tag="say"):
    """Words, paged by itself; `8` leads on past the last page if there is a `go`. `each`: the words of one entry after another, too."""

    go: str | None = None
    each: Literal["testimonies"] | None = None


class Way(Struct, frozen=True):
    """One way on from a branch, taken if all conditions hold."""

    go: str
    when: tuple[Condition, ...]
    at: Where


class Branch(Struct, frozen=True, tag="branch"):
    """The first way whose conditions all hold; the last has none."""

    ways: tuple[Way, ...]


class Do(Struct, frozen=True, tag="do"):
    """An order. `when`: `now`, `part` (the part of the day that was set as `part`), `next_day` (the same part, the next day that has someone)
    or `soonest` (the part of the day whose window comes first)."""

    order: Literal["open_callback", "refine_callback", "cancel_callback", "stop_calls"]
    kept: str
    lost: str
    when: Literal["now", "part", "next_day", "soonest"] | None = None
    urgent: bool = False
    word: bool = False
    """Refine with the word that was set as `word`."""


class CallFlow(Struct, frozen=True, tag="call"):
    """Runs another flow and comes back to `then` when that one returns."""

    flow: str
    then: str


class End(Struct, frozen=True, tag="end"):
    """The last screen."""


Kind: TypeAlias = Menu | Each | Ask | Say | Branch | Do | CallFlow | End


class ScreenSource(Struct, frozen=True):
    """One screen of a flow; `key` is `flow.name`, and so is the msgid of its words. Targets are full keys too, or `return`."""

    key: str
    kind: Kind
    at: Where


class Flow(Struct, frozen=True):
    """The screens of one file; `start` is the whole key of the first."""

    name: str
    start: str
    screens: tuple[ScreenSource, ...]
    at: Where


class Message(Struct, frozen=True):
    """Words: the msgid (`flow.screen`, `flow.screen@sms`, or a phrase such as `keys.back`), the text in right spelling, and its review."""

    key: str
    text: str
    at: Where
    review: str
    """Who read it and when, or `pending`."""


class Item(Struct, frozen=True):
    """An entry of the directory. `fields` are shown by placeholders (`{name}`, `{address}`, `{hours}`, `{phone}`) and matched by `where`.

    A `phone` is shown only if `verified_on` is set and not older than the period in force; otherwise the entry is listed without it.
    A testimony has no name, and its words by language in `text.LANGUAGE`.
    """

    list: List
    id: str
    name: str
    fields: dict[str, str]
    at: Where


class DayPart(Struct, frozen=True):
    """A part of the day in which a caller can ask to be rung: minutes of the local day."""

    name: str
    start: int
    end: int
    at: Where


class Sources(Struct, frozen=True):
    """All that an edition is made of."""

    start: str
    """The key of the first screen."""
    flows: tuple[Flow, ...]
    words: dict[str, tuple[Message, ...]]
    """By language; the first language is the one that the line opens in."""
    items: tuple[Item, ...]
    parts: tuple[DayPart, ...]
    help: str
    """The screen where a call is asked for: `5` leads there after a second wrong key."""
