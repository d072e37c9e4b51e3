"""Who works on the line: added, changed, given a one-time link, disabled; whatever somebody held goes back to the others."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports import Callback, Post, Record, Role, Staff, Transaction
from hotline.service import dispatch, reviewing
from hotline.service.parts import Parts
from hotline.service.room.access import LINK_SECONDS
from hotline.service.rules import is_unsaid

Fault: TypeAlias = Literal["alias", "number", "taken", "languages"]
"""What is wrong with what was filled in; `taken`: somebody else has this alias or this number."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
CALLING: Final[tuple[Role, ...]] = ("counselor", "supervisor")
"""Who takes calls."""
_ALIAS: Final = re.compile(r"[^\W\d_][\w-]{1,31}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class Seat(Struct, frozen=True):
    """One of the staff, and how she signs in. `second_factor` None: she has no account. `link_until`: her one-time link is good until then."""

    staff: Staff
    second_factor: bool | None
    link_until: int | None


def seats(tx: Transaction, at: int) -> tuple[Seat, ...]:
    """Everybody active, by alias."""
    accounts, links = tx.accounts(), tx.invites(at)
    people = sorted(tx.all_staff(), key=lambda each: each.alias)
    return tuple(Seat(each, accounts.get(each.id), links.get(each.id)) for each in people)


def seat(tx: Transaction, id: str, at: int) -> Seat | None:
    """The same of one; None where she is disabled or nobody."""
    return next((each for each in seats(tx, at) if each.staff.id == id), None)


def add(tx: Transaction, staff: Staff, languages: tuple[str, ...], by: str, at: int) -> Fault | None:
    """Somebody new, under an alias in small letters. `languages`: those of the line."""
    fault = _fault(tx, staff, languages)
    if fault is None:
        tx.add_staff(staff)
        tx.record(Record(at, by, "person added", f"{staff.alias}: {staff.role}"))
    return fault


def change(
    parts: Parts, tx: Transaction, staff: Staff, languages: tuple[str, ...], by: str, at: int
) -> tuple[Fault | None, tuple[Post, ...]]:
    """`staff`: as she shall be. Who takes calls no longer gives back what she holds."""
    fault, before = _fault(tx, staff, languages), tx.staff(staff.id)
    if fault is not None or before is None:
        return fault, ()
    if staff.role != "supervisor":
        staff = replace(staff, on_call_until=None)
    tx.add_staff(staff)
    _record_change(tx, before, staff, by, at)
    return None, () if staff.role in CALLING else give_back_all(parts, tx, staff.id, at)


def _record_change(tx: Transaction, before: Staff, staff: Staff, by: str, at: int) -> None:
    """A role opens pages and a number is rung: each has a line of its own."""
    if staff.role != before.role:
        tx.record(Record(at, by, "role changed", f"{staff.alias}: {before.role} → {staff.role}"))
    if staff.number != before.number:
        tx.record(Record(at, by, "number changed", staff.alias))
    if (staff.reads, staff.speaks, staff.minors) != (before.reads, before.speaks, before.minors):
        tx.record(Record(at, by, "person changed", staff.alias))


def invite(tx: Transaction, staff: Staff, token: str, by: str, at: int) -> None:
    """A one-time link instead of whatever she signed in with: she is signed out, her password and her second factor are gone."""
    tx.drop_sign_ins(staff.id)
    tx.drop_account(staff.id)
    tx.add_invite(token, staff.id, at, at + LINK_SECONDS)
    tx.record(Record(at, by, "one-time link made", staff.alias))


def shut_out(tx: Transaction, staff: Staff, by: str, at: int) -> None:
    """Disabled: she is signed out at once, nothing opens the door to her, and no message of hers counts. `give_back_all` follows."""
    tx.drop_sign_ins(staff.id)
    tx.drop_account(staff.id)
    tx.add_staff(replace(staff, active=False, on_until=None, on_call_until=None))
    tx.record(Record(at, by, "person disabled", staff.alias))


def give_back_all(parts: Parts, tx: Transaction, staff: str, at: int) -> tuple[Post, ...]:
    """What she holds waits again, and the next of the staff is told; but where she rang and nobody knows how it ended, nobody rings again
    before a supervisor has looked."""
    posts: tuple[Post, ...] = ()
    for group in _held(tx, staff):
        if any(is_unsaid(each) for each in group):
            others = tuple(each for each in dispatch.alike(tx, group[0].id) if each not in group)
            posts += reviewing.to_review(parts, tx, (*group, *others), "unanswered", at)
        else:
            posts += dispatch.give_back(parts, tx, group, dispatch.LINE, at)
    return posts


def _held(tx: Transaction, staff: str) -> list[tuple[Callback, ...]]:
    """Those to the same number together."""
    groups: list[tuple[Callback, ...]] = []
    for callback in tx.claimed_by(staff):
        if not any(callback in group for group in groups):
            groups.append(dispatch.held(tx, callback.id, staff))
    return groups


def _fault(tx: Transaction, staff: Staff, languages: tuple[str, ...]) -> Fault | None:
    if not _ALIAS.fullmatch(staff.alias) or staff.alias != staff.alias.lower():
        return "alias"
    if not _NUMBER.fullmatch(staff.number):
        return "number"
    if not {staff.reads, *staff.speaks} <= set(languages) or (staff.speaks and staff.role not in CALLING):
        return "languages"
    same_alias, same_number = tx.staff_by_alias(staff.alias), tx.staff_by_number(staff.number)
    others = [each for each in (same_alias, same_number) if each is not None and each.active and each.id != staff.id]
    return "taken" if others else None
