"""What a key does: the promises of the line's keypad."""

from __future__ import annotations

import pytest

from hotline.engine.effects import CancelCallback, Coverage, OpenCallback, Ref, RefineCallback, StopCalls
from hotline.engine.flow import Ask, Branch, CallFlow, Do, Each, End, Item, Menu, Say
from hotline.engine.phone import gsm
from hotline.engine.step import replay
from tests.engine.trees import AT, edition, option, way
from tests.engine.worlds import DAY, THURSDAY_NOON, World, around_the_clock, nobody

LONG = " ".join(f"mot{n}" for n in range(60))
LINE = {
    "test.first": (Menu((option(1, "test.long"), option(2, "test.menu"), option(6, "test.first", language="bm"), option(5, "test.when"))), "Accueil\n1 Long\n2 Menu\n5 Appel\n6 Langue"),
    "test.long": (Say("test.menu"), LONG),
    "test.menu": (Menu((option(1, "test.phone"), option(2, "test.age"), option(3, "other.hello"), option(4, "test.called"), option(7, "test.regions"))), "Menu\n1 Un\n2 Age\n3 Dire\n4 Autre\n7 Lieux"),
    "test.phone": (Ask("phone", "phone", "test.when"), "Quel numéro ?"),
    "test.age": (Ask("number", "age", "test.first", 12, 99), "Quel âge ?"),
    "test.called": (CallFlow("other", "test.after"), ""),
    "test.after": (Say(), "Revenue"),
    "test.when": (Menu((option(5, "test.now"), option(1, "test.keep_part", "offered.morning is not no", part="morning"), option(4, "test.keep_part", "offered.evening is not no", part="evening"), option(7, "test.stop"))), "Quand ?\n5 Maintenant\n1 Matin\n4 Soir\n7 Jamais"),
    "test.now": (Branch((way("test.keep_now", "coverage is not none"), way("test.nobody"))), ""),
    "test.nobody": (Say(), "Personne avant {next} {next_day}."),
    "test.keep_now": (Do("open_callback", "test.noted", "test.lost", when="now", urgent=True), ""),
    "test.keep_part": (Do("open_callback", "test.window", "test.lost", when="part"), ""),
    "test.stop": (Do("stop_calls", "test.stopped", "test.lost"), ""),
    "test.noted": (Say(), "Noté, avant {before}."),
    "test.window": (Menu((option(1, "test.word"), option(2, "test.move"), option(7, "test.cancel"))), "Noté: {day} {from}-{to}\n1 Mot\n2 Autre jour\n7 Annuler"),
    "test.word": (Menu((option(1, "test.keep_word", word="water"),)), "Un mot ?\n1 Eau"),
    "test.keep_word": (Do("refine_callback", "test.worded", "test.lost", word=True), ""),
    "test.worded": (Say(), "Mot noté."),
    "test.move": (Do("refine_callback", "test.window", "test.lost", when="next_day"), ""),
    "test.cancel": (Do("cancel_callback", "test.cancelled", "test.lost"), ""),
    "test.cancelled": (End(), "D'accord."),
    "test.stopped": (End(), "D'accord. Pas d'appel."),
    "test.lost": (End(), "Rien n'est noté."),
    "test.regions": (Each("regions", "region", "test.places"), "Où ?"),
    "test.places": (Each("places", "place", "test.place", ("region",)), "Quel lieu ?"),
    "test.place": (Say(), "{name}\n{hours}\n{phone}"),
    "other.hello": (Say("return"), "Bonjour"),
}  # fmt: skip
ITEMS = (
    *(Item("regions", f"r{n}", f"Région {n}", {}, AT) for n in range(1, 10)),
    Item("places", "p1", "Commune V", {"region": "r9", "phone": "70 00 09 01"}, AT),
    Item("places", "p2", "Ségou", {"region": "r1", "hours": "8h-16h"}, AT),
)
EDITION = edition(LINE, items=ITEMS, help="test.when")


def text(*inputs: str, world: World | None = None) -> str:
    return (world or World()).hop(EDITION, inputs).text


def test_the_first_screen_is_one_constant() -> None:
    """Whatever facts there are, the first screen is the same, and `0` shows it again."""
    assert text() == "Accueil\n1 Long\n2 Menu\n5 Appel\n6 Langue\n9 Fin"
    assert text("0") == text()
    assert replay(EDITION, (), {}) == World(now=None, coverage=None).hop(EDITION, ())


