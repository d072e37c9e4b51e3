"""A browser, and in front of it the phone page over the real stand-in; behind it a line that plays a script."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_httpserver import HTTPServer

from hotline.demo import phone
from hotline.demo.standin.bridge import RingTiming
from hotline.demo.standin.network import VendorAccount
from hotline.demo.standin.server import create_standin, serve
from hotline.service.editions.cache import EditionCache
from tests.browser.phone_page import PATIENCE_MS
from tests.browser.served_desk import ServedDesk
from tests.console.conftest import editions  # noqa: F401 -- a fixture
from tests.console.desk import Desk
from tests.demo.fakes import COVER, KEY, SECRET, FakeLine
from tests.fakes import AT
from tests.service.conftest import empty_database  # noqa: F401 -- a fixture
from tests.service.line import staffed
from tests.system.lines import SECONDS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",  # one is warm: each context begins in it, and shares nothing else
    "--js-flags=--max-lazy --no-opt --no-maglev",  # a page lives for a second or two: what is compiled at leisure would not pay
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # The same engine without the windows that nobody sees: a page opens in a quarter of the time.
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium here, and CI is set: the browser tests may not be left out")
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR", reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def line(httpserver: HTTPServer) -> FakeLine:
    return FakeLine(httpserver)


@pytest.fixture
def standin_address(line: FakeLine) -> Iterator[str]:
    """Where the stand-in is."""
    standin = create_standin(line.base, SECRET, VendorAccount("sandbox", KEY, "*123#", COVER), 3600, timing=RingTiming(retry=0.01), here=())
    with served(standin) as address:
        yield address
    standin.extensions["standin"].close()


@pytest.fixture
def address(standin_address: str) -> Iterator[str]:
    """Where the phone page is."""
    app = Flask("page", static_folder=None)
    app.register_blueprint(
        phone.blueprint(replace(AT, api_key=KEY, secret=(SECRET,), base_url=standin_address, sender="36123", cover_number=COVER))
    )
    with served(app) as address:
        yield address


@pytest.fixture
def served_desk(browser: Browser, empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[ServedDesk]:  # noqa: F811
    """A line in this process, whose time the test moves, and its room behind a real web server."""
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        desk = Desk(line)
        under_way = UnderWay(desk.app)
        with served(under_way) as address:
            standing = ServedDesk(browser, desk, address)
            yield standing
            for room in standing.rooms:
                room.close()
        under_way.await_end()


class UnderWay:
    """What is being answered: the line behind it is closed once nothing is, and what comes after that is turned away, or it would open the line's store again."""

    def __init__(self, wsgi: WSGIApplication) -> None:
        self._wsgi = wsgi
        self._count = 0
        self._is_over = False
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            if self._is_over:
                start_response("503 Service Unavailable", [])
                return ()
            self._count += 1
        try:
            return self._wsgi(environ, start_response)
        finally:
            with self._changed:
                self._count -= 1
                self._changed.notify_all()

    def await_end(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: not self._count, SECONDS)
            self._is_over = True


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    server = serve("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
