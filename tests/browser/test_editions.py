"""An edition on its way in two real browsers: the operator's, wide and without script, and the second person's phone, where a countdown runs."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import expect

from hotline.ports.desk.accounts import Account
from hotline.ports.editions.editions import EditionRow
from hotline.service.editions import approval
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.snapshot import CompileSettings, encode
from tests.browser.phone_page import PATIENCE_MS
from tests.browser.room import NARROW, WIDE, Room
from tests.browser.served_desk import ServedDesk
from tests.console.desk import IDS
from tests.content_line import sources

pytestmark = pytest.mark.browser
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def editions() -> EditionCache:
    """Of this test alone: it follows what is published."""
    return EditionCache(CompileSettings())


def follow(served: ServedDesk) -> None:
    served.line.editions.refresh(served.line.real_store, served.line.clock.now())


def sound(room: Room) -> None:
    assert room.barriers() == []
    assert not room.is_too_wide()
    assert (room.troubles, room.strangers) == ([], [])


def test_from_a_draft_to_every_caller(served_desk: ServedDesk) -> None:
    """Words are changed and proposed without script; on a phone of 360 pixels they are read and approved; what was ticked is there after a reload; the countdown ends in *in force*, by itself."""
    line, desk = served_desk.line, served_desk.desk
    at = line.clock.now() - 3600
    with line.real_store.write() as tx:
        tx.editions.add(EditionRow(1, at, "first start", at, encode(approval.as_published(sources(), at))))
        tx.accounts.save(Account(IDS["fanta"], "", SECRET))
    follow(served_desk)
    desk.set_staff("fanta", approves=True)

    mariam = served_desk.of("mariam", WIDE, script=False)
    mariam.open("studio/danger/advice")
    words = mariam.page.locator("textarea[name='words/fr/danger.advice']")
    words.fill(words.input_value().replace("Allez", "Fuyez", 1))
    mariam.page.click("button.primary")
    mariam.page.locator(".dock").get_by_text(mariam.say("editions.difference")).click()
    expect(mariam.page.locator("ins").first).to_have_text("Fuyez")
    mariam.page.fill("[name=title]", "Plus clair")
    mariam.page.check("[name=pending]")
    mariam.page.click("button.primary")
    mariam.shows(mariam.say("editions.after.proposed"))

    fanta = served_desk.of("fanta", NARROW)
    fanta.open("editions")
    sound(fanta)
    fanta.page.click("main a.btn")
    sound(fanta)
    with fanta.page.expect_response("**/console/draft"):
        fanta.page.check("[name=read]")
        fanta.page.clock.run_for(3000)
    fanta.page.wait_for_function("history.state === null")  # the page has heard that it is kept
    fanta.page.reload()
    expect(fanta.page.locator("[name=read]")).to_be_checked()
    fanta.page.click(".dock button.primary")
    sound(fanta)
    fanta.page.fill("[name=code]", pyotp.TOTP(SECRET).at(line.clock.now()))
    fanta.page.click("button.primary")
    fanta.shows(fanta.say("editions.in_seconds", count=line.rules.lead_seconds))
    sound(fanta)
    assert "Fuyez" not in line.walk("4 1", "before").text
    line.clock.at += line.rules.lead_seconds
    follow(served_desk)
    fanta.page.clock.run_for(1500)
    expect(fanta.page.locator("#history li").first).to_contain_text(fanta.say("editions.in_force"), timeout=PATIENCE_MS)
    assert "Fuyez" in line.walk("4 1", "after").text
