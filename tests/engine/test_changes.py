"""What a second person is told about two editions: everything that differs, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hotline.engine.check.critical import critical_screens, pending_words
from hotline.engine.drafting.changes import Change, changes
from hotline.engine.flow import Branch, CallFlow, DayPart, Do, Each, End, Flow, Item, Kind, Menu, Message, Say, ScreenSource, Sources, Where
from tests.engine.trees import AT, option, sources, way

ELSEWHERE = Where("flows/elsewhere.yaml", 77)
CENTRE = Item("services", "centre", "Centre", {"address": "Rue 1", "hours": "8h-16h"}, AT)
SAMU = Item("services", "samu", "Secours", {"phone": "+22370000301"}, AT)
TREE: dict[str, tuple[Kind, str]] = {
    "line.first": (
        Menu((option(1, "danger.advice"), option(2, "tips.water"), option(3, "tips.list"), option(5, "callback.open"))),
        "Accueil\n1 Aide\n2 Eau\n3 Centres\n5 Appel",
    ),
    "danger.advice": (Menu((option(1, "danger.now"),)), "Sortez.\n1 Appelez-moi"),
    "danger.now": (Do("open_callback", "danger.kept", "danger.lost", when="now", urgent=True), ""),
    "danger.kept": (Say("after.words"), "Noté."),
    "danger.lost": (End(), "Rien n'est noté."),
    "after.words": (Say("after.more"), "Restez là."),
    "after.more": (Say(), "De l'eau."),
    "callback.open": (Branch((way("callback.morning", "offered.morning is yes"), way("callback.none"))), ""),
    "callback.morning": (Menu((option(1, "callback.stop", part="morning"),)), "Matin ?\n1 Oui"),
    "callback.stop": (Do("stop_calls", "callback.stopped", "callback.stopped"), ""),
    "callback.stopped": (End(), "D'accord."),
    "callback.none": (Say(), "Personne."),
    "tips.water": (Say("tips.soap"), "De l'eau."),
    "tips.soap": (Say(), "Du savon."),
    "tips.list": (Each("services", "service", "tips.soap"), "Centres"),
}


@cache
def line() -> Sources:
    return sources(TREE, "line.first", "callback.open", (CENTRE, SAMU))


def rescreened(key: str, kind: Kind) -> Sources:
    return sources({**TREE, key: (kind, TREE[key][1])}, "line.first", "callback.open", (CENTRE, SAMU))


def reworded(key: str, language: str = "fr", **fields: str) -> Sources:
    words = tuple(replace(message, **fields) if message.key == key else message for message in line().words[language])
    return replace(line(), words={**line().words, language: words})


def worded(*more: Message) -> Sources:
    return replace(line(), words={**line().words, "fr": (*line().words["fr"], *more)})


EDITS: dict[str, tuple[Callable[[], Sources], tuple[Change, ...]]] = {
    "words": (
        lambda: reworded("tips.water", text="De l'eau claire."),
        (Change("words", "tips.water", "text", "fr", "De l'eau.", "De l'eau claire."),),
    ),
    "review": (
        lambda: reworded("tips.water", "bm", review="Awa 2026-01-31"),
        (Change("words", "tips.water", "review", "bm", "pending", "Awa 2026-01-31"),),
    ),
    "a wording for SMS": (
        lambda: worded(Message("tips.water@sms", "Eau.", AT, "pending")),
        (Change("words", "tips.water@sms", "review", "fr", None, "pending"), Change("words", "tips.water@sms", "text", "fr", None, "Eau.")),
    ),
    "an option's target, condition and what it sets": (
        lambda: rescreened("danger.advice", Menu((option(1, "callback.open", "offered.morning is not no", part="morning"),))),
        (
            Change(
                "structure",
                "danger.advice",
                "key 1",
                "",
                "goes to danger.now",
                "goes to callback.open; sets part = morning; shown only if offered.morning is not no",
            ),
        ),
    ),
    "a branch that nobody sees": (
        lambda: rescreened("callback.open", Branch((way("callback.none"),))),
        (
            Change(
                "structure",
                "callback.open",
                "ways",
                "",
                "if offered.morning is yes: goes to callback.morning\nelse goes to callback.none",
                "else goes to callback.none",
            ),
        ),
    ),
    "an order": (
        lambda: rescreened("danger.now", Do("open_callback", "danger.kept", "danger.lost", when="now")),
        (Change("structure", "danger.now", "urgent", "", "yes", "no"),),
    ),
    "a way on": (lambda: rescreened("tips.water", Say()), (Change("structure", "tips.water", "go", "", "tips.soap", None),)),
    "another kind of screen": (
        lambda: rescreened("tips.soap", End()),
        (Change("structure", "tips.soap", "kind", "", "say", "end"),),
    ),
    "a field of the directory": (
        lambda: replace(line(), items=(replace(CENTRE, fields={"address": "Rue 2"}), SAMU)),
        (
            Change("directory", "services.centre", "address", "", "Rue 1", "Rue 2"),
            Change("directory", "services.centre", "hours", "", "8h-16h", None),
        ),
    ),
    "an entry that is gone": (
        lambda: replace(line(), items=(CENTRE,)),
        (
            Change("directory", "services.samu", "name", "", "Secours", None),
            Change("directory", "services.samu", "phone", "", "+22370000301", None),
        ),
    ),
    "the order in which a list is numbered": (
        lambda: replace(line(), items=(SAMU, CENTRE)),
        (Change("directory", "services", "order", "", "centre, samu", "samu, centre"),),
    ),
    "the hours of a part of the day": (
        lambda: replace(line(), parts=(DayPart("morning", 8 * 60 + 30, 12 * 60, AT), *line().parts[1:])),
        (Change("setting", "parts.morning", "", "", "8h-12h", "8h30-12h"),),
    ),
    "the first screen": (lambda: replace(line(), start="tips.water"), (Change("setting", "start", "", "", "line.first", "tips.water"),)),
    "the first language": (
        lambda: replace(line(), words=dict(reversed(line().words.items()))),
        (Change("setting", "languages", "", "", "fr, bm", "bm, fr"),),
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_told_as_what_it_is(edit: str) -> None:
    """Screen words, what keys do, directory, settings: each edit gives its own changes and no other."""
    new, expected = EDITS[edit]
    assert expected == changes(line(), new())


def moved(value: Any) -> Any:
    """The same sources from another file's lines."""
    match value:
        case Where():
            return ELSEWHERE
        case tuple():
            return tuple(moved(item) for item in value)
        case dict():
            return {name: moved(item) for name, item in value.items()}
        case Flow() | ScreenSource() | Item() | Message() | DayPart() | Sources() | Menu() | Branch():
            return replace(value, **{name: moved(getattr(value, name)) for name in value.__struct_fields__})
    return replace(value, at=ELSEWHERE) if hasattr(value, "at") else value


