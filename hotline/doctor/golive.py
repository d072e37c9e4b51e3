"""What must be done before women dial: the coordinator's list, checked as far as a machine can see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.app import day_secrets, local_day, open_store
from hotline.config import Config
from hotline.doctor.finding import Finding, Level, listed
from hotline.doctor.host import clock, clock_state, swap_here
from hotline.doctor.line import active, freshness
from hotline.doctor.outside import seen_from_outside
from hotline.doctor.redis_access import redis_access
from hotline.doctor.roster import covered
from hotline.doctor.signed import Signature, signatures
from hotline.engine.check.critical import pending_words
from hotline.engine.flow import Sources
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import CALLING, Staff
from hotline.ports.store import StoreAway, Transaction
from hotline.service.calls.by_ring.reach import MOST_WRONG
from hotline.service.editions.directory_numbers import numbers

GUIDE: Final = "docs/coordination.md"
NETWORKS: Final = ("orange", "malitel", "telecel")
"""Those of Mali, MCC 610: each bills, or does not, by rules of its own."""
YEAR: Final = timedelta(days=366)
"""For so long a signature holds."""
NO_EDITION: Final = "no edition is in force"

Check: TypeAlias = Callable[["Point", "Seen"], Iterator[Finding]]


class Point(Struct, frozen=True):
    """One point of the list. `heading`: that of the coordinator's guide under which it is described."""

    id: str
    heading: str
    check: Check | None = None
    """How a machine sees it. If None, people sign for it in golive.yml."""
    signed: tuple[str, ...] = ()
    """What they sign for: the id, or the id once for each of these."""
    also: Check | None = None
    """What a machine sees of it beside their signature."""

    @property
    def by_people(self) -> bool:
        return self.check is None


class Seen(Struct, frozen=True):
    """What the points are judged by."""

    config: Config
    at: int
    staff: tuple[Staff, ...]
    shifts: tuple[Shift, ...]
    sources: Sources | None
    """Of the edition in force."""
    emergency: tuple[str, ...]
    rung: frozenset[str] = frozenset()
    """Ids of those whom the line may ring: they have two digits."""
    backups: tuple[Finding, ...] = ()
    uncopied: tuple[str, ...] = ()
    """The days whose keys the second folder lacks, though numbers are sealed, or will be tomorrow, under them."""


def ready(config: Config, at: int, root: Path) -> Iterator[Finding]:
    """A finding for each point, and for each fault of `root`/golive.yml, which people sign. `people`: nobody has signed."""
    today = local_day(config, at)
    signed, faults = signatures(root, today, {point.id: point.signed for point in POINTS if point.by_people})
    yield from (Finding("golive.yml", "bad", str(fault)) for fault in faults)
    store = open_store(config)
    try:
        with store.read() as tx:
            seen = _seen(config, at, today, tx)
        secrets = day_secrets(config)
        days = (day.day for day in store.day_keys() if day.state in {"used", "next"})
        seen = replace(seen, uncopied=tuple(day for day in days if not secrets.is_copied(day)))
    except StoreAway:
        yield Finding("database", "bad", "does not answer, or has no tables yet (hotline doctor)")
        return
    finally:
        store.close()
    for point in POINTS:
        yield from _signed(point, signed, today) if point.check is None else point.check(point, seen)
        yield from point.also(point, seen) if point.also else ()


def _seen(config: Config, at: int, today: date, tx: Transaction) -> Seen:
    found = active(tx, at)
    emergency = numbers(found[1], tx.editions.withdrawals(), today).emergency if found else ()
    staff = tx.staff.active()
    rung = frozenset(row.id for row in staff if (digits := tx.staff_rings.digits(row.id)) is not None and digits.wrong < MOST_WRONG)
    return Seen(config, at, staff, tx.shifts.all(), found[1] if found else None, emergency, rung, tuple(freshness("", tx, at)))


