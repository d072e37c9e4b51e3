"""Styles and scripts, read once, compressed once, and kept by browsers for good: their address changes with them."""

from __future__ import annotations

import gzip
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Response, abort, request
from msgspec import Struct

from hotline.engine.times import DAY_SECONDS

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
LEAST: Final = 400
"""Shorter bodies are not worth compressing."""
HSTS_SECONDS: Final = 2 * 365 * DAY_SECONDS
"""For so long a browser asks over TLS alone, whatever is typed or linked (RFC 6797)."""


class Asset(Struct, frozen=True):
    plain: bytes
    small: bytes
    kind: str
    version: str


class Assets:
    """Every file of `static/` by its path below it."""

    def __init__(self) -> None:
        paths = [path for path in FOLDER.rglob("*") if path.suffix in TYPES]
        self._files = {path.relative_to(FOLDER).as_posix(): _asset(path) for path in paths}

    def version(self, name: str) -> str:
        return self._files[name].version

    def answer(self, name: str) -> Response:
        asset = self._files.get(name)
        if asset is None:
            abort(HTTPStatus.NOT_FOUND)
        wants_small = request.accept_encodings.quality("gzip") > 0
        response = Response(asset.small if wants_small else asset.plain, content_type=asset.kind)
        response.headers["Cache-Control"] = f"public, max-age={365 * DAY_SECONDS}, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        if wants_small:
            response.headers["Content-Encoding"] = "gzip"
        return response


def compressed(response: Response) -> Response:
    """A page as small as the browser takes it: mobile data are dear."""
    if request.accept_encodings.quality("gzip") > 0 and not response.direct_passthrough and "Content-Encoding" not in response.headers:
        body = response.get_data()
        if len(body) > LEAST:
            response.set_data(gzip.compress(body, 6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Vary"] = "Accept-Encoding"
    return response


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    return Asset(plain, gzip.compress(plain, 9, mtime=0), TYPES[path.suffix], sha256(plain).hexdigest()[:12])
