"""What has to stand in the database before the line can answer: its tables, a first edition, in the demo its people."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.revisions import reached, refuse_unfit
from hotline.app import SystemClock, load_editions, open_seal, open_store, shell_deps
from hotline.config import CONTENT, Config
from hotline.content import read_sources
from hotline.engine.check import said
from hotline.engine.flow import Fault
from hotline.engine.quarters import Span
from hotline.engine.times import DAY_SECONDS, EPOCH, HOUR_SECONDS
from hotline.ports.editions.editions import FIRST_START
from hotline.ports.store import Store, StoreAway
from hotline.service.acts import By, run
from hotline.service.deps import Deps
from hotline.service.desk.figures.published import QUARTER
from hotline.service.editions.publication import FaultySources, publish

TWO: Final = ("fanta", "djeneba")
"""Who of the demo prepares figures, and who lets them out."""
ON_CALL_SECONDS: Final = HOUR_SECONDS
"""How long the demo's supervisor is on call after a start; the stand-in says so again for her long before, as it does for counselors."""


def publish_files(store: Store, root: Path, languages: tuple[str, ...], by: str, at: int, active_from: int) -> int:
    """Publish what lies in `root` as the next edition and return its number. Raises FaultySources and StoreAway."""
    sources, faults = read_sources(root, languages)
    grave = tuple(fault for fault in faults if fault.grave)
    if sources is None or grave:
        raise FaultySources(grave)
    return publish(store, sources, by, at, active_from)


def publish_first(config: Config, store: Store) -> None:
    """Publish the files that came with the program, unless there is an edition or two people must see to the first one. Raises FaultySources and StoreAway.

    Processes that start at once take turns on this machine; on another one the edition's number, unique in the database, lets only one of them.
    """
    if config.two_people:
        return
    with _turn(Path(config.var)):
        with store.read() as tx:
            if tx.editions.all():
                return
        now = SystemClock(config.timezone).now()
        publish_files(store, CONTENT, config.languages, FIRST_START, now, now)


def prepare(config: Config) -> None:
    """See to it that a process of the line finds tables that it can work with, and an edition. Raises TablesUnfit, FaultySources and NoEdition; the database may be
    away."""
    with suppress(StoreAway):
        here = reached(config.database_url, config.database_budget_ms)
        if here is not None:
            refuse_unfit(here)
    store = open_store(config)
    with suppress(StoreAway):  # or another machine has just published
        publish_first(config, store)
    with suppress(StoreAway), store.read() as tx:
        if tx.editions.active(SystemClock(config.timezone).now()) is not None:
            return
    load_editions(config)  # this machine's copy serves meanwhile, if there is one


