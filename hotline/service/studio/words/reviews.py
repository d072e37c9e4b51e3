"""What is known of a message's words as they are: who read them, who wrote them, and what is said about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from msgspec import Struct

from hotline.engine.drafting.revisions import PENDING
from hotline.engine.flow import Message, Sources
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.comments import WordsComment
from hotline.ports.editions.readings import WordsReading
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.editions.reading_overlay import text_digest
from hotline.service.studio.composing import Composed
from hotline.service.studio.drafts import is_editor


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


def see_reviews(deps: Deps, me: Staff, composed: Composed, places: Collection[str]) -> dict[str, MessageReview]:
    """Of these messages, by place; what is no message of the draft is left out. Raises StoreAway."""
    messages = {place: found for place in places if (found := message_at(composed.sources, place))}
    with deps.store.read() as tx:
        return reviews_of(deps, tx, me, composed, messages)


def message_at(sources: Sources, place: str) -> tuple[str, Message] | None:
    """The language and the message of a place. Returns None where it is none of these sources."""
    kind, _, rest = place.partition("/")
    language, _, key = rest.partition("/")
    table = sources.words.get(language, ()) if kind == "words" else ()
    message = next((message for message in table if message.key == key), None)
    return (language, message) if message else None


def reviews_of(
    deps: Deps, tx: Transaction, me: Staff, composed: Composed, messages: Mapping[str, tuple[str, Message]]
) -> dict[str, MessageReview]:
    if not messages:
        return {}
    signed: dict[tuple[str, str, str], list[WordsReading]] = {}
    keys = {message.key for _, message in messages.values()}
    authors = authors_of(tx, keys)
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


def authors_of(tx: Transaction, keys: Collection[str]) -> dict[tuple[str, str, str], set[str]]:
    """Of texts of these messages that were published from drafts, the ids of those who wrote them, by language, key and digest."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for written in tx.authorships.of(keys):
        found.setdefault((written.language, written.key, written.digest), set()).add(written.by)
    return found
