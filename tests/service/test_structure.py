"""Where keys lead, changed in a draft: every kind of screen, numbers that keep their meaning, other names, what is taken out, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

import pytest
from msgspec.structs import replace

from hotline.engine.check import check
from hotline.engine.drafting.revisions import Revision, revised, screen_place, value_of, words_place
from hotline.engine.flow import (
    Ask,
    Branch,
    CallFlow,
    Condition,
    Do,
    Each,
    End,
    Kind,
    Menu,
    Option,
    Say,
    Sources,
    Way,
)
from hotline.engine.restructuring import edits
from hotline.engine.restructuring.edits import NOWHERE, screens_of
from hotline.engine.restructuring.rules import KeyMeaning, moved_of
from hotline.engine.restructuring.vocabulary import askable, settable
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import DraftPart
from hotline.service.acts import By, Result, run
from hotline.service.editions.publication import publish
from hotline.service.studio.composing import Composed
from hotline.service.studio.drafts import see_draft
from hotline.service.studio.line.key_history import KeyHistory, all_published
from hotline.service.studio.screens.structure import (
    ScreenTitles,
    change_structure,
    see_structure,
    stands_against,
)
from tests.service.line import Line

MARIAM = Staff("e" * 32, "mariam", "operator", "+22370000203", "fr", ())
HAWA = Staff("8" * 32, "hawa", "operator", "+22370000204", "fr", ())
MENU = "babies.topics"
LABELS = {words_place("fr", MENU): "Dents", words_place("bm", MENU): "Ɲinw"}
"""Words of a new key."""


class Operator:
    """One who changes a draft, act by act."""

    def __init__(self, line: Line, staff: Staff = MARIAM) -> None:
        self.line, self.me = line, staff
        self.history = KeyHistory()
        self.draft = ""
        self.forms = count(1)
        with line.real_store.write() as tx:
            tx.staff.save(staff)

    @property
    def composed(self) -> Composed:
        return see_draft(self.line.hotline.deps, self.me, self.draft or None)

    @property
    def sources(self) -> Sources:
        return self.composed.sources

    def does(self, revisions: Iterable[Revision], seen: Mapping[str, str | None] | None = None) -> Result:
        by = By(self.me.id, "page", f"{self.me.alias}-{next(self.forms)}")
        made = tuple(revisions)
        result = run(self.line.hotline.deps, by, change_structure, self.draft, lambda *_: made, seen or {}, self.history)
        self.draft = result.values.get("draft", self.draft)
        return result

    def puts(self, key: str, kind: Kind) -> Result:
        return self.does((Revision(screen_place(key), value_of(kind)),))

    def option(self, number: int, go: str, key: str = MENU, labels: dict[str, str] = LABELS) -> Result:
        return self.does(edits.option_put(self.sources, key, Option(number, go, NOWHERE), labels))

    def drops(self, number: int, key: str = MENU) -> Result:
        return self.does(edits.option_dropped(self.sources, key, number))

    def leads(self, key: str = MENU) -> dict[int, str]:
        kind = screens_of(self.sources)[key].kind
        assert isinstance(kind, Menu)
        return {option.key: option.go for option in kind.options}

    def text(self, key: str = MENU, language: str = "fr") -> str:
        return next((message.text for message in self.sources.words[language] if message.key == key), "")

    def publishes(self) -> None:
        """What the draft says becomes an edition, and the draft is done."""
        sources, now = self.sources, self.line.clock.now()
        publish(self.line.real_store, sources, "somebody", now, now)
        with self.line.real_store.write() as tx:
            tx.edition_drafts.drop(self.draft)
        self.draft = ""
        held = self.line.editions.snapshot
        newest = held.editions[-1]
        row = replace(newest.row, number=newest.number + 1)
        loaded = type(newest)(row, sources, (), newest._settings)
        self.line.editions.snapshot = replace(held, editions=(loaded,))


@pytest.fixture
def operator(line: Line) -> Iterable[Operator]:
    held = line.editions.snapshot
    now = line.clock.now()
    publish(line.real_store, held.editions[-1].sources, "somebody", now - 60, now - 30)
    yield Operator(line)
    line.editions.snapshot = held


def refused(result: Result) -> tuple[str, str]:
    return result.code, result.values.get("fault", "")


def faults(operator: Operator) -> list[str]:
    return [fault.message for fault in check(operator.sources) if fault.grave]


def test_a_key_is_added_with_its_words_in_each_language(operator: Operator) -> None:
    """The line of the key stands below the others, in the order of the numbers, and the draft is as sound as before."""
    assert not operator.option(6, "fever.topics").is_refused
    assert operator.leads()[6] == "fever.topics"
    assert "\n6 Dents" in operator.text()
    assert "\n6 Ɲinw" in operator.text(language="bm")
    assert faults(operator) == []


def test_a_key_says_what_it_needs_and_sets(operator: Operator) -> None:
    """Conditions and settings of what exists are kept as they are chosen."""
    option = Option(6, "callback.open", NOWHERE, {"word": "milk"}, (Condition("coverage", "none", negated=True),))
    assert not operator.does(edits.option_put(operator.sources, MENU, option, LABELS)).is_refused
    kept = next(option for option in screens_of(operator.sources)[MENU].kind.options if option.key == 6)  # type: ignore[union-attr]
    assert (kept.set, kept.when) == (option.set, option.when)


def test_a_key_is_changed_and_whoever_approves_is_told_that_it_leads_elsewhere(operator: Operator) -> None:
    """It is taken from under a thumb: allowed as that, and named with what it did."""
    before = operator.leads()[1]
    assert not operator.option(1, "fever.topics").is_refused
    (moved,) = moved_of(*(screens_of(sources)[MENU] for sources in (operator.composed.before, operator.sources)))
    assert (moved.screen, moved.key, moved.before, moved.after) == (MENU, 1, KeyMeaning(before), KeyMeaning("fever.topics"))
    view = see_structure(operator.composed, MENU, operator.line.hotline.deps.today(operator.line.clock.now()), {})
    assert view is not None
    assert [key.number for key in view.keys if key.moved_from] == [1]


def test_a_key_is_removed_in_every_language_and_its_number_stays_empty(operator: Operator) -> None:
    """The page names it with where it led; it may come back as it was, never to lead elsewhere."""
    led = operator.leads()[2]
    assert not operator.drops(2).is_refused
    assert 2 not in operator.leads()
    assert "\n2 " not in operator.text()
    assert "\n2 " not in operator.text(language="bm")
    view = see_structure(operator.composed, MENU, operator.line.hotline.deps.today(operator.line.clock.now()), {})
    assert view is not None
    assert [(gone.number, gone.meaning.go, gone.is_there) for gone in view.removed] == [(2, led, True)]
    assert 2 not in view.free
    assert refused(operator.option(2, "fever.topics")) == ("faulty", "reused")
    assert not operator.option(2, led).is_refused


def test_a_number_keeps_its_meaning_over_editions(operator: Operator) -> None:
    """Removed in one edition, not mentioned in the next: the act still knows it, whoever asks and from whatever process."""
    led = operator.leads()[2]
    operator.drops(2)
    operator.option(6, led)
    operator.publishes()
    operator.option(7, "fever.topics")
    operator.publishes()
    later = Operator(operator.line, HAWA)
    assert all_published(later.line.hotline.deps, later.history)[MENU][2] == KeyMeaning(led)
    assert refused(later.option(2, "fever.topics")) == ("faulty", "reused")
    assert not later.option(2, led).is_refused
    assert refused(later.option(2, "fever.topics")) == ("faulty", "reused"), "nor in two steps"


def test_a_draft_that_stayed_behind_is_stopped_before_it_is_proposed(operator: Operator) -> None:
    """It led a key elsewhere; meanwhile an edition took that number away, and the draft was kept over it."""
    led = operator.leads()[2]
    colleague = Operator(operator.line, HAWA)
    operator.option(2, "fever.topics")
    colleague.drops(2)
    colleague.option(6, led)
    colleague.publishes()
    with operator.line.real_store.read() as tx:
        against = stands_against(operator.composed, operator.history.published(tx))
    assert [(one.why, one.screen, one.key) for one in against] == [("reused", MENU, 2)]
    assert stands_against(colleague.composed, all_published(operator.line.hotline.deps, operator.history)) == ()


def test_a_number_that_was_in_the_draft_alone_is_free_again(operator: Operator) -> None:
    """Nobody ever dialed it."""
    operator.option(6, "fever.topics")
    operator.drops(6)
    assert not operator.option(6, "pregnancy.topics").is_refused


def test_a_menu_that_becomes_another_kind_keeps_its_numbers(operator: Operator) -> None:
    """What was a key once stays one thing, through whatever the screen was meanwhile."""
    operator.does(edits.kind_put(operator.sources, MENU, Say(), {}))
    assert refused(operator.option(1, "fever.topics", labels={})) == ("faulty", "reused")


KINDS: dict[str, tuple[str, Kind]] = {
    "menu": (MENU, Menu((Option(6, "fever.topics", NOWHERE),))),
    "list": ("centres.regions", Each("services", "service", "centres.found", ("region",), skip_one=True)),
    "ask": ("callback.other_phone", Ask("phone", "phone", "callback.when")),
    "say": ("about.topics", Say("line.first")),
    "branch": (
        "callback.now",
        Branch((Way("callback.order_now", (Condition("many", "no"),), NOWHERE), Way("callback.not_now", (), NOWHERE))),
    ),
    "do": ("callback.order_now", Do("open_callback", "callback.kept_now", "callback.lost", "soonest")),
    "end": ("about.topics", End()),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_screen_is_kept_as_it_is_chosen(operator: Operator, name: str) -> None:
    """As it would stand in a file."""
    key, kind = KINDS[name]
    assert not operator.puts(key, kind).is_refused
    assert value_of(screens_of(operator.sources)[key].kind) == value_of(kind)


def test_a_flow_is_called_and_comes_back(operator: Operator) -> None:
    """One that returns; where it goes on is a screen of the caller's."""
    new = edits.screen_added("about.round", CallFlow("fever", "about.topics"), {})
    assert not operator.does((*new, *edits.option_put(operator.sources, MENU, Option(6, "about.round", NOWHERE), LABELS))).is_refused
    assert any("never returns" in fault for fault in faults(operator)), "saved with its fault"


