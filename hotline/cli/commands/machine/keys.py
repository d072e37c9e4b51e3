"""The keys of the line: made, exchanged while it runs, counted, thrown away."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hotline.cli.command import Failed, command, group, reason, settings, worded_failures
from hotline.cli.commands.machine import backup
from hotline.cli.output import print_json, table, takes_json
from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.ports.upkeep.backups import BackupFileKind
from hotline.retention import REVOKED_SECONDS

if TYPE_CHECKING:
    from hotline.adapters.backup.rotation import KeptBackup
    from hotline.adapters.keys.key_file import KeyFile
    from hotline.adapters.keys.keyring import Key
    from hotline.adapters.sql import SqlStore
    from hotline.config import Config

LINGER_SECONDS: Final = DAY_SECONDS
"""For so long something may lie under a key beside the database: in Redis, in the spool of a machine, at a vendor that brings it back."""
NAMES_LINGER_SECONDS: Final = max(REVOKED_SECONDS.values())
"""By names the file of stops knows what was taken back (`hotline/adapters/backup/revoked.py`)."""
NEEDED_BY: Final[dict[str, tuple[BackupFileKind, ...]]] = {"cookie": (), "phone": ("numbers",)}
"""Which files of a backup need a purpose's keys, where not all do. Hashes of staff's phones stand in all, and are made anew by `keys rotate`, since their
numbers open: who restores need not keep for a month what finds the number behind a caller's hash."""
BREATH_SECONDS: Final = 0.05
"""Between two batches: SQLite lets whoever asks again at once go before those who wait."""
BY_ITSELF: Final = "name"
"""Exchanged only where it is named: what derives from it is not looked up under two keys."""


def declare(commands: Any) -> None:
    keys = group(commands, "keys", "the keys that seal and hash")
    command(keys, "new", _new, "print fresh keys, one for each purpose, as HOTLINE_KEYS takes them")
    rotate = command(keys, "rotate", _rotate, "exchange keys while the line runs, and seal and hash anew all that lies under those before")
    rotate.add_argument(
        "--purpose", action="append", metavar="P", help="for this one alone; may stand several times (default: all but name)"
    )
    about = "stop after this step: with several machines the file is copied to each of them, and the command run again"
    rotate.add_argument("--until", choices=("announced", "switched", "finished"), default="finished", help=about)
    takes_json(command(keys, "list", _list, "how much of the database lies under which key, and which may go"))
    about = "print a fresh pair of keys for backups, once: the public one for the settings, the secret one for paper"
    command(keys, "backup", backup.new_keys, about)
    drop = command(keys, "drop", _drop, "throw a key away under which nothing lies any more")
    drop.add_argument("purpose", metavar="PURPOSE", help="as keys list shows it")
    drop.add_argument("id", metavar="ID", help="as keys list shows it")


def _new(_: argparse.Namespace) -> None:
    from hotline.adapters.keys.seal import new_keys

    print(new_keys(_now()))


def _rotate(options: argparse.Namespace) -> None:
    from hotline.adapters.keys.key_file import exchange
    from hotline.adapters.keys.keyring import PURPOSES

    config = settings()
    purposes = tuple(purpose for purpose in PURPOSES if purpose in options.purpose) if options.purpose else _all()
    unknown = [purpose for purpose in options.purpose or () if purpose not in PURPOSES]
    if unknown:
        raise Failed(f"no key is for {', '.join(unknown)}; there are {', '.join(PURPOSES)}")
    if config.keys_file is None:  # nobody reads the environment again: whoever puts another key in front starts the line anew
        with worded_failures():
            done = _store(config).rotate(_tell)
    else:
        with worded_failures(), _turn(config) as file:
            renew = partial(_renew_day, config)
            done = exchange(*(file, _store(config), purposes), now=_now, pause=time.sleep, tell=_tell, renew_day=renew, until=options.until)
    if options.until != "finished":
        print("copy the file to every machine of the line, wait five seconds, and run the command again")
        return
    print(f"sealed and hashed again: {done.sealed}")
    _tell_to_back_up(config)
    if done.left:
        raise Failed(f"{done.left} numbers lie under a key before, and open only where the days' keys lie: run it there")
    if done.closed:
        raise Failed(f"{done.closed} do not open with any of these keys, and stay as they are; keep the keys that you have")


