"""The audit: `audit list` and `audit verify`."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import command, group, settings, store_of, told

MOST = 10_000


def declare(commands: Any) -> None:
    audit = group(commands, "audit", "who did what: a chain of lines that is only ever added to")
    command(audit, "verify", _verify, "read the whole chain; 1 where a line was changed, put in or taken out, at its end too")
    lines = command(audit, "list", _list, "the newest lines, the newest last")
    lines.add_argument("--search", default="", metavar="WORD", help="those in which this stands, by who, what or about")
    lines.add_argument("--last", type=_count, default=50, metavar="N", help="how many (default: 50)")


def _verify(_: argparse.Namespace) -> int:
    from hotline.service.desk import audit_log

    with told():
        chain = audit_log.verify(store_of(settings()))
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
    from hotline.cli.editions import moment
    from hotline.service.desk import audit_log

    config = settings()
    with told():
        page = audit_log.look(store_of(config), options.search, most=options.last)
    for number, record in reversed(page.lines):
        print(f"{number:>6}  {moment(config, record.at)}  {record.who}  {record.what}  {record.about}".rstrip())
    if not page.lines:
        print("nothing")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST}")
    return int(text)
