"""The version of before beside this one, on one database, one Redis and one machine's folder: web, workers and clock of both, as in a restart of one part after the other.
Then a version after this one, by both of its steps: the version is made up, what it does to the tables is done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import inspect
from werkzeug.serving import make_server

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.processes import bound
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.schema import upgrade_beside
from hotline.demo.people import counselors
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.server import create_standin
from hotline.demo.standin.server import serve as serve_vendor
from tests.postgres import postgres, postgres_url  # noqa: F401 -- fixtures
from tests.system import one_program
from tests.system.one_program import OneProgram, Silent
from tests.test_upgrade import lay_down_next

pytest_plugins = ["tests.valkey"]
pytestmark = pytest.mark.system
BEFORE = "8770e16291a1eb89094ef8c530fa043e229ef598"
"""The version of before this one: put the commit of a release here when the next one is begun."""
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
"""Only how long a failure takes."""
SECRET, KEY = "0123456789abcdef0123456789abcdef", "key-of-the-test"
CODE, COVER = "*123#", "+22370000900"
COUNSELOR = counselors()[0].number
ASKING = ("+22370000002", "+22370000003")
ASKING_AFTER = "+22370000004"
TAKEN = "tint"
"""A column of `staff` that the next version takes away, as one that this one alone used."""


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the version of before, out of the repository's own history: nothing is fetched."""
    folder = tmp_path_factory.mktemp("before")
    packed = subprocess.run(["git", "-C", ROOT, "archive", BEFORE, "hotline", "flows", "locales"], capture_output=True, check=False)
    if packed.returncode:
        why = f"the history that is at hand does not reach back to {BEFORE[:12]}: {packed.stderr.decode().strip()}"
        is_whole = (
            b"false" in subprocess.run(["git", "-C", ROOT, "rev-parse", "--is-shallow-repository"], capture_output=True, check=False).stdout
        )
        (pytest.fail if is_whole and "CI" in os.environ else pytest.skip)(why)
    subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
    return folder


class Other:
    """`OneProgram` of another version, in a process of its own."""

    def __init__(self, files: Path) -> None:
        command = bound([sys.executable, one_program.__file__])
        env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | {"PYTHONPATH": str(files)}
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=files)

    def of(self, settings: dict[str, str]) -> Callable[[str], Any]:
        def ask(what: str) -> Any:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            print(json.dumps([settings["HOTLINE_DATABASE_URL"], what, settings]), file=self.process.stdin, flush=True)
            return json.loads(self.process.stdout.readline())

        return ask

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        with self.process:
            assert self.process.wait(SECONDS) == 0


@pytest.fixture(scope="session")
def program_before(before: Path) -> Iterator[Other]:
    running = Other(before)
    yield running
    running.end()


@pytest.fixture(scope="session")
def program_after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Other]:
    folder = tmp_path_factory.mktemp("after")
    lay_down_next(folder, TAKEN)
    for words in ("flows", "locales"):
        (folder / words).symlink_to(ROOT / words)
    running = Other(folder)
    yield running
    running.end()


class Both:
    """Both versions behind one address, which hands what comes to one and the other in turn, as a proxy does while parts are started again; and their vendor."""

    def __init__(self, var: Path, database: str, redis: str, program: Other) -> None:
        self.turns = count()
        self.front = make_server("127.0.0.1", 0, self._forward, threaded=True, request_handler=Silent)
        self.vendor = create_standin(
            f"http://127.0.0.1:{self.front.server_port}", SECRET, VendorAccount("sante", KEY, CODE, COVER), 3600.0, here=()
        )
        self.serving_vendor = serve_vendor("127.0.0.1", 0, self.vendor)
        for server in (self.front, self.serving_vendor):
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.settings = {
            "HOTLINE_VAR": str(var),
            "HOTLINE_DAY_KEYS": str(var.with_name("days")),
            "HOTLINE_DATABASE_URL": database,
            "HOTLINE_REDIS_URL": redis,
            "HOTLINE_DATABASE_BUDGET_MS": "5000",
            "HOTLINE_REDIS_BUDGET_MS": "5000",
            "HOTLINE_KEYS": new_keys(),
            "HOTLINE_AT_USERNAME": "sante",
            "HOTLINE_AT_API_KEY": KEY,
            "HOTLINE_AT_SECRET": SECRET,
            "HOTLINE_AT_BASE_URL": f"http://127.0.0.1:{self.serving_vendor.server_port}",
            "HOTLINE_AT_SENDER": "SANTE",
            "HOTLINE_AT_COVER_NUMBER": COVER,
            "HOTLINE_AT_SERVICE_CODES": CODE,
            "HOTLINE_TWO_PEOPLE": "0",
            "HOTLINE_SUPERVISED": "0",
        }
        self.before = program.of(self.settings)
        this = OneProgram(self.settings)
        self.this = lambda what: getattr(this, what)()
        self.before("make")
        self.left = upgrade_beside(database, Seal.from_text(self.settings["HOTLINE_KEYS"]))
        self.ports = (self.before("start"), self.this("start"))
        self.before("look")

    @property
    def standin(self) -> Standin:
        return self.vendor.extensions["standin"]

    def _forward(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, answer = self.post(self.ports[next(self.turns) % 2], environ["PATH_INFO"], body)
        start_response(f"{status} ", [("Content-Type", "text/plain")])
        return [answer]

    def post(self, port: int, path: str, body: bytes) -> tuple[int, bytes]:
        with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
            connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            response = connection.getresponse()
            return response.status, response.read()

    def hop(self, which: int, session: str, number: str, text: str) -> str:
        """Of the version of before (0) or of this one (1)."""
        form = {"sessionId": session, "serviceCode": CODE, "phoneNumber": number, "networkCode": "61002", "text": text}
        status, answer = self.post(self.ports[which], f"/at/{SECRET}/ussd", urlencode(form).encode())
        assert status == 200
        return answer.decode()

    def store(self) -> SqlStore:
        return SqlStore(self.settings["HOTLINE_DATABASE_URL"], Seal.from_text(self.settings["HOTLINE_KEYS"]), 20_000)

    def open(self) -> int:
        """How many callbacks are."""
        with closing(self.store()) as store, store.read() as tx:
            return len(tx.callbacks.all_open())

    def end(self) -> None:
        self.standin.close()
        for server in (self.front, self.serving_vendor):
            server.shutdown()
            server.server_close()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path, valkey: str, program_before: Other) -> Iterator[Both]:
    database = f"sqlite:///{tmp_path}/hotline.db" if request.param == "sqlite" else request.getfixturevalue("postgres").create("beside")
    running = Both(tmp_path / "var", database, valkey, program_before)
    yield running
    running.end()


