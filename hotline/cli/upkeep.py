"""Tables, keys and people, and a look at how all of it stands."""

from __future__ import annotations

import argparse
import re
import secrets
from typing import Any

from hotline.cli import doctor
from hotline.cli.command import Failed, ask, command, group, settings, store_of, told

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFT = re.compile(rf"(daily|{'|'.join(DAYS)})@([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")


def declare(commands: Any) -> None:
    command(group(commands, "db", "the database"), "upgrade", _upgrade, "make or renew the tables")
    command(group(commands, "keys", "the keys that seal"), "new", _new_keys, "print fresh keys, as HOTLINE_KEYS takes them")
    add = command(group(commands, "user", "the staff"), "add", _add_user, "add one of the staff; asks for the number")
    add.add_argument("alias", metavar="ALIAS", help="a name that is not her own")
    add.add_argument(
        "--role", choices=("counselor", "supervisor", "operator"), default="counselor", help="what she does (default: counselor)"
    )
    add.add_argument("--reads", required=True, metavar="LANGUAGE", help="the language of her messages")
    add.add_argument("--speaks", default="", metavar="LANGUAGES", help="those in which she takes calls, comma separated")
    add.add_argument(
        "--shift", action="append", default=[], type=_shift, metavar="DAY@HH:MM-HH:MM", help="daily, or mon … sun; several times"
    )
    doctor.declare(commands)


def _upgrade(_: argparse.Namespace) -> None:
    from hotline.adapters.sql import upgrade

    config = settings()
    with told():
        upgrade(config.database_url)


def _new_keys(_: argparse.Namespace) -> None:
    from hotline.adapters.seal import new_keys

    print(new_keys())


def _add_user(options: argparse.Namespace) -> None:
    from hotline.ports import Shift, Staff

    config, speaks = settings(), tuple(options.speaks.split(",")) if options.speaks else ()
    if not {options.reads, *speaks} <= set(config.languages):
        raise Failed("--reads and --speaks: languages of HOTLINE_LANGUAGES")
    if options.role == "operator" and (speaks or options.shift):
        raise Failed("an operator takes no calls: neither --speaks nor --shift")
    # Asked for, not an argument: those are seen in process lists and stay in the shell's history.
    number = ask("Her number, with +223: ")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise Failed("that is no number in E.164, such as +223 and eight digits without spaces")
    person = Staff(secrets.token_hex(16), options.alias, options.role, number, options.reads, speaks)
    with told(), store_of(config).write() as tx:
        if tx.staff_by_number(number) or any(each.alias == options.alias for each in tx.all_staff()):
            raise Failed("someone of the staff has this alias or this number already")
        tx.add_staff(person)
        for weekday, start, end in options.shift:
            tx.add_shift(Shift(person.id, weekday, start, end))
    print(f"added {options.alias}, {len(options.shift)} shifts a week planned")


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
