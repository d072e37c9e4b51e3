"""The counselors' room from end to end: a woman dials on the phone page, a counselor works on it in a browser, a supervisor sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, expect

from hotline.demo import people
from hotline.service.permissions import may
from tests.browser.phone_page import PhonePage
from tests.browser.room import NARROW, WIDE, Room
from tests.system.lines import Line, lay_down, started

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.long]
FIRST_LOAD, LATER = 50_000, 15_000
"""Bytes: all that a page brings the first time, and each after it."""
OFFER = re.compile(r"\b(\d{3,5}) 1\b")
"""How an offer ends: what the counselor has to answer."""


class Pair(Struct, frozen=True):
    """A caller and a counselor who speaks the caller's language."""

    caller: str
    counselor: str
    way: tuple[tuple[str, str], ...]
    """Keys from the first dial to where a call is noted, each with what its screen says."""


# Until when she is called goes after "avant" or, where that is after midnight, after "cette nuit avant": the day that the test runs on is not asked about.
FRENCH = Pair("kadi", "awa", (("*123#", "1 Grossesse"), ("5", "5 Maintenant"), ("5", "Noté. Une femme essaie d'appeler")))
BAMBARA = Pair(
    "sira",
    "nana",
    (("*123#", "1 Grossesse"), ("6", "1 Kònòmaya"), ("5", "5 Sisan"), ("5", "An y'a mèn. Muso dò b'a nyini k'i wele")),
)
PAIRS = pytest.mark.parametrize("pair", [FRENCH, BAMBARA], ids=["fr", "bm"])


