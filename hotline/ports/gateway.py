"""A vendor's outgoing side."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class GatewayRefused(Exception):
    """The vendor said no before doing anything: it may be tried again. Carries a short code, never a number."""


class GatewayUnknown(Exception):
    """The vendor may or may not have done it: a time-out, a broken answer."""


class ReceivedSms(Struct, frozen=True):
    """An SMS as a vendor handed it over, from a caller or from staff."""

    gateway: str
    message: str
    """The vendor's id of it, unique within the vendor."""
    number: str
    text: str
    sent_at: int | None
    """None: the vendor does not say."""
    network: str

    @property
    def origin(self) -> str:
        """What follows from this message follows once."""
        return f"{self.gateway}|{self.message}"


class Gateway(Protocol):
    """A vendor's outgoing side."""

    name: str

    def send_sms(self, to: str, text: str) -> str:
        """Hand over one SMS; returns the vendor's id. Raises GatewayRefused or GatewayUnknown."""

    def ring(self, to: str, token: str) -> str:
        """Ring this number from the cover number; returns the voice session's id. Raises GatewayRefused or GatewayUnknown.

        `token`: what the vendor may bring back with what it says of the call, of 32 hexadecimal digits."""

    def cover(self, session: str) -> None:
        """In a call that joins two, let the one who was called hear what the cover number says to anybody. Raises GatewayRefused or GatewayUnknown."""
