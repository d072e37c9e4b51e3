"""The staff and their accounts: who there is, somebody new, a one-time link, the end of one."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, request, url_for
from msgspec.structs import replace
from werkzeug.wrappers import Response

from hotline.console.room import Room, Shown, form_id, language_name, me, page, to
from hotline.ports import Staff, Transaction
from hotline.service import outbox
from hotline.service.room import people as room_people
from hotline.service.room.once import first_time
from hotline.service.room.people import CALLING, ROLES


def views(pages: Blueprint, room: Room) -> None:
    _list(pages, room)
    _one(pages, room)
    _door(pages, room)


def _list(pages: Blueprint, room: Room) -> None:
    @pages.get("/people")
    def people() -> str:
        return _all(room)

    @pages.post("/people")
    def add_person() -> Shown:
        form, at = request.form, room.now
        fresh = _filled(Staff(room.parts.derive("staff", form_id()), form.get("alias", "").strip().lower(), "counselor", "", "", ()))
        with room.parts.store.write() as tx:
            if not _is_first(room, tx, at):
                return to("people")
            fault = room_people.add(tx, fresh, room.parts.written.languages, me().alias, at)
        if fault is not None:
            return _all(room, fault, fresh), HTTPStatus.BAD_REQUEST
        return to("person", id=fresh.id)


def _one(pages: Blueprint, room: Room) -> None:
    @pages.get("/people/<id>")
    def person(id: str) -> str:
        return _of(room, id)

    @pages.post("/people/<id>")
    def change_person(id: str) -> Shown:
        at = room.now
        with room.parts.store.write() as tx:
            staff = _other(tx, id)
            if not _is_first(room, tx, at):
                return to("person", id=id)
            fault, posts = room_people.change(room.parts, tx, _filled(staff), room.parts.written.languages, me().alias, at)
        outbox.hint(room.parts, posts)
        return (_of(room, id, fault=fault), HTTPStatus.BAD_REQUEST) if fault else to("person", id=id)


def _door(pages: Blueprint, room: Room) -> None:
    @pages.post("/people/<id>/link")
    def make_link(id: str) -> Shown:
        """The answer shows it, this once: of the token only a keyed hash is kept."""
        at, token = room.now, room.chance.token()
        with room.parts.store.write() as tx:
            staff = _other(tx, id)
            if not _is_first(room, tx, at):
                return to("person", id=id)
            room_people.invite(tx, staff, token, me().alias, at)
        scheme = "https" if room.settings.secure else "http"
        return _of(room, id, link=url_for("console.welcome", token=token, _external=True, _scheme=scheme))

    @pages.post("/people/<id>/disable")
    def disable(id: str) -> Response:
        at = room.now
        with room.parts.store.write() as tx:
            staff = _other(tx, id)
            room_people.shut_out(tx, staff, me().alias, at)
            posts = room_people.give_back_all(room.parts, tx, staff.id, at)
        outbox.hint(room.parts, posts)
        return to("people")


def _all(room: Room, fault: str = "", filled: Staff | None = None) -> str:
    with room.parts.store.read() as tx:
        seats = room_people.seats(tx, room.now)
    return page(room, "people.html", seats=seats, fault=fault, filled=filled, **_choices(room))


def _of(room: Room, id: str, *, link: str = "", fault: str | None = None) -> str:
    with room.parts.store.read() as tx:
        seat = room_people.seat(tx, id, room.now)
    if seat is None:
        abort(HTTPStatus.NOT_FOUND)
    return page(room, "people_one.html", seat=seat, link=link, fault=fault, **_choices(room))


def _choices(room: Room) -> dict[str, object]:
    return {"roles": ROLES, "calling": CALLING, "languages": [(each, language_name(room, each)) for each in room.parts.written.languages]}


def _other(tx: Transaction, id: str) -> Staff:
    """Somebody active who is not herself: an admin who shuts herself out helps nobody."""
    staff = tx.staff(id)
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


def _is_first(room: Room, tx: Transaction, at: int) -> bool:
    return first_time(room.parts, tx, me().id, form_id(), at)
