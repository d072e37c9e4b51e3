"""A running `hotline up`, seen from outside; and one hop of a session on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from operator import itemgetter
from pathlib import Path
from secrets import token_hex
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import pytest

from hotline.adapters.processes import bound
from hotline.demo.standin.wire import get, post_json
from hotline.up import held_port

T = TypeVar("T")
SECONDS = 120
"""Only how long a failure takes."""
CALLER = "+22370000001"
PARTS = {"up", "valkey", "standin", "callers", "console", "front", "worker-urgent", "worker-default", "clock"}


class Line:
    """A running `hotline up`. What it says goes to a file beside its folder, as a service's log does."""

    def __init__(self, var: Path, port: int, **settings: str) -> None:
        self.var = var
        self.log = var.with_name(f"{var.name}.log")
        env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        # A busy machine's disk may stall for longer than a hop would wait: here nothing is asked about that.
        env |= {"HOTLINE_DATABASE_BUDGET_MS": "5000", "HOTLINE_REDIS_BUDGET_MS": "2000"}
        env |= {"HOTLINE_VAR": str(var), "HOTLINE_BIND": f"127.0.0.1:{port}"} | settings
        self.env = env
        self.again()

    def again(self) -> None:
        """Start it: for the first time, or after its end. It does not outlive a test run that is broken off."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(bound([sys.executable, "-m", "hotline", "up"]), env=self.env, stdout=log, stderr=log)

    def said(self) -> bytes:
        return self.log.read_bytes()

    def command(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "hotline", *arguments], env=self.env | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def card(self) -> dict:
        """What `demo.json` says now."""
        return json.loads((self.var / "demo.json").read_bytes())

    def await_card(self, holds: Callable[[dict], bool] = lambda _: True) -> dict:
        """`demo.json` once it says so. A file tells nobody when it changes: asked again and again, as a script would."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                if holds(card := self.card()):
                    return card
            if self.process.poll() is not None:
                pytest.fail(self.said().decode())
            time.sleep(0.01)
        return pytest.fail("demo.json does not say so")

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(SECONDS)


def dial(card: dict, text: str, session: str = "ATUid_up", number: str = CALLER) -> str:
    """`hop`, asked again while the web server is being started again."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return hop(card, text, session, number)
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def hop(card: dict, text: str, session: str = "ATUid_up", number: str = CALLER, seconds: float = SECONDS) -> str:
    """One hop of a session, as the gateway posts it, once. Raises OSError where it is not answered within so many seconds."""
    ussd = urlsplit(card["ussd"])
    form = {"sessionId": session, "phoneNumber": number, "networkCode": "61002", "serviceCode": card["service_code"], "text": text}
    connection = HTTPConnection(ussd.hostname, ussd.port, timeout=seconds)
    try:
        connection.request("POST", ussd.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        assert response.status == 200
        return response.read().decode()
    finally:
        connection.close()


def lay_down(card: dict) -> None:
    """Nothing is asked for and no phone is in use: each caller stops all calls by `5 7`, everybody presses the red key until the phone is at rest."""
    for person in card["people"]:
        if person["role"] == "caller":
            dial(card, "5*7", f"ATUid_{token_hex(8)}", person["number"])
    for person in filter(itemgetter("number"), card["people"]):
        phone = f"{card['standin']}/phones/{quote(person['number'])}"
        version = -1
        while (seen := json.loads(get(f"{phone}?since={version}&wait=5", SECONDS).body))["call"] or seen["screen"] or seen["waiting"]:
            version = seen["version"]
            post_json(f"{phone}/hangup", b"{}", SECONDS)


def left_in(folder: Path, read: Callable[[Path], T]) -> dict[str, T]:
    """What `read` finds in each file and folder there, but in those that a running line takes away meanwhile."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):
            found[str(path)] = read(path)
    return found


def status(card: dict, path: str) -> int:
    connection = HTTPConnection(urlsplit(card["address"]).netloc, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def started(var: Path, **settings: str) -> Iterator[Line]:
    with held_port() as port:
        line = Line(var, port, **settings)
        try:
            yield line
        finally:
            if line.process.poll() is None:
                line.end(signal.SIGTERM)
