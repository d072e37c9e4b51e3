"""The audit ages out by whole years, on both databases, and holds from where it begins; a head that somebody kept on paper tells another audit from this one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, insert, select, update

from hotline.adapters.keys.seal import new_keys
from hotline.adapters.sql.tables import audit, audit_base, audit_head
from hotline.ports.desk.audit import AuditHead, AuditRecord
from hotline.service.desk.audit_search import NoHead, head_line, read_head
from hotline.service.upkeep.purging import oldest_kept
from tests.adapters.test_store_sealed import Exchanged

YEAR_2026, YEAR_2027, YEAR_2028 = (oldest_kept(at, 0) for at in (1_780_000_000, 1_810_000_000, 1_840_000_000))
MOMENTS = (YEAR_2026 + 5, YEAR_2026 + 9, YEAR_2027 - 1, YEAR_2027, YEAR_2027 + 7)


@pytest.fixture
def lines(store):
    """Three lines of one year and two of the next."""
    with store.write() as t:
        for moment in MOMENTS:
            t.audit.add(AuditRecord(moment, "awa", "signed in", str(moment)))
    return store


def forget(store, before: int, most: int = 100) -> int:
    with store.write() as t:
        until = t.audit.due(before)
        return 0 if until is None else t.audit.forget(until, most)


def test_the_years_are_those_of_the_calendar():
    """What is kept beside the year that runs begins on a first of January, UTC; with one year a line stands between one year and two."""
    assert 1_767_225_600 == YEAR_2026
    assert YEAR_2026 == oldest_kept(YEAR_2027, 1) == oldest_kept(YEAR_2028 - 1, 1)
    assert YEAR_2027 == oldest_kept(YEAR_2028, 1)


def test_a_year_goes_and_the_chain_holds(lines):
    """Its lines alone go, whole or in parts; what is left holds, goes on, and the next year goes too, to the last line."""
    assert [0, 2, 1, 0] == [forget(lines, at, 2) for at in (YEAR_2026, YEAR_2027, YEAR_2027, YEAR_2027)]
    with lines.write() as t:
        assert (None, 2, 4) == (t.audit.broken_at(), t.audit.count(), t.audit.first())
        t.audit.add(AuditRecord(YEAR_2027 + 8, "awa", "signed in", "x"))
    assert 3 == forget(lines, YEAR_2028)
    with lines.write() as t:
        assert (None, 0, 7) == (t.audit.broken_at(), t.audit.count(), t.audit.first())
        t.audit.add(AuditRecord(YEAR_2028, "awa", "signed in", "y"))
        assert None is t.audit.broken_at()
        assert {0: 1} == t.audit.lines_by_key()


@pytest.mark.parametrize(
    "meddle",
    [
        update(audit).where(audit.c.sequence == 4).values(about="x"),
        delete(audit).where(audit.c.sequence == 4),
        delete(audit).where(audit.c.sequence <= 5),
        delete(audit_base),
        delete(audit_head),
        update(audit_base).values(sequence=2),
    ],
    ids=["changed", "first gone", "all gone", "no base", "no head", "base moved"],
)
def test_meddling_shows_after_a_year_went(lines, meddle):
    """As before: nothing is changed or taken off the front, the middle or the end unseen."""
    forget(lines, YEAR_2027)
    with lines.write() as t:
        t._connection.execute(meddle)
        assert None is not t.audit.broken_at()


def test_more_cannot_be_taken_off_by_whoever_has_no_key(lines):
    """A base that is moved on to a line that is there, with what the database itself holds for a keyed hash, does not pass."""
    forget(lines, YEAR_2027)
    with lines.write() as t:
        line = t._connection.execute(select(audit).where(audit.c.sequence == 5)).one()
        bound = t._connection.execute(select(audit_head.c.bound)).scalar_one()
        t._connection.execute(delete(audit))
        t._connection.execute(update(audit_base).values(sequence=5, digest=line.digest, bound=bound))
        assert None is not t.audit.broken_at()


def test_nothing_goes_while_the_chain_is_broken(lines):
    """What does not hold is evidence, and stays however old it is."""
    with lines.write() as t:
        t._connection.execute(update(audit).where(audit.c.sequence == 2).values(who="nobody"))
    assert 0 == forget(lines, YEAR_2028)
    with lines.read() as t:
        assert 5 == t.audit.count()


def test_a_line_before_its_time_holds_back_those_behind_it(lines):
    """A clock that was wrong takes nothing with it: lines go from the first one on, as far as all of them are old."""
    with lines.write() as t:
        t.audit.add(AuditRecord(YEAR_2026, "awa", "signed in", "a clock that was behind"))
    assert 3 == forget(lines, YEAR_2027)


def test_a_head_on_paper_tells_another_audit(lines):
    """It holds while the audit grows and ages; an older copy, a forged line and a mistyped digit are told apart."""
    with lines.read() as t:
        older = [tuple(row) for table in (audit, audit_head) for row in t._connection.execute(select(table))]
    with lines.write() as t:
        t.audit.add(AuditRecord(YEAR_2027 + 9, "awa", "signed in", "x"))
    kept = head_line(lines)
    typed = read_head(kept.upper().replace("-", " "))
    with lines.write() as t:
        assert "holds" == t.audit.holds(typed)
        t.audit.add(AuditRecord(YEAR_2027 + 10, "awa", "signed in", "y"))
        assert "holds" == t.audit.holds(typed)
        assert "unsigned" == t.audit.holds(replace(typed, digest=bytes(16)))
        assert "unsigned" == t.audit.holds(AuditHead(99, bytes(16), bytes(16)))
    forget(lines, YEAR_2028)
    with lines.write() as t:
        assert "gone" == t.audit.holds(typed)
        for table in (audit, audit_head, audit_base):
            t._connection.execute(delete(table))
        for row in older:
            t._connection.execute(insert(audit if len(row) == 6 else audit_head).values(row))
        assert (None, "ahead") == (t.audit.broken_at(), t.audit.holds(typed))
        t.audit.add(AuditRecord(YEAR_2027 + 9, "awa", "signed in", "another"))
        assert (None, "other") == (t.audit.broken_at(), t.audit.holds(typed))


def test_keys_are_exchanged_after_a_year_went(url, tmp_path):
    """Where the years ended is bound by the key in force, as the end is: twice exchanged the chain holds, and a line on paper still tells."""
    exchanged = Exchanged(url, tmp_path, new_keys())
    store = exchanged.process()
    with store.write() as t:
        for moment in MOMENTS:
            t.audit.add(AuditRecord(moment, "awa", "signed in", str(moment)))
    forget(store, YEAR_2027)
    kept, bound = read_head(head_line(store)), select(audit_base.c.bound)
    with store.read() as t:
        before = t._connection.execute(bound).scalar_one()
    for _ in range(2):
        exchanged.rotate(store)
        store.close()
        store = exchanged.process()
    with store.write() as t:
        assert before != t._connection.execute(bound).scalar_one()
        assert (None, "holds") == (t.audit.broken_at(), t.audit.holds(kept))
        assert "unsigned" == t.audit.holds(replace(kept, sequence=4))
    store.close()


@pytest.mark.parametrize("line", ["", "audit", "audit:0:aa:bb", f"audit:1:{'g' * 32}:{'0' * 32}", f"audit:1:{'0' * 31}:{'0' * 32}"])
def test_what_is_no_head_is_refused(line):
    """Before anything is read."""
    with pytest.raises(NoHead):
        read_head(line)
