"""The spool on a real disk: what was acknowledged is found after any death, what is torn is never read, and a key is kept once.

What its fake must do too is in `service/test_contracts.py`."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.spool import DiskSpool
from hotline.adapters.spool_file import GENERATION, MAGIC, ROOM, SLOT
from hotline.ports.spool import SpoolFull

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
"""Only how long a failure takes: a busy machine may stall."""
NOBODY = 65534
KEYS = new_keys()
SEAL = Seal.from_text(KEYS)

Opened = Callable[..., DiskSpool]

WRITER = """
import os, sys
from pathlib import Path
from hotline.adapters.keys.seal import Seal
from hotline.adapters.spool import DiskSpool

path, keys, first, count = sys.argv[1:]
spool = DiskSpool(Path(path), Seal.from_text(keys), seconds=60.0)
for number in range(int(first), int(first) + int(count)):
    key = number.to_bytes(32, "big")
    spool.put(key, b"record %d" % number)
    os.write(1, b"%d\\n" % number)
    if number % 3 == 0:
        spool.drop(key)
        os.write(1, b"-%d\\n" % number)
"""


DIES = """
import os, sys
from pathlib import Path
from hotline.adapters.keys.seal import Seal
from hotline.adapters.spool import DiskSpool

syncs = []

def sync(file):
    syncs.append(file)
    if len(syncs) == {syncs}:
        os._exit(7)

DiskSpool(Path(sys.argv[1]), Seal.from_text(sys.argv[2]), 8, 60.0, sync).put(bytes(32), b"one")
"""


@contextmanager
def as_nobody_special(folder: Path) -> Iterator[None]:
    """Whoever is no administrator, for whom permissions hold; the folder is that one's."""
    if os.geteuid():
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    parents = [(path, path.stat().st_mode) for path in folder.parents if not path.stat().st_mode & 0o001]
    for path, mode in parents:
        path.chmod(mode | 0o011)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in parents:
            path.chmod(mode)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a full disk, nothing more can be written (EFBIG)."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the one file of this test, as often as asked, as several processes would."""
    with ExitStack() as stack:

        def opened(
            slots: int = 8,
            seal: Seal = SEAL,
            sync: Callable[[int], None] = os.fdatasync,
            seconds: float = SECONDS,
            path: Path = tmp_path / "spool",
        ) -> DiskSpool:
            spool = DiskSpool(path, seal, slots, seconds, sync)
            stack.callback(spool.close)
            spool.state()  # made, where that can be
            return spool

        yield opened


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


def writer(folder: Path, first: int, count: int) -> list[str]:
    """The command of a process that keeps so many records and says each one that it kept, drops every third and says it with a minus."""
    return [sys.executable, "-c", WRITER, str(folder / "spool"), KEYS, str(first), str(count)]


