"""A caller's SMS: the same engine as by USSD, her messages kept for a while as the list of inputs; STOP above all."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from msgspec import Struct

from hotline.ports import MemoryAway, StoreAway
from hotline.service import outbox, staff
from hotline.service.line import Line, Talk, safe_end
from hotline.service.orders import Orders
from hotline.service.parts import Parts
from hotline.service.words import meanings, plain

FRESH_SECONDS: Final = 120
"""Nothing older is answered: another may hold the phone by now. Nor what claims to come from later: its clock says nothing."""
_SINGLE_KEYS: Final = re.compile(r"\d(?:[\s*#.,;/-]+\d)*")
_GAP: Final = "\0"
"""Between a message's id, its edition and its text; neither a vendor's id nor a text has one."""


class Heard(Struct, frozen=True):
    """One message of a caller."""

    gateway: str
    message: str
    number: str
    text: str
    sent_at: int
    network: str


def sms(
    parts: Parts, line: Line, orders: Orders, gateway: str, message: str, number: str, text: str, sent_at: int | None, network: str
) -> None:
    """Take a message. Raises StoreAway or MemoryAway where it could not be kept: then it must come again."""
    at = parts.clock.now()
    fresh = sent_at is not None and abs(at - sent_at) <= FRESH_SECONDS
    talk = f"{gateway}.sms|{parts.derive('sms', number)}"
    words = [meanings(volume.edition("sms", network), "sms.word.") for volume in parts.library.shelf.volumes]
    stopping = any(asks_to_stop(text, meant) for meant in words)
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
        # A word of the catalogue means the same wherever she was: it begins anew, as dialling does.
        anew = any(meant.get(plain(text), "").isdigit() for meant in words)
        _converse(parts, line, Heard(gateway, message, number, text, sent_at, network), talk, anew=anew)


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


def _converse(parts: Parts, line: Line, heard: Heard, talk: str, *, anew: bool) -> None:
    seconds = parts.rules.sms_session_seconds
    shelf = parts.library.shelf
    active = shelf.active(parts.clock.now())
    # Each message carries the edition in force when it came; the first one's is the conversation's, for as long as Redis has it.
    said = _GAP.join((heard.message, str(active.number), heard.text))
    all_said = parts.memory.hear(talk, f"{heard.gateway}|{heard.message}", said, seconds, anew=anew)
    messages = [each.split(_GAP, 2) for each in all_said]
    if not messages or messages[-1][0] != heard.message:
        return  # it comes again, after the conversation that it belonged to
    first, number = messages[0][:2]
    begun = next((volume for volume in shelf.volumes if str(volume.number) == number), None)
    edition = (begun or active).edition("sms", heard.network)
    # A conversation is named after its first message, so that the one after it gives orders under keys of its own.
    session = parts.derive("sms", f"{heard.number}|{first}")
    inputs = keys(tuple(each[-1] for each in messages), meanings(edition, "sms.word."))
    screen = (
        safe_end(edition)
        if begun is None
        else line.answer((edition,), Talk(f"{heard.gateway}.sms", session, heard.number, inputs, seconds))[0]
    )
    if screen.ends:
        with suppress(MemoryAway):
            parts.memory.forget(talk)
    if parts.rules.sms_replies:
        _reply(parts, heard, screen.text)


def _reply(parts: Parts, heard: Heard, text: str) -> None:
    with suppress(StoreAway):
        with parts.store.write() as tx:
            origin, at = f"{heard.gateway}|{heard.message}", parts.clock.now()
            reply = outbox.write(parts, tx, "reply", heard.number, text, origin, at, heard.sent_at + FRESH_SECONDS)
        outbox.hint(parts, (reply,))
