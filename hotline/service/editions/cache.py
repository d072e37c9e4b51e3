"""The editions: how one is published, and those that a process holds for the sessions that may be on them, followed while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from hotline.engine.check import check
from hotline.engine.flow import Fault, Sources
from hotline.engine.freshness import fresh
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.editions import EditionRow, Withdrawal
from hotline.ports.store import Store, StoreAway, Transaction
from hotline.service.editions import activation, copies
from hotline.service.editions.snapshot import CompileSettings, LoadedEdition, Snapshot, snapshot_of
from hotline.service.editions.testimony_overlay import with_testimonies, withdrawn_testimonies

MOST_HELD: Final = 8
"""Editions that sessions may be on at once. Each takes some megabytes of every process."""
FOR_ROLLBACKS: Final = 4
"""So many more, since going back cannot wait."""
FOREVER: Final = 1 << 40

Name: TypeAlias = tuple[int, int, int]
"""Number, made_at, active_from: they tell an edition from another one of the same number, in a database that was replaced."""


class NoEdition(Exception):
    """There is nothing that the line could say: no edition in the database, none on this machine."""


class FaultySources(Exception):
    """An edition was not published. `faults` says why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class TooSoon(Exception):
    """An edition was not published: sessions are on too many others. `until`: when there will be room."""

    def __init__(self, until: int) -> None:
        super().__init__("sessions are on too many editions")
        self.until = until


class UnreadableEdition(Exception):
    """The database has an edition that this version of the program cannot read."""


class Overtaken(Exception):
    """An edition was not published: what it was made from is not the newest any more."""


def encode(sources: Sources) -> bytes:
    """An edition's sources as they lie in the database: JSON."""
    return msgspec.json.encode(sources)


def decode(data: bytes) -> Sources:
    """The reverse of `encode`. msgspec.ValidationError where it is none."""
    return msgspec.json.decode(data, type=Sources)


def publish(store: Store, sources: Sources, by: str, at: int, active_from: int) -> int:
    """Keep these sources, without what is stale or over, as the next edition and return its number.

    Every process learns of it within two seconds; sessions begin on it at `active_from`, which must be later than that, and those under way stay on theirs.
    Raises FaultySources, TooSoon and StoreAway; then nothing is kept.
    """
    clean = checked(sources, at)
    with store.write() as tx:
        return enact(tx, clean, by, at, active_from)


def checked(sources: Sources, at: int) -> Sources:
    """What would be published of these at this moment: all but what is stale or over. Raises FaultySources."""
    return checked_on(sources, datetime.fromtimestamp(at, UTC).date())


def checked_on(sources: Sources, today: date) -> Sources:
    """`checked`, for whoever knows the local day."""
    clean, _ = fresh(sources, today)
    grave = tuple(fault for fault in check(clean, today) if fault.grave)
    if grave:
        raise FaultySources(grave)
    return clean


def enact(
    tx: Transaction,
    sources: Sources,
    by: str,
    at: int,
    active_from: int,
    *,
    approved_by: str | None = None,
    again: int | None = None,
    life: int = CompileSettings().longest,
    after: int | None = None,
) -> int:
    """`publish`, for what was checked, inside a transaction. `after`: the number of the edition that this one was made from. Raises Overtaken and TooSoon.

    What women told is laid over it here, whoever makes it: what the room released was checked by the room.
    """
    moments = [(row.number, row.active_from) for row in reversed(tx.editions.all())]
    newest = moments[-1][0] if moments else 0
    if after is not None and after != newest:
        raise Overtaken
    held = activation.needed(moments, at, life) if moments else ()
    if len(held) >= MOST_HELD + (FOR_ROLLBACKS if again is not None else 0):
        raise TooSoon(activation.gone_at(dict(moments)[held[1]], life))
    tx.editions.add(EditionRow(newest + 1, at, by, active_from, encode(with_testimonies(tx, sources)), approved_by, again))
    tx.audit.add(AuditRecord(at, by, "published", str(newest + 1)))
    return newest + 1


