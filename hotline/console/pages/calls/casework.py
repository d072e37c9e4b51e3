"""Codes of what happened, consents, referrals and slips."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, form_fields, found, me, page, refused, run, to
from hotline.console.times import full_date, iso
from hotline.engine.casework.incidents import PARTS, QUESTIONS, codes_of, contexts_of, part_of, sections_of
from hotline.ports.desk.cases import SERVICE_KINDS
from hotline.ports.desk.drafts import incident_form
from hotline.service.acts import Result
from hotline.service.desk.casework import cases, consents, referrals, slips
from hotline.service.desk.casework.referrals import ReferralForm
from hotline.service.desk.casework.services import destination, find, name_of, regions
from hotline.service.desk.casework.sight import InOtherHands, NoCase

FIELDS: Final = {"consent": "agreed", "slip": "service", "day": "look_again"}
"""Beside which field of a referral's form each refusal is said, where it names none itself."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _incident(pages, context)
    _consents(pages, context)
    _referrals(pages, context)
    _one_referral(pages, context)
    _slips(pages, context)
    _closed(pages, context)


def _incident(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>/what")
    def incident(id: str) -> str:
        """Consent first; then the questions, some at a time, and what follows from the answers."""
        return page(context, "calls/incident.html", **_codes(context, id, request.args.get("part")))

    @pages.post("/callback/<id>/what")
    def save_incident(id: str) -> Shown:
        """Each page is kept when it is sent, and leads to the next; the last, or where they stop, back to the call."""
        part, fields = _part(request.form.get("part")), form_fields()
        answers = {name: value for name, value in fields.items() if name not in ("part", "stop")}
        result = found(run(context, cases.write_incident, id, part, answers))
        if result.is_refused:
            wrong = part_of(result.values.get("field", "")) or part
            return refused(context, "calls/incident.html", _fault_of_codes(result), **_codes(context, id, wrong))
        after = _part_after(part)
        return to("callback", id=id) if "stop" in fields or after is None else to("incident", id=id, part=after)


def _consents(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>/consents", endpoint="consents")
    def shown(id: str) -> str:
        """What the caller agreed to, each with one tap to take it back."""
        return page(context, "calls/consents.html", **_agreed(context, id))

    @pages.post("/callback/<id>/agree")
    def agree(id: str) -> Shown:
        result = found(run(context, consents.give_consent, id, request.form["kind"]))
        if result.is_refused:
            return refused(context, "calls/incident.html", _fault_of_page(result), **_codes(context, id))
        return to("incident", id=id)

    @pages.post("/callback/<id>/consents")
    def take_back(id: str) -> Shown:
        result = found(run(context, consents.take_back_consent, id, request.form["kind"]))
        if result.is_refused:
            return refused(context, "calls/consents.html", _fault_of_page(result), **_agreed(context, id))
        flash("consents.done", "consents")
        return to("consents", id=id)


def _referrals(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>/referrals", endpoint="referrals")
    def shown(id: str) -> str:
        """Those that were made, and the services that can be offered."""
        return page(context, "calls/referrals.html", **_offered(context, id))

    @pages.post("/callback/<id>/referrals")
    def refer(id: str) -> Shown:
        form = _referral_form()
        result = found(run(context, referrals.refer, id, form))
        if result.is_refused:
            fault = _fault_of_referral(result, form.kind if form.kind in SERVICE_KINDS else "page")
            return refused(context, "calls/referrals.html", fault, **_offered(context, id))
        return to("referrals", id=id)

    @pages.get("/referrals/due")
    def due() -> str:
        """What is looked at again today, or should have been before."""
        rows = referrals.due(context.deps, me(), context.now)
        return page(context, "calls/referrals_due.html", due=rows, most=referrals.DUE_SHOWN, **_reading(context))


def _one_referral(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/referral/<id>")
    def referral(id: str) -> str:
        """One referral, to look again at how it stands."""
        return page(context, "calls/referrals_one.html", **_referral(context, id))

    @pages.post("/referral/<id>")
    def look_again(id: str) -> Shown:
        result = found(run(context, referrals.look_again, id, _referral_form()))
        if result.is_refused:
            fault = _fault_of_page(result) if result.code == "revoked" else _fault_of_referral(result)
            return refused(context, "calls/referrals_one.html", fault, **_referral(context, id))
        return to("referral", id=id)

    @pages.post("/referral/<id>/back")
    def revoke_referral(id: str) -> Response:
        result = found(run(context, referrals.revoke_referral, id))
        callback = result.values.get("callback")
        if callback is None:
            return to("referral", id=id)
        flash("consents.done", "consents")
        return to("consents", id=callback)


def _slips(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/slip/<id>", endpoint="slip")
    def shown(id: str) -> str:
        """To be printed, read out or sent: no story, and in the language in which services read."""
        return page(context, "calls/slip.html", **_slip(context, id))

    @pages.post("/slip/<id>")
    def send_slip(id: str) -> Shown:
        result = found(run(context, slips.send_slip, id))
        if result.is_refused:
            return refused(context, "calls/slip.html", _fault_of_page(result), **_slip(context, id))
        return to("slip", id=id)


def _closed(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.errorhandler(NoCase)
    def no_case(_: NoCase) -> tuple[str, int]:
        return page(context, "trouble.html", kind="not_found"), HTTPStatus.NOT_FOUND

    @pages.errorhandler(InOtherHands)
    def in_other_hands(_: InOtherHands) -> tuple[str, int]:
        return page(context, "trouble.html", kind="forbidden"), HTTPStatus.FORBIDDEN


def _fault_of_codes(result: Result) -> FormFault:
    """Beside the question; what is no question, or lacks consent, has no field."""
    if result.code != "unlisted":
        return _fault_of_page(result)
    field, what = (result.values["field"], "code") if result.values["field"] in QUESTIONS else ("", "question")
    return FormFault(f"incident.unfit.{what}", field, values=result.values)


def _fault_of_referral(result: Result, form: str = "") -> FormFault:
    """`form`: the kind whose form it is."""
    if result.code == "consent":
        return FormFault("incident.unfit.nothing_agreed", "agreed", form)
    field = result.values.get("field") or FIELDS[result.code]
    key = f"incident.unfit.{field if result.code == 'unlisted' else result.code}"
    return FormFault(key, "" if form == "page" else field, form, result.values)


def _fault_of_page(result: Result) -> FormFault:
    what = result.values["field"] if result.code == "unlisted" else result.code
    return FormFault(f"incident.unfit.{what}", form="page", values=result.values)


def _referral_form() -> ReferralForm:
    form = request.form
    return ReferralForm(
        kind=form.get("kind", ""),
        service=form.get("service", ""),
        outcome=form.get("outcome", ""),
        legal=form.get("legal", ""),
        look_again=form.get("look_again", ""),
        agreed="agreed" in form,
    )


def _part(asked: str | None) -> str:
    """A page of the form; the first where there is none of this name."""
    return asked if asked in PARTS else next(iter(PARTS))


def _part_after(part: str) -> str | None:
    parts = tuple(PARTS)
    return next(iter(parts[parts.index(part) + 1 :]), None)


def _codes(context: ConsoleContext, id: str, asked: str | None = None) -> dict[str, Any]:
    """For `incident.html`. `asked`: which page of the form."""
    part = _part(asked)
    case = cases.see_incident(context.deps, me(), id, context.now)
    codes = case.incident.codes if case.incident else {}
    return {
        "case": case,
        "codes": codes,
        "contexts": contexts_of(codes),
        "part": part,
        "parts": tuple(PARTS),
        "is_last": _part_after(part) is None,
        "draft": incident_form(id, part),
        "sections": sections_of(part),
        "codes_of": codes_of,
        "regions": regions(context.deps),
        **_aloud(context, case.callback.language),
    }


def _agreed(context: ConsoleContext, id: str) -> dict[str, Any]:
    """For `consents.html`."""
    view = consents.see_consents(context.deps, me(), id, context.now)
    return {"view": view, "case": view.case, "days": context.deps.rules.callback_days, **_reading(context)}


def _offered(context: ConsoleContext, id: str) -> dict[str, Any]:
    """For `referrals.html`."""
    view = referrals.see_referrals(context.deps, me(), id, context.now)
    return {"view": view, "case": view.case, **_aloud(context, view.case.callback.language), **_reading(context), **_standing(context)}


def _referral(context: ConsoleContext, id: str) -> dict[str, Any]:
    """For `referrals_one.html`."""
    view = referrals.see_referral(context.deps, me(), id, context.now)
    aloud = view.callback.language if view.callback else me().reads
    return {"referral": view.referral, "callback": view.callback, **_aloud(context, aloud), **_reading(context), **_standing(context)}


def _slip(context: ConsoleContext, id: str) -> dict[str, Any]:
    """For `slip.html`."""
    first = context.words.languages[0]
    slip = slips.see_slip(context.deps, me(), id, context.now)
    aloud = slip.language or me().reads
    return {
        "slip": slip,
        "first": first,
        "on_paper": lambda key: context.words.say(first, key),
        **_aloud(context, aloud),
        **_reading(context),
    }


def _aloud(context: ConsoleContext, language: str) -> dict[str, Any]:
    """What is read to the caller, in the language of the callback."""
    spoken = context.words.language(language)
    return {
        "spoken": spoken,
        "aloud": lambda key, **values: context.words.say(spoken, key, days=context.deps.rules.callback_days, **values),
    }


def _reading(context: ConsoleContext) -> dict[str, Any]:
    """Days and services by what they are called."""
    return {
        "day": full_date,
        "moment": lambda at: full_date(cases.day_of(context.deps, at)),
        "service": lambda entry: name_of(context.deps, entry),
        "destination": lambda item: destination(context.deps, item, context.deps.today(context.now)),
        "listed": lambda entry: find(context.deps, entry),
    }


def _standing(context: ConsoleContext) -> dict[str, Any]:
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
