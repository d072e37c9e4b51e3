"""Who works on the line: added, changed, given a one-time link, disabled; whatever somebody held goes back to the others.

An admin does it on a page, or whoever has the machine at the shell. No admin changes their own row: one who is shut out helps nobody.
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.phone.numbers import is_e164
from hotline.engine.times import DAY_MINUTES
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.staff_rings import RingDigits
from hotline.ports.desk.staff import CALLING, Role, Staff
from hotline.ports.store import Store, Transaction
from hotline.service.acts import Act, Result
from hotline.service.calls import review
from hotline.service.calls.by_ring import reach
from hotline.service.calls.dispatch import claims
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid
from hotline.service.desk.accounts.sign_in import GUESSES, LINK_SECONDS
from hotline.service.desk.shifts.planning import WeekHours, weekly
from hotline.service.work import Work

PersonFault: TypeAlias = Literal["alias", "number", "taken", "languages", "no_language", "organisation", "ends_on"]
"""What is wrong with what was filled in (`fault` of a result that is *faulty*); `taken`: somebody else has this alias or this number; `no_language`: a counselor who
takes calls in none, whom no call would ever reach; `organisation`, `ends_on`: a partner has one of at most ORGANISATION_LETTERS, and a last day from today to LONGEST_DAYS on."""
ORGANISATION_LETTERS: Final = 120
LONGEST_DAYS: Final = 3 * 366

_ALIAS: Final = re.compile(r"[^\W\d_][\w-]{1,31}")


class Seat(Struct, frozen=True):
    """One of the staff, and how they sign in. `second_factor` is None where there is no account. `link_until`: a one-time link is good until then."""

    staff: Staff
    second_factor: bool | None
    link_until: int | None
    is_locked: bool = False
    """Too many codes were wrong after a right password: none opens."""


class PersonForm(Struct, frozen=True):
    """A staff row as it shall be. `alias` is of somebody new alone; empty `number` or `reads`, and no role: as before."""

    alias: str = ""
    role: Role | None = None
    number: str = ""
    reads: str = ""
    speaks: tuple[str, ...] = ()
    minors: bool = False
    reviews: tuple[str, ...] = ()
    """The languages whose words this person reads and signs."""
    approves: bool = False
    """May be the second person of an edition."""
    organisation: str = ""
    ends_on: int | None = None
    """The last day, of a partner; None where it stays as it was."""

    def filled(self, staff: Staff) -> Staff:
        """Who takes no calls speaks no languages and takes no minors' calls. A partner has no phone and no right here, and nobody else an organisation or a last day."""
        role = self.role or staff.role
        calls, is_partner = role in CALLING, role == "partner"
        return replace(
            staff,
            role=role,
            number="" if is_partner else self.number or staff.number,
            reads=self.reads or staff.reads,
            speaks=self.speaks if calls else (),
            minors=calls and self.minors,
            reviews=() if is_partner else self.reviews,
            approves=self.approves and not is_partner,
            organisation=(self.organisation or staff.organisation) if is_partner else "",
            ends_on=(self.ends_on if self.ends_on is not None else staff.ends_on) if is_partner else None,
            agreed=staff.agreed if is_partner else None,
            on_call_until=staff.on_call_until if role == "supervisor" else None,
        )


class Start(Struct, frozen=True):
    """What somebody new begins with. `link`: the token of a one-time link; empty: somebody who works by SMS alone, or is given one later."""

    hours: tuple[WeekHours, ...] = ()
    link: str = ""


def seats(store: Store, at: int) -> tuple[Seat, ...]:
    """Everybody active, by alias. Raises StoreAway."""
    with store.read() as tx:
        accounts, links, people = tx.accounts.all(), tx.accounts.invites(at), tx.staff.active()
        guesses = tx.accounts.guesses()
    return tuple(
        Seat(staff, accounts.get(staff.id), links.get(staff.id), guesses.get(staff.id, 0) >= GUESSES)
        for staff in sorted(people, key=lambda staff: staff.alias)
    )


def seat(store: Store, id: str, at: int) -> Seat | None:
    """The same of one. Returns None where the id is nobody's, or the person is disabled. Raises StoreAway."""
    return next((seat for seat in seats(store, at) if seat.staff.id == id), None)


def add_person(act: Act, form: PersonForm, languages: tuple[str, ...], start: Start = Start()) -> Result:  # noqa: B008 -- frozen
    """Somebody new, under an alias in small letters; `id` among the values. `languages`: those of the line."""
    staff = form.filled(Staff(act.derive("staff"), form.alias, "counselor", "", "", ()))
    fault = _fault(act, staff, languages)
    if fault is not None:
        return Result("faulty", {"fault": fault})
    act.tx.staff.save(staff)
    act.record("person added", f"{staff.alias}: {staff.role}")
    for shift in (shift for hours in start.hours for shift in weekly(staff.id, hours)):
        act.tx.shifts.add(shift)
    if start.link:
        _invite(act, staff, start.link)
    return Result(values={"id": staff.id})


def change_person(act: Act, id: str, form: PersonForm, languages: tuple[str, ...]) -> Result:
    """Change a staff row. Whoever takes calls no longer gives back what they hold."""
    before = _other(act, id)
    if isinstance(before, Result):
        return before
    staff = form.filled(before)
    fault = _fault(act, staff, languages)
    if fault is not None:
        return Result("faulty", {"fault": fault})
    act.tx.staff.save(staff)
    _record_change(act, before, staff)
    return Result(messages=() if staff.role in CALLING else give_back_all(act, staff.id))


