"""The second person: sees in the terminal what a proposal changes, screen by screen, and publishes it or leaves."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from hotline.cli.command import Failed, settings
from hotline.cli.commands.acting import run, shell_deps, who
from hotline.cli.commands.operators.editions import done, in_force, refusals, tell_numbers, why
from hotline.cli.output import moment
from hotline.config import Config

if TYPE_CHECKING:
    from hotline.engine.flow import Sources
    from hotline.ports.editions.editions import EditionRow, Proposal

AskTyped: TypeAlias = Callable[[str], str]


def approve(options: argparse.Namespace) -> None:
    from hotline.cli.commands.operators.difference import difference
    from hotline.service.editions import approval
    from hotline.service.studio.line.key_history import KeyHistory, hold_keys

    config = settings()
    with refusals(config):
        deps, by = shell_deps(config, speaking=True), who(options.by)
        proposal, newest = approval.proposed(deps.store, options.number, by)
        if not options.yes and not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise Failed("someone has to look at what changes, in a terminal (for scripts: --yes)")
        sources = approval.read(proposal.sources, f"proposal {proposal.number}")
        print(_headline(config, proposal, newest))
        old, now = readable(config, newest), int(time.time())
        before = None if old is None else approval.as_published(old, now)
        pages = difference(before, approval.as_published(sources, now), shutil.get_terminal_size().columns)
        if not pages:
            print("nothing differs")
        if not agreed(pages, proposal.number, None if options.yes else input):
            raise Failed("nothing was published")
        now, against = int(time.time()), newest.number if newest else None
        edition = approval.check_edition(sources, now)
        hold_keys(deps.store, edition.sources, KeyHistory())
        yes = approval.Approval(proposal.number, by, edition, against, options.yes)
        print(in_force(config, done(config, run(deps, options.by, approval.approve_edition, yes), edition)))
        tell_numbers(deps.store, sources, now)


def readable(config: Config, row: EditionRow | None) -> Sources | None:
    """What the edition says. Returns None, and prints why, where another version of the program wrote it: then everything counts as new."""
    from hotline.service.editions.approval import CannotPublish, read

    try:
        return read(row.sources, f"edition {row.number}") if row else None
    except CannotPublish as refused:
        print(why(config, refused.result))
        return None


def agreed(pages: Iterable[str], number: int, ask: AskTyped | None) -> bool:
    """Show one page after another. True if the proposal's number was typed at the end, or if there is no `ask`: then nobody is waited for, and nobody has looked."""
    pausing = ask
    try:
        for page in pages:
            print(f"\n{page}")
            answer = pausing("[Enter: next, a: all the rest, q: leave] ").strip() if pausing else ""
            if answer == "q":
                return False
            pausing = None if answer == "a" else pausing
        return ask is None or ask(f"\nthat is all; type {number} to publish, anything else leaves: ").strip() == str(number)
    except EOFError:
        return False


def _headline(config: Config, proposal: Proposal, newest: EditionRow | None) -> str:
    against = f"edition {newest.number}" if newest else "no edition at all"
    lines = [f"proposal {proposal.number} by {proposal.made_by}, {moment(config, proposal.made_at)}, against {against}"]
    if proposal.pending_by:
        lines.append(f"PENDING WORDS stand on urgent, callback or stop screens; {proposal.pending_by} takes them on herself")
    return "\n".join([*lines, "times, names and lists stand at their longest"])