def damage(path: Path, slot: int, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(slot * SLOT + offset)
        old = file.read(1)
        file.seek(slot * SLOT + offset)
        file.write(bytes([old[0] ^ 0xFF]))


def test_a_record_is_found_in_order_by_everyone(opened: Opened) -> None:
    """What one process kept, another finds, oldest first; so does whoever opens the file later."""
    spool, other = opened(), opened()
    spool.put(key(7), b"seven")
    other.put(key(3), b"three")
    spool.put(key(5), b"five")
    expected = ((key(7), b"seven"), (key(3), b"three"), (key(5), b"five"))
    assert [reading.records() for reading in (spool, other, opened())] == [expected] * 3
    assert (other.find(key(7)), other.find(key(9)), len(other)) == (b"seven", None, 3)


def test_a_key_is_kept_once(opened: Opened) -> None:
    """Whoever comes second with a key changes nothing."""
    spool, other = opened(), opened()
    spool.put(key(1), b"first")
    other.put(key(1), b"second")
    assert spool.records() == ((key(1), b"first"),)


def test_a_dropped_record_is_gone_for_everyone(opened: Opened, tmp_path: Path) -> None:
    """Not found, not listed, its bytes overwritten, its slot free again; dropping what is not there is nothing."""
    spool, other = opened(slots=1), opened(slots=1)
    spool.put(key(1), b"first")
    other.drop(key(1))
    other.drop(key(2))
    assert (spool.find(key(1)), spool.records(), len(spool)) == (None, (), 0)
    assert (tmp_path / "spool").read_bytes()[SLOT:] == bytes(SLOT)
    spool.put(key(2), b"next")
    assert other.find(key(2)) == b"next"


def test_order_survives_drops_and_restarts(opened: Opened) -> None:
    """A slot used again does not jump the queue."""
    spool = opened()
    for number in (1, 2, 3):
        spool.put(key(number), b"")
    spool.drop(key(1))
    opened().put(key(4), b"")
    assert [entry for entry, _ in spool.records()] == [key(2), key(3), key(4)]


def test_a_record_larger_than_a_slot_is_refused_whole(opened: Opened) -> None:
    """The largest fits, one more byte does not."""
    spool = opened()
    overhead = len(SEAL.seal(b"", ""))
    spool.put(key(1), bytes(ROOM - overhead))
    with pytest.raises(SpoolFull):
        spool.put(key(2), bytes(ROOM - overhead + 1))
    assert (spool.find(key(1)), len(spool)) == (bytes(ROOM - overhead), 1)


@pytest.mark.parametrize("offset", [1, 3, 12, 60])
def test_a_torn_slot_is_never_read_as_a_record(opened: Opened, tmp_path: Path, offset: int) -> None:
    """Length, order, key or record changed: the slot counts as free, the others as they were."""
    spool = opened()
    spool.put(key(1), b"one")
    spool.put(key(2), b"two")
    damage(tmp_path / "spool", 1, offset)
    assert opened().records() == ((key(2), b"two"),)


def test_half_a_write_is_never_read_as_a_record(opened: Opened, tmp_path: Path) -> None:
    """Cut at every length, a slot is either the whole record or none."""
    spool = opened(slots=1)
    spool.put(key(1), b"one")
    path = tmp_path / "spool"
    whole = path.read_bytes()
    end = len(whole.rstrip(b"\0"))
    for cut in range(SLOT, end):
        path.write_bytes(whole[:cut].ljust(len(whole), b"\0"))
        assert opened(slots=1).records() == ()


def test_a_file_is_for_its_owner_and_holds_its_room(opened: Opened, tmp_path: Path) -> None:
    """Mode 600, every block taken in advance, nothing readable in it."""
    spool = opened()
    spool.put(key(1), b"+22370000001")
    found = (tmp_path / "spool").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_size) == (0o600, 9 * SLOT)
    assert found.st_blocks * 512 >= found.st_size
    assert b"70000001" not in (tmp_path / "spool").read_bytes()


def test_more_slots_are_made_of_an_old_file(opened: Opened) -> None:
    """The setting may grow; fewer slots than there are change nothing."""
    opened(slots=1).put(key(1), b"one")
    large = opened(slots=2)
    large.put(key(2), b"two")
    assert len(opened(slots=1)) == 2


SPOILT: dict[str, Callable[[Path], object]] = {
    "cut to nothing": lambda path: path.write_bytes(b""),
    "cut short": lambda path: os.truncate(path, 5 * SLOT),
    "another header": lambda path: path.write_bytes(b"somebody's letters" + path.read_bytes()[18:]),
    "another length in its header": lambda path: path.write_bytes(path.read_bytes()[:16] + b"\xff" * 4 + path.read_bytes()[20:]),
    "removed": lambda path: path.unlink(),
    "replaced by somebody's letters": lambda path: (path.unlink(), path.write_bytes(b"somebody's letters")),
    "replaced by a folder": lambda path: (path.unlink(), path.mkdir()),
    "replaced by a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "replaced by a way to nowhere": lambda path: (path.unlink(), path.symlink_to("nowhere/at/all")),
}
KEEPS = {"cut to nothing": 0, "cut short": 4}
"""So many records of five are still there for whoever reads; all of them elsewhere."""


@pytest.mark.parametrize("spoilt", sorted(SPOILT))
def test_whatever_happens_to_the_file_there_is_a_spool_again(opened: Opened, tmp_path: Path, spoilt: str) -> None:
    """While it runs: what is whole is found as before, new records are kept, and all processes agree."""
    spool, other = opened(), opened()
    for number in range(1, 6):
        spool.put(key(number), b"%d" % number)
    SPOILT[spoilt](tmp_path / "spool")
    assert other.find(key(9)) is None
    other.put(key(6), b"6")
    expected = [key(number) for number in (*range(1, 1 + KEEPS.get(spoilt, 5)), 6)]
    assert [[entry for entry, _ in reading.records()] for reading in (spool, other, opened())] == [expected] * 3


