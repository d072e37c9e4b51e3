"""The roster against the hours that are offered: which of the week to come nobody has planned to take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from hotline.engine.effects import Minute
from hotline.engine.flow import DayPart
from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules.planned import MinuteSpan, merged, planned_spans, without
from hotline.service.calls.rules.skill import takes
from hotline.service.deps import Deps

SUPERVISION: Final = "supervision"
"""Stands where a language would: hours in which no supervisor is planned, where the line needs one."""


def uncovered_hours(deps: Deps, at: int) -> dict[str, tuple[MinuteSpan, ...]]:
    """For each language of the line, what it offers in the seven days to come and nobody has planned to take; the same of `SUPERVISION`.

    Raises StoreAway.
    """
    with deps.store.read() as tx:
        people, shifts = tx.staff.active(), tx.shifts.all()
    return uncovered_of(deps, people, shifts, at)


def uncovered_of(deps: Deps, people: Sequence[Staff], shifts: tuple[Shift, ...], at: int) -> dict[str, tuple[MinuteSpan, ...]]:
    """`uncovered_hours`, for whoever has read staff and shifts already."""
    edition, local = deps.written, deps.clock.local
    hours = tuple(edition.parts.values())
    teams = {language: [staff for staff in people if takes(staff, language)] for language in edition.languages}
    if deps.rules.supervised:
        teams[SUPERVISION] = [staff for staff in people if staff.role == "supervisor"]
    own = {staff.id: tuple(planned_spans(staff, shifts, at, local)) for staff in people}
    planned = {of: merged(span for staff in team for span in own[staff.id]) for of, team in teams.items()}
    return {of: uncovered(hours, spans, local(at))[0] for of, spans in planned.items()}


def uncovered(hours: tuple[DayPart, ...], spans: tuple[MinuteSpan, ...], now: Minute) -> tuple[tuple[MinuteSpan, ...], int]:
    """Of the hours that the parts of the day offer in the seven days to come, those that no planned span holds; and how many minutes are offered.

    All in local minutes.
    """
    offered = merged(
        (max(day * DAY_MINUTES + part.start, now), day * DAY_MINUTES + part.end)
        for day in range(now // DAY_MINUTES, now // DAY_MINUTES + DAYS_AHEAD)
        for part in hours
        if day * DAY_MINUTES + part.end > now
    )
    gaps = offered
    for span in spans:
        gaps = without(gaps, span)
    return gaps, sum(end - start for start, end in offered)


def by_day(spans: Iterable[MinuteSpan]) -> Iterator[tuple[int, Minute, Minute]]:
    """Cut at midnight: the local day, from and to in minutes of it."""
    for start, end in spans:
        for day in range(start // DAY_MINUTES, (end - 1) // DAY_MINUTES + 1):
            yield day, max(start - day * DAY_MINUTES, 0), min(end - day * DAY_MINUTES, DAY_MINUTES)
