"""Hearing a reviewer: a signature is of an exact text, never one's own; what matters most is read first; talk is closed by who may, and holds no number."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.check.critical import EVERYWHERE, critical_screens, pending_words
from hotline.engine.drafting.revisions import PENDING
from hotline.engine.flow import Sources
from hotline.ports.desk.staff import Staff
from hotline.service.acts import By, Result, run
from hotline.service.editions import approval
from hotline.service.editions.approval import check_edition
from hotline.service.editions.reading_overlay import text_digest, with_readings
from hotline.service.editions.snapshot import decode
from hotline.service.studio.drafts import PartEdit, save_parts, see_draft
from hotline.service.studio.line.tree import tree
from hotline.service.studio.words import reviewing
from hotline.service.studio.words.pending import MOST_LISTED, ReviewFilter, ReviewList, list_pending
from hotline.service.studio.words.reviewing import LONGEST_COMMENT
from hotline.service.studio.words.reviews import MessageReview, message_at, see_reviews
from tests.service.line import Line

NANA, AWA, MARIAM, FANTA = "c" * 32, "a" * 32, "e" * 32, "d" * 32
PLACE = "words/bm/callback.when"
TODAY = "2026-11-24"


@pytest.fixture
def studio(line: Line) -> Line:
    """Nana reviews Bambara, Awa approves, Mariam is an operator."""
    with line.real_store.write() as tx:
        tx.staff.save(Staff(MARIAM, "mariam", "operator", "+22370000203", "fr", ()))
        tx.staff.save(replace(staff(line, NANA), reviews=("bm",)))
        tx.staff.save(replace(staff(line, AWA), approves=True))
    return line


def staff(line: Line, id: str) -> Staff:
    with line.real_store.read() as tx:
        found = tx.staff.get(id)
    assert found is not None
    return found


def do(line: Line, who: str, act, *args, origin: str = "") -> Result:
    return run(line.hotline.deps, By(who, "page", origin), act, *args)


def sources_of(line: Line, draft: str = "") -> Sources:
    return see_draft(line.hotline.deps, staff(line, FANTA), draft).sources  # she has none of her own


def text_at(line: Line, place: str = PLACE, draft: str = "") -> str:
    found = message_at(sources_of(line, draft), place)
    assert found is not None
    return found[1].text


def review_at(line: Line, place: str = PLACE, draft: str = "") -> str:
    found = message_at(sources_of(line, draft), place)
    assert found is not None
    return found[1].review


def sign(line: Line, who: str = NANA, place: str = PLACE, draft: str = "") -> Result:
    return do(line, who, reviewing.sign_words, draft, place, text_digest(text_at(line, place, draft)))


def save(line: Line, who: str, text: str, draft: str = "", place: str = PLACE) -> Result:
    return do(line, who, save_parts, draft, [PartEdit.words(place, text, text_at(line, place, draft))])


def audited(line: Line) -> list[tuple[str, str, str]]:
    with line.real_store.read() as tx:
        rows = tx._connection.exec_driver_sql("SELECT who, what, about FROM audit ORDER BY sequence").all()
    return [tuple(row) for row in rows]


def test_what_was_read_says_so_everywhere(studio: Line) -> None:
    """By name and date, without a draft: in the composed words, in the tree, among what is pending, in a proposal and in the edition made of it."""
    before = pending_words(sources_of(studio))[0]
    assert Result() == sign(studio)
    assert f"nana {TODAY}" == review_at(studio)
    sources = sources_of(studio)
    assert len(before) - 1 == len(pending_words(sources)[0])
    leaf = next(
        leaf
        for branch in tree(see_draft(studio.hotline.deps, staff(studio, MARIAM), ""))
        for leaf in branch.leaves
        if leaf.key == "callback.when"
    )
    assert "none" == leaf.dot  # its wording for SMS is not read yet
    checked = check_edition(
        replace(
            sources,
            words={language: tuple(replace(message, review=PENDING) for message in table) for language, table in sources.words.items()},
        ),
        studio.clock.now(),
    )
    proposed = run(studio.hotline.deps, By("mariam", "shell"), approval.propose_edition, checked, "mariam")
    with studio.real_store.read() as tx:
        proposal = tx.editions.proposal(int(proposed.values["proposal"]))
    assert proposal is not None
    kept = message_at(decode(proposal.sources), PLACE)
    assert kept is not None
    assert f"nana {TODAY}" == kept[1].review
    published = run(studio.hotline.deps, By("mariam", "shell"), approval.publish_edition, checked, "mariam")
    with studio.real_store.read() as tx:
        row = tx.editions.get(int(published.values["edition"]))
    assert row is not None
    made = message_at(decode(row.sources), PLACE)
    assert made is not None
    assert f"nana {TODAY}" == made[1].review


def test_a_signature_is_of_one_text(studio: Line) -> None:
    """Other words are pending again; those words again are not."""
    sign(studio)
    text = text_at(studio)
    draft = save(studio, MARIAM, f"{text} ").values["draft"]
    assert (PENDING, f"nana {TODAY}") == (review_at(studio, draft=draft), review_at(studio))
    assert "changed" == do(studio, NANA, reviewing.sign_words, draft, PLACE, text_digest(text)).code
    assert Result() == sign(studio, draft=draft)
    assert f"nana {TODAY}" == review_at(studio, draft=draft)


def test_nobody_signs_what_they_wrote_last(studio: Line) -> None:
    """Not in that draft, nor by way of another; once somebody else changed it, they may."""
    text = text_at(studio)
    draft = save(studio, NANA, f"{text}.").values["draft"]
    assert "own" == sign(studio, draft=draft).code
    other = save(studio, MARIAM, f"{text}.").values["draft"]
    assert (other != draft, "own") == (True, sign(studio, draft=other).code)
    save(studio, MARIAM, f"{text}!", draft)
    assert Result() == sign(studio, draft=draft)


@pytest.mark.parametrize(("who", "place"), [(NANA, "words/fr/callback.when"), (MARIAM, PLACE), (AWA, PLACE), (FANTA, PLACE)])
def test_whoever_does_not_review_that_language_signs_nothing(studio: Line, who: str, place: str) -> None:
    """Whatever the role."""
    assert "forbidden" == sign(studio, who, place).code
    with studio.real_store.read() as tx:
        assert () == tx.readings.all()


def test_a_signature_counts_once(studio: Line) -> None:
    """Pressed again it is the same, in the audit too, which has the place and no words."""
    sign(studio)
    studio.wait(86400)
    sign(studio)
    assert f"nana {TODAY}" == review_at(studio)
    assert [("nana", "words read", PLACE)] == [row for row in audited(studio) if row[1] == "words read"]
    assert "gone" == do(studio, NANA, reviewing.sign_words, "", "words/bm/nothing", "0" * 64).code
    assert "gone" == do(studio, NANA, reviewing.sign_words, "no draft", PLACE, "0" * 64).code


def test_what_somebody_reviewed_in_a_file_stays(studio: Line) -> None:
    """A file's own review is not written over."""
    sign(studio)
    text = text_at(studio)
    sources = sources_of(studio)
    table = tuple(
        replace(message, review="Awa 2026-01-01") if message.key == "callback.when" else message for message in sources.words["bm"]
    )
    with studio.real_store.read() as tx:
        found = with_readings(tx, replace(sources, words={**sources.words, "bm": table}))
    assert ("Awa 2026-01-01", text) == next(
        (message.review, message.text) for message in found.words["bm"] if message.key == "callback.when"
    )


