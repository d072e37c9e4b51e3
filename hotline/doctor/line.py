"""The line as it is: what its database says of keys, audit, edition, numbers and people; and this machine's parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct

from hotline.adapters.backup.revoked import can_be_written
from hotline.adapters.keys.day_keeper import LOST_SECONDS
from hotline.adapters.keys.seal import KeysBroken, SealBroken
from hotline.adapters.programs import Programs
from hotline.adapters.rq import RqQueue
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.leftovers import vacuums_after
from hotline.adapters.sql.revisions import TablesUnfit, chain, due, reached, refuse_unfit
from hotline.adapters.valkey import ValkeyMemory, connect
from hotline.app import SystemClock, day_keys_folder, local_day, open_seal, open_store, revoked_file
from hotline.config import Config, ConfigError
from hotline.doctor.finding import Finding, Level, listed
from hotline.doctor.machine import certificate, disk, programs, short_memory, spool, workers
from hotline.engine.check.critical import pending_words
from hotline.engine.flow import Sources
from hotline.engine.freshness import has_lapsed, is_confirmed
from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.gateways.registry import gateways
from hotline.ports.editions.editions import EditionRow
from hotline.ports.store import StoreAway, Transaction
from hotline.service.desk import backup_state
from hotline.service.editions.directory_numbers import numbers
from hotline.service.editions.snapshot import decode
from hotline.service.wall_clock import jumped_by

SOON_DAYS: Final = 14


class DoctorContext(Struct, frozen=True):
    """What the looks share."""

    config: Config
    at: int
    store: SqlStore
    memory: ValkeyMemory


def look(config: Config, at: int) -> Iterator[Finding]:
    """Every look at a line whose settings were read: a finding each. What depends on something that is away is left out; that it is away is said once."""
    yield Finding("settings", "ok", "every setting can be read")
    try:
        seal = open_seal(config)
    except KeysBroken as broken:
        yield Finding("keys", "bad", str(broken))
        return
    client = connect(config.redis_url, config.redis_budget_ms)
    memory, queue = ValkeyMemory(client, seal), RqQueue(client)
    line = DoctorContext(config, at, open_store(config, seal), memory)
    try:
        yield (database := _database(config))
        if database.level == "ok":
            yield from vacuum(config)
            for within in (_keys, _day_keys, _audit, _wall_clock, _restored, _backups, _edition, _words, _numbers, _staff, _gateways):
                yield from _asked(line, within)
    finally:
        line.store.close()
    yield from short_memory(memory)
    yield from workers(queue)
    yield from programs(Programs(client), chain()[-1], at)
    yield from spool(Path(config.var) / "spool", seal)
    yield from disk(Path(config.var))
    yield from certificate(config.certificate_file, at)


def active(tx: Transaction, at: int) -> tuple[EditionRow, Sources] | None:
    """The edition in force and its sources. Returns None if there is none, or none that this program can read."""
    row = tx.editions.active(at)
    try:
        return (row, decode(row.sources)) if row else None
    except DecodeError:
        return None


def _asked(line: DoctorContext, look: Callable[[DoctorContext, Transaction], Iterator[Finding]]) -> list[Finding]:
    try:
        with line.store.read() as tx:
            return list(look(line, tx))
    except StoreAway as away:
        return [Finding("database", "bad", f"stopped answering ({away})")]
    except SealBroken:
        return []  # said of the keys already


def _database(config: Config) -> Finding:
    path = config.database_url.removeprefix("sqlite:///")
    if path != config.database_url and not Path(path).exists():
        return Finding("database", "bad", "there is none yet (hotline db upgrade)")
    try:
        here = reached(config.database_url, config.database_budget_ms)
    except StoreAway as away:
        return Finding("database", "bad", f"does not answer within its budget ({away})")
    if here is None:
        return Finding("database", "bad", "has no tables yet (hotline db upgrade)")
    try:
        refuse_unfit(here)
    except TablesUnfit as unfit:
        return Finding("database", "bad", str(unfit))
    if here not in chain():
        return Finding("database", "ok", f"answers; its tables are of a newer version ({here}), beside which this one works")
    left = due(here, chain())
    return (
        Finding("database", "warn", f"answers; {', '.join(left)} is left to be done (hotline db upgrade, then --finish)")
        if left
        else Finding("database", "ok", "answers, its tables are current")
    )


def vacuum(config: Config) -> Iterator[Finding]:
    """Does PostgreSQL let go of what was erased? Nothing is said of SQLite, which does at once."""
    try:
        after = vacuums_after(config.database_url, config.database_budget_ms)
    except StoreAway:
        return
    if after is None:
        yield Finding(
            "vacuum", "bad", "PostgreSQL never makes room (autovacuum is off): what was erased stays on its disk (deploy/postgresql.conf)"
        )
    elif after:
        text = f"PostgreSQL makes room after {after} deleted rows alone: on a quiet line erased numbers stay for days"
        yield Finding("vacuum", "warn", f"{text} (autovacuum_vacuum_threshold; deploy/postgresql.conf)")


def _gateways(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    """What each can do, and what became of what it was handed, as long as that is kept."""
    try:
        used = gateways(line.config, line.memory)
    except ConfigError as wrong:
        yield from (Finding("gateways", "bad", fault) for fault in wrong.faults)
        return
    posts = tx.figures.counts(line.at).gateways
    for parts in used.all:
        able = [what for what, part in (("USSD", parts.door), ("SMS", parts.sms), ("calls", parts.voice)) if part is not None]
        sent, lost = (sum(posts.get((parts.name, state), 0) for state in states) for states in (("sent",), ("failed", "unknown")))
        level: Level = "warn" if lost > sent else "ok"
        yield Finding("gateways", level, f"{parts.name}: {', '.join(able)}; {sent} handed over lately, {lost} not, or nobody knows")


def _keys(line: DoctorContext, _: Transaction) -> Iterator[Finding]:
    """Opens whatever is sealed, one after another."""
    opened, closed = line.store.openable()
    if closed:
        yield Finding("keys", "bad", f"a key that sealed something is missing: {closed} in the database do not open")
    else:
        yield Finding(
            "keys",
            "ok",
            f"{opened} things lie sealed in the database, all of them open" if opened else "usable; nothing lies sealed in the database",
        )


def _day_keys(line: DoctorContext, _: Transaction) -> Iterator[Finding]:
    """The pairs under which callers' numbers lie, and the folder of their secret halves, which is not looked into: it may be another user's."""
    days = line.store.day_keys()
    used = next((day for day in days if day.state == "used"), None)
    lost, over = (sum(day.state == state for day in days) for state in ("lost", "over"))
    if used is None:
        yield Finding("day keys", "warn", "none is used yet: the process that answers callers makes it when it begins")
    elif line.at - used.held_at >= LOST_SECONDS:
        yield Finding(
            "day keys",
            "bad",
            f"for {_age(line.at - used.held_at)} no process has had the secret half of {used.day}: does one answer callers?",
        )
    elif lost:
        yield Finding("day keys", "bad", f"{lost} lost: what was to be rung under them closed as missed and stands before a supervisor")
    else:
        yield Finding("day keys", "ok", f"{used.day} seals callers' numbers; earlier ones that are still needed: {over}")
    if not line.config.demo and day_keys_folder(line.config).resolve().is_relative_to(Path(line.config.var).resolve()):
        yield Finding("day keys", "warn", "HOTLINE_DAY_KEYS lies in HOTLINE_VAR: whoever copies the one has the other, a backup too")


def _audit(_: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    broken = tx.audit.broken_at()
    if broken is None:
        yield Finding("audit", "ok", f"the chain holds, {tx.audit.count()} lines")
    else:
        yield Finding(
            "audit", "bad", f"line {broken} does not follow from the one before: changed, taken out, or written under another hash key"
        )


def _wall_clock(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    ahead = jumped_by(tx.clocks.readings(), SystemClock(line.config.timezone).reading())
    if not ahead:
        yield Finding("wall clock", "ok", "this machine's clock goes on from where it was")
        return
    way = "ahead" if ahead > 0 else "back"
    text = f"this machine's clock went {_age(abs(ahead))} {way}: nothing ends and nothing is erased until it is set right"
    yield Finding("wall clock", "bad", f"{text}, or somebody says that it is (hotline time trust)")


def _restored(_: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    hold = tx.backups.hold()
    if hold is None:
        return
    if hold.whole:
        yield Finding(
            "restored", "bad", "the line is held: it promises nothing and rings nobody until a person has looked (hotline held look)"
        )
    else:
        yield Finding("restored", "bad", "a restore was broken off, or is at work: type the same hotline restore again, and it goes on")


def _backups(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    """Where no key is set none is meant to be made; that is said before the line goes live (`golive.py`)."""
    if not can_be_written(revoked_file(line.config).path):
        yield Finding("revoked", "bad", "the file of stops cannot be written: a restore would undo what is stopped from now on")
    if line.config.backup_recipient:
        yield from freshness("backup", tx, line.at)


def freshness(name: str, tx: Transaction, at: int) -> Iterator[Finding]:
    """How old the last good backup is, and the last drill that went well."""
    found = backup_state.state(tx, at)
    for what, kept, how in (("backup", found.backup, "hotline backup"), ("drill", found.drill, "hotline drill")):
        failed = f"; the last {what} failed" if kept.failed else ""
        if kept.at is None:
            yield Finding(name, "bad", f"no {what} ever went well ({how}){failed}")
        else:
            level: Level = "bad" if kept.is_late or kept.failed else "ok"
            yield Finding(
                name, level, f"the last good {what} is {_age(at - kept.at)} old{', which is overdue' if kept.is_late else ''}{failed}"
            )


def _edition(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    found, row = active(tx, line.at), tx.editions.active(line.at)
    if row is None:
        yield Finding("edition", "bad", "none is in force: the line has nothing to say (hotline content publish)")
        return
    if found is None:
        yield Finding("edition", "bad", f"edition {row.number} is in force, and this version of the program cannot read it")
        return
    newest = tx.editions.all()[0].number
    coming = f"; edition {newest} is about to be" if newest > row.number else ""
    yield Finding("edition", "ok", f"edition {row.number} is in force, {_age(line.at - row.active_from)} old{coming}")
    if (Path(line.config.var) / "editions" / f"{row.number}.json").exists():
        yield Finding("copies", "ok", "this machine could start while the database is away")
    else:
        yield Finding("copies", "warn", "this machine has no copy of the edition in force: without the database it could not start")
    proposals = tx.editions.proposals()
    if proposals:
        yield Finding("proposals", "warn", f"{len(proposals)} waiting for a second person (hotline content list)")


def _words(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    found = active(tx, line.at)
    if found is None:
        return
    grave, elsewhere = pending_words(found[1])
    if grave:
        yield Finding(
            "words", "warn", f"{len(grave)} messages on urgent, callback and stop screens that nobody has reviewed; {elsewhere} elsewhere"
        )
    else:
        yield Finding("words", "ok", f"urgent, callback and stop screens are reviewed; {elsewhere} messages elsewhere are not")


def _numbers(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    found = active(tx, line.at)
    if found is None:
        return
    now = numbers(found[1], tx.editions.withdrawals(), local_day(line.config, line.at), SOON_DAYS)
    if now.emergency:
        yield Finding("emergency", "ok", f"verified numbers for emergencies: {len(now.emergency)}")
    else:
        level: Level = "warn" if line.config.demo else "bad"
        yield Finding("emergency", level, "NO VERIFIED EMERGENCY NUMBER: callers in danger are shown none (hotline directory verify)")
    if now.soon:
        yield Finding("numbers", "warn", f"go stale within {SOON_DAYS} days: {listed(now.soon)}")
    else:
        yield Finding("numbers", "ok", f"{len(now.shown)} shown, none goes stale within {SOON_DAYS} days")
    if now.off:
        yield Finding("dark", "warn", f"in the edition and off the screens: {listed(tuple(f'{id} ({why})' for id, why in now.off))}")
    day = local_day(line.config, line.at)
    placed = [item for item in found[1].items if item.list == "services" and "place" in item.fields]
    unconfirmed = tuple(item.id for item in placed if not is_confirmed(item) or has_lapsed(item, day))
    if unconfirmed:
        yield Finding("places", "warn", f"{len(unconfirmed)} of {len(placed)} places shown as to be confirmed (hotline directory confirm)")


def _staff(line: DoctorContext, tx: Transaction) -> Iterator[Finding]:
    """Who can call, by language; who is told of hard calls; who is told of words and numbers."""
    staff, planned = tx.staff.active(), {shift.staff for shift in tx.shifts.all() if not shift.off}
    for language in line.config.languages:
        counselors = [row for row in staff if row.role == "counselor" and language in row.speaks]
        on = sum(row.id in planned for row in counselors)
        text = f"counselors: {len(counselors)}, with shifts: {on}"
        yield Finding(f"staff {language}", "ok" if on else "bad", text if on else f"{text}; every call in it is turned down")
    supervisors = sum(row.role == "supervisor" for row in staff)
    yield (
        Finding("supervisor", "ok", f"{supervisors}")
        if supervisors
        else Finding("supervisor", "bad", "none: what nobody takes is told to nobody")
    )
    if line.config.rules.supervised:
        on_call = sum(row.is_on_call(line.at) for row in staff)
        yield (
            Finding("supervision", "ok", f"on call: {on_call}")
            if on_call
            else Finding(
                "supervision", "warn", "CLOSED: no supervisor said that she is on call, nobody is promised a call (ICI by SMS, or the page)"
            )
        )
    operators = sum(row.role == "operator" for row in staff)
    yield (
        Finding("operator", "ok", f"{operators}")
        if operators
        else Finding("operator", "warn", "none: that a number went dark is told to the supervisors, if to anyone")
    )


def _age(seconds: int) -> str:
    days, hours = seconds // DAY_SECONDS, seconds // HOUR_SECONDS
    return f"{days} days" if days > 1 else f"{hours} h" if hours > 1 else f"{max(seconds, 0) // 60} min"
