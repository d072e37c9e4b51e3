"""A callback's case: who may work on it, and what happened, written down in codes with her consent and only then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.world import DAY
from hotline.ports import Callback, Record, Staff, Transaction
from hotline.ports.casework import Consent, Incident, Referral
from hotline.service.parts import Parts
from hotline.service.room.incidents import Type, Unfit, read, type_of
from hotline.service.room.once import first_time
from hotline.service.room.services import regions

RECORD: Final = "record"
FIGURES: Final = "figures"
AGAIN: Final = "again"
"""The consents that are no referral's."""


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
    callback = tx.callback(id)
    if callback is None:
        raise NoCase
    if not may_work(staff, callback.claimed_by):
        raise NotHers
    return Case(callback, tx.consents(id), tx.incident_of(id))


def open_referral(tx: Transaction, staff: Staff, id: str) -> tuple[Referral, Callback | None]:
    """A referral, and its callback while that is there; after it, whoever takes calls may look again. Raises NoCase and NotHers."""
    referral = tx.referral(id)
    if referral is None:
        raise NoCase
    callback = tx.callback(referral.callback) if referral.callback else None
    if callback is not None and not may_work(staff, callback.claimed_by):
        raise NotHers
    return referral, callback


def about(referral: Referral, callback: Callback | None) -> str:
    """What the audit calls it."""
    return callback.reference if callback else referral.id


def see(parts: Parts, staff: Staff, id: str, at: int) -> Case:
    """`open_case`, to be shown."""
    with parts.store.read() as tx:
        case = open_case(tx, staff, id)
    if case.incident is not None:
        audit_sight(parts, staff, case.callback, at)
    return case


def audit_sight(parts: Parts, staff: Staff, callback: Callback | None, at: int) -> None:
    """What somebody else wrote down of a call, codes or where she was sent on to, is seen by nobody in silence."""
    if callback is not None and callback.claimed_by != staff.id:
        with parts.store.write() as tx:
            tx.record(Record(at, staff.alias, "codes seen", callback.reference))


def day_of(parts: Parts, at: int) -> int:
    """The local day, in days since 1970-01-01."""
    return parts.clock.local(at) // DAY


def write_down(parts: Parts, staff: Staff, id: str, answers: Mapping[str, str], once: str, at: int) -> None:
    """Keep these answers in the place of those that stood there, where she agreed to that; without any answer, nothing is kept.

    The incident's id derives from the form's, which is gone within days, and not from the callback: nobody can work out whose codes they
    were. Raises NoCase, NotHers and Unfit.
    """
    codes = read(answers, regions(parts))
    with parts.store.write() as tx:
        case = open_case(tx, staff, id)
        if not case.agreed(RECORD):
            raise Unfit("consent")
        if not first_time(parts, tx, staff.id, once, at):
            return
        if not codes:
            tx.drop_incident(id)
        elif case.incident is not None:
            tx.save_incident(replace(case.incident, codes=codes))
        else:
            incident = parts.derive("incident", f"{staff.id}|{once}")
            tx.save_incident(Incident(incident, id, day_of(parts, at), codes, case.agreed(FIGURES)))
