"""The tables, made or renewed: beside a line that runs, and what is left once nothing of before runs any more."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from hotline.cli.command import Failed, command, group, settings
from hotline.config import Config, ConfigError

if TYPE_CHECKING:
    from hotline.adapters.programs import Program

WAIT_SECONDS: Final = 75
"""So long at most is waited for older programs to be gone: one that ended is seen for a minute."""
LOOK_SECONDS: Final = 1.0


def declare(commands: Any) -> None:
    """`db upgrade`."""
    about = "make or renew the tables, beside a line that runs; what would disturb older programs is left for --finish"
    upgrade = command(group(commands, "db", "the database"), "upgrade", _upgrade, about)
    upgrade.add_argument(
        "--finish", action="store_true", help="take away what only older programs use, once none of them has run for a minute"
    )
    upgrade.add_argument("--alone", action="store_true", help="with --finish: nothing of the line runs, on any machine; ask nobody")


def _upgrade(options: argparse.Namespace) -> None:
    from hotline.adapters.sql import schema
    from hotline.app import open_seal

    config = settings()
    with _worded():
        seal = open_seal(config)
        left = schema.upgrade_beside(config.database_url, seal)
        if left and options.finish:
            if not options.alone:
                _await_their_end(config, left[-1])
            schema.upgrade(config.database_url, seal=seal)
            left = ()
    if left:
        print(f"the tables are ready for this version and for the one before; what only older ones use is still there ({', '.join(left)})")
        print("once no older program runs: hotline db upgrade --finish")
    else:
        print("the tables are those of this version")


def _await_their_end(config: Config, step: str) -> None:
    """Raises Failed where programs that use what this step takes away go on, or where nobody knows."""
    from hotline.ports.memory import MemoryAway

    end = time.monotonic() + WAIT_SECONDS
    try:
        while behind := _behind(config, step):
            if time.monotonic() > end:
                raise Failed("\n".join(["nothing was taken away: older programs run", *map(str, behind)]))
            time.sleep(LOOK_SECONDS)
    except MemoryAway:
        raise Failed(
            "nothing was taken away: Redis does not answer, so that nobody knows what runs (if nothing of the line does: --finish --alone)"
        ) from None


def _behind(config: Config, step: str) -> tuple[Program, ...]:
    from hotline.adapters.programs import Programs
    from hotline.adapters.sql.revisions import is_behind
    from hotline.adapters.valkey import connect

    with connect(config.redis_url, config.redis_budget_ms) as client:
        return tuple(program for program in Programs(client).seen(time.time()) if is_behind(program.newest, step))


@contextmanager
def _worded() -> Iterator[None]:
    """Raises Failed and ConfigError in place of what may go wrong with the tables."""
    from hotline.adapters.keys.seal import KeysBroken, SealBroken
    from hotline.adapters.sql.schema import LOCKED
    from hotline.ports.store import StoreAway

    try:
        yield
    except KeysBroken as error:
        raise ConfigError((f"HOTLINE_KEYS: {error}",)) from None
    except SealBroken:
        raise Failed("HOTLINE_KEYS are not the keys that this database was sealed with; nothing was changed") from None
    except StoreAway as away:
        if str(away) == LOCKED:
            raise Failed("somebody reads the tables at length, as a backup does; nothing was changed: again when that is over") from None
        raise Failed(f"the database does not answer, or is none: {away}") from None