def make_link(act: Act, id: str, token: str) -> Result:
    """A one-time link instead of what there was to sign in with: every sign-in ends, password and second factor are gone."""
    staff = _other(act, id)
    if isinstance(staff, Result):
        return staff
    _invite(act, staff, token)
    return Result()


def unlock_person(act: Act, id: str) -> Result:
    """Codes count again: it was the person who mistyped them."""
    staff = _other(act, id)
    if isinstance(staff, Result):
        return staff
    act.tx.accounts.forgive_guesses(staff.id)
    act.record("account unlocked", staff.alias)
    return Result()


def make_digits(act: Act, id: str, digits: str) -> Result:
    """Two digits for the rings of somebody who never sees a page. Gone where there is no such person, or who takes no calls."""
    staff = act.tx.staff.get(id)
    if staff is None or not staff.active or staff.role not in CALLING:
        return Result("gone")
    if not reach.are_digits(digits):
        return Result("faulty", {"fault": "digits"})
    act.tx.staff_rings.save_digits(RingDigits(id, reach.hashed(act.deps.hasher, id, digits)))
    act.record("ring digits set", staff.alias)
    return Result()


def disable_person(act: Act, id: str) -> Result:
    """Every sign-in ends at once, none is possible any more, no SMS from this person counts, and what they hold goes back to the others."""
    staff = _other(act, id)
    if isinstance(staff, Result):
        return staff
    messages = shut_out(act, staff)
    act.record("person disabled", staff.alias)
    return Result(messages=messages)


def shut_out(work: Work, staff: Staff) -> tuple[OutboxMessage, ...]:
    """`disable_person`, which nothing that is restored undoes. Returns what others are told of what this person held."""
    _drop_account(work, staff)
    work.tx.staff_rings.drop_digits(staff.id)
    work.tx.staff.save(replace(staff, active=False, on_until=None, on_call_until=None))
    work.tx.revocations.add("disabled", staff.id, work.at)
    return give_back_all(work, staff.id)


def give_back_all(work: Work, staff: str) -> tuple[OutboxMessage, ...]:
    """What this person holds waits again, and the next of the staff is told; but where they rang and nobody knows how it ended, nobody rings
    again before a supervisor has looked."""
    messages: tuple[OutboxMessage, ...] = ()
    for group in _held(work.tx, staff):
        if any(is_unsaid(callback) for callback in group):
            others = tuple(callback for callback in one_phone.alike(work.tx, group[0].id) if callback not in group)
            messages += review.to_review(work, (*group, *others), "unanswered")
        else:
            messages += claims.give_back(work, group, claims.LINE)
    return messages


def _other(act: Act, id: str) -> Staff | Result:
    """The staff row of somebody active who is not whoever acts; else the refusal."""
    staff = act.tx.staff.get(id)
    if staff is None or not staff.active:
        return Result("gone")
    return Result("own") if staff.id == act.staff.id else staff


def _invite(act: Act, staff: Staff, token: str) -> None:
    _drop_account(act, staff)
    act.tx.accounts.add_invite(token, staff.id, act.at, act.at + LINK_SECONDS)
    act.record("one-time link made", staff.alias)


def _drop_account(work: Work, staff: Staff) -> None:
    """And the drafts: whoever holds the next link is not to find them."""
    work.tx.accounts.drop_sign_ins(staff.id)
    work.tx.accounts.drop(staff.id)
    work.tx.form_drafts.drop_all(staff.id)


def _record_change(act: Act, before: Staff, staff: Staff) -> None:
    """A role opens pages and a number is rung: each has a line of its own."""
    if staff.role != before.role:
        act.record("role changed", f"{staff.alias}: {before.role} → {staff.role}")
    if staff.number != before.number:
        act.record("number changed", staff.alias)
    if _rest(staff) != _rest(before):
        act.record("person changed", staff.alias)


def _rest(staff: Staff) -> tuple[object, ...]:
    return staff.reads, staff.speaks, staff.minors, staff.reviews, staff.approves, staff.organisation, staff.ends_on


def _held(tx: Transaction, staff: str) -> list[tuple[Callback, ...]]:
    """What this person holds, callbacks to the same number together."""
    groups: list[tuple[Callback, ...]] = []
    for callback in tx.callbacks.claimed_by(staff):
        if not any(callback in group for group in groups):
            groups.append(claims.held(tx, callback.id, staff))
    return groups


def _fault(act: Act, staff: Staff, languages: tuple[str, ...]) -> PersonFault | None:
    tx, is_partner = act.tx, staff.role == "partner"
    if not _ALIAS.fullmatch(staff.alias) or staff.alias != staff.alias.lower():
        return "alias"
    if not is_partner and not is_e164(staff.number):
        return "number"
    if not {staff.reads, *staff.speaks, *staff.reviews} <= set(languages):
        return "languages"
    if staff.role == "counselor" and not staff.speaks:
        return "no_language"
    if is_partner and not 0 < len(staff.organisation) <= ORGANISATION_LETTERS:
        return "organisation"
    today = act.deps.clock.local(act.at) // DAY_MINUTES
    if is_partner and (staff.ends_on is None or not 0 <= staff.ends_on - today <= LONGEST_DAYS):
        return "ends_on"
    same_alias, same_number = tx.staff.by_alias(staff.alias), None if is_partner else tx.staff.by_number(staff.number)
    others = [other for other in (same_alias, same_number) if other is not None and other.active and other.id != staff.id]
    return "taken" if others else None
