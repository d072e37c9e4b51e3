"""A real Kannel on loopback, set up by the file that operators are given, with a fake SMSC for a network; and the phones on it."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import unquote_to_bytes

import pytest
from msgspec import Struct

from hotline.adapters.processes import bound
from hotline.gateways.asking import asked
from hotline.gateways.kannel import ASKED_REPORTS, PREFIX
from hotline.settings.kannel import Kannel
from hotline.up import held_port

ROOT = Path(__file__).resolve().parents[2]
FAKE_SMSC = Path("/usr/lib/kannel/test/fakesmsc")
SENDER = "36000"
SECRET = "0123456789abcdef0123456789abcdef"
SECONDS = 60
"""Only how long a failure takes."""
_ONLINE = re.compile(r"FAKE:\d+ \(online")
_GOT = re.compile(rf"Got message \d+: <{SENDER} (\+\d+) (?:udh (\S+) )?(text|ucs-2|data) (.*)>")


class Received(Struct, frozen=True):
    """An SMS as it came to a phone; of a long one its first part."""

    number: str
    text: str


class RealKannel:
    """bearerbox, smsbox and a fake SMSC; each can be killed and started again. `line`: the port on which it finds the line."""

    def __init__(self, folder: Path, line: int) -> None:
        self.folder = folder
        self.received: SimpleQueue[Received] = SimpleQueue()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ports = ExitStack()
        names = ("13000", "13001", "13013", "network")
        self._port = {name: self._ports.enter_context(held_port()) for name in names}
        self.account = Kannel(
            sendsms_url=f"http://127.0.0.1:{self._port['13013']}/cgi-bin/sendsms",
            username="hotline",
            password="sendsms-password",
            sender=SENDER,
            line_url=f"http://127.0.0.1:{line}",
            secret=(SECRET,),
        )
        self._write(line)

    def _write(self, line: int) -> None:
        text = (ROOT / "docs" / "kannel.conf").read_text("utf-8")
        for old, new in (
            *((name, str(port)) for name, port in self._port.items()),
            ("127.0.0.1:8000/gateway/kannel/SECRET", f"127.0.0.1:{line}/gateway/kannel/{SECRET}"),
            ("SENDSMS-PASSWORD", self.account.password),
            ("ADMIN-PASSWORD", "admin-password"),
            ("/run/kannel", str(self.folder)),
            ("/etc/kannel", str(self.folder)),
            ("http-queue-delay = 5", "http-queue-delay = 1"),
        ):
            text = text.replace(old, new)
        (self.folder / "kannel.conf").write_text(text)
        smsc = f"group = smsc\nsmsc = fake\nsmsc-id = FAKE\nport = {self._port['network']}\nour-host = 127.0.0.1\nconnect-allow-ip = 127.0.0.1\n"
        (self.folder / "smsc.conf").write_text(smsc)
        (self.folder / "store").mkdir()
        with sqlite3.connect(self.folder / "reports.db") as reports:
            reports.executescript((ROOT / "docs" / "kannel-reports.sql").read_text("utf-8"))
        reports.close()

    def settings(self) -> dict[str, str]:
        """What a line is given that sends by it."""
        account = self.account
        named = {
            "SENDSMS_URL": account.sendsms_url,
            "USERNAME": account.username,
            "PASSWORD": account.password,
            "SENDER": account.sender,
            "LINE_URL": account.line_url,
            "SECRET": SECRET,
        }
        return {f"HOTLINE_KANNEL_{name}": value for name, value in named.items()}

    def start(self, *names: str) -> None:
        """Start these of `bearerbox`, `smsbox`, `network`, one after the other: each is ready when the next begins."""
        for name in names:
            getattr(self, f"_start_{name}")()

    def kill(self, name: str) -> None:
        """As a machine's memory killer does."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(SECONDS)
        for pipe in (process.stdin, process.stderr):
            if pipe is not None:
                pipe.close()

    def stop(self) -> None:
        for name in ("network", "smsbox", "bearerbox"):
            if name in self._running:
                self.kill(name)
        self._ports.close()

    def write_sms(self, number: str, text: str) -> None:
        """A phone writes to the line. Returns once bearerbox has it."""
        before = self._counted()
        phone = self._running["network"].stdin
        assert phone is not None
        phone.write(f"{number} {SENDER} {text}\n".encode())
        phone.flush()
        self.await_status(lambda _: self._counted() > before)

    def next_sms(self) -> Received:
        """What comes to a phone next."""
        try:
            return self.received.get(timeout=SECONDS)
        except Empty:
            return pytest.fail("no SMS came")

    def take_in_vain(self, reference: str) -> None:
        """Have Kannel take an SMS that is too late once its network is there; its report goes to the line by this reference."""
        account = self.account
        self.kill("network")
        self.await_status(lambda said: "FAKE:" in said and not _ONLINE.search(said))
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": account.username,
            "X-Kannel-Password": account.password,
            "X-Kannel-To": "+22370000101",
            "X-Kannel-From": account.sender,
            "X-Kannel-Validity": "0",  # the gateway gives it five minutes
            "X-Kannel-DLR-Mask": str(ASKED_REPORTS),
            "X-Kannel-DLR-Url": f"{account.line_url}{PREFIX}/{SECRET}/report?ref={reference}&d=%d",
        }
        deadline = time.monotonic() + SECONDS
        while (answer := asked("POST", account.sendsms_url, headers, b"too late")).status_code != 202:
            # On a busy machine it was seen to refuse one: it is sent again, as the line does.
            assert time.monotonic() < deadline, answer
        over = int(time.time()) + 2
        while time.time() < over:  # Kannel counts whole seconds
            time.sleep(0.1)
        self.start("network")

    def await_status(self, holds: Callable[[str], object]) -> None:
        """Return once bearerbox says so of itself. It tells nobody by itself: asked again and again."""
        deadline = time.monotonic() + SECONDS
        while not holds(said := self.status()):
            if time.monotonic() > deadline:
                pytest.fail(f"bearerbox does not say so:\n{said}")
            time.sleep(0.02)

    def status(self) -> str:
        connection = HTTPConnection("127.0.0.1", self._port["13000"], timeout=SECONDS)
        try:
            connection.request("GET", "/status.txt?password=admin-password")
            return connection.getresponse().read().decode()
        except OSError:
            return ""
        finally:
            connection.close()

    def logs(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in self.folder.glob("*.log"))

    def _counted(self) -> int:
        found = re.search(r"SMS: received (\d+)", self.status())
        return int(found[1]) if found else -1

    def _start_bearerbox(self) -> None:
        self._running["bearerbox"] = self._box("bearerbox", "3")
        self.await_status(lambda said: "Status: running" in said or "Status: isolated" in said)

    def _start_smsbox(self) -> None:
        self._running["smsbox"] = self._box("smsbox", "4")
        self.await_status(lambda said: "smsbox:(none)" in said)

    def _start_network(self) -> None:
        command = [str(FAKE_SMSC), "-H", "127.0.0.1", "-r", str(self._port["network"])]
        process = subprocess.Popen(bound(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._running["network"] = process
        Thread(target=self._listen, args=(process,), daemon=True).start()
        self.await_status(_ONLINE.search)

    def _box(self, name: str, level: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                bound([f"/usr/sbin/{name}", "-v", level, str(self.folder / "kannel.conf")]),
                env={"TZ": "Asia/Tokyo"},
                stdout=log,
                stderr=log,
            )

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """A text with line feeds comes as several; its first line says whose it is. Of a long one's parts the first counts."""
        assert process.stderr is not None
        for line in process.stderr:
            got = _GOT.search(line.decode("utf-8", "replace"))
            if got and (got[2] is None or got[2].endswith("%01")):
                text = unquote_to_bytes(got[4].replace("+", " ")).decode("utf-16-be") if got[3] == "ucs-2" else got[4]
                self.received.put(Received(got[1], text))
