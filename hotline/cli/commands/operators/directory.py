"""The directory of places and services: kept true by telephone."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hotline.cli import tables
from hotline.cli.command import Failed, command, group, reason, settings, store_of, takes_root, today, worded_failures
from hotline.cli.commands.acting import shell_deps
from hotline.cli.output import fault_json, print_json, table, takes_json
from hotline.config import ConfigError

if TYPE_CHECKING:
    from hotline.engine.flow import Item
    from hotline.ports.editions.editions import Withdrawal

_LONGEST_NAME = 64


def declare(commands: Any) -> None:
    """`directory check`, `verify`, `confirm`, `dark`, `import`, `export`."""
    directory = group(commands, "directory", "the directory of places and services")
    check = command(directory, "check", _check, "how every number stands, and every fault of the directory's file")
    verify = command(directory, "verify", _verify, "write down that somebody rang a number and heard who answered")
    verify.add_argument("id", metavar="ID", help="the service, by its id in flows/directory.yml")
    verify.add_argument("--by", required=True, metavar="NAME", type=_name, help="who rang")
    verify.add_argument("--on", type=_date, metavar="DATE", help="when, as 2026-01-31 (default: today)")
    verify.add_argument("--call", choices=("day", "night"), help="of an emergency number: it is rung by day and by night")
    confirm = command(directory, "confirm", _confirm, "write down that somebody saw or heard that a place is there and open")
    confirm.add_argument("id", metavar="ID", help="the service, by its id in flows/directory.yml")
    confirm.add_argument("--by", required=True, metavar="NAME", type=_name, help="who saw or heard it")
    confirm.add_argument("--on", type=_date, metavar="DATE", help="when, as 2026-01-31 (default: today)")
    dark = command(directory, "dark", _dark, "take a number off every screen, within seconds")
    dark.add_argument("id", metavar="ID", help="the service, by its id in flows/directory.yml")
    dark.add_argument("--by", required=True, metavar="NAME", type=_name, help="who takes it off")
    dark.add_argument("--why", default="", metavar="TEXT", type=_why, help="for the audit: a few words, no number, nothing from a caller")
    takes_json(check)
    for parser in (check, verify, confirm, *tables.declare(directory)):
        takes_root(parser)


def _check(options: argparse.Namespace) -> int:
    """0: nothing grave, whatever else is said."""
    from hotline.content import DIRECTORY, checked_directory
    from hotline.engine.check import said
    from hotline.engine.freshness import has_lapsed, is_confirmed, is_over, is_shown

    items, faults = checked_directory(options.root)
    withdrawals, day = _withdrawals(), today()
    services = [item for item in items if item.list == "services"]
    found = [(item, *_standing(item, withdrawals or (), day)) for item in services]
    events = [item for item in items if item.list == "events"]
    over = sum(is_over(item, day) for item in events)
    emergency = any(
        item.fields.get("kind") == "emergency" and standing == "verified" and is_shown(item, day) for item, standing, _ in found
    )
    if options.json:
        print_json(
            {
                "services": [{"id": item.id, "standing": standing, "text": words} for item, standing, words in found],
                "events": len(events),
                "over": over,
                "faults": [fault_json(fault) for fault in faults],
                "verified_emergency_number": emergency,
                "database_looked_at": withdrawals is not None,
            }
        )
        return 1 if faults else 0
    for line in table(("SERVICE", "NUMBER"), ((item.id, words) for item, _, words in found)):
        print(line)
    if withdrawals is None:
        print("the database was not looked at: which numbers were taken off is not known here")
    for line in said(faults):
        print(line)
    sums = [
        f"{sum(standing == state for _, standing, _ in found)} {state}"
        for state in ("verified", "stale", "unverified", "dark", "without a number")
    ]
    print(f"{len(services)} services: {', '.join(sums)}; {len(events)} events, {over} of them over")
    placed = [item for item in services if "place" in item.fields]
    open_ones = sum(is_confirmed(item) and not has_lapsed(item, day) for item in placed)
    print(f"{len(placed)} at a place: {open_ones} confirmed, {len(placed) - open_ones} shown as to be confirmed")
    print(f"{sum(not fault.follows for fault in faults)} faults of {DIRECTORY} to be mended")
    if not emergency:
        print(
            "NO VERIFIED EMERGENCY NUMBER: the line gives none. Ring one by day and by night: hotline directory verify ID --by NAME --call day|night"
        )
    return 1 if faults else 0


def _standing(item: Item, withdrawals: Sequence[Withdrawal], day: date) -> tuple[str, str]:
    """How a service's number stands: for the sums, and in words."""
    from hotline.engine.freshness import is_shown, is_withdrawn, last_day

    if "phone" not in item.fields:
        return "without a number", "no number"
    own = [withdrawal for withdrawal in withdrawals if is_withdrawn(item, [withdrawal.number])]
    if own:
        return "dark", f"dark since {own[-1].day}, taken off by {own[-1].by}"
    last, who = last_day(item), f"rung by {item.fields.get('verified_by', 'nobody named')} on {item.fields.get('verified_on', '')}"
    if last is None:
        lacks = [call for call in ("day", "night") if "verified_on" in item.fields and f"called_by_{call}" not in item.fields]
        return "unverified", f"unverified by {' and by '.join(lacks)}, {who}" if lacks else "unverified"
    if is_shown(item, day):
        return "verified", f"verified until {last}, {who}"
    return "stale", f"stale since {last + timedelta(days=1)}, {who}" if last < day else f"verified in the future, {who}"


