"""What nobody read yet, or what is talked about: a list, what matters most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from hotline.engine.check.critical import EVERYWHERE, critical_screens
from hotline.engine.drafting.revisions import PENDING, words_place
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Message, Sources, Where
from hotline.engine.phone import limits
from hotline.ports.desk.staff import Staff
from hotline.service.deps import Deps
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.tree import CHOSEN, GROUPS, first_words, flow_titles, phrase_group, ways_to
from hotline.service.studio.screens.screens import shown
from hotline.service.studio.words.reviews import MessageReview, message_at, reviews_of

_NOWHERE: Final = Where("", 0)
MOST_LISTED: Final = 20
"""Messages on a page of the list."""


class ListedMessage(Struct, frozen=True):
    """One message in the list of what is to be read. `keys`: what leads to its screen, None where no keys do by themselves."""

    review: MessageReview
    title: str
    keys: str | None
    is_critical: bool
    first: str
    """Its words in the first language; empty where this is the first."""
    pages: tuple[str, ...]
    """As a phone shows them; none for what is said aloud."""


class FlowCount(Struct, frozen=True):
    """How many messages of a flow are listed, or of the phrases that are for one thing. `group`: what those are for, which the pages' own words name; empty for a flow."""

    name: str
    title: str
    count: int
    group: str = ""


class ReviewFilter(Struct, frozen=True):
    """Which messages somebody wants to see: of a flow and a language (empty: all), with an open comment instead of pending. `after`: the place of the last one seen."""

    flow: str = ""
    language: str = ""
    commented: bool = False
    after: str = ""


class ReviewList(Struct, frozen=True):
    """A part of what is to be read, and how much there is."""

    listed: tuple[ListedMessage, ...]
    has_more: bool
    left: int
    """How many there are from the first of these on."""
    pending: int
    critical: int
    commented: int
    flows: tuple[FlowCount, ...]
    languages: tuple[str, ...]
    """Those to choose from."""


def list_pending(deps: Deps, me: Staff, composed: Composed, chosen: ReviewFilter) -> ReviewList:
    """What is to be read in the languages that whoever looks reviews, in all where that are none: what the draft changes first, then urgent, callback and stop screens, then flow by flow.

    Raises StoreAway.
    """
    sources = composed.sources
    languages = tuple(language for language in sources.words if language in me.reviews) or tuple(sources.words)
    looked_at = (chosen.language,) if chosen.language in languages else languages
    order = _ListOrder(composed)
    with deps.store.read() as tx:
        rows = [
            _Row(words_place(language, message.key), language, message) for language in looked_at for message in sources.words[language]
        ]
        pending = [row for row in rows if row.message.review == PENDING]
        commented = [row for row in rows if row.place in composed.open_comments]
        wanted = commented if chosen.commented else pending
        last = message_at(sources, chosen.after)
        seen = order.of(*last) if last else ()
        ranked = [(order.of(row.language, row.message), row) for row in wanted if chosen.flow in ("", order.part_of(row.message.key))]
        rest = sorted((rank, row) for rank, row in ranked if rank > seen)
        part = [row for _, row in rest[:MOST_LISTED]]
        reviews = reviews_of(deps, tx, me, composed, {row.place: (row.language, row.message) for row in part})
    return ReviewList(
        tuple(_listed(sources, order, part, reviews)),
        len(rest) > len(part),
        len(rest),
        len(pending),
        sum(order.is_critical(row.message) for row in pending),
        len(commented),
        order.flow_counts(row.message.key for row in wanted),
        languages,
    )


def listed(composed: Composed, review: MessageReview) -> ListedMessage:
    """One message as the list has it."""
    row = _Row(review.place, review.language, Message(review.key, review.text, _NOWHERE, review.review))
    found, *_ = _listed(composed.sources, _ListOrder(composed), [row], {review.place: review})
    return found


class _Row(NamedTuple):
    place: str
    language: str
    message: Message


