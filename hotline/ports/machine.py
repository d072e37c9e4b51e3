"""What the machine knows by itself, for gauges: it asks no store."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class MachineState(Struct, frozen=True):
    """What is not known is left out."""

    certificate: int | None = None
    """For how many seconds the proxy's is good; negative once it is not."""
    key_ages: Mapping[str, float] = {}
    """For how many seconds the key in force has been so, by its purpose; infinite where that was never written down."""
