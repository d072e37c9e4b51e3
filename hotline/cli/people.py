"""`hotline user`: the staff, and the one-time links by which they come into the console."""

from __future__ import annotations

import argparse
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, ask, command, group, settings, store_of, told
from hotline.cli.editions import who
from hotline.cli.output import print_json, table, takes_json
from hotline.config import Config
from hotline.service.work import Work

if TYPE_CHECKING:
    from hotline.ports.desk.staff import Staff
    from hotline.ports.store import Transaction
    from hotline.service.desk.accounts.people import Fault, Seat

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFT = re.compile(rf"(daily|{'|'.join(DAYS)})@([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
FAULTS: dict[Fault, str] = {
    "alias": "an alias is 2 to 32 small letters or digits, a letter first",
    "number": "that is no number in E.164, such as +223 and eight digits without spaces",
    "taken": "someone of the staff has this alias or this number already",
    "languages": "--reads and --speaks: languages of HOTLINE_LANGUAGES; an operator or admin takes no calls and speaks none",
}


def declare(commands: Any) -> None:
    user = group(commands, "user", "the staff")
    add = command(user, "add", _add, "add one of the staff; asks for the number, prints her one-time link to the console")
    add.add_argument("alias", metavar="ALIAS", help="a name that is not her own")
    roles = ("counselor", "supervisor", "operator", "admin")
    add.add_argument("--role", choices=roles, default="counselor", help="what she does (default: counselor)")
    add.add_argument("--reads", required=True, metavar="LANGUAGE", help="the language of her pages and messages")
    add.add_argument("--speaks", default="", metavar="LANGUAGES", help="those in which she takes calls, comma separated")
    add.add_argument("--minors", action="store_true", help="she takes calls of minors too")
    add.add_argument("--sms-only", action="store_true", help="she works by SMS alone: no link")
    add.add_argument(
        "--shift", action="append", default=[], type=_shift, metavar="DAY@HH:MM-HH:MM", help="daily, or mon … sun; several times"
    )
    for name, run, about in (
        ("reset", _reset, "sign her out everywhere, drop her password and second factor, print a new one-time link"),
        ("disable", _disable, "sign her out for good; what she holds goes back to the others"),
    ):
        one = command(user, name, run, about)
        one.add_argument("alias", metavar="ALIAS")
        one.add_argument("--by", metavar="NAME", help="who does this, for the audit (default: the login name)")
    add.add_argument("--by", metavar="NAME", help="who does this, for the audit (default: the login name)")
    takes_json(command(user, "list", _list, "alias, role, languages and how each signs in; no number"))


def _add(options: argparse.Namespace) -> None:
    from hotline.ports.desk.shifts import Shift
    from hotline.ports.desk.staff import CALLING, Staff
    from hotline.service.desk.accounts.people import add, invite

    config, speaks, now = settings(), tuple(options.speaks.split(",")) if options.speaks else (), int(time.time())
    if options.role not in CALLING and (speaks or options.shift or options.minors):
        raise Failed(f"--role {options.role} takes no calls: neither --speaks nor --shift nor --minors")
    if not {options.reads, *speaks} <= set(config.languages):
        raise Failed(FAULTS["languages"])
    # Asked for, not an argument: those are seen in process lists and stay in the shell's history.
    number = ask("Her number, with +223: ")
    person = Staff(secrets.token_hex(16), options.alias, options.role, number, options.reads, speaks, minors=options.minors)
    token, by = secrets.token_urlsafe(24), str(who(options.by))
    with told(), store_of(config).write() as tx:
        fault = add(tx, person, config.languages, by, now)
        if fault is not None:
            raise Failed(FAULTS[fault])
        for weekday, start, end in options.shift:
            tx.shifts.add(Shift(person.id, weekday, start, end))
        if not options.sms_only:
            invite(tx, person, token, by, now)
    print(f"added {options.alias}, {len(options.shift)} shifts a week planned")
    if not options.sms_only:
        _print_link(token)


def _reset(options: argparse.Namespace) -> None:
    from hotline.service.desk.accounts.people import invite

    token = secrets.token_urlsafe(24)
    with _one(settings(), options.alias) as (tx, staff):
        invite(tx, staff, token, str(who(options.by)), int(time.time()))
    print(f"{options.alias} is signed out everywhere; her password and second factor are gone")
    _print_link(token)


def _disable(options: argparse.Namespace) -> None:
    from hotline.app import build
    from hotline.service import outbox
    from hotline.service.desk.accounts.people import give_back_all, shut_out
    from hotline.service.editions.cache import NoEdition

    config = settings()
    with _one(config, options.alias) as (tx, staff):
        shut_out(tx, staff, str(who(options.by)), int(time.time()))
    # Where there is no edition yet, nobody has asked for anything.
    with told(), suppress(NoEdition):
        deps = build(config).deps
        with deps.store.write() as tx:
            posts = give_back_all(Work(deps, tx, int(time.time())), staff.id)
        outbox.enqueue(deps, posts)
    print(f"{options.alias} is signed out for good")


def _list(options: argparse.Namespace) -> None:
    from hotline.service.desk.accounts.people import seats

    now = int(time.time())
    with told(), store_of(settings()).read() as tx:
        found = seats(tx, now)
    if options.json:
        print_json([_as_json(seat) for seat in found])
        return
    rows = [
        (
            seat.staff.alias,
            seat.staff.role,
            seat.staff.reads,
            ",".join(seat.staff.speaks),
            "yes" if seat.staff.minors else "",
            _signs_in(seat),
        )
        for seat in found
    ]
    heads = ("ALIAS", "ROLE", "READS", "SPEAKS", "MINORS", "SIGNS IN")
    print("\n".join(table(heads, rows)) or "nobody yet (hotline user add)")


def _as_json(seat: Seat) -> dict[str, object]:
    staff = seat.staff
    return {
        "alias": staff.alias,
        "role": staff.role,
        "reads": staff.reads,
        "speaks": staff.speaks,
        "minors": staff.minors,
        "signs_in": _signs_in(seat),
    }


@contextmanager
def _one(config: Config, alias: str) -> Iterator[tuple[Transaction, Staff]]:
    """Somebody active, and the transaction in which something is done about her."""
    with told(), store_of(config).write() as tx:
        staff = tx.staff.by_alias(alias)
        if staff is None:
            raise Failed(f"nobody of the staff is called {alias} (hotline user list)")
        yield tx, staff


def _signs_in(seat: Seat) -> str:
    if seat.second_factor is None:
        return "by SMS only" if seat.link_until is None else "has a link"
    return "password and code" if seat.second_factor else "password"


def _print_link(token: str) -> None:
    """The path alone: the command does not know under which name the console is reached."""
    print(f"her one-time link, good for 48 hours, after the console's address: /console/welcome/{token}")


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