def rung(both: Both, number: str, clock: Callable[[str], Any], worker: Callable[[str], Any]) -> None:
    """What this caller asked for is offered by one version's clock and sent by one version's worker; the counselor takes it, connects the two and says how it ended,
    whichever version answers."""
    phones = both.standin.phones
    known = len(phones.look(COUNSELOR).messages)
    clock("tick")
    assert worker("work") >= 1
    phones.until(COUNSELOR, lambda phone: len(phone.messages) > known, SECONDS)
    both.standin.send_sms(COUNSELOR, "1")
    again(lambda: worker("work") >= 0 and phones.until(COUNSELOR, lambda phone: phone.call is not None, 0.1).call is not None)
    assert both.standin.answer(COUNSELOR)
    phones.until(COUNSELOR, lambda phone: phone.call is not None and phone.call.asked, SECONDS)
    both.standin.press(COUNSELOR, "1")
    call = phones.until(number, lambda phone: phone.call is not None, SECONDS).call
    assert call is not None
    assert call.number == COVER
    both.standin.hang_up(number)
    phones.until(COUNSELOR, lambda phone: phone.call is None or phone.call.state == "over", SECONDS)
    for phone in (COUNSELOR, number):
        both.standin.hang_up(phone)
    both.standin.send_sms(COUNSELOR, "1")
    again(lambda: both.open() == 0)


def again(holds: Callable[[], bool]) -> None:
    """Until it holds: what an SMS does in the end tells nobody here."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_callers_walk_through_both(both: Both, program_after: Other) -> None:
    """A session goes on from one version to the other, a request that either keeps is kept once by both, and what one keeps the other rings. What this one kept
    and began on the tables of the next one's first step goes on once that one has taken away, by its second, what this one used."""
    assert both.left == ()
    screens = [both.hop(turn % 2, "walk", "+22370000001", "*".join("41"[:turn])) for turn in range(3)]
    assert screens == [both.hop(1 - turn % 2, "walk", "+22370000001", "*".join("41"[:turn])) for turn in range(3)]
    for which, number in enumerate(ASKING):
        this, other = (both.before, both.this)[which], (both.this, both.before)[which]
        kept = both.hop(which, f"asks{which}", number, "5*5")
        assert kept.startswith("CON Noté")
        assert (both.hop(1 - which, f"asks{which}", number, "5*5"), both.open()) == (kept, 1)
        rung(both, number, clock=other, worker=(other, this)[which])

    with closing(both.store()) as store, store.write() as tx:
        tx._connection.exec_driver_sql(f"ALTER TABLE staff ADD COLUMN {TAKEN} INTEGER")
    after = program_after.of(both.settings)
    assert after("beside") == ["9002.1"]
    kept = both.hop(1, "asks-after", ASKING_AFTER, "5*5")
    after("finish")
    with closing(both.store()) as store, store.read() as tx:
        columns = {column["name"] for column in inspect(tx._connection).get_columns("staff")}
    assert (TAKEN in columns, "shade" in columns) == (False, True)
    both.ports = (after("start"),) * 2
    assert screens == [both.hop(0, "walk", "+22370000001", "*".join("41"[:turn])) for turn in range(3)]
    assert (both.hop(0, "asks-after", ASKING_AFTER, "5*5"), both.open()) == (kept, 1)
    rung(both, ASKING_AFTER, clock=after, worker=after)
