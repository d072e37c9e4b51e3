"""Hearing a reviewer: who read which words and signed for them, what is said about them, and what nobody read yet, what matters most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check.critical import EVERYWHERE, critical_screens
from hotline.engine.drafting.difference import visible
from hotline.engine.drafting.revisions import PENDING, value_of, words_place
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Message, Sources, Where
from hotline.engine.phone import limits
from hotline.engine.phone.numbers import has_number
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.comments import WordsComment
from hotline.ports.editions.readings import WordsReading
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.editions.reading_overlay import text_digest
from hotline.service.studio.composing import Composed, compose
from hotline.service.studio.drafts import LONGEST_ABOUT, is_editor
from hotline.service.studio.line.tree import keys_to
from hotline.service.studio.screens.screens import shown

LONGEST_COMMENT: Final = 500
_NOWHERE: Final = Where("", 0)
MOST_LISTED: Final = 20
"""Messages on a page of the list."""


class CommentView(Struct, frozen=True):
    """One remark; `by` an alias."""

    text: str
    by: str
    day: date
    is_open: bool


class MessageReview(Struct, frozen=True):
    """What is known of one message's words as they are: who read them, and what is said about them."""

    place: str
    language: str
    key: str
    text: str
    digest: str
    review: str
    """Who read them last, or `pending`."""
    readers: tuple[WordsReading, ...]
    """Who signed exactly these."""
    may_sign: bool
    has_signed: bool
    is_own: bool
    """Whoever looks wrote them last, in this draft or in one that was published."""
    comments: tuple[CommentView, ...]
    may_close: bool
    """Whether whoever looks may close what is open of the thread."""

    @property
    def is_pending(self) -> bool:
        """Did nobody read them?"""
        return self.review == PENDING

    @property
    def open_comments(self) -> int:
        """How many remarks wait for an answer."""
        return sum(comment.is_open for comment in self.comments)


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
    """How many messages of a flow are listed."""

    name: str
    title: str
    count: int


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


def see_reviews(deps: Deps, me: Staff, composed: Composed, places: Collection[str]) -> dict[str, MessageReview]:
    """Of these messages, by place; what is no message of the draft is left out. Raises StoreAway."""
    messages = {place: found for place in places if (found := message_at(composed.sources, place))}
    with deps.store.read() as tx:
        return _reviews(deps, tx, me, composed, messages)


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
        ranked = [(order.of(row.language, row.message), row) for row in wanted if chosen.flow in ("", _flow_of(row.message.key))]
        rest = sorted((rank, row) for rank, row in ranked if rank > seen)
        part = [row for _, row in rest[:MOST_LISTED]]
        reviews = _reviews(deps, tx, me, composed, {row.place: (row.language, row.message) for row in part})
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


def sign_words(act: Act, draft: str, place: str, digest: str) -> Result:
    """Whoever acts read exactly this text. `draft`: the one in which it stands; empty: what is in force.

    *changed* where the words are others by now; *own* where whoever acts wrote them last, in a draft or in one that was published.
    """
    found = _message(act, draft, place)
    if found is None:
        return Result("gone")
    language, message = found
    if language not in act.staff.reviews:
        return Result("forbidden")
    if text_digest(message.text) != digest:
        return Result("changed")
    if _wrote(act.tx, act.staff, place, message.text) or act.staff.id in _authors(act.tx, [message.key]).get(
        (language, message.key, digest), ()
    ):
        return Result("own")
    if act.tx.readings.add(WordsReading(language, message.key, digest, act.staff.alias, act.deps.today(act.at).isoformat())):
        act.record("words read", place[:LONGEST_ABOUT])
    return Result()


def unsign_words(act: Act, draft: str, place: str, digest: str) -> Result:
    """Whoever acts did not mean to sign this text. What an edition already says of it stays there."""
    found = _message(act, draft, place)
    if found is None or not act.tx.readings.drop(found[0], found[1].key, digest, act.staff.alias):
        return Result("gone")
    act.record("reading taken back", place[:LONGEST_ABOUT])
    return Result()


def comment_words(act: Act, draft: str, place: str, text: str) -> Result:
    """Say something about a message, in its thread. *empty*, *long* and *number* are about what was said."""
    if _message(act, draft, place) is None:
        return Result("gone")
    said = _tidy(text)
    if refusal := _unfit(said):
        return refusal
    act.tx.comments.save(WordsComment(act.derive("comment"), place, said, act.staff.id, act.at))
    act.record("comment made", place[:LONGEST_ABOUT])
    return Result()


