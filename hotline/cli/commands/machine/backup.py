"""Backing up, restoring, trying a backup out, and what a person does with a line that is held."""

from __future__ import annotations

import argparse
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hotline.cli.command import Failed, command, group, reason, settings, worded_failures
from hotline.cli.commands.acting import run, shell_deps
from hotline.cli.output import table
from hotline.config import ConfigError
from hotline.retention import REVOKED_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.config import Config

UNCHANGED = "nothing was changed"
PAPER = """\
# The secret key of the line's backups. Whoever has it opens every backup; without it nobody does.
# Keep it on paper or on another machine, at two places, and never on the machine of the line.
# The public key goes into the line's settings:
#   HOTLINE_BACKUP_RECIPIENT={public}
{secret}"""


def declare(commands: Any) -> None:
    make = command(commands, "backup", _backup, "make an encrypted backup while the line runs, and let older ones go")
    make.add_argument("--to", type=Path, metavar="DIR", help="where to (default: HOTLINE_BACKUP_FOLDER, or backups in HOTLINE_VAR)")
    restore = command(commands, "restore", _restore, "bring a backup back into an empty database; the line is held until a person says go")
    _takes_backup(restore)
    restore.add_argument(
        "--revoked",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a machine's file of stops (HOTLINE_REVOKED_FILE), once for each machine; this machine's own is always read",
    )
    restore.add_argument(
        "--without-revoked", action="store_true", help="restore though no such file is left: what was stopped since may be rung"
    )
    restore.add_argument(
        "--time-is-right",
        action="store_true",
        help="this machine's clock was looked at: a backup of long ago is restored, or one that was made under a clock that was ahead",
    )
    drill = command(commands, "drill", _drill, "try a backup out: restore it into a database that is thrown away, and count")
    _takes_backup(drill, optional=True)
    drill.add_argument("--scratch", metavar="URL", help="an empty database to use (default: a file of SQLite in HOTLINE_VAR)")
    held = group(commands, "held", "a line that was restored, until a person says go")
    command(held, "look", _look, "what stood open in the backup")
    release = command(held, "release", _release, "say go: the line promises and rings again")
    release.add_argument("--seen", metavar="STAMP", default="", help="what was looked at: `hotline held look` ends with it")
    release.add_argument("--by", metavar="NAME", help="who says so, for the audit (default: the login)")


