"""The directory of places and services: kept true by telephone."""

from __future__ import annotations

from typing import Any


def declare(commands: Any) -> None:
    """`directory check`, `verify`, `dark`, `import`, `export`."""
