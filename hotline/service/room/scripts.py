"""What a counselor says and does, step by step, as the catalogue has it; and a tap for each hard case, which pages the supervisor on call."""

from __future__ import annotations

from itertools import count
from typing import Final, Literal, TypeAlias, cast

from hotline.engine.scripts import SCRIPTS
from hotline.ports import Record, Staff, Transaction
from hotline.service import outbox
from hotline.service.parts import Parts
from hotline.service.reviewing import for_eyes
from hotline.service.room.calling import Answer

Kind: TypeAlias = Literal["danger", "minor", "another", "doer", "known", "silence"]
KINDS: Final = cast("tuple[Kind, ...]", SCRIPTS)
"""Life in danger; a minor; for another person; the one who does it; I know her; silence."""


def steps(parts: Parts, language: str, kind: Kind) -> tuple[str, ...]:
    """The script's steps, in right spelling: nothing of it goes to a phone."""
    words = parts.spoken.words.get(language) or parts.spoken.words[parts.spoken.languages[0]]
    found: list[str] = []
    for n in count(1):
        step = words.get(f"script.{kind}.{n}")
        if step is None:
            return tuple(found)
        found.append(step)
    raise AssertionError


def said(parts: Parts, language: str, name: Literal["open", "open_other", "someone_else", "cover"]) -> str:
    """Words to say as they stand: the opening on her own phone and on another, what to do where somebody else answers, the cover."""
    return parts.spoken.phrase(f"script.{name}", language)


def mark(parts: Parts, tx: Transaction, staff: Staff, id: str, kind: Kind, at: int) -> Answer:
    """Pages the supervisor on call, once a kind, with the reference and nothing more; the call goes on meanwhile."""
    callback = tx.callback(id)
    if callback is None or callback.claimed_by != staff.id:
        return Answer("gone")
    if not tx.mark(id, kind, staff.id, at):
        return Answer()
    tx.record(Record(at, staff.alias, "marked", callback.reference))
    if kind == "minor":
        for_eyes(parts, tx, callback, kind, at)
    return Answer(None, outbox.tell_supervisors(parts, tx, "wanted", f"{id}|{kind}", at, ref=callback.reference))
