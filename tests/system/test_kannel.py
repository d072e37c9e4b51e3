"""Through a real Kannel: what is sent arrives, what is written is told, whichever of its processes is killed meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_hex

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from hotline.gateways.kannel import KannelSms, blueprint
from hotline.gateways.path_guard import PathGuard
from hotline.ports.incoming import ReceivedSms, SmsReport
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.up import held_port
from tests.system.kannel import FAKE_SMSC, SECONDS, RealKannel, Received
from tests.system.lines import Line

pytestmark = pytest.mark.system
CALLER, COUNSELOR = "+22370000001", "+22370000101"


class ToldLine:
    """The gateway's views in a server on this port; remembers what they hand on."""

    def __init__(self, port: int) -> None:
        self.messages: list[ReceivedSms] = []
        self.reports: list[tuple[str, bool]] = []
        self._changed = threading.Condition()
        self._port = port
        self._server: BaseWSGIServer | None = None

    def sms(self, sms: ReceivedSms) -> None:
        with self._changed:
            self.messages.append(sms)
            self._changed.notify_all()

    def delivery(self, report: SmsReport) -> None:
        with self._changed:
            self.reports.append((report.id, report.delivered))
            self._changed.notify_all()

    def await_told(self, holds: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(holds, SECONDS), (self.messages, self.reports)

    def texts(self) -> list[str]:
        return [sms.text for sms in self.messages]

    def start(self, guard: PathGuard) -> None:
        app = Flask("empty")
        app.register_blueprint(blueprint(self, guard))
        self._server = make_server("127.0.0.1", self._port, app, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Network:
    """A line, its gateway, its Kannel; and what became of each SMS that the gateway was handed."""

    def __init__(self, folder: Path, port: int) -> None:
        self.kannel = RealKannel(folder, port)
        self.guard = PathGuard(self.kannel.account)
        self.line = ToldLine(port)
        self.taken: dict[str, str] = {}
        self.refused: list[str] = []
        self.unknown: list[str] = []
        self._gateway = KannelSms(self.kannel.account, self.guard, lambda: token_hex(16))
        self.line.start(self.guard)
        self.kannel.start("bearerbox", "smsbox", "network")

    def send(self, text: str, to: str = COUNSELOR) -> None:
        try:
            self.taken[self._gateway.send_sms(to, text)] = text
        except GatewayRefused:
            self.refused.append(text)
        except GatewayUnknown:
            self.unknown.append(text)

    def stop(self) -> None:
        self.kannel.stop()
        self.line.stop()


@pytest.fixture(autouse=True)
def _installed() -> None:
    if not FAKE_SMSC.exists():
        if os.environ.get("CI"):
            pytest.fail("no Kannel here, and CI is set: these tests may not be left out")
        pytest.skip("needs Debian's kannel and kannel-extras")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with held_port() as port:
        network = Network(tmp_path, port)
        try:
            yield network
        finally:
            network.stop()


def test_there_and_back(network: Network):
    """Letters of both alphabets, long ones whole; a report of each; what a phone writes comes with its number, its id and its time."""
    for text in ("471: rappelé à 14h20 [1]", "I bɛ taa ɲɔgɔn fɛ, ça", "x" * 200):
        network.send(text)
        first = network.kannel.next_sms()
        assert (first.number, first.text) == (COUNSELOR, text[: len(first.text)])
        assert len(first.text) == min(len(text), 153)
    network.line.await_told(lambda: len(network.line.reports) == len(network.taken))
    assert set(network.line.reports) == {(reference, True) for reference in network.taken}

    network.kannel.write_sms(CALLER, "text stop  é")
    network.line.await_told(lambda: bool(network.line.messages))
    network.kannel.write_sms(CALLER, "ucs2 %02%5B%02r%02T")
    network.line.await_told(lambda: len(network.line.messages) == 2)
    assert [(sms.number, sms.text) for sms in network.line.messages] == [(CALLER, "stop  é"), (CALLER, "ɛɲɔ")]
    assert len({sms.message for sms in network.line.messages}) == 2
    assert all(0 <= time.time() - (sms.sent_at or 0) < 3600 for sms in network.line.messages)


def test_whatever_is_killed_nothing_is_lost_and_nothing_comes_twice(network: Network):
    """Each of the three is killed and started again, and the line was away: what was taken arrives once, what was refused never, what a phone
    wrote is told, and every report is of what was."""
    kannel, line = network.kannel, network.line

    kannel.kill("network")
    network.send("while the network was away")
    kannel.start("network")
    assert kannel.next_sms() == Received(COUNSELOR, "while the network was away")

    kannel.kill("smsbox")
    network.send("while smsbox was away")
    kannel.write_sms(CALLER, "text written while smsbox was away")
    kannel.start("smsbox")
    line.await_told(lambda: "written while smsbox was away" in line.texts())

    kannel.kill("network")
    network.send("before bearerbox was killed")
    kannel.kill("bearerbox")
    network.send("while bearerbox was away")
    kannel.start("bearerbox")
    kannel.await_status(lambda said: "smsbox:(none)" in said)  # it comes back by itself
    kannel.start("network")

    line.stop()
    kannel.write_sms(CALLER, "text written while the line was away")
    line.start(network.guard)
    line.await_told(lambda: "written while the line was away" in line.texts())

    network.send("the last")
    arrived = []
    while "the last" not in arrived:
        arrived.append(kannel.next_sms().text)
    kannel.write_sms(CALLER, "text the last")
    line.await_told(lambda: "the last" in line.texts())
    line.await_told(lambda: {(reference, True) for reference in network.taken} <= set(line.reports))

    counted = Counter(["while the network was away", *arrived])
    assert {text: counted[text] for text in network.taken.values()} == dict.fromkeys(network.taken.values(), 1)
    assert "while smsbox was away" in network.refused
    assert [text for text in network.refused if counted[text]] == []
    assert [text for text in network.unknown if counted[text] > 1] == []
    told = Counter(line.texts())
    assert set(told) == {"written while smsbox was away", "written while the line was away", "the last"}
    assert len({sms.message for sms in line.messages}) == len(told), "what comes again comes by the same id"
    assert {delivered for _, delivered in line.reports} == {True}


def test_what_waited_in_vain_is_told_as_not_delivered(network: Network):
    """Its time is over before its network is there: it never arrives, and the line hears so."""
    network.kannel.take_in_vain("0f0f")
    network.send("in time")
    assert network.kannel.next_sms().text == "in time"
    network.line.await_told(lambda: ("0f0f", False) in network.line.reports)


def test_the_logs_of_kannel_hold_nobody(network: Network):
    """As the guide starts them: not even where the line was away, and Kannel could not fetch an address."""
    network.line.stop()
    network.kannel.write_sms(CALLER, "text fatigue")
    network.send("rappel")
    network.kannel.next_sms()
    network.line.start(network.guard)
    network.line.await_told(lambda: network.line.texts() == ["fatigue"])
    logs = network.kannel.logs()
    assert [found for found in (CALLER[1:], COUNSELOR[1:], "fatigue", "rappel", network.guard.secret) if found in logs] == []


def test_a_line_that_has_kannel_answers_who_writes(tmp_path: Path):
    """The whole line: a caller's SMS is a conversation, the answer goes by Kannel, and a report that it did not arrive is told of that very SMS."""
    with held_port() as port:
        (folder := tmp_path / "k").mkdir()
        kannel = RealKannel(folder, port)
        line = Line(tmp_path / "v", port, HOTLINE_GATEWAYS="kannel,africastalking", **kannel.settings())
        try:
            line.await_card()
            kannel.start("bearerbox", "smsbox", "network")
            kannel.write_sms(CALLER, "text bonjour")
            answer = next(sms for sms in iter(kannel.next_sms, None) if sms.number == CALLER)  # staff hear of their shifts by it too
            assert (answer.number, "1 " in answer.text or "Santé" in answer.text) == (CALLER, True)
            reference = _await_outbox(line.var, "sent")
            kannel.take_in_vain(reference)
            assert _await_outbox(line.var, "failed") == reference
        finally:
            kannel.stop()
            line.end(signal.SIGTERM)


def _await_outbox(var: Path, state: str) -> str:
    """The gateway's id of the one SMS to a caller, once it is in this state; a database tells nobody: asked again and again."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(f"file:{var / 'hotline.db'}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT vendor_id FROM outbox WHERE kind = 'reply' AND state = ?", (state,)).fetchall()
        if rows:
            ((id,),) = rows
            return id
        time.sleep(0.05)
    return pytest.fail("the outbox does not say so")
