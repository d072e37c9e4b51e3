"""Who may ask the line, where the vendor signs nothing: whoever knows the secret of the path, from one of its networks; and Flask views behind that."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, request

from hotline.config import webhook_secrets
from hotline.gateways.peers import peers
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.config import GuardedAccount

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Every usual one, so that the router's 405 does not tell a known path from an unknown one."""


class PathGuard:
    """Safe for threads: only the secrets are ever replaced, as one."""

    def __init__(self, account: GuardedAccount) -> None:
        self._account = account
        self._take_over(account.secret)
        self._is_peer = peers(account.peers)

    @property
    def secret(self) -> str:
        """The one that a vendor is given with an address of ours."""
        return self._secret

    def refresh(self) -> None:
        """Take over the secrets of the file that holds them, if there is one. Raises ConfigError; then those that are known go on."""
        self._take_over(webhook_secrets(self._account))

    def opens(self, secret: str, address: str) -> bool:
        """Constant in time over the secrets, so that none can be felt out byte by byte."""
        given = secret.encode()
        return any([compare_digest(given, known) for known in self._known]) and self._is_peer(address)  # noqa: C419 -- all of them

    def _take_over(self, secrets: tuple[str, ...]) -> None:
        self._secret = secrets[0]
        self._known = tuple(secret.encode() for secret in secrets)


def guarded_views(name: str, prefix: str, guard: PathGuard, views: dict[str, tuple[str, Callable[[], Response]]]) -> Blueprint:
    """Views below `<prefix>/<secret>`: for each path its one method, and what answers.

    A wrong secret, address or method meets what an unknown path meets. 503 where nothing could be kept: the vendor asks again.
    """
    blueprint = Blueprint(name, __name__, url_prefix=f"{prefix}/<secret>")
    methods = {f"{name}.{path}": method for path, (method, _) in views.items()}

    @blueprint.url_value_preprocessor
    def _refuse_strangers(endpoint: str | None, values: dict[str, Any] | None) -> None:
        secret = values.pop("secret") if values else ""
        if request.method != methods.get(endpoint or "") or not guard.opens(secret, request.remote_addr or ""):
            abort(404)

    blueprint.register_error_handler(StoreAway, lambda _: Response(status=503))
    blueprint.register_error_handler(MemoryAway, lambda _: Response(status=503))
    for path, (_, view) in views.items():
        blueprint.add_url_rule(f"/{path}", path, view, methods=_METHODS)
    return blueprint
