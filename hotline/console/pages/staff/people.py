"""The staff and their accounts: who there is, somebody new, a one-time link, the end of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request, url_for
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, form_secret, language_name, page, refused, run, to
from hotline.console.times import day_of, full_date, iso
from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.staff import CALLING
from hotline.service.acts import Result
from hotline.service.desk.accounts import people as staff_accounts
from hotline.service.desk.accounts.people import PersonForm
from hotline.service.permissions import ROLES

FIELDS: Final[dict[str, str]] = {
    "alias": "alias",
    "number": "number",
    "taken": "",
    "languages": "speaks",
    "no_language": "speaks",
    "organisation": "organisation",
    "ends_on": "ends_on",
}
"""Beside which field each fault is said; `taken` may be alias or number."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _list(pages, context)
    _person(pages, context)
    _access(pages, context)


def _list(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/people")
    def people() -> Shown:
        return _all(context)

    @pages.post("/people")
    def add_person() -> Shown:
        result = run(context, staff_accounts.add_person, _typed(), context.deps.written.languages)
        if result.is_refused:
            return _all(context, _fault(result))
        return to("person", id=result.values["id"])


def _person(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/people/<id>")
    def person(id: str) -> Shown:
        return _of(context, id)

    @pages.post("/people/<id>")
    def change_person(id: str) -> Shown:
        result = run(context, staff_accounts.change_person, id, _typed(), context.deps.written.languages)
        if result.code == "faulty":
            return _of(context, id, fault=_fault(result))
        _refuse(result)
        return to("person", id=id)


def _access(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/people/<id>/link")
    def make_link(id: str) -> Shown:
        """The answer shows it, and shows it again to the same form: of the token only a keyed hash is kept."""
        token = form_secret(context, "one-time link")
        _refuse(run(context, staff_accounts.make_link, id, token))
        return _of(context, id, link=(context.settings.console_url or "").rstrip("/") + url_for("console.welcome", token=token))

    @pages.post("/people/<id>/unlock")
    def unlock(id: str) -> Response:
        _refuse(run(context, staff_accounts.unlock_person, id))
        return to("person", id=id)

    @pages.post("/people/<id>/disable")
    def disable(id: str) -> Response:
        _refuse(run(context, staff_accounts.disable_person, id))
        return to("people")


def _all(context: ConsoleContext, fault: FormFault | None = None) -> Shown:
    values: dict[str, Any] = {"seats": staff_accounts.seats(context.deps.store, context.now), **_choices(context)}
    return refused(context, "staff/people.html", fault, **values) if fault else page(context, "staff/people.html", **values)


def _of(context: ConsoleContext, id: str, *, link: str = "", fault: FormFault | None = None) -> Shown:
    seat = staff_accounts.seat(context.deps.store, id, context.now)
    if seat is None:
        abort(HTTPStatus.NOT_FOUND)
    values: dict[str, Any] = {"seat": seat, "link": link, **_choices(context)}
    return refused(context, "staff/people_one.html", fault, **values) if fault else page(context, "staff/people_one.html", **values)


def _fault(result: Result) -> FormFault:
    return FormFault(f"people.fault.{result.values['fault']}", FIELDS[result.values["fault"]])


def _choices(context: ConsoleContext) -> dict[str, Any]:
    return {
        "roles": ROLES,
        "calling": CALLING,
        "iso": iso,
        "full_date": full_date,
        "today": context.deps.clock.local(context.now) // DAY_MINUTES,
        "languages": [(code, language_name(context, code)) for code in context.deps.written.languages],
    }


def _refuse(result: Result) -> None:
    """404 where there is no such person, 400 for one's own account."""
    if result.is_refused:
        abort(HTTPStatus.NOT_FOUND if result.code == "gone" else HTTPStatus.BAD_REQUEST)


def _typed() -> PersonForm:
    """As the form says; a number that was left empty stays."""
    form = request.form
    return PersonForm(
        alias=form.get("alias", "").strip().lower(),
        role=next((role for role in ROLES if role == form.get("role")), None),
        number=form.get("number", "").replace(" ", ""),
        reads=form.get("reads", ""),
        speaks=tuple(dict.fromkeys(form.getlist("speaks"))),
        minors="minors" in form,
        reviews=tuple(dict.fromkeys(form.getlist("reviews"))),
        approves="approves" in form,
        organisation=" ".join(form.get("organisation", "").split()),
        ends_on=day_of(form.get("ends_on", "")),
    )
