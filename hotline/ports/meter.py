"""Counters."""

from __future__ import annotations

from typing import Literal, Protocol

from hotline.ports.incoming import Unknown


class Meter(Protocol):
    """Counters for /metrics. Labels are codes of ours, never anything from a caller."""

    def hop(self, kind: Literal["screen", "end", "order", "refused", "broken"], seconds: float, gateway: str = "") -> None:
        """One USSD hop answered: a screen, a last screen, a screen behind an order or fact that needed a store, a 4xx, or the neutral end. `gateway`: by
        whose wire it came."""

    def order(self, effect: str, how: Literal["kept", "spooled", "lost"]) -> None: ...
    def ended(self, status: Literal["Success", "Incomplete", "Failed"]) -> None:
        """A gateway told that a session is over, and how."""

    def unknown(self, what: Unknown) -> None:
        """Something came from a gateway in a state that is not known."""

    def share(self) -> None:
        """Leave the counts where the machine's other processes find them, and look at theirs. May hang with the disk. Raises OSError."""

    def breaker(self, part: Literal["memory", "store"]) -> None:
        """A store was left alone because it had just failed."""