class _ListOrder:
    """In which order messages are read: what the draft changes first, then what is critical, then flow by flow by the keys that lead there, phrases last."""

    def __init__(self, composed: Composed) -> None:
        sources = composed.sources
        self._changed = composed.parts
        self._critical = EVERYWHERE | (composed.edition.critical if sources.flows is composed.before.flows else critical_screens(sources))
        ways = ways_to(sources, composed.reads)
        self.ways = {key: way.keys for key, way in ways.items() if CHOSEN not in way.keys}
        flows = sorted(sources.flows, key=lambda flow: (self.ways.get(flow.start) is None, self.ways.get(flow.start, "")))
        self.first = {message.key: message.text for message in next(iter(sources.words.values()), ())}
        self._read = self.first | {message.key: message.text for message in sources.words.get(composed.reads, ())}
        titles = flow_titles(sources, ways, first_words(sources, composed.reads))
        self._titles = {flow.name: titles[flow.name] for flow in flows}
        self._languages = {language: number for number, language in enumerate(sources.words)}
        keys = [
            *(screen.key for flow in flows for screen in flow.screens),
            *(message.key for table in sources.words.values() for message in table),
        ]
        self._places = {key: number for number, key in enumerate(dict.fromkeys(keys))}

    def of(self, language: str, message: Message) -> tuple[bool, bool, int, str, int]:
        """Comes before another's where the message does."""
        place = self._places.get(screen_key(message.key), len(self._places))
        is_unchanged = words_place(language, message.key) not in self._changed
        return (is_unchanged, not self.is_critical(message), place, message.key, self._languages[language])

    def title(self, key: str) -> str:
        """What a screen is called: its first words."""
        return self._read.get(key, "").split("\n")[0].strip() or key.partition(".")[2] or key

    def is_critical(self, message: Message) -> bool:
        return screen_key(message.key) in self._critical

    def part_of(self, key: str) -> str:
        """The flow that a message belongs to, or what the phrase is for (`.keys`): no flow's name begins so."""
        root = key.partition(".")[0]
        return root if root in self._titles else f".{phrase_group(root)}"

    def flow_counts(self, keys: Iterable[str]) -> tuple[FlowCount, ...]:
        """In this order, phrases last."""
        counts = Counter(map(self.part_of, keys))
        flows = [FlowCount(name, title, counts[name]) for name, title in self._titles.items() if name in counts]
        return (*flows, *(FlowCount(f".{group}", "", counts[f".{group}"], group) for group in GROUPS if f".{group}" in counts))


def screen_key(key: str) -> str:
    """Of a message's key, without its channel."""
    return key.partition("@")[0]


def _listed(sources: Sources, order: _ListOrder, rows: Sequence[_Row], reviews: Mapping[str, MessageReview]) -> Iterator[ListedMessage]:
    first, *_ = sources.words
    shows = {channel: _phone(sources, channel, rows) for channel in ("", "sms")}
    for place, language, message in rows:
        key, _, channel = message.key.partition("@")
        original = "" if language == first else order.first.get(message.key, order.first.get(key, ""))
        pages = shows[channel](key, language) if channel in shows else ()
        yield ListedMessage(reviews[place], order.title(key), order.ways.get(key), order.is_critical(message), original, pages)


def _phone(sources: Sources, channel: str, rows: Sequence[_Row]) -> Callable[[str, str], tuple[str, ...]]:
    """What a phone shows of each of these rows that is worded for this channel, by screen and language: nothing of what it cannot show."""
    keys = {screen_key(row.message.key) for row in rows if row.message.key.partition("@")[2] == channel}
    fit = limits.SMS if channel else limits.USSD

    def compiled(keys: Collection[str]) -> Edition | None:
        try:
            return compile_edition(sources, 0, fit, only=keys)
        except (KeyError, ValueError):
            return None

    whole = compiled(keys) if keys else None

    def pages(key: str, language: str) -> tuple[str, ...]:
        edition = whole or compiled({key})
        try:
            return shown(edition, key, language) if edition else ()
        except (KeyError, ValueError):
            return ()

    return pages
