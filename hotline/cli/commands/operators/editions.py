"""What the commands that make editions share: what is refused, and what is said afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hotline.cli.command import Failed, worded_failures
from hotline.cli.output import moment
from hotline.config import Config

if TYPE_CHECKING:
    from hotline.engine.flow import Sources
    from hotline.ports.store import Store
    from hotline.service.acts import Result
    from hotline.service.editions.approval import CheckedEdition


@contextmanager
def refusals(config: Config) -> Iterator[None]:
    """As `worded_failures`, and what the rules of publishing refuse before an act is run."""
    from hotline.service.editions.approval import CannotPublish

    try:
        with worded_failures():
            yield
    except CannotPublish as refused:
        raise Failed(why(config, refused.result)) from None


def done(config: Config, result: Result, edition: CheckedEdition | None = None) -> Result:
    """An act's result, if it did something. `edition`: what it was about. Raises Failed with words for why it did nothing."""
    if result.code == "pending" and edition is not None:
        hint = "someone who takes these words on herself may say so when they are proposed: --pending-by NAME; the audit keeps it"
        raise Failed("\n".join(["nothing was published", *map(str, edition.pending), hint]))
    if result.is_refused:
        raise Failed(why(config, result))
    return result


def why(config: Config, result: Result) -> str:
    """Why nothing was published, in words."""
    values = result.values
    match result.code:
        case "gone" if "proposal" in values:
            return f"no proposal {values['proposal']} waits (hotline content list)"
        case "gone":
            return f"there is no edition {values['edition']} (hotline content list)"
        case "own":
            return f"proposal {values['proposal']} was made by {values['by']}: another person approves it (--by NAME)"
        case "overtaken":
            return "another edition was published meanwhile: look at the difference again"
        case "newest":
            return f"edition {values['edition']} is the newest: it is in force, or will be in a moment"
        case "same":
            return f"edition {values['edition']} says the same already"
        case "too_many":
            until = moment(config, int(values["until"]))[11:]
            return f"nothing was published: sessions are on too many editions; there is room at {until}"
        case "unreadable":
            return f"{values['of']} was made by another version of this program, which this one cannot read"
        case code:
            return f"nothing was published: {code}"


def in_force(config: Config, result: Result) -> str:
    """Which edition was made, and when it is in force."""
    number, lead = result.values["edition"], int(result.values["lead"])
    begins = moment(config, int(result.values["active_from"]))[11:]
    when = f"at {begins}, in {lead} seconds; nothing need be restarted" if lead > 0 else "now"
    return f"edition {number} is in force {when}"


def tell_numbers(store: Store, sources: Sources, now: int) -> None:
    """Which numbers are off, and loudly where none for emergencies is on."""
    from hotline.service.editions.directory_numbers import numbers

    with store.read() as tx:
        found = numbers(sources, tx.editions.withdrawals(), datetime.fromtimestamp(now, UTC).date())
    if found.off:
        print("numbers that no screen shows: " + ", ".join(f"{id} ({why})" for id, why in found.off))
    if not found.emergency:
        print("NO VERIFIED EMERGENCY NUMBER: callers in danger are shown none (hotline directory verify)")
