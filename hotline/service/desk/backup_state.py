"""When the line was backed up last, and when a backup was last tried out: for whoever answers for it."""

from __future__ import annotations

from msgspec import Struct

from hotline.ports.store import Transaction
from hotline.ports.upkeep.backups import BACKUP_LATE_SECONDS, DRILL_LATE_SECONDS, BackupRun
from hotline.service.deps import Deps


class Freshness(Struct, frozen=True):
    """Of the last that went well. `at` is None where none ever did; `failed`: one that came later did not."""

    at: int | None
    is_late: bool
    failed: bool


class BackupState(Struct, frozen=True):
    backup: Freshness
    drill: Freshness


def look(deps: Deps, at: int) -> BackupState:
    """Raises StoreAway."""
    with deps.store.read() as tx:
        return state(tx, at)


def state(tx: Transaction, at: int) -> BackupState:
    """Of daily backups, which hold all; and of drills."""
    runs = tx.backups.runs()
    return BackupState(_freshness(runs.get("daily"), at, BACKUP_LATE_SECONDS), _freshness(runs.get("drill"), at, DRILL_LATE_SECONDS))


def _freshness(run: BackupRun | None, at: int, late: int) -> Freshness:
    good_at = run.good_at if run else None
    return Freshness(good_at, good_at is None or at - good_at > late, run is not None and bool(run.fault))
