"""The staff and their accounts: who there is, somebody new, a one-time link, the end of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request, url_for
from msgspec.structs import replace
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, Fault, Shown, form_id, language_name, me, page, refused, to
from hotline.ports.desk.staff import CALLING, Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.desk.accounts import people as room_people
from hotline.service.desk.accounts.people import ROLES
from hotline.service.once import first_time
from hotline.service.work import Work

FIELDS: Final[dict[room_people.Fault, str]] = {"alias": "alias", "number": "number", "taken": "", "languages": "speaks"}
"""Beside which field each fault is said; `taken` may be alias or number."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _list(pages, context)
    _one(pages, context)
    _door(pages, context)


def _list(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/people")
    def people() -> Shown:
        return _all(context)

    @pages.post("/people")
    def add_person() -> Shown:
        form, at = request.form, context.now
        fresh = _filled(Staff(context.deps.derive("staff", form_id()), form.get("alias", "").strip().lower(), "counselor", "", "", ()))
        with context.deps.store.write() as tx:
            if not _is_first(context, tx, at):
                return to("people")
            fault = room_people.add(tx, fresh, context.deps.written.languages, me().alias, at)
        if fault is not None:
            return _all(context, _fault(fault))
        return to("person", id=fresh.id)


def _one(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/people/<id>")
    def person(id: str) -> Shown:
        return _of(context, id)

    @pages.post("/people/<id>")
    def change_person(id: str) -> Shown:
        at = context.now
        with context.deps.store.write() as tx:
            staff = _other(tx, id)
            if not _is_first(context, tx, at):
                return to("person", id=id)
            fault, posts = room_people.change(Work(context.deps, tx, at), _filled(staff), context.deps.written.languages, me().alias)
        outbox.enqueue(context.deps, posts)
        return _of(context, id, fault=_fault(fault)) if fault else to("person", id=id)


def _door(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/people/<id>/link")
    def make_link(id: str) -> Shown:
        """The answer shows it, this once: of the token only a keyed hash is kept."""
        at, token = context.now, context.chance.token()
        with context.deps.store.write() as tx:
            staff = _other(tx, id)
            if not _is_first(context, tx, at):
                return to("person", id=id)
            room_people.invite(tx, staff, token, me().alias, at)
        scheme = "https" if context.secure else "http"
        return _of(context, id, link=url_for("console.welcome", token=token, _external=True, _scheme=scheme))

    @pages.post("/people/<id>/disable")
    def disable(id: str) -> Response:
        at = context.now
        with context.deps.store.write() as tx:
            staff = _other(tx, id)
            room_people.shut_out(tx, staff, me().alias, at)
            posts = room_people.give_back_all(Work(context.deps, tx, at), staff.id)
        outbox.enqueue(context.deps, posts)
        return to("people")


def _all(context: ConsoleContext, fault: Fault | None = None) -> Shown:
    with context.deps.store.read() as tx:
        seats = room_people.seats(tx, context.now)
    values: dict[str, Any] = {"seats": seats, **_choices(context)}
    return refused(context, "people.html", fault, **values) if fault else page(context, "people.html", **values)


def _of(context: ConsoleContext, id: str, *, link: str = "", fault: Fault | None = None) -> Shown:
    with context.deps.store.read() as tx:
        seat = room_people.seat(tx, id, context.now)
    if seat is None:
        abort(HTTPStatus.NOT_FOUND)
    values: dict[str, Any] = {"seat": seat, "link": link, **_choices(context)}
    return refused(context, "people_one.html", fault, **values) if fault else page(context, "people_one.html", **values)


def _fault(what: room_people.Fault) -> Fault:
    return Fault(f"people.fault.{what}", FIELDS[what])


def _choices(context: ConsoleContext) -> dict[str, Any]:
    return {
        "roles": ROLES,
        "calling": CALLING,
        "languages": [(each, language_name(context, each)) for each in context.deps.written.languages],
    }


def _other(tx: Transaction, id: str) -> Staff:
    """Somebody active who is not herself: an admin who shuts herself out helps nobody."""
    staff = tx.staff.get(id)
    if staff is None or not staff.active:
        abort(HTTPStatus.NOT_FOUND)
    if staff.id == me().id:
        abort(HTTPStatus.BAD_REQUEST)
    return staff


def _filled(staff: Staff) -> Staff:
    """As the form says; a number that was left empty stays."""
    form = request.form
    role = next((each for each in ROLES if each == form.get("role")), staff.role)
    speaks = tuple(dict.fromkeys(form.getlist("speaks"))) if role in CALLING else ()
    number = form.get("number", "").replace(" ", "") or staff.number
    return replace(
        staff, role=role, number=number, reads=form.get("reads", staff.reads), speaks=speaks, minors=role in CALLING and "minors" in form
    )


def _is_first(context: ConsoleContext, tx: Transaction, at: int) -> bool:
    return first_time(Work(context.deps, tx, at), me().id, form_id())
