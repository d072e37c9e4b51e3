"""Tables and keys, and a look at how all of it stands."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import Failed, command, group, settings
from hotline.cli.commands import doctor


def declare(commands: Any) -> None:
    command(group(commands, "db", "the database"), "upgrade", _upgrade, "make or renew the tables")
    command(group(commands, "keys", "the keys that seal"), "new", _new_keys, "print fresh keys, as HOTLINE_KEYS takes them")
    doctor.declare(commands)


def _upgrade(_: argparse.Namespace) -> None:
    from hotline.adapters.sql import upgrade
    from hotline.ports.store import StoreAway

    config = settings()
    try:
        upgrade(config.database_url)
    except StoreAway as away:
        raise Failed(f"the database does not answer, or is none: {away}") from None
    print("the tables are those of this version")


def _new_keys(_: argparse.Namespace) -> None:
    from hotline.adapters.seal import new_keys

    print(new_keys())
