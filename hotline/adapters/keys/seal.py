"""Encryption and keyed hashes: the only holder of keys, so that everything else handles bytes that say nothing."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from hotline.adapters.keys.day_keys import DaySecrets, NoSuchDay
from hotline.adapters.keys.keyring import HASH, HASHING, PURPOSES, SEALING, Key, Keyring, KeysBroken, fresh_keys, read_keys

__all__ = ["DropMark", "KeysBroken", "Seal", "SealBroken", "new_keys"]

NONCE_BYTES: Final = 12
DIGEST_BYTES: Final = 32
_SEALS: Final = {"numbers": "number", "day_keys": "number", "testimonies": "testimony", "accounts": "factor"}
"""By the table that a context names; all else is `general`."""
_HASHES: Final = {
    **dict.fromkeys(("number", "staff"), "phone"),
    **dict.fromkeys(("token", "failure", "recovery", "ring digits"), "token"),
    **dict.fromkeys(("audit", "audit.line", "audit.head"), "audit"),
    "cookie": "cookie",
}
"""By what is hashed; all else is `name`."""
_TAGGED: Final = ("phone", "token")
"""Of these the hash lies about for a while, and says by which key it was made."""


class SealBroken(Exception):
    """A sealed value does not open here: changed, moved from another place, or sealed under a key that is not at hand."""


class DropMark(Struct, frozen=True):
    """A file by which a machine's processes are told to drop the keys: whoever began before it was made has none any more, and whoever begins later has.

    It says by which start of the machine it was made, and when by the clock that nobody sets: one that was put back in between makes no process keep its keys.
    """

    path: Path
    begun: float
    """When this process began, or its parent, in seconds: for a file that says nothing of it, made by hand."""
    boot: str = ""
    """This start of the machine; empty where it names none, or whoever made the mark saw none: then the file's date decides."""
    begun_steady: int = 0
    """When this process began, or its parent, in milliseconds of `steady`."""
    steady: Callable[[], int] = int

    def make(self) -> None:
        """In place of another's, who may have been root. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        fresh.write_text(f"{self.boot} {self.steady()}")
        fresh.chmod(0o644)  # it says nothing, and is for every process of the line
        fresh.replace(self.path)

    def stands(self) -> bool:
        with suppress(OSError):
            made = self.path.stat().st_mtime
            try:
                boot, steady = self.path.read_text("ascii").split(" ")
                if boot and self.boot:
                    return boot == self.boot and int(steady) >= self.begun_steady
            except (OSError, ValueError):
                pass
            return made >= self.begun
        return False


class _Cipher:
    """The keys of one purpose that seals."""

    __slots__ = ("ciphers", "current", "head")

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self.ciphers = {key.id: AESGCM(key.secret) for key in keys}
        self.current = self.ciphers[keys[0].id]
        self.head = _head(keys[0].id)


class _ReadyKeys:
    """A keyring made ready; never changed, so that a thread that took one goes on with it."""

    __slots__ = ("hashing", "ring", "sealing")

    def __init__(self, ring: Keyring) -> None:
        self.ring = ring
        self.sealing = {purpose: _Cipher(keys) for purpose in SEALING if (keys := ring.of(purpose))}
        self.hashing = {
            purpose: tuple((b"" if key.id == HASH or purpose not in _TAGGED else _head(key.id), key.secret, key.state) for key in keys)
            for purpose in HASHING
            if (keys := ring.of(purpose))
        }


class Seal:
    """AES-256-GCM and HMAC-SHA-256, under keys of their own for each purpose: the current one seals and hashes, the others open and are looked up.

    A sealed value is `length of the key's id (1 byte) | id | nonce (12) | ciphertext and tag`, bound to a context such as
    `numbers.sealed.<row id>`: moved anywhere else it does not open. Keys that lie in a file are read again when it changes (`refresh`), and at once where
    a key is missing. Safe to share between threads.
    """

    __slots__ = ("_days", "_is_dropped", "_keys", "_mark", "_path", "_purposes", "_stamp")

    def __init__(self, ring: Keyring, purposes: Iterable[str] = PURPOSES, path: Path | None = None, days: DaySecrets | None = None) -> None:
        """`purposes`: those that this process is handed; `days`: the secret halves of the days' keys, for a process that opens callers' numbers.
        Raises KeysBroken where one is missing."""
        self._purposes, self._path, self._days = tuple(purposes), path, days
        self._stamp: tuple[int, ...] | None = None
        self._mark: DropMark | None = None
        self._is_dropped = False
        self._keys = self._ready(ring)

    @classmethod
    def from_text(cls, keys: str, purposes: Iterable[str] = PURPOSES, days: DaySecrets | None = None) -> Seal:
        """Read `hotline.adapters.keys.keyring.read_keys`. Raises KeysBroken."""
        return cls(read_keys(keys), purposes, days=days)

    @classmethod
    def from_file(cls, path: Path, purposes: Iterable[str] = PURPOSES, days: DaySecrets | None = None) -> Seal:
        """The same, from a file, which is read again when it was changed. Raises KeysBroken and OSError."""
        stamp = _stamp(path)
        seal = cls(read_keys(path.read_text("ascii")), purposes, path, days)
        seal._stamp = stamp  # what was written in between is read again
        return seal

    def heed(self, mark: DropMark) -> Seal:
        """From now on, and at once, the keys are dropped where somebody says so."""
        self._mark = mark
        self._look_for_mark()
        return self

    @property
    def is_dropped(self) -> bool:
        """Were the keys dropped? Then whatever is sealed or hashed is so under keys that nobody else has, and that end with this process."""
        return self._is_dropped

    def refresh(self) -> bool:
        """Read the keys again if their file changed, and say whether it had; drop them where somebody says so. Raises KeysBroken and OSError: the keys stay
        as they are."""
        self._look_for_mark()
        if self._is_dropped or self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return False
        self._keys = self._ready(read_keys(self._path.read_text("ascii")))
        self._stamp = stamp
        return True

    @property
    def ring(self) -> Keyring:
        """The keys at hand."""
        return self._keys.ring

    def seal(self, plain: bytes, context: str) -> bytes:
        """`hotline.ports.sealer.Sealer`: encrypt for one place. The nonce is random: 96 bits last for 2**32 values a key (NIST SP 800-38D, 8.3)."""
        cipher = self._keys.sealing[purpose_of(context)]
        nonce = os.urandom(NONCE_BYTES)
        return cipher.head + nonce + cipher.current.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what was sealed for this very place. Raises SealBroken."""
        body = 1 + sealed[0] if sealed else 1
        cipher = self._cipher(purpose_of(context), sealed[1:body].decode("ascii", "replace"))
        try:
            return cipher.decrypt(sealed[body : body + NONCE_BYTES], sealed[body + NONCE_BYTES :], context.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("changed, or from another place") from None

    def opened(self, sealed: bytes, context: str) -> bytes | None:
        """`open`, for what anybody may hand in: None where it does not open."""
        try:
            return self.open(sealed, context)
        except SealBroken:
            return None

    def is_current(self, sealed: bytes, context: str) -> bool:
        """Was it sealed under the key that seals now?"""
        return sealed.startswith(self._keys.sealing[purpose_of(context)].head)

    def digest(self, purpose: str, value: str) -> bytes:
        """`hotline.ports.hasher.Hasher`: `purpose` is a word of ours and holds no NUL, which keeps purposes apart."""
        tag, key, _ = self._keys.hashing[_HASHES.get(purpose, "name")][0]
        return tag + hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256")

    def digests(self, purpose: str, value: str, *, living: bool = False) -> tuple[bytes, ...]:
        """`hotline.ports.hasher.Hasher`: under every key at hand, the current one first. `living`: not under those whose exchange is done."""
        said = f"{purpose}\0{value}".encode()
        keys = self._keys.hashing[_HASHES.get(purpose, "name")]
        return tuple(tag + hmac.digest(key, said, "sha256") for tag, key, state in keys if not (living and state == "old"))

    def is_current_digest(self, purpose: str, digest: bytes) -> bool:
        """Was it made under the key that hashes now? For what says so itself."""
        return key_of_digest(digest) == key_of_digest(self._keys.hashing[_HASHES[purpose]][0][0] + bytes(DIGEST_BYTES))

    def open_number(self, box: bytes) -> bytes | None:
        """What was sealed to the public half of a day's key. Returns None where that day's key is gone; raises SealBroken where this process opens none."""
        if self._days is None:
            raise SealBroken("this process opens no number")
        try:
            return self._days.open(box)
        except NoSuchDay:
            return None
        except (InvalidTag, ValueError):
            raise SealBroken("changed") from None

    def _look_for_mark(self) -> None:
        if self._mark is not None and not self._is_dropped and self._mark.stands():
            self._is_dropped = True
            self._keys = self._ready(fresh_keys())
            if self._days is not None:
                self._days.forget(frozenset())
                self._days = None

    @property
    def days(self) -> DaySecrets | None:
        """The days' secret halves, in a process that opens numbers."""
        return self._days

    def _ready(self, ring: Keyring) -> _ReadyKeys:
        missing = [purpose for purpose in self._purposes if not ring.of(purpose)]
        if missing:
            raise KeysBroken(f"no key for: {', '.join(missing)}")
        return _ReadyKeys(ring.only(self._purposes))

    def _cipher(self, purpose: str, id: str) -> AESGCM:
        cipher = self._keys.sealing[purpose].ciphers.get(id)
        if cipher is None and self._learned():  # another process may be ahead by a second
            cipher = self._keys.sealing[purpose].ciphers.get(id)
        if cipher is None:
            raise SealBroken("no such key")
        return cipher

    def _learned(self) -> bool:
        try:
            return self.refresh()
        except (OSError, KeysBroken):
            return False


def new_keys(at: int = 0) -> str:
    """Fresh keys as text, one for each purpose. `at`: the moment of their making, in seconds; 0: nobody says."""
    return fresh_keys(at).text().strip()


def key_of(sealed: bytes) -> str:
    """The id of the key that this was sealed under."""
    return sealed[1 : 1 + sealed[0]].decode("ascii", "replace") if sealed else ""


def key_of_digest(digest: bytes) -> str:
    """The id of the key that this hash was made under, of what says so."""
    return HASH if len(digest) == DIGEST_BYTES else key_of(digest)


def purpose_of(context: str) -> str:
    """What the key is for that seals what lies there."""
    return _SEALS.get(context.partition(".")[0], "general")


def _head(id: str) -> bytes:
    return bytes([len(id)]) + id.encode()


def _stamp(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size
