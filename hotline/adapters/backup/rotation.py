"""Which backups lie in a folder, and which of them are too many: there are some daily ones, one a day, some weekly ones, and the numbers of the newest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from msgspec import Struct

from hotline.adapters.backup.sealed_file import SUFFIX, SUM_SUFFIX, UNFINISHED
from hotline.engine.times import DAY_SECONDS
from hotline.ports.upkeep.backups import BACKUP_LATE_SECONDS, BackupFileKind

_NAME: Final = re.compile(r"hotline-(daily|weekly|numbers)-(\d{8}T\d{6}Z)\.age")
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_EARLY: Final = DAY_SECONDS // 4
"""A timer that runs some hours early still finds its week over."""


class KeptBackup(Struct, frozen=True):
    """A backup in a folder."""

    path: Path
    kind: BackupFileKind
    at: int


def name_of(kind: BackupFileKind, at: int) -> str:
    return f"hotline-{kind}-{datetime.fromtimestamp(at, UTC):{_STAMP}}{SUFFIX}"


def kept_in(folder: Path) -> tuple[KeptBackup, ...]:
    """The backups of a folder, newest first. Raises OSError."""
    found = [(path, match) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))] if folder.is_dir() else []
    backups = [KeptBackup(path, cast("BackupFileKind", match[1]), _moment(match[2])) for path, match in found]
    return tuple(sorted(backups, key=lambda backup: (-backup.at, backup.path.name)))


def is_weekly_due(backups: Iterable[KeptBackup], at: int) -> bool:
    """Is the newest weekly one a week old, or is there none? One that is dated ahead was made under a clock that lied."""
    last = max((backup.at for backup in backups if backup.kind == "weekly" and backup.at <= at), default=None)
    return last is None or at - last >= 7 * DAY_SECONDS - _EARLY


def too_many(backups: Iterable[KeptBackup], at: int, days: int, weeks: int) -> tuple[KeptBackup, ...]:
    """Those that go once another has been made, at `at`, where so many `days` and `weeks` have one: of each day all but the newest, and whatever is older
    than its time. Days are those of UTC, as in the names.

    What is dated ahead of it counts as the oldest: a clock lied once, so that it takes no place of what is made now, and goes in its turn. Where none was made for
    days, or this clock lies, nothing is too old for its date alone: the next night tells.
    """
    gone: list[KeptBackup] = []
    seen: set[int] = set()
    weekly = nights = 0
    ordered = sorted(backups, key=lambda backup: (backup.at > at, -backup.at))
    before = next((backup.at for backup in ordered if backup.kind == "daily" and backup.at < at), at)
    is_steady = at - before <= BACKUP_LATE_SECONDS
    for backup in ordered:
        if backup.kind == "weekly":
            weekly += 1
            is_kept = weekly <= weeks
        elif backup.kind == "numbers":
            nights += 1
            is_kept = nights == 1
        else:
            day = backup.at // DAY_SECONDS
            is_young = at - backup.at < (days + 1) * DAY_SECONDS or not is_steady
            is_kept = day not in seen and len(seen) < days and is_young
            seen.add(day)
        if not is_kept:
            gone.append(backup)
    return tuple(gone)


def clear_unfinished(folder: Path) -> None:
    """What a backup left that was killed while it was made. Raises OSError."""
    for path in folder.glob(f".hotline-*{UNFINISHED}"):
        path.unlink(missing_ok=True)


def remove(backup: KeptBackup) -> None:
    """The backup, and its digest. Raises OSError."""
    backup.path.unlink(missing_ok=True)
    backup.path.with_name(backup.path.name + SUM_SUFFIX).unlink(missing_ok=True)


def _moment(stamp: str) -> int:
    return int(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp())