@pytest.mark.parametrize(
    ("key", "kind", "why"),
    [
        (MENU, Menu((Option(1, "babies.nowhere", NOWHERE),)), "target"),
        (MENU, Menu((Option(8, "fever.topics", NOWHERE),)), "number"),
        (MENU, Menu((Option(6, "fever.topics", NOWHERE), Option(6, "about.topics", NOWHERE))), "twice"),
        (MENU, Menu((Option(6, "fever.topics", NOWHERE, {"beaten": "yes"}),)), "sets"),
        (MENU, Menu((Option(6, "fever.topics", NOWHERE, {"later": "by-him"}),)), "sets"),
        (MENU, Menu((Option(6, "fever.topics", NOWHERE, {"phone": "70000000"}),)), "sets"),
        (MENU, Menu((Option(6, "fever.topics", NOWHERE, {}, (Condition("husband", "near"),)),)), "condition"),
        ("about.topics", Ask("number", "age", "line.first", 10, 99), "asks"),
        ("about.topics", Ask("text", "story", "line.first"), "asks"),
        ("about.topics", Ask("phone", "his-phone", "line.first"), "asks"),
        ("centres.regions", Each("services", "language", "centres.found"), "list"),
        ("centres.regions", Each("testimonies", "service", "centres.found"), "list"),
        ("callback.order_now", Do("open_callback", "callback.kept_now", "callback.lost"), "order"),
        ("callback.order_now", Do("stop_calls", "callback.kept_now", "callback.lost", urgent=True), "order"),
        ("about.topics", CallFlow("nowhere", "line.first"), "target"),
        ("callback.now", Branch((Way("callback.now", (), NOWHERE),)), "loop"),
        ("callback.now", Branch((Way("callback.not_now", (), NOWHERE), Way("callback.not_now", (), NOWHERE))), "way"),
    ],
)
def test_hostile_structure_is_refused_with_its_reason(operator: Operator, key: str, kind: Kind, why: str) -> None:
    """Nothing is kept, no draft is begun."""
    assert refused(operator.puts(key, kind)) == ("faulty", why)
    assert operator.composed.parts == {}


