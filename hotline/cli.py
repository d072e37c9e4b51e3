"""The `hotline` command: reads arguments and environment, calls one thing, says how it went. 2: settings or arguments are wrong; 1: it did not work."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hotline.config import CONTENT, Config, ConfigError, languages_in

if TYPE_CHECKING:
    from hotline.adapters.sql import SqlStore

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFT = re.compile(rf"(daily|{'|'.join(DAYS)})@([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_SOON = 60
"""Seconds from publication until an edition is the one in force."""


class Failed(Exception):
    """The command did not do what it was asked. Says why, on one line or several."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["dial"]:
        return _quietly(lambda: _dial(arguments[1:]))
    options = _parser().parse_args(arguments)
    return _quietly(lambda: options.run(options) or 0)


def _quietly(run: Callable[[], int]) -> int:
    try:
        code = run()
        sys.stdout.flush()
    except ConfigError as error:
        return _complain(f"settings:\n{error}", 2)
    except Failed as error:
        return _complain(str(error), 1)
    except BrokenPipeError:  # as `hotline content list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def _complain(words: str, code: int) -> int:
    print(f"hotline: {words}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hotline", description="A USSD and SMS line, and the queue that calls back.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int | None], about: str, under: object = commands) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = under.add_parser(name, help=about, description=about)  # type: ignore[attr-defined]
        made.set_defaults(run=run)
        return made

    def group(name: str, about: str) -> object:
        return commands.add_parser(name, help=about, description=about).add_subparsers(required=True, metavar="COMMAND")

    command("up", _up, "the whole line on this machine, as a demo; Ctrl-C ends it")
    command("web", _web, "the web server")
    worker = command("worker", _worker, "follow the hints of one queue")
    worker.add_argument("queue", choices=("urgent", "default"))
    command("clock", _clock, "the ticker")
    command("dial", lambda _: 0, "a phone in the terminal, for a running demo: hotline dial '*123#'")
    content = group("content", "the editions: flows and words")
    for name, run, about in (("check", _check, "every fault of the files"), ("publish", _publish, "make the files the next edition")):
        command(name, run, about, content).add_argument("root", nargs="?", type=Path, help="folder of flows/ and locales/ (default: this program's)")
    command("list", _list, "all editions, newest first", content)
    command("upgrade", _upgrade, "make or renew the tables", group("db", "the database"))
    command("new", _new_keys, "print fresh keys", group("keys", "the keys that seal"))
    _add_user_arguments(command("add", _add_user, "add a counselor or supervisor; asks for the number", group("user", "the staff")))
    return parser


def _add_user_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("alias", help="a name that is not her own")
    parser.add_argument("--role", choices=("counselor", "supervisor"), default="counselor")
    parser.add_argument("--reads", required=True, metavar="LANGUAGE", help="the language of her messages")
    parser.add_argument("--speaks", default="", metavar="LANGUAGES", help="those in which she takes calls, comma separated")
    parser.add_argument("--shift", action="append", default=[], type=_shift, metavar="DAY@HH:MM-HH:MM", help="daily, or mon … sun; several times")


# the parts of the line


def _up(_: argparse.Namespace) -> int:
    from hotline.up import CannotStart, up

    try:
        return up(os.environ)
    except CannotStart as error:
        raise Failed(str(error)) from None


def _web(_: argparse.Namespace) -> int:
    def serve(config: Config) -> None:
        from hotline.web import serve

        serve(config)

    return _process(serve)


def _worker(options: argparse.Namespace) -> int:
    def work(config: Config) -> None:
        from hotline.roles import work

        work(config, options.queue)

    return _process(work)


def _clock(_: argparse.Namespace) -> int:
    def tick(config: Config) -> None:
        from hotline.roles import tick

        tick(config)

    return _process(tick)


def _process(main: Callable[[Config], None]) -> int:
    """Run one process of the line. What has to be there first is looked after by a child: no connection is open, no parser loaded, when this one forks."""
    config = _config()
    from hotline.tree import Forked

    code = Forked(lambda: sys.exit(_quietly(lambda: _prepare(config)))).wait()
    if code == 0:
        with _told():
            main(config)
    return code


def _prepare(config: Config) -> int:
    from hotline.prepare import prepare

    with _told():
        prepare(config)
    return 0


def _dial(arguments: Sequence[str]) -> int:
    from hotline.demo.dial import main as dial

    return dial(arguments, Path(os.environ.get("HOTLINE_VAR", "").strip() or "var") / "demo.json")


# editions


def _check(options: argparse.Namespace) -> int:
    """0: nothing grave, whatever else is said."""
    from hotline.content import read_sources
    from hotline.engine.check import check

    sources, faults = read_sources(options.root or CONTENT, languages_in(os.environ))
    if sources is not None:
        faults = tuple(sorted({*faults, *check(sources, datetime.now(UTC).date())}))
    for fault in faults:
        print(fault)
    grave = sum(fault.grave for fault in faults)
    print(f"{grave} to be mended, {len(faults) - grave} to be known")
    return 1 if grave else 0


def _publish(options: argparse.Namespace) -> None:
    from hotline.prepare import publish_files

    config, now = _config(), int(time.time())
    with _told():
        number = publish_files(_store(config), options.root or CONTENT, config.languages, os.environ.get("USER", "operator"), now, now + _SOON)
    print(f"edition {number} is in force in {_SOON} seconds; processes take it when they start again")


def _list(_: argparse.Namespace) -> None:
    config = _config()
    zone = ZoneInfo(config.timezone)
    with _told(), _store(config).read() as tx:
        for row in tx.editions():
            print(f"{row.number}\t{datetime.fromtimestamp(row.active_from, zone):%Y-%m-%d %H:%M}\t{row.made_by}")


# the rest


def _upgrade(_: argparse.Namespace) -> None:
    from hotline.adapters.sql import upgrade

    config = _config()
    with _told():
        upgrade(config.database_url)


def _new_keys(_: argparse.Namespace) -> None:
    from hotline.adapters.seal import new_keys

    print(new_keys())


def _add_user(options: argparse.Namespace) -> None:
    from hotline.ports import Shift, Staff

    config, speaks = _config(), tuple(options.speaks.split(",")) if options.speaks else ()
    if not {options.reads, *speaks} <= set(config.languages):
        raise Failed("--reads and --speaks: languages of HOTLINE_LANGUAGES")
    # Asked for, not an argument: those are seen in process lists and stay in the shell's history.
    number = _ask("Her number, with +223: ")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise Failed("that is no number in E.164, such as +223 and eight digits without spaces")
    person = Staff(secrets.token_hex(16), options.alias, options.role, number, options.reads, speaks)
    with _told(), _store(config).write() as tx:
        if tx.staff_by_number(number) or any(each.alias == options.alias for each in tx.all_staff()):
            raise Failed("someone of the staff has this alias or this number already")
        tx.add_staff(person)
        for weekday, start, end in options.shift:
            tx.add_shift(Shift(person.id, weekday, start, end))
    print(f"added {options.alias}, {len(options.shift)} shifts a week planned")


def _ask(words: str) -> str:
    try:
        return input(words).strip()
    except EOFError:
        raise Failed("nothing was given") from None


def _shift(text: str) -> tuple[int | None, int, int]:
    found = SHIFT.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError("daily@08:00-16:00, or a day: mon@08:00-16:00")
    day, *times = found.groups()
    hour, minute, last_hour, last_minute = map(int, times)
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if not start < end <= 24 * 60:
        raise argparse.ArgumentTypeError("a shift ends after it begins, at 24:00 at the latest")
    return (None if day == "daily" else DAYS.index(day)), start, end


def _config() -> Config:
    """The settings; with HOTLINE_DEMO=1 those of the demo in HOTLINE_VAR."""
    env: Mapping[str, str] = os.environ
    if env.get("HOTLINE_DEMO", "").strip() == "1":
        from hotline.adapters.seal import new_keys
        from hotline.demo.environment import demo_environment

        env = demo_environment(env, "http://127.0.0.1:9", new_keys)
    return Config.from_env(env)


def _store(config: Config) -> SqlStore:
    from hotline.app import open_store

    return open_store(config)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what may go wrong in a line into words for whoever runs it."""
    from hotline.adapters.seal import KeysBroken
    from hotline.ports import StoreAway
    from hotline.service.library import FaultySources, NoEdition

    try:
        yield
    except KeysBroken as error:
        raise ConfigError((f"HOTLINE_KEYS: {error}",)) from None
    except StoreAway:
        raise Failed("the database does not answer, or has no tables yet (hotline db upgrade)") from None
    except NoEdition:
        raise Failed("there is no edition in force (hotline content publish)") from None
    except FaultySources as refused:
        raise Failed("\n".join(["nothing was published", *map(str, refused.faults)])) from None
