"""Where she is sent on to: a service of the directory, how that went, a day to look again, and with her consent a slip."""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import EPOCH
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import RECORD, Consent, Due, Legal, Referral, ReferralOutcome
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.casework import slips
from hotline.service.desk.casework.cases import Case, about, audit_sight, day_of, open_case, open_referral
from hotline.service.desk.casework.incidents import REGION, Unfit
from hotline.service.desk.casework.services import KINDS, Kind, Place, find, kinds_for, offers, places
from hotline.service.once import first_time
from hotline.service.work import Work

OUTCOMES: Final[tuple[ReferralOutcome, ...]] = get_args(ReferralOutcome)
LEGAL: Final[tuple[Legal, ...]] = get_args(Legal)
ASKS_LEGAL: Final = frozenset({"legal", "police"})
LATEST_DAYS: Final = 365
DUE_SHOWN: Final = 50


class ReferralForm(Struct, frozen=True):
    """A referral's form, as it was sent."""

    kind: str
    service: str
    outcome: str
    legal: str
    look_again: str
    """A day, as 2026-01-31; empty: none."""
    agreed: bool
    """She agreed that the service may know: a slip is made."""


class Sheet(Struct, frozen=True):
    """A case with its referrals, and what can be offered, the most needed first."""

    case: Case
    made: tuple[Referral, ...]
    offered: tuple[tuple[Kind, tuple[Place, ...]], ...]


def see(deps: Deps, staff: Staff, id: str, at: int) -> Sheet:
    """Raises NoCase and NotHers."""
    with deps.store.read() as tx:
        case = open_case(tx, staff, id)
        made = tx.cases.referrals(id)
    if made or case.incident is not None:
        audit_sight(deps, staff, case.callback, at)
    near = case.incident.codes.get(REGION) if case.incident else None
    day = deps.today(at)
    return Sheet(case, made, tuple((kind, places(deps, kind, near, day)) for kind in kinds_for(case.type)))


def refer(deps: Deps, staff: Staff, id: str, asked: ReferralForm, once: str, at: int) -> None:
    """Write a referral down. It stands on her consent to it, which makes a slip, or on that to codes. Raises NoCase, NotHers and Unfit."""
    with deps.store.write() as tx:
        case = open_case(tx, staff, id)
        _check(deps, case, asked, at)
        if not first_time(Work(deps, tx, at), staff.id, once):
            return
        made = deps.derive("referral", f"{staff.id}|{once}")
        referral = Referral(
            id=made,
            callback=id,
            kind=asked.kind,
            service=asked.service or None,
            outcome=_outcome(asked.outcome),
            legal=_legal(asked.kind, asked.legal),
            look_again=_look_again(deps, asked.look_again, at),
            slip=slips.reference(deps, made) if asked.agreed else None,
            day=day_of(deps, at),
        )
        tx.cases.save_referral(referral)
        if asked.agreed:
            tx.cases.save_consent(id, Consent(consent_to(made), at))
            tx.audit.add(AuditRecord(at, staff.alias, "slip made", case.callback.reference))


def consent_to(referral: str) -> str:
    return f"referral.{referral}"


def due(deps: Deps, staff: Staff, at: int) -> tuple[Due, ...]:
    """What she looks at again today, or should have before: hers, and those that are nobody's any more; a supervisor, everybody's.

    The oldest, as many as a page holds.
    """
    holder = None if staff.role == "supervisor" else staff.id
    with deps.store.read() as tx:
        return tx.cases.referrals_due(day_of(deps, at), DUE_SHOWN, holder)


def one(deps: Deps, staff: Staff, id: str, at: int) -> tuple[Referral, Callback | None]:
    """Raises as `open_referral`."""
    with deps.store.read() as tx:
        referral, callback = open_referral(tx, staff, id)
    audit_sight(deps, staff, callback, at)
    return referral, callback


def look(deps: Deps, staff: Staff, id: str, asked: ReferralForm, once: str, at: int) -> None:
    """Somebody looked again: how it stands now, and when to look next. What she declines is taken back with its slip. Raises as `open_referral`, and Unfit."""
    with deps.store.write() as tx:
        referral, callback = open_referral(tx, staff, id)
        if referral.revoked:
            raise Unfit("revoked")
        now = replace(
            referral,
            outcome=_outcome(asked.outcome),
            legal=_legal(referral.kind, asked.legal),
            look_again=_look_again(deps, asked.look_again, at),
        )
        if not first_time(Work(deps, tx, at), staff.id, once):
            return
        tx.cases.save_referral(now)
        if now.outcome == "declined" and now.slip:
            _revoke(Work(deps, tx, at), staff, now, callback)


def take_back(deps: Deps, staff: Staff, id: str, at: int) -> Referral:
    """She wants no more of it: the slip is worth nothing, nobody looks again, what had not left does not leave. Again changes nothing.

    Raises as `open_referral`.
    """
    with deps.store.write() as tx:
        referral, callback = open_referral(tx, staff, id)
        if not referral.revoked:
            _revoke(Work(deps, tx, at), staff, referral, callback)
    return referral


def drop_without_consent(tx: Transaction, case: Case) -> None:
    """Referrals that stood on her consent to codes alone go with it."""
    for referral in tx.cases.referrals(case.callback.id):
        if consent_to(referral.id) not in case.consents:
            tx.cases.drop_referral(referral.id)


def _check(deps: Deps, case: Case, asked: ReferralForm, at: int) -> None:
    kind = next((kind for kind in KINDS if kind == asked.kind), None)
    if kind is None:
        raise Unfit("kind", asked.kind)
    item = find(deps, asked.service)
    if asked.service and (item is None or not offers(item, kind, deps.today(at))):
        raise Unfit("service", asked.service)
    if asked.agreed and (item is None or asked.outcome != "referred"):
        raise Unfit("slip")
    if not asked.agreed and not case.agreed(RECORD):
        raise Unfit("nothing_agreed")


def _outcome(code: str) -> ReferralOutcome:
    found = next((outcome for outcome in OUTCOMES if outcome == code), None)
    if found is None:
        raise Unfit("outcome", code)
    return found


def _legal(kind: str, code: str) -> Legal | None:
    found = next((legal for legal in LEGAL if legal == code), None)
    if code and (found is None or kind not in ASKS_LEGAL):
        raise Unfit("legal", code)
    return found


def _look_again(deps: Deps, text: str, at: int) -> int | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit("day", text) from None
    if not 0 < (day - deps.today(at)).days <= LATEST_DAYS:
        raise Unfit("day", text)
    return (day - EPOCH).days


def _revoke(work: Work, staff: Staff, referral: Referral, callback: Callback | None) -> None:
    work.tx.cases.save_referral(replace(referral, revoked=True, look_again=None, legal=None))
    slips.recall(work, referral)
    given = work.tx.cases.consents(callback.id).get(consent_to(referral.id)) if callback else None
    if callback is not None and given is not None:
        work.tx.cases.save_consent(callback.id, replace(given, revoked_at=work.at))
    work.tx.audit.add(AuditRecord(work.at, staff.alias, "consent revoked", about(referral, callback)))
