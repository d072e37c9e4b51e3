"""What breaks: each fault is a function of the line, the vendor's moods and a chance, that breaks one thing, waits, and mends what does not mend itself."""

from __future__ import annotations

import random
import resource
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import redis
from msgspec import Struct

from bench.chaos import damage
from bench.chaos.disk import full
from bench.chaos.grip import end_or_stop, frozen, held
from bench.chaos.line import FAKETIME, ServedLine, await_answer
from bench.chaos.losing import Loss, damaged_and_restored, lost_and_restored
from bench.chaos.vendor import Moods

MOST_SOCKETS: Final = 5000
MOST_EXCHANGES: Final = 6
"""So often an exchange of keys is begun that is killed, or meets a database that is away."""


class Broken(Struct, frozen=True):
    """What a fault is handed. It adds to `losses` what it took away for good, and to `wrong` what should not have been."""

    line: ServedLine
    moods: Moods
    chance: random.Random
    losses: list[Loss]
    wrong: list[str]


Fault = Callable[[Broken], None]


def kill(broken: Broken) -> None:
    """Any process of the line, at once (SIGKILL)."""
    end_or_stop(_any(broken), signal.SIGKILL)


def freeze(broken: Broken) -> None:
    """Any process of the line stands still for up to two seconds."""
    with frozen([_any(broken)]):
        time.sleep(broken.chance.uniform(0.5, 2))


def power_cut(broken: Broken) -> None:
    """Every process of the line at once, the store of memory too. What the kernel holds is not lost: it is no test of the disk."""
    for pid in broken.line.pids().values():
        end_or_stop(pid, signal.SIGKILL)
    time.sleep(1)
    await_answer(broken.line)


def redis_flushed(broken: Broken) -> None:
    """All that Valkey holds is gone."""
    with suppress(redis.RedisError), closing(redis.Redis(unix_socket_path=str(broken.line.socket), socket_timeout=1)) as client:
        client.flushall()


def redis_slow(broken: Broken) -> None:
    """Valkey takes connections and answers nothing for up to two seconds."""
    with frozen([broken.line.pids().get("valkey", 0)]):
        time.sleep(broken.chance.uniform(0.5, 2))


def database_locked(broken: Broken) -> None:
    """Somebody else holds the database's writing lock, or the callbacks' table, for up to two seconds."""
    with held(broken.line):
        time.sleep(broken.chance.uniform(0.5, 2))


def database_away(broken: Broken) -> None:
    """PostgreSQL takes connections and answers nothing for up to three seconds; SQLite's file cannot be opened."""
    if broken.line.postgres:
        broken.line.postgres.freeze()
        time.sleep(broken.chance.uniform(1, 3))
        broken.line.postgres.thaw()
    else:
        path = broken.line.var / "hotline.db"
        with held(broken.line):
            path.chmod(0)
            time.sleep(broken.chance.uniform(1, 3))
            path.chmod(0o600)


def vendor(mood: str) -> Fault:
    """The vendor's API is in this mood for up to three seconds."""

    def sulk(broken: Broken) -> None:
        broken.moods.api = mood
        time.sleep(broken.chance.uniform(1, 3))
        broken.moods.api = "well"

    sulk.__name__ = f"vendor_{mood}"
    return sulk


def doubled(broken: Broken) -> None:
    """Half of what the vendor posts comes twice, half of that three seconds later."""
    before, broken.moods.doubled = broken.moods.doubled, 0.5
    time.sleep(3)
    broken.moods.doubled = before


def late_webhooks(broken: Broken) -> None:
    """What the vendor posts, calls' events, delivery reports and SMS, comes two to four seconds late, each by itself and once, for up to five seconds; callers' hops do
    not. What is held meanwhile comes into whatever breaks next."""
    broken.moods.holds = True
    time.sleep(broken.chance.uniform(3, 5))
    broken.moods.holds = False


