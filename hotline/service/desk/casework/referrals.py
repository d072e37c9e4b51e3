"""Where a caller is sent on to: a service of the directory, how that went, a day to look again, and with the caller's consent a slip."""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.incidents import REGION
from hotline.engine.times import EPOCH, hour
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.cases import RECORD, Consent, DueReferral, Legal, Referral, ReferralOutcome
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.ports.upkeep.revocations import consented
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.desk.casework import slips
from hotline.service.desk.casework.cases import Case, OpenReferral, day_of, find_case, find_referral, open_case, open_referral
from hotline.service.desk.casework.services import KINDS, RegionServices, ServiceKind, find, kinds_for, offers, services_for
from hotline.service.desk.casework.sight import show
from hotline.service.work import Work

OUTCOMES: Final[tuple[ReferralOutcome, ...]] = get_args(ReferralOutcome)
LEGAL: Final[tuple[Legal, ...]] = get_args(Legal)
ASKS_LEGAL: Final = frozenset({"legal", "police"})
LATEST_DAYS: Final = 365
DUE_SHOWN: Final = 50
_OUTCOMES: Final = {str(outcome): outcome for outcome in OUTCOMES}
_LEGAL: Final = {str(legal): legal for legal in LEGAL}


class ReferralForm(Struct, frozen=True):
    """A referral's form, as it was sent."""

    kind: str
    service: str
    outcome: str
    legal: str
    look_again: str
    """A day, as 2026-01-31; empty: none."""
    agreed: bool
    """The caller agreed that the service may know: a slip is made."""


class ReferralsView(Struct, frozen=True):
    """A case with its referrals, and what can be offered, the most needed first."""

    case: Case
    made: tuple[Referral, ...]
    offered: tuple[tuple[ServiceKind, tuple[RegionServices, ...]], ...]


def see_referrals(deps: Deps, staff: Staff, id: str, at: int) -> ReferralsView:
    """Raises NoCase, InOtherHands and StoreAway."""

    def look(work: Work) -> tuple[ReferralsView, Callback | None]:
        case, made = open_case(work.tx, staff, id), work.tx.cases.referrals(id)
        near = case.incident.codes.get(REGION) if case.incident else None
        offered = tuple((kind, services_for(deps, kind, near, deps.today(at))) for kind in kinds_for(case.type))
        return ReferralsView(case, made, offered), case.callback if made or case.incident is not None else None

    return show(deps, staff, at, look)


def see_referral(deps: Deps, staff: Staff, id: str, at: int) -> OpenReferral:
    """Raises NoCase, InOtherHands and StoreAway."""

    def look(work: Work) -> tuple[OpenReferral, Callback | None]:
        opened = open_referral(work.tx, staff, id)
        return opened, opened.callback

    return show(deps, staff, at, look)


def due(deps: Deps, staff: Staff, at: int) -> tuple[DueReferral, ...]:
    """What a counselor looks at again today, or should have before: the counselor's own, and those that are nobody's any more; a supervisor, everybody's.

    The oldest, as many as a page holds. Raises StoreAway.
    """
    holder = None if staff.role == "supervisor" else staff.id
    with deps.store.read() as tx:
        return tx.cases.referrals_due(day_of(deps, at), DUE_SHOWN, holder)


def refer(act: Act, id: str, form: ReferralForm) -> Result:
    """Write a referral down. It stands on the caller's consent to it, which makes a slip, or on that to codes."""
    case = find_case(act.tx, act.staff, id)
    if not isinstance(case, Case):
        return Result(case)
    refusal = _refusal(act, case, form) or _refusal_of_standing(act, form.kind, form)
    if refusal is not None:
        return refusal
    made = act.derive("referral")
    referral = Referral(
        id=made,
        callback=id,
        kind=form.kind,
        service=form.service or None,
        outcome=_OUTCOMES[form.outcome],
        legal=_LEGAL.get(form.legal),
        look_again=_day(act, form.look_again),
        slip=slips.reference(act.deps, made) if form.agreed else None,
        day=day_of(act.deps, act.at),
    )
    act.tx.cases.save_referral(referral)
    if form.agreed:
        act.tx.cases.save_consent(id, Consent(consent_to(made), hour(act.at)))
        act.record("slip made", case.callback.reference)
    return Result()


