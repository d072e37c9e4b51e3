"""What the console's cookies and forms are signed with: a key that derives from the line's, which every web process knows and no setting holds."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from hotline.console.context import ConsoleContext

_KEYS = "WTF_CSRF_SECRET_KEY"
"""Flask-WTF hands it to itsdangerous as it is, which takes several: the last one signs, each opens."""


class SignedSessions(SecureCookieSessionInterface):
    """Flask's sessions under the line's keys as they are at each request: what was signed before they were exchanged is taken as long as the older key is at hand."""

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        keys = [*reversed(self._context.deps.hasher.digests("cookie", "console"))]
        if app.config.get(_KEYS) != keys:
            app.config.update({_KEYS: keys, "SECRET_KEY_FALLBACKS": keys[:-1], "SECRET_KEY": keys[-1]})
        return super().open_session(app, request)


def signing_keys(app: Any) -> list[bytes]:
    """The keys, the one that signs last."""
    return cast("list[bytes]", app.config[_KEYS])
