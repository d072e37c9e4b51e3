"""Who did what: the audit's lines to search, and whether its chain holds."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, request
from msgspec import Struct

from hotline.console.context import ConsoleContext, language, page
from hotline.console.times import stamp
from hotline.service.desk import audit_search
from hotline.service.upkeep.purging import audit_year_to_go

LONGEST: Final = 64
"""Letters of a search, at most: as many as the longest field of a record has."""


class AuditRow(Struct, frozen=True):
    """One record as it is read, the deed in words."""

    number: int
    when: str
    who: str
    deed: str
    about: str


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/audit")
    def audit() -> str:
        search = request.args.get("q", "").strip()[:LONGEST]
        before = request.args.get("before", audit_search.NEWEST, type=int)
        spoken, clock = language(context), context.deps.clock
        found = audit_search.look(
            context.deps.store, search, before, lambda deed, words: words.casefold() in named(context, spoken, deed).casefold()
        )
        lines = [
            AuditRow(number, stamp(clock.local(record.at)), record.who, named(context, spoken, record.what), record.about)
            for number, record in found.lines
        ]
        chain = audit_search.verify(context.deps.store) if request.args.get("verify") == "1" else None
        is_first, going = before >= audit_search.NEWEST, audit_year_to_go(context.deps, context.now)
        return page(context, "audit.html", lines=lines, older=found.older, search=search, chain=chain, is_first=is_first, going=going)


def named(context: ConsoleContext, spoken: str, deed: str) -> str:
    """What was done, in words; its code where nobody wrote words for it yet."""
    slug = re.sub(r"[^a-z0-9]+", "_", deed.lower()).strip("_")
    return context.words.say_or(spoken, f"audit.what.{slug}", deed)