@pytest.mark.parametrize("spoilt", sorted(SPOILT))
def test_what_cannot_be_used_is_set_aside_by_name(opened: Opened, tmp_path: Path, spoilt: str) -> None:
    """At a start: as it was, under another name, and said until somebody takes it away."""
    path, aside = tmp_path / "spool", tmp_path / "spool.aside-1"
    opened().put(key(1), b"one")
    SPOILT[spoilt](path)
    before = path.lstat() if os.path.lexists(path) else None
    fresh = opened()
    fresh.put(key(2), b"two")
    assert fresh.state() == ("ok" if before is None else "set_aside")
    assert (aside.lstat().st_ino if before else None) == (before.st_ino if before else None)
    if before is not None:
        aside.rename(tmp_path / "looked at")
        assert fresh.state() == "ok"


def test_what_is_whole_in_a_damaged_file_is_found_at_the_next_start(opened: Opened, tmp_path: Path) -> None:
    """The first bytes are gone: somebody was told that the rest is noted."""
    spool = opened()
    spool.put(key(2), b"two")
    spool.put(key(1), b"one")
    damage(tmp_path / "spool", 0, 0)
    assert opened().records() == ((key(2), b"two"), (key(1), b"one"))


def test_a_folder_that_cannot_be_written_or_read_is_no_spool(opened: Opened, tmp_path: Path) -> None:
    """Nothing is kept, nothing else happens; and once it can be written there is one."""
    folder = tmp_path / "var"
    folder.mkdir()
    for mode in (0o555, 0o000):
        folder.chmod(mode)
        with as_nobody_special(folder):
            spool = opened(path=folder / "spool")
            assert spool.state() == "away"
            with pytest.raises(SpoolFull):
                spool.put(key(1), b"one")
            with pytest.raises(SpoolFull):
                spool.find(key(1))
    folder.chmod(0o755)
    with as_nobody_special(folder):
        spool.put(key(1), b"one")
        assert spool.state() == "ok"


