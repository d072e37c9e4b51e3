"""Tables, keys and time, and a look at how all of it stands."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import Failed, command, group, local_time, settings, worded_failures
from hotline.cli.commands import doctor, keys
from hotline.cli.commands.acting import run, shell_deps


def declare(commands: Any) -> None:
    command(group(commands, "db", "the database"), "upgrade", _upgrade, "make or renew the tables")
    keys.declare(commands)
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


def _trust(options: argparse.Namespace) -> None:
    from hotline.service.desk.clock import trust_clock

    config = settings()
    with worded_failures():
        run(shell_deps(config), options.by, trust_clock)
    print(f"from now on it is {local_time():%Y-%m-%d %H:%M}, and what is over ends")
