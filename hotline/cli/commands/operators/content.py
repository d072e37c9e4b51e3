"""The editions: flows, words and directory, checked, published by one or by two people, and taken back."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, group, number, settings, store_of, takes_root, today, worded_failures
from hotline.cli.commands.acting import run, shell_deps, who
from hotline.cli.commands.operators import drawings
from hotline.cli.commands.operators.approval import approve, readable
from hotline.cli.commands.operators.at_vendors import shown_there
from hotline.cli.commands.operators.editions import done, in_force, refusals, tell_numbers
from hotline.cli.output import fault_json, moment, moment_json, print_faults, print_json, table, takes_json
from hotline.config import Config, languages_in

if TYPE_CHECKING:
    from hotline.engine.flow import Sources
    from hotline.ports.editions.editions import EditionRow, Proposal
    from hotline.ports.store import Store
    from hotline.service.deps import Deps
    from hotline.service.studio.files import FilesBehind

_BY = "who does this (default: the login name)"


def declare(commands: Any) -> None:
    content = group(commands, "content", "the editions: flows and words")
    check = command(content, "check", _check, "every fault of the files, each with its line; 1 where one must be mended")
    takes_root(check)
    by_table = "how they are shown by the vendor of this table, too, beside those that HOTLINE_GATEWAYS names; may be given several times"
    check.add_argument("--table", type=Path, metavar="FILE", action="append", default=[], help=by_table)
    publish = command(content, "publish", _publish, "make the files the next edition; where two people are needed, propose them")
    takes_root(publish)
    pending = "who takes on herself the words that nobody reviewed on urgent, callback and stop screens; the audit keeps it"
    publish.add_argument("--pending-by", metavar="NAME", help=pending)
    numbered = [
        command(content, "approve", approve, "look at what a proposal changes, screen by screen, and publish it: the second person"),
        command(content, "reject", _reject, "take a proposal away"),
        command(content, "rollback", _rollback, "publish an older edition's content again, at once"),
    ]
    numbered[1].add_argument("--why", metavar="TEXT", default="", help="what its author reads in the studio, where a draft is sent back")
    numbered[0].add_argument("--yes", action="store_true", help="for scripts: publish without anyone looking; the audit says so")
    for parser in numbered:
        parser.add_argument("number", type=number, metavar="N", help="its number, as `hotline content list` tells it")
    pulling = command(
        content, "pull", _pull, "write an edition back into the files: what differs changes in its place, every other byte stays"
    )
    takes_root(pulling)
    pulling.add_argument("number", type=number, metavar="N", nargs="?", help="its number (default: the newest)")
    for parser in (publish, *numbered):
        parser.add_argument("--by", metavar="NAME", help=_BY)
    listed = command(content, "list", _list, "all editions, newest first, and what waits for a second person")
    for parser in (check, listed):
        takes_json(parser)
    drawings.declare(content)


def _check(options: argparse.Namespace) -> int:
    """0: nothing grave, whatever else is said."""
    from hotline.content import checked, mapping_faults

    sources, faults = checked(options.root, languages_in(os.environ), today())
    faults = tuple(sorted({*faults, *mapping_faults(options.root)}))
    is_sound = sources is not None and not any(fault.grave for fault in faults)
    vendors = shown_there(sources, options.table, os.environ) if sources is not None and is_sound else ()
    causes = [fault for fault in faults if not fault.follows]
    there = [line for vendor in vendors for line in vendor.faults()]
    known = [line for vendor in vendors if (line := vendor.known())]
    grave = sum(fault.grave for fault in causes) + len(there)
    light = sum(not fault.grave for fault in causes) + len(known)
    if options.json:
        found = {"faults": [fault_json(fault) for fault in faults], "vendors": [vendor.as_json() for vendor in vendors]}
        print_json(found | {"to_be_mended": grave, "to_be_known": light})
    else:
        print_faults(faults)
        for name, lines in (("to be mended, by vendor:", there), ("to be known, by vendor:", known)):
            if lines:
                print("\n".join([name, *lines]))
        print(f"{grave} to be mended, {light} to be known")
    return 1 if grave else 0


def _publish(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import check_edition, propose_edition, publish_edition, with_current_testimonies
    from hotline.service.studio.files import behind
    from hotline.service.studio.line.key_history import KeyHistory, hold_keys

    config, now = settings(), int(time.time())
    with refusals(config):
        deps = shell_deps(config)
        sources = with_current_testimonies(deps.store, _files(options.root, config.languages))
        if (older := behind(deps.store, sources, now)) is not None:
            _draft(config, deps, options.by, older)
            return
        pending_by = None if options.pending_by is None else who(options.pending_by).name
        _tell_difference(config, deps.store, sources, now)
        edition = check_edition(sources, now)
        hold_keys(deps.store, edition.sources, KeyHistory())
        act = propose_edition if config.two_people else publish_edition
        result = done(config, run(deps, options.by, act, edition, pending_by), edition)
        if config.two_people:
            number = result.values["proposal"]
            print(f"proposal {number} waits for a second person, who types: hotline content approve {number}")
        else:
            print(in_force(config, result))
        tell_numbers(deps.store, sources, now)


def _draft(config: Config, deps: Deps, by: str | None, older: FilesBehind) -> None:
    """The line has words that the files do not know: nothing is taken back. Raises Failed where the files say nothing of their own."""
    from hotline.service.studio.files import draft_files

    since = f"the files were made from edition {older.base}, and edition {older.newest} has newer words"
    if not older.changes:
        raise Failed(f"{since}; nothing else differs (hotline content pull)")
    done(config, run(deps, by, draft_files, older, f"content publish {older.base}"))
    print(f"{since}: what the files change is a draft now, to be looked at and proposed in the studio (/console/studio)")
    print(f"parts that it changes: {len(older.changes)}; `hotline content pull` brings the newest words into the files")


def _tell_difference(config: Config, store: Store, sources: Sources, now: int) -> None:
    """How much differs from the newest edition. Raises Failed where nothing does: it would only take a place from the next one."""
    from hotline.engine.drafting.changes import changes
    from hotline.service.editions.approval import as_published, newest_edition

    with store.read() as tx:
        newest = newest_edition(tx)
    old = readable(config, newest)
    if newest and old:
        differing = {change.screen for change in changes(as_published(old, now), as_published(sources, now))}
        if not differing:
            raise Failed(f"nothing differs from edition {newest.number}")
        print(f"screens, phrases and entries that differ from edition {newest.number}: {len(differing)}")


def _files(root: Path, languages: tuple[str, ...]) -> Sources:
    """What lies there. Raises FaultySources."""
    from hotline.content import read_sources
    from hotline.service.editions.publication import FaultySources

    sources, faults = read_sources(root, languages)
    grave = tuple(fault for fault in faults if fault.grave)
    if sources is None or grave:
        raise FaultySources(grave)
    return sources


def _reject(options: argparse.Namespace) -> None:
    from hotline.engine.drafting.difference import visible
    from hotline.service.editions.approval import LONGEST_REASON, reject_proposal

    config, why = settings(), visible(" ".join(options.why.split()))
    if len(why) > LONGEST_REASON:
        raise Failed(f"--why takes {LONGEST_REASON} letters")
    with refusals(config):
        done(config, run(shell_deps(config), options.by, reject_proposal, options.number, why))
    print(f"proposal {options.number} is gone")


def _pull(options: argparse.Namespace) -> None:
    from hotline.content.pull import CannotPull, pull
    from hotline.service.editions.approval import newest_edition, read

    config = settings()
    with refusals(config):
        with store_of(config).read() as tx:
            row = newest_edition(tx) if options.number is None else tx.editions.get(options.number)
        if row is None:
            raise Failed(
                f"there is no edition {options.number} (hotline content list)"
                if options.number
                else "no edition yet (hotline content publish)"
            )
        try:
            written = pull(options.root, config.languages, read(row.sources, f"edition {row.number}"), today())
        except CannotPull as refused:
            raise Failed(f"nothing was written: {refused}") from None
    print("\n".join(written) or "nothing differs")
    print(f"the files say what edition {row.number} says")


def _rollback(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import older_edition, roll_back

    config, now = settings(), int(time.time())
    with refusals(config):
        deps = shell_deps(config)
        edition = older_edition(deps.store, options.number, now)
        result = done(config, run(deps, options.by, roll_back, options.number, edition))
        print(f"{in_force(config, result)}; it says what edition {options.number} said")
        with deps.store.read() as tx:
            sources = readable(config, tx.editions.get(int(result.values["edition"])))
        if sources is not None:
            tell_numbers(deps.store, sources, now)


def _list(options: argparse.Namespace) -> None:
    config = settings()
    with worded_failures(), store_of(config).read() as tx:
        rows, proposals, active = tx.editions.all(), tx.editions.proposals(), tx.editions.active(int(time.time()))
    current = active.number if active else None
    if options.json:
        print_json(_as_json(config, rows, proposals, current))
        return
    waiting = table(
        ("PROPOSAL", "MADE AT", "BY", "PENDING WORDS TAKEN ON BY", "WAITS FOR"),
        (
            (str(row.number), moment(config, row.made_at), row.made_by, row.pending_by or "", f"hotline content approve {row.number}")
            for row in proposals
        ),
    )
    editions = table(
        ("EDITION", "FROM", "BY", "APPROVED BY", "SAYS AGAIN", "STATE"),
        (
            (
                str(row.number),
                moment(config, row.active_from),
                row.made_by,
                row.approved_by or "",
                f"edition {row.again}" if row.again else "",
                "in force" if row.number == current else "",
            )
            for row in rows
        ),
    )
    print("\n\n".join(filter(None, ("\n".join(waiting), "\n".join(editions) or "no edition yet (hotline content publish)"))))


def _as_json(config: Config, rows: tuple[EditionRow, ...], proposals: tuple[Proposal, ...], current: int | None) -> dict[str, Any]:
    return {
        "proposals": [
            {"number": row.number, "made_at": moment_json(config, row.made_at), "made_by": row.made_by, "pending_by": row.pending_by}
            for row in proposals
        ],
        "editions": [
            {
                "number": row.number,
                "made_at": moment_json(config, row.made_at),
                "active_from": moment_json(config, row.active_from),
                "made_by": row.made_by,
                "approved_by": row.approved_by,
                "again": row.again,
                "in_force": row.number == current,
            }
            for row in rows
        ],
    }