@contextmanager
def _turn(var: Path) -> Iterator[None]:
    """Where the folder cannot be used nobody takes turns: the edition's number is unique in the database."""
    with ExitStack() as stack:
        with suppress(OSError):
            var.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = stack.enter_context((var / "prepare.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare_demo(config: Config) -> None:
    """Make the demo's database ready, again and again the same. Raises SystemExit where the files cannot be published."""
    from hotline.adapters.sql.schema import PATIENCE_MS, upgrade  # noqa: PLC0415 -- and alembic with it, which no other process needs

    seal = open_seal(config)
    upgrade(config.database_url, seal=seal)
    store = open_store(replace(config, database_budget_ms=PATIENCE_MS), seal)  # no caller waits yet
    try:
        publish_first(config, store)
    except FaultySources as refused:
        tell(refused.faults)
        raise SystemExit(1) from None
    now = SystemClock(config.timezone).now()
    with store.write() as tx:
        tx.clocks.forget()  # it may have lain still for days
    _settle_people(store, now)
    _settle_accounts(store, seal, Path(config.var), now)
    _settle_year(config, store)


def _settle_people(store: SqlStore, now: int) -> None:
    """Make the demo's staff, present, the supervisor on call; whatever else was changed of one of them stays. Shifts are made once."""
    from hotline.demo.people import shifts, staff  # noqa: PLC0415 -- production does not even load it

    with store.write() as tx:
        for person in staff(now // DAY_SECONDS):
            on_call_until = now + ON_CALL_SECONDS if person.role == "supervisor" else None
            tx.staff.save(replace(tx.staff.get(person.id) or person, seen_at=now, on_call_until=on_call_until))
        planned = tx.shifts.all()
        for shift in shifts():
            if shift not in planned:
                tx.shifts.add(shift)


def _settle_accounts(store: SqlStore, seal: Seal, var: Path, now: int) -> None:
    """Give each of them an account with a first password, and two digits to whoever is rung, made once by chance. An account or a one-time link that is there already stays."""
    from hotline.adapters.locks import ArgonPasswords  # noqa: PLC0415
    from hotline.demo.environment import passwords_secret  # noqa: PLC0415
    from hotline.demo.people import PEOPLE, passwords, working  # noqa: PLC0415
    from hotline.ports.calls.staff_rings import RingDigits  # noqa: PLC0415
    from hotline.ports.desk.accounts import Account  # noqa: PLC0415
    from hotline.service.calls.by_ring.reach import hashed  # noqa: PLC0415

    with store.read() as tx:
        settled = {*tx.accounts.all(), *tx.accounts.invites(now)}
    hashes = ArgonPasswords()
    secret = passwords_secret(var)
    fresh = {id: hashes.hash(password) for id, password in passwords(secret).items() if id not in settled}
    factors = {person.id: person.factor(secret) for person in PEOPLE}
    with store.write() as tx:
        for id, password in fresh.items():
            tx.accounts.save(Account(id, password, factors[id]))
        for person in working():
            if tx.staff_rings.digits(person.id) is None:
                tx.staff_rings.save_digits(RingDigits(person.id, hashed(seal, person.id, person.digits(secret))))


def _settle_year(config: Config, store: SqlStore) -> None:
    """Let out the figures of a year that never was, once: counted, suppressed, prepared by one of the demo's people and let out by another, as any others.

    Where these two work here no more, or something real stands in its way, there are none.
    """
    from hotline.demo import year as made_up  # noqa: PLC0415 -- production does not even load it
    from hotline.service.desk.figures.preparing import CannotPrepare  # noqa: PLC0415

    with store.read() as tx:
        known = tx.releases.releases()
    if any(release.letter == made_up.LETTER and QUARTER.fullmatch(release.period) is None for release in known):
        return
    deps, silent = shell_deps(config, speaking=True), shell_deps(config)
    year = made_up.past_year((deps.today(deps.clock.now()) - EPOCH).days)
    with store.write() as tx:
        for incident in made_up.incidents(year):
            tx.cases.save_incident(incident)
        tx.retention.add_past(made_up.counts(year, config.languages))
    with suppress(CannotPrepare):
        for period in (*Span(year).quarters, Span(year)):
            _let_out(deps, silent, str(period), made_up.LETTER)


def _let_out(deps: Deps, silent: Deps, period: str, letter: str) -> None:
    """By two of the demo's people. `silent`: by these nobody is told. Raises CannotPrepare."""
    from hotline.demo.people import PEOPLE  # noqa: PLC0415
    from hotline.service.desk.figures.preparing import decide  # noqa: PLC0415
    from hotline.service.desk.figures.releasing import prepare_release, release_figures  # noqa: PLC0415

    first, second = (By(person.id, "page") for person in PEOPLE if person.alias in TWO)
    prepared = run(silent, first, prepare_release, decide(deps, period, deps.clock.now()))
    if "release" in prepared.values:
        run(silent, second, release_figures, int(prepared.values["release"]), decide(deps, period, deps.clock.now()), letter)


def tell(faults: tuple[Fault, ...]) -> None:
    """Faults on stderr, a line each."""
    sys.stderr.writelines(f"{line}\n" for line in said(faults))
