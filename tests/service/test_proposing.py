"""A draft on its way to an edition: what may come between, who may decide, who hears of what the shell decided; and what a difference says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.drafting.difference import differences, key_changes, marked, visible
from hotline.engine.drafting.revisions import Revision, revised, value_of, words_place
from hotline.engine.flow import Menu, Option, Say, ScreenSource, Sources, Where
from hotline.engine.list_keys import ListKey, MovedKeys
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.editions import EditionRow
from hotline.service.acts import By, Result, run
from hotline.service.editions import approval
from hotline.service.editions.approval import publisher
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.snapshot import CompileSettings, encode
from hotline.service.studio import drafts
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.line.key_history import KeyHistory
from hotline.service.studio.publishing import proposing
from hotline.service.studio.publishing.editions import compare
from hotline.service.studio.publishing.news import see_news
from hotline.service.studio.publishing.proposing import PreparedProposal
from tests.content_line import sources
from tests.service.line import FANTA, Line, staffed

MARIAM, BINTOU = "+22370000203", "+22370000206"
AT = Where("", 0)


@pytest.fixture
def line(empty_database: Path, tmp_path: Path) -> Iterator[Line]:
    """With its first edition in the database, an operator, and an operator who may be the second person."""
    with staffed(empty_database, tmp_path / "hotline.db", EditionCache(CompileSettings())) as line:
        at = line.clock.now() - 3600
        with line.real_store.write() as tx:
            tx.editions.add(EditionRow(1, at, "first start", at, encode(approval.as_published(sources(), at))))
            tx.staff.save(Staff("e" * 32, "mariam", "operator", MARIAM, "fr", ()))
            tx.staff.save(Staff("8" * 32, "bintou", "operator", BINTOU, "fr", (), approves=True))
        line.editions.refresh(line.real_store, line.clock.now())
        yield line


def words(key: str, end: str, language: str = "fr") -> PartEdit:
    text = next(message.text for message in sources().words[language] if message.key == key)
    return PartEdit.words(words_place(language, key), text + end, text)


def draft(line: Line, number: str = MARIAM) -> str:
    """One that changes the words of a screen."""
    return line.act(number, drafts.save_parts, "", [words("advice.water", ".")], origin="a draft").values["draft"]


def prepared(line: Line, draft: str) -> PreparedProposal:
    found = proposing.prepare(line.hotline.deps, draft, KeyHistory())
    assert isinstance(found, PreparedProposal)
    return found


def propose(line: Line, draft: str, checked: PreparedProposal | None = None) -> Result:
    """By Mariam, who takes unread words on."""
    of = checked or prepared(line, draft)
    return run(line.hotline.deps, By(line.staff(MARIAM).id, "page"), proposing.propose_draft, of, "Eau", takes_pending=True)


def approve(line: Line, number: str = BINTOU) -> Result:
    yes = proposing.prepare_approval(line.hotline.deps, line.staff(number), 1, 1, KeyHistory())
    assert not isinstance(yes, Result)
    return line.act(number, proposing.approve_proposal, yes)


def test_what_was_checked_is_what_is_proposed(line: Line) -> None:
    """A part that changed between the check and the act makes it overtaken: nothing unchecked is proposed."""
    id = draft(line)
    checked = prepared(line, id)
    line.act(MARIAM, drafts.save_parts, id, [words("danger.advice", ".", "bm")])
    assert propose(line, id, checked).code == "overtaken"
    assert propose(line, id).values == {"proposal": "1"}


def test_while_it_is_proposed_nothing_in_it_changes(line: Line) -> None:
    """No act of a draft does anything, until it is decided."""
    id = draft(line)
    propose(line, id)
    place = words_place("fr", "advice.water")
    acts = (
        (drafts.save_parts, id, [words("danger.advice", ".")]),
        (drafts.revert_part, id, place),
        (drafts.keep_part, id, place),
        (drafts.name_draft, id, "Autre"),
        (drafts.drop_draft, id),
    )
    assert {line.act(MARIAM, act, *args).code for act, *args in acts} == {"state"}
    refused = proposing.prepare(line.hotline.deps, id, KeyHistory())
    assert isinstance(refused, Result)
    assert refused.code == "state"


def test_only_who_proposed_takes_it_back(line: Line) -> None:
    """Another operator cannot, whoever began the draft."""
    propose(line, draft(line))
    assert line.act(BINTOU, proposing.take_back_proposal, 1).code == "refused"
    assert line.act(MARIAM, proposing.take_back_proposal, 1).code == "done"
    assert line.act(MARIAM, proposing.take_back_proposal, 1).code == "gone"


def test_an_author_neither_approves_nor_sends_back(line: Line) -> None:
    """Whoever changed a part of it is an author too, though another proposed it."""
    id = draft(line, BINTOU)
    propose(line, id)
    assert approve(line).code == "own"
    assert line.act(BINTOU, proposing.send_back, 1, "Non").code == "own"
    assert approve_by_shell(line, "Bintou").code == "own"


def test_without_the_right_nobody_decides(line: Line) -> None:
    """Whatever the role."""
    propose(line, draft(line))
    assert {line.act(number, proposing.send_back, 1, "Non").code for number in (MARIAM, FANTA)} == {"forbidden"}
    assert approve(line, FANTA).code == "forbidden"


def test_what_is_decided_is_over(line: Line) -> None:
    """Of two who decide at once the first has it; the draft goes with its edition, which keeps the title and both names."""
    propose(line, draft(line))
    assert approve(line).values["edition"] == "2"
    assert line.act(BINTOU, proposing.send_back, 1, "Non").code == "gone"
    with line.real_store.read() as tx:
        assert tx.edition_drafts.all() == ()
        row = tx.editions.all()[0]
    assert (row.title, row.made_by, row.approved_by) == ("Eau", "mariam", "bintou")


def approve_by_shell(line: Line, name: str) -> Result:
    by = publisher(name, "op")
    yes = proposing.prepare_approval(line.hotline.deps, line.staff(BINTOU), 1, 1, KeyHistory())
    assert not isinstance(yes, Result)
    given = replace(yes, by=by, is_signed_in=False)
    return run(line.hotline.deps, By(str(by), "shell"), approval.approve_edition, given)


def test_supervisors_hear_of_what_the_shell_approved(line: Line) -> None:
    """The shell believes a name: they are told which, and the audit tells it from what was approved on the page, of which nobody is told."""
    propose(line, draft(line))
    assert not approve_by_shell(line, "Oumou").is_refused
    line.work()
    (told,) = line.inbox(FANTA)
    assert "Oumou (op)" in told
    with line.real_store.read() as tx:
        assert ("Oumou (op)", "approved", "proposal 1, edition 2") in [(row.who, row.what, row.about) for row in tx.audit.all()]


def test_nobody_is_told_of_what_the_page_approved(line: Line) -> None:
    """Who it was is known."""
    propose(line, draft(line))
    approve(line)
    line.work()
    assert line.inbox(FANTA) == []


def test_rejected_by_the_shell_a_draft_is_open_again(line: Line) -> None:
    """As if it had been sent back on the page: whoever proposed it is told by whom."""
    id = draft(line)
    propose(line, id)
    run(line.hotline.deps, By("Awa (op)", "shell"), approval.reject_proposal, 1)
    with line.real_store.read() as tx:
        mariam = next(staff for staff in tx.staff.active() if staff.alias == "mariam")
    assert [("", "Awa (op)")] == [(back.sent_back, back.sent_back_by) for back in see_news(line.hotline.deps, mariam).returned]
    assert line.act(MARIAM, drafts.save_parts, id, [words("danger.advice", ".")]).code == "done"


def test_marks_are_words() -> None:
    """What is gone stands before, what is new after, and the rest on both sides; where a page ends is no difference."""
    before, after = marked(("Allez vite\nfin",), ("Allez la", "fin"))
    assert [(piece.state, piece.text) for page in before for piece in page if piece.state == "gone"] == [("gone", "vite\n")]
    assert "".join(piece.text for page in before for piece in page) == "Allez vite\nfin"
    assert ["".join(piece.text for piece in page) for page in after] == ["Allez la", "fin"]
    assert [piece.text.strip() for page in after for piece in page if piece.state == "new"] == ["la"]


def test_nothing_is_marked_where_nothing_differs() -> None:
    """And one side that is not there is all new."""
    same, _ = marked(("Un\ndeux",), ("Un\ndeux",))
    assert {piece.state for page in same for piece in page} == {"same"}
    assert marked((), ("Un",))[0] == ()
    assert {piece.state for page in marked((), ("Un",))[1] for piece in page} == {"new"}


def test_a_key_that_leads_elsewhere_is_told_from_one_that_is_new() -> None:
    """A key that went somewhere and goes elsewhere, or nowhere, counts; a new one does not, nor one whose condition alone changed."""
    before = ScreenSource("a.b", Menu((Option(1, "a.c", AT), Option(2, "a.d", AT), Option(3, "a.e", AT))), AT)
    after = ScreenSource("a.b", Menu((Option(1, "a.x", AT), Option(2, "a.d", AT, {"part": "morning"}), Option(4, "a.f", AT))), AT)
    found = {change.name: change.leads_elsewhere for change in key_changes(before, after)}
    assert found == {"1": True, "2": False, "3": True, "4": False}
    assert [change.name for change in key_changes(before, ScreenSource("a.b", Say("a.c"), AT))] == ["1", "2", "3", "kind", "go"]


def test_critical_screens_come_first() -> None:
    """Whatever their names."""
    made = revised(sources(), [Revision(words_place("fr", key), value_of("Texte.")) for key in ("advice.water", "danger.hurt")])
    found = differences(sources(), made, {"danger.hurt"})
    assert [(part.key, part.is_critical) for part in found] == [("danger.hurt", True), ("advice.water", False)]
    assert {pair.language for pair in found[0].phones} == {"fr", "bm"}


def test_words_that_no_phone_shows_stand_beside() -> None:
    """A prompt that is spoken, a phrase, an entry of the directory: whoever approves reads them too. A letter that nobody sees is seen."""
    keys = ("voice.cover", "danger.advice")
    edits = [Revision(words_place("fr", key), value_of("Texte\u202e.")) for key in keys]
    found = {part.key: part for part in differences(sources(), revised(sources(), edits), ())}
    assert [change.after for change in found["voice.cover"].beside] == ["Texte\u202e."]
    assert [visible(change.after or "") for change in found["danger.advice"].beside] == ["Texte\ufffd."]
    assert all("\u202e" not in page for pair in found["danger.advice"].phones for page in pair.after)


def test_what_was_only_reviewed_is_not_read_again() -> None:
    """It is listed by itself: callers see nothing of it."""
    signed = tuple(
        replace(message, review="Awa, 2026-11-27") if message.key == "danger.advice" else message for message in sources().words["fr"]
    )
    after = revised(
        replace(sources(), words={**sources().words, "fr": signed}), [Revision(words_place("fr", "advice.water"), value_of("Texte."))]
    )
    found = compare(sources(), after, None)
    assert [part.key for part in found.parts] == ["advice.water"]
    assert [part.key for part in found.signed] == ["danger.advice"]
    assert found.names == {"screen:advice.water"}


def test_numbers_of_a_list_that_lead_elsewhere_are_read_by_the_second_person() -> None:
    """A region that goes moves all behind it; one that comes last, or an event that is over, moves none. On each screen the numbers are its own."""
    regions = [item for item in sources().items if item.list == "regions"]
    one = sources().items.index(regions[-2])
    found = compare(sources(), without(sources(), one), None)
    (numbers,) = (part for part in found.parts if part.lists)
    number = len(regions) - 1
    assert [MovedKeys("regions", (), (ListKey(number, regions[-2].id, regions[-1].id), ListKey(number + 1, regions[-1].id, None)))] == list(
        numbers.lists
    )
    assert ("directory:regions" in found.names, found.keys_elsewhere) == (True, 2)
    last = sources().items.index(regions[-1])
    assert () == tuple(part for part in compare(without(sources(), last), sources(), None).parts if part.lists)
    place = next(item for item in sources().items if item.list == "places" and item.fields["region"] == "bamako")
    (moved,) = (part for part in compare(sources(), without(sources(), sources().items.index(place)), None).parts if part.key == "places")
    assert {(("region", "bamako"),)} == {numbers.chosen for numbers in moved.lists}


def without(of: Sources, index: int) -> Sources:
    return replace(of, items=(*of.items[:index], *of.items[index + 1 :]))
