"""The editions: flows, words and directory, checked, published by one or by two people, and taken back."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli import drawings
from hotline.cli.approval import approve, readable
from hotline.cli.command import Failed, command, group, number, settings, store_of, takes_root, today, told
from hotline.cli.editions import begins, in_force, longest_session, moment, moment_json, refusals, tell_numbers, who
from hotline.cli.output import fault_json, print_faults, print_json, table, takes_json
from hotline.config import Config, languages_in

if TYPE_CHECKING:
    from hotline.engine.flow import Sources
    from hotline.ports.desk.editions import EditionRow, Proposal
    from hotline.ports.store import Store
    from hotline.service.editions.approval import Publisher

_BY = "who does this (default: the login name)"


def declare(commands: Any) -> None:
    content = group(commands, "content", "the editions: flows and words")
    check = command(content, "check", _check, "every fault of the files, each with its line; 1 where one must be mended")
    takes_root(check)
    publish = command(content, "publish", _publish, "make the files the next edition; where two people are needed, propose them")
    takes_root(publish)
    pending = "who takes on herself the words that nobody reviewed on urgent, callback and stop screens; the audit keeps it"
    publish.add_argument("--pending-by", metavar="NAME", help=pending)
    numbered = [
        command(content, "approve", approve, "look at what a proposal changes, screen by screen, and publish it: the second person"),
        command(content, "reject", _reject, "take a proposal away"),
        command(content, "rollback", _rollback, "publish an older edition's content again, at once"),
    ]
    numbered[0].add_argument("--yes", action="store_true", help="for scripts: publish without anyone looking; the audit says so")
    for each in numbered:
        each.add_argument("number", type=number, metavar="N", help="its number, as `hotline content list` tells it")
    for each in (publish, *numbered):
        each.add_argument("--by", metavar="NAME", help=_BY)
    listed = command(content, "list", _list, "all editions, newest first, and what waits for a second person")
    for parser in (check, listed):
        takes_json(parser)
    drawings.declare(content)


def _check(options: argparse.Namespace) -> int:
    """0: nothing grave, whatever else is said."""
    from hotline.content import checked

    _, faults = checked(options.root, languages_in(os.environ), today())
    causes = [fault for fault in faults if not fault.follows]
    grave = sum(fault.grave for fault in causes)
    if options.json:
        print_json({"faults": [fault_json(fault) for fault in faults], "to_be_mended": grave, "to_be_known": len(causes) - grave})
    else:
        print_faults(faults)
        print(f"{grave} to be mended, {len(causes) - grave} to be known")
    return 1 if grave else 0


def _publish(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import publish_alone, with_told

    config, now = settings(), int(time.time())
    with refusals(config):
        by, store = who(options.by), store_of(config)
        sources = with_told(store, _files(options.root, config.languages))
        pending_by = None if options.pending_by is None else who(options.pending_by).name
        _tell_difference(store, sources, now)
        if config.two_people:
            _propose(store, sources, by, now, pending_by)
        else:
            starts = begins(config, store, now)
            number = publish_alone(store, sources, by, now, starts, longest_session(config), pending_by)
            print(in_force(config, number, starts, now))
        tell_numbers(store, sources, now)


def _propose(store: Store, sources: Sources, by: Publisher, now: int, pending_by: str | None) -> None:
    from hotline.service.editions.approval import propose

    number = propose(store, sources, by, now, pending_by)
    print(f"proposal {number} waits for a second person, who types: hotline content approve {number}")


def _tell_difference(store: Store, sources: Sources, now: int) -> None:
    """How much differs from the newest edition. Raises Failed where nothing does: it would only take a place from the next one."""
    from hotline.engine.changes import changes
    from hotline.service.editions.approval import as_published

    with store.read() as tx:
        rows = tx.editions.all()
        newest = tx.editions.get(rows[0].number) if rows else None
    old = readable(newest)
    if newest and old:
        differing = {change.screen for change in changes(as_published(old, now), as_published(sources, now))}
        if not differing:
            raise Failed(f"nothing differs from edition {newest.number}")
        print(f"screens, phrases and entries that differ from edition {newest.number}: {len(differing)}")


def _files(root: Path, languages: tuple[str, ...]) -> Sources:
    """What lies there. Raises FaultySources."""
    from hotline.content import read_sources
    from hotline.service.editions.cache import FaultySources

    sources, faults = read_sources(root, languages)
    grave = tuple(fault for fault in faults if fault.grave)
    if sources is None or grave:
        raise FaultySources(grave)
    return sources


def _reject(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import reject

    config = settings()
    with refusals(config):
        reject(store_of(config), options.number, who(options.by), int(time.time()))
    print(f"proposal {options.number} is gone")


def _rollback(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import roll_back

    config, now = settings(), int(time.time())
    with refusals(config):
        store = store_of(config)
        starts = begins(config, store, now)
        number = roll_back(store, options.number, who(options.by), now, starts, longest_session(config))
        print(f"{in_force(config, number, starts, now)}; it says what edition {options.number} said")
        with store.read() as tx:
            sources = readable(tx.editions.get(number))
        if sources is not None:
            tell_numbers(store, sources, now)


def _list(options: argparse.Namespace) -> None:
    config = settings()
    with told(), store_of(config).read() as tx:
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
