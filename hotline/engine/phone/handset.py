"""How a basic phone sets a text: in lines of so many columns, broken between words."""

from __future__ import annotations

import textwrap
from typing import Final

WIDTH: Final = 32
"""Columns. Phones differ; the line's own breaks are kept."""


def wrapped(text: str) -> tuple[str, ...]:
    """The text in lines of at most WIDTH columns; a word that is longer is broken."""
    return tuple(part for line in text.split("\n") for part in textwrap.wrap(line, WIDTH) or [""])
