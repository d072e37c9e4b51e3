"""What another edition changed since a draft did, where the page on which it stood is gone: both are seen, and one is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from hotline.engine.drafting.revisions import EntryValue, Revision, entry_place, order_place, revised, standing, value_of
from hotline.engine.flow import End, Say, Sources
from hotline.service.acts import By, run
from hotline.service.editions.cache import EditionCache
from hotline.service.studio import drafts
from hotline.service.studio.drafts import PartEdit
from tests.console.desk import IDS, Browser, Desk
from tests.content_line import sources

FLOW, SCREEN, FR, BM = "flow/extra", "screen/extra.one", "words/fr/extra.one", "words/bm/extra.one"
WITH_FLOW = {
    FLOW: value_of("extra.one"),
    SCREEN: value_of(End()),
    FR: value_of("Dormez sous la moustiquaire."),
    BM: value_of("Si sangɛ kɔrɔ."),
}
MINE = "Dormez toutes sous la moustiquaire."


def with_parts(values: dict[str, str | None]) -> Sources:
    return revised(sources(), (Revision(place, value) for place, value in values.items()))


@pytest.fixture
def editions() -> EditionCache:
    """Of this test alone; the line has one more flow, to which nothing leads."""
    return EditionCache.of(with_parts(dict(WITH_FLOW)))


class Chooser:
    """Mariam, who changed something that another edition changed too."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.browser = desk, desk.browser("mariam")

    def change(self, values: dict[str, str | None]) -> None:
        stands = standing(self.desk.line.editions.snapshot.editions[-1].sources)
        edits = [PartEdit(place, value, stands.get(place)) for place, value in values.items()]
        result = run(self.desk.line.hotline.deps, By(IDS["mariam"], "page", "one form"), drafts.save_parts, "", edits)
        assert not result.is_refused
        self.page = f"/console/editions/drafts/{result.values['draft']}"

    def is_overtaken_by(self, newer: Sources) -> Browser:
        """Another edition came; she looks at her draft."""
        self.desk.line.editions.snapshot = EditionCache.of(newer, 2).snapshot
        self.browser.open(self.page)
        return self.browser

    def choose(self, side: str) -> str:
        return self.browser.send(f"{self.page}/choose", side=side)

    def places(self) -> set[str]:
        with self.desk.line.real_store.read() as tx:
            return {part.place for draft in tx.edition_drafts.all() for part in tx.edition_drafts.parts(draft.id)}

    def leads_nowhere(self) -> list[str]:
        """Links of the page that open no page."""
        section = self.browser.raw.partition('aria-labelledby="conflicts"')[2].partition("</section>\n<")[0]
        hrefs: Iterable[str] = {href.partition("#")[0] for href in re.findall(r'href="([^"]+)"', section)}
        return [href for href in hrefs if self.browser.client.get(href).status_code != 200]


@pytest.fixture
def chooser(desk: Desk) -> Chooser:
    return Chooser(desk)


def test_a_changed_screen_of_a_flow_that_was_taken_away(chooser: Chooser) -> None:
    """Both are read; the draft's cannot stay, and the page says why; with the edition's all of it leaves the draft."""
    chooser.change({SCREEN: value_of(Say(None, "testimonies")), FR: value_of(MINE)})
    browser = chooser.is_overtaken_by(sources())
    say = chooser.desk.say
    assert (True, True) == (MINE in browser.page, say("editions.conflict.cannot_keep", edition=2) in browser.page)
    assert say("editions.conflict.keep_ours") + "</button>" not in browser.page
    assert [] == chooser.leads_nowhere()
    page = chooser.choose("ours")
    assert (409, True, {SCREEN, FR}) == (browser.status, say("editions.conflict.cannot_keep", edition=2) in page, chooser.places())
    page = chooser.choose("theirs")
    assert (200, False, set()) == (browser.status, say("editions.conflicts") in page, chooser.places())


@pytest.mark.parametrize(("side", "left"), [("ours", set(WITH_FLOW)), ("theirs", set())])
def test_a_flow_taken_away_in_the_draft_that_another_changed(chooser: Chooser, side: str, left: set[str]) -> None:
    """It stays taken away, or it stays on the line, whole."""
    chooser.change(dict.fromkeys(WITH_FLOW))
    browser = chooser.is_overtaken_by(with_parts({**WITH_FLOW, SCREEN: value_of(Say(None, "testimonies")), FR: value_of(MINE)}))
    assert (True, []) == (MINE in browser.page, chooser.leads_nowhere())
    page = chooser.choose(side)
    assert (200, False, left) == (browser.status, chooser.desk.say("editions.conflicts") in page, chooser.places())


def test_words_alone_of_a_flow_that_was_taken_away(chooser: Chooser) -> None:
    """They have a page still, where one chooses."""
    chooser.change({FR: value_of(MINE)})
    chooser.is_overtaken_by(sources())
    assert [] == chooser.leads_nowhere()


def test_an_entry_and_an_order_of_the_directory(chooser: Chooser) -> None:
    """One of the entries taken out here and renamed there; a list that both put into another order."""
    places = [item for item in sources().items if item.list == "places"]
    ids = [item.id for item in places]
    entry = entry_place("places", ids[0])
    chooser.change({entry: None, order_place("places"): value_of(tuple(reversed(ids[1:])))})
    renamed = value_of(EntryValue("Autre nom", places[0].fields))
    browser = chooser.is_overtaken_by(with_parts({entry: renamed, order_place("places"): value_of((*ids[1:], ids[0]))}))
    assert (True, []) == ("Autre nom" in browser.page, chooser.leads_nowhere())
    chooser.choose("theirs")
    chooser.choose("theirs")
    assert (200, set()) == (browser.status, chooser.places())
