"""The staff's accounts, by an admin; and each one's own."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
import pytest
from msgspec.structs import replace

from hotline.console.times import iso
from hotline.ports.calls.reviews import Review
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.staff import Staff
from tests.console.desk import IDS, SETTINGS, Browser, Desk, QuickPasswords
from tests.service.fakes import DAY

PASSWORD = "quatre chevaux sous la pluie"
ANOTHER = "douze tasses vertes en colère"
NEW = {"alias": "ramata", "role": "counselor", "number": "+223 70 00 01 09", "reads": "bm", "speaks": ["bm", "fr"], "minors": "1"}


class WeighedPasswords(QuickPasswords):
    """Which ones were weighed, each in somebody's turn."""

    def __init__(self) -> None:
        super().__init__()
        self.weighed: list[str] = []
        self._in_turn = False

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        with super().turn(known=known):
            self._in_turn = True
            yield
            self._in_turn = False

    def is_weak(self, password: str, about: tuple[str, ...]) -> bool:
        assert self._in_turn
        self.weighed.append(password)
        return super().is_weak(password, about)


@pytest.fixture
def admin(desk: Desk) -> Browser:
    browser = desk.browser("djeneba")
    browser.open("/console/people")
    return browser


def found(desk: Desk, alias: str) -> Staff | None:
    with desk.line.real_store.read() as tx:
        return tx.staff.by_alias(alias)


def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    """Who did what to whom, oldest first."""
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def give_account(desk: Desk, alias: str, secret: str | None = None) -> None:
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS[alias], desk.room.passwords.hash(PASSWORD), secret))


def account_of(desk: Desk, alias: str) -> Account | None:
    with desk.line.real_store.read() as tx:
        return tx.accounts.get(IDS[alias])


def link_on(browser: Browser) -> str:
    shown = re.search(r">(?:https://ligne.test)?(/console/welcome/[^<]+)<", browser.raw)
    assert shown is not None
    return shown[1]


def card(browser: Browser, alias: str) -> str:
    """What the list says of one of the staff."""
    return next(row for row in re.findall(r'<li class="row.*?</li>', browser.page, re.DOTALL) if f">{alias}</strong>" in row)


def enter(desk: Desk, alias: str, password: str) -> Browser:
    browser = desk.browser()
    browser.open("/console/sign-in")
    browser.send("/console/sign-in", alias=alias, password=password)
    browser.open("/console/me")
    return browser


# somebody new


