"""Sealing: what lies in a store opens only where it was put, by whoever holds the keys."""

from __future__ import annotations

import base64
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.adapters.keys.seal import KeysBroken, Seal, SealBroken, new_keys

NUMBER = "+22370000001"
PLACE = "numbers.sealed.0123"


def key(filler: str) -> str:
    return base64.b64encode(filler.encode() * 32).decode()


KEYS = f"new:{key('n')},old:{key('o')},hash:{key('h')}"
SEAL = Seal.from_text(KEYS)


@given(plain=st.binary(max_size=300), context=st.text(max_size=60))
def test_round_trip(plain, context):
    """What was sealed for a place opens at that place, as it was."""
    assert plain == SEAL.open(SEAL.seal(plain, context), context)


def test_says_nothing():
    """A sealed number shows neither itself nor that it was sealed before."""
    first, second = (SEAL.seal(NUMBER.encode(), PLACE) for _ in range(2))
    assert first != second
    assert NUMBER.encode()[4:] not in first


@pytest.mark.parametrize("elsewhere", ["numbers.sealed.0124", "numbers.other.0123", "outbox.sealed.0123", ""])
def test_bound_to_its_place(elsewhere):
    """A sealed value that was moved to another row, column or table does not open."""
    with pytest.raises(SealBroken):
        SEAL.open(SEAL.seal(NUMBER.encode(), PLACE), elsewhere)


def test_any_changed_bit_is_seen():
    """Whoever writes to the database cannot change what a sealed value says."""
    sealed = SEAL.seal(NUMBER.encode(), PLACE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            SEAL.open(bytes(changed), PLACE)


@given(st.binary(max_size=80))
def test_rubbish_is_one_error(rubbish):
    """Whatever stands in a column, opening it either works or raises SealBroken, nothing else."""
    with pytest.raises(SealBroken):
        SEAL.open(rubbish, PLACE)


def test_old_keys_open_and_the_first_seals():
    """After a rotation old rows still open, and new ones are under the new key, whose id stands in front."""
    before = Seal.from_text(f"old:{key('o')},hash:{key('h')}")
    assert NUMBER.encode() == SEAL.open(before.seal(NUMBER.encode(), PLACE), PLACE)
    assert b"\x03new" == SEAL.seal(b"", PLACE)[:4]
    with pytest.raises(SealBroken, match="no such key"):
        before.open(SEAL.seal(NUMBER.encode(), PLACE), PLACE)


def test_hash_may_stand_anywhere():
    """The place of `hash` in the text says nothing about which key seals."""
    assert b"\x03new" == Seal.from_text(f"hash:{key('h')}, new:{key('n')}").seal(b"", PLACE)[:4]


def test_digests():
    """Equal values are found again under one purpose and cannot be matched across purposes or without the key."""
    assert SEAL.digest("number", NUMBER) == SEAL.digest("number", NUMBER)
    assert 32 == len(SEAL.digest("number", NUMBER))
    assert SEAL.digest("number", NUMBER) != SEAL.digest("session", NUMBER)
    assert SEAL.digest("number", NUMBER) != Seal.from_text(new_keys()).digest("number", NUMBER)


def test_digest_is_hmac_sha_256():
    """The digest can be computed again elsewhere (RFC 2104), as a restore of the stops must."""
    import hashlib
    import hmac

    assert hmac.new(b"h" * 32, b"number\0+22370000001", hashlib.sha256).digest() == SEAL.digest("number", NUMBER)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "entry 1: not `id:base64`"),
        (f"k1:{key('a')}", "no entry `hash`"),
        (f"hash:{key('a')}", "no entry beside `hash`"),
        (f"k1:{key('a')},", "entry 2: not `id:base64`"),
        (f"k1:{key('a')},{key('b')}", "entry 2: not `id:base64`"),
        (f"k1:{key('a')},{key('b')}:k2", "entry 2: not `id:base64`"),
        (f"k1:{key('a')},hash:c2VjcmV0", "entry 2 (hash): not 32 bytes"),
        (f"k1:{key('a')},hash:*{key('b')}", "entry 2 (hash): not base64"),
        (f"k1:{key('a')},k1:{key('b')},hash:{key('c')}", "entry 2 (k1): its id stands twice"),
        (f"k1:{key('a')},hash:{key('a')}", "entry 2 (hash): the same key as an earlier entry"),
    ],
)
def test_bad_keys_are_named_and_never_shown(keys, message):
    """A wrong entry is found by its position and id; its value is in no message."""
    with pytest.raises(KeysBroken) as caught:
        Seal.from_text(keys)
    assert message == str(caught.value)
    assert None is caught.value.__context__ or caught.value.__suppress_context__


def test_new_keys_are_new_and_usable():
    """Fresh keys work at once, and no two lines share them."""
    first, second = new_keys(), new_keys()
    assert first != second
    sealed = Seal.from_text(first).seal(NUMBER.encode(), PLACE)
    with pytest.raises(SealBroken):
        Seal.from_text(second).open(sealed, PLACE)


def test_no_key_in_its_representation():
    """A seal that lands in a log or a traceback shows no key."""
    assert "AESGCM" not in repr(SEAL)
    assert key("n") not in repr(SEAL)


def test_shared_by_threads():
    """Many threads seal and open with one object, and no nonce comes twice."""

    def work(turn: int) -> bytes:
        plain = str(turn).encode()
        sealed = SEAL.seal(plain, PLACE)
        assert plain == SEAL.open(sealed, PLACE)
        return sealed[4:16]

    with ThreadPoolExecutor(16) as threads:
        nonces = Counter(threads.map(work, range(4000)))
    assert 4000 == len(nonces)
