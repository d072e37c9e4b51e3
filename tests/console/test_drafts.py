"""What somebody typed and did not send: kept on the server, for its author alone, until sent, thrown away, signed out, or twelve hours old."""

from __future__ import annotations

import pyotp
import pytest
from msgspec.structs import replace

from hotline.ports.desk.accounts import Account
from hotline.ports.desk.drafts import OpenForm
from hotline.service import acts
from hotline.service.acts import By
from hotline.service.desk.accounts import people
from hotline.service.desk.drafts import keep_draft
from tests.console.calls import talking
from tests.console.desk import IDS, Browser, Desk
from tests.console.test_attacks import opened

PASSWORD = "quatre chevaux sous la pluie"
TYPED = "Rappeler avant la prière."
HOUR = 3600
KEEP, DISCARD = "/console/draft", "/console/draft/discard"


class Typing:
    """Awa holds a callback and types a note; her browser's script saves it."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.line = desk, desk.line
        self.callback = opened(desk)
        with self.line.real_store.write() as tx:
            tx.callbacks.claim(self.callback.id, IDS["awa"], self.line.clock.now())
        self.address = f"/console/callback/{self.callback.id}"
        self.note = f"{self.address}/note"
        self.browser = desk.browser("awa")
        self.browser.open(self.address)
        self.hidden = self.browser.hidden(self.note)

    def keeps(self, text: str = TYPED, browser: Browser | None = None, **fields: str | list[str]) -> int:
        """What the script posts, as the page that was opened first has it."""
        return (browser or self.browser).client.post(KEEP, data={**self.hidden, "note": text, **fields}).status_code

    def is_back(self, alias: str = "awa") -> bool:
        """Does the page show it to this person, in a browser of theirs?"""
        page = self.desk.browser(alias).open(self.address)
        return f">{TYPED}</textarea>" in page

    def rows(self) -> int:
        with self.line.real_store.read() as tx:
            return sum(len(tx.form_drafts.of(id, 0)) for id in IDS.values())


@pytest.fixture
def typing(desk: Desk) -> Typing:
    return Typing(desk)


def test_what_was_typed_is_there_again(typing: Typing) -> None:
    """In the field itself, with and without script, and the page says that it is not sent."""
    assert typing.keeps() == 204
    page = typing.browser.open(typing.address)
    assert f">{TYPED}</textarea>" in page
    assert '<p class="draft"><span' in page
    assert typing.desk.say("page.draft") in page


def test_nobody_else_ever_sees_it(typing: Typing) -> None:
    """Neither a supervisor who looks on, nor whoever is given the callback, nor who signs in on the same computer."""
    typing.keeps()
    assert not typing.is_back("fanta")
    with typing.line.real_store.write() as tx:
        tx.callbacks.save(replace(tx.callbacks.get(typing.callback.id), claimed_by=IDS["oumou"]))  # type: ignore[type-var]
    assert not typing.is_back("oumou")
    with typing.browser.client.session_transaction(base_url="http://localhost/console/") as session:
        token = session["token"]
    with typing.line.real_store.write() as tx:
        tx.accounts.drop_sign_in(token)
        tx.accounts.add_sign_in(token, IDS["oumou"], typing.line.clock.now())
    assert TYPED not in typing.browser.open(typing.address)


def test_it_goes_when_its_form_is_sent(typing: Typing) -> None:
    """What is saved late, after it was sent, is not kept either; what is typed next is."""
    typing.keeps()
    typing.browser.client.post(typing.note, data={**typing.hidden, "note": "Autre chose."})
    assert (typing.rows(), typing.keeps(), typing.rows()) == (0, 409, 0)
    assert ">Autre chose.</textarea>" in typing.browser.open(typing.address)
    typing.hidden = typing.browser.hidden(typing.note)
    assert (typing.keeps(), typing.is_back()) == (204, True)


def test_it_stays_when_its_form_is_refused(typing: Typing) -> None:
    """Nothing was changed, and nothing that was typed is lost."""
    typing.keeps()
    typing.browser.client.post(typing.note, data={**typing.hidden, "note": "a" * 281})
    assert typing.is_back()


def test_its_author_throws_it_away(typing: Typing) -> None:
    """A button of the form, which works without script; the note that was sent before stands there again."""
    typing.browser.send(typing.note, note="Autre chose.")
    typing.hidden = typing.browser.hidden(typing.note)
    typing.keeps()
    page = typing.browser._took(typing.browser.client.post(DISCARD, data={**typing.hidden, "note": TYPED}, follow_redirects=True))
    assert (TYPED in page, ">Autre chose.</textarea>" in page, '<p class="draft" hidden>' in page) == (False, True, True)
    assert typing.rows() == 0


@pytest.mark.parametrize("action", ["/console/sign-out", "/console/me/everywhere"])
def test_signing_out_deletes_it(typing: Typing, action: str) -> None:
    """And what this browser saves afterwards is nobody's."""
    typing.keeps()
    typing.browser.open("/console/me")
    typing.browser.send(action)
    assert (typing.keeps(), typing.rows(), typing.is_back()) == (400, 0, False)