def close_thread(act: Act, draft: str, place: str, text: str) -> Result:
    """Answer what is open in the thread of a message, or close it without a word: an editor of these words all of it, others what they said themselves.

    *gone* where nothing of that is open.
    """
    found = _message(act, draft, place)
    waiting = [comment for comment in act.tx.comments.of([place]) if comment.is_open]
    edits = found is not None and is_editor(act.staff, found[0])
    closing = waiting if edits else [comment for comment in waiting if comment.by == act.staff.id]
    if not closing:
        return Result("gone")
    said = _tidy(text)
    if said and (refusal := _unfit(said)):
        return refusal
    for comment in closing:
        act.tx.comments.save(replace(comment, closed_by=act.staff.id, closed_at=act.at))
    if said:
        act.tx.comments.save(WordsComment(act.derive("comment"), place, said, act.staff.id, act.at, act.staff.id, act.at))
    act.record("comment answered", place[:LONGEST_ABOUT])
    return Result()


def message_at(sources: Sources, place: str) -> tuple[str, Message] | None:
    """The language and the message of a place. Returns None where it is none of these sources."""
    kind, _, rest = place.partition("/")
    language, _, key = rest.partition("/")
    table = sources.words.get(language, ()) if kind == "words" else ()
    message = next((message for message in table if message.key == key), None)
    return (language, message) if message else None


def _message(act: Act, draft: str, place: str) -> tuple[str, Message] | None:
    composed = compose(act.deps, act.tx, draft)
    return message_at(composed.sources, place) if composed else None


def _wrote(tx: Transaction, staff: Staff, place: str, text: str) -> bool:
    """Do these words stand in any draft, last changed by this person?"""
    parts = (part for draft in tx.edition_drafts.all() for part in tx.edition_drafts.parts(draft.id) if part.place == place)
    return any(part.by == staff.id and part.value == value_of(text) for part in parts)


def _authors(tx: Transaction, keys: Collection[str]) -> dict[tuple[str, str, str], set[str]]:
    """Of texts of these messages that were published from drafts, the ids of those who wrote them, by language, key and digest."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for written in tx.authorships.of(keys):
        found.setdefault((written.language, written.key, written.digest), set()).add(written.by)
    return found


def _reviews(
    deps: Deps, tx: Transaction, me: Staff, composed: Composed, messages: Mapping[str, tuple[str, Message]]
) -> dict[str, MessageReview]:
    if not messages:
        return {}
    signed: dict[tuple[str, str, str], list[WordsReading]] = {}
    keys = {message.key for _, message in messages.values()}
    authors = _authors(tx, keys)
    for reading in tx.readings.of(keys):
        signed.setdefault((reading.language, reading.key, reading.digest), []).append(reading)
    threads: dict[str, list[WordsComment]] = {}
    for comment in tx.comments.of(messages.keys()):
        threads.setdefault(comment.place, []).append(comment)
    aliases = {staff.id: staff.alias for staff in tx.staff.active()} if threads else {}

    def review(place: str, language: str, message: Message) -> MessageReview:
        digest = text_digest(message.text)
        readers = tuple(signed.get((language, message.key, digest), ()))
        part, thread = composed.parts.get(place), threads.get(place, [])
        is_own = (part is not None and part.by == me.id) or me.id in authors.get((language, message.key, digest), ())
        has_signed = me.alias in {reading.by for reading in readers}
        may_sign = language in me.reviews and not is_own and not has_signed
        mine = any(comment.is_open and comment.by == me.id for comment in thread)
        return MessageReview(
            place,
            language,
            message.key,
            message.text,
            digest,
            message.review,
            readers,
            may_sign,
            has_signed,
            is_own,
            tuple(CommentView(comment.text, aliases.get(comment.by, "?"), deps.today(comment.at), comment.is_open) for comment in thread),
            mine or (is_editor(me, language) and any(comment.is_open for comment in thread)),
        )

    return {place: review(place, language, message) for place, (language, message) in messages.items()}


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
        self.ways = keys_to(sources)
        flows = sorted(sources.flows, key=lambda flow: (self.ways.get(flow.start) is None, self.ways.get(flow.start, "")))
        self.first = {message.key: message.text for message in next(iter(sources.words.values()), ())}
        self._read = self.first | {message.key: message.text for message in sources.words.get(composed.reads, ())}
        self._titles = {flow.name: self.title(flow.start) for flow in flows}
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

    def flow_counts(self, keys: Iterable[str]) -> tuple[FlowCount, ...]:
        """In this order."""
        counts = Counter(map(_flow_of, keys))
        names = [*(name for name in self._titles if name in counts), *sorted(counts.keys() - self._titles.keys())]
        return tuple(FlowCount(name, self._titles.get(name, name), counts[name]) for name in names)


def screen_key(key: str) -> str:
    """Of a message's key, without its channel."""
    return key.partition("@")[0]


def _flow_of(key: str) -> str:
    return key.partition(".")[0]


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


def _tidy(text: str) -> str:
    return visible(text.replace("\r\n", "\n").strip())


def _unfit(said: str) -> Result | None:
    if not said:
        return Result("empty")
    if len(said) > LONGEST_COMMENT:
        return Result("long")
    return Result("number") if has_number(said) else None
