"""Tables, keys and time, and a look at how all of it stands."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import Failed, command, group, local_time, reason, settings, worded_failures
from hotline.cli.commands import doctor, keys
from hotline.cli.commands.acting import run, shell_deps


def declare(commands: Any) -> None:
    command(group(commands, "db", "the database"), "upgrade", _upgrade, "make or renew the tables")
    keys.declare(commands)
    about = (
        "drop the keys from the running processes of this machine: reading goes on, nothing is kept or opened until they are started again"
    )
    command(commands, "seal", _seal, about)
    about = "say that the clocks of the line's machines are right, though they jumped: what is over by them ends"
    trust = command(group(commands, "time", "the time of the line's machines"), "trust", _trust, about)
    trust.add_argument("--by", metavar="NAME", help="who says so, for the audit (default: the login)")
    doctor.declare(commands)


def _upgrade(_: argparse.Namespace) -> None:
    from hotline.adapters.seal import KeysBroken, SealBroken
    from hotline.adapters.sql.schema import upgrade
    from hotline.app import open_seal
    from hotline.config import ConfigError
    from hotline.ports.store import StoreAway

    config = settings()
    try:
        upgrade(config.database_url, seal=open_seal(config))
    except KeysBroken as error:
        raise ConfigError((f"HOTLINE_KEYS: {error}",)) from None
    except SealBroken:
        raise Failed("HOTLINE_KEYS are not the keys that this database was sealed with; nothing was changed") from None
    except StoreAway as away:
        raise Failed(f"the database does not answer, or is none: {away}") from None
    print("the tables are those of this version")


def _seal(_: argparse.Namespace) -> None:
    from hotline.app import day_keys_folder, drop_mark

    config = settings()
    try:
        drop_mark(config).make()
    except OSError as error:
        raise Failed(f"HOTLINE_VAR: {reason(error)}; nothing was dropped") from None
    print("within two seconds the processes of this machine have no keys; started again they read them again")
    print(f"the keys themselves still lie in {config.keys_file or 'the environment'}, and the days' keys in {day_keys_folder(config)}")


def _trust(options: argparse.Namespace) -> None:
    from hotline.service.desk.clock import trust_clock

    config = settings()
    with worded_failures():
        run(shell_deps(config), options.by, trust_clock)
    print(f"from now on it is {local_time():%Y-%m-%d %H:%M}, and what is over ends")
