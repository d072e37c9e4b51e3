"""What a supervisor or an admin reads of the audit: a page of it, and whether its chain holds. It is written by `Act.record` and `Work.audit`, its deeds are listed in `ports/desk/audit_deeds.py`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from hotline.ports.desk.audit import AuditHead, AuditRecord, HeadStanding
from hotline.ports.store import Store

PAGE: Final = 50
"""Lines at a time, so that no search reads a year."""
NEWEST: Final = 2**31 - 1
"""Above every sequence number that a database keeps here."""


class AuditPage(Struct, frozen=True):
    """Some of the lines, the newest first, each with its number."""

    lines: tuple[tuple[int, AuditRecord], ...]
    older: int | None
    """What comes next begins below this number; None where nothing does."""


class Chain(Struct, frozen=True):
    lines: int
    broken_at: int | None
    """The number of the first line that does not follow from the one before, or is missing at the end."""
    first: int
    """The number of the first line that is kept: those before it went with their years."""


class NoHead(ValueError):
    """What was given is no head of an audit."""


_HEAD: Final = re.compile(r"audit:([1-9][0-9]{0,9}):([0-9a-f]{32}):([0-9a-f]{32})")


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
    chain = _read(store)
    # A line that is added, or a year that goes, while it is read is no break.
    return chain if chain.broken_at is None else _read(store)


def _read(store: Store) -> Chain:
    with store.read() as tx:
        return Chain(tx.audit.count(), tx.audit.broken_at(), tx.audit.first())


def head_line(store: Store) -> str | None:
    """Where the audit ends, as a line for paper: `audit:NUMBER:DIGEST:SIGNATURE`, the two in groups of four hexadecimal digits. Returns None where there is no
    line yet, or somebody meddled with the end. Raises StoreAway."""
    with store.read() as tx:
        head = tx.audit.head()
    return None if head is None else f"audit:{head.sequence}:{head.digest.hex('-', 2)}:{head.signature.hex('-', 2)}"


def read_head(line: str) -> AuditHead:
    """As `head_line` wrote it, or as somebody typed it from paper: blanks, dashes and letters' size apart. Raises NoHead."""
    found = _HEAD.fullmatch(re.sub(r"[\s-]", "", line).lower())
    if found is None:
        raise NoHead
    return AuditHead(int(found[1]), bytes.fromhex(found[2]), bytes.fromhex(found[3]))


def held(store: Store, head: AuditHead) -> HeadStanding:
    """How the audit stands to a head that was kept. Raises StoreAway."""
    with store.read() as tx:
        return tx.audit.holds(head)