def test_a_save_that_the_sign_out_overtakes_keeps_nothing(typing: Typing) -> None:
    """It came in time, and waited while the sign-in ended."""
    by, deps = By(IDS["awa"], "page"), typing.line.hotline.deps
    assert acts.run(deps, by, keep_draft, "tell", {"fr": (TYPED,)}, "once", "a sign-in that is over").is_refused
    assert typing.rows() == 0


def test_a_sign_in_that_ends_by_itself_keeps_it(typing: Typing) -> None:
    """Who was called away for an hour finds it again; the sign-in is over meanwhile, and the page shows nothing."""
    typing.keeps()
    typing.line.clock.at += HOUR
    assert TYPED not in typing.browser.open(typing.address)
    assert typing.is_back()


def test_a_new_link_or_the_end_of_an_account_deletes_it(typing: Typing) -> None:
    """An admin who makes a link could use it."""
    for act, *more in ((people.make_link, "a-link"), (people.disable_person,)):
        typing.keeps()
        acts.run(typing.line.hotline.deps, By(IDS["djeneba"], "page"), act, IDS["awa"], *more)  # type: ignore[operator]
        assert typing.rows() == 0
        typing.browser = typing.desk.browser("awa")


def test_it_is_twelve_hours_old_at_most(typing: Typing) -> None:
    """Then no page shows it, and the clock takes it away."""
    typing.keeps()
    typing.line.clock.at += 10 * HOUR + HOUR // 2
    assert typing.is_back()
    typing.line.clock.at += HOUR + HOUR // 2
    assert not typing.is_back()
    typing.line.hotline.tick()
    assert typing.rows() == 0


def test_it_is_as_old_as_the_operator_wants(typing: Typing) -> None:
    """Of two hours: there in the second, and gone with the third at the latest."""
    deps = typing.line.hotline.deps
    shorter = replace(deps, rules=replace(deps.rules, draft_hours=2))
    with typing.browser.client.session_transaction(base_url="http://localhost/console/") as session:
        token = session["token"]
    assert not acts.run(shorter, By(IDS["awa"], "page"), keep_draft, OpenForm("tell"), {"fr": (TYPED,)}, "once", token).is_refused
    for hours, left in ((1, 1), (2, 0)):
        typing.line.clock.at += HOUR
        typing.line.hotline.tick()
        assert (hours, left) == (hours, typing.rows())


def test_codes_that_were_chosen_go_with_the_consent(typing: Typing) -> None:
    """The caller takes back that anything is written down: what another counselor had chosen and not sent goes too."""
    what, back = f"{typing.address}/what", f"{typing.address}/consents"
    typing.browser.open(what)
    typing.browser.send(f"{typing.address}/agree", kind="record")
    hidden = typing.browser.hidden(what)
    assert typing.browser.client.post(KEEP, data={**hidden, "denial": "yes"}).status_code == 204
    assert 'name="denial" value="yes" checked' in typing.browser.open(what)
    with typing.line.real_store.write() as tx:
        tx.callbacks.save(replace(tx.callbacks.get(typing.callback.id), claimed_by=IDS["oumou"]))  # type: ignore[type-var]
    other = typing.desk.browser("oumou")
    other.open(back)
    other.send(back, kind="record")
    assert typing.rows() == 0


