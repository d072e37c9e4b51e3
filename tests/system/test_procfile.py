"""Production's processes, one by one as in the Procfile, on PostgreSQL and a Redis server by settings alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from hotline.adapters.keys.keyring import read_keys
from hotline.adapters.keys.seal import Seal, SealBroken, new_keys
from hotline.adapters.processes import bound
from hotline.adapters.sql import SqlStore
from hotline.demo.people import counselors
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.phones import Phone, Sms
from hotline.demo.standin.server import create_standin, serve
from hotline.demo.words import read_here
from hotline.ports.calls.callbacks import Callback
from hotline.up import held_port
from tests.postgres import postgres, postgres_url  # noqa: F401 -- fixtures

pytest_plugins = ["tests.valkey"]
pytestmark = pytest.mark.system
SECONDS = 120
"""Only how long a failure takes."""
CALLER, COVER, CODE = "+22370000001", "+22370000900", "*123#"
SECRET, KEY = "0123456789abcdef0123456789abcdef", "key-of-the-test"
COUNSELOR = counselors()[0]
PROCFILE = Path(__file__).resolve().parents[2] / "Procfile"


class Line:
    """The Procfile's processes and the vendor that they talk to."""

    def __init__(self, var: Path, port: int, database: str, redis: str) -> None:
        self.address = f"127.0.0.1:{port}"
        self.keys, self.days = var.parent / "keys", var.parent / "days"
        self.keys.touch(0o600)
        self.keys.write_text(new_keys())
        self.app = create_standin(f"http://{self.address}", SECRET, VendorAccount("sante", KEY, CODE, COVER), 3600.0, here=())
        self.server = serve("127.0.0.1", 0, self.app)
        self.serving = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.serving.start()
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | {
            "HOTLINE_VAR": str(var),
            "HOTLINE_DATABASE_BUDGET_MS": "5000",
            "HOTLINE_REDIS_BUDGET_MS": "2000",
            "HOTLINE_BIND": self.address,
            "HOTLINE_DATABASE_URL": database,
            "HOTLINE_REDIS_URL": redis,
            "HOTLINE_KEYS_FILE": str(self.keys),
            "HOTLINE_DAY_KEYS": str(self.days),
            "HOTLINE_AT_USERNAME": "sante",
            "HOTLINE_AT_API_KEY": KEY,
            "HOTLINE_AT_SECRET": SECRET,
            "HOTLINE_AT_BASE_URL": f"http://127.0.0.1:{self.server.server_port}",
            "HOTLINE_AT_SENDER": "SANTE",
            "HOTLINE_AT_COVER_NUMBER": COVER,
            "HOTLINE_AT_SERVICE_CODES": CODE,
            "HOTLINE_SUPERVISED": "0",
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def standin(self) -> Standin:
        return self.app.extensions["standin"]

    def program(self, *command: str) -> list[str]:
        """What is typed for a command of the line's."""
        return [sys.executable, "-m", "hotline", *command]

    def run(self, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One command to its end."""
        return subprocess.run(
            self.program(*command),
            env=self.env,
            input=typed,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def start(self) -> None:
        """Everything that the Procfile names."""
        for line in PROCFILE.read_text().splitlines():
            command = line.partition(": hotline ")[2].split()
            # Workers and the clock open no number: they do not even know where the days' keys lie.
            env = self.env if command[0] == "web" else self.env | {"HOTLINE_DAY_KEYS": "/nowhere"}
            self.processes.append(subprocess.Popen(bound(self.program(*command)), env=env))
        self.await_ready()

    def await_ready(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self.is_ready():
            assert time.monotonic() < deadline
            time.sleep(0.02)  # a port tells nobody when it opens

    def is_ready(self) -> bool:
        try:
            status, body = self.request("GET", "/health/ready")
        except OSError:
            return False
        return status == 200 and json.loads(body)["degraded"] == ["emergency_number"]

    def post(self, hook: str, **form: str) -> str:
        status, body = self.request("POST", f"/at/{SECRET}/{hook}", form)
        assert status == 200
        return body

    def dial(self, text: str, session: str) -> str:
        return self.post("ussd", sessionId=session, serviceCode=CODE, phoneNumber=CALLER, networkCode="61002", text=text)

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        connection = HTTPConnection(self.address, timeout=SECONDS)
        try:
            connection.request(method, path, urlencode(form or {}), {"Content-Type": "application/x-www-form-urlencoded"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def header(self, path: str, name: str) -> str | None:
        connection = HTTPConnection(self.address, timeout=SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().getheader(name)
        finally:
            connection.close()

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
        ends = [process.wait(SECONDS) for process in self.processes]
        self.app.extensions["standin"].close()
        self.server.shutdown()
        self.serving.join()
        self.server.server_close()
        assert ends == [0] * len(ends)


@pytest.fixture
def line(tmp_path: Path, postgres_url: str, valkey: str) -> Iterator[Line]:  # noqa: F811
    with held_port() as port:
        started = Line(tmp_path / "var", port, postgres_url, valkey)
        yield started
        started.end()


def came(phone: Phone) -> tuple[Sms, ...]:
    """What the line sent to it."""
    return tuple(sms for sms in phone.messages if not sms.sent)


def set_up(line: Line) -> None:
    """What is typed before it may begin: its tables, an edition, and a counselor who is planned all day."""
    for command in (
        ("db", "upgrade"),
        ("content", "publish", "--by", "Awa", "--pending-by", "Awa"),
        ("content", "approve", "1", "--by", "Nana", "--yes"),
    ):
        ran = line.run(*command)
        assert ran.returncode == 0, ran.stderr
    added = line.run(
        "user", "add", COUNSELOR.alias, "--reads", "fr", "--speaks", "fr", "--shift", "daily@00:00-24:00", typed=f"{COUNSELOR.number}\n"
    )
    assert (added.returncode, added.stderr) == (0, "")


def order(line: Line) -> None:
    """The counselor says that she is there, and a caller asks for a call until it is noted."""
    line.standin.send_sms(COUNSELOR.number, read_here((COUNSELOR,))[0].word)
    assert came(line.standin.phones.until(COUNSELOR.number, lambda phone: bool(came(phone)), SECONDS))
    deadline, session = time.monotonic() + SECONDS, 0
    while not line.dial("5*5", f"s{session}").startswith("CON Noté"):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # callers' processes learn within a second who is there
        session += 1


def offered(line: Line) -> tuple[Sms, ...]:
    """What the counselor's phone shows once the order was offered to her."""
    return came(line.standin.phones.until(COUNSELOR.number, lambda phone: any("Conseil" in sms.text for sms in came(phone)), SECONDS))


def test_the_line_runs_from_the_procfile(line: Line):
    """With a database made by `db upgrade` and a counselor made by `user add`, a callback asked for reaches that counselor's phone, and she connects the two.

    Meanwhile all keys are exchanged. Who keeps a number cannot open it; those that place the call can.
    """
    set_up(line)
    line.start()
    told = line.header("/console/sign-in", "Strict-Transport-Security")  # from then on a browser asks over TLS alone
    assert (told or "").startswith("max-age=")
    assert [edition["number"] for edition in json.loads(line.run("content", "list", "--json").stdout)["editions"]] == [1]
    phones = line.standin.phones
    order(line)
    exchange = subprocess.Popen(line.program("keys", "rotate"), env=line.env, stdout=subprocess.PIPE, text=True)

    assert {sms.sender for sms in offered(line)} == {"SANTE"}
    line.standin.send_sms(COUNSELOR.number, "1")
    phones.until(COUNSELOR.number, lambda phone: phone.call is not None, SECONDS)
    assert line.standin.answer(COUNSELOR.number)
    phones.until(COUNSELOR.number, lambda phone: phone.call is not None and phone.call.asked, SECONDS)
    line.standin.press(COUNSELOR.number, "1")
    rung = phones.until(CALLER, lambda phone: phone.call is not None, SECONDS)
    assert rung.call is not None, phones.until(COUNSELOR.number, lambda _phone: True, 0.1)
    assert rung.call.number == COVER
    assert exchange.communicate(timeout=SECONDS)[0].splitlines()[-1].startswith("sealed and hashed again: ")
    assert exchange.returncode == 0
    assert line.dial("5*7", "stop").startswith("END D")
    ring = read_keys(line.keys.read_text())
    assert {"current": 9, "old": 8} == Counter(key.state for key in ring.keys)
    with closing(SqlStore(line.env["HOTLINE_DATABASE_URL"], Seal(ring), 20_000)) as store, store.write() as tx:
        assert tx.numbers.last_stop(CALLER)
        assert tx.day_keys.under().keys() == set()  # the stop found what was kept before the exchange
        tx.callbacks.add(Callback("d" * 32, "999", "waiting", "fr", False, False, 0, 0, 600, 1), CALLER)
        with pytest.raises(SealBroken, match="opens no number"):
            tx.numbers.of("d" * 32)
        tx.numbers.forget("d" * 32)