EDITED = st.lists(st.sampled_from(sorted(EDITS)), max_size=1).map(lambda names: EDITS[names[0]][0]() if names else line())


@settings(max_examples=60)
@given(a=EDITED, b=EDITED)
def test_the_way_back_mirrors_the_way_there(a: Sources, b: Sources) -> None:
    """Two editions differ by the same things whichever is asked first, before and after swapped; none exactly where they are alike."""
    there, back = changes(a, b), changes(b, a)
    assert tuple(replace(change, before=change.after, after=change.before) for change in there) == back
    assert (moved(a) == moved(b) and tuple(a.words) == tuple(b.words)) is (there == ())


def test_lines_that_moved_are_no_change() -> None:
    """Whoever adds a comment to a file changes nothing for anyone."""
    assert changes(line(), moved(line())) == ()


def test_a_new_entry_is_no_new_order() -> None:
    """An entry put first shows as what it is; that the others stand one lower is not told of each."""
    new = replace(line(), items=(Item("services", "new", "Neuf", {}, AT), CENTRE, SAMU))
    assert changes(line(), new) == (Change("directory", "services.new", "name", "", None, "Neuf"),)


def test_what_belongs_together_is_told_together() -> None:
    """A screen's structure and words, whatever the channel, follow each other; settings come first and the directory last."""
    words = worded(Message("danger.advice@sms", "Avis.", AT, "pending")).words
    new = replace(rescreened("danger.advice", Menu((option(2, "danger.now"),))), words=words, start="tips.water", items=(CENTRE,))
    screens = [change.screen for change in changes(line(), new)]
    assert screens == ["start", *["danger.advice"] * 4, "services.samu", "services.samu"]


