"""What may be written to the log: ids, counts and words of ours, as JSON lines; whatever else is handed in is left out.

By shape, not by good will: a key must be on the list, and no value that fits its pattern can be a telephone number in any usual spelling.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

_WORD = re.compile(r"[a-z][a-z_.-]{0,63}")
_NAME = re.compile(r"(?!.*[0-9]{4})[A-Za-z_][A-Za-z0-9_.]{0,63}")
_ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64}")
_COUNT = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,6})?")
_DATABASE = re.compile(r"SQLITE_[A-Z_]{1,40}|[0-9A-Z]{5}")
"""SQLite's name of a failure, or an SQLSTATE: they tell a damaged page from a lock."""

ALLOWED = {
    "event": _WORD, "level": _WORD, "kind": _WORD, "part": _WORD, "state": _WORD, "queue": _WORD, "how": _WORD, "effect": _NAME, "signal": _NAME,
    "logger": _NAME, "error": _NAME, "database": _DATABASE, "id": _ID, "post": _ID, "count": _COUNT, "failures": _COUNT, "edition": _COUNT, "pid": _COUNT, "code": _COUNT, "seconds": _COUNT,
}  # fmt: skip
"""Key and what its value must look like. An id has 16, 32 or 64 digits, a count at most 7; a number has eight to fifteen."""


def configure(stream: TextIO) -> None:
    """Send structlog and the libraries' `logging` to `stream`, one JSON object a line. Call before Flask's logger is first used."""
    lines = Lines(stream)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            only_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[Reduced()], force=True)


class Lines:
    """Writes one line a call. A log that cannot be written, its disk full or its reader gone, must not take an answer down with it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = msg


def only_allowed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what is not on the list, and say how much was."""
    kept: EventDict = {key: value for key, value in event.items() if _is_allowed(key, value)}
    if len(kept) < len(event):
        kept["dropped"] = len(event) - len(kept)
    return kept


def _is_allowed(key: str, value: object) -> bool:
    pattern = ALLOWED.get(key)
    return pattern is not None and isinstance(value, (str, int, float)) and pattern.fullmatch(str(value)) is not None


class Reduced(logging.Handler):
    """A library's message may carry a URL with its secret, or a number: who spoke, how loud and which exception is all that is kept of it."""

    def emit(self, record: logging.LogRecord) -> None:
        failure = record.exc_info[0] if record.exc_info else None
        error = {"error": failure.__name__} if failure else {}
        log = structlog.get_logger()
        (log.error if record.levelno >= logging.ERROR else log.warning)("library", logger=record.name, **error)
