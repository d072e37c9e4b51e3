"""What the commands that make editions share: who does it, what is refused, and what is said afterwards."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hotline.cli.command import Failed, told
from hotline.config import Config

if TYPE_CHECKING:
    from hotline.engine.flow import Sources
    from hotline.ports.store import Store
    from hotline.service.editions.approval import Publisher


def who(by: str | None) -> Publisher:
    """Whoever types, by the name that was given, and by the login, which is not what the environment says."""
    from hotline.service.editions.approval import publisher

    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        login = str(os.getuid())
    return publisher(by, login)


@contextmanager
def refusals(config: Config) -> Iterator[None]:
    """As `told`, and what the rules of publishing refuse."""
    from hotline.service.editions.approval import PendingWords, Refused
    from hotline.service.editions.cache import TooSoon

    try:
        with told():
            try:
                yield
            except PendingWords as refused:
                hint = "someone who takes these words on herself may say so when they are proposed: --pending-by NAME; the audit keeps it"
                raise Failed("\n".join(["nothing was published", *map(str, refused.faults), hint])) from None
    except Refused as refused:
        raise Failed(str(refused)) from None
    except TooSoon as refused:
        raise Failed(
            f"nothing was published: sessions are on too many editions; there is room at {moment(config, refused.until)[11:]}"
        ) from None


def longest_session(config: Config) -> int:
    """Seconds for which a session may stay on its edition."""
    return config.rules.longest_session


def begins(config: Config, store: Store, now: int) -> int:
    """When what is published now is in force: every process has learned of it by then. At once where there was none: nothing runs without one."""
    with store.read() as tx:
        return now + config.rules.lead_seconds if tx.editions.all() else now


def in_force(config: Config, number: int, begins: int, now: int) -> str:
    when = f"at {moment(config, begins)[11:]}, in {begins - now} seconds; nothing need be restarted" if begins > now else "now"
    return f"edition {number} is in force {when}"


def moment(config: Config, at: int) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo(config.timezone)):%Y-%m-%d %H:%M:%S}"


def moment_json(config: Config, at: int) -> str:
    """The same, for scripts: ISO 8601 with its offset."""
    return datetime.fromtimestamp(at, ZoneInfo(config.timezone)).isoformat()


def tell_numbers(store: Store, sources: Sources, now: int) -> None:
    """Which numbers are off, and loudly where none for emergencies is on."""
    from hotline.service.editions.directory_numbers import numbers

    with store.read() as tx:
        found = numbers(sources, tx.editions.withdrawals(), datetime.fromtimestamp(now, UTC).date())
    if found.off:
        print("numbers that no screen shows: " + ", ".join(f"{id} ({why})" for id, why in found.off))
    if not found.emergency:
        print("NO VERIFIED EMERGENCY NUMBER: callers in danger are shown none (hotline directory verify)")