def test_an_admin_makes_a_partner(desk: Desk, admin: Browser) -> None:
    """Of an organisation, until a day; without a number, languages of calls or rights, whatever was filled in besides."""
    last = iso(desk.line.clock.now() // DAY + 30)
    admin.send(
        "/console/people", **NEW | {"alias": "rokia", "role": "partner", "reviews": "fr", "organisation": " Ministère ", "ends_on": last}
    )
    rokia = found(desk, "rokia")
    assert rokia is not None
    assert (rokia.role, rokia.number, rokia.speaks, rokia.minors, rokia.reviews) == ("partner", "", (), False, ())
    assert (rokia.organisation, iso(rokia.ends_on or 0)) == ("Ministère", last)
    admin.open("/console/people")
    assert "Ministère" in card(admin, "rokia")
    assert desk.say("people.agreed_not") in card(admin, "rokia")


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"organisation": " "}, "organisation"),
        ({"organisation": "o" * 121}, "organisation"),
        ({"ends_on": ""}, "ends_on"),
        ({"ends_on": "1999-12-31"}, "ends_on"),
        ({"ends_on": "2099-12-31"}, "ends_on"),
    ],
)
def test_a_partner_has_an_organisation_and_a_last_day(desk: Desk, admin: Browser, wrong: dict[str, str], fault: str) -> None:
    """Else there is no account, and it is said why."""
    last = iso(desk.line.clock.now() // DAY + 30)
    admin.send("/console/people", **NEW | {"alias": "rokia", "role": "partner", "organisation": "Ministère", "ends_on": last} | wrong)
    assert desk.say(f"people.fault.{fault}") in admin.page
    assert found(desk, "rokia") is None


def test_who_is_no_partner_any_more_is_like_the_others(desk: Desk, admin: Browser) -> None:
    """The last day and the organisation go with the role, and a number is needed."""
    desk.add_partner()
    admin.open(f"/console/people/{IDS['rokia']}")
    admin.send(f"/console/people/{IDS['rokia']}", role="operator", reads="fr")
    assert desk.say("people.fault.number") in admin.page
    admin.send(f"/console/people/{IDS['rokia']}", role="operator", reads="fr", number="+22370000109")
    assert (desk.staff("rokia").ends_on, desk.staff("rokia").organisation, desk.staff("rokia").agreed) == (None, "", None)


def test_an_admin_makes_a_counselor_who_signs_in(desk: Desk, admin: Browser) -> None:
    """Alias, role, number, languages, minors; a link, shown once; the newcomer chooses a password, and works."""
    admin.send("/console/people", **NEW)
    ramata = found(desk, "ramata")
    assert ramata is not None
    assert ("counselor", "+22370000109", "bm", ("bm", "fr"), True) == (
        ramata.role,
        ramata.number,
        ramata.reads,
        ramata.speaks,
        ramata.minors,
    )
    admin.send(f"/console/people/{ramata.id}/link")
    link = link_on(admin)
    admin.open(f"/console/people/{ramata.id}")
    assert link not in admin.page
    counselor = desk.browser()
    counselor.open(link)
    counselor.send(link, password=PASSWORD, again=PASSWORD)
    counselor.open("/console/me")
    assert 200 == counselor.status
    assert [
        ("djeneba", "person added", "ramata: counselor"),
        ("djeneba", "one-time link made", "ramata"),
        ("ramata", "account begun", "ramata"),
    ] == deeds(desk)


def test_a_form_sent_twice_adds_one(desk: Desk, admin: Browser) -> None:
    """And a link asked for twice is one, shown again: an answer may have been lost on the way."""
    data = {**admin.hidden("/console/people"), **NEW}
    for _ in range(2):
        assert 303 == admin.client.post("/console/people", data=data).status_code
    assert 1 == [what for _, what, _ in deeds(desk)].count("person added")
    admin.open(f"/console/people/{IDS['awa']}")
    data = admin.hidden(f"/console/people/{IDS['awa']}/link")
    first = admin.client.post(f"/console/people/{IDS['awa']}/link", data=data).get_data(as_text=True)
    again = admin.client.post(f"/console/people/{IDS['awa']}/link", data=data).get_data(as_text=True)
    shown, shown_again = (re.search(r"(/console/welcome/[^<]+)", answer) for answer in (first, again))
    assert shown is not None
    assert shown_again is not None
    assert shown[1] == shown_again[1]
    assert 200 == desk.browser().client.get(shown[1]).status_code


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"alias": "2"}, "alias"),
        ({"alias": "a b"}, "alias"),
        ({"number": "70000109"}, "number"),
        ({"alias": "awa"}, "taken"),
        ({"number": "+22370000101"}, "taken"),
        ({"reads": "en"}, "languages"),
        ({"speaks": ["en"]}, "languages"),
        ({"speaks": []}, "no_language"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(desk: Desk, admin: Browser, changed: dict, fault: str) -> None:
    """Nobody is added; what was filled in stands there again, but the number."""
    assert desk.say(f"people.fault.{fault}") in admin.send("/console/people", **{**NEW, **changed})
    assert 400 == admin.status
    assert f'value="{changed.get("alias", "ramata")}"' in admin.page
    assert [] == deeds(desk)


def test_a_number_goes_to_somebody_else_once_its_owner_has_left(desk: Desk, admin: Browser) -> None:
    """A line's phone is handed on."""
    admin.open(f"/console/people/{IDS['awa']}")
    admin.send(f"/console/people/{IDS['awa']}/disable")
    admin.send("/console/people", **{**NEW, "number": "+22370000101"})
    assert found(desk, "ramata") is not None


def test_the_list_says_who_there_is_and_no_number(desk: Desk, admin: Browser) -> None:
    """Alias, role, languages, minors, and how each signs in."""
    desk.set_staff("nana", minors=True)
    give_account(desk, "awa")
    give_account(desk, "fanta", pyotp.random_base32())
    with desk.line.real_store.write() as tx:
        tx.accounts.add_invite("token", IDS["oumou"], desk.line.clock.now(), desk.line.clock.now() + 60)
    admin.open("/console/people")
    assert desk.say("people.account.password") in card(admin, "awa")
    assert desk.say("people.account.link") in card(admin, "oumou")
    assert desk.say("people.account.both") in card(admin, "fanta")
    assert desk.say("people.account.none") in card(admin, "nana")
    assert desk.say("people.minors_short") in card(admin, "nana")
    assert desk.say("language.bm") in card(admin, "nana")
    for path in ("/console/people", *(f"/console/people/{id}" for id in IDS.values())):
        assert "7000" not in admin.open(path)


# changes


def test_an_admin_changes_what_somebody_does(desk: Desk, admin: Browser) -> None:
    """A number that is left empty stays; an operator takes no calls, and what she held goes on to others."""
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.text("+22370000101", "1")
    assert "claimed" == desk.line.callback().state
    path = f"/console/people/{IDS['awa']}"
    admin.open(path)
    admin.send(path, role="operator", reads="bm", number="", speaks=["fr"])
    awa = desk.staff("awa")
    assert ("operator", "+22370000101", "bm", ()) == (awa.role, awa.number, awa.reads, awa.speaks)
    assert ("waiting", None) == (desk.line.callback().state, desk.line.callback().claimed_by)
    assert [("djeneba", "role changed", "awa: counselor → operator"), ("djeneba", "person changed", "awa")] == [
        deed for deed in deeds(desk) if deed[0] == "djeneba"
    ]


def test_a_number_that_changes_is_a_line_of_its_own(desk: Desk, admin: Browser) -> None:
    """Whoever is rung instead of her hears callers; the number itself stands nowhere, and a form that changes nothing is nothing done."""
    path = f"/console/people/{IDS['awa']}"
    for number in ("+22370000109", ""):
        admin.open(path)
        admin.send(path, role="counselor", reads="fr", number=number, speaks=["fr"])
    assert [("djeneba", "number changed", "awa")] == deeds(desk)


def test_a_new_link_ends_what_was_before(desk: Desk, admin: Browser) -> None:
    """For whoever lost her phone: signed out at once, her old password opens nothing."""
    give_account(desk, "awa")
    counselor = desk.browser("awa")
    admin.open(f"/console/people/{IDS['awa']}")
    admin.send(f"/console/people/{IDS['awa']}/link")
    assert 303 == counselor.client.get("/console/me").status_code
    assert desk.say("access.title") in enter(desk, "awa", PASSWORD).page


def test_nobody_shuts_herself_out(desk: Desk, admin: Browser) -> None:
    """An admin's own page has no button for it, and the request is refused."""
    page = admin.open(f"/console/people/{IDS['djeneba']}")
    assert "/disable" not in page
    admin.open(f"/console/people/{IDS['awa']}")
    hidden = admin.hidden(f"/console/people/{IDS['awa']}/disable")
    for what in ("", "/disable", "/link"):
        assert 400 == admin.client.post(f"/console/people/{IDS['djeneba']}{what}", data=hidden).status_code
    assert desk.staff("djeneba").active


# the end of an account


def disable(admin: Browser, alias: str) -> None:
    admin.open(f"/console/people/{IDS[alias]}")
    admin.send(f"/console/people/{IDS[alias]}/disable")


def test_who_is_disabled_is_out_and_stays_out(desk: Desk, admin: Browser) -> None:
    """Signed in, by password, by a link that was under way: nothing opens, and the list has her no more."""
    give_account(desk, "awa")
    with desk.line.real_store.write() as tx:
        tx.accounts.add_invite("under-way", IDS["awa"], desk.line.clock.now(), desk.line.clock.now() + 60)
    counselor = desk.browser("awa")
    disable(admin, "awa")
    assert 303 == counselor.client.get("/console/me").status_code
    assert desk.say("access.title") in enter(desk, "awa", PASSWORD).page
    assert desk.say("access.link_over") in counselor.open("/console/welcome/under-way")
    assert ">awa</a>" not in admin.page
    assert None is account_of(desk, "awa")
    assert [("djeneba", "person disabled", "awa")] == deeds(desk)


def test_what_she_held_waits_again_and_the_next_is_told(desk: Desk, admin: Browser) -> None:
    """Taken, not rung yet: nothing that was asked for is lost."""
    desk.line.set_staff("+22370000102", seen_at=desk.line.clock.now())
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.text("+22370000101", "1")
    desk.line.work()
    desk.line.inbox("+22370000102")
    disable(admin, "awa")
    desk.line.work()
    assert ("waiting", None) == (desk.line.callback().state, desk.line.callback().claimed_by)
    assert 1 == len(desk.line.inbox("+22370000102"))


def test_where_she_rang_and_said_nothing_a_supervisor_looks_first(desk: Desk, admin: Browser) -> None:
    """Nobody rings again before that: somebody else may have answered."""
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.ring()
    disable(admin, "awa")
    callback = desk.line.callback()
    assert "review" == callback.state
    with desk.line.real_store.read() as tx:
        (review,) = tx.reviews.of(callback.id)
    assert isinstance(review, Review)
    assert "unanswered" == review.reason


# one's own account


def test_a_new_password_needs_the_old_one(desk: Desk) -> None:
    """It signs every other browser out, and who has a copy of this one's cookie; the audit knows."""
    give_account(desk, "awa")
    counselor, other = desk.browser("awa"), desk.browser("awa")
    counselor.open("/console/me")
    assert desk.say("access.refused") in counselor.send("/console/me/password", old="wrong", password=ANOTHER, again=ANOTHER)
    assert desk.say("access.fault.weak") in counselor.send("/console/me/password", old=PASSWORD, password="kort", again="kort")
    copied = counselor.client.get_cookie("s", path="/console")
    assert copied is not None
    assert desk.say("account.told.password") in counselor.send("/console/me/password", old=PASSWORD, password=ANOTHER, again=ANOTHER)
    other.client.set_cookie("s", copied.value, path="/console")
    assert 303 == other.client.get("/console/me").status_code
    assert [("awa", "password changed", "awa")] == deeds(desk)
    assert desk.say("account.title", alias="awa") in enter(desk, "awa", ANOTHER).page
    assert desk.say("access.title") in enter(desk, "awa", PASSWORD).page


def test_a_new_password_is_weighed_for_whoever_knows_the_old_one(desk: Desk) -> None:
    """A browser that is left open makes nobody weigh or hash anything: the old password comes first."""
    passwords = WeighedPasswords()
    desk.install(passwords=passwords)
    give_account(desk, "awa")
    counselor = desk.browser("awa")
    counselor.open("/console/me")
    counselor.send("/console/me/password", old="wrong", password=ANOTHER, again=ANOTHER)
    assert passwords.weighed == []
    counselor.send("/console/me/password", old=PASSWORD, password=ANOTHER, again=ANOTHER)
    assert passwords.weighed == [ANOTHER]


def test_a_new_password_sent_twice_is_one_change(desk: Desk) -> None:
    """A double tap: whoever sends it stays signed in and reads what the first one did, though the old password is right no more."""
    give_account(desk, "awa")
    counselor = desk.browser("awa")
    counselor.open("/console/me")
    data = {**counselor.hidden("/console/me/password"), "old": PASSWORD, "password": ANOTHER, "again": ANOTHER}
    assert [303, 303] == [counselor.client.post("/console/me/password", data=data).status_code for _ in range(2)]
    assert desk.say("account.title", alias="awa") in counselor.open("/console/me")
    assert [("awa", "password changed", "awa")] == deeds(desk)


def test_what_an_act_leaves_for_a_day_holds_no_secret(desk: Desk, admin: Browser) -> None:
    """Whoever could unseal the ledger finds neither a link nor a sign-in in it."""
    give_account(desk, "awa")
    counselor = desk.browser("awa")
    counselor.open("/console/me")
    counselor.send("/console/me/password", old=PASSWORD, password=ANOTHER, again=ANOTHER)
    with counselor.client.session_transaction(base_url="http://localhost/console/") as session:
        token = session["token"]
    admin.open(f"/console/people/{IDS['awa']}")
    admin.send(f"/console/people/{IDS['awa']}/link")
    secrets = (token, link_on(admin).rpartition("/")[2])
    with desk.line.real_store.read() as tx:
        rows = tx._connection.exec_driver_sql("SELECT key, sealed FROM ledger WHERE sealed IS NOT NULL").all()
        kept = [tx.ledger.find(key, desk.line.clock.now()).facts for key, _ in rows]
    assert kept
    assert [] == [facts for facts in kept for secret in secrets if secret.encode() in facts]


def test_the_password_is_not_guessed_in_a_browser_left_open(desk: Desk) -> None:
    """Ten times at most, as at signing in; what was right is forgiven."""
    give_account(desk, "awa")
    counselor = desk.browser("awa")
    for _ in range(12):
        counselor.open("/console/me")
        assert desk.say("account.scan_title") in counselor.send("/console/me/factor/anew", old=PASSWORD)
    counselor.open("/console/me")
    for _ in range(10):
        counselor.send("/console/me/factor/anew", old="wrong")
    assert desk.say("access.refused") in counselor.send("/console/me/factor/anew", old=PASSWORD)


def test_a_second_factor_anew(desk: Desk) -> None:
    """With her password, she takes another phone: the old one's codes are worth nothing."""
    old = pyotp.random_base32()
    give_account(desk, "awa", old)
    counselor = desk.browser("awa")
    counselor.open("/console/me/factor")
    assert desk.say("account.title", alias="awa") in counselor.page
    assert desk.say("access.refused") in counselor.send("/console/me/factor/anew", old="wrong")
    counselor.send("/console/me/factor/anew", old=PASSWORD)
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', counselor.raw)
    assert shown is not None
    secret = shown[1].replace(" ", "")
    step = desk.line.clock.now() // 30
    assert desk.say("access.refused") in counselor.send("/console/me/factor", code=pyotp.TOTP(old).generate_otp(step))
    assert desk.say("account.codes_title") in counselor.send("/console/me/factor", code=pyotp.TOTP(secret).generate_otp(step))
    account = account_of(desk, "awa")
    assert account is not None
    assert (secret, 8) == (account.totp, len(account.recovery))
    counselor.open("/console/me/factor")
    assert desk.say("account.title", alias="awa") in counselor.page


def test_recovery_codes_anew(desk: Desk) -> None:
    """With her password: eight others, shown once; no two alike, and of them only hashes are kept."""
    give_account(desk, "awa", pyotp.random_base32())
    counselor = desk.browser("awa")
    counselor.open("/console/me")
    counselor.send("/console/me/recovery", old=PASSWORD)
    codes = re.findall(r"<li><code>([a-z2-7 ]+)</code>", counselor.raw)
    account = account_of(desk, "awa")
    assert account is not None
    assert (8, 8) == (len(set(codes)), len(account.recovery))
    assert [] == [code for code in codes if code.replace(" ", "") in ",".join(account.recovery)]
    assert [("awa", "recovery codes renewed", "awa")] == deeds(desk)


def test_out_everywhere(desk: Desk) -> None:
    """How many browsers there are is shown; one button ends them all."""
    counselor, other = desk.browser("awa"), desk.browser("awa")
    assert desk.say("account.browsers", count=2) in counselor.open("/console/me")
    assert 'action="/console/sign-in"' in (counselor.send("/console/me/everywhere") and counselor.raw)
    assert [303, 303] == [browser.client.get("/console/me").status_code for browser in (counselor, other)]
    assert desk.say("account.browsers_one") in desk.browser("awa").open("/console/me")


def test_each_chooses_her_language(desk: Desk) -> None:
    """Of one's pages and messages; a language that is not there is none."""
    counselor = desk.browser("awa")
    for language in desk.room.words.languages:
        page = desk.browser("awa")
        page.open("/console/me")
        if len(desk.room.words.languages) > 1:
            page.send("/console/me/language", reads=language)
            assert f'<html lang="{language}"' in page.page
        assert (language, True) == (desk.staff("awa").reads, desk.staff("awa").active)
    counselor.open("/console/me")
    hidden = counselor.hidden("/console/sign-out")
    counselor.client.post("/console/me/language", data={**hidden, "reads": "xx"})
    assert "xx" != desk.staff("awa").reads


def test_a_link_names_the_host_that_is_set(desk: Desk) -> None:
    """Whatever the request's `Host` says, which whoever sends it chooses; where none is set there is no host at all."""
    for settings, link in ((replace(SETTINGS, console_url="https://ligne.test/"), "https://ligne.test/console/"), (SETTINGS, "/console/")):
        desk.install(settings)
        browser, address = desk.browser("djeneba"), f"/console/people/{IDS['awa']}"
        browser.open(address)
        cookie = browser.client.get_cookie("s", path="/console")
        assert cookie is not None
        browser.client.set_cookie("s", cookie.value, domain="evil.test", path="/console")
        answer = browser.client.post(f"{address}/link", data=browser.hidden(f"{address}/link"), base_url="http://evil.test")
        page = answer.get_data(as_text=True)
        assert (f">{link}welcome/" in page, "evil.test" in page) == (True, False)
        assert (desk.say("people.link_path") in html.unescape(page)) is (link == "/console/")


def test_guessed_codes_lock_an_account_until_an_admin_opens_it(desk: Desk, admin: Browser) -> None:
    """Whoever knows the password has twenty guesses, in whatever browser and however slowly; then the right code opens nothing either. The people's
    page says so, and one button or a new link ends it."""
    secret = pyotp.random_base32()
    give_account(desk, "awa", secret)
    address = f"/console/people/{IDS['awa']}"
    assert desk.say("people.account.locked") not in card(admin, "awa")

    def enter(code: str) -> Browser:
        browser = desk.browser()
        browser.open("/console/sign-in")
        browser.send("/console/sign-in", alias="awa", password=PASSWORD)
        browser.send("/console/code", code=code)
        return browser

    def right() -> str:
        return pyotp.TOTP(secret).generate_otp(desk.line.clock.now() // 30)

    for _ in range(20):
        enter("12")
        desk.line.clock.at += 600
    closed = enter(right())
    assert desk.say("access.refused") in closed.page
    admin = desk.browser("djeneba")
    admin.open("/console/people")
    assert desk.say("people.account.locked") in card(admin, "awa")
    admin.open(address)
    admin.send(f"{address}/unlock")
    assert desk.say("people.unlock") not in admin.page
    desk.line.clock.at += 3600
    assert desk.say("access.refused") not in enter(right()).page
    assert [what for _, what, _ in deeds(desk) if "locked" in what] == ["account locked", "account unlocked"]
    for _ in range(19):
        enter("12")
        desk.line.clock.at += 600
    assert desk.say("access.refused") not in enter(right()).page


def test_rights_are_added_to_a_role(desk: Desk, admin: Browser) -> None:
    """Which languages somebody reviews, and whether she may be the second person: shown in the list, in force at once, and a line of the audit."""
    page = f"/console/people/{IDS['mariam']}"
    admin.open(page)
    admin.send(page, role="operator", reads="fr", reviews=["fr", "bm"], approves="1")
    staff = desk.staff("mariam")
    assert (("fr", "bm"), True) == (staff.reviews, staff.approves)
    assert ("djeneba", "person changed", "mariam") in deeds(desk)
    assert desk.say("people.reviews_short", languages="français, bambara") in admin.open("/console/people")
    assert desk.say("people.approves_short") in admin.page
    admin.open(page)
    admin.send(page, role="operator", reads="fr")
    assert not desk.staff("mariam").rights
    admin.open(page)
    admin.send(page, role="operator", reads="fr", reviews=["xx"])
    assert admin.status == 400
