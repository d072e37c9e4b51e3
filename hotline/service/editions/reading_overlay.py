"""The reading overlay: words that somebody read and signed for carry it as their review, in a draft and in every edition that is made."""

from __future__ import annotations

from hashlib import sha256

from msgspec.structs import replace

from hotline.engine.drafting.revisions import PENDING
from hotline.engine.flow import Message, Sources
from hotline.ports.store import Transaction


def with_readings(tx: Transaction, sources: Sources) -> Sources:
    """These sources, in which a pending message whose exact text was read says who read it last, and when, as PO files do: `awa 2026-01-31`. Again changes nothing."""
    reviews: dict[tuple[str, str], dict[str, str]] = {}
    for reading in tx.readings.all():
        reviews.setdefault((reading.language, reading.key), {})[reading.digest] = reading.signature
    if not reviews:
        return sources

    def signed(language: str, message: Message) -> Message:
        found = reviews.get((language, message.key)) if message.review == PENDING else None
        review = found.get(text_digest(message.text)) if found else None
        return replace(message, review=review) if review else message

    return replace(
        sources, words={language: tuple(signed(language, message) for message in table) for language, table in sources.words.items()}
    )


def text_digest(text: str) -> str:
    """By which a reading knows the exact text."""
    return sha256(text.encode()).hexdigest()
