"""What every use case works with: the settings, the editions and the ports, handed in once."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

from hotline.engine.edition import Edition
from hotline.engine.times import EPOCH
from hotline.ports.clock import Clock
from hotline.ports.hasher import Hasher
from hotline.ports.memory import Memory
from hotline.ports.meter import Meter
from hotline.ports.outgoing import Outgoing
from hotline.ports.queue import Queue
from hotline.ports.sealer import Sealer
from hotline.ports.spool import Spool
from hotline.ports.store import Store
from hotline.ports.upkeep.revocations import RevokedJournal
from hotline.service.editions.cache import EditionCache
from hotline.settings import Rules


class Deps(Struct, frozen=True):
    """Shared by all threads."""

    rules: Rules
    editions: EditionCache
    store: Store
    memory: Memory
    spool: Spool
    queue: Queue
    outgoing: Outgoing
    clock: Clock
    hasher: Hasher
    sealer: Sealer
    meter: Meter
    revoked: RevokedJournal | None = None
    """The file apart; None for the shell, whose store alone writes to it."""

    @property
    def written(self) -> Edition:
        """The words as they go out by SMS."""
        return self.editions.active(self.clock.now()).edition("sms", "")

    @property
    def spoken(self) -> Edition:
        """The words as they are said."""
        return self.editions.active(self.clock.now()).edition("voice", "")

    def today(self, at: int) -> date:
        """The local day of a moment."""
        return EPOCH + timedelta(minutes=self.clock.local(at))

    def derive(self, kind: str, origin: str) -> str:
        """The id of what follows from `origin`: the same each time, so that doing it twice makes one row."""
        return self.hasher.digest(kind, origin).hex()[:32]
