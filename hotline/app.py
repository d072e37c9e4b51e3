"""The one place where parts are put together; time and the machine's folders come in here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.exceptions import MethodNotAllowed, NotFound

from hotline import console, operations
from hotline.adapters.backup.revoked import NAME as REVOKED
from hotline.adapters.backup.revoked import RevokedFile
from hotline.adapters.keys.day_keeper import DayKeeper
from hotline.adapters.keys.day_keys import DaySecrets
from hotline.adapters.keys.keyring import PURPOSES, KeysBroken
from hotline.adapters.keys.seal import DropMark, Seal
from hotline.adapters.locks import ArgonPasswords, SystemTokenSource, TimeCodes
from hotline.adapters.machine import RENEW_SECONDS, SCARCE_BYTES, certificate_seconds, free_bytes
from hotline.adapters.meter import PrometheusMeter
from hotline.adapters.programs import Programs
from hotline.adapters.rq import RqQueue
from hotline.adapters.spool import DiskSpool
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.revisions import chain
from hotline.adapters.valkey import Breaker, ValkeyMemory, connect
from hotline.config import CONTENT, Config
from hotline.console.words import Words
from hotline.content.word_files.exchange import PoAndSheets
from hotline.engine.effects import Minute
from hotline.engine.times import EPOCH
from hotline.gateways.partner_webhook import PartnerWebhook
from hotline.gateways.registry import Gateways, gateways
from hotline.ports.clock import Reading
from hotline.ports.machine import MachineState
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import WebhookOut
from hotline.ports.store import StoreAway
from hotline.service import Hotline
from hotline.service.deps import Deps
from hotline.service.editions.cache import EditionCache, NoEdition, UnreadableEdition
from hotline.service.editions.snapshot import CompileSettings
from hotline.service.upkeep.machine_alarms import MachineAlarm, MachineAlarms, missing
from hotline.webhook import Hop

PATIENCE_MS = 20_000
"""For the database, where no caller waits for the answer."""
SPOOL_SLOTS = 4096
LARGEST_BODY = 8 * 1024
FrontDoorName: TypeAlias = Literal["callers", "console"]
DOORS: Final[tuple[FrontDoorName, ...]] = ("callers", "console")
"""What the web processes answer: the gateways' webhooks; everything else."""
ProcessRole: TypeAlias = Literal["callers", "console", "worker", "clock", "shell"]
"""What a process is for."""
ROOM_ALONE: Final = ("testimony", "factor", "cookie")
"""Purposes whose keys only the console is handed, and the shell."""
_UNUSED: Any = None
"""Parts that no act of the shell asks for."""
_MIDNIGHT = datetime.combine(EPOCH, datetime.min.time())
"""The zero of local minutes."""
_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux's counts sleep too."""


def _steady() -> int:
    """Milliseconds of the clock that nobody sets."""
    return time.clock_gettime_ns(_STEADY) // 1_000_000


_BEGUN: Final = time.time()
_BEGUN_STEADY: Final = _steady()
"""When this process began, or the one that it was forked from: by either clock."""
DROPPED: Final = "keys-dropped"
"""In `var`, made by `hotline seal`."""
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@cache
def _named_boot() -> str:
    """The machine's name for its own start; empty where it has none."""
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return ""


@cache
def _boot() -> str:
    """Where the machine does not name its start, this process is one."""
    return _named_boot() or str(uuid4())


