"""How a call ended, and so what becomes of the callbacks that it was for: said on the page or by SMS, it is the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from msgspec.structs import replace

from hotline.ports import Callback, Ending, Post, Record, Safer, Staff, Transaction
from hotline.service import calls, dispatch
from hotline.service.parts import Parts
from hotline.service.reviewing import to_review
from hotline.service.room.calling import Answer
from hotline.service.rules import is_open, is_unsaid, tries_left

ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)
DANGEROUS: Final[tuple[Ending, ...]] = ("someone_else", "wrong_word")
"""The phone is in other hands: nobody rings it again by itself."""
TALKED: Final[tuple[Ending, ...]] = ("spoke", "could_not_talk")
"""It was she who was on the phone: she can be asked what she wishes."""


def note(parts: Parts, tx: Transaction, group: Sequence[Callback], ending: Ending, at: int) -> tuple[Post, ...]:
    """How the last try ended, and so what becomes of the callbacks that it was for (docs: callback life)."""
    # Her own request tells whose hands the phone is in; a stranger's tells nothing about hers.
    same = dispatch.alike(tx, group[0].id) if group[0].other_phone else tx.same_number(group[0].id)
    others = [each for each in same if each not in group] if ending in DANGEROUS else []
    group = [_after(replace(each, ending=ending, claimed_at=at), ending, at) for each in group]
    for each in group:
        tx.save_callback(each)
    _record(tx, group, at)
    match ending:
        case "someone_else" | "wrong_word" | "could_not_talk":
            # The others were asked for at another time, but it is the same phone.
            looked_at = (group, *([each] for each in others))
            return tuple(post for each in looked_at for post in to_review(parts, tx, each, ending, at))
        case "prank":
            tx.add_prank(group[0].id, at)  # one call is one prank, for however many requests it was
    return ()


def say(parts: Parts, tx: Transaction, staff: Staff, id: str, ending: Ending, at: int) -> Answer:
    """One tap on the page. Nothing where nobody was rung, or where it was said already."""
    group = dispatch.held(tx, id, staff.id)
    if not any(is_unsaid(each) for each in group) or calls.is_coming(tx, staff.id, group, at):
        return Answer("gone")
    return Answer(None, note(parts, tx, group, ending, at))


def talked(tx: Transaction, staff: Staff, id: str) -> Callback | None:
    """The callback, where she who holds it, or held it last, talked with the woman: nobody else says what she wishes."""
    callback = tx.callback(id)
    return callback if callback is not None and callback.claimed_by == staff.id and callback.ending in TALKED else None


def save_safer(tx: Transaction, staff: Staff, id: str, safer: Safer | None, at: int) -> Answer:
    """What she said when she was asked how safe the call leaves her; None: she would rather not say."""
    callback = talked(tx, staff, id)
    if callback is None:
        return Answer("gone")
    tx.save_callback(replace(callback, safer=safer))
    tx.record(Record(at, staff.alias, "safety asked", callback.reference))
    return Answer()


def _record(tx: Transaction, group: Sequence[Callback], at: int) -> None:
    """That she said how it ended, and not how: the audit stays when the callback is gone."""
    by = tx.staff(group[0].claimed_by or "")
    if by is None:
        return
    for each in group:
        tx.record(Record(at, by.alias, "outcome said", each.reference))


def _after(callback: Callback, ending: Ending, at: int) -> Callback:
    if ending == "unreachable" and tries_left(callback) > 0 and is_open(callback, at):
        return callback
    return replace(callback, state="closed", closed_at=at)