def test_a_spool_that_this_user_may_not_open_is_set_aside(opened: Opened, tmp_path: Path) -> None:
    """Somebody else made it: it is renamed, not read, and there is a new one."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "spool").write_bytes(b"somebody's letters")
    (folder / "spool").chmod(0o000)
    with as_nobody_special(folder):
        spool = opened(path=folder / "spool")
        spool.put(key(1), b"one")
        assert spool.state() == "set_aside"


def test_a_folder_that_is_none_is_no_spool(opened: Opened, tmp_path: Path) -> None:
    """SpoolFull for everything, which names nothing."""
    (tmp_path / "file").touch()
    spool = opened(path=tmp_path / "file" / "spool")
    calls = (lambda: spool.put(key(1), b"one"), lambda: spool.drop(key(1)), lambda: spool.find(key(1)), spool.records, lambda: len(spool))
    for call in calls:
        with pytest.raises(SpoolFull, match=r"^the disk failed$"):
            call()
    assert spool.state() == "away"


def test_without_room_there_is_no_spool_and_the_old_file_stays(opened: Opened, tmp_path: Path) -> None:
    """A disk that is full takes no new file: what is damaged stays where it is, for whoever comes with room."""
    opened().put(key(1), b"one")
    damage(tmp_path / "spool", 0, 0)
    before = (tmp_path / "spool").read_bytes()
    with no_file_larger_than(SLOT):
        assert opened().state() == "away"
        assert (tmp_path / "spool").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spool"]
    assert opened().records() == ((key(1), b"one"),)


def test_what_lay_in_a_file_that_is_gone_waits_for_room(opened: Opened, tmp_path: Path) -> None:
    """Removed, and the disk is full: whoever had it open keeps what was noted until there is a file again."""
    spool = opened()
    spool.put(key(1), b"one")
    (tmp_path / "spool").unlink()
    with no_file_larger_than(SLOT):
        assert spool.state() == "away"
    assert spool.find(key(1)) == b"one"
    assert opened().records() == ((key(1), b"one"),)


def test_a_machine_that_can_open_no_file_sets_none_aside(opened: Opened, tmp_path: Path) -> None:
    """As where too many sockets are open: the file stays what it is, and serves again afterwards."""
    opened().put(key(1), b"one")
    before = (tmp_path / "spool").stat().st_ino
    spool = DiskSpool(tmp_path / "spool", SEAL, 8, SECONDS)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(tmp_path, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
    try:
        assert spool.state() == "away"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (spool.find(key(1)), spool.state(), (tmp_path / "spool").stat().st_ino) == (b"one", "ok", before)
    spool.close()


def test_files_are_not_set_aside_without_end(opened: Opened, tmp_path: Path) -> None:
    """Whoever damages one again and again fills no disk: after twenty the line goes without."""
    for number in range(1, 21):
        (tmp_path / f"spool.aside-{number}").touch()
    (tmp_path / "spool").write_bytes(b"somebody's letters")
    assert opened().state() == "away"
    assert (tmp_path / "spool").read_bytes() == b"somebody's letters"


def test_a_disk_that_stalls_is_not_waited_for_and_what_was_told_lost_stays_lost(opened: Opened) -> None:
    """SpoolFull after the budget, for what comes behind it at once; and when the disk comes back the record is not there, for anybody."""
    back = threading.Event()
    stalled = opened(sync=lambda _: back.wait(SECONDS), seconds=0.05)
    try:
        with pytest.raises(SpoolFull, match=r"^the disk did not answer in time$"):
            stalled.put(key(1), b"one")
        with pytest.raises(SpoolFull, match=r"^the disk did not answer in time$"):
            stalled.find(key(1))
        assert stalled.state() == "away"
    finally:
        back.set()
    other = opened()
    other.put(key(2), b"two")
    assert [spool.records() for spool in (other, opened())] == [((key(2), b"two"),)] * 2


def test_a_disk_that_stalls_at_the_last_moment_keeps_nothing_either(opened: Opened) -> None:
    """The record is marked as kept, and whoever asked has gone: it is taken back before anybody else may look."""
    back, syncs = threading.Event(), []

    def stall(_file: int) -> None:
        syncs.append(1)
        if len(syncs) == 2:
            back.wait(SECONDS)

    stalled, other = opened(sync=stall, seconds=0.05), opened()
    try:
        with pytest.raises(SpoolFull):
            stalled.put(key(1), b"one")
    finally:
        back.set()
    assert (other.find(key(1)), other.records()) == (None, ())


@pytest.mark.parametrize("syncs", [1, 2])
def test_who_dies_before_it_was_acknowledged_has_kept_nothing(opened: Opened, tmp_path: Path, syncs: int) -> None:
    """Killed while the disk stalls, as by whoever starts the line again then: up to the mark nothing is kept; nobody was told anything."""
    child = DIES.format(syncs=syncs)
    assert subprocess.run([sys.executable, "-c", child, str(tmp_path / "spool"), KEYS], cwd=ROOT, check=False).returncode == 7
    spool = opened()
    assert len(spool) == syncs - 1
    spool.put(key(2), b"two")
    assert spool.find(key(2)) == b"two"


def test_a_lock_that_somebody_keeps_is_not_waited_for(opened: Opened, tmp_path: Path) -> None:
    """On the file: nothing can be kept, what is kept can be read. Once it is gone everything is as before."""
    spool = opened(seconds=1.0)  # what can be read is read within it, on a busy machine too
    opened().put(key(1), b"one")
    with (tmp_path / "spool").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert spool.find(key(1)) == b"one"
        with pytest.raises(SpoolFull):
            spool.put(key(2), b"two")
    opened().put(key(2), b"two")
    assert len(opened()) == 2


def test_a_lock_on_the_folder_keeps_nobody_from_starting(opened: Opened, tmp_path: Path) -> None:
    """Where there is no file yet, none can be made as long as it is held; where there is one it serves."""
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert opened(seconds=0.05).state() == "away"
    finally:
        os.close(folder)
    assert opened().state() == "ok"


def test_one_process_of_the_machine_has_its_turn(opened: Opened) -> None:
    """Until it is done or dead; the others see that it is not theirs."""
    spool, other = opened(), opened()
    with spool.turn() as first, other.turn() as second:
        assert (first, second) == (True, False)
    with other.turn() as second:
        assert second


def test_what_no_key_opens_is_counted_but_never_read(opened: Opened) -> None:
    """After the keys were taken away a record waits, unread; with its key put anew, it is written anew."""
    opened().put(key(1), b"one")
    stranger = opened(seal=Seal.from_text(new_keys()))
    assert (stranger.records(), stranger.find(key(1)), len(stranger)) == ((), None, 1)
    stranger.put(key(1), b"again")
    assert stranger.records() == ((key(1), b"again"),)


def test_what_is_told_lost_does_not_turn_up_later(opened: Opened) -> None:
    """The disk took the record and failed to make it durable: SpoolFull, nobody finds it, and its slot is used again."""

    def failing(_file: int) -> None:
        raise OSError

    broken, watching = opened(slots=2, sync=failing), opened(slots=2)
    with pytest.raises(SpoolFull):
        broken.put(key(1), b"one")
    assert [spool.find(key(1)) for spool in (broken, watching, opened(slots=2))] == [None] * 3
    watching.put(key(2), b"two")
    watching.put(key(3), b"three")
    assert [entry for entry, _ in watching.records()] == [key(2), key(3)]


def test_threads_take_turns(opened: Opened) -> None:
    """Many writers of the same keys at once: each key once."""
    spools = [opened(slots=64) for _ in range(4)]

    def write(spool: DiskSpool) -> None:
        for number in range(32):
            spool.put(key(number), b"%d" % number)

    threads = [threading.Thread(target=write, args=(spool,)) for spool in (*spools, *spools)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(opened(slots=64).records()) == [(key(number), b"%d" % number) for number in range(32)]
    assert {len(spool) for spool in spools} == {32}


def test_processes_take_turns(opened: Opened, tmp_path: Path) -> None:
    """Four processes at once: no slot is used twice, nothing acknowledged is overwritten."""
    writers = [
        subprocess.Popen(writer(tmp_path, first, 200), cwd=ROOT, stdout=subprocess.PIPE, text=True) for first in range(1000, 5000, 1000)
    ]
    said = [int(line) for writer in writers for line in writer.communicate()[0].split()]
    assert len({number for number in said if number > 0}) == 800
    expected = {key(number) for number in said if number > 0 and -number not in said}
    assert {entry for entry, _ in opened(slots=4096).records()} == expected


def test_a_writer_that_died_before_it_was_done_is_noticed(opened: Opened, tmp_path: Path) -> None:
    """Looked at while it wrote, dead before its last step: everyone sees its record all the same, and its key is not kept a second time."""
    path = tmp_path / "spool"
    watching = opened()
    with path.open("r+b") as file:
        file.seek(len(MAGIC))
        file.write(GENERATION.pack(1))
    assert watching.find(key(1)) is None
    opened().put(key(1), b"one")
    with path.open("r+b") as file:
        file.seek(len(MAGIC))
        file.write(GENERATION.pack(1))
    assert watching.find(key(1)) == b"one"
    watching.put(key(1), b"two")
    watching.put(key(3), b"three")
    assert [spool.records() for spool in (watching, opened())] == [((key(1), b"one"), (key(3), b"three"))] * 2


def test_kill_9_in_the_middle_loses_nothing_acknowledged_and_returns_nothing_torn(opened: Opened, tmp_path: Path) -> None:
    """A writer is killed while it writes, again and again: whatever it acknowledged is found, whatever is found is whole."""
    kept: set[int] = set()
    watching = opened(slots=4096)
    for first in (1_000_000, 2_000_000, 3_000_000):
        with subprocess.Popen(writer(tmp_path, first, 1_000_000), cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = [int(child.stdout.readline()) for _ in range(60)]
            child.kill()
            said += [int(line) for line in child.stdout.read().split()]
        kept |= {number for number in said if number > 0} - {-number for number in said if number < 0}
        last = max(said)
        found = {int.from_bytes(entry, "big"): record for entry, record in watching.records()}
        # What it did last may be done without having been said.
        assert kept - found.keys() <= {last} if last % 3 == 0 else kept <= found.keys()
        assert found.keys() - kept <= {last + 1}
        assert all(record == b"record %d" % number for number, record in found.items())
        kept = set(found)
        assert watching.records() == opened(slots=4096).records()
