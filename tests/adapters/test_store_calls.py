"""The contract of the calls that a page looks back on, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.ports.calls.calls import Call
from tests.adapters.test_store import NOW, a_callback, id_of, keep

AWA, OUMOU = id_of(901), id_of(902)


def test_the_last_call_of_one_of_the_staff(store) -> None:
    """Her newest for this callback, ended or not; another's, or for another callback, is none of it."""
    keep(store, a_callback(1))
    keep(store, a_callback(2))
    first = Call(id_of(11), id_of(1), AWA, "ended", NOW, dialed_at=NOW + 5, ended_at=NOW + 60)
    second = replace(first, id=id_of(12), placed_at=NOW + 100, covered_at=NOW + 120)
    with store.write() as t:
        for call in (
            second,
            first,
            replace(first, id=id_of(13), staff=OUMOU, placed_at=NOW + 200),
            replace(first, id=id_of(14), callback=id_of(2), placed_at=NOW + 300),
        ):
            t.calls.add(call)
    with store.read() as t:
        assert second == t.calls.last(id_of(1), AWA)
        assert t.calls.last(id_of(2), OUMOU) is None


def test_all_that_was_asked_for_on_a_number(store) -> None:
    """Whatever became of it, on the phone itself or on another, oldest first; not once the number is forgotten."""
    for n, state in enumerate(("closed", "review", "waiting", "cancelled"), 1):
        keep(store, replace(a_callback(n), state=state, made_at=NOW + n, other_phone=n == 2))
    keep(store, a_callback(5), number="+22370000009")
    with store.write() as t:
        t.numbers.forget(id_of(4))
    with store.read() as t:
        assert [id_of(1), id_of(2), id_of(3)] == [callback.id for callback in t.callbacks.to_number(id_of(2))]
        assert () == t.callbacks.to_number(id_of(4))
