"""The contract of `ports.queue.Board`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

import pytest

from hotline.ports.calls.reviews import Review
from hotline.service.desk.board import Waiting
from tests.adapters.test_store import HERS, HOUR, NOW, OTHERS, a_callback, a_counselor, id_of, keep

ALL = ("fr", "bm")
MOST = 10


def due(store, languages=ALL, limit=MOST, **kwargs) -> list[str]:
    with store.read() as t:
        return [callback.reference for callback in t.board.due(NOW, languages, limit, MOST, **kwargs).callbacks]


def coming(store, languages=ALL, limit=MOST, **kwargs) -> list[str]:
    with store.read() as t:
        return [callback.reference for callback in t.board.coming(NOW, languages, limit, MOST, **kwargs).callbacks]


def waiting(store, languages=ALL, **kwargs) -> Waiting:
    with store.read() as t:
        due, coming = (kind(NOW, languages, MOST, MOST, **kwargs).count for kind in (t.board.due, t.board.coming))
        return Waiting(due, coming, t.board.reviews())


def apart(store, *callbacks) -> None:
    """Each of a number of its own."""
    for n, callback in enumerate(callbacks):
        keep(store, callback, number=f"+223700000{n:02d}")


def test_due_is_in_the_order_in_which_it_presses(store):
    """Urgent, what is not sunk, what ends soonest, the longest waiting; windows not open and windows past are not due."""
    apart(
        store,
        a_callback(1, not_after=NOW + 50),
        a_callback(2, not_after=NOW + 40),
        a_callback(3, not_after=NOW + 10, sunk=True),
        a_callback(4, not_after=NOW + 90, urgent=True),
        a_callback(5, opens_at=NOW + 1),
        a_callback(6, not_after=NOW),
        a_callback(7, not_after=NOW + 50, made_at=NOW - 5),
        a_callback(8, state="claimed", claimed_by=id_of(1)),
    )
    assert due(store) == ["004", "002", "007", "001", "003"]
    assert due(store, limit=2) == ["004", "002"]
    assert coming(store) == ["005"]
    assert waiting(store) == Waiting(due=5, coming=1, review=0)


def test_what_one_phone_asks_for_at_once_is_one_card(store):
    """However often: its first reference, urgent if any is, with the latest end. A part of the day, another phone's, and a stranger's request stand apart."""
    keep(
        store,
        a_callback(1, not_after=NOW + 10, made_at=NOW - 9, at_once=True),
        a_callback(2, not_after=NOW + 90, made_at=NOW - 5, at_once=True, urgent=True),
        a_callback(3, not_after=NOW + 40, made_at=NOW - 1, at_once=True),
        a_callback(4, not_after=NOW + 20),
        a_callback(5, not_after=NOW + 30, at_once=True, other_phone=True),
    )
    keep(store, a_callback(6, not_after=NOW + 50, at_once=True), number=OTHERS)
    assert due(store) == ["001", "004", "005", "006"]
    assert waiting(store) == Waiting(due=4, coming=0, review=0)
    with store.read() as t:
        card = t.board.due(NOW, ALL, MOST, MOST).callbacks[0]
    assert (card.urgent, card.not_after, card.made_at) == (True, NOW + 90, NOW - 9)


def test_what_comes_is_in_the_order_in_which_it_opens(store):
    """In the languages asked for alone."""
    apart(store, a_callback(1, opens_at=NOW + 9), a_callback(2, opens_at=NOW + 3, language="bm"), a_callback(3, opens_at=NOW + 5))
    assert coming(store) == ["002", "003", "001"]
    assert coming(store, ("fr",), 1) == ["003"]
    assert waiting(store, ("bm",)) == Waiting(due=0, coming=1, review=0)
    assert (due(store, ()), waiting(store, ())) == ([], Waiting(0, 0, 0))


def test_what_goes_with_one_that_is_held_is_nobodys_to_take(store):
    """It is rung with that one. Requests of other numbers stay, and so does all that nobody holds."""
    keep(store, a_callback(1, state="claimed", claimed_by=id_of(1)), a_callback(2), a_callback(3, opens_at=NOW + 5))
    keep(store, a_callback(4), number=OTHERS)
    assert (due(store), coming(store)) == (["004"], [])
    assert waiting(store) == Waiting(due=1, coming=0, review=0)


@pytest.mark.parametrize(("held", "waits", "seen"), [(True, False, True), (False, True, True), (True, True, False), (False, False, False)])
def test_a_strangers_request_and_hers_hold_up_none_of_each_other(store, held, waits, seen):
    """`held`, `waits`: on another phone than the caller's. Who looks at the board cannot tell that both are of one phone."""
    keep(store, a_callback(1, state="claimed", claimed_by=id_of(1), other_phone=held), a_callback(2, other_phone=waits))
    assert due(store) == (["002"] if seen else [])


