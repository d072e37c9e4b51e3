"""Tables and keys, and a look at how all of it stands."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import Failed, command, group, local_time, settings, store_of, worded_failures
from hotline.cli.commands import backup, doctor
from hotline.cli.commands.acting import run, shell_deps


def declare(commands: Any) -> None:
    command(group(commands, "db", "the database"), "upgrade", _upgrade, "make or renew the tables")
    keys = group(commands, "keys", "the keys that seal")
    command(keys, "new", _new_keys, "print fresh keys, as HOTLINE_KEYS takes them")
    command(keys, "rotate", _rotate_keys, "seal all that the database has sealed under older keys with the first one")
    command(
        keys,
        "backup",
        backup.new_keys,
        "print a fresh pair of keys for backups, once: the public one for the settings, the secret one for paper",
    )
    about = "say that the clocks of the line's machines are right, though they jumped: what is over by them ends"
    trust = command(group(commands, "time", "the time of the line's machines"), "trust", _trust, about)
    trust.add_argument("--by", metavar="NAME", help="who says so, for the audit (default: the login)")
    doctor.declare(commands)


def _upgrade(_: argparse.Namespace) -> None:
    from hotline.adapters.seal import KeysBroken, Seal, SealBroken
    from hotline.adapters.sql.schema import upgrade
    from hotline.config import ConfigError
    from hotline.ports.store import StoreAway

    config = settings()
    try:
        upgrade(config.database_url, seal=Seal.from_text(config.keys))
    except KeysBroken as error:
        raise ConfigError((f"HOTLINE_KEYS: {error}",)) from None
    except SealBroken:
        raise Failed("HOTLINE_KEYS are not the keys that this database was sealed with; nothing was changed") from None
    except StoreAway as away:
        raise Failed(f"the database does not answer, or is none: {away}") from None
    print("the tables are those of this version")


def _trust(options: argparse.Namespace) -> None:
    from hotline.service.desk.clock import trust_clock

    config = settings()
    with worded_failures():
        run(shell_deps(config), options.by, trust_clock)
    print(f"from now on it is {local_time():%Y-%m-%d %H:%M}, and what is over ends")


def _new_keys(_: argparse.Namespace) -> None:
    from hotline.adapters.seal import new_keys

    print(new_keys())


def _rotate_keys(_: argparse.Namespace) -> None:
    with worded_failures():
        done = store_of(settings()).rotate()
    print(f"sealed again: {done.sealed}")
    if done.closed:
        raise Failed(f"{done.closed} do not open with any of these keys, and stay as they are; keep the keys that you have")
