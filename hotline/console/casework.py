"""Codes of what happened, consents, referrals and slips."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, form_id, me, page, taken, to
from hotline.console.times import full_date, iso
from hotline.ports.desk.cases import RECORD
from hotline.service.desk.casework import cases, consents, referrals, slips
from hotline.service.desk.casework.cases import Case, NoCase, NotHers
from hotline.service.desk.casework.incidents import SECTIONS, Unfit, codes_of, contexts_of
from hotline.service.desk.casework.referrals import ReferralForm
from hotline.service.desk.casework.services import KINDS, name_of, regions

SIGNED: Final = frozenset({"csrf_token", "once"})
BACK: Final = {
    "save_incident": "incident",
    "agree": "incident",
    "take_back": "consents",
    "refer": "referrals",
    "look_again": "referral",
    "revoke_referral": "referral",
    "send_slip": "slip",
}
"""The page to which each form belongs."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _incident(pages, context)
    _consents(pages, context)
    _referrals(pages, context)
    _one_referral(pages, context)
    _slips(pages, context)
    _refusals(pages, context)


def _incident(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>/what")
    def incident(id: str) -> str:
        """Her consent first; then the questions, and what follows from the answers."""
        case = cases.see(context.deps, me(), id, context.now)
        codes = case.incident.codes if case.incident else {}
        return page(
            context,
            "incident.html",
            case=case,
            codes=codes,
            contexts=contexts_of(codes),
            sections=SECTIONS,
            codes_of=codes_of,
            regions=regions(context.deps),
            **_aloud(context, case),
        )

    @pages.post("/callback/<id>/what")
    def save_incident(id: str) -> Response:
        answers = {key: code for key, code in request.form.items() if key not in SIGNED}
        cases.write_down(context.deps, me(), id, answers, form_id(), context.now)
        taken(f"incident-{id}")
        return to("incident", id=id)


def _consents(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>/consents", endpoint="consents")
    def shown(id: str) -> str:
        """What she agreed to, each with one tap to take it back."""
        agreed = consents.agreed(context.deps, me(), id, context.now)
        return page(context, "consents.html", agreed=agreed, case=agreed.case, **_reading(context))

    @pages.post("/callback/<id>/agree")
    def agree(id: str) -> Response:
        consents.agree(context.deps, me(), id, request.form["kind"], context.now)
        return to("incident", id=id)

    @pages.post("/callback/<id>/consents")
    def take_back(id: str) -> Response:
        kind = request.form["kind"]
        consents.take_back(context.deps, me(), id, kind, context.now)
        if kind == RECORD:
            taken(f"incident-{id}")  # codes that were chosen and not sent go too
        return to("consents", id=id)


def _referrals(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>/referrals", endpoint="referrals")
    def shown(id: str) -> str:
        """Those that were made, and the services that can be offered; `offer`: the kind whose form stands open."""
        sheet = referrals.see(context.deps, me(), id, context.now)
        opened = request.args.get("offer")
        return page(
            context,
            "referrals.html",
            sheet=sheet,
            case=sheet.case,
            opened=opened,
            **_aloud(context, sheet.case),
            **_reading(context),
            **_codes(context),
        )

    @pages.post("/callback/<id>/referrals")
    def refer(id: str) -> Response:
        asked = _asked()
        referrals.refer(context.deps, me(), id, asked, form_id(), context.now)
        taken(f"referral-{asked.kind}-{id}")
        return to("referrals", id=id)

    @pages.get("/referrals/due")
    def due() -> str:
        """What she looks at again today, or should have before."""
        return page(
            context, "referrals_due.html", due=referrals.due(context.deps, me(), context.now), most=referrals.DUE_SHOWN, **_reading(context)
        )


def _one_referral(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/referral/<id>")
    def referral(id: str) -> str:
        """One referral, to look again at how it stands."""
        found, callback = referrals.one(context.deps, me(), id, context.now)
        return page(context, "referrals_one.html", referral=found, callback=callback, **_reading(context), **_codes(context))

    @pages.post("/referral/<id>")
    def look_again(id: str) -> Response:
        referrals.look(context.deps, me(), id, _asked(), form_id(), context.now)
        taken(f"referral-{id}")
        return to("referral", id=id)

    @pages.post("/referral/<id>/back")
    def revoke_referral(id: str) -> Response:
        found = referrals.take_back(context.deps, me(), id, context.now)
        taken(f"referral-{id}")
        return to("consents", id=found.callback) if found.callback else to("referral", id=id)


def _slips(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/slip/<id>", endpoint="slip")
    def shown(id: str) -> str:
        """To be printed, read out or sent: no story, and in the language in which services read."""
        found = slips.see(context.deps, me(), id, context.now)
        first = context.words.languages[0]
        return page(context, "slip.html", slip=found, first=first, on_paper=lambda key: context.words.say(first, key), **_reading(context))

    @pages.post("/slip/<id>")
    def send_slip(id: str) -> Response:
        slips.send(context.deps, me(), id, context.now)
        return to("slip", id=id)


def _refusals(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.errorhandler(NoCase)
    def no_case(_: NoCase) -> tuple[str, int]:
        return page(context, "trouble.html", kind="not_found"), HTTPStatus.NOT_FOUND

    @pages.errorhandler(NotHers)
    def not_hers(_: NotHers) -> tuple[str, int]:
        return page(context, "trouble.html", kind="forbidden"), HTTPStatus.FORBIDDEN

    @pages.errorhandler(Unfit)
    def unfit(error: Unfit) -> tuple[str, int]:
        """Names what does not fit; what was typed is still in the browser."""
        back = BACK[(request.endpoint or "").removeprefix("console.")]
        kind = next((kind for kind in KINDS if kind == request.form.get("kind")), None)
        offer = kind if back == "referrals" else None
        id = (request.view_args or {})["id"]
        return page(context, "incident_unfit.html", what=error.what, name=error.name, back=back, id=id, offer=offer), HTTPStatus.BAD_REQUEST


def _asked() -> ReferralForm:
    form = request.form
    return ReferralForm(
        kind=form.get("kind", ""),
        service=form.get("service", ""),
        outcome=form.get("outcome", ""),
        legal=form.get("legal", ""),
        look_again=form.get("look_again", ""),
        agreed="agreed" in form,
    )


def _aloud(context: ConsoleContext, case: Case) -> dict[str, object]:
    """What is read to her, in the language in which she is called."""
    hers = context.words.language(case.callback.language)
    return {"hers": hers, "aloud": lambda key: context.words.say(hers, key, days=context.deps.rules.callback_days)}


def _reading(context: ConsoleContext) -> dict[str, object]:
    """Days and services by what they are called."""
    return {
        "day": full_date,
        "moment": lambda at: full_date(cases.day_of(context.deps, at)),
        "service": lambda entry: name_of(context.deps, entry),
    }


def _codes(context: ConsoleContext) -> dict[str, object]:
    """What may be answered in a referral's form."""
    today = cases.day_of(context.deps, context.now)
    return {
        "outcomes": referrals.OUTCOMES,
        "legal_codes": referrals.LEGAL,
        "asks_legal": referrals.ASKS_LEGAL,
        "iso": lambda day: iso(day) if day and day > today else "",
        "first_day": iso(today + 1),
        "last_day": iso(today + referrals.LATEST_DAYS),
    }