class SystemClock:
    """`hotline.ports.clock.Clock` over this machine's clock and a time zone of the tz database."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def now(self) -> int:
        return int(time.time())

    def reading(self) -> Reading:
        return Reading(_boot(), time.time_ns() // 1_000_000, _steady())

    def local(self, at: int) -> Minute:
        return (datetime.fromtimestamp(at, self._zone).replace(tzinfo=None) - _MIDNIGHT) // timedelta(minutes=1)

    def moment(self, minute: Minute) -> int:
        return int((_MIDNIGHT + timedelta(minutes=minute)).replace(tzinfo=self._zone).astimezone(UTC).timestamp())

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


class Assembly(Struct, frozen=True):
    """The use cases over the real adapters, and those parts that the web process needs beside them."""

    hotline: Hotline
    editions: EditionCache
    spool: DiskSpool
    meter: PrometheusMeter
    seal: Seal
    gateways: Gateways
    day_keeper: DayKeeper | None
    """Where this process opens callers' numbers because it places calls."""
    programs: Programs
    role: ProcessRole

    def tend_days(self) -> None:
        """Make, use and destroy the days' keys; meant for every few seconds. Raises StoreAway, OSError."""
        if self.day_keeper is not None:
            self.day_keeper.tend(self.hotline.deps.clock.now())

    def show_itself(self) -> None:
        """Tell whoever upgrades that this program works on the tables; meant for every ten seconds. Raises MemoryAway."""
        self.programs.show(chain()[-1], self.role, time.time())

    def refresh(self) -> None:
        """What changes while a process that answers runs: the keys, the gateways' secrets, and what `Hotline.refresh` looks for. Raises what any of them does."""
        with ExitStack() as last_first:
            last_first.callback(self.hotline.refresh)
            last_first.callback(self.gateways.refresh)
            last_first.callback(self.seal.refresh)

    def tick(self) -> None:
        """A second of the clock process. Raises what `Hotline.tick` does, and KeysBroken and OSError for keys that changed and cannot be used."""
        with ExitStack() as last_first:
            last_first.callback(self.hotline.tick)
            last_first.callback(self.seal.refresh)


def assemble(config: Config, editions: EditionCache | None = None, role: ProcessRole = "shell") -> Assembly:
    """Put one process's parts together; they connect when first used. `editions`: what this process has loaded already; `role`: what it is for, by which it is
    handed its keys.

    Nothing here waits for the disk below `var`: spool and counts are opened when first used, which a worker never does.
    Raises NoEdition where there is nothing to say, KeysBroken for keys that cannot be used, ConfigError for a gateway that is not known.
    """
    var, seal = Path(config.var), open_seal(config, role)
    with suppress(OSError):  # the line goes on without what it would keep there, and says so
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
    revoked = revoked_file(config)
    store = open_store(config, seal, revoked)
    editions = editions or _load(config, store)
    spool = DiskSpool(var / "spool", seal, SPOOL_SLOTS, config.database_budget_ms / 1000)
    # One breaker for both: they are one server.
    client, breaker = connect(config.redis_url, config.redis_budget_ms), Breaker()
    memory = ValkeyMemory(client, seal, breaker)
    used = gateways(config, memory)
    meter = PrometheusMeter(var / "metrics", time.monotonic, tuple(door.name for door in used.doors))
    deps = Deps(
        rules=config.rules,
        editions=editions,
        store=store,
        memory=memory,
        spool=spool,
        queue=RqQueue(client, breaker),
        outgoing=replace(used.outgoing, webhook=_partner_webhook(config)),
        clock=SystemClock(config.timezone),
        hasher=seal,
        sealer=seal,
        meter=meter,
        revoked=revoked,
    )
    hotline = Hotline(deps, config.web_threads, config.database_budget_ms)
    keeper = DayKeeper(store, seal.days, deps.today) if role == "callers" and seal.days is not None else None
    return Assembly(hotline, editions, spool, meter, seal, used, keeper, Programs(client, breaker), role)


def _partner_webhook(config: Config) -> WebhookOut | None:
    url = config.rules.figures_webhook_url
    return None if url is None else PartnerWebhook(url, config.figures_webhook_secret)


def shell_deps(config: Config, *, speaking: bool = False) -> Deps:
    """What acts of the shell work with: the database and the queue alone, so that they can be run wherever the settings are. There need be no edition yet.

    `speaking`: somebody may be told of it, so that words are needed. Raises KeysBroken, StoreAway.
    """
    config = replace(config, database_budget_ms=PATIENCE_MS)
    editions, seal = EditionCache(_compile_settings(config)), open_seal(config)
    if speaking:
        with suppress(NoEdition):  # then nobody has asked for anything, and nobody is told
            editions = load_editions(config)
    return Deps(
        rules=config.rules,
        editions=editions,
        store=open_store(config, seal),
        memory=_UNUSED,
        spool=_UNUSED,
        queue=RqQueue(connect(config.redis_url, config.redis_budget_ms)),
        outgoing=_UNUSED,
        clock=SystemClock(config.timezone),
        hasher=seal,
        sealer=seal,
        meter=_UNUSED,
    )