class EditionCache:
    """The editions that this process holds. Any thread may look at the `shelf`, which one thread replaces by `refresh`."""

    def __init__(self, making: CompileSettings, folder: Path | None = None) -> None:
        """Empty. `folder`: where the machine's copies lie; None: nowhere."""
        self.shelf = snapshot_of((), (), 0, making.session_seconds)
        self._making = making
        self._folder = folder
        self._eager = False
        self._unreadable: set[Name] = set()
        self._fresh: dict[Name, LoadedEdition] = {}
        """Read, and not on the shelf yet."""

    @classmethod
    def of(cls, sources: Sources, number: int = 1, making: CompileSettings = CompileSettings()) -> EditionCache:  # noqa: B008 -- frozen
        """One edition that is known to be the only one."""
        library = cls(making)
        row = EditionRow(number, 0, "", 0, b"")
        library.shelf = snapshot_of((LoadedEdition(row, sources, (), making),), (), FOREVER, making.session_seconds)
        return library

    @classmethod
    def load(cls, store: Store, var: Path, at: int, making: CompileSettings) -> EditionCache:
        """The editions that sessions may be on; from this machine's copies while the database is away. Raises NoEdition."""
        library = cls(making, var / "editions")
        try:
            with suppress(OSError, UnreadableEdition):  # `refresh` says so again
                library.refresh(store, at)
        except StoreAway:
            library._recover(at)
        if not any(since <= at for _, since in library.shelf.moments):
            raise NoEdition
        return library

    def active(self, at: int) -> LoadedEdition:
        """The edition in force."""
        return self.shelf.active(at)

    def warm(self) -> None:
        """From now on everything is compiled before a hop may ask for it."""
        self._eager = True
        for volume in self.shelf.volumes:
            volume.warm()

    def refresh(self, store: Store, at: int) -> None:
        """Learn of editions that were published and of what was taken off all of them. Two short reads where there is nothing new.

        Raises StoreAway: then nothing changes. Raises OSError where the copies could not be written, and Unreadable where there is an edition that this version
        of the program can do nothing with: everything else was done then.
        """
        with store.read() as tx:
            marks = tx.editions.withdrawals()
            rows = self._needed(tx, tx.editions.moments(), at, anew=withdrawn_testimonies(marks) != withdrawn_testimonies(self.shelf.marks))
        if not rows:
            return
        before, self.shelf = self.shelf, self._arranged(rows, marks, at)
        if self._folder is not None:
            is_news = (before.volumes, before.marks) != (self.shelf.volumes, marks)
            copies.keep(self._folder, rows, marks, at, anew=is_news)
        if any(number >= rows[0].number for number, _, _ in self._unreadable):
            raise UnreadableEdition

    def _needed(self, tx: Transaction, listed: Sequence[Name], at: int, *, anew: bool) -> list[EditionRow]:
        """Those of the listed that sessions may be on, oldest first. One that cannot be read is as if it were not there.

        `anew`: words were taken out of them, which neither this process nor its copies shall keep.
        """
        held = {} if anew else {_name(volume.row): volume.row for volume in self.shelf.volumes}
        self._unreadable.intersection_update(listed)
        while True:
            readable = [name for name in listed if name not in self._unreadable]
            if not readable:
                return []
            wanted = activation.needed([(number, active_from) for number, _, active_from in readable], at, self._making.longest)
            found = [held.get(name) or tx.editions.get(name[0]) for name in readable if name[0] in wanted]
            rows = [row for row in found if row is not None]
            broken = {_name(row) for row in rows if _name(row) not in held and not self._read(row)}
            if not broken:
                return rows
            self._unreadable |= broken

    def _read(self, row: EditionRow) -> bool:
        """Try whether this version of the program can do something with it."""
        try:
            volume = LoadedEdition(row, decode(row.sources), (), self._making)
            volume.edition("ussd", "")
        except (msgspec.DecodeError, KeyError, ValueError):
            return False
        self._fresh[_name(row)] = volume
        return True

    def _recover(self, at: int) -> None:
        if self._folder is not None:
            rows, marks, heard = copies.found(self._folder)
            self.shelf = self._arranged([row for row in rows if self._read(row)], marks, min(heard, at))

    def _arranged(self, rows: Iterable[EditionRow], marks: tuple[Withdrawal, ...], read_at: int) -> Snapshot:
        """A shelf of these. What need not be made anew is kept."""
        held = {_name(volume.row): volume for volume in self.shelf.volumes if marks == self.shelf.marks}
        before = {_name(volume.row): volume for volume in self.shelf.volumes} | self._fresh
        self._fresh = {}
        volumes = [held.get(_name(row)) or self._marked(before[_name(row)], marks) for row in rows]
        return snapshot_of(volumes, marks, read_at, self._making.session_seconds, self.shelf)

    def _marked(self, before: LoadedEdition, marks: tuple[Withdrawal, ...]) -> LoadedEdition:
        made = LoadedEdition(before.row, before.sources, marks, self._making)
        volume = before if before.shown == made.shown else made
        if self._eager:
            volume.warm()
        return volume


def _name(row: EditionRow) -> Name:
    return row.number, row.made_at, row.active_from
