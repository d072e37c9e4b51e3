"""Incidents, referrals, consents and notes; a note and the consents go with their callback, and what stays is tied to nothing (`retention.py`)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Row, bindparam, delete, or_, select

from hotline.adapters.sql.tables import callbacks, consents, incidents, notes, referrals, staff
from hotline.adapters.sql.unit import THIS, Unit, columns
from hotline.ports.desk.cases import Consent, Due, Incident, Referral

_INCIDENT: Final = select(incidents).where(incidents.c.callback == THIS).order_by(incidents.c.id).limit(1)
_ROW: Final = columns(referrals, Referral)
_DROP_INCIDENT: Final = delete(incidents).where(incidents.c.callback == THIS)
_REFERRALS: Final = select(*_ROW).where(referrals.c.callback == THIS).order_by(referrals.c.day, referrals.c.id)
_REFERRAL: Final = select(*_ROW).where(referrals.c.id == THIS)
_DROP_REFERRAL: Final = delete(referrals).where(referrals.c.id == THIS)
_LOOK_AGAIN: Final = (
    select(callbacks.c.reference, staff.c.alias, *_ROW)
    .select_from(
        referrals.outerjoin(callbacks, callbacks.c.id == referrals.c.callback).outerjoin(staff, staff.c.id == callbacks.c.claimed_by)
    )
    .where(referrals.c.look_again <= bindparam("day_"), referrals.c.revoked.is_(False))
    .order_by(referrals.c.look_again, referrals.c.id)
    .limit(bindparam("most"))
)
_LOOK_AGAIN_OF: Final = _LOOK_AGAIN.where(or_(callbacks.c.claimed_by == bindparam("holder"), callbacks.c.id.is_(None)))
_CONSENTS: Final = select(*columns(consents, Consent)).where(consents.c.callback == THIS)
_NOTE: Final = select(notes.c.sealed).where(notes.c.callback == THIS)
_DROP_NOTE: Final = delete(notes).where(notes.c.callback == THIS)


class SqlCases(Unit):
    __slots__ = ()

    def save_incident(self, incident: Incident) -> None:
        self._put(incidents, **asdict(incident) | {"codes": msgspec.json.encode(incident.codes).decode()})

    def drop_incident(self, callback: str) -> None:
        self._change(_DROP_INCIDENT, this=callback)

    def incident_of(self, callback: str) -> Incident | None:
        row = self._row(_INCIDENT, this=callback)
        return _incident(row) if row else None

    def save_referral(self, referral: Referral) -> None:
        self._put(referrals, **asdict(referral))

    def referrals(self, callback: str) -> tuple[Referral, ...]:
        return tuple(Referral(*row) for row in self._rows(_REFERRALS, this=callback))

    def referral(self, id: str) -> Referral | None:
        row = self._row(_REFERRAL, this=id)
        return Referral(*row) if row else None

    def drop_referral(self, id: str) -> None:
        self._change(_DROP_REFERRAL, this=id)

    def referrals_due(self, day: int, limit: int, holder: str | None = None) -> tuple[Due, ...]:
        if holder is None:
            rows = self._rows(_LOOK_AGAIN, day_=day, most=limit)
        else:
            rows = self._rows(_LOOK_AGAIN_OF, day_=day, most=limit, holder=holder)
        return tuple(Due(Referral(*referral), reference, holder) for reference, holder, *referral in rows)

    def save_consent(self, callback: str, consent: Consent) -> None:
        self._put(consents, callback=callback, **asdict(consent))

    def consents(self, callback: str) -> dict[str, Consent]:
        return {row.kind: Consent(*row) for row in self._rows(_CONSENTS, this=callback)}

    def save_note(self, callback: str, text: str, at: int) -> None:
        if text:
            self._put(notes, callback=callback, sealed=self._seal.seal(text.encode(), f"notes.sealed.{callback}"), at=at)
        else:
            self._change(_DROP_NOTE, this=callback)

    def note(self, callback: str) -> str | None:
        sealed = self._value(_NOTE, this=callback)
        return None if sealed is None else self._seal.open(sealed, f"notes.sealed.{callback}").decode()


def _incident(row: Row[*tuple[Any, ...]]) -> Incident:
    return Incident(**row._asdict() | {"codes": msgspec.json.decode(row.codes, type=dict[str, str])})