def _tell_to_back_up(config: Config) -> None:
    """Numbers lie under another day's pair now, and the one before goes: a backup from before it brings no number back."""
    kept = [backup for backup in _backups(config) if backup.kind == "numbers"]
    current = next((key for key in _store(config).ring.of("number") if key.state == "current"), None)
    if kept and current is not None and kept[0].at <= current.since:
        print("the numbers in the newest backup open for ten minutes more, then nowhere: make another now (hotline backup)")


def _list(options: argparse.Namespace) -> None:
    config = settings()
    with worded_failures():
        store = _store(config)
        rows, now = store.rows_by_key(), _now()
        kept = _backups(config)
    listed: list[tuple[str, str, str, int, str]] = []
    for key in store.ring.keys:
        count = rows.pop((key.purpose, key.id), 0)
        listed.append((key.purpose, key.id, key.state, count, _why_kept(key, count, kept, now)))
    listed += [(*name, "missing", count, "nothing at hand opens them") for name, count in sorted(rows.items())]
    if options.json:
        print_json([dict(zip(("purpose", "key", "state", "rows", "kept_for"), row, strict=True)) for row in listed])
        return
    shown = ((*row[:3], f"{row[3]:>4}", row[4] or "may go") for row in listed)
    print("\n".join(table(("PURPOSE", "KEY", "STATE", "ROWS", "WHY IT IS KEPT"), shown)))


def _drop(options: argparse.Namespace) -> None:
    config = settings()
    with worded_failures(), _turn(config) as file:
        ring = file.read()
        key = next((key for key in ring.keys if (key.purpose, key.id) == (options.purpose, options.id)), None)
        if key is None:
            raise Failed(f"there is no key {options.purpose} {options.id} (hotline keys list)")
        why = _why_kept(key, _store(config).rows_by_key().get((key.purpose, key.id), 0), _backups(config), _now())
        if why:
            raise Failed(f"{options.purpose} {options.id} stays: {why}")
        file.write(ring.without(key.purpose, key.id))
    print(f"{options.purpose} {options.id} is gone; take it out of every copy of the file too")


def _why_kept(key: Key, rows: int, kept: tuple[KeptBackup, ...], now: int) -> str:
    """Empty where it may go."""
    if key.state != "old":
        words = {
            "current": "in force",
            "next": "announced: hotline keys rotate goes on",
            "leaving": "being left: hotline keys rotate goes on",
        }
        return words[key.state]
    if rows:
        return "still needed"
    lingers = NAMES_LINGER_SECONDS if key.purpose == BY_ITSELF else LINGER_SECONDS
    if now - key.since < lingers:
        return f"for {(lingers - (now - key.since)) // HOUR_SECONDS + 1} h more: something may lie under it beside the database"
    kinds = NEEDED_BY.get(key.purpose)
    needing = next((backup for backup in kept if backup.at <= key.since and (kinds is None or backup.kind in kinds)), None)
    return f"{needing.path} was made before its exchange, and does not open without it: it goes once that is gone" if needing else ""


def _backups(config: Config) -> tuple[KeptBackup, ...]:
    """Those of this machine's folder: of others nobody knows here. Raises Failed."""
    from hotline.adapters.backup.rotation import kept_in
    from hotline.backups import folder_of

    try:
        return kept_in(folder_of(config))
    except OSError as error:
        raise Failed(f"the folder of backups: {reason(error)}") from None


@contextmanager
def _turn(config: Config) -> Iterator[KeyFile]:
    """The file of keys, for one that writes at a time. Raises Failed."""
    from hotline.adapters.keys.key_file import Busy, KeyFile

    if config.keys_file is None:
        raise Failed(
            "the keys stand in the environment, which no process reads again: put them in a file, and name it in HOTLINE_KEYS_FILE"
        )
    file = KeyFile(Path(config.keys_file))
    try:
        with file.turn():
            yield file
    except Busy:
        raise Failed("somebody else is exchanging keys") from None
    except OSError as error:
        raise Failed(reason(error)) from None


def _store(config: Config) -> SqlStore:
    from hotline.app import open_seal, open_store

    return open_store(config, open_seal(config, opens_numbers=True))


def _renew_day(config: Config) -> None:
    from hotline.adapters.keys.day_keeper import DayKeeper
    from hotline.app import day_secrets, local_day

    DayKeeper(_store(config), day_secrets(config), partial(local_day, config)).renew(_now())


def _now() -> int:
    return int(time.time())


def _all() -> tuple[str, ...]:
    from hotline.adapters.keys.keyring import PURPOSES

    return tuple(purpose for purpose in PURPOSES if purpose != BY_ITSELF)


def _tell(said: str) -> None:
    print(said, flush=True)
    time.sleep(BREATH_SECONDS)
