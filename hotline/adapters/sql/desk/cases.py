"""Incidents, referrals, consents and notes; notes and the consents go with their callback, and what stays is tied to nothing (`retention.py`)."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Row, bindparam, delete, or_, select

from hotline.adapters.sql.tables import callbacks, consents, handed, incidents, notes, referrals, staff
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.desk.cases import Consent, DueReferral, HandedNote, Incident, Legal, Referral, ReferralOutcome


class SealedReferral(Struct, frozen=True):
    """What of a referral lies sealed."""

    kind: str
    service: str | None
    outcome: ReferralOutcome
    legal: Legal | None
    slip: str | None


_INCIDENT: Final = select(incidents).where(incidents.c.callback == THIS).order_by(incidents.c.id).limit(1)
_PLAIN: Final = tuple(field for field in Referral.__struct_fields__ if field not in SealedReferral.__struct_fields__)
REFERRAL: Final = (*(referrals.c[field].label(field) for field in _PLAIN), referrals.c.sealed.label("sealed"))
"""What `CaseRows` builds a referral from."""
_DROP_INCIDENT: Final = delete(incidents).where(incidents.c.callback == THIS)
_REFERRALS: Final = select(*REFERRAL).where(referrals.c.callback == THIS).order_by(referrals.c.day, referrals.c.id)
_REFERRAL: Final = select(*REFERRAL).where(referrals.c.id == THIS)
_DROP_REFERRAL: Final = delete(referrals).where(referrals.c.id == THIS)
_LOOK_AGAIN: Final = (
    select(callbacks.c.reference, staff.c.alias, *REFERRAL)
    .select_from(
        referrals.outerjoin(callbacks, callbacks.c.id == referrals.c.callback).outerjoin(staff, staff.c.id == callbacks.c.claimed_by)
    )
    .where(referrals.c.look_again <= bindparam("day_"), referrals.c.revoked.is_(False))
    .order_by(referrals.c.look_again, referrals.c.id)
    .limit(bindparam("most"))
)
_LOOK_AGAIN_OF: Final = _LOOK_AGAIN.where(or_(callbacks.c.claimed_by == bindparam("holder"), callbacks.c.id.is_(None)))
_CONSENTS: Final = select(consents.c.sealed).where(consents.c.callback == THIS)
_NOTE: Final = select(notes.c.sealed).where(notes.c.callback == THIS)
_HANDED: Final = select(handed.c.sealed).where(handed.c.callback == THIS)
_DROP_NOTE: Final = delete(notes).where(notes.c.callback == THIS)


class CaseRows(Unit):
    """A store that reads incidents, referrals, by statements that end with `REFERRAL`, and consents."""

    __slots__ = ()

    def _referral(self, *values: Any) -> Referral:
        *plain, sealed = values
        known = dict(zip(_PLAIN, plain, strict=True))
        return Referral(**known, **asdict(self._unpack(referrals.c.sealed, known["id"], sealed, SealedReferral)))

    def _consents(self, callback: str, sealed: bytes) -> dict[str, Consent]:
        return {consent.kind: consent for consent in self._unpack(consents.c.sealed, callback, sealed, tuple[Consent, ...])}

    def _incident(self, row: Row[*tuple[Any, ...]]) -> Incident:
        values = row._asdict()
        return Incident(codes=self._unpack(incidents.c.sealed, row.id, values.pop("sealed"), dict[str, str]), **values)


class SqlCases(CaseRows):
    __slots__ = ()

    def save_incident(self, incident: Incident) -> None:
        values = asdict(incident)
        self._put(incidents, sealed=self._pack(incidents.c.sealed, incident.id, values.pop("codes")), **values)

    def drop_incident(self, callback: str) -> None:
        self._change(_DROP_INCIDENT, this=callback)

    def incident_of(self, callback: str) -> Incident | None:
        row = self._row(_INCIDENT, this=callback)
        return self._incident(row) if row else None

    def save_referral(self, referral: Referral) -> None:
        values = asdict(referral)
        codes = {field: values.pop(field) for field in SealedReferral.__struct_fields__}
        self._put(referrals, sealed=self._pack(referrals.c.sealed, referral.id, codes), **values)

    def referrals(self, callback: str) -> tuple[Referral, ...]:
        return tuple(self._referral(*row) for row in self._rows(_REFERRALS, this=callback))

    def referral(self, id: str) -> Referral | None:
        row = self._row(_REFERRAL, this=id)
        return self._referral(*row) if row else None

    def drop_referral(self, id: str) -> None:
        self._change(_DROP_REFERRAL, this=id)

    def referrals_due(self, day: int, limit: int, holder: str | None = None) -> tuple[DueReferral, ...]:
        if holder is None:
            rows = self._rows(_LOOK_AGAIN, day_=day, most=limit)
        else:
            rows = self._rows(_LOOK_AGAIN_OF, day_=day, most=limit, holder=holder)
        return tuple(DueReferral(self._referral(*referral), reference, holder) for reference, holder, *referral in rows)

    def save_consent(self, callback: str, consent: Consent) -> None:
        given = tuple((self.consents(callback) | {consent.kind: consent}).values())
        self._put(consents, callback=callback, sealed=self._pack(consents.c.sealed, callback, given))

    def consents(self, callback: str) -> dict[str, Consent]:
        row = self._row(_CONSENTS, this=callback)
        return self._consents(callback, row.sealed) if row else {}

    def save_note(self, callback: str, text: str, at: int) -> None:
        if text:
            self._put(notes, callback=callback, sealed=self._seal.seal(text.encode(), f"notes.sealed.{callback}"), at=at)
        else:
            self._change(_DROP_NOTE, this=callback)

    def note(self, callback: str) -> str | None:
        sealed = self._value(_NOTE, this=callback)
        return None if sealed is None else self._seal.open(sealed, f"notes.sealed.{callback}").decode()

    def save_handed(self, callback: str, note: HandedNote) -> None:
        self._put(handed, callback=callback, sealed=self._pack(handed.c.sealed, callback, note))

    def handed(self, callback: str) -> HandedNote | None:
        sealed = self._value(_HANDED, this=callback)
        return None if sealed is None else self._unpack(handed.c.sealed, callback, sealed, HandedNote)
