"""A line that answers the vendor's posts from a script and keeps what it was posted; the numbers of these tests; how to wait for a phone."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from hotline.demo.standin.network import Standin
from hotline.demo.standin.phones import Phone

SECRET = "s" * 32
KEY = "atsk_test"
COVER = "+22370000900"
CALLER = "+22370000001"
COUNSELOR = "+22370000101"
PATIENCE = 20.0
PATHS = ("ussd", "ussd/end", "sms", "delivery", "voice")


class FakeLine:
    """`say(path, answers…)`: what it answers there, one a post, the last one for good. `heard(path)`: the fields of the next post there."""

    def __init__(self, server: HTTPServer) -> None:
        self.base = server.url_for("").rstrip("/")
        self._heard: dict[str, SimpleQueue[dict[str, str]]] = {path: SimpleQueue() for path in PATHS}
        self._scripts: dict[str, list[Response]] = {path: [Response("")] for path in PATHS}
        for path in PATHS:
            server.expect_request(f"/at/{SECRET}/{path}", method="POST").respond_with_handler(self._answer)

    def say(self, path: str, *answers: str | Response) -> None:
        self._scripts[path] = [a if isinstance(a, Response) else Response(a) for a in answers]

    def heard(self, path: str) -> dict[str, str]:
        return self._heard[path].get(timeout=PATIENCE)

    def heard_nothing(self, path: str) -> bool:
        """Nothing more came there so far."""
        try:
            self._heard[path].get_nowait()
        except Empty:
            return True
        return False

    def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix(f"/at/{SECRET}/")
        script = self._scripts[path]
        answer = script.pop(0) if len(script) > 1 else script[0]
        self._heard[path].put(request.form.to_dict())
        return answer


def shows(standin: Standin, number: str, holds: Callable[[Phone], bool]) -> Phone:
    """The phone as soon as that holds; the test fails if it never does."""
    phone = standin.phones.until(number, holds, PATIENCE)
    assert holds(phone), phone
    return phone