@pytest.mark.parametrize("key", ["babies.<b>", "babies.a b", "babies.", "babies.../x", "babies.return", "babies.Ü"])
def test_a_name_that_no_file_could_hold_is_refused(operator: Operator, key: str) -> None:
    """Whatever a form sends."""
    assert refused(operator.does(edits.screen_added(key, Say(), {"fr": "Neuf", "bm": "Kura"}))) == ("faulty", "name")


@pytest.mark.parametrize(
    "value", ["", "{", '{"type":"menu"}', '{"type":"shell","run":"ls"}', '{"type":"say","each":"services"}', "[]", '"menu"']
)
def test_what_is_no_kind_of_screen_is_refused(operator: Operator, value: str) -> None:
    """Before anything looks at it."""
    assert refused(operator.does([Revision(screen_place(MENU), value)])) == ("faulty", "part")


@pytest.mark.parametrize(
    ("head", "labels"),
    [
        ("Votre mari vous frappe-t-il?", ("Oui", "Non")),
        ("Quel âge avez-vous?", ("Moins de 18", "Plus")),
        ("Où habitez-vous? Une question.", ("Ici", "Là")),
        ("Qui vous fait du mal?", ("Mon mari", "Mon frère")),
    ],
)
def test_nothing_is_asked_by_key_of_violence_age_home_or_who(operator: Operator, head: str, labels: tuple[str, str]) -> None:
    """What she presses passes the gateway and the network."""
    lines = "\n".join(f"{number} {label}" for number, label in enumerate(labels, 1))
    menu = Menu(tuple(Option(number, "fever.topics", NOWHERE) for number in (1, 2)))
    new = edits.screen_added("babies.new", menu, {"fr": f"{head}\n{lines}", "bm": f"A ɲininka\n{lines}"})
    linked = edits.option_put(operator.sources, MENU, Option(6, "babies.new", NOWHERE), LABELS)
    assert refused(operator.does((*new, *linked))) == ("faulty", "harm")