def listed(line: Line, who: str, **looks: object) -> ReviewList:
    me = staff(line, who)
    return list_pending(line.hotline.deps, me, see_draft(line.hotline.deps, me, ""), ReviewFilter(**looks))


def test_what_matters_most_is_read_first(studio: Line) -> None:
    """Page by page every message of one's languages once, critical ones before all others, even while they are being signed."""
    sources = sources_of(studio)
    critical = critical_screens(sources)
    expected = {f"words/bm/{message.key}": (message.key.partition("@")[0] in critical | EVERYWHERE) for message in sources.words["bm"]}
    found, signed, after = [], 0, ""
    while True:
        part = listed(studio, NANA, after=after)
        assert len(part.listed) <= MOST_LISTED
        found += [(item.review.place, item.is_critical) for item in part.listed]
        if not part.has_more:
            break
        after = part.listed[-1].review.place
        if not signed:
            signed = len([sign(studio, place=item.review.place) for item in part.listed[:3]])
    assert (expected, len(expected)) == (dict(found), len(found))
    flags = [grave for _, grave in found]
    assert sorted(flags, reverse=True) == flags
    first = listed(studio, NANA)
    assert (sum(flags) - signed, len(found) - signed) == (first.critical, first.pending)


def test_the_list_by_flow_and_language(studio: Line) -> None:
    """A reviewer sees the languages that are reviewed, an operator all, without a button."""
    mine, every = listed(studio, NANA), listed(studio, MARIAM)
    assert (("bm",), ("fr", "bm")) == (mine.languages, every.languages)
    assert {True} == {item.review.may_sign for item in mine.listed}
    assert {False} == {item.review.may_sign for item in every.listed}
    flow = listed(studio, NANA, flow="callback")
    assert {"callback"} == {item.review.key.partition(".")[0] for item in flow.listed}
    assert next(flow.count for flow in mine.flows if flow.name == "callback") == flow.left
    assert every.pending == 2 * mine.pending
    assert {"bm"} == {item.review.language for item in listed(studio, MARIAM, language="bm").listed}
    item = next(item for item in flow.listed if item.review.key == "callback.when")
    assert ("5", True) == (item.keys, bool(item.pages and item.first))