# Two callers ask all day, and who has just worked a hard call must not rest: neither is what these tests ask about.
SETTINGS = {"HOTLINE_RINGS_A_DAY": "20", "HOTLINE_PAUSE_MINUTES": "0"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    yield from started(tmp_path_factory.mktemp("room") / "v", **SETTINGS)


@pytest.fixture
def line(standing: Line) -> Line:
    """One for all tests here, on which nothing is left of the test before."""
    lay_down(standing.await_card())
    return standing


@pytest.fixture
def phone(line: Line, browser: Browser) -> Iterator[PhonePage]:
    yield from phones_of(line, browser)


@pytest.fixture
def room(line: Line, browser: Browser) -> Iterator[_Rooms]:
    yield from rooms_of(line, browser)


@pytest.fixture
def own_line(tmp_path: Path) -> Iterator[Line]:
    """For a test that changes who works here."""
    yield from started(tmp_path / "v", **SETTINGS)


@pytest.fixture
def own_phone(own_line: Line, browser: Browser) -> Iterator[PhonePage]:
    yield from phones_of(own_line, browser)


@pytest.fixture
def own_room(own_line: Line, browser: Browser) -> Iterator[_Rooms]:
    yield from rooms_of(own_line, browser)


def phones_of(line: Line, browser: Browser) -> Iterator[PhonePage]:
    context = browser.new_context(viewport=WIDE, locale="fr-FR", reduced_motion="reduce")  # type: ignore[arg-type]
    yield PhonePage(context.new_page(), line.await_card()["address"])
    context.close()


def rooms_of(line: Line, browser: Browser) -> Iterator[_Rooms]:
    rooms = _Rooms(browser, line.await_card())
    yield rooms
    rooms.close()


class _Rooms:
    """Everybody's browser, closed at the end. Nothing may have gone wrong in any of them, nor have asked another host."""

    def __init__(self, browser: Browser, card: dict) -> None:
        self.browser, self.card = browser, card
        self.all: list[Room] = []

    def of(self, alias: str | None, size: dict[str, int] = NARROW, script: bool = True) -> Room:
        self.all.append(Room(self.browser, self.card, alias, size, script))
        return self.all[-1]

    def close(self) -> None:
        for room in self.all:
            room.close()
        assert [] == [(room.troubles, room.strangers) for room in self.all if room.troubles or room.strangers]


def ask(phone: PhonePage, pair: Pair) -> str:
    """She asks to be called now, the counselor's phone hears of it: the reference."""
    phone.caller.hold(pair.caller)
    phone.staff.hold(pair.counselor)
    before = phone.staff.newest()
    phone.caller.rest("*123#")
    for key, screen in pair.way:
        phone.caller.dial(key)
        phone.caller.shows(screen)
    found = OFFER.search(phone.staff.hears(OFFER, before))
    assert found is not None
    phone.caller.rest("*123#")
    return found[1]


def take(room: Room, reference: str) -> None:
    """From the queue, where it came by itself, to its own page."""
    room.enter(f"take-{reference}")
    room.shows(room.say("callback.opening"))


def bridge(phone: PhonePage) -> None:
    """The line rings the counselor, she presses 1, it rings the caller, who answers."""
    phone.staff.rings()
    phone.staff.command("green")
    phone.staff.in_call("talking")
    phone.staff.press("1")
    phone.caller.rings()
    phone.caller.command("green")
    phone.caller.in_call("connected")


def connect(room: Room, phone: PhonePage) -> None:
    """The two are put through, and the page follows without being reloaded."""
    room.enter("connect")
    bridge(phone)
    expect(room.page.locator("#cover")).to_be_visible()


def close(room: Room, phone: PhonePage, how: str) -> None:
    """She hangs up, the page asks how it ended, and takes one tap for an answer."""
    phone.staff.command("red")
    phone.caller.in_call("over")
    room.shows(room.say("callback.step.how"))
    room.enter(f"how-{how}")
    room.shows(room.say(f"callback.then.{how}"))


@pytest.mark.parametrize(("pair", "size"), [(FRENCH, WIDE), (BAMBARA, NARROW)], ids=["fr", "bm"])
def test_from_the_first_dial_to_the_next_time(phone: PhonePage, room: _Rooms, pair: Pair, size: dict[str, int]) -> None:
    """Dial, alert, take, connect, a script that is read and one that pages the supervisor, the time that the caller agrees to and hears again,
    outcome, closed. In a call and after it nobody is left out at either size."""
    counselor = room.of(pair.counselor, size)
    counselor.open("queue")
    reference = ask(phone, pair)
    take(counselor, reference)
    connect(counselor, phone)

    expect(counselor.page.locator(".timer")).not_to_have_text("00:00")
    sign = counselor.page.locator("#danger")
    sign.locator("summary").first.click()
    expect(sign.locator("ol").first).to_be_visible()
    expect(sign).not_to_contain_text(counselor.say("callback.paged"))
    sign.locator("form button").click()
    expect(sign).to_contain_text(counselor.say("callback.paged"))
    expect(sign.locator("ol").first).to_be_visible()
    phone.caller.in_call("connected")  # nothing of it touched the call
    phone.staff.hold("fanta")
    phone.staff.hears(reference)
    phone.staff.hold(pair.counselor)
    phone.staff.in_call("connected")

    counselor.assert_nobody_is_left_out("in a call")
    counselor.page.locator("#wrap-up summary").first.click()
    counselor.page.check("[name=day][value='1']")
    counselor.page.check("[name=part] >> nth=0")
    counselor.page.check("[name=agreed]")
    counselor.press("/wrap-up")
    counselor.shows(counselor.say("callback.told.agreed"))
    expect(counselor.page.locator("#agreed .said")).to_be_visible()

    close(counselor, phone, "spoke")
    counselor.assert_nobody_is_left_out("after the call")
    counselor.page.check("[name=safer][value=same]")
    counselor.press("/wrap-up")
    counselor.page.wait_for_url("**/queue*")
    expect(counselor.page.locator(f"#open-{reference}")).to_have_count(0)


@PAIRS
def test_someone_else_answers(phone: PhonePage, room: _Rooms, pair: Pair) -> None:
    """Nothing rings that phone again by itself: a supervisor decides, and must say why."""
    counselor = room.of(pair.counselor)
    counselor.open("queue")
    reference = ask(phone, pair)
    take(counselor, reference)
    connect(counselor, phone)
    close(counselor, phone, "someone_else")

    supervisor = room.of("fanta", WIDE)
    supervisor.open("review")
    supervisor.shows(reference)
    supervisor.page.locator(f"a:has-text('{reference}')").first.click()
    supervisor.shows(supervisor.say("review.reason.someone_else"))
    supervisor.page.check("[name=decision][value=close]")
    supervisor.page.fill("[name=why]", "Vu avec elle.")
    supervisor.press("/review/")
    supervisor.shows(supervisor.say("review.done"))


def first_sign_in(room: _Rooms, link: str) -> Room:
    """She opens the link that the admin handed over and chooses a password."""
    newcomer = room.of(None)
    newcomer.page.goto(link)
    for field in newcomer.page.locator("[type=password]").all():
        field.fill("trois-pirogues-bleues-71")
    newcomer.page.click("main form button")
    newcomer.page.wait_for_url(lambda url: "welcome" not in url)
    return newcomer


def by_sms(phone: PhonePage, pair: Pair) -> None:
    """She takes one, is connected and says how it ended, without any page."""
    reference = ask(phone, pair)
    phone.staff.write(f"{reference} 1")
    bridge(phone)
    phone.staff.command("red")
    phone.staff.hears(re.compile(rf"{reference}.*1 .*6 ", re.DOTALL))
    phone.staff.write(f"{reference} 1")


def test_a_newcomer_works_by_browser_and_by_sms(own_phone: PhonePage, own_room: _Rooms) -> None:
    """An admin adds a counselor and hands over a link; she chooses a password, works three in the browser and one by SMS; the supervisor sees no number."""
    phone, room = own_phone, own_room
    numbers = [person["number"] for person in room.card["people"] if person["number"]]
    hawa = next(person["number"] for person in room.card["people"] if person["alias"] == "hawa")
    admin = room.of("djeneba", WIDE)
    admin.open("people")
    admin.page.fill("[name=alias]", "hawa")
    admin.page.fill("[name=number]", hawa)
    admin.page.check("[name=speaks][value=fr]")
    admin.press("/people")
    admin.page.click("#link-title ~ form button")
    link = admin.page.locator("textarea[readonly]").input_value()
    admin.page.click("[data-copy]")
    admin.shows(admin.say("people.link_copied"))

    newcomer = first_sign_in(room, link)
    newcomer.open("queue")
    newcomer.enter("on-shift")
    newcomer.shows(newcomer.say("queue.here"))

    here = Pair("kadi", "hawa", FRENCH.way)
    colleague = room.of("awa")
    colleague.open("queue")
    colleague.enter("off-shift")
    colleague.enter("end")
    for how in ("spoke", "no_answer", "someone_else"):
        reference = ask(phone, here)
        newcomer.open("queue")
        take(newcomer, reference)
        connect(newcomer, phone)
        close(newcomer, phone, how)
    by_sms(phone, here)

    supervisor = room.of("fanta", WIDE)
    for path in ("queue", "review", "shifts", "testimonies", "overview", "audit"):
        supervisor.open(path)
        digits = re.sub(r"\D", "", supervisor.page.locator("main").inner_text())
        assert [number for number in numbers if number[-8:] in digits] == []
    supervisor.shows("hawa")


PAGES = (
    "queue",
    "review",
    "shifts",
    "testimonies",
    "testimonies/new",
    "care",
    "care/check-in",
    "overview",
    "figures",
    "figures/protocols",
    "judged",
    "partners",
    "people",
    "audit",
    "me",
    "referrals/due",
    "studio",
    "studio/callback/when",
)
ENDPOINTS = {
    "studio/callback/when": "studio_screen",
    "testimonies/new": "testimony_new",
    "care/check-in": "check_in",
    "referrals/due": "due",
    "figures/protocols": "protocols",
}


def test_the_sign_in_leaves_nobody_out(room: _Rooms) -> None:
    """The first page of all, that everybody sees, brings style and script and is light with them."""
    found = room.of(None)
    found.open("sign-in")
    assert found.weight() < FIRST_LOAD
    found.assert_nobody_is_left_out("sign-in")


@pytest.mark.parametrize("alias", ["awa", "nana", "fanta", "mariam", "djeneba"])
def test_no_page_leaves_anybody_out(room: _Rooms, alias: str) -> None:
    """At either size axe finds nothing against WCAG 2.2 AA and nothing runs off the side; no page after the first is heavy."""
    found = room.of(alias)
    staff = next(person for person in people.staff(0) if person.alias == alias)
    for path in PAGES:
        if may(staff, ENDPOINTS.get(path, path)):
            found.open(path)
            assert found.weight() < LATER
            found.assert_nobody_is_left_out(path)


@pytest.mark.parametrize("how", ["key", "tap"])
def test_one_key_and_a_tap_leave_for_a_neutral_page(room: _Rooms, how: str) -> None:
    """Nothing on it, in its title or behind its back button tells what was there."""
    counselor = room.of("awa")
    counselor.open("queue")
    if how == "key":
        counselor.page.keyboard.press("Escape")
    else:
        counselor.page.click("#leave")
    counselor.shows(counselor.say("neutral.title"))
    assert counselor.say("page.title") == counselor.page.title()
    expect(counselor.page.locator("nav")).to_have_count(0)


def test_the_whole_path_without_script(phone: PhonePage, room: _Rooms) -> None:
    """Whoever has script off looks again by a link: everything else is the same."""
    counselor = room.of("awa", script=False)
    reference = ask(phone, FRENCH)
    counselor.open("queue")
    take(counselor, reference)
    counselor.page.click("#connect")
    bridge(phone)
    counselor.page.click("noscript a")
    expect(counselor.page.locator("#cover")).to_be_visible()
    phone.staff.command("red")
    phone.caller.in_call("over")
    counselor.page.click("noscript a")
    counselor.page.click("#how-no_answer")
    counselor.shows(counselor.say("callback.then.no_answer"))


def test_the_keyboard_alone_takes_and_connects(phone: PhonePage, room: _Rooms) -> None:
    """Every step can be reached by the tab key, and where it is can be seen."""
    counselor = room.of("awa", WIDE)
    reference = ask(phone, FRENCH)
    counselor.open("queue")
    for id in (f"take-{reference}", "connect"):
        _tab_to(counselor, id)
        counselor.page.keyboard.press("Enter")
    phone.staff.rings()
    phone.staff.command("red")


def _tab_to(room: Room, id: str) -> None:
    expect(room.page.locator(f"#{id}")).to_be_visible()
    for _ in range(60):
        room.page.keyboard.press("Tab")
        if room.page.evaluate("document.activeElement.id") == id:
            assert room.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"the tab key does not reach {id}")
