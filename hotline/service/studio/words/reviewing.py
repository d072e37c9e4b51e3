"""Acts of a reviewer: words are signed for as read, and talked about."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hotline.engine.drafting.difference import visible
from hotline.engine.drafting.revisions import value_of
from hotline.engine.flow import Message
from hotline.engine.phone.numbers import has_number
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.comments import WordsComment
from hotline.ports.editions.readings import WordsReading
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.editions.reading_overlay import text_digest
from hotline.service.studio.composing import compose
from hotline.service.studio.drafts import LONGEST_ABOUT, is_editor
from hotline.service.studio.words.reviews import authors_of, message_at

LONGEST_COMMENT: Final = 500


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
    if _wrote(act.tx, act.staff, place, message.text) or act.staff.id in authors_of(act.tx, [message.key]).get(
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


def _message(act: Act, draft: str, place: str) -> tuple[str, Message] | None:
    composed = compose(act.deps, act.tx, draft)
    return message_at(composed.sources, place) if composed else None


def _wrote(tx: Transaction, staff: Staff, place: str, text: str) -> bool:
    """Do these words stand in any draft, last changed by this person?"""
    parts = (part for draft in tx.edition_drafts.all() for part in tx.edition_drafts.parts(draft.id) if part.place == place)
    return any(part.by == staff.id and part.value == value_of(text) for part in parts)


def _tidy(text: str) -> str:
    return visible(text.replace("\r\n", "\n").strip())


def _unfit(said: str) -> Result | None:
    if not said:
        return Result("empty")
    if len(said) > LONGEST_COMMENT:
        return Result("long")
    return Result("number") if has_number(said) else None
