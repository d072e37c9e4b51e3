"""The edition cache: the editions that a process holds for the sessions that may be on them, followed while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from hotline.engine.flow import Sources
from hotline.ports.editions.editions import EditionRow, Withdrawal
from hotline.ports.store import Store, StoreAway, Transaction
from hotline.service.editions import activation, copies
from hotline.service.editions.snapshot import CompileSettings, LoadedEdition, Snapshot, decode, snapshot_of
from hotline.service.editions.testimony_overlay import withdrawn_testimonies

FOREVER: Final = 1 << 40

Name: TypeAlias = tuple[int, int, int]
"""Number, made_at, active_from: they tell an edition from another one of the same number, in a database that was replaced."""


class NoEdition(Exception):
    """There is nothing that the line could say: no edition in the database, none on this machine."""


class UnreadableEdition(Exception):
    """The database has an edition that this version of the program cannot read."""


class EditionCache:
    """The editions that this process holds. Any thread may look at the `snapshot`, which one thread replaces by `refresh`."""

    def __init__(self, settings: CompileSettings, folder: Path | None = None) -> None:
        """Empty. `folder`: where the machine's copies lie, None where they lie nowhere."""
        self.snapshot = snapshot_of((), (), 0, settings.session_seconds)
        self._settings = settings
        self._folder = folder
        self._eager = False
        self._heard: int | None = None
        """When the database last answered this process."""
        self._is_news = False
        """What it said is not on the disk yet."""
        self._unreadable: set[Name] = set()
        self._fresh: dict[Name, LoadedEdition] = {}
        """Read, and not in the snapshot yet."""

    @classmethod
    def of(cls, sources: Sources, number: int = 1, settings: CompileSettings = CompileSettings()) -> EditionCache:  # noqa: B008 -- frozen
        """One edition that is known to be the only one."""
        cache = cls(settings)
        row = EditionRow(number, 0, "", 0, b"")
        cache.snapshot = snapshot_of((LoadedEdition(row, sources, (), settings),), (), FOREVER, settings.session_seconds)
        return cache

    @classmethod
    def load(cls, store: Store, var: Path, at: int, settings: CompileSettings) -> EditionCache:
        """The editions that sessions may be on; from this machine's copies while the database is away. Raises NoEdition."""
        cache = cls(settings, var / "editions")
        try:
            with suppress(UnreadableEdition):  # `refresh` says so again
                cache.refresh(store, at)
        except StoreAway:
            cache._recover(at)
        if not any(since <= at for _, since in cache.snapshot.moments):
            raise NoEdition
        return cache

    def active(self, at: int) -> LoadedEdition:
        """The edition in force."""
        return self.snapshot.active(at)

    def warm(self) -> None:
        """From now on everything is compiled before a hop may ask for it."""
        self._eager = True
        for loaded in self.snapshot.editions:
            loaded.warm()

    def refresh(self, store: Store, at: int) -> None:
        """Learn of editions that were published and of what was taken off all of them. Two short reads where there is nothing new. No disk is asked: see `copy`.

        Raises StoreAway: then nothing changes. Raises UnreadableEdition where there is an edition that this version
        of the program can do nothing with: everything else was done then.
        """
        with store.read() as tx:
            withdrawals = tx.editions.withdrawals()
            rows = self._needed(
                tx, tx.editions.moments(), at, anew=withdrawn_testimonies(withdrawals) != withdrawn_testimonies(self.snapshot.withdrawals)
            )
        if not rows:
            return
        before, self.snapshot = self.snapshot, self._arranged(rows, withdrawals, at)
        is_news = (before.editions, before.withdrawals) != (self.snapshot.editions, withdrawals)
        self._heard = at
        self._is_news = self._is_news or is_news
        if any(number >= rows[0].number for number, _, _ in self._unreadable):
            raise UnreadableEdition

    def copy(self) -> None:
        """Let this machine's copies be what the database last said. For one thread, which may hang with the disk. Raises OSError: then they are written the next time."""
        heard = self._heard  # first: what is held is never older than it says
        if self._folder is None or heard is None:
            return
        anew, self._is_news = self._is_news, False
        try:
            rows = [loaded.row for loaded in self.snapshot.editions]
            copies.keep(self._folder, rows, self.snapshot.withdrawals, heard, anew=anew)
        except OSError:
            self._is_news = self._is_news or anew
            raise

    def _needed(self, tx: Transaction, listed: Sequence[Name], at: int, *, anew: bool) -> list[EditionRow]:
        """Those of the listed that sessions may be on, oldest first. One that cannot be read is as if it were not there.

        `anew`: words were taken out of them, which neither this process nor its copies shall keep.
        """
        held = {} if anew else {_name(loaded.row): loaded.row for loaded in self.snapshot.editions}
        self._unreadable.intersection_update(listed)
        while True:
            readable = [name for name in listed if name not in self._unreadable]
            if not readable:
                return []
            wanted = activation.needed([(number, active_from) for number, _, active_from in readable], at, self._settings.longest)
            found = [held.get(name) or tx.editions.get(name[0]) for name in readable if name[0] in wanted]
            rows = [row for row in found if row is not None]
            broken = {_name(row) for row in rows if _name(row) not in held and not self._read(row)}
            if not broken:
                return rows
            self._unreadable |= broken

    def _read(self, row: EditionRow) -> bool:
        """Try whether this version of the program can do something with it."""
        try:
            loaded = LoadedEdition(row, decode(row.sources), (), self._settings)
            loaded.edition("ussd", "")
        except (msgspec.DecodeError, KeyError, ValueError):
            return False
        self._fresh[_name(row)] = loaded
        return True

    def _recover(self, at: int) -> None:
        if self._folder is not None:
            rows, withdrawals, heard = copies.found(self._folder)
            self.snapshot = self._arranged([row for row in rows if self._read(row)], withdrawals, min(heard, at))

    def _arranged(self, rows: Iterable[EditionRow], withdrawals: tuple[Withdrawal, ...], read_at: int) -> Snapshot:
        """A snapshot of these. What need not be made anew is kept."""
        held = {_name(loaded.row): loaded for loaded in self.snapshot.editions if withdrawals == self.snapshot.withdrawals}
        before = {_name(loaded.row): loaded for loaded in self.snapshot.editions} | self._fresh
        self._fresh = {}
        editions = [held.get(_name(row)) or self._without_withdrawn(before[_name(row)], withdrawals) for row in rows]
        return snapshot_of(editions, withdrawals, read_at, self._settings.session_seconds, self.snapshot)

    def _without_withdrawn(self, before: LoadedEdition, withdrawals: tuple[Withdrawal, ...]) -> LoadedEdition:
        made = LoadedEdition(before.row, before.sources, withdrawals, self._settings)
        loaded = before if before.shown == made.shown else made
        if self._eager:
            loaded.warm()
        return loaded


def _name(row: EditionRow) -> Name:
    return row.number, row.made_at, row.active_from
