"""The operators' room from end to end, with two people and a second factor: words, a service and a screen are changed, read by a second person, heard by a caller, and gone back on."""

from __future__ import annotations

import pyotp
import pytest
from msgspec.structs import replace
from playwright.sync_api import expect

from hotline.ports.desk.accounts import Account
from hotline.ports.editions.editions import FIRST_START, EditionRow
from hotline.service.editions import approval
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.snapshot import CompileSettings, encode
from tests.browser.room import NARROW, WIDE, Room
from tests.browser.served_desk import ServedDesk
from tests.console.desk import IDS, SETTINGS
from tests.content_line import sources

pytestmark = [pytest.mark.browser, pytest.mark.long]
PASSWORD = "quatre chevaux sous la pluie"
SECRETS = {
    "mariam": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "fanta": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
    "nana": "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
}
OLD = {"fr": "Allez chez des gens, avec les enfants, si possible.", "bm": "Ni i bɛ se, taa mɔgɔw fɛ, ni denw ye."}
NEW = {"fr": "Allez chez des voisins avec les enfants.", "bm": "Taa sigiɲɔgɔnw fɛ ni denw ye."}
LONG = f"{NEW['fr']} {NEW['fr']}"
"""More than one page holds."""
FRENCH = "words/fr/danger.advice"
SERVICE, NUMBER = "CSCom de Missira", "00 00 07 12"
REASON = "Une mère dit « refuse le sein »."
MENDED = "S'il refuse le sein"
SCREEN = {"fr": "Les dents du bébé", "bm": "Den ɲinw"}
KEYS = (
    ("Quand elles sortent", "Tuma min u bɛ bɔ", "babies.newborn"),
    ("S'il a de la fièvre", "Ni farigan b'a la", "fever.topics"),
    ("S'il ne tète plus", "Ni a tɛ sin min", "babies.ill"),
)


@pytest.fixture
def editions() -> EditionCache:
    """Of this test alone: it follows what is published."""
    return EditionCache(CompileSettings())


@pytest.fixture
def served(served_desk: ServedDesk) -> ServedDesk:
    """An edition in force; an operator, an approver and a reviewer, each with a password and a second factor, without which nobody gets in."""
    line, desk = served_desk.line, served_desk.desk
    desk.install(replace(SETTINGS, second_factor=True))
    at = line.clock.now() - 3600
    with line.real_store.write() as tx:
        tx.editions.add(EditionRow(1, at, FIRST_START, at, encode(approval.as_published(sources(), at))))
        for alias, secret in SECRETS.items():
            tx.accounts.save(Account(IDS[alias], desk.room.passwords.hash(PASSWORD), secret))
    desk.set_staff("fanta", approves=True)
    desk.set_staff("nana", reviews=("bm",), reads="fr")
    follow(served_desk)
    return served_desk


def follow(served: ServedDesk) -> None:
    served.line.editions.refresh(served.line.real_store, served.line.clock.now())


def fresh_code(served: ServedDesk, alias: str) -> str:
    """None is good twice."""
    served.line.clock.at += 30
    return pyotp.TOTP(SECRETS[alias]).at(served.line.clock.now())


def signed_in(served: ServedDesk, alias: str, size: dict[str, int], *, script: bool) -> Room:
    """By password and code, as everybody."""
    room = Room(served.browser, {"address": served.address}, None, size, script)
    served.rooms.append(room)
    room.open("sign-in?l=fr")
    room.page.fill("[name=alias]", alias)
    room.page.fill("[name=password]", PASSWORD)
    room.page.click("main form button")
    room.page.fill("[name=code]", fresh_code(served, alias))
    room.page.click("main form button")
    expect(room.page.locator("nav.tabs")).to_be_visible()
    return room


def press(room: Room, key: str, within: str = "main", **values: object) -> None:
    """The button or link of this name."""
    room.page.locator(within).locator("button, a").get_by_text(room.say(key, **values), exact=True).first.click()


class Operator:
    """What somebody does in the studio, page by page."""

    def __init__(self, room: Room, *, script: bool) -> None:
        self.room, self.page, self.script = room, room.page, script

    def find(self, words: str, title: str) -> None:
        """A screen by what it says."""
        self.room.open("studio")
        self.page.fill("[name=q]", words)
        self.page.locator("[role=search] button").click()
        self.page.locator("ul.rows").get_by_role("link", name=title).first.click()

    def type(self, place: str, old: str, new: str) -> None:
        field = self.page.locator(f"textarea[name='{place}']")
        text = field.input_value()
        assert old in text
        field.fill(text.replace(old, new, 1))
        if not self.script:
            press(self.room, "studio.weigh", "noscript")

    def shows(self, text: str) -> None:
        """On the phone of the studio."""
        expect(self.page.locator("#handset .lcd")).to_contain_text(text)

    def keep(self) -> None:
        press(self.room, "studio.keep")
        self.room.shows(self.room.say("studio.after.kept"))


