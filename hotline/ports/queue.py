"""RQ: tells workers that a message waits."""

from __future__ import annotations

from typing import Protocol


class Queue(Protocol):
    """RQ: a hint that a post waits. The clock finds what a lost hint would have told."""

    def enqueue(self, queue: str, post: str) -> None:
        """Best effort, within Redis's budget. Raises MemoryAway."""
