"""The contract of `WordsReadings` and `WordsComments`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import select

from hotline.adapters.sql.tables import comments
from hotline.ports.editions.authorships import WordsAuthorship
from hotline.ports.editions.comments import WordsComment
from hotline.ports.editions.readings import WordsReading
from hotline.settings import Rules
from tests.adapters.test_store import HOUR, NOW, id_of

READ = WordsReading("bm", "callback.when@sms", "d" * 64, "nana", "2026-11-24")
PLACE, OTHER = "words/bm/callback.when@sms", "words/fr/out"
YEAR = Rules().comment_days * 24 * HOUR


def a_comment(n: int, place: str = PLACE, at: int = NOW, text: str = "Une femme dirait autre chose.") -> WordsComment:
    return WordsComment(id_of(n), place, text, id_of(1), at)


def test_who_read_which_text(store) -> None:
    """Once a person and a text, on the first day; by day, and by message whatever its words."""
    earlier = replace(READ, by="awa", day="2026-11-20")
    other_text = replace(READ, digest="e" * 64, day="2026-11-25")
    with store.write() as t:
        assert (True, False) == (t.readings.add(READ), t.readings.add(replace(READ, day="2026-12-01")))
        assert (True, True) == (t.readings.add(earlier), t.readings.add(other_text))
        t.readings.add(replace(READ, key="out", language="fr", day="2026-11-26"))
        assert [earlier, READ, other_text] == list(t.readings.all())[:3]
        assert (earlier, READ, other_text) == t.readings.of(["callback.when@sms", "nothing"])
        assert () == t.readings.of([])
        assert (True, False) == tuple(t.readings.drop("bm", READ.key, READ.digest, "nana") for _ in range(2))
        assert (earlier, other_text) == t.readings.of([READ.key])


def test_who_wrote_which_text(store) -> None:
    """Once a person and a text, by message whatever its words."""
    wrote = WordsAuthorship("bm", READ.key, READ.digest, id_of(1))
    with store.write() as t:
        for authorship in (wrote, wrote, replace(wrote, by=id_of(2)), replace(wrote, key="out")):
            t.authorships.add(authorship)
        assert (wrote, replace(wrote, by=id_of(2))) == t.authorships.of([READ.key, "nothing"])
        assert () == t.authorships.of([])


def test_threads_by_message(store) -> None:
    """Oldest first; what is closed stays to be read and counts no more."""
    with store.write() as t:
        t.comments.save(a_comment(2, at=NOW + 1))
        t.comments.save(a_comment(1))
        t.comments.save(a_comment(3, OTHER))
        assert [a_comment(1), a_comment(2, at=NOW + 1)] == list(t.comments.of([PLACE]))
        assert {PLACE: 2, OTHER: 1} == t.comments.open_counts()
        closed = replace(a_comment(1), closed_by=id_of(2), closed_at=NOW + 2)
        t.comments.save(closed)
        assert ({PLACE: 1, OTHER: 1}, closed) == (t.comments.open_counts(), t.comments.of([PLACE, OTHER])[0])
        assert () == t.comments.of([])


def test_a_comment_goes_after_a_year(store) -> None:
    """Answered or not; who read what stays."""
    with store.write() as t:
        t.readings.add(READ)
        t.comments.save(a_comment(1))
        t.comments.save(replace(a_comment(2), closed_by=id_of(1), closed_at=NOW + 9))
        t.comments.save(a_comment(3, at=NOW + 1))
        t.retention.purge(NOW + YEAR - 1, Rules())
        assert 3 == len(t.comments.of([PLACE]))
        t.retention.purge(NOW + YEAR, Rules())
        assert ([a_comment(3, at=NOW + 1)], 1) == (list(t.comments.of([PLACE])), len(t.readings.all()))


def test_a_dump_says_nothing_of_what_was_said(store) -> None:
    """Nor how much: what is short is of one length."""
    with store.write() as t:
        t.comments.save(a_comment(1, text="Non."))
        t.comments.save(a_comment(2))
        rows = t._connection.execute(select(comments)).all()
    assert ([], 1) == ([row for row in rows if "Non." in str(row) or "femme" in str(row)], len({len(row.sealed) for row in rows}))


def test_a_comment_opens_in_its_own_row_alone(store) -> None:
    """One brought under another's id is left out, and the others are read."""
    with store.write() as t:
        t.comments.save(a_comment(1))
        t.comments.save(a_comment(2, at=NOW + 1))
        sealed = t._connection.execute(select(comments.c.sealed).where(comments.c.id == id_of(1))).scalar_one()
        t._connection.execute(comments.update().where(comments.c.id == id_of(2)).values(sealed=sealed))
        assert [a_comment(1)] == list(t.comments.of([PLACE]))
