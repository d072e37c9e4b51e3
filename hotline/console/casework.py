"""Codes of what happened, consents, referrals and slips."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hotline.console.room import Room, form_id, me, page, taken, to
from hotline.console.times import full_date, iso
from hotline.service.room import cases, consents, referrals, slips
from hotline.service.room.cases import Case, NoCase, NotHers
from hotline.service.room.incidents import SECTIONS, Unfit, codes_of, contexts_of
from hotline.service.room.referrals import Asked
from hotline.service.room.services import KINDS, name_of, regions

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


def views(pages: Blueprint, room: Room) -> None:
    _incident(pages, room)
    _consents(pages, room)
    _referrals(pages, room)
    _one_referral(pages, room)
    _slips(pages, room)
    _refusals(pages, room)


def _incident(pages: Blueprint, room: Room) -> None:
    @pages.get("/callback/<id>/what")
    def incident(id: str) -> str:
        """Her consent first; then the questions, and what follows from the answers."""
        case = cases.see(room.parts, me(), id, room.now)
        codes = case.incident.codes if case.incident else {}
        return page(
            room,
            "incident.html",
            case=case,
            codes=codes,
            contexts=contexts_of(codes),
            sections=SECTIONS,
            codes_of=codes_of,
            regions=regions(room.parts),
            **_aloud(room, case),
        )

    @pages.post("/callback/<id>/what")
    def save_incident(id: str) -> Response:
        answers = {key: code for key, code in request.form.items() if key not in SIGNED}
        cases.write_down(room.parts, me(), id, answers, form_id(), room.now)
        taken(f"incident-{id}")
        return to("incident", id=id)


def _consents(pages: Blueprint, room: Room) -> None:
    @pages.get("/callback/<id>/consents", endpoint="consents")
    def shown(id: str) -> str:
        """What she agreed to, each with one tap to take it back."""
        agreed = consents.agreed(room.parts, me(), id, room.now)
        return page(room, "consents.html", agreed=agreed, case=agreed.case, **_reading(room))

    @pages.post("/callback/<id>/agree")
    def agree(id: str) -> Response:
        consents.agree(room.parts, me(), id, request.form["kind"], room.now)
        return to("incident", id=id)

    @pages.post("/callback/<id>/consents")
    def take_back(id: str) -> Response:
        kind = request.form["kind"]
        consents.take_back(room.parts, me(), id, kind, room.now)
        if kind == cases.RECORD:
            taken(f"incident-{id}")  # codes that were chosen and not sent go too
        return to("consents", id=id)


def _referrals(pages: Blueprint, room: Room) -> None:
    @pages.get("/callback/<id>/referrals", endpoint="referrals")
    def shown(id: str) -> str:
        """Those that were made, and the services that can be offered; `offer`: the kind whose form stands open."""
        sheet = referrals.see(room.parts, me(), id, room.now)
        opened = request.args.get("offer")
        return page(
            room,
            "referrals.html",
            sheet=sheet,
            case=sheet.case,
            opened=opened,
            **_aloud(room, sheet.case),
            **_reading(room),
            **_codes(room),
        )

    @pages.post("/callback/<id>/referrals")
    def refer(id: str) -> Response:
        asked = _asked()
        referrals.refer(room.parts, me(), id, asked, form_id(), room.now)
        taken(f"referral-{asked.kind}-{id}")
        return to("referrals", id=id)

    @pages.get("/referrals/due")
    def due() -> str:
        """What she looks at again today, or should have before."""
        return page(room, "referrals_due.html", due=referrals.due(room.parts, me(), room.now), most=referrals.DUE_SHOWN, **_reading(room))


def _one_referral(pages: Blueprint, room: Room) -> None:
    @pages.get("/referral/<id>")
    def referral(id: str) -> str:
        """One referral, to look again at how it stands."""
        found, callback = referrals.one(room.parts, me(), id, room.now)
        return page(room, "referrals_one.html", referral=found, callback=callback, **_reading(room), **_codes(room))

    @pages.post("/referral/<id>")
    def look_again(id: str) -> Response:
        referrals.look(room.parts, me(), id, _asked(), form_id(), room.now)
        taken(f"referral-{id}")
        return to("referral", id=id)

    @pages.post("/referral/<id>/back")
    def revoke_referral(id: str) -> Response:
        found = referrals.take_back(room.parts, me(), id, room.now)
        taken(f"referral-{id}")
        return to("consents", id=found.callback) if found.callback else to("referral", id=id)


def _slips(pages: Blueprint, room: Room) -> None:
    @pages.get("/slip/<id>", endpoint="slip")
    def shown(id: str) -> str:
        """To be printed, read out or sent: no story, and in the language in which services read."""
        found = slips.see(room.parts, me(), id, room.now)
        first = room.words.languages[0]
        return page(room, "slip.html", slip=found, first=first, on_paper=lambda key: room.words.say(first, key), **_reading(room))

    @pages.post("/slip/<id>")
    def send_slip(id: str) -> Response:
        slips.send(room.parts, me(), id, room.now)
        return to("slip", id=id)


def _refusals(pages: Blueprint, room: Room) -> None:
    @pages.errorhandler(NoCase)
    def no_case(_: NoCase) -> tuple[str, int]:
        return page(room, "trouble.html", kind="not_found"), HTTPStatus.NOT_FOUND

    @pages.errorhandler(NotHers)
    def not_hers(_: NotHers) -> tuple[str, int]:
        return page(room, "trouble.html", kind="forbidden"), HTTPStatus.FORBIDDEN

    @pages.errorhandler(Unfit)
    def unfit(error: Unfit) -> tuple[str, int]:
        """Names what does not fit; what was typed is still in the browser."""
        back = BACK[(request.endpoint or "").removeprefix("console.")]
        kind = next((kind for kind in KINDS if kind == request.form.get("kind")), None)
        offer = kind if back == "referrals" else None
        id = (request.view_args or {})["id"]
        return page(room, "incident_unfit.html", what=error.what, name=error.name, back=back, id=id, offer=offer), HTTPStatus.BAD_REQUEST


def _asked() -> Asked:
    form = request.form
    return Asked(
        kind=form.get("kind", ""),
        service=form.get("service", ""),
        outcome=form.get("outcome", ""),
        legal=form.get("legal", ""),
        look_again=form.get("look_again", ""),
        agreed="agreed" in form,
    )


def _aloud(room: Room, case: Case) -> dict[str, object]:
    """What is read to her, in the language in which she is called."""
    hers = room.words.language(case.callback.language)
    return {"hers": hers, "aloud": lambda key: room.words.say(hers, key, days=room.parts.rules.callback_days)}


def _reading(room: Room) -> dict[str, object]:
    """Days and services by what they are called."""
    return {
        "day": full_date,
        "moment": lambda at: full_date(cases.day_of(room.parts, at)),
        "service": lambda entry: name_of(room.parts, entry),
    }


def _codes(room: Room) -> dict[str, object]:
    """What may be answered in a referral's form."""
    today = cases.day_of(room.parts, room.now)
    return {
        "outcomes": referrals.OUTCOMES,
        "legal_codes": referrals.LEGAL,
        "asks_legal": referrals.ASKS_LEGAL,
        "iso": lambda day: iso(day) if day and day > today else "",
        "first_day": iso(today + 1),
        "last_day": iso(today + referrals.LATEST_DAYS),
    }
