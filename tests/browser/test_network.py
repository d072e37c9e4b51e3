"""A call's page and a network that goes: what waits, what is given up, and what is not lost, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Route, expect

from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.accounts import Account
from tests.browser.room import Room
from tests.browser.served_desk import ServedDesk, note_of
from tests.console.calls import found, held, talking
from tests.console.desk import IDS

pytestmark = pytest.mark.browser
PASSWORD = "quatre chevaux sous la pluie"
NOTE = "Elle rappelle si sa sœur part."
RETRY, WAITS, PATIENCE = 5, 2, 10
"""Seconds: until what waits is tried again; until it is said that it waits; until what may not come late is given up."""


@pytest.fixture
def call(served_desk: ServedDesk) -> tuple[Room, Callback]:
    """Awa talks with a caller: her page, and what was asked for."""
    _, callback, address = talking(served_desk.desk)
    room = served_desk.of("awa")
    room.open(address.removeprefix("/console/"))
    return room, callback


def test_what_is_said_and_typed_waits_and_counts_once(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """Note, flag and how it ended: said to wait, kept in no storage, done once the network is back, though an answer was lost; scripts stay meanwhile."""
    room, callback = call
    page = room.page
    room.context.set_offline(True)
    page.fill("#note-text", NOTE)
    room.press("/note")
    page.locator("#danger summary").first.click()
    expect(page.locator("#danger ol").first).to_be_visible()
    room.press("/mark", kind="danger")
    page.click("#how-spoke")
    page.clock.run_for(WAITS * 1000)
    waits = page.locator("#waits")
    for what in (room.say("callback.note"), room.say("callback.mark.danger"), room.say("callback.end")):
        expect(waits).to_contain_text(what)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # where nothing is half behind what lies over the page
    assert (room.barriers(), room.is_too_wide()) == ([], False)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert (note_of(served_desk, callback), found(served_desk.desk, callback).outcome) == (None, None)

    lost: list[str] = []

    def lose(route: Route) -> None:
        """The line has it; that it has does not come back."""
        if route.request.url not in lost:
            lost.append(route.request.url)
            route.fetch()
            return route.abort()
        return route.continue_()

    page.route("**/mark", lose)
    room.context.set_offline(False)
    expect(waits).to_contain_text(room.say("callback.mark.danger"))
    expect(waits).not_to_contain_text(room.say("callback.note"))
    page.clock.run_for(RETRY * 1000)
    room.shows(room.say("callback.then.spoke"))
    expect(waits).to_be_hidden()
    assert len(lost) == 1
    assert (note_of(served_desk, callback), found(served_desk.desk, callback).outcome) == (NOTE, "spoke")
    assert [kind for kind, _ in served_desk.line.posts()].count("staff") == 1, "the supervisor is told once"
    room.troubles.clear()


def test_what_is_refused_later_is_not_buried(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """A next call to which nobody agreed waited before the end of the call: the page that follows says so, and what was chosen stands in its form."""
    room, callback = call
    page = room.page
    room.context.set_offline(True)
    page.locator("#wrap-up summary").first.click()
    page.check("[name=day][value='1']")
    page.check("[name=part] >> nth=0")
    room.press("/wrap-up")
    page.click("#how-spoke")
    room.context.set_offline(False)
    room.shows(room.say("callback.then.spoke"))
    expect(page.locator("#given-up")).to_have_text(f"{room.say('callback.next')}: {room.say('callback.told.consent')}")
    expect(page.locator("[name=day][value='1']")).to_be_checked()
    assert len(served_desk.line.callbacks()) == 1
    page.check("[name=agreed]")
    room.press("/wrap-up")
    page.wait_for_url("**told=agreed**")
    assert [found(served_desk.desk, callback).outcome, len(served_desk.line.callbacks())] == ["spoke", 2]
    room.troubles.clear()


def test_what_is_typed_beside_is_not_touched(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """While something else goes off, and over the end of the call: it stands in the form of the page that follows."""
    room, callback = call
    page = room.page
    page.fill("#note-text", "Un début")
    page.check("[name=safer][value=same]")
    page.locator("#note-text").focus()
    page.evaluate("document.querySelector('#how-spoke').form.requestSubmit(document.querySelector('#how-spoke'))")
    room.shows(room.say("callback.then.spoke"))
    assert (page.input_value("#note-text"), page.is_checked("[name=safer][value=same]")) == ("Un début", True)
    assert page.evaluate("document.activeElement.id") == "note-text"
    page.locator("#note-text").press_sequentially(" et la suite")
    room.press("/wrap-up")
    page.wait_for_url("**/queue*")
    assert (note_of(served_desk, callback), found(served_desk.desk, callback).safer) == ("Un début et la suite", "same")
    assert room.troubles == []


def test_what_may_not_come_late_is_given_up(served_desk: ServedDesk) -> None:
    """Ten seconds after *connect* the page says so and sends nothing again; what arrives after that rings nobody; pressed again it rings."""
    _, _, address = held(served_desk.desk)
    room = served_desk.of("awa")
    room.open(address.removeprefix("/console/"))
    sent: list[str] = []
    room.page.route("**/connect", lambda route: sent.append(route.request.post_data or ""))
    room.enter("connect")
    expect(room.page.locator("#connect")).to_be_disabled()
    room.page.clock.run_for(PATIENCE * 1000)
    said = room.page.locator("#given-up")
    expect(said).to_have_text(room.say("page.given_up.connect"))
    expect(room.page.locator("#connect")).to_be_focused()
    assert (room.barriers(), room.is_too_wide()) == ([], False)

    served_desk.pass_(PATIENCE + 1)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    late = room.context.request.post(f"{served_desk.address}{address}/connect", data=sent[0], headers=form)
    served_desk.line.work()
    assert (late.status, served_desk.line.gateway.rung, len(sent)) == (408, [], 1)

    room.page.unroute("**/connect")
    room.enter("connect")
    expect(said).to_be_hidden()
    room.shows(room.say("callback.step.rings"))
    served_desk.line.work()
    assert len(served_desk.line.gateway.rung) == 1
    room.troubles.clear()


def test_a_page_that_slept_asks_for_another_tap(served_desk: ServedDesk) -> None:
    """A phone's clock stands still while it sleeps: what the page believes to be the time is old, the line refuses, and the page says so and knows better."""
    _, _, address = held(served_desk.desk)
    room = served_desk.of("awa")
    room.page.route("**/signs*", lambda route: route.abort())
    with room.page.expect_response("**/sante*"):
        room.open(address.removeprefix("/console/"))
    served_desk.line.clock.at += 60
    room.enter("connect")
    expect(room.page.locator("#given-up")).to_have_text(room.say("trouble.given_up"))
    assert served_desk.line.gateway.rung == []
    room.enter("connect")
    room.shows(room.say("callback.step.rings"))
    room.troubles.clear()


