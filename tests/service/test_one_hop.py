"""Several deliveries of one hop are one truth: what the one is told, the others are told."""

from __future__ import annotations

import pytest

from tests.service.line import AWA, Line


def gone(line: Line) -> None:
    line.set_staff(AWA, off_until=line.clock.now() + 3600)


@pytest.mark.parametrize("keys", ["5 5", "4 1 1"])
def test_what_the_first_delivery_found_holds_for_the_next(line: Line, keys: str) -> None:
    """The counselor went between the two: the second says what the first said."""
    first = line.dial(keys)
    gone(line)
    line.clock.at += 61
    assert (first.text, 1) == (line.dial(keys).text, len(line.callbacks()))


def test_a_delivery_that_was_told_no_orders_nothing_when_it_comes_again(line: Line) -> None:
    """Somebody came meanwhile; what was said stays said. The next session is told anew."""
    line.set_staff(AWA, seen_at=None)
    first = line.dial("5 5")
    line.set_staff(AWA, seen_at=line.clock.now())
    assert ((first.text, "callback.not_now"), []) == ((line.dial("5 5").text, first.key), line.callbacks())
    assert "callback.kept_now" == line.dial("5 5", "session-2").key


def test_without_redis_a_no_looks_at_the_ledger_once_more(line: Line) -> None:
    """Another delivery ordered while this one looked who is there and found nobody: it says that it is noted, too."""
    line.memory.away = True
    looked = line.store.read
    deliveries: list[str] = []

    def read():
        # The other delivery of the hop comes right after this one has looked.
        if not deliveries:
            deliveries.append("begun")
            with looked() as tx:
                staff = tx.staff.by_number(AWA)
                assert staff is not None
            gone(line)
        elif len(deliveries) == 1:
            deliveries.append("other")
            line.set_staff(AWA, off_until=None)
            assert "callback.kept_now" == line.dial("5 5").key
        return looked()

    line.store.read = read  # type: ignore[method-assign]
    assert ("callback.kept_now", 1) == (line.dial("5 5").key, len(line.callbacks()))
