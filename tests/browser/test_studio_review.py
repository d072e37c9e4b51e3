"""A reviewer on a phone whose network goes: what was pressed is kept on the page, and counts once it is back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.room import NARROW, WIDE
from tests.browser.served_desk import ServedDesk


@pytest.fixture
def reviewed(served_desk: ServedDesk) -> ServedDesk:
    served_desk.desk.set_staff("nana", reviews=("bm",), reads="fr")
    return served_desk


def signed(served: ServedDesk) -> int:
    with served.line.real_store.read() as tx:
        return len(tx.readings.all())


def test_read_one_after_another_on_a_bad_network(reviewed: ServedDesk) -> None:
    """Three are signed, two of them with the network away: nothing is lost, nothing counts twice, and the page stays where it is."""
    room = reviewed.of("nana", NARROW)
    page = room.page
    room.open("studio/review")
    articles = page.locator("article")
    read = room.say("studio.review.read")
    articles.nth(0).get_by_role("button", name=read).click()
    expect(articles.nth(0)).to_contain_text("nana")
    expect(articles.nth(0).locator("h2 a")).to_be_focused()  # the next button is a few keys away, not all of the page
    page.route("**/studio/review/read", lambda route: route.abort())
    articles.nth(1).get_by_role("button", name=read).click()
    articles.nth(2).get_by_role("button", name=read).click()
    page.clock.fast_forward(1500)
    expect(page.locator("#waits")).to_be_visible()
    assert 1 == signed(reviewed)
    page.unroute("**/studio/review/read")
    page.clock.fast_forward(6000)
    expect(articles.nth(2)).to_contain_text("nana")
    expect(articles.nth(1)).to_contain_text("nana")
    expect(page.locator("#waits")).to_be_hidden()
    assert (3, 20) == (signed(reviewed), articles.count())
    articles.nth(1).get_by_role("button", name=room.say("studio.review.take_back")).click()
    expect(articles.nth(1).get_by_role("button", name=read)).to_be_visible()
    assert 2 == signed(reviewed)


def test_signing_leaves_what_is_typed_beside(reviewed: ServedDesk) -> None:
    """On a screen's page, and a comment too: the words stay in their field, and are kept while nobody sends them. Those are signed for by nobody."""
    room = reviewed.of("nana", WIDE)
    page = room.page
    room.open("studio/callback/when")
    words = page.locator("#screen textarea[name='words/bm/callback.when']")
    words.fill("Kuma kura.")
    page.locator("[id='read-words-bm-callback.when'] button").click()
    expect(page.locator("[id='read-words-bm-callback.when'] [role=alert]")).to_have_text(room.say("studio.review.error.state"))
    page.locator("[id='read-words-bm-callback.when-sms'] button").evaluate("button => button.click()")
    expect(page.locator("[id='read-words-bm-callback.when-sms']")).to_contain_text("nana")
    thread = page.locator("[id='thread-words-bm-callback.when']")
    thread.locator("summary").click()
    thread.locator("textarea").fill("Une femme dirait autre chose.")
    thread.get_by_role("button", name=room.say("studio.review.send")).click()
    expect(thread).to_contain_text(room.say("studio.review.open", count=1))
    expect(thread.locator("textarea")).to_have_value("")
    assert (1, "Kuma kura.") == (signed(reviewed), words.input_value())
    page.clock.fast_forward(100)
    expect(page.locator("#screen .draft")).to_be_visible()
    page.reload()
    assert ("Kuma kura.", "") == (words.input_value(), thread.locator("textarea").input_value())
    assert [] == [trouble for trouble in room.troubles if "409" not in trouble]


def test_the_pages_fit_and_have_no_barriers(reviewed: ServedDesk) -> None:
    """The list, what is talked about, and a screen with its threads, at either size; a tap on a phone signs there."""
    room = reviewed.of("nana", NARROW)
    room.open("studio/review")
    thread = room.page.locator("article").first.locator("details[id^=thread]")
    thread.locator("summary").click()
    thread.locator("textarea").fill("Une femme dirait autre chose.")
    thread.get_by_role("button", name=room.say("studio.review.send")).click()
    expect(thread).to_contain_text(room.say("studio.review.open", count=1))
    expect(thread.locator("textarea")).to_have_value("")
    for path in ("studio/review", "studio/review?show=comments", "studio/callback/when"):
        room.open(path)
        room.assert_nobody_is_left_out(path)
    room.page.locator("#screen [id^='read-words-bm'] button").first.click()
    expect(room.page.locator("[id^='read-words-bm']").first).to_contain_text("nana")
    assert [] == [trouble for trouble in room.troubles if "ERR_FAILED" not in trouble]
