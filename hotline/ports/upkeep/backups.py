"""Backups as the database knows them: when one was made and tried out last; and that it was restored from one itself."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args

from msgspec import Struct

from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS

BackupKind: TypeAlias = Literal["daily", "weekly"]
"""`weekly`: without callbacks, callers' numbers, notes and codes."""
BackupFileKind: TypeAlias = BackupKind | Literal["numbers"]
"""`numbers`: what tells of callers' phones, beside the daily one of the same moment, and kept for a night."""
RunKind: TypeAlias = BackupKind | Literal["drill"]
"""A drill restores a backup into a database that is thrown away, and counts."""
BACKUP_LATE_SECONDS: Final = 36 * HOUR_SECONDS
"""A backup is made every night: one that is older is overdue."""
DRILL_LATE_SECONDS: Final = 35 * DAY_SECONDS
"""A backup is tried out every month."""
KINDS: Final[tuple[BackupKind, ...]] = get_args(BackupKind)


class BackupRun(Struct, frozen=True):
    """The last run of its kind."""

    kind: RunKind
    at: int
    good_at: int | None
    """When one last went well. None where none ever did."""
    fault: str = ""
    """Why this one did not, as one word; empty where it did."""


class Hold(Struct, frozen=True):
    """The line was restored, and nobody said go yet: it promises nothing and rings nobody."""

    since: int
    made_at: int
    """When the backup was made: what happened after is not in it."""
    whole: bool
    """All of it is back, and what must not be undone was done again. False: the restore was broken off, or is at work."""


class Backups(Protocol):
    def runs(self) -> dict[RunKind, BackupRun]:
        """The last of each kind that there was."""

    def note(self, run: BackupRun) -> None:
        """In place of the one before of its kind."""

    def hold(self) -> Hold | None: ...
    def begin_hold(self, hold: Hold) -> None:
        """In place of one that stands."""

    def release(self) -> None: ...
