"""What must stand before women dial: the coordinator's list, checked as far as a machine can see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from hotline.app import SystemClock, open_store
from hotline.config import Config
from hotline.doctor.finding import Finding, Level, listed
from hotline.doctor.line import active
from hotline.doctor.signed import Signature, signatures
from hotline.engine.critical import pending_words
from hotline.engine.flow import Part, Sources
from hotline.ports import Shift, Staff, StoreAway, Transaction
from hotline.service.coverage import DAY, DAYS_AHEAD, THURSDAY, Span, merged, planned_spans
from hotline.service.numbers import numbers

GUIDE: Final = "docs/coordination.md"
NETWORKS: Final = ("orange", "malitel", "telecel")
"""Those of Mali, MCC 610: each bills, or does not, by rules of its own."""
YEAR: Final = timedelta(days=366)
"""For so long a signature holds."""
NO_EDITION: Final = "no edition is in force"
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Point(Struct, frozen=True):
    """One point of the list. `heading`: that of the coordinator's guide under which it is described."""

    id: str
    heading: str
    signed: tuple[str, ...] = ()
    """What people sign for in golive.yml: the id, or the id once for each of these."""
    by_people: bool = False


POINTS: Final = (
    Point("G1", "Le tableau de service couvre les heures offertes, dans chaque langue"),
    Point("G2", "Une superviseuse d'astreinte"),
    Point("G3", "Des numéros d'urgence vérifiés, de jour et de nuit"),
    Point("G4", "Les mots d'urgence, d'appel et d'arrêt sont relus"),
    Point("G5", "Tous les mots sont relus par une personne dont c'est la langue"),
    Point("G6", "La ligne n'est pas une démonstration"),
    Point("G7", "Deux personnes pour publier"),
    Point("G8", "La base de données est choisie"),
    Point("G9", "Un essai sans crédit sur chaque réseau", NETWORKS, by_people=True),
    Point("G10", "L'avis d'un juriste sur les mineures", by_people=True),
    Point("G11", "L'avis d'un juriste sur les données", by_people=True),
    Point("G12", "La réponse à une demande de l'État", by_people=True),
    Point("G13", "Les plaintes vont à une personne hors de l'équipe", by_people=True),
    Point("G14", "Les partenaires ont accepté les orientations", by_people=True),
)
"""The ids stay: people sign by them."""


class Seen(Struct, frozen=True):
    """What the points are judged by."""

    config: Config
    at: int
    today: date
    staff: tuple[Staff, ...]
    shifts: tuple[Shift, ...]
    sources: Sources | None
    """Of the edition in force."""
    emergency: tuple[str, ...]


def ready(config: Config, at: int, root: Path) -> Iterator[Finding]:
    """A finding for each point, and for each fault of `root`/golive.yml, which people sign. `people`: nobody has signed."""
    clock = SystemClock(config.timezone)
    today = date(1970, 1, 1) + timedelta(minutes=clock.local(at))
    signed, faults = signatures(root, today, {point.id: point.signed for point in POINTS if point.by_people})
    yield from (Finding("golive.yml", "bad", str(fault)) for fault in faults)
    store = open_store(config)
    try:
        with store.read() as tx:
            seen = _seen(config, at, today, tx)
    except StoreAway:
        yield Finding("database", "bad", "does not answer, or has no tables yet (hotline doctor)")
        return
    finally:
        store.close()
    for point in POINTS:
        yield from _signed(point, signed, today) if point.by_people else CHECKS[point.id](point, seen)


