"""Information-sharing protocols, under which alone rows of incidents leave: recorded and ended here, used at the shell."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any, Final

from flask import Blueprint, request

from hotline.console.context import ConsoleContext, FormFault, Shown, found, page, refused, run, to
from hotline.console.times import full_date, iso
from hotline.engine.times import EPOCH
from hotline.service.acts import Code
from hotline.service.desk.figures import sharing

AFTER: Final = ("recorded", "ended")
"""What may just have been done, for a line above the page."""
FIELDS: Final[dict[Code, str]] = {"day": "until", "empty": "partner", "long": "partner"}
"""Where a fault is mended."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/figures/protocols")
    def protocols() -> str:
        return page(context, "figures/sharing_protocols.html", **_listed(context))

    @pages.post("/figures/protocols")
    def record_protocol() -> Shown:
        until = 0
        with suppress(ValueError):
            until = (date.fromisoformat(request.form.get("until", "")) - EPOCH).days
        partner, signed_by, letter = (request.form.get(field, "") for field in ("partner", "signed_by", "letter"))
        result = run(context, sharing.record_protocol, partner, signed_by, letter, until)
        if result.is_refused:
            fault = FormFault(f"protocols.error.{result.code}", FIELDS.get(result.code, ""))
            return refused(context, "figures/sharing_protocols.html", fault, **_listed(context))
        return to("protocols", after="recorded")

    @pages.post("/figures/protocols/<int:number>/end")
    def end_protocol(number: int) -> Shown:
        result = found(run(context, sharing.end_protocol, number))
        if result.is_refused:
            return refused(context, "figures/sharing_protocols.html", FormFault("protocols.error.late", form="page"), **_listed(context))
        return to("protocols", after="ended")


def _listed(context: ConsoleContext) -> dict[str, Any]:
    """For `sharing_protocols.html`, the newest first."""
    today = (context.deps.today(context.now) - EPOCH).days
    after = request.args.get("after", "")
    return {
        "protocols": [
            (protocol, protocol.holds(today), full_date(protocol.until)) for protocol in reversed(sharing.protocols(context.deps))
        ],
        "first_day": iso(today + 1),
        "last_day": iso(today + sharing.LONGEST_DAYS),
        "after": after if after in AFTER else "",
    }
