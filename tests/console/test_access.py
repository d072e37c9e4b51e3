"""Signing in: a link, a password, a code, and a lock that nobody closes on somebody else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
import pytest
from msgspec.structs import replace

from hotline.ports.desk.accounts import Account
from hotline.ports.locks import Crowded
from hotline.service.desk.accounts.sign_in import HALF_SECONDS, LINK_SECONDS, MOST, WINDOW
from tests.console.desk import IDS, SETTINGS, Browser, Desk, QuickPasswords

PASSWORD = "quatre chevaux sous la pluie"
ANOTHER = "douze tasses vertes en colère"
DOOR, CODE = "/console/sign-in", "/console/code"
STRICT = replace(SETTINGS, second_factor=True)


class CountedPasswords(QuickPasswords):
    """How often one was checked."""

    checked = 0

    def matches(self, hashed: str, password: str) -> bool:
        self.checked += 1
        return super().matches(hashed, password)

    def take(self) -> int:
        checked, self.checked = self.checked, 0
        return checked


class CrowdedPasswords(QuickPasswords):
    """Always somebody else's turn."""

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        if known:
            yield
        raise Crowded


def give_account(desk: Desk, alias: str = "awa", secret: str | None = None) -> None:
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS[alias], desk.room.passwords.hash(PASSWORD), secret))


def account_of(desk: Desk, alias: str = "awa") -> Account:
    with desk.line.real_store.read() as tx:
        account = tx.accounts.get(IDS[alias])
    assert account is not None
    return account


def give_link(desk: Desk) -> str:
    """For Awa."""
    link, at = desk.tokens.token(), desk.line.clock.now()
    with desk.line.real_store.write() as tx:
        tx.accounts.add_invite(link, IDS["awa"], at, at + LINK_SECONDS)
    return f"/console/welcome/{link}"


def knock(browser: Browser, alias: str = "awa", password: str = PASSWORD) -> str:
    browser.open(DOOR)
    return browser.send(DOOR, alias=alias, password=password)


def is_in(browser: Browser) -> bool:
    browser.open("/console/me")
    return browser.client.get("/console/me").status_code == 200


