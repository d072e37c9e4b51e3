"""The file of keys, written whole or not at all, and their exchange while the line runs."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

from hotline.adapters.durable import sync_folder
from hotline.adapters.keys.keyring import Keyring, KeysBroken, read_keys
from hotline.adapters.sql.rotation import Rotated, Tell

SETTLE_SECONDS: Final = 5.0
"""By then every process has read the file again, which it does each second."""
Until: TypeAlias = Literal["announced", "switched", "finished"]


class Busy(Exception):
    """Somebody else is exchanging keys."""


class Resealed(Protocol):
    """What an exchange needs of the database."""

    def learn_keys(self) -> None: ...
    def rotate(self, tell: Tell) -> Rotated: ...
    def rebox(self, tell: Tell) -> Rotated: ...


class KeyFile:
    """The keys of a line in a file of mode 600, or 640."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Keyring:
        """Raises KeysBroken and OSError."""
        return read_keys(self._path.read_text("ascii"))

    def write(self, ring: Keyring) -> None:
        """In its place, whole, with its owner, group and mode, on the disk when this returns. Raises OSError."""
        owner = self._path.stat()
        fresh = self._path.with_name(
            f".{self._path.name}.fresh"
        )  # always the same: what is killed here leaves one copy, until the next is written
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.fstat(file.fileno()).st_gid):
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(owner.st_mode))
            file.write(ring.text())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For one that writes at a time. Raises Busy and OSError."""
        with self._path.with_name(f".{self._path.name}.turn").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            yield


def exchange(
    file: KeyFile,
    store: Resealed,
    purposes: tuple[str, ...],
    *,
    now: Callable[[], int],
    pause: Callable[[float], None],
    tell: Tell,
    renew_day: Callable[[], None],
    until: Until = "finished",
) -> Rotated:
    """Put new keys in the place of those for these purposes, while every process goes on; or go on where somebody was broken off, whatever for.

    Three steps, each of them written down in the file before the next: the new keys are announced, and open; they are in force, and seal; what lies under
    those before is sealed and hashed anew. With the key for numbers the day's pair is exchanged too (`renew_day`). `until`: the step after which the files of other machines have to be put right first.
    Raises KeysBroken, OSError, StoreAway.
    """
    ring = file.read()
    if not ring.has("next") and not ring.has("leaving"):
        ring = ring.announced(purposes, now())
        file.write(ring)
        tell(f"announced: {', '.join(purposes)}")
    else:
        begun = {key.purpose for key in ring.keys if key.state in ("next", "leaving")}
        tell(f"going on with what was begun: {', '.join(purpose for purpose in ring.purposes if purpose in begun)}")
    if until == "announced":
        return Rotated()
    if ring.has("next"):
        pause(SETTLE_SECONDS)
        ring = ring.switched(now())
        file.write(ring)
        tell("in force")
    if until == "switched":
        return Rotated()
    # Whoever has not read the file yet still seals under the keys before.
    pause(SETTLE_SECONDS)
    store.learn_keys()
    done = Rotated()
    if any(key.state == "leaving" for key in ring.of("number")):
        renew_day()
        done = store.rebox(tell)
    done += store.rotate(tell)
    if not done.left:
        file.write(file.read().finished(now()))
        store.learn_keys()
    return done


__all__ = ["Busy", "KeyFile", "KeysBroken", "Until", "exchange"]
