"""The contract of `Drafts`, held by SQLite and by PostgreSQL alike: an author's own, by form, and nothing of it in a dump."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from hotline.adapters.sql.tables import drafts
from hotline.settings import Rules
from tests.adapters.test_store import HOUR, NOW, a_counselor, id_of

AWA, OUMOU = id_of(1), id_of(2)
UNTIL = NOW - NOW % HOUR + 12 * HOUR
NOTE = f"note-{id_of(7)}"


@pytest.fixture
def typed(store):
    with store.write() as t:
        t.staff.save(a_counselor(1))
        t.staff.save(a_counselor(2))
        t.drafts.save(AWA, NOTE, {"note": ("Avant la prière",)}, UNTIL)
        t.drafts.save(AWA, "tell", {"fr": ("Elle",), "box": ("a", "b")}, UNTIL)
        t.drafts.save(OUMOU, NOTE, {"note": ("Après",)}, UNTIL)
    return store


def test_an_authors_own_by_form(typed) -> None:
    """Two who type in the same form keep two; what is saved again stands in the place of what stood."""
    with typed.write() as t:
        assert t.drafts.of(AWA, NOW) == {NOTE: {"note": ("Avant la prière",)}, "tell": {"fr": ("Elle",), "box": ("a", "b")}}
        t.drafts.save(AWA, NOTE, {"note": ("Plus",)}, UNTIL)
        assert (t.drafts.of(AWA, NOW)[NOTE], t.drafts.of(OUMOU, NOW)[NOTE]) == ({"note": ("Plus",)}, {"note": ("Après",)})
        assert t.drafts.of(id_of(3), NOW) == {}


def test_each_way_to_its_end(typed) -> None:
    """One, a form's of everybody, an author's, and by its time."""
    with typed.write() as t:
        assert (set(t.drafts.of(AWA, UNTIL - 1)), t.drafts.of(AWA, UNTIL)) == ({NOTE, "tell"}, {})
        t.drafts.drop(AWA, "tell")
        assert (set(t.drafts.of(AWA, NOW)), set(t.drafts.of(OUMOU, NOW))) == ({NOTE}, {NOTE})
        t.drafts.drop_of_all(NOTE)
        assert (t.drafts.of(AWA, NOW), t.drafts.of(OUMOU, NOW)) == ({}, {})
        t.drafts.save(AWA, NOTE, {}, UNTIL)
        t.drafts.save(OUMOU, NOTE, {}, UNTIL)
        t.drafts.drop_all(AWA)
        assert (t.drafts.of(AWA, NOW), t.drafts.of(OUMOU, NOW)) == ({}, {NOTE: {}})
        t.retention.purge(UNTIL, Rules())
        assert t._connection.execute(select(drafts)).all() == []


def test_a_dump_says_neither_what_nor_where(typed) -> None:
    """Not the words, not the callback that the form is about, nor that two typed in the same one; and no second."""
    with typed.read() as t:
        rows = t._connection.execute(select(drafts)).all()
    assert [] == [word for word in ("Avant", "Elle", NOTE, id_of(7), "tell") for row in rows if word in str(row)]
    assert (len({row.place_hash for row in rows}), {len(row.sealed) for row in rows}, {row.until % HOUR for row in rows}) == (
        3,
        {len(rows[0].sealed)},
        {0},
    )


def test_a_row_that_is_brought_under_another_name_opens_for_nobody(typed) -> None:
    """Whoever can write to the database gives Oumou nothing of Awa's to read; and a row that is broken keeps nobody from the others."""
    with typed.write() as t:
        t._connection.execute(update(drafts).where(drafts.c.staff == AWA).values(staff=OUMOU))
        assert (t.drafts.of(AWA, NOW), set(t.drafts.of(OUMOU, NOW))) == ({}, {NOTE})
        t._connection.execute(update(drafts).values(sealed=b"broken"))
        assert t.drafts.of(OUMOU, NOW) == {}
