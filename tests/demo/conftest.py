"""The stand-in over HTTP, a fake line behind it, and the vendor's own SDK in front."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from africastalking.SMS import SMSService
from africastalking.Voice import VoiceService
from flask import Flask
from pytest_httpserver import HTTPServer

from hotline.demo.standin.bridge import RingTiming
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.server import create_standin, serve
from hotline.demo.words import Here
from tests.demo.fakes import COVER, KEY, PATIENCE, SECRET, FakeLine

Make = Callable[..., Flask]
QUICK = RingTiming(ring=PATIENCE, dial=PATIENCE, retry=0.01)


@pytest.fixture
def line(httpserver: HTTPServer) -> FakeLine:
    return FakeLine(httpserver)


@pytest.fixture
def make(line: FakeLine) -> Iterator[Make]:
    """Makes a stand-in of this line's; ends it after the test."""
    made: list[Flask] = []

    def make(*, timing: RingTiming = QUICK, here: tuple[Here, ...] = (), every: float = 3600.0) -> Flask:
        app = create_standin(line.base, SECRET, VendorAccount("sandbox", KEY, "*123#", COVER), every, timing=timing, here=here)
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["standin"].close()


@pytest.fixture
def serving() -> Iterator[Callable[[Flask], str]]:
    """Serves an application on a free loopback port; its address."""
    running: list[tuple[Any, threading.Thread]] = []

    def start(app: Flask) -> str:
        server = serve("127.0.0.1", 0, app)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def app(make: Make) -> Flask:
    return make()


@pytest.fixture
def standin(app: Flask) -> Standin:
    found: Standin = app.extensions["standin"]
    return found


@pytest.fixture
def address(app: Flask, serving: Callable[[Flask], str]) -> str:
    return serving(app)


@pytest.fixture
def sms(address: str) -> SMSService:
    service = SMSService("sandbox", KEY)
    service._baseUrl = f"{address}/version1"
    return service


@pytest.fixture
def voice(address: str) -> VoiceService:
    service = VoiceService("sandbox", KEY)
    service._baseUrl = address
    return service