def open_store(config: Config, seal: Seal | None = None, revoked: RevokedFile | None = None) -> SqlStore:
    """`revoked`: the file apart, where this process has it in hand already."""
    return SqlStore(config.database_url, seal or open_seal(config), config.database_budget_ms, revoked or revoked_file(config))


def revoked_file(config: Config) -> RevokedFile:
    """Where this machine writes down what must not be undone by a restore."""
    path = Path(config.revoked_file) if config.revoked_file else Path(config.var) / REVOKED
    return RevokedFile(path, config.database_budget_ms / 1000)


def open_seal(config: Config, role: ProcessRole = "shell", *, opens_numbers: bool = False) -> Seal:
    """The keys of a role. A process that answers `/voice` opens callers' numbers, and the console where it shows them; no other is handed the days' keys,
    unless it is `opens_numbers`. Raises KeysBroken."""
    opens = opens_numbers or role == "callers" or (role == "console" and config.rules.calling == "reveal")
    purposes = [purpose for purpose in PURPOSES if role in ("console", "shell") or purpose not in ROOM_ALONE]
    days = day_secrets(config) if opens else None
    if config.keys_file is None:
        return Seal.from_text(config.keys, purposes, days).heed(drop_mark(config))
    try:
        return Seal.from_file(Path(config.keys_file), purposes, days).heed(drop_mark(config))
    except OSError:
        raise KeysBroken("the file cannot be read") from None


def drop_mark(config: Config) -> DropMark:
    """By which this machine's processes are told to drop the keys."""
    return DropMark(Path(config.var) / DROPPED, _BEGUN, _named_boot(), _BEGUN_STEADY, _steady)


def local_day(config: Config, at: int) -> date:
    """The line's own day at that second."""
    return EPOCH + timedelta(minutes=SystemClock(config.timezone).local(at))


def day_secrets(config: Config) -> DaySecrets:
    """The folder of the days' keys, and the one that has them twice."""
    return DaySecrets(day_keys_folder(config), Path(config.var) / config.day_keys_copy if config.day_keys_copy else None)


def day_keys_folder(config: Config) -> Path:
    """Where they lie: below `HOTLINE_VAR`, where the setting does not say from where."""
    return Path(config.var) / config.day_keys


def build_again(config: Config, editions: EditionCache | None, role: ProcessRole = "worker") -> Hotline:
    """`assemble_again`, for a process that needs the use cases alone."""
    return assemble_again(config, editions, role).hotline


def assemble_again(config: Config, editions: EditionCache | None, role: ProcessRole) -> Assembly:
    """`assemble`, for a process that may have been forked some time after its editions were loaded: it looks whether there is anything new."""
    line = assemble(config, editions, role)
    if editions is not None:
        with suppress(StoreAway, OSError, UnreadableEdition):
            line.refresh()
    return line


def load_editions(config: Config) -> EditionCache:
    """The editions, compiled, with no connection left open: for a process that will fork. Raises NoEdition."""
    store = open_store(config)
    try:
        return _load(config, store)
    finally:
        store.close()


def _load(config: Config, store: SqlStore) -> EditionCache:
    editions = EditionCache.load(store, Path(config.var), SystemClock(config.timezone).now(), _compile_settings(config))
    editions.warm()  # no transaction of any process waits for it: one writes at a time, and all others with it
    return editions


def _compile_settings(config: Config) -> CompileSettings:
    rules = config.rules
    return CompileSettings(frozenset(config.raw_networks), rules.promise_minutes, rules.session_seconds, rules.sms_session_seconds)


