"""A callback's case: who may work on it, and what happened, written down in codes with the caller's consent and only then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.incidents import Type, Unlisted, merged, read, type_of
from hotline.engine.times import DAY_MINUTES
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.cases import FIGURES, RECORD, Consent, Incident, Referral
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.desk.casework.services import regions
from hotline.service.desk.casework.sight import InOtherHands, NoCase, show
from hotline.service.work import Work

Closed: TypeAlias = Literal["gone", "forbidden"]
"""Why somebody does not come to a case: there is none, or it is in another counselor's hands."""


class Case(Struct, frozen=True):
    callback: Callback
    consents: dict[str, Consent]
    incident: Incident | None

    def agreed(self, kind: str) -> bool:
        """Does the caller agree to this, as things stand?"""
        consent = self.consents.get(kind)
        return consent is not None and consent.revoked_at is None

    @property
    def type(self) -> Type | None:
        return type_of(self.incident.codes) if self.incident else None


class OpenReferral(Struct, frozen=True):
    """A referral, and its callback while that is there."""

    referral: Referral
    callback: Callback | None

    @property
    def name(self) -> str:
        """What the audit calls it."""
        return self.callback.reference if self.callback else self.referral.id


def may_work(staff: Staff, holder: str | None) -> bool:
    """Whoever holds a callback, or held it last, works its case; and every supervisor."""
    return staff.role == "supervisor" or holder == staff.id


def find_case(tx: Transaction, staff: Staff, id: str) -> Case | Closed:
    """The case of this callback, for whoever works on it."""
    callback = tx.callbacks.get(id)
    if callback is None:
        return "gone"
    if not may_work(staff, callback.claimed_by):
        return "forbidden"
    return Case(callback, tx.cases.consents(id), tx.cases.incident_of(id))


def find_referral(tx: Transaction, staff: Staff, id: str) -> OpenReferral | Closed:
    """A referral; once its callback is gone, whoever takes calls may look again."""
    referral = tx.cases.referral(id)
    if referral is None:
        return "gone"
    callback = tx.callbacks.get(referral.callback) if referral.callback else None
    if callback is not None and not may_work(staff, callback.claimed_by):
        return "forbidden"
    return OpenReferral(referral, callback)


def open_case(tx: Transaction, staff: Staff, id: str) -> Case:
    """`find_case`, to be shown. Raises NoCase and InOtherHands."""
    return _opened(find_case(tx, staff, id))


def open_referral(tx: Transaction, staff: Staff, id: str) -> OpenReferral:
    """`find_referral`, to be shown. Raises NoCase and InOtherHands."""
    return _opened(find_referral(tx, staff, id))


def see_incident(deps: Deps, staff: Staff, id: str, at: int) -> Case:
    """What happened, in codes, and what the caller agreed to. Raises NoCase, InOtherHands and StoreAway."""

    def look(work: Work) -> tuple[Case, Callback | None]:
        case = open_case(work.tx, staff, id)
        return case, case.callback if case.incident else None

    return show(deps, staff, at, look)


def day_of(deps: Deps, at: int) -> int:
    """The local day, in days since 1970-01-01."""
    return deps.clock.local(at) // DAY_MINUTES


def write_incident(act: Act, id: str, part: str, answers: Mapping[str, str]) -> Result:
    """Keep these answers of one page of the form in the place of those that stood on it, where the caller agreed to that; without any answer on any, nothing is
    kept. `part`: of `incidents.PARTS`.

    The incident's id derives from the form's, which is gone within days, and not from the callback: nobody can work out whose codes they
    were.
    """
    case = find_case(act.tx, act.staff, id)
    if not isinstance(case, Case):
        return Result(case)
    try:
        given = read(answers, regions(act.deps))
    except Unlisted as unlisted:
        return Result("unlisted", {"field": unlisted.question, "name": unlisted.name})
    if not case.agreed(RECORD):
        return Result("consent")
    codes = merged(case.incident.codes if case.incident else {}, part, given)
    if not codes:
        act.tx.cases.drop_incident(id)
    elif case.incident is not None:
        act.tx.cases.save_incident(replace(case.incident, codes=codes))
    else:
        act.tx.cases.save_incident(Incident(act.derive("incident"), id, day_of(act.deps, act.at), codes, case.agreed(FIGURES)))
    return Result()


Opened = TypeVar("Opened", Case, OpenReferral)


def _opened(found: Opened | Closed) -> Opened:
    if isinstance(found, str):
        raise NoCase if found == "gone" else InOtherHands
    return found