def test_back_goes_through_what_was_visited() -> None:
    """`0` retraces pages, menus and called flows, in the reverse order of the visit."""
    way = ("1", "8", "8", "8", "4")
    assert World().hop(EDITION, way).key == "other.hello"
    for steps in range(1, len(way)):
        assert text(*way, *("0",) * steps) == text(*way[: len(way) - steps])


def test_a_called_flow_comes_back() -> None:
    """Where a called flow returns, the caller's `then` goes on; and `0` from there leads back into the called flow."""
    assert text("2", "4") == "Bonjour\n8 Suite 0 Retour 9 Fin"
    assert text("2", "4", "8") == "Revenue\n0 Retour 9 Fin"
    assert text("2", "4", "8", "0") == text("2", "4")


def test_more_turns_pages_and_leads_on() -> None:
    """`8` shows every word of a long text, in order, and past the last page goes on."""
    pages, keys = [], ["1"]
    while (page := text(*keys)) != text("2"):
        assert gsm.septets(page) <= 160
        pages.append(page.removesuffix("\n8 Suite 0 Retour 9 Fin"))
        keys.append("8")
    assert " ".join(pages) == LONG


def test_out_ends_at_once() -> None:
    """`9` ends on a neutral screen, from anywhere."""
    screen = World().hop(EDITION, ("2", "1", "9"))
    assert (screen.text, screen.ends) == ("Santé et famille. Merci.", True)
    assert World().hop(EDITION, ("2", "1", "9", "5", "5")) == screen


def test_wrong_keys() -> None:
    """A wrong key: the same screen with one line; a second: a screen that offers a call; a third: the safe end."""
    assert text("2", "6") == f"Encore:\n{text('2')}"
    assert text("2", "6", "6") == "Parler à une femme ?\n5 Appelez-moi\n0 Retour 9 Fin\n66 Langue"
    assert text("2", "6", "6", "0") == text("2")
    assert text("2", "6", "6", "5") == text("5").replace("9 Fin", "9 Fin")
    assert World().hop(EDITION, ("2", "6", "6", "6")).key == "safe.end"
    assert text("2", "6", "1") == text("2", "1")
    assert text("2", "6", "1", "0") == text("2")
    assert text("2", "6", "2", "0", "6") == f"Encore:\n{text('2')}"


def test_language_changes_and_forgets_the_way() -> None:
    """After a change of language the first screen stands in it, with nothing behind it."""
    assert World().hop(EDITION, ("6",)).key == "test.first"
    assert text("6", "0") == text("6")


def test_ask_takes_a_malian_number_only() -> None:
    """Eight digits that can be rung, with or without the country's code; else the line of help."""
    for typed in ("70000301", "+223 70 00 03 01", "0022370000301"):
        world = World()
        world.hop(EDITION, ("2", "1", typed, "5"))
        assert [effect.phone for effect in world.orders.values()] == ["70000301"]
    for typed in ("", "7000030", "17", "80001132", "+33170000301", "7000030a", "٧٠٠٠٠٣٠١"):
        assert text("2", "1", typed) == "Encore:\nQuel numéro ?\n0 Retour 9 Fin"


def test_ask_takes_a_number_in_its_range_only() -> None:
    assert text("2", "2", "15") == text()
    assert text("2", "2", "11") == "Encore:\nQuel age ?\n0 Retour 9 Fin"


def test_a_promise_names_its_end() -> None:
    """*Now* is promised for half an hour, or until the last counselor leaves; the order says the same minute as the screen."""
    world = World()
    assert world.hop(EDITION, ("5", "5")).text == "Noté, avant 12h30.\n9 Fin"
    assert world.orders == {"order@2.0": OpenCallback("fr", True, THURSDAY_NOON, THURSDAY_NOON + 30, now=True)}
    leaving = World(coverage=Coverage(True, True, THURSDAY_NOON + 20, THURSDAY_NOON + 20, None, ()))
    assert leaving.hop(EDITION, ("5", "5")).text == "Noté, avant 12h20.\n9 Fin"


def test_nobody_there_is_said_before_anything_is_kept() -> None:
    world = World(coverage=nobody(THURSDAY_NOON, THURSDAY_NOON + 20 * 60))
    assert world.hop(EDITION, ("5", "5")).text == "Personne avant 8h demain.\n0 Retour 9 Fin"
    assert world.orders == {}


