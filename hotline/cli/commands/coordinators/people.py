"""`hotline user`: the staff, and the one-time links by which they come into the console."""

from __future__ import annotations

import argparse
import re
import secrets
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, ask, command, group, settings, store_of, worded_failures
from hotline.cli.commands.acting import run, shell_deps
from hotline.cli.output import print_json, table, takes_json
from hotline.engine.times import DAY_MINUTES, EPOCH

if TYPE_CHECKING:
    from hotline.config import Config
    from hotline.service.deps import Deps
    from hotline.service.desk.accounts.people import PersonFault, Seat

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFT = re.compile(rf"(daily|{'|'.join(DAYS)})@([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
FAULTS: dict[PersonFault, str] = {
    "alias": "an alias is 2 to 32 small letters or digits, a letter first",
    "number": "that is no number in E.164, such as +223 and eight digits without spaces",
    "taken": "someone of the staff has this alias or this number already",
    "languages": "--reads, --speaks and --reviews: languages of HOTLINE_LANGUAGES; an operator or admin takes no calls and speaks none",
    "no_language": "a counselor takes calls in at least one language: --speaks",
    "organisation": "a partner is of an organisation of at most 120 letters: --organisation",
    "ends_on": "a partner has a last day, from today to three years on: --until 2027-12-31",
}


def declare(commands: Any) -> None:
    user = group(commands, "user", "the staff")
    add = command(user, "add", _add, "add one of the staff; asks for the number, prints her one-time link to the console")
    add.add_argument("alias", metavar="ALIAS", help="a name that is not her own")
    roles = ("counselor", "supervisor", "operator", "admin", "partner")
    add.add_argument("--role", choices=roles, default="counselor", help="what she does (default: counselor)")
    add.add_argument("--reads", required=True, metavar="LANGUAGE", help="the language of her pages and messages")
    add.add_argument("--speaks", default="", metavar="LANGUAGES", help="those in which she takes calls, comma separated")
    add.add_argument("--minors", action="store_true", help="she takes calls of minors too")
    add.add_argument("--reviews", default="", metavar="LANGUAGES", help="those whose words she reads and signs, comma separated")
    add.add_argument("--approves", action="store_true", help="she may be the second person of an edition")
    add.add_argument("--organisation", default="", metavar="NAME", help="a partner's: who sees released figures and nothing else")
    add.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="the last day on which a partner gets in")
    add.add_argument("--sms-only", action="store_true", help="she works by SMS alone: no link")
    add.add_argument(
        "--shift", action="append", default=[], type=_shift, metavar="DAY@HH:MM-HH:MM", help="daily, or mon … sun; several times"
    )
    for name, handler, about in (
        ("reset", _reset, "sign her out everywhere, drop her password and second factor, print a new one-time link"),
        ("digits", _digits, "two digits by chance for her rings, where she never sees a page; printed once"),
        ("disable", _disable, "sign her out for good; what she holds goes back to the others"),
    ):
        parser = command(user, name, handler, about)
        parser.add_argument("alias", metavar="ALIAS", help="as `hotline user list` tells it")
        parser.add_argument("--by", metavar="NAME", help="who does this, for the audit (default: the login name)")
    add.add_argument("--by", metavar="NAME", help="who does this, for the audit (default: the login name)")
    takes_json(command(user, "list", _list, "alias, role, languages and how each signs in; no number"))


def _add(options: argparse.Namespace) -> None:
    from hotline.ports.desk.staff import CALLING
    from hotline.service.desk.accounts.people import PersonForm, Start, add_person
    from hotline.service.desk.shifts.planning import WeekHours

    config, speaks, reviews = settings(), _listed(options.speaks), _listed(options.reviews)
    if options.role not in CALLING and (speaks or options.shift or options.minors):
        raise Failed(f"--role {options.role} takes no calls: neither --speaks nor --shift nor --minors")
    if not {options.reads, *speaks, *reviews} <= set(config.languages):
        raise Failed(FAULTS["languages"])
    is_partner = options.role == "partner"
    if is_partner and (options.sms_only or reviews or options.approves):
        raise Failed("--role partner has no phone here and no right: neither --sms-only nor --reviews nor --approves")
    if not is_partner and (options.organisation or options.until):
        raise Failed("--organisation and --until are of --role partner alone")
    # Asked for, not an argument: those are seen in process lists and stay in the shell's history.
    number = "" if is_partner else ask("Her number, with +223: ")
    form = PersonForm(
        *(options.alias, options.role, number, options.reads, speaks, options.minors, reviews, options.approves),
        organisation=options.organisation,
        ends_on=options.until,
    )
    token = "" if options.sms_only else secrets.token_urlsafe(24)
    start = Start(tuple(WeekHours(*shift) for shift in options.shift), token)
    with worded_failures():
        result = run(shell_deps(config), options.by, add_person, form, config.languages, start)
    if result.is_refused:
        raise Failed(next(words for fault, words in FAULTS.items() if fault == result.values["fault"]))
    print(f"added {options.alias}, {len(options.shift)} shifts a week planned")
    if token:
        _print_link(config, token)


