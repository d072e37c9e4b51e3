"""Figures that leave the line, for officers: what is prepared, what is hidden in it and why, letting it out as the second person, withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, g, request
from msgspec import Struct

from hotline.console.context import ConsoleContext, FormFault, Shown, found, language, me, page, refused, run, to
from hotline.console.pages.staff.access import this_browser
from hotline.console.released import period_in_words
from hotline.console.times import dated, stamp
from hotline.ports.figures.releases import FigureTable, HiddenCell, Release
from hotline.service.acts import Result
from hotline.service.desk.accounts import sign_in
from hotline.service.desk.casework.services import regions
from hotline.service.desk.figures import preparing, releasing
from hotline.service.desk.figures.files.naming import FigureNames

AFTER: Final = ("prepared", "released", "withdrawn")
"""What may just have been done, for a line above the page."""


class PrintedTable(Struct, frozen=True):
    """A table in words; a hidden cell is a dash with the number of its reason below."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    hidden: tuple[str, ...]
    too_few: bool


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/figures")
    def figures() -> str:
        return page(context, "figures/figures.html", **_list(context))

    @pages.get("/figures/<int:number>")
    def figures_one(number: int) -> str:
        return page(context, "figures/figures_one.html", **_one(context, number))

    @pages.post("/figures")
    def prepare_figures() -> Shown:
        try:
            decision = preparing.decide(context.deps, request.form.get("period", ""), context.now)
        except preparing.CannotPrepare as why:
            return refused(context, "figures/figures.html", _unprepared(context, why, "period"), **_list(context))
        result = run(context, releasing.prepare_release, decision)
        if result.is_refused:
            return refused(context, "figures/figures.html", _fault(result, "period"), **_list(context))
        return to("figures_one", number=result.values["release"], after="prepared")

    _letting_out(pages, context)


def _letting_out(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/figures/<int:number>/release")
    def release_figures(number: int) -> Shown:
        """By the second person, with a fresh code: it is asked for last, since it counts once."""
        letter = request.form.get("letter", "")
        if not releasing.is_letter(letter):
            return refused(context, "figures/figures_one.html", FormFault("figures.error.letter", "letter"), **_one(context, number))
        try:
            decision = preparing.decide(context.deps, _release(context, number)[0].period, context.now)
        except preparing.CannotPrepare as why:
            return refused(context, "figures/figures_one.html", _unprepared(context, why, "letter"), **_one(context, number))
        if not sign_in.prove_code(context.locks, me(), request.form.get("code", ""), this_browser()):
            wrong = FormFault("editions.error.wrong", "code")
            return refused(context, "figures/figures_one.html", wrong, HTTPStatus.UNAUTHORIZED, **_one(context, number))
        result = found(run(context, releasing.release_figures, number, decision, letter, is_signed_in=True))
        if result.is_refused:
            return refused(context, "figures/figures_one.html", _fault(result, "letter"), **_one(context, number))
        return to("figures_one", number=number, after="released")

    @pages.post("/figures/<int:number>/withdraw")
    def withdraw_figures(number: int) -> Shown:
        result = found(run(context, releasing.withdraw_release, number, request.form.get("note", "")))
        if result.is_refused:
            return refused(context, "figures/figures_one.html", _fault(result, "note"), **_one(context, number))
        return to("figures_one", number=number, after="withdrawn")


def _unprepared(context: ConsoleContext, why: preparing.CannotPrepare, field: str) -> FormFault:
    read = {"period": _named(context), "due": dated}
    values = {name: read[name](value) if name in read else value for name, value in why.values.items()}
    return FormFault(f"figures.error.{why.code}", field, values=values)


def _fault(result: Result, field: str) -> FormFault:
    return FormFault(f"figures.error.{result.code}", field, values=result.values)


def _list(context: ConsoleContext) -> dict[str, Any]:
    """For `figures.html`."""
    releases = releasing.releases(context.deps.store)
    return {
        "releases": releases[::-1],
        "periods": preparing.open_periods(context.deps, releases, context.now),
        "when": _when(context),
        "named": _named(context),
    }


def _one(context: ConsoleContext, number: int) -> dict[str, Any]:
    """For `figures_one.html`."""
    release, hidden = _release(context, number)
    after = request.args.get("after", "")
    names = FigureNames(lambda key, other, **values: context.words.say_or(language(context), key, other, **values), regions(context.deps))
    return {
        "release": release,
        "tables": [_printed(context, names, table, hidden) for table in release.tables],
        "hidden": len(hidden),
        "after": after if after in AFTER else "",
        "when": _when(context),
        "named": _named(context),
        "has_factor": g.second_factor,
    }


def _release(context: ConsoleContext, number: int) -> tuple[Release, tuple[HiddenCell, ...]]:
    seen = releasing.with_hidden(context.deps.store, number)
    if seen is None:
        abort(HTTPStatus.NOT_FOUND)
    return seen


def _printed(context: ConsoleContext, names: FigureNames, table: FigureTable, hidden: tuple[HiddenCell, ...]) -> PrintedTable:
    def why(cell: HiddenCell) -> str:
        most = names.words("figures.any") if cell.most is None else str(cell.most)
        row, column = names.row(table.name, cell.row), names.column(table.name, cell.column)
        place = row if len(table.columns) == 1 else f"{row}, {column}"
        return context.words.say(language(context), f"figures.why.{cell.why}", place=place, least=str(cell.least), most=most)

    rows = tuple(
        (names.row(table.name, row), tuple("–" if cell is None else str(cell) for cell in cells))
        for row, cells in zip(table.rows, table.cells, strict=False)
    )
    return PrintedTable(
        names.words(f"figures.{table.name}.title"),
        tuple(names.column(table.name, column) for column in table.columns),
        rows,
        tuple(why(cell) for cell in hidden if cell.table == table.name),
        table.too_few,
    )


def _named(context: ConsoleContext) -> Callable[[str], str]:
    return partial(period_in_words, context.words, language(context))


def _when(context: ConsoleContext) -> Any:
    return lambda at: stamp(context.deps.clock.local(at))