def test_a_circle_over_several_screens_that_nobody_sees_is_refused(operator: Operator) -> None:
    """A list, a menu, a text in it would make it none: somebody presses a key there."""
    one = Branch((Way("babies.two", (), NOWHERE),))
    two = Branch((Way("babies.one", (), NOWHERE),))
    new = (*edits.screen_added("babies.one", one, {}), *edits.screen_added("babies.two", two, {}))
    assert refused(operator.does(new)) == ("faulty", "loop")
    assert not operator.puts("callback.now", Branch((Way("callback.when", (), NOWHERE),))).is_refused


def test_a_new_screen_is_reached_at_once(operator: Operator) -> None:
    """It is named after its title, and so is a new flow; a second of the same title has another name."""
    key = edits.screen_key(operator.sources, "babies", "Les dents d'été, ɲinw")
    assert key == "babies.les-dents-d-ete-nyinw"
    new = edits.screen_added(key, Say(), {"fr": "Les dents d'été, ɲinw", "bm": "Ɲinw"})
    linked = edits.option_put(operator.sources, MENU, Option(6, key, NOWHERE), LABELS)
    assert not operator.does((*new, *linked)).is_refused
    assert faults(operator) == []
    assert edits.screen_key(operator.sources, "babies", "Les dents d'été, ɲinw") == f"{key}-2"
    assert edits.flow_name(operator.sources, "Staff!") == "staff-2"
    assert edits.flow_name(operator.sources, "…") == "s"


def test_a_new_flow_is_reached_at_once(operator: Operator) -> None:
    """With its first screen."""
    new = edits.screen_added("teeth.teeth", Say(), {"fr": "Les dents", "bm": "Ɲinw"}, begins=True)
    linked = edits.option_put(operator.sources, MENU, Option(6, "teeth.teeth", NOWHERE), LABELS)
    assert not operator.does((*new, *linked)).is_refused
    assert faults(operator) == []


def test_a_rename_carries_words_and_all_that_leads_there(operator: Operator) -> None:
    """Nothing is unknown, unreached or wordless after it."""
    assert not operator.does(edits.screen_renamed(operator.sources, "callback.lost", "callback.nothing-kept")).is_refused
    assert "callback.lost" not in screens_of(operator.sources)
    assert operator.text("callback.nothing-kept") == operator.text("callback.nothing-kept").strip() != ""
    assert faults(operator) == []
    assert not operator.does(edits.screen_renamed(operator.sources, "callback.when", "callback.begin")).is_refused


def test_what_something_leads_to_is_not_removed(operator: Operator) -> None:
    """The refusal names what does; once nothing does, it goes with its words, and the draft is sound."""
    operator.option(6, "babies.new")
    new = edits.screen_added("babies.new", Say(), {"fr": "Neuf", "bm": "Kura"})
    operator.does((*new, *edits.option_put(operator.sources, MENU, Option(6, "babies.new", NOWHERE), LABELS)))
    result = operator.does(edits.screen_removed(operator.sources, "babies.new"))
    assert (refused(result), result.values["about"]) == (("faulty", "led_to"), MENU)
    operator.drops(6)
    assert not operator.does(edits.screen_removed(operator.sources, "babies.new")).is_refused
    assert "babies.new" not in screens_of(operator.sources)
    assert faults(operator) == []


@pytest.mark.parametrize("key", ["line.first", "callback.open"])
def test_what_the_line_itself_leads_to_is_not_removed(operator: Operator, key: str) -> None:
    """Its first screen, and where a call is asked for."""
    assert refused(operator.does(edits.screen_removed(operator.sources, key))) == ("faulty", "led_to")