def create_app(config: Config, door: FrontDoorName, line: Assembly) -> Flask:
    """What is behind one door: the gateways' webhooks with the hop in front; or the console, and in the demo the phone page. The operators' addresses too.

    Somebody has to call `line.refresh` every second.
    """
    app = Flask("hotline", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    # A redirect would repeat the path, the secret with it; a 405 would tell that there is something.
    app.url_map.merge_slashes = False
    app.register_error_handler(MethodNotAllowed, lambda _error: NotFound().get_response())
    clock = SystemClock(config.timezone)
    app.register_blueprint(
        operations.blueprint(line.hotline, line.meter, line.spool, lambda: _machine_state(config, line.seal, clock.now()))
    )
    if door == "callers":
        _answer_callers(app, line)
    else:
        console.install(app, _room(config, line.hotline))
        if config.demo:
            from hotline.demo import phone  # noqa: PLC0415 -- production does not even load it
            from hotline.demo.environment import passwords_secret  # noqa: PLC0415
            from hotline.demo.people import factors, ring_digits  # noqa: PLC0415

            secret = passwords_secret(Path(config.var))
            digits = {} if config.rules.alerts == "sms" else ring_digits(secret)
            app.register_blueprint(phone.blueprint(config.account(), factors(secret), digits, config.demo_vendor))
    return app


def machine_watch(config: Config, line: Assembly, process: Literal["clock", "callers"]) -> Callable[[], None]:
    """What looks, once, whether whoever keeps the machines has to be told something, and tells."""
    alarms, clock = MachineAlarms(f"{process} {_boot()} {os.getpid()}"), SystemClock(config.timezone)

    def look() -> None:
        at = clock.now()
        alarms.look(line.hotline.deps, alarms_seen_by(process, config, line, at), at)

    return look


def alarms_seen_by(process: Literal["clock", "callers"], config: Config, line: Assembly, at: int) -> list[MachineAlarm]:
    """What is wrong just now and this process's to tell: the clock's tells of all but itself, of which callers' does."""
    found = (*line.hotline.machine_alarms(), *_not_shown(line, at), *_alarms_here(config, at))
    return [alarm for alarm in found if (alarm == "clock") == (process == "callers")]


def _not_shown(line: Assembly, at: int) -> Iterator[MachineAlarm]:
    with suppress(MemoryAway):  # which is told; of the processes nobody knows anything then
        yield from missing(program.part for program in line.programs.seen(at))


def _alarms_here(config: Config, at: int) -> Iterator[MachineAlarm]:
    try:
        if free_bytes(Path(config.var)) < SCARCE_BYTES:
            yield "disk"
    except OSError:
        yield "disk"
    left = seconds_left(config, at)
    if left is not None and left < RENEW_SECONDS:
        yield "certificate"


def _machine_state(config: Config, seal: Seal, at: int) -> MachineState:
    """Keys that were dropped are none of the line's any more."""
    return MachineState(seconds_left(config, at), {} if seal.is_dropped else seal.ring.ages(at))


def seconds_left(config: Config, at: int) -> int | None:
    """For how long the proxy's certificate is good. Returns None where nothing is said of it, or where it cannot be read."""
    with suppress(OSError, ValueError):
        return certificate_seconds(Path(config.certificate_file), at) if config.certificate_file else None
    return None


def _answer_callers(app: Flask, line: Assembly) -> None:
    for views in line.gateways.views(line.hotline, line.meter):
        app.register_blueprint(views)
    app.wsgi_app = Hop(  # type: ignore[method-assign]
        app.wsgi_app,
        line.hotline,
        line.gateways.doors,
        meter=line.meter,
        hasher=line.seal,
        broken=line.hotline.broken,
        seconds=time.monotonic,
    )


def _room(config: Config, hotline: Hotline) -> console.ConsoleContext:
    from hotline.content.directory_files.exchange import DirectoryTables  # noqa: PLC0415 -- workbooks: no process that answers callers loads them
    from hotline.content.figure_files.workbooks import OpenpyxlWorkbooks  # noqa: PLC0415

    words = Words.read(CONTENT / "locales", config.languages)
    return console.ConsoleContext(
        *(hotline.deps, words, ArgonPasswords(), TimeCodes(), SystemTokenSource(), config.console, PoAndSheets()),
        secure=not config.demo,
        sheets=DirectoryTables(),
        workbooks=OpenpyxlWorkbooks(),
        is_demo=config.demo,
    )
