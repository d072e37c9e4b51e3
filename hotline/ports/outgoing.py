"""What leaves the line, and by which vendor: SMS and rings, with a second choice where the first one refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from hotline.ports.calls.outbox import OutboxKind


class GatewayRefused(Exception):
    """The vendor said no before doing anything: it may be tried again, and by another. Carries a short code, never a number."""


class GatewayUnknown(Exception):
    """The vendor may or may not have done it: a time-out, a broken answer."""


class SmsOut(Protocol):
    """A vendor's way out for SMS; safe for threads."""

    def send_sms(self, to: str, text: str) -> str:
        """Hand over one SMS; returns the vendor's id, empty where it gives none. Raises GatewayRefused or GatewayUnknown."""


class Voice(Protocol):
    """A vendor's calls; safe for threads."""

    def ring(self, to: str, token: str) -> str:
        """Ring this number from the cover number; returns the voice session's id. Raises GatewayRefused or GatewayUnknown.

        `token`: what the vendor may bring back with what it says of the call, of 32 hexadecimal digits."""

    def cover(self, session: str) -> None:
        """In a call that joins two, let the one who was called hear what the cover number says to anybody. Raises GatewayRefused or GatewayUnknown."""


class WebhookOut(Protocol):
    """A partner's system; safe for threads."""

    def post(self, id: str, body: bytes, at: int) -> None:
        """Hand over what it is told, signed with `id` and the moment; the same id twice is the same news. Raises GatewayRefused or GatewayUnknown."""


PARTNER: Final = "partner webhook"
"""What a partner's system goes by among those that messages leave by; no gateway can be called so."""


class Route(Struct, frozen=True):
    """By which vendors a kind of message goes, to the numbers that begin so."""

    kind: str
    """`any`, or one of the outbox's."""
    prefix: str
    by: tuple[str, ...]

    def fits(self, kind: str, to: str) -> bool:
        return self.kind in ("any", kind) and to.startswith(self.prefix)


class Outgoing(Struct, frozen=True):
    """The vendors by name, in the order in which they are chosen where no route says otherwise."""

    sms: Mapping[str, SmsOut]
    voice: Mapping[str, Voice]
    routes: tuple[Route, ...] = ()
    webhook: WebhookOut | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of all that can be asked, a partner's system last."""
        return (*{**self.sms, **self.voice}, *(() if self.webhook is None else (PARTNER,)))

    def ways(self, kind: OutboxKind, to: str) -> tuple[str, ...]:
        """Who is asked, one after the other. The first route that fits counts."""
        if kind == "webhook":
            return () if self.webhook is None else (PARTNER,)
        able: Mapping[str, object] = self.voice if kind == "ring" else self.sms
        route = next((route for route in self.routes if route.fits(kind, to)), None)
        return tuple(able) if route is None else tuple(name for name in route.by if name in able)
