"""The audit: `audit list`, `audit verify` and `audit head`."""

from __future__ import annotations

import argparse
from typing import Any

from hotline.cli.command import Failed, command, group, settings, store_of, worded_failures
from hotline.cli.output import print_json, table, takes_json

MOST = 10_000
HELD = {
    "holds": "the head that was kept is line {line} of this audit",
    "gone": "the head that was kept is line {line}, which went with its year: a newer one tells more",
    "other": "ANOTHER AUDIT: line {line} is not the one that was kept",
    "ahead": "AN OLDER COPY: the head that was kept is line {line}, and this audit does not reach it",
    "unsigned": "NOT OURS: no key of this line signed this head, or a digit is wrong; line {line} does not answer for it",
}
"""How the audit stands to a head that was kept."""


def declare(commands: Any) -> None:
    audit = group(commands, "audit", "who did what: a chain of lines that is only ever added to")
    about = "read the whole chain; 1 where a line was changed, put in or taken out, at its end too"
    verified = command(audit, "verify", _verify, about)
    verified.add_argument(
        "--head", metavar="LINE", help="and 1 where it is not the audit that this line of `hotline audit head` was printed of"
    )
    takes_json(verified)
    command(
        audit,
        "head",
        _head,
        "print a signed line that says where the audit ends, to be kept on paper: no copy of an older database passes it",
    )
    lines = command(audit, "list", _list, "the newest lines, the newest last")
    lines.add_argument("--search", default="", metavar="WORD", help="those in which this stands, by who, what or about")
    lines.add_argument("--last", type=_count, default=50, metavar="N", help="how many (default: 50)")
    takes_json(lines)


def _verify(options: argparse.Namespace) -> int:
    from hotline.service.desk import audit_search

    try:
        kept = None if options.head is None else audit_search.read_head(options.head)
    except audit_search.NoHead:
        raise Failed("--head: no line of `hotline audit head`: audit:NUMBER:DIGEST:SIGNATURE") from None
    with worded_failures():
        store = store_of(settings())
        chain = audit_search.verify(store)
        held = None if kept is None else audit_search.held(store, kept)
    code = 0 if chain.broken_at is None and held in (None, "holds", "gone") else 1
    if options.json:
        said = {"holds": chain.broken_at is None, "lines": chain.lines, "first": chain.first, "broken_at": chain.broken_at}
        print_json(said if held is None else said | {"head": held})
        return code
    if kept is not None and held is not None:
        print(HELD[held].format(line=kept.sequence))
    if chain.broken_at is None:
        went = f", from line {chain.first} on; those before went with their years" if chain.first > 1 else ""
        kept_elsewhere = "Keep what `hotline audit head` prints elsewhere: an older copy of the whole database holds too, with fewer"
        print(f"the chain holds: {chain.lines} lines{went}. {kept_elsewhere}")
        return code
    print(
        f"BROKEN at line {chain.broken_at}: changed, put in, taken out, or written under another hash key. Lines before it hold; {chain.lines} in all"
    )
    return 1


def _head(_: argparse.Namespace) -> None:
    from hotline.service.desk import audit_search

    with worded_failures():
        line = audit_search.head_line(store_of(settings()))
    if line is None:
        raise Failed("the audit has no line yet, or somebody meddled with its end (hotline audit verify)")
    print(line)


def _list(options: argparse.Namespace) -> None:
    from hotline.cli.output import moment, moment_json
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