def _takes_backup(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    about = "a backup" + (" (default: the newest daily one)" if optional else "")
    parser.add_argument("file", type=Path, metavar="FILE", nargs="?" if optional else None, help=about)
    parser.add_argument("--identity", type=Path, required=True, metavar="FILE", help="the file with the secret key")


def new_keys(_: argparse.Namespace) -> None:
    """The secret is printed once, and written nowhere."""
    from hotline.adapters.backup.sealed_file import new_keys as pair

    public, secret = pair()
    print(PAPER.format(public=public, secret=secret))


def _backup(options: argparse.Namespace) -> None:
    from hotline import backups

    config = settings()
    _refuse_no_recipient(config)
    with worded_failures(), _worded():
        done = backups.make(config, options.to or backups.folder_of(config), int(time.time()))
    for made in done.made:
        print(f"{made.kind}: {made.path} ({made.size} bytes, read again)")
    if done.removed:
        print(f"removed: {done.removed}")


def _restore(options: argparse.Namespace) -> None:
    from hotline import backups
    from hotline.adapters.backup.sealed_file import identity_in
    from hotline.app import day_keys_folder, revoked_file

    config = settings()
    with worded_failures(), _worded(UNCHANGED):
        apart = [known for path in options.revoked for known in _revoked_in(path)]
        own = revoked_file(config).path
        if not (apart or options.revoked or own.exists() or options.without_revoked):
            raise Failed(f"{own} is not there: give the file of stops with --revoked, or say --without-revoked; {UNCHANGED}")
        now = int(time.time())
        try:
            done = backups.restore(config, options.file, identity_in(options.identity), apart, now, is_time_right=options.time_is_right)
        except backups.TimeInDoubt as doubt:
            made, clock = _when(config, doubt.made_at), _when(config, now)
            raise Failed(
                f"the backup was made {made}, and this machine's clock says {clock}: set it right, or say --time-is-right; {UNCHANGED}"
            ) from None
    print(f"restored: {done.rows} rows, as they stood {_when(config, done.head.made_at)}")
    if not done.has_numbers:
        print("without callers' numbers, which lie beside the newest daily backup alone: what was open cannot be rung, and ends as missed")
    if now - done.head.made_at > REVOKED_SECONDS["testimony"]:
        print("ATTENTION: the file of stops reaches back 36 days: what was taken back before stands in this backup as if it had not been")
    print(f"revoked again, since that was done after the backup: {done.revoked}")
    if done.closed:
        print(
            f"ATTENTION: {done.closed} sealed values do not open with these HOTLINE_KEYS; put the lost machine's keys in place before you go on"
        )
    if done.dayless:
        print(
            f"ATTENTION: {done.dayless} numbers lie under days' keys that are not in {day_keys_folder(config)}: bring the folder, or its copy, of the lost machine"
            " before you say go; without it they cannot be rung, and end as missed"
        )
    print("The line is held: it answers, promises nothing and rings nobody. Look (hotline held look), then say go as it says.")


def _drill(options: argparse.Namespace) -> None:
    from hotline import backups
    from hotline.adapters.backup.sealed_file import identity_in
    from hotline.ports.store import StoreAway

    config, at = settings(), int(time.time())
    file = options.file or backups.newest(backups.folder_of(config), at)
    if file is None:
        raise Failed(f"there is no daily backup in {backups.folder_of(config)}")
    try:
        with worded_failures(), _worded():
            done = backups.drill(config, file, identity_in(options.identity), options.scratch)
        fault = "keys" if done.closed else ""
    except Failed:
        with _unless_away():
            backups.note(config, "drill", at, "failed")
        raise
    try:
        backups.note(config, "drill", at, fault)
    except StoreAway:
        print("the line's database does not answer: nobody but you knows of this drill")
    print(f"{file}: {done.rows} rows in {done.tables} tables, as they stood {_when(config, done.head.made_at)}; each count is right")
    if fault:
        raise Failed(f"{done.closed} sealed values do not open with HOTLINE_KEYS: keep the keys that were in use then")


def _look(_: argparse.Namespace) -> None:
    from hotline.service.desk import restored

    config = settings()
    with worded_failures():
        line = restored.look(shell_deps(config), int(time.time()))
    if line is None:
        print("the line is not held")
        return
    if not line.hold.whole:
        raise Failed("the restore was broken off, or is at work: type the same hotline restore again, and it goes on")
    print(f"held since {_when(config, line.hold.since)}; restored as it stood {_when(config, line.hold.made_at)}")
    print(f"open: {line.count}, of them urgent: {line.urgent}, past their end: {line.past} (closed as missed once you say go)")
    rows = (
        (
            callback.reference,
            callback.state,
            "urgent" if callback.urgent else "",
            callback.language,
            _when(config, callback.made_at),
            _when(config, callback.not_after) + (" (past)" if callback.is_past else ""),
            callback.holder,
        )
        for callback in line.open
    )
    print("\n".join(table(("REFERENCE", "STATE", "URGENT", "LANGUAGE", "ASKED", "ENDS", "WITH"), rows)))
    if line.count > len(line.open):
        print(f"and {line.count - len(line.open)} more")
    print(f"to say go, having looked: hotline held release --seen {line.stamp} --by NAME")


def _release(options: argparse.Namespace) -> None:
    from hotline.service.desk.restored import release_line

    config = settings()
    with worded_failures():
        done = run(shell_deps(config), options.by, release_line, options.seen)
    if done.code == "gone":
        raise Failed("the line is not held")
    if done.code == "overtaken":
        what = "what is open has changed since that look" if options.seen else "nobody says that what is open was looked at"
        raise Failed(f"{what}: look (hotline held look), and type the line that it ends with; the line stays held")
    if done.is_refused:
        raise Failed("the restore was broken off, or is at work: type the same hotline restore again, and it goes on")
    print("the line goes on: from the next second it promises and rings")


def _revoked_in(path: Path) -> tuple[Any, ...]:
    from hotline.adapters.backup.revoked import read

    if not path.exists():
        raise Failed(f"{path}: no such file; {UNCHANGED}")
    found = read(path)
    if not found and path.stat().st_size:
        raise Failed(f"{path}: that is no file of stops, not a line of it; {UNCHANGED}")
    return found


def _refuse_no_recipient(config: Config) -> None:
    from hotline.adapters.backup.sealed_file import are_recipients

    if not config.backup_recipient:
        raise ConfigError(("HOTLINE_BACKUP_RECIPIENT: missing; `hotline keys backup` makes a key",))
    if not are_recipients(config.backup_recipient):
        raise ConfigError(("HOTLINE_BACKUP_RECIPIENT: one of them is no public key of age",))


def _when(config: Config, at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(config.timezone)):%Y-%m-%d %H:%M}"


@contextmanager
def _unless_away() -> Iterator[None]:
    from hotline.ports.store import StoreAway

    try:
        yield
    except StoreAway:
        return


@contextmanager
def _worded(also: str = "") -> Iterator[None]:
    """Turn what may go wrong with a backup into words. `also`: what is said besides. Raises Failed."""
    from hotline.adapters.apart import Late
    from hotline.adapters.backup.rows import NotCurrent
    from hotline.adapters.backup.sealed_file import NoIdentity, NotAsWritten, WrongIdentity
    from hotline.adapters.backup.stream import DamagedBackup
    from hotline.backups import AtWork, NewerBackup, NotEmpty, OtherKeys

    end = f"; {also}" if also else ""
    try:
        yield
    except WrongIdentity:
        raise Failed(f"this backup was not sealed to that key{end}") from None
    except NoIdentity:
        raise Failed(f"--identity: no secret key of age stands in that file{end}") from None
    except DamagedBackup as damaged:
        raise Failed(f"this backup cannot be used: {damaged}{end}") from None
    except NewerBackup:
        raise Failed(f"a newer version of the program made this backup: install that one{end}") from None
    except OtherKeys:
        raise Failed(f"nothing in this backup opens with these HOTLINE_KEYS: put the lost machine's keys in place first{end}") from None
    except NotEmpty:
        raise Failed(f"the database is not empty, and a backup is restored into an empty one alone{end}") from None
    except Late:
        raise Failed(f"the disk with the file of stops does not answer{end}") from None
    except AtWork as busy:
        raise Failed(f"{busy}{end}") from None
    except NotCurrent:
        raise Failed("the tables are of a newer version than this, or too old for it (hotline db upgrade)") from None
    except NotAsWritten:
        raise Failed("what was written could not be read again as it was: the disk is not to be trusted, and nothing was kept") from None
    except OSError as error:
        raise Failed(f"{reason(error)}{end}") from None
