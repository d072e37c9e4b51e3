"""Who did what: the audit's lines to search, and whether its chain holds."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, request
from msgspec import Struct

from hotline.console.room import Room, language, page
from hotline.console.times import stamp
from hotline.service.room import audits

LONGEST: Final = 64
"""As long as the longest that stands in a line."""


class Line(Struct, frozen=True):
    """One as it is read, what was done in words."""

    number: int
    when: str
    who: str
    deed: str
    about: str


def views(pages: Blueprint, room: Room) -> None:
    @pages.get("/audit")
    def audit() -> str:
        search = request.args.get("q", "").strip()[:LONGEST]
        before = request.args.get("before", audits.NEWEST, type=int)
        spoken, clock = language(room), room.parts.clock
        found = audits.look(room.parts.store, search, before, lambda deed, words: words.casefold() in named(room, spoken, deed).casefold())
        lines = [
            Line(number, stamp(clock.local(each.at)), each.who, named(room, spoken, each.what), each.about) for number, each in found.lines
        ]
        chain = audits.verify(room.parts.store) if request.args.get("verify") == "1" else None
        is_first = before >= audits.NEWEST
        return page(room, "audit.html", lines=lines, older=found.older, search=search, chain=chain, is_first=is_first)


def named(room: Room, spoken: str, deed: str) -> str:
    """What was done, in words; its code where nobody wrote words for it yet."""
    slug = re.sub(r"[^a-z0-9]+", "_", deed.lower()).strip("_")
    return room.words.say_or(spoken, f"audit.what.{slug}", deed)