def uncovered(parts: tuple[Part, ...], spans: tuple[Span, ...], now: int) -> tuple[tuple[Span, ...], int]:
    """Of the hours that the parts of the day offer in the seven days to come, those that no planned span holds; and how many minutes are offered.

    All in local minutes; `spans` merged.
    """
    offered = merged(
        (max(day * DAY + part.start, now), day * DAY + part.end)
        for day in range(now // DAY, now // DAY + DAYS_AHEAD)
        for part in parts
        if day * DAY + part.end > now
    )
    gaps: list[Span] = []
    for start, end in offered:
        reached = start
        for first, last in spans:
            if last > reached and first < end:
                if first > reached:
                    gaps.append((reached, first))
                reached = last
        if reached < end:
            gaps.append((reached, end))
    return tuple(gaps), sum(end - start for start, end in offered)


def _seen(config: Config, at: int, today: date, tx: Transaction) -> Seen:
    found = active(tx, at)
    emergency = numbers(found[1], tx.darkened(), today).emergency if found else ()
    return Seen(config, at, today, tx.all_staff(), tx.shifts(), found[1] if found else None, emergency)


def _said(point: Point, level: Level, text: str) -> Finding:
    return Finding(f"{point.id}", level, f"{point.heading}: {text}")


def _roster(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.sources is None:
        yield _said(point, "bad", NO_EDITION)
        return
    for language in seen.config.languages:
        hers = [each for each in seen.staff if each.role == "counselor" and language in each.speaks]
        yield _said(point, *_covered(seen, seen.sources.parts, hers, language))


def _on_call(point: Point, seen: Seen) -> Iterator[Finding]:
    supervisors = [each for each in seen.staff if each.role == "supervisor"]
    if not supervisors:
        yield _said(point, "bad", "there is none (hotline user add --role supervisor)")
    else:
        yield _said(point, *_covered(seen, seen.sources.parts if seen.sources else (), supervisors, "supervisors"))


def _covered(seen: Seen, parts: tuple[Part, ...], people: list[Staff], who: str) -> tuple[Level, str]:
    clock = SystemClock(seen.config.timezone)
    spans = merged(span for each in people for span in planned_spans(each, seen.shifts, seen.at, clock.local))
    gaps, offered = uncovered(parts, spans, clock.local(seen.at))
    if not spans:
        return "bad", f"{who}: nobody has a shift in the week to come"
    if not gaps:
        return "ok", f"{who}: all {offered // 60} hours of the week to come"
    missing = sum(end - start for start, end in gaps)
    return (
        "warn",
        f"{who}: {missing // 60} h {missing % 60:02d} of {offered // 60} h in the week to come with nobody: {listed(tuple(map(_span, gaps)))}",
    )


def _emergency(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.emergency:
        yield _said(point, "ok", f"{len(seen.emergency)} on the line")
    else:
        yield _said(point, "bad", "NO VERIFIED EMERGENCY NUMBER is on the line (hotline directory verify)")


def _critical(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.sources is None:
        yield _said(point, "bad", NO_EDITION)
        return
    grave, _ = pending_words(seen.sources)
    places = listed(tuple(fault.message.partition(":")[0] for fault in grave))
    yield _said(point, "bad", f"{len(grave)} are pending: {places}") if grave else _said(point, "ok", "none is pending")


def _review(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.sources is None:
        yield _said(point, "bad", NO_EDITION)
        return
    for language, messages in seen.sources.words.items():
        pending = sum(message.review == "pending" for message in messages)
        yield _said(point, "warn" if pending else "ok", f"{language}: {pending} of {len(messages)} messages pending")


def _demo(point: Point, seen: Seen) -> Iterator[Finding]:
    yield _said(point, "bad", "HOTLINE_DEMO=1") if seen.config.demo else _said(point, "ok", "HOTLINE_DEMO=0")


def _two(point: Point, seen: Seen) -> Iterator[Finding]:
    yield _said(point, "ok", "HOTLINE_TWO_PEOPLE=1") if seen.config.two_people else _said(point, "bad", "HOTLINE_TWO_PEOPLE=0")


def _kind(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.config.database_url.startswith("sqlite"):
        yield _said(point, "warn", "SQLite: one machine, and whatever that machine holds; PostgreSQL for more")
    else:
        yield _said(point, "ok", "PostgreSQL")


CHECKS: Final[Mapping[str, Callable[[Point, Seen], Iterator[Finding]]]] = {
    "G1": _roster,
    "G2": _on_call,
    "G3": _emergency,
    "G4": _critical,
    "G5": _review,
    "G6": _demo,
    "G7": _two,
    "G8": _kind,
}


def _signed(point: Point, signed: Mapping[tuple[str, str], Signature], today: date) -> Iterator[Finding]:
    for part in point.signed or ("",):
        name = f"{part}: " if part else ""
        found = signed.get((point.id, part))
        if found is None:
            yield _said(point, "people", f"{name}by people, {GUIDE}")
        elif today - found.on > YEAR:
            yield _said(point, "warn", f"{name}{found.who}, {found.on}: longer than a year ago")
        else:
            yield _said(point, "ok", f"{name}{found.who}, {found.on}")


def _span(span: Span) -> str:
    start, end = span
    return f"{_DAYS[(start // DAY + THURSDAY) % 7]} {_clock(start % DAY)}-{_clock(end % DAY or DAY)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
