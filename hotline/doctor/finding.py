"""What one look found."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

Level: TypeAlias = Literal["ok", "warn", "bad", "people"]
"""`people`: no machine can see it, and nobody has signed for it."""
FEW: Final = 5


class Finding(Struct, frozen=True):
    """One look's answer: what was looked at, how it is, and the words for it, without a number, a key or a secret."""

    name: str
    level: Level
    text: str


def listed(names: tuple[str, ...]) -> str:
    """The first few of them, and how many more."""
    rest = len(names) - FEW
    return ", ".join(names[:FEW]) + (f" and {rest} more" if rest > 0 else "")
