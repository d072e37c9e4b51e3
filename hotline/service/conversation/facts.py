"""The facts that a conversation was answered with, as they are remembered: one blob a session."""

from __future__ import annotations

import zlib
from typing import Final, TypeAlias

import msgspec

from hotline.engine.effects import Fact

Facts: TypeAlias = dict[str, Fact]
"""By fact key; `edition` (None where it was one of several, and nobody knew which), `since` (the moment of the first fact, Unix seconds) and `after` (the phone's
newest stop by then, as the database counts them; None where that is not known) go along."""

EDITION: Final = "edition"
SINCE: Final = "since"
AFTER: Final = "after"
MOST_SPOOLED: Final = 560
"""Bytes of facts that fit into a slot of the spool beside their order."""

_decoder: Final = msgspec.msgpack.Decoder(Facts)


def encode(facts: Facts) -> bytes:
    return msgspec.msgpack.encode(facts)


def decode(blob: bytes | None) -> Facts:
    """The facts of a blob; what cannot be read counts as forgotten: an older version of the line wrote it."""
    if not blob:
        return {}
    try:
        return _decoder.decode(blob)
    except msgspec.DecodeError:
        return {}


def position(key: str) -> int | None:
    """After how many inputs this fact was asked for. Returns None for what is known of the whole session."""
    place = key.rpartition("@")[2].partition(".")[0]
    return int(place) if "@" in key else None


def packed(facts: bytes) -> bytes:
    """For the spool, whose slots are small. Facts that do not fit are left behind: the order matters more."""
    small = zlib.compress(facts)
    return small if len(small) <= MOST_SPOOLED else b""


def unpacked(small: bytes) -> bytes:
    return zlib.decompress(small) if small else b""
