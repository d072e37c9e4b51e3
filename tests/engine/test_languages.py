"""The key of the other language: the same screen, wherever the caller is, and nothing done twice."""

from __future__ import annotations

from hotline.engine.edition import compile_edition
from hotline.engine.effects import OpenCallback
from hotline.engine.flow import Do, End, Menu, Message, Say, Sources
from hotline.engine.phone.limits import USSD
from tests.engine.trees import AT, option, sources
from tests.engine.worlds import World

SCREENS = {
    "test.first": (
        Menu((option(1, "test.menu"), option(5, "test.now"), option(6, "test.first", language="next"))),
        "Accueil\n1 Menu\n5 Appel\n6 Langue",
    ),
    "test.menu": (Menu((option(1, "test.long"), option(2, "test.full"))), "Menu\n1 Long\n2 Plein"),
    "test.long": (Say(), " ".join(f"mot{n}" for n in range(60))),
    "test.full": (Menu((option(1, "test.long"),)), f"{'Beaucoup de mots. ' * 7}\n1 Long"),
    "test.now": (Do("open_callback", "test.noted", "test.lost", when="now", urgent=True), ""),
    "test.noted": (Say(), "Noté, avant {before}."),
    "test.lost": (End(), "Rien n'est noté."),
}


def two_languages() -> Sources:
    """Every screen's words begin with their language."""
    plain = sources(SCREENS)
    words = {
        language: tuple(
            Message(
                message.key,
                f"66 Langue {language}"
                if message.key == "keys.language"
                else f"{language}: {message.text}"
                if message.key in SCREENS
                else message.text,
                AT,
                "pending",
            )
            for message in messages
        )
        for language, messages in plain.words.items()
    }
    return Sources(plain.start, plain.flows, words, plain.items, plain.parts, plain.help)


EDITION = compile_edition(two_languages(), 1, USSD)


def text(*inputs: str, world: World | None = None) -> str:
    return (world or World()).hop(EDITION, inputs).text


def test_the_same_screen_in_the_other_language() -> None:
    """`66` shows this screen in the other language, a second one brings the first language back."""
    assert text("1") == "fr: Menu\n1 Long\n2 Plein\n0 Retour 9 Fin\n66 Langue bm"
    assert text("1", "66") == "bm: Menu\n1 Long\n2 Plein\n0 Retour 9 Fin\n66 Langue fr"
    assert text("1", "66", "66") == text("1")


def test_the_way_back_is_in_the_language_that_she_reads_now() -> None:
    """`0` after a change leads where it led, in the new language."""
    assert text("1", "1", "66", "0") == text("1", "66")
    assert text("1", "1", "66", "0", "0") == text("6")


def test_the_same_page_of_a_long_screen() -> None:
    """On the second page the other language's second page stands; `0` leads to its first."""
    assert text("1", "1", "8", "66") == text("1", "66", "1", "8")
    assert text("1", "1", "8", "66", "0") == text("1", "66", "1")


def test_a_full_menu_changes_its_language_without_saying_so() -> None:
    """Where the line of the other language has no room it is left out, and the key works."""
    assert text("1", "2").endswith("\n1 Long\n0 Retour 9 Fin")
    assert text("1", "2", "66").startswith("bm: Beaucoup")


def test_a_first_screen_with_an_option_for_it_names_it_once() -> None:
    """An option `language: next` leads from each language to the next; the first screen forgets the way."""
    assert text() == "fr: Accueil\n1 Menu\n5 Appel\n6 Langue\n9 Fin"
    assert text("6") == "bm: Accueil\n1 Menu\n5 Appel\n6 Langue\n9 Fin"
    assert text("6", "6") == text()
    assert text("6", "0") == text("6")
    assert text("66") == text("6")


def test_what_was_ordered_is_ordered_once() -> None:
    """A change of language on the screen that says *noted* gives no second order, and its promise stays."""
    world = World()
    assert text("5", world=world) == "fr: Noté, avant 12h30.\n9 Fin"
    assert text("5", "66", "66", "66", world=world) == "bm: Noté, avant 12h30.\n9 Fin"
    assert [type(order) for order in world.orders.values()] == [OpenCallback]


def test_after_a_wrong_key() -> None:
    """`66` is no wrong key, after one and on the screen that follows a second one either."""
    assert text("1", "7", "66") == text("1", "66")
    assert text("1", "7", "7", "66") == text("1", "66")
    assert text("1", "7", "66", "7") == f"Encore:\n{text('1', '66')}"
