"""Who may ask: a secret that only the vendor was given, from where it asks, its key, and what it signs."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from hotline.gateways.bodies import FieldError, body_of
from hotline.gateways.peers import peers

if TYPE_CHECKING:
    from hotline.gateways.table.spec import SignatureKeys, WireTable

PREFIX: Final = "/gateway/"
"""Below it every table's requests come in: `/gateway/<name>/<secret>/…`."""


class TableAccess(Struct, frozen=True):
    """What a line has with this vendor, beside the table, which is the same for every line."""

    secrets: tuple[str, ...]
    """What the vendor's address of ours holds; of several each opens."""
    key: str = ""
    """What the vendor sends or signs with."""
    codes: tuple[str, ...] = ()
    """The line's own service codes; a request for another is refused. None where all are taken."""
    networks: tuple[str, ...] = ()
    """From where the vendor asks; in place of what the table says of it."""


class TableGate:
    """`path` matches the path of a request that is the table's own, by its parts. Safe for threads: only the secrets are ever replaced, as one."""

    def __init__(self, table: WireTable, access: TableAccess) -> None:
        """Raises ValueError where the table needs the vendor's key and the line has none, which would open it to anybody."""
        if (table.auth.key or table.auth.signature) and not access.key:
            raise ValueError(f"{table.name} sends a key or signs with one: give it")
        inner = re.sub(r"\\\{([a-z_]+)\\\}", r"(?P<\1>[^/]+)", re.escape(table.request.path))
        before = "" if table.request.secret else "(?P<secret>[^/]+)"
        self.path: Final = re.compile(f"{re.escape(PREFIX + table.name)}{f'/{before}' if before else ''}{inner}")
        self._methods = frozenset(table.methods)
        self._is_peer = peers(access.networks or table.auth.networks)
        self._secret, self._key = table.request.secret, table.auth.key
        self._known_key = access.key.encode()
        self._signature = table.auth.signature
        self.take_over(access.secrets)

    def take_over(self, secrets: tuple[str, ...]) -> None:
        """From now on these open, and no others."""
        self._secrets = tuple(secret.encode() for secret in secrets)

    def opens(self, environ: dict[str, Any]) -> bool:
        """Constant in time over secrets and key, so that none can be felt out byte by byte."""
        at = self.path.fullmatch(environ["PATH_INFO"])
        if at is None or environ["REQUEST_METHOD"] not in self._methods or not self._is_peer(environ.get("REMOTE_ADDR", "")):
            return False
        given = (_found(environ, self._secret) if self._secret else at["secret"]).encode()
        opens = any([hmac.compare_digest(given, known) for known in self._secrets])  # noqa: C419 -- all of them
        return opens and (not self._key or hmac.compare_digest(_found(environ, self._key).encode(), self._known_key))

    def hold_to_signature(self, environ: dict[str, Any]) -> None:
        """Raises FieldError where the vendor signs and this is not signed by it. The body can be read again."""
        if self._signature is None:
            return
        body = body_of(environ)
        environ["wsgi.input"] = BytesIO(body)
        given: str = environ.get(_variable(self._signature.header)) or ""
        if not hmac.compare_digest(given.encode(), _signed(body, self._known_key, self._signature).encode()):
            raise FieldError(self._signature.header)


def _signed(body: bytes, key: bytes, signature: SignatureKeys) -> str:
    digest = hmac.new(key, body, getattr(hashlib, signature.hash)).digest()
    return signature.prefix + (digest.hex() if signature.encoding == "hex" else b64encode(digest).decode())


def _variable(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"


def _found(environ: dict[str, Any], place: str) -> str:
    """What stands at `header:NAME` or `query:NAME`: a word that a URL carries as it is, once; else nothing."""
    kind, _, name = place.partition(":")
    if kind == "header":
        return environ.get(_variable(name)) or ""
    found = [value for pair in (environ.get("QUERY_STRING") or "").split("&") for key, _, value in [pair.partition("=")] if key == name]
    return found[0] if len(found) == 1 else ""
