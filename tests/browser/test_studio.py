"""One screen in the studio, in a real browser: the counter moves while somebody types, the phone's keys work, and nothing typed is lost, with script and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room import NARROW, WIDE, Room
from tests.browser.served_desk import ServedDesk

FR = "textarea[name='words/fr/callback.kept']"
TYPED = "On essaie {window}.\n1 Choisir un mot\n2 Autre jour\n7 Annuler"
LATER = TYPED.replace("On", "Quelqu'un")


def at_screen(served_desk: ServedDesk, size: dict[str, int] = WIDE, *, script: bool = True) -> Room:
    room = served_desk.of("mariam", size, script)
    room.open("studio/callback/kept")
    return room


def shown(page: Page) -> str:
    return page.locator("#handset .lcd > span").inner_text()


def test_the_counter_moves_once_the_last_key_rests(served_desk: ServedDesk) -> None:
    """Soon after it; the phone beside shows what is typed, and what is folded open stays open."""
    room = at_screen(served_desk)
    page, weight = room.page, room.page.locator("#weight-fr .num")
    before = weight.inner_text()
    page.locator("#words summary").first.click()
    page.locator(FR).fill(TYPED)
    page.clock.fast_forward(400)
    expect(weight).not_to_have_text(before)
    expect(page.locator("#handset .lcd")).to_contain_text("On essaie ce matin")
    assert page.locator("#words details").first.get_attribute("open") is not None
    assert room.troubles == []


def test_the_phones_keys_work_and_its_world_is_set(served_desk: ServedDesk) -> None:
    """While words are typed, which stay in their field and are what the phone shows."""
    room = at_screen(served_desk)
    page = room.page
    page.locator(FR).fill(TYPED)
    page.locator("#handset .pad button", has_text="1").click()
    expect(page.locator("#handset p .num").first).to_contain_text("5 1 1")
    page.get_by_role("button", name=room.say("studio.phone.here")).click()
    expect(page.locator("#handset .lcd")).to_contain_text("On essaie ce matin")
    page.locator("select[name=there]").select_option("nobody")
    expect(page.locator("#handset .lcd")).to_contain_text("demain")
    page.locator("[name=away]").click()
    expect(page.locator("#handset .lcd")).to_contain_text("Rien n'est noté")
    assert page.locator(FR).input_value() == TYPED
    # What was being weighed is given up for the key, which htmx reports.
    assert [trouble for trouble in room.troubles if not trouble.startswith(("htmx:afterRequest", "htmx:sendAbort"))] == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360", "1280"])
def test_without_script(served_desk: ServedDesk, size: dict[str, int]) -> None:
    """Weighed by a button, tried by the phone's own keys, kept: and what is typed stays until then."""
    room = at_screen(served_desk, size, script=False)
    page = room.page
    before = page.locator("#weight-fr .num").inner_text()
    page.locator(FR).fill(TYPED)
    page.get_by_role("button", name=room.say("studio.weigh"), exact=True).click()
    expect(page.locator("#weight-fr .num")).not_to_have_text(before)
    page.locator("#handset .pad button", has_text="7").click()
    expect(page.locator("#handset .lcd")).to_contain_text("annulé")
    assert page.locator(FR).input_value() == TYPED
    page.locator("select[name=there]").select_option("nobody")
    for button in ("studio.phone.set", "page.draft_keep"):
        with page.expect_navigation():
            page.get_by_role("button", name=room.say(button)).click()
    page.reload()
    assert page.locator(FR).input_value() == TYPED
    page.get_by_role("button", name=room.say("studio.keep"), exact=True).click()
    room.shows(room.say("studio.after.kept"))
    assert page.locator(FR).input_value() == TYPED
    assert shown(page).startswith("On essaie")


def test_what_is_typed_is_there_after_a_reload(served_desk: ServedDesk) -> None:
    """Saved by itself, weighed as it stands, and said to be kept nowhere yet; the last letter too, right after it was typed."""
    room = at_screen(served_desk)
    page = room.page
    page.locator(FR).fill(TYPED)
    page.clock.fast_forward(3000)
    expect(page.locator("#screen .draft")).to_be_visible()
    page.reload()
    assert page.locator(FR).input_value() == TYPED
    expect(page.locator("#handset .lcd")).to_contain_text("On essaie")
    page.locator(FR).fill(LATER)
    page.reload()
    expect(page.locator(FR)).to_have_value(LATER)
    page.wait_for_function("history.state === null")


def test_two_tabs_at_one_screen_keep_each_their_own(served_desk: ServedDesk) -> None:
    """What one types is not written over by the other; whoever opens the screen again finds one and the way to the other."""
    room, other = at_screen(served_desk), at_screen(served_desk)
    for tab, text in ((room, TYPED), (other, LATER)):
        tab.page.locator(FR).fill(text)
        tab.page.clock.fast_forward(3000)
        expect(tab.page.locator("#screen .draft")).to_be_visible()
    other.page.reload()
    found = [other.page.locator(FR).input_value()]
    other.page.get_by_role("link", name=room.say("page.draft_other_see")).click()
    found.append(other.page.locator(FR).input_value())
    assert [TYPED, LATER] == found
    assert other.barriers() == []


def test_a_network_that_is_gone_loses_nothing(served_desk: ServedDesk) -> None:
    """The page stays with what was typed, and says so; the same button keeps it once the network is back."""
    room = at_screen(served_desk)
    page = room.page
    page.locator(FR).fill(TYPED)
    room.context.set_offline(True)
    page.get_by_role("button", name=room.say("studio.keep"), exact=True).click()
    expect(page.locator("#given-up")).to_have_text(room.say("studio.given_up"))
    assert page.locator(FR).input_value() == TYPED
    room.context.set_offline(False)
    page.get_by_role("button", name=room.say("studio.keep"), exact=True).click()
    room.shows(room.say("studio.after.kept"))
    assert page.locator(FR).input_value() == TYPED


def test_two_who_change_the_same_see_both(served_desk: ServedDesk) -> None:
    """In place, with the network as it is: mine in the field, theirs below, and a button for each."""
    room, other = at_screen(served_desk), at_screen(served_desk, script=False)
    other.page.locator(FR).fill(TYPED.replace("On", "Quelqu'un"))
    other.page.get_by_role("button", name=room.say("studio.keep"), exact=True).click()
    room.page.locator(FR).fill(TYPED)
    room.page.get_by_role("button", name=room.say("studio.keep"), exact=True).click()
    room.shows("Quelqu'un essaie {window}.")
    assert room.page.locator(FR).input_value() == TYPED
    assert room.barriers() == []
    room.page.get_by_role("button", name=room.say("studio.keep_mine")).click()
    room.shows(room.say("studio.after.kept"))
    assert room.page.locator(FR).input_value() == TYPED


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360", "1280"])
def test_everybody_can_use_it(served_desk: ServedDesk, size: dict[str, int]) -> None:
    """With keyboard and screen reader, and on a narrow phone; what is wrong too."""
    room = at_screen(served_desk, size)
    assert room.barriers() == []
    assert not room.is_too_wide()
    room.page.locator(FR).fill("Appelez le 70 11 22 33.")
    room.page.clock.fast_forward(400)
    expect(room.page.locator("#wrongs-fr .fault").first).to_be_visible()
    assert room.barriers() == []
    assert not room.is_too_wide()
    assert room.strangers == []
