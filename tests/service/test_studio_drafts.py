"""Drafts of editions: parts kept all or none, two who change the same, who may change what, and what is no part of a draft."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.drafting.revisions import value_of
from hotline.engine.flow import Condition, End, Menu
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.service.acts import By, Result, run
from hotline.service.editions.cache import EditionCache
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.screens.trial import DraftPhone, TrialWorld
from tests.content_line import sources
from tests.service.line import Line

MARIAM, KADI, AWA = "e" * 32, "8" * 32, "a" * 32
FR, BM = "words/fr/callback.kept", "words/bm/callback.kept"
NOON = 12 * 60


@pytest.fixture
def editions() -> EditionCache:
    """Of this test alone: it may hold a newer edition."""
    return EditionCache.of(sources())


class Operators:
    """Two of them, and a reviewer of Bambara."""

    def __init__(self, line: Line) -> None:
        self.line = line
        with line.real_store.write() as tx:
            tx.staff.save(Staff(MARIAM, "mariam", "operator", "+22370000203", "fr", ()))
            tx.staff.save(Staff(KADI, "kadi", "operator", "+22370000208", "fr", ()))
            tx.staff.save(replace(line.staff("+22370000101"), reviews=("bm",)))

    def save(self, *edits: PartEdit, by: str = MARIAM, draft: str = "", origin: str = "") -> Result:
        return run(self.line.hotline.deps, By(by, "page", origin), drafts.save_parts, draft, edits)

    def begin(self, *edits: PartEdit) -> str:
        return self.save(*edits).values["draft"]

    def parts(self, draft: str) -> dict[str, DraftPart]:
        with self.line.real_store.read() as tx:
            return {part.place: part for part in tx.edition_drafts.parts(draft)}

    def all(self) -> tuple[EditionDraft, ...]:
        with self.line.real_store.read() as tx:
            return tx.edition_drafts.all()

    def see(self, draft: str, by: str = MARIAM) -> Composed:
        with self.line.real_store.read() as tx:
            staff = tx.staff.get(by)
        assert staff is not None
        return drafts.see_draft(self.line.hotline.deps, staff, draft)


@pytest.fixture
def operators(line: Line) -> Operators:
    return Operators(line)


def words(place: str, text: str | None, seen: str | None = None) -> PartEdit:
    """As somebody writes them who saw what stands, or `seen`."""
    language, key = place.split("/")[1:]
    stands = next((message.text for message in sources().words[language] if message.key == key), None)
    return PartEdit.words(place, text, stands if seen is None else seen)


def test_a_draft_changes_what_it_changes_and_nothing_else(operators: Operators) -> None:
    """And the edition beneath it stays."""
    draft = operators.begin(words(FR, "Noté."))
    composed = operators.see(draft)
    texts = {message.key: message.text for message in composed.sources.words["fr"]}
    stood = {message.key: message.text for message in composed.before.words["fr"]}
    assert texts.pop("callback.kept") == "Noté."
    stood.pop("callback.kept")
    assert texts == stood


def test_the_same_form_makes_one_draft(operators: Operators) -> None:
    """However often it is sent."""
    results = [operators.save(words(FR, "Noté."), origin="once") for _ in range(3)]
    assert len(operators.all()) == 1
    assert [result.is_again for result in results] == [False, True, True]


def test_all_or_none(operators: Operators) -> None:
    """One part that somebody else changed leaves the others as they were."""
    draft = operators.begin(words(FR, "Noté."))
    result = operators.save(words(BM, "An y'a mɛn."), words(FR, "Gardé."), by=KADI, draft=draft)
    assert (result.code, result.values["place"]) == ("changed", FR)
    assert set(operators.parts(draft)) == {FR}


def test_whoever_saw_it_may_change_it_again(operators: Operators) -> None:
    """And what two wrote alike is no conflict."""
    draft = operators.begin(words(FR, "Noté."))
    assert not operators.save(words(FR, "Gardé.", "Noté."), by=KADI, draft=draft).is_refused
    assert not operators.save(words(FR, "Gardé.", "Noté."), by=MARIAM, draft=draft).is_refused
    part = operators.parts(draft)[FR]
    assert (part.by, set(part.others)) == (KADI, {MARIAM}), "whose words they are does not go by who sent them again"


def test_what_equals_the_edition_leaves_the_draft(operators: Operators) -> None:
    """Then nothing is left to publish."""
    draft = operators.begin(words(FR, "Noté."))
    stood = next(message.text for message in sources().words["fr"] if message.key == "callback.kept")
    operators.save(words(FR, stood, "Noté."), draft=draft)
    assert operators.parts(draft) == {}


def test_a_newer_edition_that_says_something_else_is_a_conflict_until_one_chooses(operators: Operators) -> None:
    """What it says as the draft does is none."""
    draft = operators.begin(words(FR, "Noté."), words(BM, "An y'a mɛn."))
    said = {("fr", "callback.kept"): "Gardé.", ("bm", "callback.kept"): "An y'a mɛn."}
    newer = replace(
        sources(),
        words={
            language: tuple(replace(message, text=said.get((language, message.key), message.text)) for message in table)
            for language, table in sources().words.items()
        },
    )
    operators.line.editions.snapshot = EditionCache.of(newer, 2).snapshot
    assert operators.see(draft).conflicts == {FR}
    assert not run(operators.line.hotline.deps, By(MARIAM, "page"), drafts.keep_part, draft, FR).is_refused
    assert operators.see(draft).conflicts == frozenset()
    assert operators.parts(draft)[FR].value == value_of("Noté.")


def test_a_change_is_taken_back(operators: Operators) -> None:
    """Once; then there is none."""
    draft = operators.begin(words(FR, "Noté."))
    deps = operators.line.hotline.deps
    assert not run(deps, By(MARIAM, "page"), drafts.revert_part, draft, FR).is_refused
    assert run(deps, By(MARIAM, "page"), drafts.revert_part, draft, FR).code == "gone"
    assert operators.parts(draft) == {}


def test_a_reviewer_changes_words_of_her_language_alone(operators: Operators) -> None:
    """Neither the other language nor the structure, nor takes anything of those out or decides on it."""
    draft = operators.begin(words(FR, "Noté."))
    assert operators.save(words(FR, "Gardé.", "Noté."), by=AWA, draft=draft).code == "forbidden"
    assert operators.save(PartEdit("screen/callback.kept", value_of(End()), None), by=AWA, draft=draft).code == "forbidden"
    for act in (drafts.revert_part, drafts.keep_part):
        assert run(operators.line.hotline.deps, By(AWA, "page"), act, draft, FR).code == "forbidden"
    assert not operators.save(words(BM, "An y'a mɛn."), by=AWA, draft=draft).is_refused


def test_a_proposed_draft_does_not_change(operators: Operators) -> None:
    """Whatever is tried, until that is decided."""
    draft = operators.begin(words(FR, "Noté."))
    with operators.line.real_store.write() as tx:
        tx.edition_drafts.save(replace(operators.all()[0], proposal=2))
    assert operators.save(words(FR, "Gardé.", "Noté."), draft=draft).code == "state"
    for act in (drafts.revert_part, drafts.keep_part):
        assert run(operators.line.hotline.deps, By(MARIAM, "page"), act, draft, FR).code == "state"
    assert run(operators.line.hotline.deps, By(MARIAM, "page"), drafts.drop_draft, draft).code == "state"
    assert operators.parts(draft)[FR].value == value_of("Noté.")


@pytest.mark.parametrize(
    "place",
    ["entry/testimonies/one", "order/testimonies", "words/xx/callback.kept", "screen/nowhere.first", "entry/nothing/one", "what/ever", ""],
)
def test_what_is_no_part_of_a_draft_is_refused(operators: Operators, place: str) -> None:
    """A testimony that was taken back comes in by no draft; nothing is begun for it either."""
    assert operators.save(PartEdit(place, value_of("Rien."), None)).code == "faulty"
    assert operators.all() == ()


@pytest.mark.parametrize(("place", "value"), [(FR, "a" * 30_000), ("words/fr/" + "a" * 200, "a")])
def test_what_is_too_long_is_refused(operators: Operators, place: str, value: str) -> None:
    """Before anything is looked at."""
    assert operators.save(PartEdit(place, value_of(value), None)).code == "long"


def test_the_audit_says_which_screen_and_no_word(operators: Operators) -> None:
    """Who changed what, and nothing of what it says."""
    operators.begin(words(FR, "Noté, bien noté."))
    with operators.line.real_store.read() as tx:
        lines = tx.audit.all()
    assert any(entry.about == FR for entry in lines)
    assert not any("bien" in str(entry) for entry in lines)


# tried
def phone(operators: Operators, draft: str) -> DraftPhone:
    deps = operators.line.hotline.deps
    return DraftPhone(deps, operators.see(draft), {}, deps.clock.local(deps.clock.now()))


def test_a_draft_is_tried_and_the_line_says_what_it_said(operators: Operators) -> None:
    """The same keys, on the draft's phone and on a caller's."""
    draft = operators.begin(words(FR, "Noté: {window}.\n1 Mot\n2 Autre jour\n7 Annuler"))
    before = operators.line.dial("5 1").text
    assert phone(operators, draft).press(("5", "1"), TrialWorld(minute=NOON)).text.startswith("Noté: ")
    assert operators.line.dial("5 1", "session-2").text == before


def test_a_key_that_leads_nowhere_yet_stops_there(operators: Operators) -> None:
    """What stands is shown up to it, and which key it was."""
    draft = operators.begin(
        PartEdit("screen/callback.brand_new", value_of(End()), None),
    )
    found = phone(operators, draft)
    assert found.way_to("callback.brand_new", TrialWorld(minute=NOON)) is None
    assert found.press(("5",), TrialWorld(minute=NOON)).stuck == ""


def test_what_cannot_be_shown_is_as_it_stands_and_said(operators: Operators) -> None:
    """A word that is longer than a page; the screens around it are the draft's."""
    draft = operators.begin(words(FR, "a" * 400))
    shown = phone(operators, draft).press(("5", "1"), TrialWorld(minute=NOON))
    assert shown.stood_in == ("callback.kept",)
    assert "aaaa" not in shown.text


