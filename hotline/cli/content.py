"""The editions: flows, words and directory, checked, published by one or by two people, and taken back."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli import drawings
from hotline.cli.acting import run, shell_deps
from hotline.cli.approval import approve, readable
from hotline.cli.command import Failed, command, group, settings, store_of, takes_root, today, told
from hotline.cli.editions import done, in_force, moment, refusals, tell_numbers, who
from hotline.config import Config, languages_in

if TYPE_CHECKING:
    from hotline.engine.flow import Sources
    from hotline.ports.store import Store

_BY = "who does this (default: the login name)"


def declare(commands: Any) -> None:
    content = group(commands, "content", "the editions: flows and words")
    takes_root(command(content, "check", _check, "every fault of the files, each with its line; 1 where one must be mended"))
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
        each.add_argument("number", type=int, metavar="N", help="its number, as `hotline content list` tells it")
    for each in (publish, *numbered):
        each.add_argument("--by", metavar="NAME", help=_BY)
    command(content, "list", _list, "all editions, newest first, and what waits for a second person")
    drawings.declare(content)


def _check(options: argparse.Namespace) -> int:
    """0: nothing grave, whatever else is said."""
    from hotline.content import read_sources
    from hotline.engine.check import check

    sources, faults = read_sources(options.root, languages_in(os.environ))
    if sources is not None:
        faults = tuple(sorted({*faults, *check(sources, today())}))
    for fault in faults:
        print(fault)
    grave = sum(fault.grave for fault in faults)
    print(f"{grave} to be mended, {len(faults) - grave} to be known")
    return 1 if grave else 0


def _publish(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import check_edition, propose_edition, publish_edition, with_current_testimonies

    config, now = settings(), int(time.time())
    with refusals(config):
        deps = shell_deps(config)
        sources = with_current_testimonies(deps.store, _files(options.root, config.languages))
        pending_by = None if options.pending_by is None else who(options.pending_by).name
        _tell_difference(config, deps.store, sources, now)
        edition = check_edition(sources, now)
        act = propose_edition if config.two_people else publish_edition
        result = done(config, run(deps, options.by, act, edition, pending_by), edition)
        if config.two_people:
            number = result.values["proposal"]
            print(f"proposal {number} waits for a second person, who types: hotline content approve {number}")
        else:
            print(in_force(config, result, now))
        tell_numbers(deps.store, sources, now)


def _tell_difference(config: Config, store: Store, sources: Sources, now: int) -> None:
    """How much differs from the newest edition. Raises Failed where nothing does: it would only take a place from the next one."""
    from hotline.engine.changes import changes
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
    from hotline.service.editions.approval import reject_proposal

    config = settings()
    with refusals(config):
        done(config, run(shell_deps(config), options.by, reject_proposal, options.number))
    print(f"proposal {options.number} is gone")


def _rollback(options: argparse.Namespace) -> None:
    from hotline.service.editions.approval import older_edition, roll_back

    config, now = settings(), int(time.time())
    with refusals(config):
        deps = shell_deps(config)
        edition = older_edition(deps.store, options.number, now)
        result = done(config, run(deps, options.by, roll_back, options.number, edition))
        print(f"{in_force(config, result, now)}; it says what edition {options.number} said")
        with deps.store.read() as tx:
            sources = readable(config, tx.editions.get(int(result.values["edition"])))
        if sources is not None:
            tell_numbers(deps.store, sources, now)


def _list(_: argparse.Namespace) -> None:
    config = settings()
    with told(), store_of(config).read() as tx:
        rows, proposals, active = tx.editions.all(), tx.editions.proposals(), tx.editions.active(int(time.time()))
    for one in proposals:
        said = [f"proposal {one.number}", moment(config, one.made_at), f"by {one.made_by}"]
        said += [f"pending words taken on by {one.pending_by}"] if one.pending_by else []
        print("\t".join([*said, f"waits: hotline content approve {one.number}"]))
    for row in rows:
        said = [f"{row.number}", moment(config, row.active_from), f"by {row.made_by}"]
        said += [f"approved by {row.approved_by}"] if row.approved_by else []
        said += [f"edition {row.again} again"] if row.again else []
        said += ["in force"] if active and row.number == active.number else []
        print("\t".join(said))
