"""The contract of `FormDrafts`, held by SQLite and by PostgreSQL alike: an author's own, by form, and nothing of it in a dump."""

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
        t.form_drafts.save(AWA, NOTE, {"note": ("Avant la prière",)}, UNTIL)
        t.form_drafts.save(AWA, "tell", {"fr": ("Elle",), "box": ("a", "b")}, UNTIL)
        t.form_drafts.save(OUMOU, NOTE, {"note": ("Après",)}, UNTIL)
    return store


def test_an_authors_own_by_form(typed) -> None:
    """Two who type in the same form keep two; what is saved again stands in the place of what stood."""
    with typed.write() as t:
        assert t.form_drafts.of(AWA, NOW) == {NOTE: {"note": ("Avant la prière",)}, "tell": {"fr": ("Elle",), "box": ("a", "b")}}
        t.form_drafts.save(AWA, NOTE, {"note": ("Plus",)}, UNTIL)
        assert (t.form_drafts.of(AWA, NOW)[NOTE], t.form_drafts.of(OUMOU, NOW)[NOTE]) == ({"note": ("Plus",)}, {"note": ("Après",)})
        assert t.form_drafts.of(id_of(3), NOW) == {}


def test_each_way_to_its_end(typed) -> None:
    """One, a form's of everybody, an author's, and by its time."""
    with typed.write() as t:
        assert (set(t.form_drafts.of(AWA, UNTIL - 1)), t.form_drafts.of(AWA, UNTIL)) == ({NOTE, "tell"}, {})
        t.form_drafts.drop(AWA, "tell")
        assert (set(t.form_drafts.of(AWA, NOW)), set(t.form_drafts.of(OUMOU, NOW))) == ({NOTE}, {NOTE})
        t.form_drafts.drop_of_all(NOTE)
        assert (t.form_drafts.of(AWA, NOW), t.form_drafts.of(OUMOU, NOW)) == ({}, {})
        t.form_drafts.save(AWA, NOTE, {}, UNTIL)
        t.form_drafts.save(OUMOU, NOTE, {}, UNTIL)
        t.form_drafts.drop_all(AWA)
        assert (t.form_drafts.of(AWA, NOW), t.form_drafts.of(OUMOU, NOW)) == ({}, {NOTE: {}})
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
        assert (t.form_drafts.of(AWA, NOW), set(t.form_drafts.of(OUMOU, NOW))) == ({}, {NOTE})
        t._connection.execute(update(drafts).values(sealed=b"broken"))
        assert t.form_drafts.of(OUMOU, NOW) == {}