def clearer_advice(operator: Operator) -> None:
    """Found by search, too long for one page at first and told so, then within it in both languages, and tried by key."""
    operator.find("loin des couteaux", "Allez chez des gens")
    room, page = operator.room, operator.page
    operator.type(FRENCH, OLD["fr"], LONG)
    expect(page.locator("#weight-fr .over")).not_to_have_count(0)
    operator.type(FRENCH, LONG, NEW["fr"])
    operator.type(FRENCH.replace("fr", "bm", 1), OLD["bm"], NEW["bm"])
    expect(page.locator("#weight-fr .over")).to_have_count(0)
    expect(page.locator(".gauge")).not_to_have_count(0)
    expect(page.locator(".over, #words .fault")).to_have_count(0)
    operator.shows(NEW["fr"])
    page.locator("#handset .pad button", has_text="3").click()
    operator.shows("1 Liste des centres")
    press(room, "studio.phone.here")
    operator.shows(NEW["fr"])
    operator.keep()


def new_service(operator: Operator) -> None:
    """With its source; then its number was rung, and it answered."""
    room, page = operator.room, operator.page
    room.open("directory")
    press(room, "directory.add.services")
    page.fill("[name=name]", SERVICE)
    page.locator("[name=kind][value=health]").check()
    page.select_option("[name=place]", "commune-2")
    page.fill("[name=phone]", NUMBER)
    page.fill("[name=source]", "visite sur place")
    page.fill("[name=source_date]", "2026-11")
    press(room, "studio.keep")
    room.shows(room.say("directory.after.kept"))
    page.locator("[name=answered][value=service]").check()
    page.fill("[name=rang_cost]", "gratuit")
    press(room, "directory.rang_keep")
    room.shows("Vérifié jusqu'au")


def new_screen(operator: Operator) -> None:
    """Three keys, at a free number of a menu that is there."""
    room, page = operator.room, operator.page
    operator.find("Les vaccins", "Bébé, vaccins")
    page.locator("#keys").get_by_role("link", name=room.say("structure.change")).click()
    press(room, "structure.new_below")
    for language, text in SCREEN.items():
        page.fill(f"[name='words:{language}']", text)
    for row, (french, bambara, target) in enumerate(KEYS):
        page.fill(f"[name='row-{row}:fr']", french)
        page.fill(f"[name='row-{row}:bm']", bambara)
        page.select_option(f"[name='row-{row}-go']", target)
    page.select_option("[name=number]", "6")
    for language, text in SCREEN.items():
        page.fill(f"[name='label:words/{language}/babies.topics']", text)
    press(room, "structure.add_now")
    room.shows(room.say("structure.after.added"))


def propose(operator: Operator, title: str) -> None:
    room, page = operator.room, operator.page
    press(room, "editions.propose", ".dock")
    page.fill("[name=title]", title)
    page.check("[name=pending]")
    press(room, "editions.propose", "#propose")
    room.shows(room.say("editions.after.proposed"))


def to_proposal(room: Room) -> None:
    room.open("editions")
    press(room, "editions.look")


def send_back(room: Room, reason: str) -> None:
    """By the second person: one thing is to be said otherwise."""
    to_proposal(room)
    room.page.fill("[name=reason]", reason)
    press(room, "editions.send_back", "#back")
    room.shows(room.say("editions.after.sent_back"))


def mend(operator: Operator, reason: str) -> None:
    """What was sent back, in the same draft."""
    room, page = operator.room, operator.page
    room.open("editions")
    press(room, "editions.difference")
    room.shows(reason)
    operator.find(SCREEN["fr"], SCREEN["fr"])
    operator.type(page.locator("textarea[lang=fr]").first.get_attribute("name") or "", KEYS[2][0], MENDED)
    operator.keep()


def approve(served: ServedDesk, room: Room, parts: int) -> None:
    """Every screen read and ticked, then a code that was not used yet."""
    to_proposal(room)
    reads = room.page.locator("[name=read]")
    expect(reads).to_have_count(parts)
    for at in range(parts):
        reads.nth(at).check()
    press(room, "editions.approve", ".dock")
    room.page.fill("[name=code]", fresh_code(served, "fanta"))
    press(room, "editions.approve")
    room.shows(room.say("editions.after.approved"))