def test_words_that_are_looked_at_again_are_those_just_typed(desk: Desk) -> None:
    """Not an older draft of them."""
    author = desk.browser("awa")
    author.open("/console/testimonies/new")
    author.send("/console/testimonies/new", fr="Elle va mieux.", consent="yes")
    (id,) = (testimony.id for testimony in _testimonies(desk))
    cut = f"/console/testimonies/{id}/cut"
    hidden = author.hidden(cut)
    assert author.client.post(KEEP, data={**hidden, "fr": "Plus vieux.", "check": "names"}).status_code == 204
    assert ">Plus vieux.</textarea>" in author.open(f"/console/testimonies/{id}")
    page = author.send(cut, fr="Plus neuf.", look="yes")
    assert (">Plus neuf.</textarea>" in page, "Plus vieux." in page) == (True, False)


def _testimonies(desk: Desk) -> list:  # type: ignore[type-arg]
    with desk.line.real_store.read() as tx:
        return [testimony for testimony in tx.testimonies.all() if testimony.state == "written"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"draft": "nothing"}, 400), ({"draft": "note-../x"}, 400), ({"draft": "person"}, 403), ({"note": "a" * 4_001}, 409)],
)
def test_only_forms_of_ones_own_are_kept(typing: Typing, fields: dict[str, str], status: int) -> None:
    """One that no page has, one of another role, and more than any form takes."""
    assert (typing.keeps(**fields), typing.rows()) == (status, 0)


def test_a_draft_without_the_token_of_the_page_is_refused(typing: Typing) -> None:
    """No other site writes one."""
    assert (typing.keeps(csrf_token=""), typing.rows()) == (400, 0)


def test_one_author_fills_no_disk(typing: Typing) -> None:
    """From the fortieth on only what is there is kept anew."""
    assert [typing.keeps(draft=f"note-{n}") for n in range(41)] == [204] * 40 + [409]
    assert (typing.keeps(draft="note-7"), typing.rows()) == (204, 40)


def test_two_open_pages_of_one_form_keep_each_their_own(typing: Typing) -> None:
    """Neither writes over the other; the page shows one and leads to the other; what is sent from one takes nothing of the other with it."""
    second = typing.desk.browser("awa")
    second.open(typing.address)
    fields = second.hidden(typing.note)
    assert (typing.keeps(), typing.keeps("Autre chose.", second, **fields), typing.rows()) == (204, 204, 2)
    assert (typing.keeps("Autre chose, puis.", second, **fields), typing.rows()) == (204, 2)
    third = typing.desk.browser("awa")
    page = third.open(typing.address)
    assert (f">{TYPED}</textarea>" in page, typing.desk.say("page.draft_other") in page) == (True, True)
    page = third.open(f"{typing.address}?typed=2")
    assert (">Autre chose, puis.</textarea>" in page, 'href="?typed=1"' in page) == (True, True)
    assert (typing.keeps("Et encore.", third, **third.hidden(typing.note)), typing.rows()) == (204, 2)  # it goes on with what it shows
    typing.browser.send(typing.note, note=TYPED)
    assert (typing.rows(), ">Et encore.</textarea>" in third.open(typing.address)) == (1, True)


def test_a_form_keeps_few_copies(typing: Typing) -> None:
    """What a fifth page types is not kept, and its page says so."""
    assert [typing.keeps(f"{n}", tab=f"{n}", since="") for n in range(5)] == [204] * 4 + [409]
    assert typing.keeps("3, encore", tab="3", since="") == 204


def test_every_form_whose_draft_is_kept_leads_back_to_its_page(typing: Typing) -> None:
    """Each name in a template is one that is known, so that none is refused while somebody types."""
    for alias, path in (("awa", typing.address), ("awa", "/console/testimonies/new"), ("djeneba", "/console/people")):
        browser = typing.desk.browser(alias)
        browser.open(path)
        action = {"/console/testimonies/new": path, "/console/people": path}.get(path, typing.note)
        hidden = browser.hidden(action)
        assert browser.client.post(DISCARD, data=hidden).headers["Location"] == path