def test_unknown_coverage_keeps_the_request() -> None:
    world = World(coverage=None)
    assert world.hop(EDITION, ("5", "5")).text == "Noté, avant 12h30.\n9 Fin"
    assert list(world.orders) == ["order@2.0"]


def test_an_order_cuts_the_way_back() -> None:
    """Nobody goes back before an order; what was seen after it can be gone back to."""
    assert text("5", "5", "0") == text("5", "5")
    assert text("5", "1", "1", "0") == text("5", "1")
    assert text("5", "1", "0") == text("5", "1")


def test_a_window_is_the_next_one_that_somebody_keeps() -> None:
    world = World()
    assert world.hop(EDITION, ("5", "1")).text == "Noté: demain 8h-12h\n1 Mot\n2 Autre jour\n7 Annuler\n9 Fin\n66 Langue"
    assert world.hop(EDITION, ("5", "1", "2")).text == "Noté: samedi 8h-12h\n1 Mot\n2 Autre jour\n7 Annuler\n9 Fin\n66 Langue"
    tomorrow = (THURSDAY_NOON // DAY + 1) * DAY
    assert list(world.orders.values()) == [
        OpenCallback("fr", False, tomorrow + 480, tomorrow + 720),
        RefineCallback(Ref(2, 0), tomorrow + DAY + 480, tomorrow + DAY + 720),
    ]


def test_hours_that_no_shift_covers_are_not_promised() -> None:
    """A window is cut to the shift that keeps it; one that nobody keeps is not offered, and its key does nothing else."""
    tomorrow = (THURSDAY_NOON // DAY + 1) * DAY
    world = World(coverage=Coverage(False, False, 0, 0, tomorrow + 540, ((tomorrow + 540, tomorrow + 660),)))
    assert world.hop(EDITION, ("5",)).text == "Quand ?\n5 Maintenant\n1 Matin\n7 Jamais\n0 Retour 9 Fin\n66 Langue"
    assert world.hop(EDITION, ("5", "4")).text == "Encore:\n" + world.hop(EDITION, ("5",)).text
    assert world.hop(EDITION, ("5", "1")).text.startswith("Noté: demain 9h-11h")


def test_word_cancel_and_stop_are_orders_about_this_session() -> None:
    world = World()
    world.hop(EDITION, ("5", "1", "1", "1"))
    assert world.orders["order@4.0"] == RefineCallback(Ref(2, 0), word="water")
    world = World()
    assert world.hop(EDITION, ("5", "1", "7")).ends
    assert world.orders["order@3.0"] == CancelCallback(Ref(2, 0))
    world = World(now=None, coverage=None)
    assert world.hop(EDITION, ("5", "7")).text == "D'accord. Pas d'appel."
    assert world.orders == {"order@2.0": StopCalls()}


@pytest.mark.parametrize(("outcome", "key"), [("lost", "test.lost"), ("late", "safe.end")])
def test_what_could_not_be_kept_says_so_and_ends(outcome: str, key: str) -> None:
    world = World(outcome=lambda _key: outcome)
    screen = world.hop(EDITION, ("5", "5"))
    assert (screen.key, screen.ends, world.orders) == (key, True, {})


def test_lists_of_the_directory_are_numbered_page_by_page() -> None:
    """Seven a page at most; the entry that was chosen is the one that is shown; an unverified number never is."""
    assert text("2", "7").split("\n")[1] == "1 Région 1"
    assert text("2", "7", "8").split("\n")[:2] == ["Où ?", "1 Région 8"]
    assert text("2", "7", "8", "2", "1") == "Commune V\n0 Retour 9 Fin"
    assert text("2", "7", "1", "1") == "Ségou\n8h-16h\n0 Retour 9 Fin"


def test_bounds_end_safely() -> None:
    """Sixty inputs of 160 characters; past that a safe end, without an error."""
    assert World().hop(EDITION, ("0",) * 60).text == text()
    assert World().hop(EDITION, ("0",) * 61).key == "safe.end"
    assert World().hop(EDITION, ("x" * 161,)).key == "safe.end"


def test_every_answer_names_its_edition() -> None:
    assert {replay(EDITION, inputs, {}).edition for inputs in ((), ("5",), ("9",))} == {1}


def test_covered_around_the_clock_has_no_end_today() -> None:
    """The helper that other tests lean on: somebody is there all day."""
    assert around_the_clock(THURSDAY_NOON).until - THURSDAY_NOON == 12 * 60
