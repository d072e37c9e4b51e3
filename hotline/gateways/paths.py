"""Under which paths vendors ask from outside: what a proxy in front passes on to the processes that answer callers."""

from __future__ import annotations

from typing import Final

NOT_PROXIED: Final = "kannel"
"""It asks from the line's own machine."""


def asked_from_outside(gateways: tuple[str, ...]) -> tuple[str, ...]:
    """Each without the slashes around it, in the gateways' order."""
    return tuple("at" if name == "africastalking" else f"gateway/{name}" for name in gateways if name != NOT_PROXIED)
