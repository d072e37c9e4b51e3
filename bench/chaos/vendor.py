"""The vendor, played: the demo's stand-in, with wires on either side that fail as vendors' wires do."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hotline.demo.standin.bridge import RingTiming
from hotline.demo.standin.courier import Courier
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.server import create_standin, serve
from hotline.demo.standin.wire import NoAnswer, WireAnswer, WireRequest, asked

TIMING = RingTiming(ring=4.0, dial=2.0, answer=10.0, retry=0.2)
GIVEN_UP_SECONDS = 12.0
"""An answer that comes after whoever asked has gone."""
LATE_SECONDS = (2.0, 4.0)
"""So late is what comes late: what was posted after it may overtake it."""
AWAITED = "/voice"
"""What is posted here is a call's event, and the vendor does in the call what is answered."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Moods:
    """How the wires are now; set by faults, seconds or shares of requests."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.api: str = "well"
        """What the vendor's API does: well, slow, refuses, lies, answers late."""
        self.doubled = 0.05
        """Of what the vendor posts to the line, what comes twice; half of it after three seconds."""
        self.holds = False
        """What the vendor posts to the line comes `LATE_SECONDS` late, all of it."""


class Sulking:
    """The stand-in's API as its mood has it."""

    def __init__(self, app: Wsgi, moods: Moods) -> None:
        self._app, self._moods = app, moods

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        mood = self._moods.api
        if mood == "refuses":
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"busy"]
        if mood == "lies":
            start_response("201 Created", [("Content-Type", "application/json")])
            return [b'{"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": []}, "entries": [], "errorMessage": "None"}']
        if mood == "slow":
            time.sleep(2)
        answer = list(self._app(environ, start_response))
        if mood == "late":
            time.sleep(GIVEN_UP_SECONDS)
        return answer


class Wire(ThreadingHTTPServer):
    """What the vendor posts goes on to the line from here: once, twice, again after a while, or late. Callers' hops come another way: who waits for a screen is not held."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, line: str, moods: Moods) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.moods, self._line = moods, f"http://{line}"
        self._held = Courier(self.passed, TIMING.retry)

    def passed(self, request: WireRequest) -> WireAnswer:
        """What the line answers. Raises NoAnswer."""
        return asked(self._line, request, TIMING.answer)

    def hold(self, request: WireRequest) -> None:
        """Pass it on late, and again while the line does not take it, as the vendor does."""
        _later(self.moods.chance.uniform(*LATE_SECONDS), self._held.send, request)

    def server_close(self) -> None:
        self._held.close()
        super().server_close()


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Wire

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = WireRequest("POST", self.path, body, {"Content-Type": self.headers.get("Content-Type", "")})
        answer = self._answered(request)
        with suppress(OSError):  # whoever asked has given up
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

    def _answered(self, request: WireRequest) -> WireAnswer:
        moods = self.server.moods
        if moods.holds and not request.path.endswith(AWAITED):
            self.server.hold(request)
            return WireAnswer(200, b"")
        if moods.holds:  # before the line hears of it: nobody is rung later than the line decides
            time.sleep(moods.chance.uniform(*LATE_SECONDS))
        is_doubled = moods.chance.random() < moods.doubled
        answer = self._pass(request)
        if is_doubled and moods.chance.random() < 0.5:
            return self._pass(request)
        if is_doubled:
            _later(3.0, self._pass, request)
        return answer

    def _pass(self, request: WireRequest) -> WireAnswer:
        try:
            return self.server.passed(request)
        except NoAnswer:
            return WireAnswer(502, b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _later(seconds: float, act: Callable[[WireRequest], object], request: WireRequest) -> None:
    timer = threading.Timer(seconds, act, (request,))
    timer.daemon = True
    timer.start()


class PlayedVendor:
    """The stand-in, and what people's phones in it show. `port`: held for it until it ends."""

    def __init__(self, port: int, moods: Moods, account: VendorAccount, secret: str) -> None:
        self.moods, self._port, self._account, self._secret = moods, port, account, secret

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @contextmanager
    def serving(self, line: str) -> Iterator[Standin]:
        """Until it ends. `line`: host and port of the line's web."""
        wire = Wire(line, self.moods)
        app = create_standin(f"http://127.0.0.1:{wire.server_port}", self._secret, self._account, 3600.0, timing=TIMING, here=())
        app.wsgi_app = Sulking(app.wsgi_app, self.moods)  # type: ignore[method-assign]
        api = serve("127.0.0.1", self._port, app)
        threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in (wire, api)]
        for thread in threads:
            thread.start()
        try:
            yield app.extensions["standin"]
        finally:
            app.extensions["standin"].close()
            for server in (wire, api):
                server.shutdown()
                server.server_close()
