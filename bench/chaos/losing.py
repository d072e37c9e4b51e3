"""A machine lost under load, or its database damaged; and what the guide does about it: restored from a backup, held, looked at, released."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from bench.chaos import damage
from bench.chaos.line import ServedLine, asked, await_answer
from bench.chaos.reading import kept, spooled

LOOKS: Final = 10
"""So often whoever says go looks again: callers stop and take back what they asked for, and its time runs out, while the line is held."""


class Loss(Struct, frozen=True):
    """What is gone by nature, and cannot be asked for. Moments are seconds of this machine's wall clock; 0: nothing of the kind."""

    since: float = 0.0
    """The backup was begun: what was noted from here on may not be in it."""
    lost_at: float = 0.0
    answering_at: float = 0.0
    """The line that was restored answered."""
    released_at: float = 0.0
    destroyed: frozenset[bytes] = frozenset()
    """Keys of orders that no backup had: they lay in a spool when it was made, and went with that spool, or into the database that is gone."""
    spared: frozenset[bytes] = frozenset()
    """Keys of orders that lay in a spool which is still there."""


def lost_and_restored(line: ServedLine, chance: random.Random, losses: list[Loss], wrong: list[str]) -> None:
    """All of the machine is gone but what the guide keeps elsewhere: backups, keys, the file of stops."""
    since, waiting = time.time(), spooled(line)
    if line.command("backup"):
        return  # the disk or the database is just not there, which the command says
    time.sleep(chance.uniform(1, 4))
    with line.stopped():
        lost_at = time.time()
        for path in line.var.iterdir():
            _remove(path)
        if line.postgres:
            line.postgres.create("chaos")
        if line.revoked.exists():
            _restore(line, wrong, "--revoked", str(line.revoked.rename(line.apart / "brought")))
        else:  # nobody has stopped anything yet
            _restore(line, wrong, "--without-revoked")
    _hold(line, chance, losses, wrong, Loss(since, lost_at, destroyed=waiting))


def damaged_and_restored(line: ServedLine, chance: random.Random, losses: list[Loss], wrong: list[str]) -> None:
    """The database alone is restored: spool, memory and file of stops go on."""
    since, waiting = time.time(), spooled(line)
    if line.command("backup"):
        return
    holds_any = bool(kept(line))
    is_read = damage.page(line)
    time.sleep(chance.uniform(2, 4))
    if holds_any and is_read and b'"database":"ok"' in asked(line.bind, "/health/ready")[1]:
        wrong.append("nobody can see that a page of the database is damaged")
    with line.stopped():
        lost_at, spared = time.time(), spooled(line)
        for path in line.var.glob("hotline.db*"):
            path.unlink()
        if line.postgres:
            line.postgres.create("chaos")
        _restore(line, wrong, "--without-revoked")
    _hold(line, chance, losses, wrong, Loss(since, lost_at, destroyed=waiting - spared, spared=spared))


def _restore(line: ServedLine, wrong: list[str], *more: str) -> None:
    newest = max((line.apart / "backups").glob("hotline-daily-*.age"))
    if line.command("restore", str(newest), "--identity", str(line.identity), *more):
        wrong.append("a restore failed")


def _hold(line: ServedLine, chance: random.Random, losses: list[Loss], wrong: list[str], loss: Loss) -> None:
    """Held until somebody has looked and says go."""
    await_answer(line)
    answering_at = time.time()
    time.sleep(chance.uniform(0.5, 2))
    released_at = _say_go(line, wrong)
    losses.append(Loss(loss.since, loss.lost_at, answering_at, released_at, loss.destroyed, loss.spared))


def _say_go(line: ServedLine, wrong: list[str]) -> float:
    """As whoever looks is told to; looks again where what is open has changed since. Returns when."""
    for _ in range(LOOKS):
        try:
            go = line.said("held", "look").splitlines()[-1].partition("hotline ")[2].replace("NAME", "Chaos").split()
        except subprocess.CalledProcessError:
            wrong.append("a line that was restored could not be looked at")
            break
        at = time.time()
        if go and not line.command(*go):
            return at
    wrong.append("a line that was restored could not be released")
    return time.time()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
