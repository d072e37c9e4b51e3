"""What a counselor says and does, step by step, as the catalogue has it; and a tap for each hard case, which pages the supervisor on call."""

from __future__ import annotations

from itertools import count, takewhile
from typing import Final, Literal, TypeAlias, cast

from hotline.engine.scripts import SCRIPTS
from hotline.ports import Record, Staff, Transaction
from hotline.service import dispatch, outbox
from hotline.service.parts import Parts
from hotline.service.reviewing import for_eyes
from hotline.service.room.calling import Answer
from hotline.service.rules import HARD

Kind: TypeAlias = Literal["danger", "minor", "another", "doer", "known", "silence"]
KINDS: Final = cast("tuple[Kind, ...]", SCRIPTS)
"""Life in danger; a minor; for another person; the one who does it; I know her; silence."""


def steps(parts: Parts, language: str, kind: Kind) -> tuple[str, ...]:
    """The script's steps, in right spelling: nothing of it goes to a phone."""
    words = parts.spoken.words[parts.spoken.language_for(language)]
    keys = takewhile(words.__contains__, (f"script.{kind}.{n}" for n in count(1)))
    return tuple(words[key] for key in keys)


def said(parts: Parts, language: str, name: Literal["open", "open_other", "someone_else", "cover"]) -> str:
    """Words to say as they stand: the opening on her own phone and on another, what to do where somebody else answers, the cover."""
    return parts.spoken.phrase(f"script.{name}", language)


def hard(tx: Transaction, staff: Staff, id: str, at: int) -> Answer:
    """She says that the call was hard on her: she rests as after life in danger, and nobody is told, the audit neither."""
    callback = tx.callback(id)
    if callback is None or callback.claimed_by != staff.id or callback.ending is None:
        return Answer("gone")
    tx.mark(id, HARD, staff.id, at)
    return Answer()


def mark(parts: Parts, tx: Transaction, staff: Staff, id: str, kind: Kind, at: int) -> Answer:
    """Pages the supervisor on call, once a kind, with the reference and nothing more; the call goes on meanwhile."""
    callback = tx.callback(id)
    if callback is None or callback.claimed_by != staff.id:
        return Answer("gone")
    if not tx.mark(id, kind, staff.id, at):
        return Answer()
    if kind == "minor":  # whichever of her requests is rung again, it is hers
        for each in dispatch.served_with(tx, callback):
            tx.mark(each.id, kind, staff.id, at)
    tx.record(Record(at, staff.alias, "marked", callback.reference))
    if kind == "minor":
        for_eyes(parts, tx, callback, kind, at)
    return Answer(None, outbox.tell_supervisors(parts, tx, "wanted", f"{id}|{kind}", at, ref=callback.reference))