def test_most_screens_are_walked_to_by_themselves(operators: Operators) -> None:
    """By keys, in a world in which they lead there; what only a fact shows that no control sets is said to have no way."""
    tried = phone(operators, operators.begin(words(FR, "Noté.")))
    for key in (
        "danger.kept",
        "callback.lost",
        "callback.stopped",
        "centres.near",
        "trades.paper",
        "young.share",
        "callback.not_now_until",
    ):
        way = tried.way_to(key, TrialWorld(minute=NOON))
        assert way is not None, key
        assert tried.press(*way).key == key


def test_a_draft_without_a_first_screen_that_can_be_shown_is_tried_as_it_stands(operators: Operators) -> None:
    """Neither a first screen that asks who is there nor one that is gone stops the phone."""
    menu = next(screen.kind for flow in sources().flows for screen in flow.screens if screen.key == sources().start)
    assert isinstance(menu, Menu)
    asks = replace(menu, options=(replace(menu.options[0], when=(Condition("coverage", "free"),)), *menu.options[1:]))
    for kind in (value_of(asks), None):
        draft = operators.begin(PartEdit(f"screen/{sources().start}", kind, value_of(menu)))
        shown = phone(operators, draft).press((), TrialWorld(minute=NOON))
        assert shown.text == operators.line.dial("").text
        assert shown.stood_in == (sources().start,)


def test_as_many_keys_as_a_session_takes_are_tried(operators: Operators) -> None:
    """Each of them asking who is there."""
    tried = phone(operators, operators.begin(words(FR, "Noté.")))
    assert tried.press(("5", "5", "66") * 20, TrialWorld(minute=NOON)).text
