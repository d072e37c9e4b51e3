"""Who is there: on shift, in no break, and *I am here* said lately enough. What callers are told of it is `coverage.py` (docs: coverage)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.ports.desk.declarations import Declaration
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.rules.planned import Local, covering
from hotline.service.calls.rules.skill import takes
from hotline.service.work import Work
from hotline.settings import Rules


class Team(Struct, frozen=True):
    """The staff as it stands at one moment, seen from one language."""

    language: str
    staff: tuple[Staff, ...]
    shifts: tuple[Shift, ...]
    declared: tuple[Declaration, ...] = ()
    """By a supervisor, of the line."""

    @property
    def counselors(self) -> tuple[Staff, ...]:
        """Those who take calls in the language."""
        return tuple(staff for staff in self.staff if takes(staff, self.language))

    @property
    def supervisors(self) -> tuple[Staff, ...]:
        """Whatever language they speak."""
        return tuple(staff for staff in self.staff if staff.role == "supervisor")


def team(tx: Transaction, language: str) -> Team:
    """Read what the functions below work on."""
    return Team(language, tx.staff.active(), tx.shifts.all())


def there(team: Team, at: int, rules: Rules, local: Local) -> tuple[Staff, ...]:
    """Counselors of the language who are on shift and said *I am here* lately enough, whatever they do at the moment."""
    return tuple(
        staff for staff in team.counselors if is_on(staff, team.shifts, at, local) and is_present(staff, at, rules.presence_minutes)
    )


def all_there(work: Work) -> tuple[Staff, ...]:
    """Counselors of any language who are on shift and said *I am here* lately enough."""
    shifts, local, minutes = work.tx.shifts.all(), work.deps.clock.local, work.deps.rules.presence_minutes
    return tuple(
        staff
        for staff in work.tx.staff.active()
        if staff.role == "counselor" and is_on(staff, shifts, work.at, local) and is_present(staff, work.at, minutes)
    )


def is_closed(staff: Iterable[Staff], at: int, rules: Rules) -> bool:
    """Closed mode: the line needs a supervisor on call, and nobody is."""
    return rules.supervised and not any(person.is_on_call(at) for person in staff)


def is_on(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> bool:
    """On shift, and not in a break of it."""
    return not staff.is_paused(at) and is_on_shift(staff, shifts, at, local)


def is_on_shift(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> bool:
    """On shift, in a break of it too: not off, and inside a planned shift or on beyond the plan."""
    if staff.off_until is not None and at < staff.off_until:
        return False
    return (staff.on_until is not None and at < staff.on_until) or covering(staff, shifts, at, local) is not None


def is_present(staff: Staff, at: int, presence_minutes: int) -> bool:
    """Did this person say *I am here* lately enough?"""
    return staff.seen_at is not None and at - staff.seen_at < presence_minutes * 60


def stays_until(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> Minute:
    """The minute at which the shift ends that this person is on: the planned one or the one beyond the plan, whichever is later."""
    planned = covering(staff, shifts, at, local)
    ends = [local(at)]
    if planned is not None:
        ends.append(planned[1])
    if staff.on_until is not None and at < staff.on_until:
        ends.append(local(staff.on_until))
    return max(ends)
