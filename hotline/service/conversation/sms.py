"""A caller's SMS: the same engine as by USSD, the messages kept for a while as the list of inputs; STOP above all."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from hotline.engine.phone.letters import plain
from hotline.ports.incoming import ReceivedSms
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway
from hotline.service import outbox
from hotline.service.conversation.dialogue import Dialogue, safe_end
from hotline.service.conversation.orders import Orders
from hotline.service.conversation.session import Session
from hotline.service.deps import Deps
from hotline.service.outbox import NewMessage
from hotline.service.words import meanings
from hotline.service.work import Work

FRESH_SECONDS: Final = 120
"""Nothing older is answered: another may hold the phone by now. Nor what claims to come from later: its clock says nothing."""
_SINGLE_KEYS: Final = re.compile(r"\d(?:[\s*#.,;/-]+\d)*")
_GAP: Final = "\0"
"""Between a message's id, its edition and its text; neither a vendor's id nor a text has one."""


def is_fresh(sms: ReceivedSms, at: int) -> bool:
    """May it still be answered, and acted on as said just now?"""
    return sms.sent_at is not None and abs(at - sms.sent_at) <= FRESH_SECONDS


def stop_if_asked(deps: Deps, orders: Orders, sms: ReceivedSms) -> bool:
    """Obey a word for stop, whoever sent it and however late, for what was asked for until it was sent. True if it was one. Raises StoreAway where
    it could not be kept."""
    if not any(asks_to_stop(sms.text, words) for words in _words(deps, sms.network)):
        return False
    orders.stop(sms.number, sms.origin, sms.sent_at)
    with suppress(MemoryAway):
        deps.memory.forget(_conversation(deps, sms))
    return True


def asks_to_stop(text: str, words: dict[str, str]) -> bool:
    """Does it begin with a word for stop, in any language?"""
    said = f"{plain(text)} "
    return any(meaning == "stop" and said.startswith(f"{word} ") for word, meaning in words.items())


def keys(texts: tuple[str, ...], words: dict[str, str]) -> tuple[str, ...]:
    """Messages as inputs. Keys may come several at once (`5 1`); a word of the catalogue stands for its keys; whatever else a conversation begins
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


def converse(deps: Deps, dialogue: Dialogue, sms: ReceivedSms) -> None:
    """Go on with this caller's conversation, or begin one. Raises MemoryAway where it could not be kept: it must come again."""
    # A word of the catalogue means the same wherever the conversation was: it begins anew, as dialling does.
    anew = any(meant.get(plain(sms.text), "").isdigit() for meant in _words(deps, sms.network))
    name, seconds = _conversation(deps, sms), deps.rules.sms_session_seconds
    snapshot = deps.editions.snapshot
    active = snapshot.active(deps.clock.now())
    # Each message carries the edition in force when it came; the first one's is the conversation's, for as long as Redis has it.
    said = _GAP.join((sms.message, str(active.number), sms.text))
    messages = [message.split(_GAP, 2) for message in deps.memory.hear(name, sms.origin, said, seconds, anew=anew)]
    if not messages or messages[-1][0] != sms.message:
        return  # it comes again, after the conversation that it belonged to
    first, number = messages[0][:2]
    begun = next((loaded for loaded in snapshot.editions if str(loaded.number) == number), None)
    edition = (begun or active).edition("sms", sms.network)
    # A conversation is named after its first message, so that the one after it gives orders under keys of its own.
    session_id = deps.derive("sms", f"{sms.number}|{first}")
    inputs = keys(tuple(message[-1] for message in messages), meanings(edition, "sms.word."))
    sent_at = min(sms.sent_at or 0, deps.clock.now())
    session = Session(f"{sms.gateway}.sms", session_id, sms.number, inputs, seconds, sent_at)
    screen = safe_end(edition) if begun is None else dialogue.answer((edition,), session)[0]
    # What is kept stays on no list: whoever holds the phone next goes on with nothing.
    if screen.ends or screen.key in edition.told_kept:
        with suppress(MemoryAway):
            deps.memory.forget(name)
    if deps.rules.sms_replies:
        _reply(deps, sms, screen.text)


def _words(deps: Deps, network: str) -> list[dict[str, str]]:
    """What the words of each edition that is held mean."""
    return [meanings(loaded.edition("sms", network), "sms.word.") for loaded in deps.editions.snapshot.editions]


def _conversation(deps: Deps, sms: ReceivedSms) -> str:
    return f"{sms.gateway}.sms|{deps.derive('sms', sms.number)}"


def _reply(deps: Deps, sms: ReceivedSms, text: str) -> None:
    with suppress(StoreAway):
        with deps.store.write() as tx:
            new = NewMessage("reply", sms.number, text, (sms.sent_at or 0) + FRESH_SECONDS)
            reply = outbox.write(Work(deps, tx, deps.clock.now()), new, sms.origin)
        outbox.enqueue(deps, (reply,))
