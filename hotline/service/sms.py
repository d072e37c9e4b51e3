"""A caller's SMS: the same engine as by USSD, her messages kept for a while as the list of inputs; STOP above all."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from hotline.ports import MemoryAway, StoreAway
from hotline.service import outbox, staff
from hotline.service.line import Line, Talk
from hotline.service.orders import Orders
from hotline.service.parts import Parts
from hotline.service.words import meanings, plain

FRESH_SECONDS: Final = 120
"""Nothing older is answered: another may hold the phone by now. Nor what claims to come from later: its clock says nothing."""
_SINGLE_KEYS: Final = re.compile(r"\d(?:[\s*#.,;/-]+\d)*")
_GAP: Final = "\0"
"""Between a message's id and its text; neither a vendor's id nor a text has one."""


def sms(parts: Parts, line: Line, orders: Orders, gateway: str, message: str, number: str, text: str, sent_at: int | None, network: str) -> None:
    """Take a message. Raises StoreAway or MemoryAway where it could not be kept: then it must come again."""
    at = parts.clock.now()
    fresh = sent_at is not None and abs(at - sent_at) <= FRESH_SECONDS
    talk = f"{gateway}.sms|{parts.derive('sms', number)}"
    stopping = asks_to_stop(text, meanings(parts.library.edition("sms", network), "sms.word."))
    if stopping:
        orders.stop(number, f"{gateway}|{message}")
        with suppress(MemoryAway):
            parts.memory.forget(talk)
    with parts.store.read() as tx:
        known = tx.staff_by_number(number)
    if known is not None and known.active:
        with parts.store.write() as tx:
            posts = staff.hear(parts, tx, known, f"{gateway}|{message}", text, at, sent_at or 0, fresh=fresh)
        outbox.hint(parts, posts)
    elif fresh and sent_at is not None and not stopping:
        _converse(parts, line, talk, gateway, message, number, text, sent_at, network)


def asks_to_stop(text: str, words: dict[str, str]) -> bool:
    """Does it begin with a word for stop, in any language?"""
    said = f"{plain(text)} "
    return any(meaning == "stop" and said.startswith(f"{word} ") for word, meaning in words.items())


def keys(texts: tuple[str, ...], words: dict[str, str]) -> tuple[str, ...]:
    """Messages as inputs. Keys may come several at once (`5 1`); a word of the catalogue stands for its keys; whatever else she begins
    with opens the first screen, as dialling does."""
    inputs: list[str] = []
    for place, text in enumerate(texts):
        digits = words.get(plain(text), "")
        if digits.isdigit():
            inputs += digits
        elif _SINGLE_KEYS.fullmatch(text.strip()):
            inputs += (char for char in text if char.isdigit())
        elif place:
            inputs.append(text.strip())
    return tuple(inputs)


def _converse(parts: Parts, line: Line, talk: str, gateway: str, message: str, number: str, text: str, sent_at: int, network: str) -> None:
    seconds = parts.rules.sms_session_seconds
    edition = parts.library.edition("sms", network)
    words = meanings(edition, "sms.word.")
    # A word of the catalogue means the same wherever she was: it begins anew, as dialling does.
    heard = parts.memory.hear(talk, f"{gateway}|{message}", f"{message}{_GAP}{text}", seconds, anew=words.get(plain(text), "").isdigit())
    if not heard or heard[-1].partition(_GAP)[0] != message:
        return  # it comes again, after the conversation that it belonged to
    first = heard[0].partition(_GAP)[0]
    texts = tuple(each.partition(_GAP)[2] for each in heard)
    # A conversation is named after its first message, so that the one after it gives orders under keys of its own.
    session = parts.derive("sms", f"{number}|{first}")
    inputs = keys(texts, words)
    screen, _ = line.answer(edition, Talk(f"{gateway}.sms", session, number, inputs, seconds))
    if screen.ends:
        with suppress(MemoryAway):
            parts.memory.forget(talk)
    if parts.rules.sms_replies:
        with suppress(StoreAway):
            with parts.store.write() as tx:
                origin, at = f"{gateway}|{message}", parts.clock.now()
                reply = outbox.write(parts, tx, "reply", number, screen.text, origin, at, sent_at + FRESH_SECONDS)
            outbox.hint(parts, (reply,))