def _reset(options: argparse.Namespace) -> None:
    from hotline.service.desk.accounts.people import make_link

    token = secrets.token_urlsafe(24)
    with worded_failures():
        config = settings()
        deps = shell_deps(config)
        run(deps, options.by, make_link, _id_of(deps, options.alias), token)
    print(f"{options.alias} is signed out everywhere; her password and second factor are gone")
    _print_link(config, token)


def _digits(options: argparse.Namespace) -> None:
    from hotline.service.calls.by_ring.reach import are_digits
    from hotline.service.desk.accounts.people import make_digits

    chosen = secrets.choice([digits for n in range(100) if are_digits(digits := f"{n:02}")])
    with worded_failures():
        deps = shell_deps(settings())
        result = run(deps, options.by, make_digits, _id_of(deps, options.alias), chosen)
    if result.is_refused:
        raise Failed(f"{options.alias} takes no calls")
    print(f"her two digits, which the line asks for when it rings her: {chosen}")


def _disable(options: argparse.Namespace) -> None:
    from hotline.service.desk.accounts.people import disable_person

    with worded_failures():
        deps = shell_deps(settings(), speaking=True)
        run(deps, options.by, disable_person, _id_of(deps, options.alias))
    print(f"{options.alias} is signed out for good")


def _list(options: argparse.Namespace) -> None:
    from hotline.service.desk.accounts.people import seats

    with worded_failures():
        found = seats(store_of(settings()), int(time.time()))
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
            _rights(seat),
            _signs_in(seat),
        )
        for seat in found
    ]
    heads = ("ALIAS", "ROLE", "READS", "SPEAKS", "MINORS", "RIGHTS", "SIGNS IN")
    print("\n".join(table(heads, rows)) or "nobody yet (hotline user add)")


def _as_json(seat: Seat) -> dict[str, object]:
    staff = seat.staff
    return {
        "alias": staff.alias,
        "role": staff.role,
        "reads": staff.reads,
        "speaks": staff.speaks,
        "minors": staff.minors,
        "reviews": staff.reviews,
        "approves": staff.approves,
        "organisation": staff.organisation,
        "until": None if staff.ends_on is None else (EPOCH + timedelta(days=staff.ends_on)).isoformat(),
        "signs_in": _signs_in(seat),
    }


def _id_of(deps: Deps, alias: str) -> str:
    """Of somebody active."""
    from hotline.service.desk.accounts.people import seats

    found = [seat.staff.id for seat in seats(deps.store, deps.clock.now()) if seat.staff.alias == alias]
    if not found:
        raise Failed(f"nobody of the staff is called {alias} (hotline user list)")
    return found[0]


def _listed(codes: str) -> tuple[str, ...]:
    return tuple(codes.split(",")) if codes else ()


def _rights(seat: Seat) -> str:
    """What is added to her role; of a partner where from, and until when."""
    staff = seat.staff
    if staff.ends_on is not None:
        return f"{staff.organisation}, until {(EPOCH + timedelta(days=staff.ends_on)).isoformat()}"
    return ", ".join((*(f"reviews {language}" for language in staff.reviews), *(("approves",) if staff.approves else ())))


def _signs_in(seat: Seat) -> str:
    if seat.is_locked:
        return "locked: too many wrong codes"
    if seat.second_factor is None:
        without = "has no link" if seat.staff.role == "partner" else "by SMS only"
        return without if seat.link_until is None else "has a link"
    return "password and code" if seat.second_factor else "password"


def _print_link(config: Config, token: str) -> None:
    """The path alone where nobody has said under which name the console is reached."""
    address = (config.console.console_url or "").rstrip("/")
    where = "" if address else ", after the console's address"
    print(f"her one-time link, good for 48 hours{where}: {address}/console/welcome/{token}")


def _day(text: str) -> int:
    """A day since 1970-01-01."""
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written 2027-12-31") from None


def _shift(text: str) -> tuple[int | None, int, int]:
    found = SHIFT.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError("daily@08:00-16:00, or a day: mon@08:00-16:00")
    day, *times = found.groups()
    hour, minute, last_hour, last_minute = map(int, times)
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if not start < end <= DAY_MINUTES:
        raise argparse.ArgumentTypeError("a shift ends after it begins, at 24:00 at the latest")
    return (None if day == "daily" else DAYS.index(day)), start, end
