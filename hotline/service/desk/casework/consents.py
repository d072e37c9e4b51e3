"""What she agreed to, each thing by itself; no costs nothing, and each is taken back in one tap."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import AGAIN, FIGURES, RECORD, Consent, Referral
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.casework import referrals
from hotline.service.desk.casework.cases import Case, audit_sight, open_case
from hotline.service.desk.casework.incidents import Unfit

ASKED_HERE: Final = (RECORD, FIGURES)
"""`again` is agreed on with the time of the next call, a referral's with the referral."""


class Agreed(Struct, frozen=True):
    """All of it, as a page shows it."""

    case: Case
    referrals: tuple[Referral, ...]
    """Those that she agreed to, taken back or not."""
    still_open: bool
    """She wants no other call, and one to this phone is open all the same, or may be."""


def agreed(deps: Deps, staff: Staff, id: str, at: int) -> Agreed:
    """Raises NoCase and NotHers."""
    with deps.store.read() as tx:
        case = open_case(tx, staff, id)
        made = tx.cases.referrals(id)
        still_open = _may_be_open(deps, tx, case)
    if case.consents:
        audit_sight(deps, staff, case.callback, at)
    return Agreed(case, tuple(each for each in made if referrals.consent_to(each.id) in case.consents), still_open)


def agree(deps: Deps, staff: Staff, id: str, kind: str, at: int) -> None:
    """She says yes to codes being written down, or to their counting. Twice is once. Raises NoCase, NotHers and Unfit."""
    if kind not in ASKED_HERE:
        raise Unfit("kind", kind)
    with deps.store.write() as tx:
        case = open_case(tx, staff, id)
        if kind == FIGURES and not case.agreed(RECORD):
            raise Unfit("consent")
        if case.agreed(kind):
            return
        tx.cases.save_consent(id, Consent(kind, at))
        if kind == FIGURES and case.incident is not None:
            tx.cases.save_incident(replace(case.incident, figures=True))


def take_back(deps: Deps, staff: Staff, id: str, kind: str, at: int) -> None:
    """She takes it back, and what stood on it goes at once. What she had not agreed to changes nothing. Raises NoCase, NotHers and Unfit."""
    with deps.store.write() as tx:
        case = open_case(tx, staff, id)
        if kind not in (RECORD, FIGURES, AGAIN):
            raise Unfit("kind", kind)
        if not case.agreed(kind):
            return
        match kind:
            case "record":
                tx.cases.drop_incident(id)
                referrals.drop_without_consent(tx, case)
                _end(tx, case, FIGURES, at)
            case "figures" if case.incident is not None:
                tx.cases.save_incident(replace(case.incident, figures=False))
            case "again":
                _not_again(tx, case, at)
        _end(tx, case, kind, at)
        tx.audit.add(AuditRecord(at, staff.alias, "consent revoked", case.callback.reference))


def _end(tx: Transaction, case: Case, kind: str, at: int) -> None:
    if case.agreed(kind):
        tx.cases.save_consent(case.callback.id, replace(case.consents[kind], revoked_at=at))


def _not_again(tx: Transaction, case: Case, at: int) -> None:
    """The call that was agreed on is not made: it was written in the same moment as her consent to it (`agreements.agree`).

    What she asked for herself stays. Where two could be meant, none is touched, and the page says that one is open.
    """
    given = case.consents[AGAIN].given_at
    same = [each for each in tx.callbacks.same_number(case.callback.id) if each.id != case.callback.id]
    meant = [each for each in same if each.made_at == given and not each.urgent and not each.attempts]
    if len(meant) == 1:
        tx.callbacks.save(replace(meant[0], state="cancelled", closed_at=at))
        tx.numbers.forget(meant[0].id)


def _may_be_open(deps: Deps, tx: Transaction, case: Case) -> bool:
    """Is another callback to this phone open, or was the number gone by which it would have been found?"""
    consent, closed = case.consents.get(AGAIN), case.callback.closed_at
    if consent is None or consent.revoked_at is None:
        return False
    was_gone = closed is not None and consent.revoked_at >= closed + deps.rules.number_hours * 3600
    return was_gone or any(each.id != case.callback.id for each in tx.callbacks.same_number(case.callback.id))
