"""Released figures as files: a workbook, CSV with HXL's hashtags, JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, found, language, run_each_time
from hotline.ports.figures.releases import Release
from hotline.service.desk.casework.services import regions
from hotline.service.desk.figures import sharing
from hotline.service.desk.figures.files import document, hxl
from hotline.service.desk.figures.files.document import NamedLanguage
from hotline.service.desk.figures.files.naming import FigureNames
from hotline.service.desk.figures.sharing import FileFormat

TYPES: Final[dict[FileFormat, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/partners/<int:number>.<any(xlsx, csv, json):kind>")
    def release_file(number: int, kind: FileFormat) -> Response:
        """Each time it is taken stands in the audit. What is withdrawn is there no more."""
        release = sharing.released(context.deps, number)
        if release is None:
            abort(HTTPStatus.NOT_FOUND)
        found(run_each_time(context, sharing.take_release, number, kind))
        name = f"{release.period}-{number}.{kind}"
        return Response(
            _data(context, release, kind), content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )


def _data(context: ConsoleContext, release: Release, kind: FileFormat) -> bytes:
    spoken = language(context)
    names = FigureNames(partial(context.words.say_or, spoken), regions(context.deps))
    at = release.released_at or 0
    figures = document.document(release, NamedLanguage(spoken, names), context.deps.today(at), is_made_up=context.is_demo)
    match kind:
        case "xlsx":
            return context.workbooks.xlsx(figures, names.words, datetime.fromtimestamp(at, UTC).replace(tzinfo=None))
        case "csv":
            return hxl.as_csv(figures)
        case _:
            return document.as_json(figures)
