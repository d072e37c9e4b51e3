"""One unit of work at one moment: what every rule that reads or writes is handed."""

from __future__ import annotations

from msgspec import Struct

from hotline.engine.times import hour
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.audit_deeds import OF_CALLERS, Deed
from hotline.ports.store import Transaction
from hotline.service.deps import Deps


class Work(Struct, frozen=True):
    """An open transaction, the moment for which it reads and writes, and the ports beside it."""

    deps: Deps
    tx: Transaction
    at: int

    @property
    def now(self) -> int:
        """The local minute."""
        return self.deps.clock.local(self.at)

    def audit(self, who: str, deed: Deed, about: str) -> None:
        """Append a line to the audit: who did what to what, and when; of what is done to a callback the hour."""
        self.tx.audit.add(AuditRecord(hour(self.at) if deed in OF_CALLERS else self.at, who, deed, about))
