"""The one place where parts are put together; time and the machine's folders come in here."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from msgspec import Struct
from werkzeug.exceptions import MethodNotAllowed, NotFound

from hotline import console, operations
from hotline.adapters.locks import ArgonPasswords, SystemTokenSource, TimeCodes
from hotline.adapters.meter import PrometheusMeter
from hotline.adapters.revoked import NAME as REVOKED
from hotline.adapters.revoked import RevokedFile
from hotline.adapters.rq import RqQueue
from hotline.adapters.seal import Seal
from hotline.adapters.spool import DiskSpool
from hotline.adapters.sql import SqlStore
from hotline.adapters.valkey import Breaker, ValkeyMemory, connect
from hotline.config import CONTENT, Config
from hotline.console.words import Words
from hotline.content.word_files.exchange import PoAndSheets
from hotline.engine.effects import Minute
from hotline.engine.times import EPOCH
from hotline.gateways.registry import Gateways, gateways
from hotline.ports.clock import Reading
from hotline.ports.store import StoreAway
from hotline.service import Hotline
from hotline.service.deps import Deps
from hotline.service.editions.cache import EditionCache, NoEdition, UnreadableEdition
from hotline.service.editions.snapshot import CompileSettings
from hotline.webhook import Hop

SPOOL_SLOTS = 4096
LARGEST_BODY = 8 * 1024
Door: TypeAlias = Literal["callers", "console"]
DOORS: Final[tuple[Door, ...]] = ("callers", "console")
"""What the web processes answer: the gateways' webhooks; everything else."""
_UNUSED: Any = None
"""Parts that no act of the shell asks for."""
_MIDNIGHT = datetime.combine(EPOCH, datetime.min.time())
"""The zero of local minutes."""
_STEADY: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux's counts sleep too."""
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@cache
def _boot() -> str:
    """Where the machine does not name its start, this process is one."""
    with suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return str(uuid4())


class SystemClock:
    """`hotline.ports.clock.Clock` over this machine's clock and a time zone of the tz database."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def now(self) -> int:
        return int(time.time())

    def reading(self) -> Reading:
        return Reading(_boot(), time.time_ns() // 1_000_000, time.clock_gettime_ns(_STEADY) // 1_000_000)

    def local(self, at: int) -> Minute:
        return (datetime.fromtimestamp(at, self._zone).replace(tzinfo=None) - _MIDNIGHT) // timedelta(minutes=1)

    def moment(self, minute: Minute) -> int:
        return int((_MIDNIGHT + timedelta(minutes=minute)).replace(tzinfo=self._zone).astimezone(UTC).timestamp())

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


class Assembly(Struct, frozen=True):
    """The use cases over the real adapters, and those parts that the web process needs beside them."""

    hotline: Hotline
    library: EditionCache
    spool: DiskSpool
    meter: PrometheusMeter
    seal: Seal
    gateways: Gateways

    def refresh(self) -> None:
        """What changes while a process that answers runs: the gateways' secrets, and what `Hotline.refresh` looks for. Raises what either does."""
        try:
            self.gateways.refresh()
        finally:
            self.hotline.refresh()


def assemble(config: Config, library: EditionCache | None = None) -> Assembly:
    """Put one process's parts together; they connect when first used. `library`: what this process has loaded already.

    Nothing here waits for the disk below `var`: spool and counts are opened when first used, which a worker never does.
    Raises NoEdition where there is nothing to say, KeysBroken for keys that cannot be used, ConfigError for a gateway that is not known.
    """
    var, seal = Path(config.var), Seal.from_text(config.keys)
    with suppress(OSError):  # the line goes on without what it would keep there, and says so
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
    revoked = revoked_file(config)
    store = open_store(config, seal, revoked)
    library = library or _load(config, store)
    spool = DiskSpool(var / "spool", seal, SPOOL_SLOTS, config.database_budget_ms / 1000)
    meter = PrometheusMeter(var / "metrics", time.monotonic)
    used = gateways(config)
    # One breaker for both: they are one server.
    client, breaker = connect(config.redis_url, config.redis_budget_ms), Breaker()
    deps = Deps(
        rules=config.rules,
        library=library,
        store=store,
        memory=ValkeyMemory(client, seal, breaker),
        spool=spool,
        queue=RqQueue(client, breaker),
        outgoing=used.outgoing,
        clock=SystemClock(config.timezone),
        hasher=seal,
        sealer=seal,
        meter=meter,
        revoked=revoked,
    )
    hotline = Hotline(deps, threads=config.web_threads)
    return Assembly(hotline, library, spool, meter, seal, used)


