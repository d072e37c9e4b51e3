"""What a caller is listed: regions, places, kinds, numbers, meetings, the stories of others."""

from __future__ import annotations

from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Branch, Condition, Each, Item, Menu, Say, Way
from hotline.engine.phone.limits import SMS, USSD, Fit
from tests.engine.trees import AT, option, sources
from tests.engine.worlds import World


def yes(subject: str, go: str) -> Way:
    return Way(go, (Condition(subject, "yes"),), AT)


SCREENS = {
    "test.first": (
        Menu(
            (
                option(1, "test.regions"),
                option(2, "test.any_number", kind="emergency"),
                option(3, "test.meetings", kind="meeting"),
                option(4, "test.any_story"),
            )
        ),
        "Accueil\n1 Centres\n2 Numéros\n3 Réunions\n4 Histoires",
    ),
    "test.regions": (Each("regions", "region", "test.in_region"), "Région?"),
    "test.in_region": (Branch((yes("listed.places", "test.places"), Way("test.nothing", (), AT))), ""),
    "test.places": (Each("places", "place", "test.in_place", ("region",)), "Lieu?"),
    "test.in_place": (Branch((yes("listed.services", "test.kinds"), Way("test.nothing", (), AT))), ""),
    "test.kinds": (Each("kinds", "kind", "test.services", ("place",)), "Quoi?"),
    "test.services": (Each("services", "service", "test.service", ("place", "kind")), "Lequel?"),
    "test.service": (Say(), "{name}, {place}\n{phone}"),
    "test.nothing": (Say(), "Rien ici.\nPrès: {near}"),
    "test.any_number": (Branch((yes("listed.numbers", "test.numbers"), Way("test.no_number", (), AT))), ""),
    "test.numbers": (Say(), "Appelez:\n{numbers}"),
    "test.no_number": (Menu((option(1, "test.regions", kind="any"),)), "Pas de numéro.\n1 Centres"),
    "test.meetings": (Each("events", "event", "test.meeting", ("kind",)), "Réunion?"),
    "test.meeting": (Say(), "{name}, {place}, {on}"),
    "test.any_story": (Branch((yes("listed.testimonies", "test.stories"), Way("test.no_story", (), AT))), ""),
    "test.stories": (Say(each="testimonies"), "Une femme raconte:"),
    "test.no_story": (Say(), "Pas encore."),
}
REGIONS = (
    Item("regions", "segou", "Ségou", {}, AT),
    Item("regions", "kidal", "Kidal", {"near": "gao-ville"}, AT),
    Item("regions", "gao", "Gao", {}, AT),
)
PLACES = (
    Item("places", "segou-ville", "Ségou", {"region": "segou"}, AT),
    Item("places", "gao-ville", "Gao", {"region": "gao"}, AT),
    Item("places", "ansongo", "Ansongo", {"region": "gao", "near": "gao-ville"}, AT),
)
KINDS = tuple(Item("kinds", kind, kind, {}, AT) for kind in ("one-stop", "legal", "emergency"))
SERVICES = (
    Item("services", "one", "Centre", {"region": "gao", "place": "gao-ville", "kind": "one-stop", "phone": "70 00 09 01"}, AT),
    Item("services", "two", "Bureau", {"region": "gao", "place": "gao-ville", "kind": "legal"}, AT),
)
EVENTS = (
    Item("events", "e1", "Femmes de Gao", {"kind": "meeting", "place": "gao-ville", "region": "gao", "on": "2026-12-05"}, AT),
    Item("events", "e2", "Formation", {"kind": "training-media", "on": "2026-12-06"}, AT),
)


def made(*more: Item, fit: Fit = USSD) -> Edition:
    words = {f"kind.{kind.id}": f"Sorte {kind.id}" for kind in KINDS}
    return compile_edition(sources(SCREENS, items=(*REGIONS, *PLACES, *KINDS, *SERVICES, *EVENTS, *more), words=words), 1, fit)


EDITION = made()


def text(*inputs: str, edition: Edition = EDITION) -> str:
    return World().hop(edition, inputs).text


def test_only_kinds_that_are_there() -> None:
    """A place lists the kinds that have a service in it, by the catalogue's words; then the services of that kind."""
    assert text("1", "3", "1") == "Quoi?\n1 Sorte one-stop\n2 Sorte legal\n0 Retour 9 Fin\n66 Langue"
    assert text("1", "3", "1", "2") == "Lequel?\n1 Bureau\n0 Retour 9 Fin\n66 Langue"


def test_an_entry_in_words() -> None:
    """Its place by name; a number that nobody verified is not there, nor its line."""
    assert text("1", "3", "1", "1", "1") == "Centre, Gao\n0 Retour 9 Fin"


