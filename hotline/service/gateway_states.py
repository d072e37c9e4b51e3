"""Whether each gateway took what it was handed last: for whoever runs the line."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.memory import MemoryAway
from hotline.service.deps import Deps

KNOWN_SECONDS: Final = HOUR_SECONDS
"""So long after it was asked last, it counts as well again."""
_FAILING: Final = b"failing"


def note(deps: Deps, gateway: str, *, works: bool) -> None:
    """It took what it was handed, or did not."""
    with suppress(MemoryAway):
        deps.memory.remember(_name(gateway), b"" if works else _FAILING, KNOWN_SECONDS)


def states(deps: Deps) -> dict[str, str]:
    """By name: `ok`, or `failing` where the last thing that it was handed was not taken; `away`: Redis is, so that nothing is known."""
    found: dict[str, str] = {}
    for gateway in deps.outgoing.names:
        try:
            found[gateway] = "failing" if deps.memory.recall(_name(gateway)).facts == _FAILING else "ok"
        except MemoryAway:
            found[gateway] = "away"
    return found


def _name(gateway: str) -> str:
    return f"gateway {gateway}"
