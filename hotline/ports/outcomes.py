"""How a call ended."""

from __future__ import annotations

from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["spoke", "no_answer", "unreachable", "someone_else", "wrong_word", "could_not_talk", "prank"]
"""How a try ended, in the counselor's words."""