def test_the_form_of_a_next_call_is_kept_over_the_end_of_the_call(desk: Desk) -> None:
    """Before and after it has one name; what the one lacks stands in the other as it did."""
    browser, _, address = talking(desk)
    browser.send(f"{address}/note", note=TYPED)
    assert browser.client.post(KEEP, data={**browser.hidden(f"{address}/wrap-up"), "day": "2"}).status_code == 204
    desk.line.hang_up()
    browser.open(address)
    page = browser.send(f"{address}/outcome", how="spoke")
    assert ('name="day" value="2" checked' in page, f">{TYPED}</textarea>" in page) == (True, True)


class Late(Typing):
    """The sign-in ended by itself while Awa was typing; then her browser sends the note."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        with self.line.real_store.write() as tx:
            tx.accounts.save(Account(IDS["awa"], desk.room.passwords.hash(PASSWORD)))
            tx.accounts.save(Account(IDS["oumou"], desk.room.passwords.hash(PASSWORD)))
        self.line.clock.at += HOUR

    def sends(self, action: str | None = None, **fields: str) -> str:
        """With or without script, and the page that follows."""
        answer = self.browser.client.post(action or self.note, data={**self.hidden, "note": TYPED, **fields}, follow_redirects=True)
        return self.browser._took(answer)

    def signs_in(self, alias: str = "awa") -> str:
        return self.browser.send("/console/sign-in", alias=alias, password=PASSWORD)


@pytest.fixture
def late(desk: Desk) -> Late:
    return Late(desk)


def test_a_form_sent_after_the_sign_in_ended_is_there_after_the_next(late: Late) -> None:
    """It does nothing; the sign-in page says that it is kept, and leads to it."""
    assert late.desk.say("access.typed") in late.sends()
    assert f">{TYPED}</textarea>" in late.signs_in()
    assert not late.is_back("fanta"), "nothing was written down"
    assert late.desk.say("access.typed") not in late.desk.browser().open("/console/sign-in")


def test_every_form_of_the_page_is_kept_and_what_is_saved_as_it_goes(late: Late) -> None:
    """One after the other, before anybody signs in again."""
    assert late.browser.client.post(KEEP, data={**late.hidden, "note": "Un début."}).status_code == 303
    late.browser.client.post(late.note, data={**late.hidden, "note": TYPED})
    late.browser.client.post(f"{late.address}/wrap-up", data={**late.hidden, "draft": f"next-{late.callback.id}", "day": "2"})
    assert (late.rows(), late.is_back()) == (2, True)


def test_only_its_author_finds_it(late: Late) -> None:
    """Whoever else signs in on that computer comes to their own pages, and what was typed waits."""
    late.sends()
    assert TYPED not in late.signs_in("oumou")
    assert not late.is_back("oumou")
    assert late.is_back("awa")


def test_a_second_step_between_loses_nothing(late: Late) -> None:
    """With a one-time code after the password."""
    secret = pyotp.random_base32()
    with late.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["awa"], late.desk.room.passwords.hash(PASSWORD), secret))
    late.sends()
    late.signs_in()
    code = pyotp.TOTP(secret).generate_otp(late.line.clock.now() // 30)
    assert f">{TYPED}</textarea>" in late.browser.send("/console/code", code=code)


@pytest.mark.parametrize("how", ["ended", "disabled", "another role", "no token", "too late", "no such form"])
def test_nobody_else_has_anything_kept(late: Late, how: str) -> None:
    """Not who ended the sign-in, has no account any more, may not send the form, comes from elsewhere, half a day later, or with a form that no page has."""
    with late.line.real_store.write() as tx:
        match how:
            case "ended":
                tx.accounts.drop_sign_ins(IDS["awa"])
            case "disabled" | "another role":
                staff = tx.staff.get(IDS["awa"])
                assert staff is not None
                tx.staff.save(replace(staff, active=False) if how == "disabled" else replace(staff, role="operator"))
            case "too late":
                late.line.clock.at += 12 * HOUR
    more = {"no token": {"csrf_token": ""}, "no such form": {"draft": "nothing"}}.get(how, {})
    page = late.sends(**more)
    assert (late.rows(), late.desk.say("access.typed") in page, TYPED in page) == (0, False, False)
