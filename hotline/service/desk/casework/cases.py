"""A callback's case: who may work on it, and what happened, written down in codes with her consent and only then."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import FIGURES, RECORD, Consent, Incident, Referral
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.casework.incidents import Type, Unfit, read, type_of
from hotline.service.desk.casework.services import regions
from hotline.service.once import first_time
from hotline.service.work import Work


class NoCase(Exception):
    """There is no such callback, or no more."""


class NotHers(Exception):
    """It is in another counselor's hands."""


class Case(Struct, frozen=True):
    callback: Callback
    consents: dict[str, Consent]
    incident: Incident | None

    def agreed(self, kind: str) -> bool:
        """Does she agree to this, as things stand?"""
        consent = self.consents.get(kind)
        return consent is not None and consent.revoked_at is None

    @property
    def type(self) -> Type | None:
        return type_of(self.incident.codes) if self.incident else None


def may_work(staff: Staff, holder: str | None) -> bool:
    """Whoever holds a callback, or held it last, works its case; and every supervisor."""
    return staff.role == "supervisor" or holder == staff.id


def open_case(tx: Transaction, staff: Staff, id: str) -> Case:
    """Raises NoCase and NotHers."""
    callback = tx.callbacks.get(id)
    if callback is None:
        raise NoCase
    if not may_work(staff, callback.claimed_by):
        raise NotHers
    return Case(callback, tx.cases.consents(id), tx.cases.incident_of(id))


def open_referral(tx: Transaction, staff: Staff, id: str) -> tuple[Referral, Callback | None]:
    """A referral, and its callback while that is there; after it, whoever takes calls may look again. Raises NoCase and NotHers."""
    referral = tx.cases.referral(id)
    if referral is None:
        raise NoCase
    callback = tx.callbacks.get(referral.callback) if referral.callback else None
    if callback is not None and not may_work(staff, callback.claimed_by):
        raise NotHers
    return referral, callback


def about(referral: Referral, callback: Callback | None) -> str:
    """What the audit calls it."""
    return callback.reference if callback else referral.id


def see(deps: Deps, staff: Staff, id: str, at: int) -> Case:
    """`open_case`, to be shown."""
    with deps.store.read() as tx:
        case = open_case(tx, staff, id)
    if case.incident is not None:
        audit_sight(deps, staff, case.callback, at)
    return case


def audit_sight(deps: Deps, staff: Staff, callback: Callback | None, at: int) -> None:
    """What somebody else wrote down of a call, codes or where she was sent on to, is seen by nobody in silence."""
    if callback is not None and callback.claimed_by != staff.id:
        with deps.store.write() as tx:
            tx.audit.add(AuditRecord(at, staff.alias, "codes seen", callback.reference))


def day_of(deps: Deps, at: int) -> int:
    """The local day, in days since 1970-01-01."""
    return deps.clock.local(at) // DAY_MINUTES


def write_down(deps: Deps, staff: Staff, id: str, answers: Mapping[str, str], once: str, at: int) -> None:
    """Keep these answers in the place of those that stood there, where she agreed to that; without any answer, nothing is kept.

    The incident's id derives from the form's, which is gone within days, and not from the callback: nobody can work out whose codes they
    were. Raises NoCase, NotHers and Unfit.
    """
    codes = read(answers, regions(deps))
    with deps.store.write() as tx:
        case = open_case(tx, staff, id)
        if not case.agreed(RECORD):
            raise Unfit("consent")
        if not first_time(Work(deps, tx, at), staff.id, once):
            return
        if not codes:
            tx.cases.drop_incident(id)
        elif case.incident is not None:
            tx.cases.save_incident(replace(case.incident, codes=codes))
        else:
            incident = deps.derive("incident", f"{staff.id}|{once}")
            tx.cases.save_incident(Incident(incident, id, day_of(deps, at), codes, case.agreed(FIGURES)))
