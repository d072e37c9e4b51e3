"""Who works on the line: added, changed, given a one-time link, disabled; whatever somebody held goes back to the others."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import CALLING, Role, Staff
from hotline.ports.store import Transaction
from hotline.service.calls import dispatch, review
from hotline.service.desk.accounts.sign_in import LINK_SECONDS
from hotline.service.calls.limits import is_unsaid
from hotline.service.work import Work

Fault: TypeAlias = Literal["alias", "number", "taken", "languages"]
"""What is wrong with what was filled in; `taken`: somebody else has this alias or this number."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
_ALIAS: Final = re.compile(r"[^\W\d_][\w-]{1,31}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class Seat(Struct, frozen=True):
    """One of the staff, and how she signs in. `second_factor` None: she has no account. `link_until`: her one-time link is good until then."""

    staff: Staff
    second_factor: bool | None
    link_until: int | None


def seats(tx: Transaction, at: int) -> tuple[Seat, ...]:
    """Everybody active, by alias."""
    accounts, links = tx.accounts.all(), tx.accounts.invites(at)
    people = sorted(tx.staff.active(), key=lambda each: each.alias)
    return tuple(Seat(each, accounts.get(each.id), links.get(each.id)) for each in people)


def seat(tx: Transaction, id: str, at: int) -> Seat | None:
    """The same of one; None where she is disabled or nobody."""
    return next((each for each in seats(tx, at) if each.staff.id == id), None)


def add(tx: Transaction, staff: Staff, languages: tuple[str, ...], by: str, at: int) -> Fault | None:
    """Somebody new, under an alias in small letters. `languages`: those of the line."""
    fault = _fault(tx, staff, languages)
    if fault is None:
        tx.staff.save(staff)
        tx.audit.add(AuditRecord(at, by, "person added", f"{staff.alias}: {staff.role}"))
    return fault


def change(work: Work, staff: Staff, languages: tuple[str, ...], by: str) -> tuple[Fault | None, tuple[OutboxMessage, ...]]:
    """`staff`: as she shall be. Who takes calls no longer gives back what she holds."""
    fault, before = _fault(work.tx, staff, languages), work.tx.staff.get(staff.id)
    if fault is not None or before is None:
        return fault, ()
    if staff.role != "supervisor":
        staff = replace(staff, on_call_until=None)
    work.tx.staff.save(staff)
    _record_change(work.tx, before, staff, by, work.at)
    return None, () if staff.role in CALLING else give_back_all(work, staff.id)


def _record_change(tx: Transaction, before: Staff, staff: Staff, by: str, at: int) -> None:
    """A role opens pages and a number is rung: each has a line of its own."""
    if staff.role != before.role:
        tx.audit.add(AuditRecord(at, by, "role changed", f"{staff.alias}: {before.role} → {staff.role}"))
    if staff.number != before.number:
        tx.audit.add(AuditRecord(at, by, "number changed", staff.alias))
    if (staff.reads, staff.speaks, staff.minors) != (before.reads, before.speaks, before.minors):
        tx.audit.add(AuditRecord(at, by, "person changed", staff.alias))


def invite(tx: Transaction, staff: Staff, token: str, by: str, at: int) -> None:
    """A one-time link instead of whatever she signed in with: she is signed out, her password and her second factor are gone."""
    tx.accounts.drop_sign_ins(staff.id)
    tx.accounts.drop(staff.id)
    tx.accounts.add_invite(token, staff.id, at, at + LINK_SECONDS)
    tx.audit.add(AuditRecord(at, by, "one-time link made", staff.alias))


def shut_out(tx: Transaction, staff: Staff, by: str, at: int) -> None:
    """Disabled: she is signed out at once, nothing opens the door to her, and no message of hers counts. `give_back_all` follows."""
    tx.accounts.drop_sign_ins(staff.id)
    tx.accounts.drop(staff.id)
    tx.staff.save(replace(staff, active=False, on_until=None, on_call_until=None))
    tx.audit.add(AuditRecord(at, by, "person disabled", staff.alias))


def give_back_all(work: Work, staff: str) -> tuple[OutboxMessage, ...]:
    """What she holds waits again, and the next of the staff is told; but where she rang and nobody knows how it ended, nobody rings again
    before a supervisor has looked."""
    posts: tuple[OutboxMessage, ...] = ()
    for group in _held(work.tx, staff):
        if any(is_unsaid(each) for each in group):
            others = tuple(each for each in dispatch.alike(work.tx, group[0].id) if each not in group)
            posts += review.to_review(work, (*group, *others), "unanswered")
        else:
            posts += dispatch.give_back(work, group, dispatch.LINE)
    return posts


def _held(tx: Transaction, staff: str) -> list[tuple[Callback, ...]]:
    """Those to the same number together."""
    groups: list[tuple[Callback, ...]] = []
    for callback in tx.callbacks.claimed_by(staff):
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
    same_alias, same_number = tx.staff.by_alias(staff.alias), tx.staff.by_number(staff.number)
    others = [each for each in (same_alias, same_number) if each is not None and each.active and each.id != staff.id]
    return "taken" if others else None