def _said(point: Point, level: Level, text: str) -> Finding:
    return Finding(point.id, level, f"{point.heading}: {text}")


def _roster(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.sources is None:
        yield _said(point, "bad", NO_EDITION)
        return
    for language in seen.config.languages:
        counselors = [row for row in seen.staff if row.role == "counselor" and language in row.speaks]
        yield _hours(point, seen, counselors, language)


def _on_call(point: Point, seen: Seen) -> Iterator[Finding]:
    supervisors = [row for row in seen.staff if row.role == "supervisor"]
    if not supervisors:
        yield _said(point, "bad", "there is none (hotline user add --role supervisor)")
    elif seen.sources is None:
        yield _said(point, "bad", NO_EDITION)
    else:
        yield _hours(point, seen, supervisors, "supervisors")
    if not seen.config.rules.supervised:
        yield _said(point, "warn", "HOTLINE_SUPERVISED=0: calls are promised though nobody said that she is on call")


def _hours(point: Point, seen: Seen, people: Iterable[Staff], who: str) -> Finding:
    parts = seen.sources.parts if seen.sources else ()
    return _said(point, *covered(seen.config, seen.at, parts, people, seen.shifts, who))


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


def _backups(point: Point, seen: Seen) -> Iterator[Finding]:
    """Made every night, tried out every month; and what a restore must not undo lies on another disk than the database."""
    if not seen.config.backup_recipient:
        yield _said(point, "bad", "no key is set (hotline keys backup, HOTLINE_BACKUP_RECIPIENT)")
    else:
        yield from (_said(point, found.level, found.text) for found in seen.backups)
    if not seen.config.revoked_file:
        yield _said(point, "bad", "the file of stops lies in HOTLINE_VAR, with the rest: a lost disk takes it along (HOTLINE_REVOKED_FILE)")
    yield _copied(point, seen)


def _copied(point: Point, seen: Seen) -> Finding:
    """Would whoever is restored after a lost disk still open the numbers of those who wait?"""
    copy, var = seen.config.day_keys_copy, Path(seen.config.var)
    if copy is None:
        return _said(point, "warn", "HOTLINE_DAY_KEYS_COPY is empty: a lost disk takes the days' keys along, and a restore rings nobody")
    if (var / copy).resolve().is_relative_to(var.resolve()):
        return _said(point, "bad", "HOTLINE_DAY_KEYS_COPY lies in HOTLINE_VAR, with the rest: a lost disk takes it along")
    if seen.uncopied:
        text = f"the key of {listed(seen.uncopied)} is not in HOTLINE_DAY_KEYS_COPY, or is not seen there: a restore rings nobody"
        return _said(point, "bad", text)
    return _said(point, "ok", "the days' keys have a copy of their own")


def _kind(point: Point, seen: Seen) -> Iterator[Finding]:
    if seen.config.database_url.startswith("sqlite"):
        yield _said(point, "warn", "SQLite: one machine, and whatever that machine holds; PostgreSQL for more")
    else:
        yield _said(point, "ok", "PostgreSQL")


def _senders(seen: Seen) -> Iterator[tuple[str, str]]:
    """What SMS come from by each gateway that the line uses, by its setting."""
    at, kannel, orange = seen.config.at, seen.config.kannel, seen.config.orange
    if at is not None:
        yield "HOTLINE_AT_SENDER", at.sender
    if kannel is not None:
        yield "HOTLINE_KANNEL_SENDER", kannel.sender
    if orange is not None:
        yield "HOTLINE_ORANGE_SENDER_NAME", orange.sender_name or ""


def _answers(point: Point, seen: Seen) -> Iterator[Finding]:
    """Can whoever hears of a call answer by the way that the alert names? A name for a sender cannot be written to, whatever the phone offers."""
    rules, calling = seen.config.rules, [row for row in seen.staff if row.role in CALLING]
    named = [setting for setting, sender in _senders(seen) if any(letter.isalpha() for letter in sender)]
    if rules.staff_replies == "sender" and named:
        yield _said(
            point,
            "bad",
            f"HOTLINE_STAFF_REPLIES=sender, and {listed(tuple(named))} is a name, which nobody can answer: give the number or short code that takes SMS,"
            " or none, with HOTLINE_ALERTS=ring",
        )
        return
    unheard = tuple(row.alias for row in calling if rules.alerts != "sms" and row.id not in seen.rung)
    if unheard:
        yield _said(
            point, "warn", f"HOTLINE_ALERTS={rules.alerts}, and without two digits, so that no ring reaches them: {listed(unheard)}"
        )
    elif rules.staff_replies == "none" and rules.alerts == "sms":
        yield _said(point, "warn", "HOTLINE_STAFF_REPLIES=none and HOTLINE_ALERTS=sms: whoever has no page at hand takes no call")
    else:
        yield _said(point, "ok", f"HOTLINE_ALERTS={rules.alerts}, HOTLINE_STAFF_REPLIES={rules.staff_replies}")


def _helped(point: Point, seen: Seen) -> Iterator[Finding]:
    """Does anybody hear of a machine that fails?"""
    if seen.config.rules.technicians:
        yield _said(point, "ok", f"{len(seen.config.rules.technicians)} told by SMS")
    else:
        yield _said(point, "warn", "HOTLINE_TECHNICIANS is empty: only a Prometheus with deploy/prometheus.rules.yml would tell somebody")


def _host(point: Point, _: Seen) -> Iterator[Finding]:
    yield _said(point, *swap_here())
    yield _said(point, *clock(clock_state()))


def _outside(point: Point, seen: Seen) -> Iterator[Finding]:
    for level, text in seen_from_outside(seen.config.console.console_url, seen.config.bind, seen.config.gateways, seen.at):
        yield _said(point, level, text)


def _memory(point: Point, seen: Seen) -> Iterator[Finding]:
    for level, text in redis_access(seen.config.redis_url, seen.config.redis_budget_ms):
        yield _said(point, level, text)


def _complaints(point: Point, seen: Seen) -> Iterator[Finding]:
    """The name itself is shown on the staff's own page."""
    if not seen.config.console.complaints:
        yield _said(point, "bad", "nobody is named (HOTLINE_COMPLAINTS)")


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


POINTS: Final = (
    Point("G1", "Le tableau de service couvre les heures offertes, dans chaque langue", _roster),
    Point("G2", "Une superviseuse d'astreinte", _on_call),
    Point("G3", "Des numéros d'urgence vérifiés, de jour et de nuit", _emergency),
    Point("G4", "Les mots d'urgence, d'appel et d'arrêt sont relus", _critical),
    Point("G5", "Tous les mots sont relus par une personne dont c'est la langue", _review),
    Point("G6", "La ligne n'est pas une démonstration", _demo),
    Point("G7", "Deux personnes pour publier", _two),
    Point("G8", "La base de données est choisie", _kind),
    Point("G9", "Un essai sans crédit sur chaque réseau", signed=NETWORKS),
    Point("G10", "L'avis d'un juriste sur les mineures"),
    Point("G11", "L'avis d'un juriste sur les données"),
    Point("G12", "La réponse à une demande de l'État"),
    Point("G13", "Les plaintes vont à une personne hors de l'équipe", also=_complaints),
    Point("G14", "Les partenaires ont accepté les orientations"),
    Point("G15", "L'équipe peut répondre aux alertes", _answers),
    Point("G16", "Une machine en panne appelle à l'aide", _helped),
    Point("G17", "La mémoire ne va sur aucun disque, et l'heure est juste", _host),
    Point("G18", "De dehors, on ne voit que ce qu'il faut", _outside),
    Point("G19", "La ligne est sauvegardée, et la sauvegarde essayée", _backups),
    Point("G20", "La mémoire courte de la ligne n'est ouverte qu'à elle", _memory),
)
"""The ids stay: people sign by them."""
