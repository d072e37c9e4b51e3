"""RQ: tells workers that a message waits."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args

QueueName: TypeAlias = Literal["urgent", "default"]
"""What waits on a callback that is urgent, and all else; a worker each."""
QUEUES: Final[tuple[QueueName, ...]] = get_args(QueueName)


class Queue(Protocol):
    """RQ: tells a worker that a message waits. The clock finds what no worker heard of."""

    def enqueue(self, queue: str, message: str) -> None:
        """Best effort, within Redis's budget. Raises MemoryAway."""

    def dropped(self) -> int:
        """How many jobs workers dropped because the line does not make such; since Redis began. Raises MemoryAway."""

    def is_worked(self, queue: str) -> bool:
        """Did a worker of this queue show itself within the last minute? Raises MemoryAway."""
