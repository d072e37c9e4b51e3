"""What every command shares: how one is declared, the files, the day, the settings and the store it works on, and how what went wrong is told."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from hotline.cli.parsing import Parser
from hotline.config import CONTENT, Config, ConfigError, timezone_in

if TYPE_CHECKING:
    from hotline.adapters.sql import SqlStore

RunCommand: TypeAlias = Callable[[argparse.Namespace], int | None]

HIGHEST = 2**31 - 1
"""The highest number that the database keeps for an edition, a proposal, a release or a protocol."""


class Failed(Exception):
    """The command did not do what it was asked. Says why, on one line or several."""


def command(commands: Any, name: str, run: RunCommand, about: str) -> Parser:
    """Declare a command below `commands`; the parser is returned for its arguments."""
    made: Parser = commands.add_parser(name, help=about, description=about)
    made.set_defaults(run=run)
    return made


def group(commands: Any, name: str, about: str) -> Any:
    """Declare a word that commands stand under, as `content` in `hotline content check`."""
    return commands.add_parser(name, help=about, description=about).takes_commands()


def takes_root(parser: argparse.ArgumentParser, holds: str = "flows/ and locales/") -> None:
    """`--root FOLDER`: other files than this program's; as `root` among the options."""
    parser.add_argument("--root", type=Path, default=CONTENT, metavar="FOLDER", help=f"folder of {holds} (default: this program's)")


def refuse_no_folder(options: argparse.Namespace) -> None:
    """Raises Failed where `--root` names no folder: one cause, before every file in it is missed."""
    root = getattr(options, "root", None)
    if root is not None and not root.is_dir():
        raise Failed(f"--root {root}: no such folder")


def number_of(text: str, what: str) -> int:
    """The number of something that is kept, as an argument. `what`: of which it is none, where it cannot be one."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST):
        raise argparse.ArgumentTypeError(f"{text} is the number of no {what}")
    return int(text)


def reason(error: Exception) -> str:
    """What went wrong, in words; of what the system refused also where: `FILE: No such file or directory`."""
    if not isinstance(error, OSError):
        return str(error)
    return ": ".join(str(part) for part in (error.filename, error.strerror or type(error).__name__) if part)


def write_new(path: Path, data: bytes, why: str, *, mode: int = 0o644) -> None:
    """Write a new file, whole or not at all. Raises Failed; `why`: a file of that name is never written over."""
    from hotline.content.directory_files.registry import put

    if path.exists():
        raise Failed(f"{path} is there already; {why}")
    try:
        put(path, data, mode=mode)
    except OSError as error:
        raise Failed(f"nothing was written: {path}: {error.strerror}") from None


def local_time() -> datetime:
    """What the line's own clock shows. Raises ConfigError."""
    return datetime.now(ZoneInfo(timezone_in(os.environ)))


def today() -> date:
    """The line's own day. Raises ConfigError."""
    return local_time().date()


def settings() -> Config:
    """The settings; those of the demo in HOTLINE_VAR with HOTLINE_DEMO=1, or where no database is set and one lies there. Raises ConfigError."""
    env: Mapping[str, str] = os.environ
    var = Path(env.get("HOTLINE_VAR", "").strip() or "var")
    if env.get("HOTLINE_DEMO", "").strip() == "1" or ("HOTLINE_DATABASE_URL" not in env and (var / "hotline.db").exists()):
        from hotline.adapters.keys.seal import new_keys
        from hotline.demo.environment import demo_environment

        env = demo_environment(env, "http://127.0.0.1:9", partial(new_keys, int(time.time())))
    return Config.from_env(env)


def store_of(config: Config) -> SqlStore:
    from hotline.app import open_store

    return open_store(config)


def ask(words: str) -> str:
    """What whoever typed the command answers. Raises Failed at the end of input."""
    try:
        return input(words).strip()
    except EOFError:
        raise Failed("nothing was given") from None


@contextmanager
def worded_failures() -> Iterator[None]:
    """Turn what may go wrong in a running line into words for whoever typed the command. Raises Failed and ConfigError in place of it."""
    from hotline.adapters.keys.seal import KeysBroken
    from hotline.adapters.sql.revisions import TablesUnfit
    from hotline.engine.check import said
    from hotline.ports.store import StoreAway
    from hotline.service.editions.cache import NoEdition
    from hotline.service.editions.publication import FaultySources

    try:
        yield
    except KeysBroken as error:
        raise ConfigError((f"HOTLINE_KEYS: {error}",)) from None
    except StoreAway:
        raise Failed("the database does not answer, or has no tables yet (hotline db upgrade)") from None
    except TablesUnfit as unfit:
        raise Failed(str(unfit)) from None
    except NoEdition:
        raise Failed("there is no edition in force (hotline content publish)") from None
    except FaultySources as refused:
        raise Failed("\n".join(["nothing was published", *said(refused.faults)])) from None
