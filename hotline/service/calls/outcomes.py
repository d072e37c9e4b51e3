"""How a call ended, and so what becomes of the callbacks that it was for: said on the page or by SMS, it is the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback, Safer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.outcomes import Outcome
from hotline.ports.store import Transaction
from hotline.service.calls import dispatch, ringing
from hotline.service.calls.connecting import Answer
from hotline.service.calls.review import to_review
from hotline.service.rules import attempts_left, is_open, is_unsaid
from hotline.service.work import Work

ENDINGS: Final[tuple[Outcome, ...]] = get_args(Outcome)
DANGEROUS: Final[tuple[Outcome, ...]] = ("someone_else", "wrong_word")
"""The phone is in other hands: nobody rings it again by itself."""
TALKED: Final[tuple[Outcome, ...]] = ("spoke", "could_not_talk")
"""It was she who was on the phone: she can be asked what she wishes."""


def note(work: Work, group: Sequence[Callback], outcome: Outcome) -> tuple[OutboxMessage, ...]:
    """How the last try ended, and so what becomes of the callbacks that it was for (docs: callback life)."""
    # Her own request tells whose hands the phone is in; a stranger's tells nothing about hers.
    same = dispatch.alike(work.tx, group[0].id) if group[0].other_phone else work.tx.callbacks.same_number(group[0].id)
    others = [each for each in same if each not in group] if outcome in DANGEROUS else []
    group = [_after(replace(each, outcome=outcome, claimed_at=work.at), outcome, work.at) for each in group]
    for each in group:
        work.tx.callbacks.save(each)
    _record(work.tx, group, work.at)
    match outcome:
        case "someone_else" | "wrong_word" | "could_not_talk":
            # The others were asked for at another time, but it is the same phone.
            looked_at = (group, *([each] for each in others))
            return tuple(post for each in looked_at for post in to_review(work, each, outcome))
        case "prank":
            work.tx.numbers.add_prank(group[0].id, work.at)  # one call is one prank, for however many requests it was
    return ()


def say(work: Work, staff: Staff, id: str, outcome: Outcome) -> Answer:
    """One tap on the page. Nothing where nobody was rung, or where it was said already."""
    group = dispatch.held(work.tx, id, staff.id)
    if not any(is_unsaid(each) for each in group) or ringing.is_coming(work.tx, staff.id, group, work.at):
        return Answer("gone")
    return Answer(None, note(work, group, outcome))


def talked(tx: Transaction, staff: Staff, id: str) -> Callback | None:
    """The callback, where she who holds it, or held it last, talked with the woman: nobody else says what she wishes."""
    callback = tx.callbacks.get(id)
    return callback if callback is not None and callback.claimed_by == staff.id and callback.outcome in TALKED else None


def save_safer(tx: Transaction, staff: Staff, id: str, safer: Safer | None, at: int) -> Answer:
    """What she said when she was asked how safe the call leaves her; None: she would rather not say."""
    callback = talked(tx, staff, id)
    if callback is None:
        return Answer("gone")
    tx.callbacks.save(replace(callback, safer=safer))
    tx.audit.add(AuditRecord(at, staff.alias, "safety asked", callback.reference))
    return Answer()


def _record(tx: Transaction, group: Sequence[Callback], at: int) -> None:
    """That she said how it ended, and not how: the audit stays when the callback is gone."""
    by = tx.staff.get(group[0].claimed_by or "")
    if by is None:
        return
    for each in group:
        tx.audit.add(AuditRecord(at, by.alias, "outcome said", each.reference))


def _after(callback: Callback, outcome: Outcome, at: int) -> Callback:
    if outcome == "unreachable" and attempts_left(callback) > 0 and is_open(callback, at):
        return callback
    return replace(callback, state="closed", closed_at=at)
