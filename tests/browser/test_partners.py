"""What partners see, in a real browser: nobody is left out, at either size and in both languages; paper has the tables too."""

from __future__ import annotations

from tests.browser.room import NARROW, WIDE
from tests.browser.served_desk import ServedDesk
from tests.released import release, too_few


def test_two_quarters_beside_each_other_leave_nobody_out(served_desk: ServedDesk) -> None:
    """axe finds nothing against WCAG 2.2 AA, nothing runs off the side, no text runs out of its picture, and what is folded away on a screen is on paper."""
    desk = served_desk.desk
    desk.add_partner()
    with desk.line.real_store.write() as tx:
        for number, period in enumerate(("2027-Q1", "2027-Q2"), 1):
            tx.releases.save(release(period, number, minors=too_few("minors")))
    room = served_desk.of("rokia")
    for language in ("fr", "bm"):
        desk.set_staff("rokia", reads=language)
        room.open("partners?period=2027-Q1&beside=2027-Q2")
        for size in (NARROW, WIDE):
            room.page.set_viewport_size(size)  # type: ignore[arg-type]
            assert (language, size, [], False) == (language, size, room.barriers(), room.is_too_wide())
        assert [] == room.page.evaluate(
            """[...document.querySelectorAll('svg.plot text')].filter(text => text.getBBox().x < -1 || text.getBBox().x + text.getBBox().width > 341)
            .map(text => text.textContent)"""
        )
    table = room.page.locator("details.on-paper table").first
    assert not table.is_visible()
    room.page.emulate_media(media="print")
    assert table.is_visible()
    assert room.troubles == room.strangers == []
