"""The audit: lines that are only ever appended, each bound to the one before by a keyed hash, and the last one to a head apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import BindParameter, Row, Table, bindparam, delete, func, insert, or_, select

from hotline.adapters.sql.tables import audit, audit_base, audit_head, editions
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.desk.audit import AuditHead, AuditRecord, HeadStanding
from hotline.ports.desk.audit_deeds import Deed

HEADLESS: Final = "audit"
"""What lines were hashed as before there was a head."""
BOUND: Final = "audit.line"
"""What they are hashed as since: where one of these stands, a head has to stand too."""
KEPT_BYTES: Final = 16
"""Of a digest and of a signature, on paper: 128 bits, and 32 digits to type."""
_LAST: Final = select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc()).limit(1)
_HEAD: Final = select(audit_head.c.sequence, audit_head.c.digest, audit_head.c.bound)
_BASE: Final = select(audit_base.c.sequence, audit_base.c.digest, audit_base.c.bound)
_FIRST_YOUNG: Final = select(func.min(audit.c.sequence)).where(audit.c.at >= AT)
_DIGEST: Final = select(audit.c.digest).where(audit.c.sequence == THIS)
_FORGET: Final = delete(audit).where(audit.c.sequence <= THIS)
_IS_PUBLISHED: Final = select(editions.c.number).limit(1)
_ALL: Final = select(audit).order_by(audit.c.sequence)
_HOW_MANY: Final = select(func.count()).select_from(audit)
_LIKE: Final[BindParameter[Any]] = bindparam("like")
_SEARCH: Final = (
    select(audit)
    .where(
        audit.c.sequence < bindparam("before"),
        or_(
            *(func.lower(part).like(_LIKE, escape="!") for part in (audit.c.who, audit.c.what, audit.c.about)),
            audit.c.what.in_(bindparam("deeds", expanding=True)),
        ),
    )
    .order_by(audit.c.sequence.desc())
    .limit(bindparam("most"))
)
_WHO_DID: Final = (
    select(audit.c.who)
    .where(audit.c.what == bindparam("what"), audit.c.about == bindparam("about"), audit.c.at >= bindparam("since"))
    .distinct()
)
_DEEDS: Final = select(audit.c.what).distinct().order_by(audit.c.what)
_APPEND: Final = insert(audit)


class SqlAudit(Unit):
    __slots__ = ()

    def add(self, record: AuditRecord) -> None:
        """Writers take turns (`SqlStore.write`), so that no two lines follow the same one."""
        last, before = self._end()
        digest = self._digests(BOUND, last + 1, before, record)[0]
        self._change(_APPEND, sequence=last + 1, digest=digest, **asdict(record))
        self._put(audit_head, one=1, sequence=last + 1, digest=digest, bound=self._bounds(last + 1, digest)[0])

    def all(self) -> tuple[AuditRecord, ...]:
        return tuple(map(_record, self._rows(_ALL)))

    def search(self, search: str, before: int, limit: int, deeds: tuple[str, ...] = ()) -> tuple[tuple[int, AuditRecord], ...]:
        escaped = search.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        rows = self._rows(_SEARCH, like=f"%{escaped}%", deeds=deeds, before=before, most=limit)
        return tuple((row.sequence, _record(row)) for row in rows)

    def who_did(self, what: Deed, about: str, since: int) -> tuple[str, ...]:
        return tuple(row.who for row in self._rows(_WHO_DID, what=what, about=about, since=since))

    def deeds(self) -> tuple[str, ...]:
        return tuple(row.what for row in self._rows(_DEEDS))

    def count(self) -> int:
        return int(self._value(_HOW_MANY))

    def first(self) -> int:
        base = self._row(_BASE)
        return base.sequence + 1 if base else 1

    def head(self) -> AuditHead | None:
        head = self._row(_HEAD)
        if head is None or not self._is_sound(head):
            return None
        digest = head.digest[-KEPT_BYTES:]
        return AuditHead(head.sequence, digest, self._signatures(head.sequence, digest)[0])

    def holds(self, head: AuditHead) -> HeadStanding:
        base, last = self._row(_BASE), self._row(_HEAD)
        digest = base.digest if base and base.sequence == head.sequence else self._value(_DIGEST, this=head.sequence)
        if digest is not None and digest[-KEPT_BYTES:] == head.digest:
            return "holds"
        if head.signature not in self._signatures(head.sequence, head.digest):
            return "unsigned"
        if base and head.sequence < base.sequence:
            return "gone"
        return "ahead" if digest is None and (last is None or last.sequence < head.sequence) else "other"

    def due(self, at: int) -> int | None:
        young, last, first = self._value(_FIRST_YOUNG, at_=at), self._row(_LAST), self.first()
        until = young - 1 if young is not None else last.sequence if last else 0
        # What does not hold is evidence: it stays until somebody has looked.
        return until if until >= first and self.broken_at() is None else None

    def forget(self, until: int, most: int) -> int:
        first = self.first()
        reached = min(until, first + most - 1)
        digest = self._value(_DIGEST, this=reached)
        if reached < first or digest is None:
            return 0
        self._put(audit_base, one=1, sequence=reached, digest=digest, bound=self._base_bounds(reached, digest)[0])
        return self._change(_FORGET, this=reached)

    def rebind(self) -> bool:
        """Bind the head, and what went before the first line, under the key in force; False where both are, or where somebody meddled with them."""
        return self._rebind(audit_head, self._row(_HEAD), self._bounds) | self._rebind(audit_base, self._row(_BASE), self._base_bounds)

    def _rebind(self, table: Table, end: Row[*tuple[Any, ...]] | None, bounds: Callable[[int, bytes], tuple[bytes, ...]]) -> bool:
        known = bounds(end.sequence, end.digest) if end is not None else ()
        if end is None or end.bound not in known or end.bound == known[0]:
            return False
        self._put(table, one=1, sequence=end.sequence, digest=end.digest, bound=known[0])
        return True

    def rebind_restored(self) -> None:
        head = self._row(_HEAD)
        if head is not None and head.bound in self._bounds(head.sequence, head.digest, living=False):
            bound = self._bounds(head.sequence, head.digest)[0]
            self._put(audit_head, one=1, sequence=head.sequence, digest=head.digest, bound=bound)

    def lines_by_key(self) -> dict[int, int]:
        """How many lines were hashed under which key, by its place among those at hand; -1: under none of them."""
        last, before = self._begin()
        found = dict[int, int]()
        for sequence, row in enumerate(self._rows(_ALL), last + 1):
            under = [
                digests.index(row.digest)
                for kind in (BOUND, HEADLESS)
                if row.digest in (digests := self._digests(kind, sequence, before, _record(row)))
            ]
            found[min(under, default=-1)] = found.get(min(under, default=-1), 0) + 1
            before = row.digest
        return found

    def broken_at(self) -> int | None:
        base = self._row(_BASE)
        if base is not None and base.bound not in self._base_bounds(base.sequence, base.digest):
            return int(base.sequence)
        (last, before), is_bound = self._begin(), False
        sequence = last
        for sequence, row in enumerate(self._rows(_ALL), last + 1):
            follows = [kind for kind in (BOUND, HEADLESS) if row.digest in self._digests(kind, sequence, before, _record(row))]
            # Whoever takes the head away cannot pass what was written under it for old.
            if row.sequence != sequence or not follows or (is_bound and BOUND not in follows):
                return sequence
            before, is_bound = row.digest, BOUND in follows
        head = self._row(_HEAD)
        if head is None and not is_bound and base is None:
            # An edition is never taken away, and none was published without a line: an audit that is empty beside one was emptied.
            return 1 if sequence == 0 and self._value(_IS_PUBLISHED) is not None else None
        return None if head and self._is_sound(head) and (head.sequence, head.digest) == (sequence, before) else sequence + 1

    def _begin(self) -> tuple[int, bytes]:
        """What the first line follows: nothing, or the last of the years that went."""
        base = self._row(_BASE)
        return (base.sequence, base.digest) if base else (0, b"")

    def _end(self) -> tuple[int, bytes]:
        """What the next line follows. It follows what the head says, so that a line that was taken off the end is missed for good; where
        the head was meddled with a number is left out, which nobody can put right."""
        last, head = self._row(_LAST), self._row(_HEAD)
        reached, digest = (last.sequence, last.digest) if last else self._begin()
        if head is not None:
            reached = max(reached, head.sequence)
            if self._is_sound(head):
                return reached, head.digest
        return (reached, digest) if self.broken_at() is None else (reached + 1, digest)

    def _digests(self, kind: str, sequence: int, before: bytes, record: AuditRecord) -> tuple[bytes, ...]:
        """Under every key at hand: a line stays under the key of its time, and the line behind it holds it to what it is."""
        parts = (str(sequence), before.hex(), str(record.at), record.who, record.what, record.about)
        return self._seal.digests(kind, "|".join(f"{len(part)}:{part}" for part in parts))

    def _bounds(self, sequence: int, digest: bytes, *, living: bool = True) -> tuple[bytes, ...]:
        """`living`: under no key whose exchange is done: whoever has that one can end the audit nowhere else."""
        return self._seal.digests("audit.head", f"{sequence}|{digest.hex()}", living=living)

    def _base_bounds(self, sequence: int, digest: bytes) -> tuple[bytes, ...]:
        """As `_bounds`, of what no head can be taken for."""
        return self._seal.digests("audit.head", f"base|{sequence}|{digest.hex()}", living=True)

    def _signatures(self, sequence: int, digest: bytes) -> tuple[bytes, ...]:
        """Of a head that somebody keeps elsewhere, under every key at hand, however old."""
        made = self._seal.digests("audit.head", f"kept|{sequence}|{digest.hex()}")
        return tuple(signature[-KEPT_BYTES:] for signature in made)

    def _is_sound(self, head: Row[*tuple[Any, ...]]) -> bool:
        return head.bound in self._bounds(head.sequence, head.digest)


def _record(row: Row[*tuple[Any, ...]]) -> AuditRecord:
    return AuditRecord(row.at, row.who, row.what, row.about)
