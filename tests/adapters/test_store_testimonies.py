"""The contract of `Testimonies`, on both databases."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import text

from hotline.adapters.sql import SqlStore
from hotline.ports.desk import testimonies as port
from hotline.ports.editions.editions import EditionRow, Proposal
from tests.adapters.test_store import NOW, id_of

WORDS = {"fr": "On m'a crue.", "bm": "U dara n na."}


def told(n: int, **fields: object) -> port.Testimony:
    return replace(port.Testimony(id_of(n), WORDS, "written", id_of(9), NOW + n), **fields)


def test_testimonies(store: SqlStore) -> None:
    """Written once and again in each of their states, all fields kept, newest first."""
    rows = [told(1), told(2, state="released", cut_by=id_of(8), released_by=(id_of(7), id_of(6)), released_on="2026-11-24")]
    with store.write() as t:
        for row in rows:
            t.testimonies.save(row)
    with store.read() as t:
        assert (rows[0], rows[1], None) == (t.testimonies.get(id_of(1)), t.testimonies.get(id_of(2)), t.testimonies.get(id_of(3)))
        assert tuple(reversed(rows)) == t.testimonies.all()
    gone = replace(rows[0], text={}, state="withdrawn")
    with store.write() as t:
        t.testimonies.save(gone)
    with store.read() as t:
        assert gone == t.testimonies.get(id_of(1))


def test_words_are_sealed_each_for_its_own_row(store: SqlStore) -> None:
    """What lies there is not the words, and does not say how alike two of them are."""
    with store.write() as t:
        t.testimonies.save(told(1))
        t.testimonies.save(told(2))
        sealed = [bytes(row[0]) for row in t._connection.execute(text("SELECT sealed FROM testimonies"))]
    assert not [value for value in sealed if any(words.encode() in value for words in WORDS.values())]
    assert 2 == len(set(sealed))


def test_an_edition_and_a_proposal_are_rewritten(store: SqlStore) -> None:
    """Their sources alone, and of that number alone."""
    editions = [EditionRow(n, NOW, "awa", NOW + n, b"{old}", "fanta", 1) for n in (1, 2)]
    proposals = [Proposal(n, NOW, "awa", b"{old}", "nana") for n in (1, 2)]
    with store.write() as t:
        for edition, proposal in zip(editions, proposals, strict=True):
            t.editions.add(edition)
            t.editions.add_proposal(proposal)
        t.editions.rewrite(2, b"{new}")
        t.editions.rewrite_proposal(1, b"{newer}")
    with store.read() as t:
        assert [editions[0], replace(editions[1], sources=b"{new}")] == [t.editions.get(1), t.editions.get(2)]
        assert [replace(proposals[0], sources=b"{newer}"), proposals[1]] == [t.editions.proposal(1), t.editions.proposal(2)]
