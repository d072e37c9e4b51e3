"""The audit: `audit list` and `audit verify`."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import command, group, settings, store_of, worded_failures
from hotline.cli.output import print_json, table, takes_json

MOST = 10_000


def declare(commands: Any) -> None:
    audit = group(commands, "audit", "who did what: a chain of lines that is only ever added to")
    about = "read the whole chain; 1 where a line was changed, put in or taken out, at its end too"
    takes_json(command(audit, "verify", _verify, about))
    lines = command(audit, "list", _list, "the newest lines, the newest last")
    lines.add_argument("--search", default="", metavar="WORD", help="those in which this stands, by who, what or about")
    lines.add_argument("--last", type=_count, default=50, metavar="N", help="how many (default: 50)")
    takes_json(lines)


def _verify(options: argparse.Namespace) -> int:
    from hotline.service.desk import audit_search

    with worded_failures():
        chain = audit_search.verify(store_of(settings()))
    if options.json:
        print_json({"holds": chain.broken_at is None, "lines": chain.lines, "broken_at": chain.broken_at})
        return 0 if chain.broken_at is None else 1
    if chain.broken_at is None:
        print(
            f"the chain holds: {chain.lines} lines. Write the number down elsewhere: an older copy of the whole database holds too, with fewer"
        )
        return 0
    print(
        f"BROKEN at line {chain.broken_at}: changed, put in, taken out, or written under another hash key. Lines before it hold; {chain.lines} in all"
    )
    return 1


def _list(options: argparse.Namespace) -> None:
    from hotline.cli.commands.editions import moment, moment_json
    from hotline.service.desk import audit_search

    config = settings()
    with worded_failures():
        page = audit_search.look(store_of(config), options.search, most=options.last)
    lines = page.lines[::-1]
    if options.json:
        print_json(
            [
                {"line": line, "at": moment_json(config, record.at), "who": record.who, "what": record.what, "about": record.about}
                for line, record in lines
            ]
        )
        return
    rows = [(str(line), moment(config, record.at), record.who, record.what, record.about) for line, record in lines]
    print("\n".join(table(("LINE", "AT", "WHO", "WHAT", "ABOUT"), rows)) or "nothing")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST}")
    return int(text)