def _withdrawals() -> tuple[Withdrawal, ...] | None:
    """The numbers that were taken off. Returns None where no database is set, or none answers."""
    try:
        config = settings()
        with worded_failures(), store_of(config).read() as tx:
            return tx.editions.withdrawals()
    except (ConfigError, Failed):
        return None


def _verify(options: argparse.Namespace) -> None:
    from hotline.content import DIRECTORY, read_directory
    from hotline.content.directory_files.registry import CannotEdit, edit_file
    from hotline.content.directory_files.verification import verification
    from hotline.engine.freshness import is_withdrawn

    day = today()
    on = options.on or day
    try:
        edit_file(options.root / DIRECTORY, lambda items: (verification(items, options.id, options.by, on, options.call, day),))
    except (CannotEdit, OSError) as error:
        raise Failed(f"{DIRECTORY} stays as it is: {reason(error)}") from None
    item = next(item for item in read_directory(options.root)[0] if (item.list, item.id) == ("services", options.id))
    print(f"{item.id}: {_standing(item, (), day)[1]}")
    if any(is_withdrawn(item, [withdrawal.number]) for withdrawal in _withdrawals() or ()):
        print("it was taken off that day or later: only a call of a later day puts it back")
    print(f"it is in {DIRECTORY}; callers see it once that is published: hotline content publish")


def _confirm(options: argparse.Namespace) -> None:
    from hotline.content import DIRECTORY
    from hotline.content.directory_files.registry import CannotEdit, edit_file
    from hotline.content.directory_files.verification import confirmation
    from hotline.engine.freshness import STALE_PLACE_DAYS

    day = today()
    on = options.on or day
    try:
        edit_file(options.root / DIRECTORY, lambda items: (confirmation(items, options.id, options.by, on, day),))
    except (CannotEdit, OSError) as error:
        raise Failed(f"{DIRECTORY} stays as it is: {reason(error)}") from None
    print(f"{options.id}: confirmed by {options.by}, until {on + timedelta(days=STALE_PLACE_DAYS)}")
    print(f"it is in {DIRECTORY}; callers see it once that is published: hotline content publish")


def _dark(options: argparse.Namespace) -> None:
    from hotline.service.acts import By
    from hotline.service.acts import run as act
    from hotline.service.editions.withdrawal import withdraw_number

    with worded_failures():
        result = act(shell_deps(settings()), By(options.by, "shell"), withdraw_number, options.id, options.why)
    values = result.values
    match result.code:
        case "gone":
            near = f"; there are {values['near']}" if values["near"] else ""
            raise Failed(f"no edition on the line has a service {options.id}{near}")
        case "no_number":
            raise Failed(f"{options.id} has no number in any edition on the line: there is nothing to take off")
        case "no_edition":
            raise Failed("there is no edition in force (hotline content publish)")
    print(f"{values['name']}: {values['phones']} goes off every screen within seconds, of calls that are under way too")
    print("it stays off until a call of a later day is written down (hotline directory verify) or another number, and that is published")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"a name, of {_LONGEST_NAME} letters at most")
    return name


def _why(text: str) -> str:
    from hotline.engine.phone.numbers import has_five_digits

    why = " ".join(text.split())
    if not why.isprintable() or has_five_digits(why):
        raise argparse.ArgumentTypeError("a few words, without a telephone number")
    return why


def _date(text: str) -> date:
    from hotline.content.directory_files.entries import is_day

    if not is_day(text):
        raise argparse.ArgumentTypeError("a date, as 2026-01-31")
    return date.fromisoformat(text)
