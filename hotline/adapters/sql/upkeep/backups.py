"""When the line was backed up, and whether it is held after a restore."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import delete, select

from hotline.adapters.sql.tables import backup_runs, held
from hotline.adapters.sql.unit import Unit, columns
from hotline.ports.upkeep.backups import BackupRun, Hold, RunKind

_RUNS: Final = select(*columns(backup_runs, BackupRun))
_HOLD: Final = select(*columns(held, Hold))
_RELEASE: Final = delete(held)


class SqlBackups(Unit):
    __slots__ = ()

    def runs(self) -> dict[RunKind, BackupRun]:
        return {run.kind: run for run in (BackupRun(*row) for row in self._rows(_RUNS))}

    def note(self, run: BackupRun) -> None:
        self._put(backup_runs, **asdict(run))

    def hold(self) -> Hold | None:
        row = self._row(_HOLD)
        return Hold(*row) if row else None

    def begin_hold(self, hold: Hold) -> None:
        self._put(held, one=1, **asdict(hold))

    def release(self) -> None:
        self._change(_RELEASE)