def build(config: Config, library: EditionCache | None = None) -> Hotline:
    """`assemble`, for a process that needs the use cases alone."""
    return assemble(config, library).hotline


def shell_deps(config: Config, *, speaking: bool = False) -> Deps:
    """What acts of the shell work with: the database and the queue alone, so that they can be run wherever the settings are. There need be no edition yet.

    `speaking`: somebody may be told of it, so that words are needed. Raises KeysBroken, StoreAway.
    """
    library, seal = EditionCache(_compile_settings(config)), Seal.from_text(config.keys)
    if speaking:
        with suppress(NoEdition):  # then nobody has asked for anything, and nobody is told
            library = load_library(config)
    return Deps(
        rules=config.rules,
        library=library,
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
    return SqlStore(config.database_url, seal or Seal.from_text(config.keys), config.database_budget_ms, revoked or revoked_file(config))


def revoked_file(config: Config) -> RevokedFile:
    """Where this machine writes down what must not be undone by a restore."""
    path = Path(config.revoked_file) if config.revoked_file else Path(config.var) / REVOKED
    return RevokedFile(path, config.database_budget_ms / 1000)


def build_again(config: Config, library: EditionCache | None) -> Hotline:
    """`assemble_again`, for a process that needs the use cases alone."""
    return assemble_again(config, library).hotline


def assemble_again(config: Config, library: EditionCache | None) -> Assembly:
    """`assemble`, for a process that may have been forked some time after the library was loaded: it looks whether there is anything new."""
    line = assemble(config, library)
    if library is not None:
        with suppress(StoreAway, OSError, UnreadableEdition):
            line.refresh()
    return line


def load_library(config: Config) -> EditionCache:
    """The editions, compiled, with no connection left open: for a process that will fork. Raises NoEdition."""
    store = open_store(config)
    try:
        return _load(config, store)
    finally:
        store.close()


def _load(config: Config, store: SqlStore) -> EditionCache:
    library = EditionCache.load(store, Path(config.var), SystemClock(config.timezone).now(), _compile_settings(config))
    library.warm()  # no transaction of any process waits for it: one writes at a time, and all others with it
    return library


def _compile_settings(config: Config) -> CompileSettings:
    rules = config.rules
    return CompileSettings(frozenset(config.raw_networks), rules.promise_minutes, rules.session_seconds, rules.sms_session_seconds)


def create_app(config: Config, door: Door, line: Assembly) -> Flask:
    """What is behind one door: the gateways' webhooks with the hop in front; or the console, and in the demo the phone page. The operators' addresses too.

    Somebody has to call `line.refresh` every second.
    """
    app = Flask("hotline", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    # A redirect would repeat the path, the secret with it; a 405 would tell that there is something.
    app.url_map.merge_slashes = False
    app.register_error_handler(MethodNotAllowed, lambda _error: NotFound().get_response())
    app.register_blueprint(operations.blueprint(line.hotline, line.meter, line.spool))
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

    words = Words.read(CONTENT / "locales", config.languages)
    return console.ConsoleContext(
        *(hotline.deps, words, ArgonPasswords(), TimeCodes(), SystemTokenSource(), config.console, PoAndSheets()),
        secure=not config.demo,
        sheets=DirectoryTables(),
    )