def test_screens_that_must_be_reviewed_follow_from_the_flows() -> None:
    """The ways to urgent help, a call and a stop, whole flows that order something, and what follows an order; not the advice beside."""
    assert critical_screens(line()) == {
        *("line.first", "after.words", "after.more"),
        *(key for key in TREE if key.startswith(("danger.", "callback."))),
    }


def test_a_screen_put_on_the_way_to_help_is_critical_at_once() -> None:
    """No list of names has to be kept: whatever an operator puts between a caller and the danger advice counts."""
    tree = {
        **TREE,
        "line.first": (
            Menu((option(1, "home.help"), option(2, "tips.water"), option(5, "callback.open"))),
            "Accueil\n1 Aide\n2 Eau\n5 Appel",
        ),
        "home.help": (Menu((option(1, "danger.advice"), option(2, "tips.list"))), "Aide\n1 Tout de suite\n2 Centres"),
    }
    assert critical_screens(sources(tree, "line.first", "callback.open")) - critical_screens(line()) == {"home.help"}


def test_a_list_that_may_choose_by_itself_hides_no_critical_screen() -> None:
    """With one entry the caller never stops there: what follows it is read right after the order."""
    tree = {
        "line.first": (Menu((option(1, "danger.now"),)), "Accueil\n1 Aide"),
        "danger.now": (Do("open_callback", "centres.list", "danger.lost", when="now", urgent=True), ""),
        "danger.lost": (End(), "Rien."),
        "centres.list": (Each("services", "service", "centres.one", skip_one=True), "Centres"),
        "centres.one": (Say(), "{name}"),
    }
    assert "centres.one" in critical_screens(sources(tree, "line.first", "line.first", items=(CENTRE,)))


def test_a_flow_that_a_call_leads_through_is_critical_whole() -> None:
    """What the callback calls and comes back from is part of it."""
    tree = {
        **TREE,
        "callback.none": (CallFlow("word", "callback.morning"), ""),
        "word.ask": (Menu((option(1, "return"), option(2, "word.why"))), "Un mot ?\n1 Non\n2 Pourquoi"),
        "word.why": (Say(), "Pour vous."),
    }
    assert critical_screens(sources(tree, "line.first", "callback.open")) - critical_screens(line()) == {"word.ask", "word.why"}


def test_pending_words_are_named_with_their_place_where_they_matter() -> None:
    """Each on an urgent, callback or stop screen, each channel's wording, and the phrases of every screen; elsewhere a count."""
    reviewed = {
        language: tuple(replace(message, review="Awa 2026-01-31") for message in messages) for language, messages in line().words.items()
    }
    pending = [
        Message(key, "…", Where("fr.po", number), "pending")
        for number, key in enumerate(("danger.advice@sms", "keys.out", "tips.water"), 1)
    ]
    faults, elsewhere = pending_words(replace(line(), words={**reviewed, "fr": tuple(pending)}))
    assert [(str(fault).split(": nobody")[0], fault.grave) for fault in faults] == [
        ("fr.po:1: danger.advice@sms", True),
        ("fr.po:2: keys.out", True),
    ]
    assert elsewhere == 1
