"""What the caller agreed to, each thing by itself; no costs nothing, and each is taken back in one tap."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.incidents import PARTS
from hotline.engine.times import HOUR_SECONDS, hour
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.cases import AGAIN, FIGURES, RECORD, Consent, Referral
from hotline.ports.desk.drafts import incident_form, names_of
from hotline.ports.desk.staff import Staff
from hotline.ports.upkeep.revocations import consented
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.desk.casework import referrals
from hotline.service.desk.casework.cases import Case, find_case, open_case
from hotline.service.desk.casework.sight import show
from hotline.service.work import Work

ASKED_HERE: Final = (RECORD, FIGURES)
"""`again` is agreed on with the time of the next call, a referral's with the referral."""


class ConsentsView(Struct, frozen=True):
    """All of it, as a page shows it."""

    case: Case
    referrals: tuple[Referral, ...]
    """Those that the caller agreed to, taken back or not."""
    still_open: bool
    """The caller wants no other call, and one to this phone is open all the same, or may be."""


def see_consents(deps: Deps, staff: Staff, id: str, at: int) -> ConsentsView:
    """Raises NoCase, InOtherHands and StoreAway."""

    def look(work: Work) -> tuple[ConsentsView, Callback | None]:
        case = open_case(work.tx, staff, id)
        made = tuple(referral for referral in work.tx.cases.referrals(id) if referrals.consent_to(referral.id) in case.consents)
        return ConsentsView(case, made, _may_be_open(work, case)), case.callback if case.consents else None

    return show(deps, staff, at, look)


def give_consent(act: Act, id: str, kind: str) -> Result:
    """The caller says yes to codes being written down, or to their counting. Twice is once."""
    case = find_case(act.tx, act.staff, id)
    if not isinstance(case, Case):
        return Result(case)
    if kind not in ASKED_HERE:
        return Result("unlisted", {"field": "kind", "name": kind})
    if kind == FIGURES and not case.agreed(RECORD):
        return Result("consent")
    if not case.agreed(kind):
        act.tx.cases.save_consent(id, Consent(kind, hour(act.at)))
        if kind == FIGURES and case.incident is not None:
            act.tx.cases.save_incident(replace(case.incident, figures=True))
    return Result()


def take_back_consent(act: Act, id: str, kind: str) -> Result:
    """The caller takes it back, and what stood on it goes at once. What was not agreed to changes nothing."""
    case = find_case(act.tx, act.staff, id)
    if not isinstance(case, Case):
        return Result(case)
    if kind not in (RECORD, FIGURES, AGAIN):
        return Result("unlisted", {"field": "kind", "name": kind})
    if case.agreed(kind):
        end_consent(act, case, kind)
        act.record("consent revoked", case.callback.reference)
    return Result()


def end_consent(work: Work, case: Case, kind: str) -> None:
    """What stood on it goes, and nothing that is restored brings it back. Of a referral its own consent alone: `referrals.end_referral` does the rest."""
    id = case.callback.id
    match kind:
        case "record":
            work.tx.cases.drop_incident(id)
            for part in PARTS:
                for form in names_of(incident_form(id, part)):
                    work.tx.form_drafts.drop_of_all(form)  # codes that were chosen and not sent go too
            referrals.drop_without_consent(work.tx, case)
            _end(work, case, FIGURES)
        case "figures" if case.incident is not None:
            work.tx.cases.save_incident(replace(case.incident, figures=False))
        case "again":
            _cancel_agreed_call(work, case)
    _end(work, case, kind)


def _end(work: Work, case: Case, kind: str) -> None:
    if case.agreed(kind):
        work.tx.cases.save_consent(case.callback.id, replace(case.consents[kind], revoked_at=hour(work.at)))
        work.tx.revocations.add("consent", consented(case.callback.id, kind), work.at)


def _cancel_agreed_call(work: Work, case: Case) -> None:
    """The call that was agreed on is not made, unless it was tried already. What the caller asked for by phone stays."""
    agreed = case.consents[AGAIN].callback
    for callback in _others(work, case):
        if callback.id == agreed and not callback.attempts:
            work.tx.callbacks.save(replace(callback, state="cancelled", closed_at=work.at))
            work.tx.numbers.forget(callback.id)


def _may_be_open(work: Work, case: Case) -> bool:
    """Is another callback to this phone open, or was the number gone by which it would have been found?"""
    consent, closed = case.consents.get(AGAIN), case.callback.closed_at
    if consent is None or consent.revoked_at is None:
        return False
    was_gone = closed is not None and consent.revoked_at >= closed + work.deps.rules.number_hours * HOUR_SECONDS
    return was_gone or bool(_others(work, case))


def _others(work: Work, case: Case) -> list[Callback]:
    """What else is open to this phone and was asked for in the same way."""
    same = work.tx.callbacks.same_number(case.callback.id)
    return [callback for callback in same if callback.id != case.callback.id and callback.way == case.callback.way]
