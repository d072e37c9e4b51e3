"""What partners see, in a real browser: nobody is left out, at either size and in both languages; paper has the tables too."""

from __future__ import annotations

from flask import Flask
from msgspec.structs import replace

from hotline import console
from tests.browser.conftest import served
from tests.browser.room import NARROW, WIDE
from tests.browser.served_desk import ServedDesk
from tests.console.desk import SETTINGS
from tests.released import release, too_few


def test_quarters_beside_and_after_each_other_leave_nobody_out(served_desk: ServedDesk) -> None:
    """axe finds nothing against WCAG 2.2 AA, nothing runs off the side, no text runs out of its picture, and what is folded away on a screen is on paper."""
    desk = served_desk.desk
    desk.add_partner()
    with desk.line.real_store.write() as tx:
        for number, period in enumerate(("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"), 1):
            tx.releases.save(release(period, number, minors=too_few("minors")))
    room = served_desk.of("rokia")
    for language in ("fr", "bm"):
        desk.set_staff("rokia", reads=language)
        for path in ("partners/quarters", "partners?period=2027-Q1&beside=2027-Q2"):
            room.open(path)
            for size in (NARROW, WIDE):
                room.page.set_viewport_size(size)  # type: ignore[arg-type]
                assert (language, path, size, [], False) == (language, path, size, room.barriers(), room.is_too_wide())
            assert [] == room.page.evaluate(
                """[...document.querySelectorAll('svg.plot text')].filter(text => text.getBBox().x < -3 || text.getBBox().x + text.getBBox().width > 343)
                .map(text => text.textContent)"""
            )
    table = room.page.locator("details.on-paper table").first
    assert not table.is_visible()
    room.page.emulate_media(media="print")
    assert table.is_visible()
    assert room.troubles == room.strangers == []


def test_the_press_page_leaves_nobody_out(served_desk: ServedDesk) -> None:
    """As any browser has it, with nobody signed in: axe finds nothing, nothing runs off the side, the page asks for nothing besides itself and leaves no cookie."""
    with served_desk.desk.line.real_store.write() as tx:
        tx.releases.save(release("2026", 1, partner=too_few("partner")))
    settings = replace(
        SETTINGS, press_url="http://127.0.0.1/chiffres", organisation="Fédération des femmes", figures_contact="Bureau des chiffres"
    )
    app = Flask("press", static_folder=None)
    console.install(app, replace(served_desk.desk.room, settings=settings))
    with served(app) as address:
        room = served_desk.of("fanta")
        room.context.clear_cookies()
        room.page.goto(f"{address}/chiffres")
        for size in (NARROW, WIDE):
            room.page.set_viewport_size(size)  # type: ignore[arg-type]
            assert (size, [], False) == (size, room.barriers(), room.is_too_wide())
        assert ([f"{address}/chiffres"], [], []) == (room.strangers, room.troubles, room.context.cookies())