def test_a_list_of_one_is_passed_over() -> None:
    """With `skip_one` the only entry is chosen for the caller; `0` leads back to where the caller chose last; several are listed as ever."""
    screens = {
        "test.first": (Menu((option(1, "test.places"),)), "Accueil\n1 Lieux"),
        "test.places": (Each("places", "place", "test.services"), "Lieu?"),
        "test.services": (Each("services", "service", "test.service", ("place",), skip_one=True), "Lequel?"),
        "test.service": (Say(), "{name}, {place}"),
    }
    here = Item("services", "three", "Maison", {"place": "segou-ville"}, AT)
    edition = compile_edition(sources(screens, items=(*PLACES, *SERVICES, here)), 1, USSD)
    assert text("1", "1", edition=edition) == "Maison, Ségou\n0 Retour 9 Fin"
    assert text("1", "1", "0", edition=edition) == text("1", edition=edition)
    assert text("1", "2", edition=edition) == "Lequel?\n1 Centre\n2 Bureau\n0 Retour 9 Fin\n66 Langue"


def test_the_nearest_place_where_there_is_none() -> None:
    """The chosen place names it, else its region; where neither does, its line is left out."""
    assert text("1", "2") == "Rien ici.\nPrès: Gao\n0 Retour 9 Fin"
    assert text("1", "3", "2") == "Rien ici.\nPrès: Gao\n0 Retour 9 Fin"
    assert text("1", "1", "1") == "Rien ici.\n0 Retour 9 Fin"


def test_a_place_that_nobody_confirmed_is_never_shown_as_open() -> None:
    """Its hours stand there only once somebody confirmed it; until then a line says that it is to be confirmed."""
    screens = {
        "test.regions": (Each("services", "service", "test.service"), "Lequel?"),
        "test.service": (Say(), "{name}\n{unconfirmed}\n{hours}"),
    }
    plain = Item("services", "one", "Maison", {"place": "gao-ville", "hours": "8h-16h"}, AT)
    seen = Item(
        "services", "two", "Bureau", {"place": "gao-ville", "hours": "8h-16h", "confirmed_on": "2026-11-20", "confirmed_by": "Awa"}, AT
    )
    edition = compile_edition(
        sources(screens, "test.regions", "test.regions", items=(*PLACES, plain, seen), words={"place.unconfirmed": "À confirmer."}), 1, USSD
    )
    assert text("1", edition=edition) == "Maison\nA confirmer.\n0 Retour 9 Fin"
    assert text("2", edition=edition) == "Bureau\n8h-16h\n0 Retour 9 Fin"


def test_numbers_are_shown_where_one_is_verified() -> None:
    """Of the kind that was asked for, and only verified ones; else the way that says that there is none."""
    fields = {"kind": "emergency", "phone": "70 00 09 02"}
    verified = made(
        Item("services", "e", "Ligne", {**fields, "verified_on": "2026-11-20", "verified_by": "Awa"}, AT),
        Item("services", "u", "Autre", fields, AT),
    )
    assert text("2", edition=verified) == "Appelez:\nLigne: 70 00 09 02\n0 Retour 9 Fin"
    assert text("2", edition=made(Item("services", "u", "Autre", fields, AT))).startswith("Pas de numéro.")


def test_any_takes_back_what_was_set() -> None:
    """From the screen without a number to the centres: their kind matters no more."""
    assert text("2", "1", "3", "1") == text("1", "3", "1")


def test_meetings_are_apart_from_trainings() -> None:
    """An event is listed under its own kind, with its day in words."""
    assert text("3") == "Réunion?\n1 Femmes de Gao\n0 Retour 9 Fin\n66 Langue"
    assert text("3", "1") == "Femmes de Gao, Gao, samedi 5/12\n0 Retour 9 Fin"


def test_stories_one_after_another() -> None:
    """Each on a page of its own, only those that have words in the language of the screen; if there are none, the way that says so."""
    stories = [
        Item("testimonies", f"t{n}", "", {f"text.{language}": f"Histoire {n}."}, AT) for n, language in enumerate(("fr", "bm", "fr"))
    ]
    edition = made(*stories)
    assert text("4", edition=edition) == "Une femme raconte:\nHistoire 0.\n8 Suite 0 Retour 9 Fin"
    assert text("4", "8", edition=edition) == "Une femme raconte:\nHistoire 2.\n0 Retour 9 Fin"
    assert text("4", "66", edition=edition) == "Une femme raconte:\nHistoire 1.\n0 Retour 9 Fin"
    assert text("4") == "Pas encore.\n0 Retour 9 Fin"
    assert text("4", "66", edition=made(stories[0])) == text("4", edition=made(stories[0])), "better in another language than not at all"
    assert text("4", edition=made(*stories, fit=SMS)) == "Une femme raconte:\n0 Retour 9 Fin", "an SMS would stay on the phone"
