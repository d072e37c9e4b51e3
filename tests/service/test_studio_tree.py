"""The line as the studio lists it: its tree, what is found in it, and its maps, of drafts that are not sound too."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from hotline.engine.drafting.revisions import flow_place, screen_place, standing, value_of, words_place
from hotline.engine.flow import End, Menu
from hotline.ports.editions.edition_drafts import DraftPart
from hotline.service.editions.cache import EditionCache
from hotline.service.studio.composing import NO_DRAFT, Composed, with_parts
from hotline.service.studio.line.line_view import LineView, line_view
from hotline.service.studio.line.maps import see_flow_map, see_line_map
from hotline.service.studio.line.searching import MOST_FOUND, SearchResult, pressed, search_line
from hotline.service.studio.line.tree import LONGEST_TITLE_SHOWN, TreeLeaf
from tests.content_line import sources

TODAY = date(2025, 3, 20)
MENU = next(screen for flow in sources().flows for screen in flow.screens if isinstance(screen.kind, Menu) and screen.key == "family.help")


@pytest.fixture(scope="module")
def editions() -> EditionCache:
    return EditionCache.of(sources())


def drafted(editions: EditionCache, **values: str | None) -> Composed:
    """A draft in which the parts at these places have these values."""
    edition = editions.snapshot.editions[-1]
    stands = standing(edition.sources)
    parts = {place: DraftPart("d", place, value, stands.get(place), "m", 0) for place, value in values.items()}
    return Composed(NO_DRAFT, parts, edition, with_parts(edition.sources, parts.values()))


def viewed(composed: Composed) -> LineView:
    return line_view(composed, TODAY)


def leaf(view: LineView, key: str) -> TreeLeaf:
    return next(leaf for branch in view.branches for leaf in branch.leaves if leaf.key == key)


def found(composed: Composed, query: str) -> SearchResult:
    return search_line(composed.sources, viewed(composed).branches, query)


def keys_found(composed: Composed, query: str) -> list[str]:
    return [hit.leaf.key for hit in found(composed, query).hits]


def text(language: str, key: str) -> str:
    return next(message.text for message in sources().words[language] if message.key == key)


def test_flows_stand_in_the_order_of_their_keys_and_are_called_as_the_option_that_leads_there(editions):
    flows = [branch for branch in viewed(drafted(editions)).branches if not branch.group]
    assert [(branch.keys, branch.title) for branch in flows[:6]] == [
        ("", "Santé et famille"),
        ("1", "Grossesse"),
        ("2", "Bébé, vaccins"),
        ("3", "Palu, fièvre"),
        ("4", "Vie de famille"),
        ("4 1", "Aide tout de suite"),
    ]
    presses = [tuple(map(int, branch.keys.split())) for branch in flows if branch.keys is not None]
    assert presses == sorted(presses)


def test_a_title_is_cut_at_a_word_and_known_whole(editions):
    cut = [leaf for branch in viewed(drafted(editions)).branches for leaf in branch.leaves if leaf.short != leaf.title]
    assert cut
    assert all(len(leaf.short) <= LONGEST_TITLE_SHOWN and leaf.short.endswith("…") for leaf in cut)
    when = leaf(viewed(drafted(editions)), "callback.when")
    assert (when.title, when.short) == ("Une femme peut vous appeler. Numéro effacé après.", "Une femme peut vous…")


def test_every_screen_and_every_phrase_stands_in_the_tree_once(editions):
    view = viewed(drafted(editions))
    listed = [leaf.key for branch in view.branches for leaf in branch.leaves]
    screens = {screen.key for flow in sources().flows for screen in flow.screens}
    phrases = {message.key.partition("@")[0] for message in sources().words["fr"]}
    assert sorted(listed) == sorted(screens | phrases)
    assert {branch.group for branch in view.branches} == {
        "",
        "keys",
        "ends",
        "times",
        "directory",
        "sms",
        "voice",
        "scripts",
        "staff",
        "never",
    }
    assert not any(branch.group == "" for branch in view.branches[len(sources().flows) :])


@pytest.mark.parametrize(("languages", "dot", "of_all"), [((), "none", "none"), (("fr",), "half", "half"), (("fr", "bm"), "full", "half")])
def test_a_dot_says_in_how_many_languages_the_words_were_read(languages, dot, of_all):
    """In every wording of a channel too."""
    words = {
        language: tuple(
            replace(message, review="Awa, 2025-03-19" if language in languages and message.key.startswith("callback.when") else "pending")
            for message in table
        )
        for language, table in sources().words.items()
    }
    view = viewed(drafted(EditionCache.of(replace(sources(), words=words))))
    assert leaf(view, "callback.when").dot == dot
    assert next(branch.dot for branch in view.branches if branch.name == "callback") == of_all


def test_what_is_changed_and_what_is_wrong_is_seen_at_its_screen_and_its_flow(editions):
    assert not any(branch.is_bad or branch.is_changed for branch in viewed(drafted(editions)).branches)
    sound = viewed(
        drafted(editions, **{words_place("fr", "family.help"): value_of(text("fr", "family.help").replace("Soins", "Les soins"))})
    )
    assert leaf(sound, "family.help").is_changed
    assert not leaf(sound, "family.help").is_bad
    wrong = viewed(drafted(editions, **{words_place("fr", "family.help"): value_of("Rien")}))
    assert leaf(wrong, "family.help").is_bad
    assert [branch.name for branch in wrong.branches if branch.is_bad] == ["family"]
    assert [(part.kind, part.key) for part in wrong.wrong] == [("screen", "family.help")]
    assert wrong.faults.count >= 1


def test_a_draft_is_looked_through_once_for_as_long_as_it_stands(editions):
    place = words_place("fr", "family.help")
    first = viewed(drafted(editions, **{place: value_of("Rien")}))
    assert viewed(drafted(editions, **{place: value_of("Rien")})) is first
    assert viewed(drafted(editions, **{place: value_of("Rien du tout")})) is not first


@pytest.mark.parametrize("query", ["4 3 2", "4*3*2", "432", " 4*3*2# "])
def test_keys_find_the_screens_that_they_lead_to_and_those_behind(editions, query):
    """And the words that tell her to press them."""
    found = keys_found(drafted(editions), query)
    ways = [leaf(viewed(drafted(editions)), key).keys for key in found]
    assert (found[0], ways[0]) == ("centres.regions", "4 3 2")
    behind = [key for key, way in zip(found, ways, strict=True) if way.startswith("4 3 2 … ")]
    assert "centres.services" in behind
    told = [key for key, way in zip(found, ways, strict=True) if not way.startswith("4 3 2")]
    assert told == ([] if query == "432" else ["trades.list", "media.list"])


def test_keys_lead_through_what_shows_nothing(editions):
    """What `5` opens depends on who is there: each screen that it may be is found."""
    led = pressed(sources(), ["5"])
    assert "callback.when" in led
    assert "callback.open" not in led
    assert set(keys_found(drafted(editions), "5")) >= led
    assert pressed(sources(), ["5", "55"]) == frozenset()
    # In a list each key may be a line.
    assert "centres.kinds" in pressed(sources(), ["4", "3", "2", "3", "1"])


@pytest.mark.parametrize(
    ("query", "key", "language", "words"),
    [
        ("enceinte", "fever.topics", "fr", "enceinte"),
        ("ENCEINTE", "fever.topics", "fr", "enceinte"),
        ("numero efface", "callback.when", "fr", "Numéro effacé"),
        ("sogoma", "callback.when", "bm", "Sɔgɔma"),
        ("Sɔgɔma", "callback.when", "bm", "Sɔgɔma"),
        ("muso dɔ", "callback.when", "bm", "Muso dɔ"),
    ],
)
def test_words_are_found_in_both_languages_whatever_their_accents(editions, query, key, language, words):
    hit = next(hit for hit in found(drafted(editions), query).hits if hit.leaf.key == key)
    shown = next(shown for shown in hit.words if shown.language == language)
    assert shown.words == words
    whole = f"{shown.before}{shown.words}{shown.after}".replace("…", "")
    assert whole in text(language, key) or whole in text(language, f"{key}@sms")


def test_a_screen_is_found_by_its_own_key_and_what_a_draft_says_is_found(editions):
    assert keys_found(drafted(editions), "callback.when")[0] == "callback.when"
    composed = drafted(editions, **{words_place("fr", "family.help"): value_of(text("fr", "family.help").replace("Soins", "Zorglub"))})
    assert keys_found(composed, "zorglub") == ["family.help"]


def test_no_more_is_found_than_can_be_read_and_nothing_for_nothing(editions):
    many = found(drafted(editions), "a")
    assert (len(many.hits), many.is_cut) == (MOST_FOUND, True)
    for query in ("", "   ", "«»", "?", "xyzzy", "*" * 500, "9" * 500):
        assert found(drafted(editions), query) == SearchResult((), is_cut=False)


@pytest.mark.parametrize(
    "parts",
    [
        {screen_place("family.help"): None},
        {screen_place("family.help"): value_of(replace(MENU.kind, options=(replace(MENU.kind.options[0], go="family.nowhere"),)))},
        {flow_place("family"): value_of("family.nowhere")},
        {flow_place("fresh"): value_of("fresh.first")},
        {flow_place("fresh"): value_of("fresh.first"), screen_place("fresh.first"): value_of(End())},
        {screen_place("line.first"): None},
        {words_place("fr", "family.help"): None},
        {words_place("fr", "family.unknown"): value_of("Des mots sans écran")},
    ],
)
def test_a_draft_that_is_not_sound_is_listed_searched_and_drawn(editions, parts):
    composed = drafted(editions, **parts)
    view = viewed(composed)
    assert view.faults.count
    assert sum(part.count for part in view.wrong) == view.faults.count
    see_line_map(composed, view.branches)
    for flow in composed.sources.flows:
        assert (see_flow_map(composed, view.branches, flow.name) is None) == (not flow.screens)
    found(composed, "4 1")
    assert see_flow_map(composed, view.branches, "nowhere") is None
