"""The directory in a real browser: on a phone, without script, by keyboard and by eye."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from hotline.content.directory_files.exchange import DirectoryTables
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.publication import publish
from tests.browser.room import Room
from tests.browser.served_desk import ServedDesk
from tests.listed_line import listed

LATER = 20_000
"""Bytes of a page after the first."""
PAGES = (
    "directory",
    "directory?list=events",
    "directory/new/services",
    "directory/services/legal-aid",
    "directory/services/green-line",
    "directory/services/legal-aid?after=other",
    "directory/places/kati",
)


@pytest.fixture
def editions() -> EditionCache:
    return EditionCache.of(listed())


@pytest.fixture
def served(served_desk: ServedDesk) -> ServedDesk:
    """With the edition in the database too."""
    now = served_desk.line.clock.now()
    publish(served_desk.line.real_store, listed(), "somebody", now - 60, now - 30)
    return served_desk


def open_(served: ServedDesk, room: Room, path: str) -> None:
    room.page.goto(f"{served.address}/console/{path}")


def test_no_page_of_the_directory_leaves_anybody_out(served: ServedDesk) -> None:
    """At either size axe finds nothing against WCAG 2.2 AA, nothing runs off the side, and no page after the first is heavy; in both languages."""
    room = served.of("mariam")
    open_(served, room, "studio")
    for reads, paths in (("fr", PAGES), ("bm", PAGES[:2])):
        served.desk.set_staff("mariam", reads=reads)
        for path in paths:
            open_(served, room, path)
            assert room.weight() < LATER
            room.assert_nobody_is_left_out(path)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_number_is_rung_and_another_is_off_the_line(served: ServedDesk, script: bool) -> None:
    """On a phone of 360 px, with taps alone."""
    room = served.of("mariam", script=script)
    open_(served, room, "directory")
    if script:  # the label in its own place, and the number behind it
        number = room.page.locator("td.num", has_text="00 00 02 04")
        assert number.evaluate(
            "cell => [getComputedStyle(cell, '::before').textAlign, parseFloat(getComputedStyle(cell).columnGap) > 0]"
        ) == ["left", True]
    room.page.get_by_role("link", name="J'ai appelé Aide juridique").click()
    room.page.get_by_text("Ce service", exact=True).click()
    room.page.get_by_text("français", exact=True).click()
    room.page.get_by_label("Prix, comme on vous l'a dit").fill("gratuit")
    room.page.get_by_role("button", name="Noter cet appel").click()
    room.shows("Vérifié jusqu'au 23/05/2027")
    open_(served, room, "directory/services/reference-4")
    room.page.get_by_text("Quelqu'un d'autre", exact=True).click()
    room.page.get_by_role("button", name="Noter cet appel").click()
    room.shows("Pas vérifié : quelqu'un d'autre a répondu")
    room.page.get_by_role("button", name="Oui, retirer ce numéro").click()
    room.shows("Retiré le 24/11/2026 par mariam")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_table_is_looked_at_and_taken_in(served: ServedDesk, script: bool) -> None:
    """From the file that came out, on a phone as at a desk."""
    room = served.of("mariam", script=script)
    open_(served, room, "directory")
    room.page.get_by_text("Tableau : télécharger, déposer").click()
    data = DirectoryTables().csv(listed().items).replace(b"Aide juridique", "Aide à la loi".encode())
    room.page.set_input_files("input[name=table]", [{"name": "annuaire.csv", "mimeType": "text/csv", "buffer": data}])
    room.page.get_by_role("button", name="Voir ce qui changerait").click()
    expect(room.page.locator("main del")).to_have_text("Aide juridique")
    if script:
        room.assert_nobody_is_left_out("directory/table")
    room.page.get_by_role("button", name="Tout prendre dans le brouillon").click()
    room.shows("Entrées prises dans le brouillon : 1")
    room.page.set_input_files("input[name=table]", [{"name": "b.csv", "mimeType": "text/csv", "buffer": b'"list";"id"\r\n"shops";"a"\r\n'}])
    room.page.get_by_text("Tableau : télécharger, déposer").click()
    room.page.get_by_role("button", name="Voir ce qui changerait").click()
    room.shows("Ligne 2")
    if script:
        room.assert_nobody_is_left_out("directory/table")
        expect(room.page.locator("[role=alert]").first).to_be_focused()
