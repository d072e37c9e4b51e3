"""The keys of the line by what they are for, each with its id and how far its exchange has come; and their text."""

from __future__ import annotations

import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from math import inf
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

HASH: Final = "hash"
"""The id of the one hashing key of older lines, for everything that is hashed."""
KEY_BYTES: Final = 32
KeyState: TypeAlias = Literal["current", "next", "leaving", "old"]
"""`current` seals, or hashes. `next` opens already and seals nothing until every process knows it. `leaving` opens, and what lies under it is being sealed
anew. `old` opens what is left."""
SEALING: Final = ("number", "testimony", "factor", "general")
"""Callers' numbers; testimonies; second factors; all else that is sealed."""
HASHING: Final = ("phone", "token", "audit", "cookie", "name")
"""Phones; links, sign-ins, failures, codes; the audit's chain; the console's cookies; names that derive from what they are of, so that a thing done twice is one."""
PURPOSES: Final = (*SEALING, *HASHING)
_ORDER: Final = ("current", "next", "leaving", "old")
_ID: Final = re.compile(r"[a-z0-9_-]{1,16}")
_PARTS: Final = 5


class KeysBroken(Exception):
    """The keys' text cannot be used. Names an entry by its position and id, never its value."""


class Key(Struct, frozen=True):
    """One key. `since`: when its state began, in seconds; 0: before that was written down."""

    purpose: str
    id: str
    state: KeyState
    since: int
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.purpose}, {self.id}, {self.state})"


class Keyring(Struct, frozen=True):
    """All keys that a process is handed. A purpose that is missing is none of its business."""

    keys: tuple[Key, ...]

    def of(self, purpose: str) -> tuple[Key, ...]:
        """Those for this purpose: the current one first, then as they would be tried."""
        found = [key for key in self.keys if key.purpose == purpose]
        return tuple(sorted(found, key=lambda key: (_ORDER.index(key.state), -key.since)))

    @property
    def purposes(self) -> tuple[str, ...]:
        return tuple(purpose for purpose in PURPOSES if any(key.purpose == purpose for key in self.keys))

    def only(self, purposes: Iterable[str]) -> Keyring:
        return Keyring(tuple(key for key in self.keys if key.purpose in purposes))

    def text(self) -> str:
        """A line for each key: `purpose:id:state:since:base64`."""
        return "".join(
            f"{key.purpose}:{key.id}:{key.state}:{key.since}:{b64encode(key.secret).decode()}\n"
            for purpose in self.purposes
            for key in self.of(purpose)
        )

    def announced(self, purposes: Iterable[str], at: int) -> Keyring:
        """With a fresh key for each of these that no process seals with yet."""
        return Keyring((*self.keys, *(Key(purpose, self._fresh_id(purpose), "next", at, os.urandom(KEY_BYTES)) for purpose in purposes)))

    def switched(self, at: int) -> Keyring:
        """What was announced is in force; what was in force is leaving."""
        coming = {key.purpose for key in self.keys if key.state == "next"}

        def then(key: Key) -> Key:
            if key.purpose not in coming or key.state not in ("next", "current"):
                return key
            return replace(key, state="current" if key.state == "next" else "leaving", since=at)

        return Keyring(tuple(map(then, self.keys)))

    def finished(self, at: int) -> Keyring:
        """Nothing more is to be sealed anew."""
        return Keyring(tuple(replace(key, state="old", since=at) if key.state == "leaving" else key for key in self.keys))

    def ages(self, at: int) -> dict[str, float]:
        """For how many seconds the key in force of each purpose has been so; infinite where its moment was never written down."""
        return {key.purpose: at - key.since if key.since else inf for key in self.keys if key.state == "current"}

    def without(self, purpose: str, id: str) -> Keyring:
        return Keyring(tuple(key for key in self.keys if (key.purpose, key.id) != (purpose, id)))

    def has(self, state: KeyState) -> bool:
        return any(key.state == state for key in self.keys)

    def _fresh_id(self, purpose: str) -> str:
        numbers = (int(key.id[1:]) for key in self.of(purpose) if re.fullmatch(r"k[0-9]{1,9}", key.id))
        return f"k{max(numbers, default=0) + 1}"


