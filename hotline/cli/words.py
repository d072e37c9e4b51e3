"""The words, on their way to translators and back."""

from __future__ import annotations

from typing import Any


def declare(commands: Any) -> None:
    """`words export` and `words import`."""
