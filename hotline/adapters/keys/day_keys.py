"""The days' keys: a pair for each day, whose public half seals callers' numbers everywhere and whose secret half lies in a folder of its own.

HPKE in base mode (RFC 9180) with X25519, HKDF-SHA-256 and AES-256-GCM. What is sealed so says of which day it is: `length of the day's name (1 byte) | name |
enc and ciphertext`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hotline.adapters.durable import sync_folder

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KEY_BYTES: Final = 32
_INFO: Final = b"number of a caller"


class NoSuchDay(Exception):
    """The secret half of that day is not here: it was destroyed, or lost."""


class DaySecrets:
    """The secret halves in one folder, a file each, readable by its owner alone. Touches the disk when first used."""

    def __init__(self, folder: Path, copy: Path | None = None) -> None:
        """`copy`: another folder that has each for two days at most."""
        self._folder, self._copy = folder, copy
        self._read: dict[str, X25519PrivateKey] = {}

    def open(self, box: bytes) -> bytes:
        """What was boxed. Raises NoSuchDay, ValueError and InvalidTag."""
        day = day_of(box)
        return SUITE.decrypt(box[1 + len(day) :], self._secret(day), _INFO + b"\0" + day.encode())

    def public(self, day: str) -> bytes:
        """The public half. Raises NoSuchDay."""
        return self._secret(day).public_key().public_bytes_raw()

    def held(self) -> dict[str, float]:
        """The days whose secret halves lie in the folder, and since when. Raises OSError."""
        with suppress(FileNotFoundError):
            return {path.name: path.stat().st_mtime for path in self._folder.iterdir() if not path.name.startswith(".")}
        return {}

    def has(self, day: str) -> bool:
        """Does that day's secret half lie here, or in the copy?"""
        return any(os.path.exists(folder / day) for folder in (self._folder, self._copy) if folder is not None)  # noqa: PTH110 -- never raises

    def make(self, day: str) -> bytes:
        """Make a day's pair, unless it is there; its public half. The secret half is on the disk when this returns. Raises OSError."""
        if not (self._folder / day).exists():
            _write(self._folder / day, X25519PrivateKey.generate().private_bytes_raw())
        return self.public(day)

    def copy(self, day: str) -> None:
        """See to it that the second folder has it too. Raises OSError."""
        if self._copy is not None and not (self._copy / day).exists():
            _write(self._copy / day, (self._folder / day).read_bytes())

    def is_copied(self, day: str) -> bool:
        """Does the second folder have it, as far as this user can see?"""
        return self._copy is not None and os.path.exists(self._copy / day)  # noqa: PTH110 -- never raises

    def fetch(self, day: str) -> bool:
        """Take a day's secret half back out of the copy, if it is there. Raises OSError."""
        if self._copy is None or not (self._copy / day).exists():
            return False
        _write(self._folder / day, (self._copy / day).read_bytes())
        return True

    def destroy(self, day: str) -> None:
        """In memory, in the folder and in the copy: written over, and removed. Raises OSError."""
        self._read.pop(day, None)
        for folder in filter(None, (self._folder, self._copy)):
            for path in (folder / day, *folder.glob(f".*.{day}")):  # whoever was killed while it was written left it so
                _shred(path)

    def thin_copy(self, before: float) -> None:
        """Destroy what has lain in the copy since before this moment. Raises OSError."""
        if self._copy is not None and self._copy.is_dir():
            for path in self._copy.iterdir():
                if path.stat().st_mtime < before:
                    _shred(path)

    def forget(self, days: frozenset[str]) -> None:
        """Leave these alone in memory: another process has destroyed the others."""
        for day in self._read.keys() - days:
            self._read.pop(day, None)

    def _secret(self, day: str) -> X25519PrivateKey:
        known = self._read.get(day)
        if known is None:
            if not day or "/" in day or day.startswith("."):
                raise NoSuchDay
            try:
                known = X25519PrivateKey.from_private_bytes((self._folder / day).read_bytes())
            except (OSError, ValueError):
                raise NoSuchDay from None
            self._read[day] = known
        return known


def boxed(number: bytes, day: str, public: bytes) -> bytes:
    """Seal to the public half of a day's key: nothing that did it can open it again."""
    return bytes([len(day)]) + day.encode() + SUITE.encrypt(number, _public(public), _INFO + b"\0" + day.encode())


def day_of(box: bytes) -> str:
    """The day of what was boxed."""
    return box[1 : 1 + box[0]].decode("ascii", "replace") if box else ""


@lru_cache(16)
def _public(public: bytes) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(public)


def _write(path: Path, secret: bytes) -> None:
    """Readable by the folder's owner alone; whole or not at all; there when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{os.getpid()}.{path.name}")
    owner = path.parent.stat()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        if owner.st_uid != os.geteuid():  # root makes them for whoever answers
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)  # of two processes at once the first makes it
    fresh.unlink()
    sync_folder(path.parent)


def _shred(path: Path) -> None:
    """Written over in place before it goes: what a file system or a disk keeps beside that no program reaches."""
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
