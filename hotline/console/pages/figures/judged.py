"""What the line may be judged by, each measure with what it is and what is aimed at."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from hotline.console.context import ConsoleContext, language, language_name, me, page
from hotline.console.pages.figures.overview import released_quarter
from hotline.service.desk.figures import judged as measures
from hotline.service.desk.figures.cell_suppression import RoomCell
from hotline.service.desk.figures.judged import Judged, Measure, Part

IN_PERCENT: Final[frozenset[Measure]] = frozenset({"kept", "wrong", "completed"})
NAMES: Final[dict[Measure, str]] = {"referrals": "overview.referred", "safer": "overview.answer", "verified": "judged.part"}
"""Where the names of parts stand that are no languages."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/judged")
    def judged() -> str:
        found = measures.judged(context.deps, me().role, context.now)
        shown = [
            (judged.measure, [(_name(context, judged, part), _said(context, judged, part)) for part in judged.parts])
            for judged in found.measures
        ]
        return page(
            context,
            "figures/judged.html",
            measures=shown,
            never=measures.NEVER,
            is_exact=found.is_exact,
            quarter=released_quarter(context, found.quarter),
        )


def _name(context: ConsoleContext, judged: Judged, part: Part) -> str:
    if judged.measure in NAMES:
        return context.words.say(language(context), f"{NAMES[judged.measure]}.{part.name}")
    if part.name == "total":
        return context.words.say(language(context), "overview.total")
    name = language_name(context, part.name) if part.name else ""
    return name[:1].upper() + name[1:]


def _said(context: ConsoleContext, judged: Judged, part: Part) -> str:
    if part.value is None:
        return context.words.say(language(context), "judged.hidden")
    if judged.measure == "uncovered":
        return _say(context, "lasting_of", value=_lasting(context, part.value), among=_lasting(context, part.among))
    if part.among is not None:
        return _say(context, "of", value=part.value, among=part.among)
    is_days = judged.measure == "verified"
    return _say(context, "percent" if judged.measure in IN_PERCENT else "days" if is_days else "plain", value=_cell(context, part.value))


def _say(context: ConsoleContext, key: str, **places: object) -> str:
    return context.words.say(language(context), f"judged.{key}", **places)


def _cell(context: ConsoleContext, cell: RoomCell) -> str:
    return context.words.say(language(context), f"overview.{cell}") if isinstance(cell, str) else str(cell)


def _lasting(context: ConsoleContext, minutes: RoomCell | None) -> str:
    whole = minutes if isinstance(minutes, int) else 0
    return context.words.say(language(context), "overview.hours", hours=whole // 60, minutes=f"{whole % 60:02d}")
