"""What every gateway reads of a request: a body within bounds, strictly decoded. A fault names the field, never its value."""

from __future__ import annotations

from string import hexdigits
from typing import Any, Final

MOST_BYTES: Final = 8192
MOST_INPUTS: Final = 60
"""The engine's bound; what lies beyond it stays in one piece, so that the engine sees one input too many and no more."""

_ESCAPED: Final = {(high + low).encode(): bytes.fromhex(high + low) for high in hexdigits for low in hexdigits}


class FieldError(ValueError):
    """A form that is not taken. Its message is the field's name, or `body`, and nothing that came from outside."""


def body_of(environ: dict[str, Any]) -> bytes:
    """The whole body. Raises FieldError where its length is not told, too big or not what comes."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (len(length) < 5 and length.isascii() and length.isdigit() and int(length) <= MOST_BYTES):
        raise FieldError("body")
    body: bytes = environ["wsgi.input"].read(int(length))
    if len(body) != int(length):
        raise FieldError("body")
    return body


def unquoted(escaped: str, blamed: str) -> str:
    """`unquote_plus`, but strict: FieldError for a lone per cent sign and for what is not UTF-8. Escapes that every hop has go first."""
    plain = escaped.replace("+", " ").replace("%2A", "*").replace("%2B", "+").replace("%23", "#")
    if "%" not in plain:
        return plain
    try:
        first, *rest = plain.encode().split(b"%")
        return (first + b"".join([_ESCAPED[piece[:2]] + piece[2:] for piece in rest])).decode()
    except (KeyError, UnicodeError):
        raise FieldError(blamed) from None
