"""What a counselor says and does, step by step, as the catalogue has it; and a tap for each hard case, which pages the supervisor on call."""

from __future__ import annotations

from itertools import count, takewhile
from typing import Final, Literal, TypeAlias, cast

from hotline.engine.scripts import SCRIPTS
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.calls import dispatch
from hotline.service.calls.connecting import Answer
from hotline.service.calls.review import for_eyes
from hotline.service.deps import Deps
from hotline.service.rules import HARD
from hotline.service.work import Work

Kind: TypeAlias = Literal["danger", "minor", "another", "doer", "known", "silence"]
KINDS: Final = cast("tuple[Kind, ...]", SCRIPTS)
"""Life in danger; a minor; for another person; the one who does it; I know her; silence."""


def steps(deps: Deps, language: str, kind: Kind) -> tuple[str, ...]:
    """The script's steps, in right spelling: nothing of it goes to a phone."""
    words = deps.spoken.words[deps.spoken.language_for(language)]
    keys = takewhile(words.__contains__, (f"script.{kind}.{n}" for n in count(1)))
    return tuple(words[key] for key in keys)


def said(deps: Deps, language: str, name: Literal["open", "open_other", "someone_else", "cover"]) -> str:
    """Words to say as they stand: the opening on her own phone and on another, what to do where somebody else answers, the cover."""
    return deps.spoken.phrase(f"script.{name}", language)


def hard(tx: Transaction, staff: Staff, id: str, at: int) -> Answer:
    """She says that the call was hard on her: she rests as after life in danger, and nobody is told, the audit neither."""
    callback = tx.callbacks.get(id)
    if callback is None or callback.claimed_by != staff.id or callback.outcome is None:
        return Answer("gone")
    tx.flags.add(id, HARD, staff.id, at)
    return Answer()


def mark(work: Work, staff: Staff, id: str, kind: Kind) -> Answer:
    """Pages the supervisor on call, once a kind, with the reference and nothing more; the call goes on meanwhile."""
    callback = work.tx.callbacks.get(id)
    if callback is None or callback.claimed_by != staff.id:
        return Answer("gone")
    if not work.tx.flags.add(id, kind, staff.id, work.at):
        return Answer()
    if kind == "minor":  # whichever of her requests is rung again, it is hers
        for each in dispatch.served_with(work.tx, callback):
            work.tx.flags.add(each.id, kind, staff.id, work.at)
    work.tx.audit.add(AuditRecord(work.at, staff.alias, "marked", callback.reference))
    if kind == "minor":
        for_eyes(work, callback, kind)
    return Answer(None, outbox.tell_supervisors(work, "wanted", f"{id}|{kind}", ref=callback.reference))