def test_a_flow_goes_as_a_whole_once_nothing_leads_into_it(operator: Operator) -> None:
    """Its screens may lead to each other."""
    flow = next(flow for flow in operator.sources.flows if flow.name == "wedding")
    assert refused(operator.does(edits.flow_removed(operator.sources, flow))) == ("faulty", "led_to")
    for key, screen in screens_of(operator.sources).items():
        if isinstance(screen.kind, Menu) and not key.startswith("wedding."):
            for option in screen.kind.options:
                if option.go.startswith("wedding."):
                    operator.drops(option.key, key)
    assert not operator.does(edits.flow_removed(operator.sources, flow)).is_refused
    assert "wedding" not in {flow.name for flow in operator.sources.flows}
    assert faults(operator) == []


def test_two_who_change_the_same_see_both(operator: Operator) -> None:
    """Who comes second is refused, and nothing of it is kept."""
    seen = {screen_place(MENU): value_of(screens_of(operator.sources)[MENU].kind)}
    made = edits.option_put(operator.sources, MENU, Option(6, "about.topics", NOWHERE), LABELS)
    operator.option(6, "fever.topics")
    assert operator.does(made, seen).code == "changed"
    assert operator.leads()[6] == "fever.topics"


def test_whoever_is_no_operator_changes_nothing(line: Line) -> None:
    """A reviewer proposes words, never where keys lead."""
    reviewer = Operator(line, replace(HAWA, role="counselor", reviews=("fr",)))
    assert reviewer.option(6, "fever.topics").code == "forbidden"


def test_a_fault_stands_at_the_key_that_causes_it(operator: Operator) -> None:
    """And what may only follow from it is counted."""
    operator.does((Revision(words_place("fr", "fever.topics"), value_of("Palu")),))
    today = operator.line.hotline.deps.today(operator.line.clock.now())
    view = see_structure(operator.composed, "fever.topics", today, {})
    assert view is not None
    assert [found.place for found in view.faults if "options none in the words" in found.fault.message] == [
        words_place("fr", "fever.topics")
    ]
    far = Branch((Way("callback.not_now", (Condition("offered.night", "yes"),), NOWHERE), Way("callback.not_now", (), NOWHERE)))
    place = screen_place("callback.now")
    sources = revised(operator.sources, (Revision(place, value_of(far)),))
    part = DraftPart("", place, value_of(far), None, "", 0)
    composed = Composed(operator.composed.draft, {place: part}, operator.composed.edition, sources)
    view = see_structure(composed, "callback.now", today, {})
    assert view is not None
    assert [(key.number, len(key.faults)) for key in view.keys] == [(1, 1), (2, 0)]


def test_screens_are_called_by_their_words(operator: Operator) -> None:
    """One that shows none by those of what follows it."""
    titles = ScreenTitles(operator.sources)
    assert titles.of(MENU) == operator.text().split("\n")[0]
    assert titles.of("callback.now") != ""
    assert not titles.shows("callback.now")


def test_pickers_offer_what_exists_and_nothing_else(operator: Operator) -> None:
    """Every condition and setting of the line is among them."""
    may_ask, may_set = askable(operator.sources), settable(operator.sources)
    for screen in screens_of(operator.sources).values():
        parts = screen.kind.options if isinstance(screen.kind, Menu) else screen.kind.ways if isinstance(screen.kind, Branch) else ()
        for part in parts:
            assert all(condition.value in may_ask[condition.subject] for condition in part.when)
        if isinstance(screen.kind, Menu):
            assert all(value in may_set[name] for option in screen.kind.options for name, value in option.set.items())
    assert "phone" not in may_set


@pytest.mark.parametrize(
    ("text", "number", "label", "after"),
    [
        ("Titre\n1 Un\n3 Trois", 2, "Deux", "Titre\n1 Un\n2 Deux\n3 Trois"),
        ("Titre\n5 Cinq\n1 Un", 6, "Six", "Titre\n5 Cinq\n1 Un\n6 Six"),
        ("Titre\n2 Deux\nAprès", 1, "Un", "Titre\n1 Un\n2 Deux\nAprès"),
        ("Titre", 1, "Un", "Titre\n1 Un"),
        ("", 1, "Un", "1 Un"),
        ("Titre\n1 Un", 1, "", "Titre"),
        ("Titre\n1 Un", 1, "Autre", "Titre\n1 Autre"),
        ("Titre\n1 Un", 4, "", "Titre\n1 Un"),
    ],
)
def test_an_option_line_stands_where_it_belongs(text: str, number: int, label: str, after: str) -> None:
    """In the order of the numbers, whatever else is written."""
    assert edits.with_label(text, number, label) == after
