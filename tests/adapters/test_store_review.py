"""What waits for a supervisor, and pranks, as both databases keep them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.schema import upgrade
from hotline.ports.calls.reviews import Review
from hotline.settings import Rules
from tests.adapters.test_store import DAY, HERS, HOUR, NOW, OTHERS, a_callback, id_of, keep


@pytest.fixture(params=["sqlite", "postgresql"])
def before_url(request, tmp_path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/before.db"
    return request.getfixturevalue("postgres").create("before_review")


def a_review(number: int, callback: int, **changes) -> Review:
    return replace(Review(id_of(number), id_of(callback), "someone_else", NOW), **changes)


def bring(store, *reviews: Review) -> None:
    with store.write() as tx:
        for review in reviews:
            tx.reviews.add(review)


def test_undecided_oldest_first_and_floods_last(store):
    """Each with its callback; what was decided is not among them, and a flood hides nothing."""
    callbacks = [a_callback(n, state="review") for n in range(1, 5)]
    keep(store, *callbacks)
    flood, young, old = a_review(1, 1, reason="flood"), a_review(2, 2, at=NOW + 9), a_review(3, 3, at=NOW + 8)
    bring(store, flood, young, old, a_review(4, 4))
    with store.write() as tx:
        tx.reviews.save(a_review(4, 4, decision="close", why="Vu.", decided_by=id_of(9), decided_at=NOW + 5))
        assert tx.reviews.undecided(9) == ((old, callbacks[2]), (young, callbacks[1]), (flood, callbacks[0]))
        assert tx.reviews.undecided(1) == ((old, callbacks[2]),)


def test_one_of_a_kind_is_undecided(store):
    """The same reason again while she has not decided is one; after she decided it is a new one."""
    keep(store, a_callback(1, state="review"))
    bring(store, a_review(1, 1), a_review(1, 1, at=NOW + 60))
    with store.write() as tx:
        assert tx.reviews.get(id_of(1)).at == NOW
        tx.reviews.save(a_review(1, 1, decision="wait", why="Vu.", decided_by=id_of(9), decided_at=NOW + 5))
        tx.reviews.add(a_review(1, 1, at=NOW + 90))
        assert tx.reviews.of(id_of(1)) == (a_review(1, 1, at=NOW + 90),)


def test_her_reason_is_sealed(store):
    """It opens for who has the keys, and stands nowhere in the row."""
    keep(store, a_callback(1, state="review"))
    decided = a_review(1, 1, decision="close", why="Elle a rappelé.", decided_by=id_of(9), decided_at=NOW)
    bring(store, decided)
    with store.write() as tx:
        tx.reviews.save(decided)
        assert tx.reviews.get(id_of(1)) == decided
        lies = bytes(tx._connection.execute(text("SELECT sealed_why FROM reviews")).scalar())
    assert b"rappel" not in lies


def test_a_review_goes_with_its_callback(store):
    keep(store, a_callback(1, state="closed", closed_at=NOW))
    bring(store, a_review(1, 1))
    with store.write() as tx:
        tx.retention.purge(NOW + 31 * DAY, Rules())
        assert tx.reviews.get(id_of(1)) is None


def test_floods_past_their_end(store):
    """Of what lies in review: floods alone, undecided, over."""
    over = a_callback(1, state="review", not_after=NOW)
    others = [
        a_callback(2, state="review", not_after=NOW + 1),
        a_callback(3, state="review", not_after=NOW),
        a_callback(4, state="stopped", not_after=NOW),
        a_callback(5, state="review", not_after=NOW),
    ]
    keep(store, over, *others)
    bring(store, a_review(1, 1, reason="flood"), a_review(2, 2, reason="flood"), a_review(3, 3), a_review(4, 4, reason="flood"))
    bring(store, a_review(5, 5, reason="flood", decision="close"))
    with store.read() as tx:
        assert tx.reviews.floods_over(NOW) == (over,)


def test_marks_of_many(store):
    keep(store, a_callback(1), a_callback(2), a_callback(3))
    with store.write() as tx:
        tx.flags.add(id_of(1), "minor")
        tx.flags.add(id_of(1), "hard")
        tx.flags.add(id_of(3), "silence")
        assert tx.flags.of_many((id_of(1), id_of(2))) == {id_of(1): frozenset({"minor", "hard"})}
        assert tx.flags.of_many(()) == {}


def test_pranks_are_counted_by_number(store):
    """Once a callback, since the hour of a moment, and for nobody else's number."""
    keep(store, *(a_callback(n) for n in range(1, 5)))
    with store.write() as tx:
        tx.numbers.add_prank(id_of(1), NOW)
        tx.numbers.add_prank(id_of(1), NOW + HOUR)
        tx.numbers.add_prank(id_of(3), NOW + DAY)
        assert (tx.numbers.pranks(HERS, NOW), tx.numbers.pranks(HERS, NOW + HOUR), tx.numbers.pranks(OTHERS, NOW)) == (2, 1, 0)


def test_another_phone_s_requests_are_no_pranks_of_hers(store):
    """Somebody else asked: her number is not held to it."""
    keep(store, a_callback(1, other_phone=True))
    with store.write() as tx:
        tx.numbers.add_prank(id_of(1), NOW)
        assert tx.numbers.pranks(HERS, NOW) == 0


def test_pranks_outlive_the_number_and_no_stop(store):
    """They stand for 30 days from the day of each, when the number is long gone; a stop erases them at once."""
    keep(store, a_callback(1), a_callback(2))
    keep(store, a_callback(3), number=OTHERS)
    with store.write() as tx:
        tx.numbers.add_prank(id_of(1), NOW)
        tx.numbers.add_prank(id_of(2), NOW + 10 * DAY)
        tx.numbers.add_prank(id_of(3), NOW)
        tx.numbers.forget(id_of(1))
    with store.write() as tx:
        tx.retention.purge(NOW - NOW % HOUR + 30 * DAY - 1, Rules())
        assert tx.numbers.pranks(HERS, 0) == 2
        tx.retention.purge(NOW + 30 * DAY, Rules())
        assert (tx.numbers.pranks(HERS, 0), tx.numbers.pranks(OTHERS, 0)) == (1, 0)
        tx.numbers.stop(HERS, NOW + 30 * DAY, NOW + 31 * DAY)
        assert tx.numbers.pranks(HERS, 0) == 0


def test_what_lay_in_review_is_not_lost_by_the_migration(seal, before_url):
    """It had no row of its own then: a supervisor finds it in her list all the same."""
    upgrade(before_url, "0003")
    engine = make_engine(before_url, 5000)
    old = (
        "INSERT INTO callbacks (id, reference, state, language, urgent, other_phone, made_at, opens_at, not_after, edition, tries, ending) "
        "VALUES (:id, :reference, :state, 'fr', :no, :no, :at, :at, :at, 1, 0, :ending)"
    )
    with engine.begin() as connection:
        for n, state, outcome in ((1, "review", "wrong_word"), (2, "review", None), (3, "waiting", None)):
            values = {"id": id_of(n), "reference": f"{n:03}", "state": state, "at": NOW, "ending": outcome, "no": False}
            connection.execute(text(old), values)
    engine.dispose()
    upgrade(before_url, seal=seal)
    store = SqlStore(before_url, seal, 5000)
    with store.read() as tx:
        assert [(review.callback, review.reason, review.at) for review, _ in tx.reviews.undecided(9)] == [
            (id_of(1), "wrong_word", NOW),
            (id_of(2), "unanswered", NOW),
        ]
    store.close()
