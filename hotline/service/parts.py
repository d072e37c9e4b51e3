"""What every use case works with: the settings, the words and the ports, handed in once."""

from __future__ import annotations

from msgspec import Struct

from hotline.engine.edition import Edition
from hotline.ports import Clock, Gateway, Hasher, Memory, Meter, Queue, Spool, Store
from hotline.service.library import Library
from hotline.service.rules import Rules


class Parts(Struct, frozen=True):
    """Shared by all threads."""

    rules: Rules
    library: Library
    store: Store
    memory: Memory
    spool: Spool
    queue: Queue
    gateway: Gateway
    clock: Clock
    hasher: Hasher
    meter: Meter

    @property
    def written(self) -> Edition:
        """The words as they go out by SMS."""
        return self.library.active(self.clock.now()).edition("sms", "")

    @property
    def spoken(self) -> Edition:
        """The words as they are said."""
        return self.library.active(self.clock.now()).edition("voice", "")

    def derive(self, kind: str, origin: str) -> str:
        """The id of what follows from `origin`: the same each time, so that doing it twice makes one row."""
        return self.hasher.digest(kind, origin).hex()[:32]
