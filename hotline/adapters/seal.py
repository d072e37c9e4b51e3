"""Encryption and keyed hashes: the only holder of keys, so that everything else handles bytes that say nothing."""

from __future__ import annotations

import hmac
import os
import re
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HASH: Final = "hash"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_ID: Final = re.compile(r"[a-z0-9_-]{1,16}")


class KeysBroken(Exception):
    """The keys' text cannot be used. Names an entry by its position and id, never its value."""


class SealBroken(Exception):
    """A sealed value does not open here: changed, moved from another place, or sealed under a key that is not at hand."""


class Seal:
    """AES-256-GCM under the current key, older keys to open what they sealed, and HMAC-SHA-256 under a key of its own.

    A sealed value is `length of the key's id (1 byte) | id | nonce (12) | ciphertext and tag`, bound to a context such as
    `numbers.sealed.<row id>`: moved anywhere else it does not open. Safe to share between threads.
    """

    __slots__ = ("_ciphers", "_current", "_hash_key", "_head")

    def __init__(self, current: str, keys: dict[str, bytes], hash_key: bytes) -> None:
        self._ciphers = {id: AESGCM(key) for id, key in keys.items()}
        self._current = self._ciphers[current]
        self._head = bytes([len(current)]) + current.encode()
        self._hash_key = hash_key

    @classmethod
    def from_text(cls, keys: str) -> Seal:
        """Read `id:base64(32 bytes)`, comma separated: `hash` is the hashing key, the first other one seals. Raises KeysBroken."""
        read: dict[str, bytes] = {}
        for position, entry in enumerate(keys.split(","), 1):
            id, key = _entry(entry.strip(), position)
            if id in read:
                raise KeysBroken(f"entry {position} ({id}): its id stands twice")
            if key in read.values():
                raise KeysBroken(f"entry {position} ({id}): the same key as an earlier entry")
            read[id] = key
        hash_key = read.pop(HASH, None)
        if hash_key is None:
            raise KeysBroken("no entry `hash`")
        if not read:
            raise KeysBroken("no entry beside `hash`")
        return cls(next(iter(read)), read, hash_key)

    def seal(self, plain: bytes, context: str) -> bytes:
        """`hotline.ports.sealer.Sealer`: encrypt for one place. The nonce is random: 96 bits last for 2**32 values a key (NIST SP 800-38D, 8.3)."""
        nonce = os.urandom(NONCE_BYTES)
        return self._head + nonce + self._current.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what was sealed for this very place. Raises SealBroken."""
        body = 1 + sealed[0] if sealed else 1
        cipher = self._ciphers.get(sealed[1:body].decode("ascii", "replace"))
        if cipher is None:
            raise SealBroken("no such key")
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

    def is_current(self, sealed: bytes) -> bool:
        """Was it sealed under the key that seals now?"""
        return sealed.startswith(self._head)

    def digest(self, purpose: str, value: str) -> bytes:
        """`hotline.ports.hasher.Hasher`: HMAC-SHA-256 (32 bytes); `purpose` is a word of ours and holds no NUL, which keeps purposes apart."""
        return hmac.digest(self._hash_key, f"{purpose}\0{value}".encode(), "sha256")


def new_keys() -> str:
    """Fresh keys as text: one to seal, one to hash."""
    return ",".join(f"{id}:{b64encode(os.urandom(KEY_BYTES)).decode()}" for id in ("k1", HASH))


def _entry(entry: str, position: int) -> tuple[str, bytes]:
    id, colon, text = entry.partition(":")
    # Without a good id the text before the colon may be the key itself: only the position is safe to say.
    if not colon or not _ID.fullmatch(id):
        raise KeysBroken(f"entry {position}: not `id:base64`")
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        raise KeysBroken(f"entry {position} ({id}): not base64") from None
    if len(key) != KEY_BYTES:
        raise KeysBroken(f"entry {position} ({id}): not {KEY_BYTES} bytes")
    return id, key
