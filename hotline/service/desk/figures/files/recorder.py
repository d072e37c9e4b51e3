"""Rows of GBVIMS's Incident Recorder: incidents that are tied to nothing, without what could find a woman."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

from hotline.engine.casework.incidents import type_of
from hotline.engine.times import EPOCH
from hotline.ports.desk.cases import Incident
from hotline.service.desk.figures.files.recorder_lists import COLUMNS, MENU_OF, TYPES, VALUES, YES, RecorderLanguage

RecorderValue: TypeAlias = str | int | date | None
RecorderRow: TypeAlias = tuple[RecorderValue, ...]

_PLACES: Final = {column.head.en: at for at, column in enumerate(COLUMNS)}
GBVIMS: Final = "gbvims"
"""As the answer to *reported*: who told a member of it is in its figures already."""


def may_leave(incident: Incident) -> bool:
    """Consent to be counted, nothing that ties it to a call, a type that is known, and not in GBVIMS already."""
    return (
        incident.figures and incident.callback is None and type_of(incident.codes) is not None and incident.codes.get("reported") != GBVIMS
    )


def heads(language: RecorderLanguage) -> tuple[str, ...]:
    return tuple(column.head.in_(language) for column in COLUMNS)


def menu_heads(language: RecorderLanguage) -> tuple[str, ...]:
    """Of the second sheet."""
    return tuple(COLUMNS[at].head.in_(language) for at in MENU_OF)


def rows(incidents: Iterable[Incident], language: RecorderLanguage) -> tuple[RecorderRow, ...]:
    """Those that may leave, in an order that follows from what is in a row alone, and numbered in it: neither tells when one was written down."""
    filled = sorted(
        (_row(incident, language) for incident in incidents if may_leave(incident)), key=lambda row: [str(value) for value in row]
    )
    return tuple((number, *row[1:]) for number, row in enumerate(filled, 1))


def _row(incident: Incident, language: RecorderLanguage) -> RecorderRow:
    row: list[RecorderValue] = [_value(incident.codes, column.of, language) for column in COLUMNS]
    day = EPOCH + timedelta(days=incident.day)
    row[_PLACES["DATE OF INTERVIEW"]] = day.replace(day=1)
    row[_PLACES["GBV TYPE"]] = TYPES[str(type_of(incident.codes))].in_(language)
    row[_PLACES["CONSENT GIVEN"]] = YES.in_(language)
    return tuple(row)


def _value(codes: Mapping[str, str], question: str | None, language: RecorderLanguage) -> str | None:
    said = VALUES[question].get(codes.get(question, "")) if question else None
    return None if said is None else said.in_(language)
