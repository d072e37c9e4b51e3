"""The contract of `StaffRings`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.adapters.sql.tables import staff_rings
from hotline.ports.calls.calls import NAMED
from hotline.ports.calls.staff_rings import RingDigits, StaffRing
from hotline.retention import RING_SECONDS, RUNG_SECONDS
from hotline.settings import Rules
from tests.adapters.test_store import NOW, a_counselor, id_of

AWA = id_of(1)
RING = StaffRing(id_of(31), AWA, "offer", id_of(5), "placed", NOW)


@pytest.fixture(autouse=True)
def _awa(store) -> None:
    with store.write() as t:
        t.staff.save(a_counselor(1))


def test_the_same_ring_twice_is_one(store) -> None:
    """What is there stays as it is."""
    with store.write() as t:
        assert (True, False) == (t.staff_rings.add(RING), t.staff_rings.add(replace(RING, menu="how")))
        assert RING == t.staff_rings.get(RING.id)


def test_a_ring_is_found_by_its_session_and_by_whom_it_rings(store) -> None:
    """The session lies there as a keyed hash, and is given back where it was named alone; a ring that has ended is nobody's any more."""
    with store.write() as t:
        t.staff_rings.add(RING)
        t.staff_rings.add(replace(RING, id=id_of(32), placed_at=NOW - 60))
        t.staff_rings.save(replace(RING, session="ATVId_1"))
        t.staff_rings.save(replace(RING, state="answered", session=NAMED))
        assert replace(RING, state="answered", session="ATVId_1") == t.staff_rings.of_session("ATVId_1")
        assert replace(RING, state="answered", session=NAMED) == t.staff_rings.live_of(AWA)
        assert None is t.staff_rings.of_session("ATVId_2")
        t.staff_rings.save(RING.over())
        assert id_of(32) == t.staff_rings.live_of(AWA).id
        assert b"ATVId_1" not in str(t._connection.execute(staff_rings.select()).all()).encode()


def test_those_that_never_rang_are_found(store) -> None:
    """As far as they were placed since then."""
    with store.write() as t:
        for n, (state, at) in enumerate((("failed", NOW), ("failed", NOW - 100), ("placed", NOW))):
            t.staff_rings.add(replace(RING, id=id_of(40 + n), state=state, placed_at=at))
        assert [id_of(40)] == [ring.id for ring in t.staff_rings.failed(NOW - 60)]


def test_nor_does_one_whose_end_nobody_told(store) -> None:
    """The vendor never said that it is over."""
    with store.write() as t:
        t.staff_rings.add(replace(RING, state="known"))
        for seconds, callback in ((RUNG_SECONDS - 1, RING.callback), (RUNG_SECONDS, None)):
            t.retention.purge(NOW + seconds, Rules())
            assert callback == t.staff_rings.get(RING.id).callback


def test_an_ended_ring_does_not_say_what_it_was_about(store) -> None:
    """Which callback it was is gone; a day later all of it is."""
    with store.write() as t:
        t.staff_rings.add(RING)
        t.staff_rings.save(RING.over())
        assert None is t.staff_rings.get(RING.id).callback
        t.retention.purge(NOW + RING_SECONDS - 1, Rules())
        assert None is not t.staff_rings.get(RING.id)
        t.retention.purge(NOW + RING_SECONDS, Rules())
        assert None is t.staff_rings.get(RING.id)


def test_digits_are_replaced_and_dropped(store) -> None:
    """One pair a person."""
    with store.write() as t:
        assert None is t.staff_rings.digits(AWA)
        t.staff_rings.save_digits(RingDigits(AWA, b"one", 3))
        t.staff_rings.save_digits(RingDigits(AWA, b"other"))
        assert RingDigits(AWA, b"other") == t.staff_rings.digits(AWA)
        t.staff_rings.drop_digits(AWA)
        assert None is t.staff_rings.digits(AWA)
