"""What somebody typed and did not send: kept on the server, for its author alone, until sent, thrown away, signed out, or twelve hours old."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.service import acts
from hotline.service.acts import By
from hotline.service.desk.accounts import people
from hotline.service.desk.drafts import keep_draft
from tests.console.desk import IDS, Browser, Desk
from tests.console.test_attacks import opened

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
            return sum(len(tx.drafts.of(id, 0)) for id in IDS.values())


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


def test_every_form_whose_draft_is_kept_leads_back_to_its_page(typing: Typing) -> None:
    """Each name in a template is one that is known, so that none is refused while somebody types."""
    for alias, path in (("awa", typing.address), ("awa", "/console/testimonies/new"), ("djeneba", "/console/people")):
        browser = typing.desk.browser(alias)
        browser.open(path)
        action = {"/console/testimonies/new": path, "/console/people": path}.get(path, typing.note)
        hidden = browser.hidden(action)
        assert browser.client.post(DISCARD, data=hidden).headers["Location"] == path