def sign(room: Room) -> None:
    """By a reviewer of Bambara, in the draft of another."""
    room.open("studio/review")
    others = room.page.locator("details", has_text=room.say("studio.review.others"))
    others.locator("summary").click()
    others.get_by_role("link").first.click()
    room.page.select_option("[name=flow]", "danger")
    press(room, "studio.review.show")
    message = room.page.locator("article", has_text=NEW["bm"])
    message.get_by_role("button", name=room.say("studio.review.read")).click()
    expect(message).to_have_count(0)


def go_back(room: Room, number: int) -> None:
    """In two taps."""
    room.open("editions")
    press(room, "editions.again")
    press(room, "editions.again_now", number=number)
    room.shows(room.say("editions.after.returned"))


class Callers:
    """Whoever dials, each time as if for the first time."""

    def __init__(self, served: ServedDesk) -> None:
        self.served, self.line = served, served.line
        self.sessions = 0

    def hear(self, keys: str) -> str:
        """What the last screen says."""
        self.sessions += 1
        return self.line.walk(keys, f"caller-{self.sessions}").text

    def wait(self) -> None:
        """The lead passes."""
        self.line.clock.at += self.line.rules.lead_seconds
        follow(self.served)


def sound(room: Room) -> None:
    """What was being weighed when somebody went on is given up, which htmx reports."""
    troubles = [trouble for trouble in room.troubles if not trouble.startswith(("htmx:afterRequest", "htmx:sendAbort"))]
    assert (troubles, room.strangers, room.is_too_wide()) == ([], [], False)


script = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@script
def test_what_two_people_change_is_heard_and_gone_back_on(served: ServedDesk, script: bool) -> None:
    """At a desk: advice, a service and a menu, sent back once, approved, dialed after the lead, and as it was after *go back*."""
    callers = Callers(served)
    mariam = signed_in(served, "mariam", WIDE, script=script)
    operator = Operator(mariam, script=script)
    clearer_advice(operator)
    new_service(operator)
    new_screen(operator)
    propose(operator, "Plus clair")
    fanta = signed_in(served, "fanta", WIDE, script=script)
    send_back(fanta, REASON)
    mend(operator, REASON)
    propose(operator, "Plus clair")
    approve(served, fanta, parts=4)

    assert callers.hear("4 1").startswith(OLD["fr"])
    callers.wait()
    assert callers.hear("4 1").startswith(NEW["fr"])
    assert callers.hear("6 4 1").startswith("Taa siginyògònw fè ni denw ye.")
    assert f"6 {SCREEN['fr']}\n" in callers.hear("2")
    assert f"{SCREEN['fr']}\n1 {KEYS[0][0]}\n2 {KEYS[1][0]}\n3 {MENDED}\n" in callers.hear("2 6")
    assert "Bébé ne tète plus" in callers.hear("2 6 3")
    assert callers.hear("4 3 2 1 2").startswith(f"{SERVICE}\n{NUMBER}\n")

    go_back(fanta, 1)
    assert callers.hear("4 1").startswith(NEW["fr"])
    callers.wait()
    assert callers.hear("4 1").startswith(OLD["fr"])
    assert SCREEN["fr"] not in callers.hear("2")
    assert SERVICE not in callers.hear("4 3 2 1 2")
    sound(mariam)
    sound(fanta)


@script
def test_words_are_changed_reviewed_and_approved_on_a_phone(served: ServedDesk, script: bool) -> None:
    """At 360 pixels, by three people; the second person is told who read the words in Bambara."""
    callers = Callers(served)
    mariam = signed_in(served, "mariam", NARROW, script=script)
    operator = Operator(mariam, script=script)
    clearer_advice(operator)
    sound(mariam)
    nana = signed_in(served, "nana", NARROW, script=script)
    sign(nana)
    sound(nana)
    mariam.open("editions")
    press(mariam, "editions.difference")
    propose(operator, "Plus clair")
    sound(mariam)
    fanta = signed_in(served, "fanta", NARROW, script=script)
    to_proposal(fanta)
    fanta.shows(fanta.say("studio.reviewed", by="nana"))
    sound(fanta)
    approve(served, fanta, parts=1)
    sound(fanta)
    callers.wait()
    assert callers.hear("4 1").startswith(NEW["fr"])