def code_of(desk: Desk, secret: str) -> str:
    return pyotp.TOTP(secret).generate_otp(desk.line.clock.now() // 30)


def shown_secret(browser: Browser) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', browser.raw)
    assert found is not None
    return found[1].replace(" ", "")


def shown_codes(browser: Browser) -> list[str]:
    return re.findall(r"<li><code>([a-z2-7 ]+)</code>", browser.raw)


# the first time


def test_no_cookie_holds_the_secret_of_a_second_factor(desk: Desk) -> None:
    """A signed cookie can be read by whoever copies it. Offered again within its time it is the same; another sign-in is offered another."""
    desk.install(STRICT)
    secrets = []
    for _ in range(2):
        browser = desk.browser()
        link = give_link(desk)
        browser.open(link)
        browser.send(link, password=PASSWORD, again=PASSWORD)
        secrets.append(shown_secret(browser))
        with browser.client.session_transaction(base_url="http://localhost/console/") as session:
            assert secrets[-1] not in str(dict(session))
        browser.open("/console/me/factor")
        assert shown_secret(browser) == secrets[-1]
    assert len(set(secrets)) == 2


def test_a_link_leads_to_a_password_a_code_and_recovery_codes(desk: Desk) -> None:
    """A new counselor needs nothing but the link: she chooses a password, scans, types one code, keeps eight others, and works."""
    desk.install(STRICT)
    browser, link = desk.browser(), give_link(desk)
    assert "awa" in browser.open(link)
    assert desk.say("account.scan_title") in browser.send(link, password=PASSWORD, again=PASSWORD)
    secret = shown_secret(browser)
    assert f"secret={secret}" in browser.page
    assert 'src="data:image/svg+xml' in browser.raw
    browser.send("/console/me/factor", code=code_of(desk, secret))
    assert 8 == len(set(shown_codes(browser)))
    assert is_in(browser)
    assert (secret, 8) == (account_of(desk).totp, len(account_of(desk).recovery))


def test_a_link_works_once_and_for_two_days(desk: Desk) -> None:
    """Looking does not use it, choosing a password does; after 48 hours it is worth nothing; a new one ends the one before."""
    link = give_link(desk)
    first, second = desk.browser(), desk.browser()
    first.open(link)
    second.open(link)
    first.send(link, password=PASSWORD, again=PASSWORD)
    assert desk.say("access.link_over") in second.send(link, password=ANOTHER, again=ANOTHER)
    old, new = give_link(desk), give_link(desk)
    assert desk.say("access.link_over") in second.open(old)
    desk.line.clock.at += LINK_SECONDS
    assert desk.say("access.link_over") in second.open(new)
    assert 404 == second.status


@pytest.mark.parametrize("password", ["kurz", "motdepasse", "azertyuiop12", "awa-awa-awa", "bamakomali", "neuflettr", "x" * 129])
def test_a_password_that_others_guess_is_refused(desk: Desk, password: str) -> None:
    """Too short, common here or anywhere, made of her alias, or so long that it is a burden: she chooses another one, and the link is still good."""
    browser, link = desk.browser(), give_link(desk)
    browser.open(link)
    assert desk.say("access.fault.weak") in browser.send(link, password=password, again=password)
    assert desk.say("access.fault.differ") in browser.send(link, password=PASSWORD, again=ANOTHER)
    browser.send(link, password=PASSWORD, again=PASSWORD)
    assert is_in(browser)


def test_without_a_second_factor_nothing_opens_where_it_must_be(desk: Desk) -> None:
    """Whoever has none yet sees the page that sets it up, whatever she asks for; she may leave."""
    desk.install(STRICT)
    give_account(desk)
    browser = desk.browser()
    knock(browser)
    for path in ("/console/me", "/console/queue", "/console/"):
        assert "/console/me/factor" == browser.client.get(path).headers["Location"]
    assert desk.say("account.scan_must") in browser.open("/console/me")
    assert desk.say("access.refused") in browser.send("/console/me/factor", code="000000")
    browser.send("/console/sign-out")
    assert not is_in(browser)


def test_it_may_wait_where_it_need_not_be(desk: Desk) -> None:
    """In the demo she goes on without."""
    browser, link = desk.browser(), give_link(desk)
    browser.open(link)
    assert desk.say("account.later") in browser.send(link, password=PASSWORD, again=PASSWORD)
    assert is_in(browser)


# password and code


def test_a_password_opens(desk: Desk) -> None:
    """In a session that is new: what was in the browser before is nobody's any more. Her alias may begin with a capital, as phones write it."""
    give_account(desk)
    browser = desk.browser("fanta")
    with browser.client.session_transaction(base_url="http://localhost/console/") as session:
        before = session["token"]
    knock(browser, "Awa")
    assert desk.say("account.title", alias="awa") in browser.open("/console/me")
    with desk.line.real_store.read() as tx:
        assert None is tx.accounts.sign_in(before)


def test_a_code_comes_after_the_password(desk: Desk) -> None:
    """With the password alone she is half way in: nothing opens. The code of this half minute opens, once."""
    secret = pyotp.random_base32()
    give_account(desk, secret=secret)
    browser = desk.browser()
    assert desk.say("access.code_title") in knock(browser)
    assert not is_in(browser)
    browser.open(CODE)
    browser.send(CODE, code=code_of(desk, secret))
    assert is_in(browser)
    other = desk.browser()
    knock(other)
    assert desk.say("access.refused") in other.send(CODE, code=code_of(desk, secret))
    assert not is_in(other)
    other.open(CODE)
    desk.line.clock.at += 30
    other.send(CODE, code=f"{code_of(desk, secret)[:3]} {code_of(desk, secret)[3:]}")
    assert is_in(other)


def test_half_way_in_lasts_five_minutes(desk: Desk) -> None:
    """Then it begins with the password again."""
    secret = pyotp.random_base32()
    give_account(desk, secret=secret)
    browser = desk.browser()
    knock(browser)
    desk.line.clock.at += HALF_SECONDS
    assert desk.say("access.title") in browser.send(CODE, code=code_of(desk, secret))
    assert not is_in(browser)


def test_a_recovery_code_opens_once(desk: Desk) -> None:
    """Without her phone she takes one from her paper, in whatever spelling; it is worth nothing after, and the audit knows."""
    browser, link = desk.browser(), give_link(desk)
    browser.open(link)
    browser.send(link, password=PASSWORD, again=PASSWORD)
    browser.send("/console/me/factor", code=code_of(desk, shown_secret(browser)))
    paper = shown_codes(browser)
    for code, opens in ((paper[0].upper().replace(" ", "-"), True), (paper[0], False), (paper[7], True)):
        other = desk.browser()
        knock(other)
        other.send(CODE, code=code)
        assert opens == is_in(other)
    assert 6 == len(account_of(desk).recovery)
    with desk.line.real_store.read() as tx:
        assert 2 == [record.what for record in tx.audit.all()].count("recovery code used")


# one error for all


def test_every_failure_looks_the_same(desk: Desk) -> None:
    """An alias that nobody has, a wrong password, no account, a disabled one, a closed lock: the same page to the last byte that is not chance."""
    give_account(desk, "awa")
    give_account(desk, "oumou")
    give_account(desk, "nana")
    desk.set_staff("oumou", active=False)
    for _ in range(MOST):
        knock(desk.browser(), "nana", "wrong")
    tried = [("nobody", PASSWORD), ("awa", "wrong"), ("fanta", PASSWORD), ("oumou", PASSWORD), ("nana", PASSWORD), ("", "")]
    pages = set()
    for alias, password in tried:
        browser = desk.browser()
        knock(browser, alias, password)
        assert desk.say("access.refused") in browser.page
        pages.add((browser.status, re.sub(r'value="[^"]*"', "", browser.raw)))
    assert 1 == len(pages)


def test_every_failure_costs_the_same(desk: Desk) -> None:
    """Whoever measures learns nothing: whatever fails, one password is hashed, and as much is read and written."""
    for alias in ("awa", "nana", "oumou"):
        give_account(desk, alias)
    desk.set_staff("oumou", active=False)
    for _ in range(MOST):
        knock(desk.browser(), "nana", "wrong")
    counted = CountedPasswords()
    desk.install(SETTINGS, counted)
    costs = set()
    for alias in ("nobody", "awa", "nana", "fanta", "oumou"):
        browser = desk.browser()
        browser.open(DOOR)
        with desk.statements() as seen:
            browser.send(DOOR, alias=alias, password="wrong")
        costs.add((counted.take(), tuple(seen)))
    assert 1 == len(costs)
    assert 1 == costs.pop()[0]


# the lock


def test_an_attacker_cannot_lock_out_a_browser_that_is_known(desk: Desk) -> None:
    """However often somebody guesses, from however many browsers: the counselor gets in where she got in before."""
    give_account(desk)
    counselor = desk.browser()
    knock(counselor)
    counselor.open("/console/me")
    counselor.send("/console/sign-out")
    for n in range(3 * MOST):
        knock(desk.browser(), "awa", f"guess {n}")
    knock(counselor)
    assert is_in(counselor)


def test_an_unknown_browser_is_locked_out_even_with_the_right_password(desk: Desk) -> None:
    """Ten guesses in a quarter of an hour, all unknown browsers together; then the lock opens by itself."""
    give_account(desk)
    for n in range(MOST):
        knock(desk.browser(), "awa", f"guess {n}")
    browser = desk.browser()
    assert desk.say("access.refused") in knock(browser)
    knock(browser, "oumou", "wrong")
    desk.line.clock.at += WINDOW + 1
    knock(browser)
    assert is_in(browser)


def test_knocking_at_a_closed_lock_does_not_keep_it_closed(desk: Desk) -> None:
    """It opens a quarter of an hour after what closed it, however many attempts came meanwhile."""
    give_account(desk)
    for _ in range(MOST):
        knock(desk.browser(), "awa", "wrong")
    desk.line.clock.at += WINDOW // 2
    for _ in range(MOST):
        knock(desk.browser())
    desk.line.clock.at += WINDOW // 2 + 1
    browser = desk.browser()
    knock(browser)
    assert is_in(browser)


def test_a_known_browser_has_a_lock_of_its_own(desk: Desk) -> None:
    """Whoever has a counselor's computer has ten guesses too, and locks nobody else out."""
    give_account(desk)
    counselor = desk.browser()
    knock(counselor)
    counselor.open("/console/me")
    counselor.send("/console/sign-out")
    for n in range(MOST):
        knock(counselor, "awa", f"guess {n}")
    assert desk.say("access.refused") in knock(counselor)
    other = desk.browser()
    knock(other)
    assert is_in(other)


def test_a_link_opens_a_closed_lock_and_makes_the_browser_known(desk: Desk) -> None:
    """While somebody guesses on, a new link lets her in, and from that browser again and again."""
    give_account(desk)
    for n in range(MOST):
        knock(desk.browser(), "awa", f"guess {n}")
    counselor, link = desk.browser(), give_link(desk)
    counselor.open(link)
    counselor.send(link, password=ANOTHER, again=ANOTHER)
    assert is_in(counselor)
    counselor.send("/console/sign-out")
    knock(counselor, "awa", ANOTHER)
    assert is_in(counselor)


def test_nobody_forges_a_known_browser(desk: Desk) -> None:
    """The cookie is signed, and no script and no other site reads or sends it."""
    give_account(desk)
    counselor = desk.browser()
    counselor.open(DOOR)
    sent = counselor.client.post(DOOR, data={**counselor.hidden(DOOR), "alias": "awa", "password": PASSWORD})
    (cookie,) = [header for header in sent.headers.getlist("Set-Cookie") if header.startswith("device=")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/console"} <= set(cookie.split("; "))
    forged = desk.browser()
    forged.client.set_cookie("device", '{"name":"x","known_to":["' + IDS["awa"] + '"]}.signature', path="/console")
    for n in range(MOST):
        knock(desk.browser(), "awa", f"guess {n}")
    assert desk.say("access.refused") in knock(forged)


def test_codes_are_guessed_ten_times_at_most(desk: Desk) -> None:
    """Whoever knows the password has no more guesses at the code than at the password."""
    secret = pyotp.random_base32()
    give_account(desk, secret=secret)
    browser = desk.browser()
    knock(browser)
    for _ in range(MOST - 1):
        browser.send(CODE, code="12")
    assert desk.say("access.refused") in browser.send(CODE, code=code_of(desk, secret))
    assert not is_in(browser)


# the end of it


def test_it_ends_when_nobody_does_anything(desk: Desk) -> None:
    """After half an hour; what a person does begins it anew, what a page does by itself does not."""
    active, idle = desk.browser("awa"), desk.browser("awa")
    for _ in range(4):
        desk.line.clock.at += 10 * 60
        active.open("/console/me")
        idle.client.get("/console/board", headers={"HX-Request": "true"})
    assert is_in(active)
    answer = idle.client.get("/console/board", headers={"HX-Request": "true"})
    assert "/console/sign-in" == answer.headers["HX-Redirect"]
    assert not is_in(idle)


def test_the_next_page_speaks_the_language_of_whoever_was_there(desk: Desk) -> None:
    """A reader of Bambara whose sign-in is over reads so in Bambara."""
    desk.set_staff("nana", reads="bm")
    browser = desk.browser("nana")
    browser.open("/console/me")
    desk.line.clock.at += 40 * 60
    assert '<html lang="bm">' in browser.open("/console/me")
    assert not is_in(browser)


def test_after_a_day_she_signs_in_again(desk: Desk) -> None:
    """However busy the browser was."""
    browser = desk.browser("awa")
    for _ in range(24 * 3):
        desk.line.clock.at += 20 * 60
        browser.client.get("/console/me")
    assert not is_in(browser)


def test_who_is_disabled_is_out_at_once(desk: Desk) -> None:
    """At her next request, half way in or signed in."""
    secret = pyotp.random_base32()
    give_account(desk, secret=secret)
    inside, half = desk.browser("awa"), desk.browser()
    knock(half)
    desk.set_staff("awa", active=False)
    assert not is_in(inside)
    half.open(CODE)
    half.send(CODE, code=code_of(desk, secret))
    assert not is_in(half)


def test_signing_out_ends_it_on_the_server(desk: Desk) -> None:
    """A copy of the cookie opens nothing afterwards."""
    browser, copy = desk.browser("awa"), desk.browser()
    with browser.client.session_transaction(base_url="http://localhost/console/") as session:
        token = session["token"]
    with copy.client.session_transaction(base_url="http://localhost/console/") as session:
        session["token"] = token
    assert is_in(copy)
    browser.open("/console/me")
    browser.send("/console/sign-out")
    assert 'action="/console/sign-in"' in browser.raw
    assert not is_in(copy)


def test_the_door_speaks_what_is_chosen_there(desk: Desk) -> None:
    """`?l=` and every step after it."""
    for language in desk.room.words.languages:
        browser = desk.browser()
        assert f'<html lang="{language}"' in browser.open(f"{DOOR}?l={language}")
        assert desk.say("access.refused", language) in browser.send(DOOR, alias="awa", password="wrong")


def test_the_door_speaks_her_language_when_she_leaves(desk: Desk) -> None:
    """Here or everywhere: the next thing that whoever chose it reads is in it too."""
    desk.set_staff("awa", reads="bm")
    for action in ("/console/sign-out", "/console/me/everywhere"):
        browser = desk.browser("awa")
        browser.open("/console/me")
        browser.send(action)
        assert '<html lang="bm"' in browser.raw
        assert 'action="/console/sign-in"' in browser.raw


def test_crowded_is_told_calmly(desk: Desk) -> None:
    """Too many at once are asked to come again, and nothing is counted: a flood closes nobody's lock."""
    give_account(desk)
    desk.install(SETTINGS, CrowdedPasswords())
    browser = desk.browser()
    for _ in range(MOST):
        assert desk.say("trouble.away") in knock(browser)
        assert 503 == browser.status
    desk.install(SETTINGS)
    browser = desk.browser()
    knock(browser)
    assert is_in(browser)


# what the audit knows


def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    """Who did what to whom, oldest first."""
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def test_the_audit_knows_who_came_in_and_whether_from_somewhere_new(desk: Desk) -> None:
    """Once each time, after the code where there is one; never the password, the code or an address."""
    secret = pyotp.random_base32()
    give_account(desk, secret=secret)
    browser = desk.browser()
    knock(browser)
    assert [] == deeds(desk)
    browser.send(CODE, code="000000")
    browser.send(CODE, code=code_of(desk, secret))
    browser.open("/console/me")
    browser.send("/console/sign-out")
    desk.line.clock.at += 60
    knock(browser)
    browser.send(CODE, code=code_of(desk, secret))
    assert [("awa", "signed in somewhere new", "awa"), ("awa", "signed in", "awa")] == deeds(desk)


@pytest.mark.parametrize("by_code", [False, True])
def test_the_audit_knows_when_a_lock_closes(desk: Desk, by_code: bool) -> None:
    """One line a lock, however often somebody goes on; who it was nobody can know."""
    give_account(desk, secret=pyotp.random_base32())
    browser = desk.browser()
    if by_code:
        knock(browser)
    for _ in range(2 * MOST):
        if by_code:
            browser.send(CODE, code="12")
        else:
            knock(browser, "awa", "wrong")
    knock(desk.browser(), "nobody", "wrong")
    assert [("?", "locked out", "awa")] == deeds(desk)


# sessions


def test_cookies_are_for_this_site_over_tls_and_for_no_script(desk: Desk) -> None:
    """Both of them; in the demo, which listens on loopback alone, without TLS."""
    give_account(desk)
    for secure in (True, False):
        desk.install(secure=secure)
        scheme = "https" if secure else "http"
        browser = desk.browser()
        door = browser.client.get(DOOR, base_url=f"{scheme}://localhost")
        browser.raw = door.get_data(as_text=True)
        form = {**browser.hidden(DOOR), "alias": "awa", "password": PASSWORD}
        sent = browser.client.post(DOOR, data=form, base_url=f"{scheme}://localhost")
        cookies = [set(cookie.split("; ")) for cookie in (*door.headers.getlist("Set-Cookie"), *sent.headers.getlist("Set-Cookie"))]
        assert 303 == sent.status_code
        assert 3 == len(cookies)
        assert all({"HttpOnly", "SameSite=Strict", "Path=/console"} <= cookie for cookie in cookies)
        assert [secure] * 3 == ["Secure" in cookie for cookie in cookies]


def test_a_cookie_that_was_planted_is_worth_nothing_once_she_is_in(desk: Desk) -> None:
    """Who put a session into a counselor's browser before she signed in does not share the one that she has after."""
    give_account(desk)
    planted = desk.browser()
    planted.open(DOOR)
    cookie = planted.client.get_cookie("s", path="/console")
    assert cookie is not None
    counselor = desk.browser()
    counselor.client.set_cookie("s", cookie.value, path="/console")
    knock(counselor)
    assert is_in(counselor)
    assert not is_in(planted)


def test_a_form_without_end_is_refused_calmly(desk: Desk) -> None:
    """Before and after signing in: no page breaks, and nothing of it is read."""
    for browser in (desk.browser(), desk.browser("awa")):
        desk.app.testing = False
        desk.app.config["MAX_CONTENT_LENGTH"] = 8 * 1024
        answer = browser.client.post(DOOR, data={"alias": "awa" * 10_000})
        assert 413 == answer.status_code
        assert desk.say("trouble.other") in html.unescape(answer.get_data(as_text=True))


def test_nobody_is_led_to_another_site(desk: Desk) -> None:
    """Whatever an address asks for, signing in leads to our own pages alone."""
    give_account(desk)
    browser = desk.browser()
    address = f"{DOOR}?next=https://evil.example/&l=//evil.example&out=https://evil.example"
    assert "evil" not in browser.open(address)
    sent = browser.client.post(f"{DOOR}?next=//evil.example", data={**browser.hidden(DOOR), "alias": "awa", "password": PASSWORD})
    assert "/console/" == sent.headers["Location"]


def test_a_second_factor_ends_who_came_in_without_it(desk: Desk) -> None:
    """Whoever knew a counselor's password alone is out the moment she sets up her second factor; she goes on, with a cookie that is new."""
    desk.install(STRICT)
    give_account(desk)
    thief, counselor = desk.browser(), desk.browser()
    knock(thief)
    knock(counselor)
    copy = counselor.client.get_cookie("s", path="/console")
    assert copy is not None
    counselor.open("/console/me/factor")
    counselor.send("/console/me/factor", code=code_of(desk, shown_secret(counselor)))
    assert is_in(counselor)
    copied = desk.browser()
    copied.client.set_cookie("s", copy.value, path="/console")
    assert [False, False] == [is_in(thief), is_in(copied)]


def test_keys_that_are_exchanged_sign_nobody_out(desk: Desk) -> None:
    """Neither while they are announced, nor in force, nor done: who is signed in goes on, and a page that was open sends its form. Once the key before is
    thrown away, what it signed is worth nothing."""
    seal, browsers, late = desk.line.seal, [desk.browser("awa") for _ in range(3)], desk.browser("awa")
    purposes = [purpose for purpose in seal.ring.purposes if purpose != "name"]
    announced = seal.ring.announced(purposes, 1)
    switched = announced.switched(2)
    for browser in browsers:
        browser.open("/console/me")
    for ring, browser in zip((announced, switched, switched.finished(3)), browsers, strict=True):
        seal._keys = seal._ready(ring)
        assert desk.say("access.out") in browser.send("/console/sign-out")  # only who is signed in, by a form that counts, is told so
    seal._keys = seal._ready(switched.finished(3).without("cookie", "hash"))
    assert desk.say("account.out_here") not in late.open("/console/me")