def say(line: Line, who: str, text: str = "Une femme dirait autre chose.", place: str = PLACE) -> Result:
    return do(line, who, reviewing.comment_words, "", place, text)


def thread(line: Line, who: str = NANA) -> MessageReview:
    me = staff(line, who)
    return see_reviews(line.hotline.deps, me, see_draft(line.hotline.deps, me, ""), [PLACE])[PLACE]


def test_a_thread_is_closed_when_answered(studio: Line) -> None:
    """By whoever edits; the answer stands below, and waits for nobody. The audit says where, not what."""
    say(studio, AWA)
    assert (1, True, False) == (thread(studio).open_comments, thread(studio).may_close, thread(studio, FANTA).may_close)
    assert [PLACE] == [item.review.place for item in listed(studio, NANA, commented=True).listed]
    assert 1 == listed(studio, NANA).commented
    studio.wait(60)
    assert Result() == do(studio, NANA, reviewing.close_thread, "", PLACE, "Oui, c'est changé.")
    found = thread(studio)
    assert [("Une femme dirait autre chose.", "awa"), ("Oui, c'est changé.", "nana")] == [
        (comment.text, comment.by) for comment in found.comments
    ]
    assert (0, False, 0) == (found.open_comments, found.may_close, listed(studio, NANA, commented=True).left)
    assert "gone" == do(studio, NANA, reviewing.close_thread, "", PLACE, "").code
    said = [row for row in audited(studio) if row[1].startswith("comment")]
    assert [("awa", "comment made", PLACE), ("nana", "comment answered", PLACE)] == said


def test_an_author_closes_what_is_theirs(studio: Line) -> None:
    """Who does not edit these words closes nothing of others."""
    say(studio, AWA)
    say(studio, MARIAM)
    assert Result() == do(studio, AWA, reviewing.close_thread, "", PLACE, "")
    assert [("awa", False), ("mariam", True)] == sorted((comment.by, comment.is_open) for comment in thread(studio).comments)
    assert "gone" == do(studio, AWA, reviewing.close_thread, "", PLACE, "").code


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (" \n ", "empty"), ("a" * (LONGEST_COMMENT + 1), "long"), ("Appeler 70 00 00 01.", "number")],
)
def test_what_is_no_comment(studio: Line, text: str, code: str) -> None:
    """Nothing, too much, or what looks like a caller's number."""
    assert code == say(studio, NANA, text).code
    assert () == thread(studio).comments
    assert "gone" == say(studio, NANA, place="words/bm/nothing").code
    assert "forbidden" == say(studio, FANTA).code


def test_a_signature_is_taken_back(studio: Line) -> None:
    """A thumb slips: the words are pending again. Nobody takes another's back."""
    sign(studio)
    digest = text_digest(text_at(studio))
    with studio.real_store.write() as tx:
        tx.staff.save(replace(staff(studio, AWA), reviews=("bm",)))
    assert ("gone", "forbidden") == tuple(do(studio, who, reviewing.unsign_words, "", PLACE, digest).code for who in (AWA, MARIAM))
    assert Result() == do(studio, NANA, reviewing.unsign_words, "", PLACE, digest)
    assert PENDING == review_at(studio)
    assert "gone" == do(studio, NANA, reviewing.unsign_words, "", PLACE, digest).code
    assert ["words read", "reading taken back"] == [row[1] for row in audited(studio) if row[0] == "nana"]
