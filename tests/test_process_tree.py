"""The tree of processes: who died is started again, sooner or later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hotline.process_tree import LONGEST_WAIT, STEADY_SECONDS, ProcessKind, ProcessTree


class Child:
    """A process that ends when it is told."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code


class World:
    """A clock that is set, and the children that were started."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.children: list[Child] = []
        self.tree = ProcessTree(lambda: self.now)
        self.tree.start(ProcessKind("web", self.start))

    def start(self) -> Child:
        self.children.append(Child(len(self.children) + 1))
        return self.children[-1]

    def die(self) -> None:
        self.children[-1].code = -9
        self.tree.mend()


def test_a_steady_part_is_started_again_at_once():
    """One that had lived long and dies is missed for no moment longer than it takes to notice."""
    world = World()
    world.now += STEADY_SECONDS + 1
    world.die()
    assert world.tree.pids() == {"web": 2}


def test_a_part_that_keeps_dying_waits_ever_longer():
    """A part that cannot run does not eat the machine: the waits grow, up to a limit."""
    world, waits = World(), []
    for _ in range(9):
        world.die()
        waits.append(world.tree.next_due() or 0.0)
        world.now += waits[-1]
        world.tree.mend()
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.0, LONGEST_WAIT)
    assert world.tree.deaths() == {"web": 9}


def test_health_is_forgiven():
    """After a steady life the next death counts as the first."""
    world = World()
    for _ in range(3):
        world.die()
        world.now += world.tree.next_due() or 0.0
        world.tree.mend()
    world.now += STEADY_SECONDS + 1
    world.die()
    assert world.tree.deaths() == {"web": 1}
    assert world.tree.next_due() is None


def test_nothing_changed_is_said_so():
    """Without a death, mending starts nothing."""
    world = World()
    assert world.tree.mend() is False
    assert world.tree.pids() == {"web": 1}


SAYS_MUCH = """
import os, sys
from hotline.process_tree import Forked

def fail():
    sys.stdout.write("words")
    raise RuntimeError

sys.stdout.write("words")
os._exit([Forked(lambda: sys.exit(3)).wait(), Forked(fail).wait()] != [3, 1])
"""


def test_a_log_on_a_full_disk_keeps_no_process_from_beginning_or_ending():
    """Nothing of what it says can be written: it begins, ends with its own code, and never goes on where its parent was."""
    with Path("/dev/full").open("w") as full:
        env = {**os.environ, "PYTHONUNBUFFERED": ""}
        assert subprocess.run([sys.executable, "-c", SAYS_MUCH], env=env, stdout=full, stderr=full, check=False).returncode == 0