def read_keys(text: str) -> Keyring:
    """Read a line or a comma for each key, as `Keyring.text` writes them; or the text of older lines, `id:base64, …, hash:base64`, whose first key seals
    whatever is sealed and whose `hash` hashes whatever is hashed. Raises KeysBroken."""
    entries = tuple(_entries(text)) or ("",)
    if any(entry.count(":") == _PARTS - 1 for entry in entries):
        return _checked([_key(entry, position) for position, entry in enumerate(entries, 1)])
    return _older(entries)


def fresh_keys(at: int = 0) -> Keyring:
    """One by chance for each purpose."""
    return Keyring(tuple(Key(purpose, "k1", "current", at, os.urandom(KEY_BYTES)) for purpose in PURPOSES))


def _entries(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield from (entry.strip() for entry in line.split(","))


def _key(entry: str, position: int) -> Key:
    parts = entry.split(":")
    if len(parts) != _PARTS or parts[0] not in PURPOSES or not _ID.fullmatch(parts[1]):
        raise KeysBroken(f"entry {position}: not `purpose:id:state:since:base64`")
    purpose, id, state, since, secret = parts
    if state not in get_args(KeyState) or not (since.isascii() and since.isdigit()):
        raise KeysBroken(f"entry {position} ({purpose} {id}): its state or moment is none")
    return Key(purpose, id, state, int(since), _secret(secret, f"entry {position} ({purpose} {id})"))  # type: ignore[arg-type]


def _checked(keys: list[Key]) -> Keyring:
    for position, key in enumerate(keys, 1):
        before = [other for other in keys[: position - 1] if other.purpose == key.purpose]
        if any(other.id == key.id for other in before):
            raise KeysBroken(f"entry {position} ({key.purpose} {key.id}): its id stands twice")
        if any(other.secret == key.secret for other in before):
            raise KeysBroken(f"entry {position} ({key.purpose} {key.id}): the same key as an earlier entry")
    ring = Keyring(tuple(keys))
    for purpose in ring.purposes:
        if sum(key.state == "current" for key in ring.of(purpose)) != 1:
            raise KeysBroken(f"{purpose}: exactly one key is current")
    return ring


def _older(entries: tuple[str, ...]) -> Keyring:
    read: dict[str, bytes] = {}
    for position, entry in enumerate(entries, 1):
        id, colon, text = entry.partition(":")
        # Without a good id the text before the colon may be the key itself: only the position is safe to say.
        if not colon or not _ID.fullmatch(id):
            raise KeysBroken(f"entry {position}: not `id:base64`")
        secret = _secret(text, f"entry {position} ({id})")
        if id in read:
            raise KeysBroken(f"entry {position} ({id}): its id stands twice")
        if secret in read.values():
            raise KeysBroken(f"entry {position} ({id}): the same key as an earlier entry")
        read[id] = secret
    hashing = read.pop(HASH, None)
    if hashing is None:
        raise KeysBroken("no entry `hash`")
    if not read:
        raise KeysBroken("no entry beside `hash`")
    states: list[KeyState] = ["current", *("old" for _ in range(len(read) - 1))]  # type: ignore[list-item]
    sealing = (Key(purpose, id, state, 0, secret) for purpose in SEALING for state, (id, secret) in zip(states, read.items(), strict=True))
    return Keyring((*sealing, *(Key(purpose, HASH, "current", 0, hashing) for purpose in HASHING)))


def _secret(text: str, entry: str) -> bytes:
    try:
        secret = b64decode(text, validate=True)
    except ValueError:
        raise KeysBroken(f"{entry}: not base64") from None
    if len(secret) != KEY_BYTES:
        raise KeysBroken(f"{entry}: not {KEY_BYTES} bytes")
    return secret
