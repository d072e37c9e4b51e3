"""The spool on a real disk: what was acknowledged is found after any death, what is torn is never read, and a key is kept once.

What its fake must do too is in `service/test_contracts.py`."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotline.adapters.seal import Seal, new_keys
from hotline.adapters.spool import GENERATION, MAGIC, ROOM, SLOT, DiskSpool
from hotline.ports.spool import SpoolFull

ROOT = Path(__file__).parents[2]
KEYS = new_keys()
SEAL = Seal.from_text(KEYS)

Opened = Callable[..., DiskSpool]

WRITER = """
import os, sys
from pathlib import Path
from hotline.adapters.seal import Seal
from hotline.adapters.spool import DiskSpool

path, keys, first, count = sys.argv[1:]
spool = DiskSpool(Path(path), Seal.from_text(keys))
for number in range(int(first), int(first) + int(count)):
    key = number.to_bytes(32, "big")
    spool.put(key, b"record %d" % number)
    os.write(1, b"%d\\n" % number)
    if number % 3 == 0:
        spool.drop(key)
        os.write(1, b"-%d\\n" % number)
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the one file of this test, as often as asked, as several processes would."""
    with ExitStack() as stack:

        def opened(slots: int = 8, seal: Seal = SEAL, sync: Callable[[int], None] = os.fdatasync) -> DiskSpool:
            spool = DiskSpool(tmp_path / "spool", seal, slots, sync)
            stack.callback(spool.close)
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


def test_another_file_is_not_overwritten(opened: Opened, tmp_path: Path) -> None:
    """What is no spool stays as it is."""
    (tmp_path / "spool").write_bytes(b"somebody's letters")
    with pytest.raises(ValueError, match="something else"):
        opened()
    assert (tmp_path / "spool").read_bytes() == b"somebody's letters"


def test_what_no_key_opens_is_counted_but_never_read(opened: Opened) -> None:
    """After the keys were taken away a record waits, unread; with its key put anew, it is written anew."""
    opened().put(key(1), b"one")
    stranger = opened(seal=Seal.from_text(new_keys()))
    assert (stranger.records(), stranger.find(key(1)), len(stranger)) == ((), None, 1)
    stranger.put(key(1), b"again")
    assert stranger.records() == ((key(1), b"again"),)


def test_a_failing_disk_is_spool_full(opened: Opened, tmp_path: Path) -> None:
    """The file cannot be written any more: SpoolFull, which names nothing."""
    spool = opened()
    (tmp_path / "spool").unlink()
    for call in (lambda: spool.put(key(1), b"one"), lambda: spool.drop(key(1))):
        with pytest.raises(SpoolFull, match=r"^the disk failed$"):
            call()


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