def look_again(act: Act, id: str, form: ReferralForm) -> Result:
    """Somebody looked again: how it stands now, and when to look next. What the caller declines is taken back with its slip."""
    opened = find_referral(act.tx, act.staff, id)
    if not isinstance(opened, OpenReferral):
        return Result(opened)
    if opened.referral.revoked:
        return Result("revoked")
    refusal = _refusal_of_standing(act, opened.referral.kind, form)
    if refusal is not None:
        return refusal
    referral = replace(
        opened.referral, outcome=_OUTCOMES[form.outcome], legal=_LEGAL.get(form.legal), look_again=_day(act, form.look_again)
    )
    act.tx.cases.save_referral(referral)
    if referral.outcome == "declined" and referral.slip:
        _revoke(act, replace(opened, referral=referral))
    return Result()


def revoke_referral(act: Act, id: str) -> Result:
    """The caller wants no more of it: the slip is worth nothing, nobody looks again, what had not left does not leave. Again changes nothing.

    `callback`: whose it was, while that is there.
    """
    opened = find_referral(act.tx, act.staff, id)
    if not isinstance(opened, OpenReferral):
        return Result(opened)
    if not opened.referral.revoked:
        _revoke(act, opened)
    return Result("done", {"callback": opened.callback.id} if opened.callback else {})


def consent_to(referral: str) -> str:
    """The kind of the consent to this referral."""
    return f"referral.{referral}"


def drop_without_consent(tx: Transaction, case: Case) -> None:
    """Referrals that stood on the consent to codes alone go with it."""
    for referral in tx.cases.referrals(case.callback.id):
        if consent_to(referral.id) not in case.consents:
            tx.cases.drop_referral(referral.id)


def _refusal(work: Work, case: Case, form: ReferralForm) -> Result | None:
    """What is wrong with where a caller is sent, and with what it stands on."""
    kind = next((kind for kind in KINDS if kind == form.kind), None)
    if kind is None:
        return Result("unlisted", {"field": "kind", "name": form.kind})
    item = find(work.deps, form.service)
    if form.service and (item is None or not offers(item, kind, work.deps.today(work.at))):
        return Result("unlisted", {"field": "service", "name": form.service})
    if form.agreed and (item is None or form.outcome != "referred"):
        return Result("slip")
    return None if form.agreed or case.agreed(RECORD) else Result("consent")


def _refusal_of_standing(work: Work, kind: str, form: ReferralForm) -> Result | None:
    """What is wrong with how it went, and with the day on which somebody looks again."""
    if form.outcome not in _OUTCOMES:
        return Result("unlisted", {"field": "outcome", "name": form.outcome})
    if form.legal and (form.legal not in _LEGAL or kind not in ASKS_LEGAL):
        return Result("unlisted", {"field": "legal", "name": form.legal})
    return Result("day", {"name": form.look_again}) if form.look_again and _day(work, form.look_again) is None else None


def _day(work: Work, text: str) -> int | None:
    """The day in a form, where it is one of the coming year."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return (day - EPOCH).days if 0 < (day - work.deps.today(work.at)).days <= LATEST_DAYS else None


def _revoke(act: Act, opened: OpenReferral) -> None:
    end_referral(act, opened)
    act.record("consent revoked", opened.name)


def end_referral(work: Work, opened: OpenReferral) -> None:
    """The slip is worth nothing and nobody looks again, and nothing that is restored brings it back."""
    referral, callback = opened.referral, opened.callback
    work.tx.cases.save_referral(replace(referral, revoked=True, look_again=None, legal=None))
    slips.recall(work, referral)
    given = work.tx.cases.consents(callback.id).get(consent_to(referral.id)) if callback else None
    if callback is not None and given is not None:
        work.tx.cases.save_consent(callback.id, replace(given, revoked_at=hour(work.at)))
    work.tx.revocations.add("consent", consented("", consent_to(referral.id)), work.at)