def test_what_is_a_minors_can_be_left_out(store):
    """From lists and counts alike; other marks leave out nothing."""
    apart(store, a_callback(1), a_callback(2), a_callback(3, opens_at=NOW + 5))
    with store.write() as t:
        assert t.flags.add(id_of(1), "minor")
        assert not t.flags.add(id_of(1), "minor")
        assert t.flags.add(id_of(2), "danger")
        assert t.flags.add(id_of(3), "minor")
    assert (due(store, minors=False), coming(store, minors=False)) == (["002"], [])
    assert waiting(store, minors=False) == Waiting(due=1, coming=0, review=0)
    assert waiting(store) == Waiting(due=2, coming=1, review=0)
    with store.read() as t:
        assert t.flags.of(id_of(1)) == {"minor"}


def test_reviews_that_nobody_has_decided_are_counted(store):
    """In whatever language they are."""
    apart(store, a_callback(1, state="review"), a_callback(2, state="review", language="bm"))
    with store.write() as t:
        t.reviews.add(Review(id_of(1), id_of(1), "given_back", NOW))
        t.reviews.add(Review(id_of(2), id_of(2), "missed", NOW, "close", "why", id_of(9), NOW))
    assert waiting(store, ("bm",)) == Waiting(due=0, coming=0, review=1)


def test_what_is_held_is_listed_for_all_languages(store):
    """Urgent first, then what ends soonest."""
    with store.write() as t:
        t.staff.save(a_counselor(1))
    apart(
        store,
        a_callback(1, state="claimed", claimed_by=id_of(1), not_after=NOW + 9),
        a_callback(2, state="claimed", claimed_by=id_of(1), not_after=NOW + 5, language="bm"),
        a_callback(3, state="claimed", claimed_by=id_of(2), urgent=True),
        a_callback(4),
    )
    with store.read() as t:
        assert [callback.reference for callback in t.board.held(MOST)] == ["003", "002", "001"]
        assert len(t.board.held(2)) == 2


def test_rings_of_many_are_what_rings_says_of_each(store):
    """One call that served two counts once; other phones apart; those from before do not count."""
    keep(store, a_callback(1), a_callback(2), a_callback(3, other_phone=True))
    keep(store, a_callback(4), number=OTHERS)
    ids = tuple(id_of(n) for n in range(1, 5))
    with store.write() as t:
        for callback, call, at in ((1, "a", NOW), (2, "a", NOW), (2, "b", NOW), (3, "c", NOW), (1, "d", NOW - HOUR - 1)):
            t.calls.add_attempt(id_of(callback), call, at)
        assert t.calls.rings_of(ids, NOW - HOUR) == {id: rings for id in ids if (rings := t.calls.rings(id, NOW - HOUR))}
        assert t.calls.rings_of(ids, NOW - HOUR) == {id_of(1): 2, id_of(2): 2, id_of(3): 1}
        assert t.calls.rings_of((), NOW) == {}


def test_a_number_that_is_forgotten_hides_nothing(store):
    """What is left of a callback stays on the board."""
    keep(store, a_callback(1), a_callback(2, state="claimed", claimed_by=id_of(1)), number=HERS)
    with store.write() as t:
        t.numbers.forget(id_of(2))
    assert due(store) == ["001"]