def idle_sockets(broken: Broken) -> None:
    """Thousands of connections that say nothing."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    host, _, port = broken.line.bind.rpartition(":")
    held = []
    try:
        for _ in range(MOST_SOCKETS):
            peer = socket.socket()
            peer.setblocking(False)
            peer.connect_ex((host, int(port)))
            held.append(peer)
        time.sleep(2)
    finally:
        for peer in held:
            peer.close()


def descriptors(broken: Broken) -> None:
    """A process may open no more files than it has open now, for up to two seconds."""
    pid = _any(broken)
    with suppress(OSError):
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()), before[1]))
        time.sleep(broken.chance.uniform(0.5, 2))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def disk_full(broken: Broken) -> None:
    """Not a byte more goes onto the disk below HOTLINE_VAR, for up to three seconds; where it is a disk of its own."""
    if broken.line.disk.is_own:
        with full(broken.line.var):
            time.sleep(broken.chance.uniform(1, 3))


def database_full(broken: Broken) -> None:
    """Not a byte more goes onto PostgreSQL's disk, for up to three seconds; where it ended over that, it is started again. SQLite's is the other disk."""
    server = broken.line.postgres
    if server is None:
        disk_full(broken)
    elif server.folder.is_mount():
        with full(server.folder):
            time.sleep(broken.chance.uniform(1, 3))
        if not server.answers():
            server.start()


def disk_read_only(broken: Broken) -> None:
    """The disk below HOTLINE_VAR fails and turns read-only, for up to three seconds; then the machine is stopped, and the disk looked through and put back. What was not
    made durable by then is gone."""
    line = broken.line
    if line.disk.is_own:
        line.disk.turn_read_only()
        time.sleep(broken.chance.uniform(1, 3))
        with line.stopped():
            line.disk.repair()
        await_answer(line)


def spool_damaged(broken: Broken) -> None:
    """The database is held, so that orders go to the spool; then something overwrites, cuts or removes the spool's file. Records that it destroyed are noted as lost."""
    line, kind = broken.line, broken.chance.choice(damage.KINDS)
    with held(line):
        time.sleep(broken.chance.uniform(1, 2))
        destroyed = damage.spool(line.var / "spool", kind, broken.chance)
    if destroyed:
        broken.losses.append(Loss(destroyed=destroyed))
    time.sleep(1)
    damage.clear(line.var / "spool")


def page_damaged(broken: Broken) -> None:
    """A page of the callbacks' table is overwritten while the line works; after some seconds it is stopped, and the database restored from a backup of just before. The
    spool is still there."""
    damaged_and_restored(broken.line, broken.chance, broken.losses, broken.wrong)


def machine_lost(broken: Broken) -> None:
    """A backup is made under load; some seconds later the machine is lost with its database, disk and memory; another one is restored, held, looked at and released."""
    lost_and_restored(broken.line, broken.chance, broken.losses, broken.wrong)


def keys_rotated(broken: Broken) -> None:
    """`hotline keys rotate` to its end, while processes die and stores go away; now and then it is killed itself, and goes on."""
    for _ in range(MOST_EXCHANGES):
        exchange = broken.line.begun("keys", "rotate")
        is_killed = broken.chance.random() < 0.3
        while exchange.poll() is None:
            time.sleep(broken.chance.uniform(0.5, 3))
            if is_killed and broken.chance.random() < 0.3:
                exchange.kill()
            else:
                broken.chance.choice((kill, freeze, redis_flushed, redis_slow, database_locked))(broken)
        if exchange.returncode == 0:
            return
    broken.wrong.append("an exchange of keys did not come to its end")


def clock_stepped(broken: Broken) -> None:
    """The wall clock of all processes goes forward or back by up to a day, and after some seconds is right again."""
    if FAKETIME:
        broken.line.wall.write_text(f"{broken.chance.randrange(-86_400, 86_400):+d}", "ascii")
        time.sleep(broken.chance.uniform(2, 5))
        broken.line.wall.write_text("+0", "ascii")


def publish(broken: Broken) -> None:
    """The same files as another edition, and back to the one before."""
    if broken.line.command("content", "publish", "--by", "Chaos", "--pending-by", "Chaos") == 0:
        broken.line.command("content", "rollback", "1", "--by", "Chaos")


FAULTS: Final[tuple[Fault, ...]] = (
    kill,
    kill,
    freeze,
    power_cut,
    redis_flushed,
    redis_slow,
    database_locked,
    database_away,
    vendor("slow"),
    vendor("refuses"),
    vendor("lies"),
    vendor("late"),
    doubled,
    late_webhooks,
    idle_sockets,
    descriptors,
    database_full,
    disk_full,
    disk_read_only,
    spool_damaged,
    page_damaged,
    machine_lost,
    keys_rotated,
    clock_stepped,
    publish,
)


def _any(broken: Broken) -> int:
    pids = broken.line.pids()
    return pids[broken.chance.choice(sorted(pids))] if pids else 0