def test_taking_and_handing_over_are_given_up_too(served_desk: ServedDesk) -> None:
    """From the queue by a counselor, from its page by a supervisor: no browser error page, and nothing is done."""
    served_desk.line.walk("5 5")
    callback = served_desk.line.callbacks()[-1]
    for alias, path, button in (("awa", "queue", "[id^=take-]"), ("fanta", f"hand-over/{callback.id}", "button[name=to]")):
        room = served_desk.of(alias)
        room.open(path)
        room.context.set_offline(True)
        room.page.locator(button).first.click()
        expect(room.page.locator("#given-up")).to_have_text(room.say("page.given_up"))
        room.context.set_offline(False)
        room.page.clock.run_for(3 * PATIENCE * 1000)
        assert found(served_desk.desk, callback).claimed_by is None
        room.troubles.clear()


def test_the_words_of_the_cover_do_not_wait(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """They open as the button is pressed; without the network the page says to read them."""
    room, _ = call
    room.context.set_offline(True)
    expect(room.page.locator("#cover-words .said")).to_be_hidden()
    room.page.click("#cover")
    expect(room.page.locator("#cover-words .said")).to_be_visible()
    expect(room.page.locator("#given-up")).to_have_text(room.say("page.given_up.cover"))
    room.troubles.clear()


def test_no_page_of_the_browser_s_own_in_a_call(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """A link without the network leaves everything where it is, and leads on once it is back."""
    room, callback = call
    room.context.set_offline(True)
    link = room.page.locator(f"a[href$='{callback.id}/what']")
    link.click()
    expect(room.page.locator("#offline")).to_be_visible()
    room.shows(room.say("callback.step.talking"))
    room.context.set_offline(False)
    link.click()
    room.shows(room.say("incident.title"))
    room.troubles.clear()


def test_a_page_of_codes_waits_too(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """What happened, in four pages, each kept once: the next one stands there once the network is back, and what was chosen on it meanwhile is not lost."""
    room, callback = call
    page = room.page
    room.open(f"callback/{callback.id}/what")
    room.press("/agree")
    page.check("[name=physical][value=yes]")
    room.context.set_offline(True)
    page.locator("form .primary").click()
    page.clock.run_for(WAITS * 1000)
    expect(page.locator("#waits")).to_contain_text(room.say("incident.title"))
    page.get_by_role("link", name=room.say("incident.part.survivor")).click()
    room.shows(room.say("incident.section.ladder"))
    assert (room.barriers(), room.is_too_wide()) == ([], False)
    room.context.set_offline(False)
    room.shows(room.say("incident.section.about"))
    with served_desk.line.real_store.read() as tx:
        incident = tx.cases.incident_of(callback.id)
    assert incident is not None
    assert incident.codes == {"physical": "yes"}
    page.check("[name=time][value=night]")
    page.get_by_role("link", name=room.say("incident.part.what")).click()
    expect(page.locator("[name=physical][value=yes]")).to_be_checked()
    page.get_by_role("link", name=room.say("incident.part.when")).click()
    expect(page.locator("[name=time][value=night]")).to_be_checked()
    room.troubles.clear()


def test_a_referral_waits_and_stays_its_own(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """Made without the network it is kept once the network is back; what was chosen for another kind meanwhile is still there, for that kind."""
    room, callback = call
    page = room.page
    room.open(f"callback/{callback.id}/referrals")

    def offered(kind: str) -> Locator:
        return page.locator("details.offer", has=page.locator(f"input[name=kind][value={kind}]"))

    offered("health").locator("summary").first.click()
    offered("health").locator("[name=service]").select_option(index=1)
    offered("health").locator("[name=outcome]").first.check()
    offered("health").locator("[name=agreed]").check()
    room.context.set_offline(True)
    offered("health").locator("button.primary").click()
    page.clock.run_for(WAITS * 1000)
    expect(page.locator("#waits")).to_contain_text(room.say("referrals.kind.health"))
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # where nothing is half behind what lies over the page
    assert (room.barriers(), room.is_too_wide()) == ([], False)
    offered("police").locator("summary").first.click()
    offered("police").locator("[name=outcome]").nth(1).check()
    room.context.set_offline(False)
    expect(page.locator(".offer > summary .tag")).to_have_count(1)
    expect(offered("police").locator("[name=outcome]").nth(1)).to_be_checked()
    expect(offered("health").locator("[name=outcome]:checked")).to_have_count(0)
    with served_desk.line.real_store.read() as tx:
        assert ["health"] == [referral.kind for referral in tx.cases.referrals(callback.id)]
    room.troubles.clear()


def test_leaving_hides_the_page_and_loses_nothing(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """Without the network too the neutral page stands there at once; what waited behind it is sent when the network is back."""
    room, callback = call
    page = room.page
    expect(page.locator("#note-text")).to_be_visible()
    page.wait_for_load_state("networkidle")
    room.context.set_offline(True)
    page.fill("#note-text", NOTE)
    room.press("/note")
    page.keyboard.press("Escape")
    room.shows(room.say("neutral.title"))
    assert (page.title(), page.url.endswith("/console/sante?l=fr")) == (room.say("page.title"), True)
    assert not any(word in page.content() for word in (NOTE, callback.id, room.say("callback.cover")))
    page.keyboard.press("Escape")
    room.shows(room.say("neutral.title"))
    with page.expect_response("**/note"):
        room.context.set_offline(False)
    assert note_of(served_desk, callback) == NOTE
    room.shows(room.say("neutral.title"))
    room.troubles.clear()


def test_a_sign_in_that_ends_in_the_middle_loses_nothing(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """Whatever the page asks first: it leads to the sign-in, and from there to what was typed."""
    room, callback = call
    with served_desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["awa"], served_desk.desk.room.passwords.hash(PASSWORD)))
    room.page.route("**/signs*", lambda route: route.fulfill(status=204))
    served_desk.line.clock.at += 3600
    room.page.fill("#note-text", NOTE)
    room.press("/note")
    room.shows(room.say("access.typed"))
    room.page.fill("[name=alias]", "awa")
    room.page.fill("[name=password]", PASSWORD)
    room.page.click("main form button")
    expect(room.page.locator("#note-text")).to_have_value(NOTE)
    assert note_of(served_desk, callback) is None
    assert room.troubles == []


def test_signed_in_anew_beside_it_the_page_goes_on(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """In another tab: for the same person what waits is sent; for anybody else this page gives way, and nothing of it is done."""
    room, callback = call
    served_desk.sign_in(room, "awa")
    with room.page.expect_response(lambda response: response.url.endswith("/note") and response.ok):
        room.page.fill("#note-text", NOTE)
        room.press("/note")
    room.page.wait_for_url("**#note")
    assert note_of(served_desk, callback) == NOTE

    served_desk.sign_in(room, "oumou")
    with room.page.expect_navigation(url="**/console/sante**"):
        room.page.fill("#note-text", "Autre chose.")
        room.press("/note")
    assert note_of(served_desk, callback) == NOTE
    room.troubles.clear()


def test_what_one_typed_is_nobody_elses(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """A supervisor signs in in another tab, and this page asks for itself anew: it gives way, and what was typed and not sent is no draft of hers."""
    room, callback = call
    room.page.fill("#note-text", NOTE)
    served_desk.sign_in(room, "fanta")
    with room.page.expect_navigation(url="**/console/sante**"):
        room.page.clock.run_for(RETRY * 1000)
    room.open(f"callback/{callback.id}")
    assert "" == room.page.input_value("#note-text")
    assert note_of(served_desk, callback) is None
    room.troubles.clear()


def test_a_page_that_asked_and_found_nothing_new_takes_a_tap(call: tuple[Room, Callback]) -> None:
    """Only what has just moved takes none."""
    page = call[0].page
    with page.expect_event("requestfinished", lambda request: "/signs" in request.url) as asked:
        page.clock.run_for(3000)
    assert 204 == asked.value.response().status
    with page.expect_request(lambda request: request.url.endswith("/cover")):
        page.click("#cover")


def test_a_script_is_read_one_step_at_a_time(served_desk: ServedDesk, call: tuple[Room, Callback]) -> None:
    """A tap turns to the next and moves nothing else; the step stays when the call is marked, and what is said first takes turns; the page is short."""
    room, _ = call
    page, case = room.page, room.page.locator("#danger")
    assert page.evaluate("document.documentElement.scrollHeight") < 3_000
    case.locator("summary").first.click()
    expect(page.locator("#danger-1")).to_be_in_viewport(ratio=0.9)
    top = page.evaluate("scrollY")
    page.locator("#danger-1 a").click()
    for _ in range(2):
        expect(page.locator("#danger-2")).to_be_in_viewport(ratio=0.9)
        expect(page.locator("#danger-1")).not_to_be_in_viewport()
        assert (page.evaluate("scrollY"), page.url.count("#")) == (top, 0)
        if not case.get_by_text(room.say("callback.paged")).count():
            room.press("/mark", kind="danger")
            expect(case).to_contain_text(room.say("callback.paged"))
    opening, alone = (page.locator("details[name=say]").nth(n) for n in (0, 2))
    alone.locator("summary").click()
    expect(alone.locator(".said")).to_be_visible()
    expect(opening.locator(".said")).to_be_hidden()
    assert (room.barriers(), room.is_too_wide(), room.troubles) == ([], False, [])


def test_without_script_a_link_turns_to_the_next_step(served_desk: ServedDesk) -> None:
    """And its form is sent as ever."""
    _, callback, address = talking(served_desk.desk)
    room = served_desk.of("awa", script=False)
    room.open(address.removeprefix("/console/"))
    room.page.locator("#danger summary").first.click()
    room.page.locator("#danger-1 a").click()
    expect(room.page.locator("#danger-2")).to_be_in_viewport(ratio=0.9)
    expect(room.page.locator("#danger-1")).not_to_be_in_viewport()
    room.page.fill("#note-text", NOTE)
    room.press("/note")
    assert note_of(served_desk, callback) == NOTE
