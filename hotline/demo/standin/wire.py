"""One HTTP request over loopback; alone here so that no other part of the demo knows how it travels."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

LARGEST_ANSWER = 1 << 20
FORM = "application/x-www-form-urlencoded"


class WireRequest(Struct, frozen=True):
    """What a vendor asks of the line: `path` stands behind the line's address, with its query."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = {}


def form_request(path: str, form: Mapping[str, str]) -> WireRequest:
    """A POST of form fields."""
    return WireRequest("POST", path, urlencode(form).encode(), {"Content-Type": FORM})


class WireAnswer(Struct, frozen=True):
    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8. Raises NoAnswer where it is none."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise NoAnswer("an answer that is not UTF-8") from error


class NoAnswer(Exception):
    """Nobody answered, too late, or what came was no answer. Says neither where nor what."""


def asked(base: str, request: WireRequest, seconds: float) -> WireAnswer:
    """What the line at this address answers. Raises NoAnswer."""
    return _send(request.method, f"{base}{request.path}", request.body or None, request.headers, seconds)


def post_form(url: str, form: Mapping[str, str], seconds: float) -> WireAnswer:
    """POST form fields. Raises NoAnswer."""
    return asked("", form_request(url, form), seconds)


def post_json(url: str, body: bytes, seconds: float) -> WireAnswer:
    """POST a JSON body. Raises NoAnswer."""
    return _send("POST", url, body, {"Content-Type": "application/json"}, seconds)


def get(url: str, seconds: float) -> WireAnswer:
    """GET. Raises NoAnswer."""
    return _send("GET", url, None, {}, seconds)


def _send(method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> WireAnswer:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return WireAnswer(response.status, response.read(LARGEST_ANSWER))
    except (OSError, HTTPException):
        raise NoAnswer("no answer") from None
    finally:
        connection.close()
