"""The contract of `EditionDrafts`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.ports.editions.editions import Proposal, WaitingProposal
from tests.adapters.test_store import NOW, id_of

FIRST = EditionDraft(id_of(1), "Danger", 4, id_of(11), NOW)
SECOND = EditionDraft(id_of(2), "Soins", 5, id_of(12), NOW + 9, sent_back="Le bambara", sent_back_by="oumou", sent_back_to=id_of(12))
WORDS = DraftPart(FIRST.id, "words/fr/danger.open", '"Sortez"', '"Partez"', id_of(11), NOW)
GONE = DraftPart(FIRST.id, "screen/danger.old", None, '{"type":"end"}', id_of(12), NOW + 1)


@pytest.fixture
def drafted(store):
    with store.write() as t:
        t.edition_drafts.save(FIRST)
        t.edition_drafts.save(SECOND)
        for part in (WORDS, GONE, replace(WORDS, draft=SECOND.id)):
            t.edition_drafts.put(part)
    return store


def test_drafts_newest_first(drafted) -> None:
    with drafted.read() as t:
        assert ((SECOND, FIRST), FIRST, None) == (t.edition_drafts.all(), t.edition_drafts.get(FIRST.id), t.edition_drafts.get(id_of(3)))


def test_the_newest_draft_that_has_a_place(drafted) -> None:
    """Not one that takes out what is there, nor one that has something elsewhere."""
    with drafted.read() as t:
        assert (SECOND.id, None, None) == tuple(
            t.edition_drafts.holder(place) for place in (WORDS.place, GONE.place, "words/bm/danger.open")
        )


def test_how_much_each_draft_changes(drafted) -> None:
    """By its parts; a draft without any is not there."""
    with drafted.write() as t:
        t.edition_drafts.save(replace(FIRST, id=id_of(3)))
        assert {FIRST.id: 2, SECOND.id: 1} == t.edition_drafts.part_counts()


def test_whose_each_proposal_is_that_waits(drafted) -> None:
    """Who made it, and who began or wrote any of its draft; of files nobody. What was decided is not there."""
    with drafted.write() as t:
        for number in (1, 2, 3):
            t.editions.add_proposal(Proposal(number, NOW, "awa", b"{}"))
        t.editions.decide_proposal(1)
        t.edition_drafts.save(replace(FIRST, proposal=3, made_by=id_of(15)))
        t.edition_drafts.put(replace(WORDS, others=(id_of(13),)))
        hands = frozenset({id_of(11), id_of(12), id_of(13), id_of(15)})
        assert (WaitingProposal(2, "awa", frozenset()), WaitingProposal(3, "awa", hands)) == t.editions.waiting()


def test_a_part_is_one_whoever_writes_it(drafted) -> None:
    """Written again it stands in the place of what stood, in its own draft alone."""
    later = replace(WORDS, value='"Allez"', by=id_of(12), at=NOW + 5, others=(id_of(11), id_of(13)))
    with drafted.write() as t:
        t.edition_drafts.put(later)
        assert ((GONE, later), (replace(WORDS, draft=SECOND.id),)) == (t.edition_drafts.parts(FIRST.id), t.edition_drafts.parts(SECOND.id))
        t.edition_drafts.take_out(FIRST.id, GONE.place)
        assert (later,) == t.edition_drafts.parts(FIRST.id)


def test_a_draft_goes_with_its_parts(drafted) -> None:
    """And with nothing of another."""
    with drafted.write() as t:
        t.edition_drafts.save(replace(FIRST, proposal=3))
        assert (WORDS.place in {part.place for part in t.edition_drafts.parts(FIRST.id)}, t.edition_drafts.get(FIRST.id)) == (
            True,
            replace(FIRST, proposal=3),
        )
        t.edition_drafts.drop(FIRST.id)
        assert ((SECOND,), ()) == (t.edition_drafts.all(), t.edition_drafts.parts(FIRST.id))
        assert 1 == len(t.edition_drafts.parts(SECOND.id))
