"""Is the wall clock right? It is held against the machine's clock that nobody sets, and over a restart against what is remembered.

While it is not, nothing ends by time and nothing is erased: neither can be taken back. It counts as right again when the two agree again, or when a
person says so (`desk/clock.py`), which forgets what is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.clock import Reading
from hotline.ports.store import Transaction
from hotline.service.deps import Deps

TOLERANCE: Final = 5_000
"""Milliseconds by which the two may differ on one machine: a clock is put right by less every now and then."""
DRIFT: Final = 1_000
"""What is remembered follows the wall clock by one part in so many: what is within the tolerance now is nothing after an hour or two."""
BACK: Final = 60_000
"""Milliseconds by which one machine's clock may be behind another's, or behind its own before the machine started anew."""
AHEAD: Final = 36 * HOUR_SECONDS * 1000
"""Milliseconds without any clock that was right: a night and a day of no power, and no more."""


def jumped_by(known: Iterable[Reading], now: Reading) -> int:
    """Seconds by which the wall clock is ahead of what it should say, negative where it is behind; 0 where it counts as right.

    `known`: what is remembered, the newest last.
    """
    before = {reading.boot: reading for reading in known}
    here = before.get(now.boot)
    if here is not None:
        step = apart(here, now)
        return 0 if abs(step) <= TOLERANCE else _seconds(step)
    gap = now.wall - max((reading.wall for reading in before.values()), default=now.wall)
    return 0 if -BACK <= gap <= AHEAD else _seconds(gap)


def followed(before: Reading | None, now: Reading) -> Reading:
    """What to remember of a clock that is right: what it should have said now, moved a little towards what it says."""
    if before is None:
        return now
    most = max(now.steady - before.steady, 0) // DRIFT
    step = apart(before, now)
    return replace(now, wall=now.wall - step + min(max(step, -most), most))


def is_right(deps: Deps, tx: Transaction) -> bool:
    """May what is over end now, on this machine?"""
    return not jumped_by(tx.clocks.readings(), deps.clock.reading())


def apart(before: Reading, now: Reading) -> int:
    """Milliseconds by which the wall clock was put forward between these readings of one machine."""
    return (now.wall - before.wall) - (now.steady - before.steady)


def _seconds(milliseconds: int) -> int:
    return round(milliseconds / 1000)
