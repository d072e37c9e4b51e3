"""One HTTP request over loopback; alone here so that no other part of the demo knows how it travels."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

LARGEST_ANSWER = 1 << 20


class Answer(Struct, frozen=True):
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


def post_form(url: str, form: Mapping[str, str], seconds: float) -> Answer:
    """POST form fields. Raises NoAnswer."""
    return _send("POST", url, urlencode(form).encode(), "application/x-www-form-urlencoded", seconds)


def post_json(url: str, body: bytes, seconds: float) -> Answer:
    """POST a JSON body. Raises NoAnswer."""
    return _send("POST", url, body, "application/json", seconds)


def get(url: str, seconds: float) -> Answer:
    """GET. Raises NoAnswer."""
    return _send("GET", url, None, None, seconds)


def _send(method: str, url: str, body: bytes | None, kind: str | None, seconds: float) -> Answer:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request(method, target, body, {"Content-Type": kind} if kind else {})
        response = connection.getresponse()
        return Answer(response.status, response.read(LARGEST_ANSWER))
    except (OSError, HTTPException):
        raise NoAnswer("no answer") from None
    finally:
        connection.close()
