"""What a supervisor or an admin reads of the audit: a page of it, and whether its chain holds. It is written by `Act.record` and `Work.audit`, its deeds are listed in `ports/desk/audit_deeds.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from hotline.ports.desk.audit import AuditRecord
from hotline.ports.store import Store

PAGE: Final = 50
"""Lines at a time, so that no search reads a year."""
NEWEST: Final = 2**31 - 1
"""Above every sequence number that a database keeps here."""


class AuditPage(Struct, frozen=True):
    """Some of the lines, the newest first, each with its number."""

    lines: tuple[tuple[int, AuditRecord], ...]
    older: int | None
    """What comes next begins below this number; None: nothing does."""


class Chain(Struct, frozen=True):
    lines: int
    broken_at: int | None
    """The number of the first line that does not follow from the one before, or is missing at the end."""


def look(store: Store, search: str, before: int = NEWEST, named: Callable[[str, str], bool] | None = None, most: int = PAGE) -> AuditPage:
    """Lines in which `search` stands, by who, what or about, at most `most` of them, with numbers below `before`.

    `named`: does a deed (`what`) match the search as the reader's own language calls it? Raises StoreAway.
    """
    with store.read() as tx:
        deeds = tuple(deed for deed in tx.audit.deeds() if named(deed, search)) if search and named else ()
        found = tx.audit.search(search, min(max(before, 0), NEWEST), most + 1, deeds)
    return AuditPage(found[:most], found[most - 1][0] if len(found) > most else None)


def verify(store: Store) -> Chain:
    """Read the whole chain. Raises StoreAway."""
    with store.read() as tx:
        return Chain(tx.audit.count(), tx.audit.broken_at())
