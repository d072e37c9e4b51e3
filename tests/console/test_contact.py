"""A contact that came otherwise: entered in two steps, rung once as another phone is, and a form by which nobody finds out, reads back or harasses a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES
from hotline.ports.voice import VoiceConnect, VoicePrompt, VoiceUnreached
from hotline.service.calls import taking
from hotline.service.calls.rules.limits import CONTACTS_A_DAY, SAME_CONTACT_A_DAY
from tests.console.desk import Browser, Desk
from tests.service.line import AWA, CALLER, OTHER_CALLER, OUMOU, Line

FORM, SAVE = "/console/contact", "/console/contact/save"
TYPED = "70 00 00 01"
"""As `CALLER` is written."""
NOT_A_NUMBER = (
    "",
    "70 00 01",
    "70 00 01 01 1",
    "+33 6 12 34 56 78",
    "0033612345678",
    "80 00 11 11",
    "112",
    "1234567a",
    "٧٠٠٠٠١٠١",
    "223 70 00 01",
)


def today(desk: Desk) -> str:
    return str(desk.line.clock.local(desk.line.clock.now()) // DAY_MINUTES)


def asked(desk: Desk, phone: str = TYPED, **fields: str) -> dict[str, str]:
    """A whole form: today until noon, in French, with a word."""
    return {"phone": phone, "language": "fr", "day": today(desk), "from": "10:00", "to": "12:00", "word": "milk"} | fields


def see(desk: Desk, browser: Browser, phone: str = TYPED, **fields: str) -> str:
    browser.open(FORM)
    return browser.send(FORM, **asked(desk, phone, **fields))


def enter(desk: Desk, phone: str = TYPED, by: str = "awa", **fields: str) -> Browser:
    """Both steps. The browser is on the page that follows."""
    browser = desk.browser(by)
    see(desk, browser, phone, **fields)
    browser.send(SAVE, agreed="yes")
    return browser


def audit(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.line.real_store.read() as tx:
        return [
            (row.who, row.what, row.about) for row in tx._connection.exec_driver_sql("SELECT who, what, about FROM audit ORDER BY rowid")
        ]


def present(line: Line, *numbers: str) -> None:
    for number in numbers or (AWA,):
        line.set_staff(number, seen_at=line.clock.now())


def rung(line: Line, counselor: str = AWA) -> object:
    """She takes what waits, and presses 1: what the line did."""
    present(line, counselor)
    line.hotline.tick()
    line.work()
    return line.ring(counselor)


# entering


def test_it_is_seen_first_and_then_noted(desk: Desk) -> None:
    """Nothing is kept before the second page is sent; then it waits as another phone's request, in the window and with the word that were agreed."""
    browser = desk.browser("awa")
    page = see(desk, browser)
    assert "70 00 00 01" in page
    assert "aujourd'hui 10h–12h" in page.lower()
    assert desk.line.callbacks() == []
    page = browser.send(SAVE, agreed="yes")
    assert desk.say("contact.kept") in page
    callback, local = desk.line.callback(), desk.line.clock.local
    assert (callback.state, callback.other_phone, callback.entered, callback.at_once, callback.urgent) == (
        "waiting",
        True,
        True,
        False,
        False,
    )
    assert (callback.language, callback.word) == ("fr", "milk")
    assert (local(callback.opens_at) % DAY_MINUTES, local(callback.not_after) % DAY_MINUTES) == (600, 720)
    assert desk.line.number_of(callback) == CALLER
    assert audit(desk)[-1] == ("awa", "contact entered", callback.reference)


@pytest.mark.parametrize(
    "typed",
    ["7000 0001", "70000001", "+223 70 00 00 01", "0022370000001", "223 70.00.00.01", " 70 00 00 01 ", "70\u00a000\u00a000\u00a001"],
)
def test_however_it_is_written_it_is_shown_back_in_one_form(desk: Desk, typed: str) -> None:
    """So that a wrong digit is seen; and it is one number inside."""
    page = see(desk, browser := desk.browser("awa"), typed)
    assert "70 00 00 01" in page
    assert browser.hidden(SAVE)["phone"] == "70 00 00 01"
    browser.send(SAVE, agreed="yes")
    assert desk.line.number_of(desk.line.callback()) == CALLER


@pytest.mark.parametrize("typed", NOT_A_NUMBER)
def test_what_is_no_number_of_mali_is_said_beside_its_field(desk: Desk, typed: str) -> None:
    """Abroad would be rung at any price, and a short number is nobody's phone. Nothing else that was filled in is lost."""
    browser = desk.browser("awa")
    page = see(desk, browser, typed)
    assert browser.status == 400
    assert desk.say("contact.error.phone") in page
    assert re.search(r'name="phone"[^>]*aria-invalid="true" autofocus', browser.raw)
    assert f'value="{" ".join(typed.split())}"' in page or f'value="{typed}"' in page
    assert 'name="from" value="10:00"' in page
    assert 'name="to" value="12:00"' in page
    for ticked in ("fr", today(desk), "milk"):
        assert re.search(rf'value="{ticked}"[^>]* checked', browser.raw)
    browser.client.post(SAVE, data={**browser.hidden(FORM), **asked(desk, typed, agreed="yes")})
    assert desk.line.callbacks() == []


@pytest.mark.parametrize(
    ("fields", "key", "field"),
    [
        ({"language": "xx"}, "contact.error.language", "language"),
        ({"day": ""}, "callback.told.order", "day"),
        ({"day": "9" * 40}, "callback.told.order", "day"),
        ({"from": "", "to": ""}, "callback.told.order", "day"),
        ({"from": "11:00", "to": "10:30"}, "callback.told.order", "day"),
        ({"from": "08:00", "to": "09:00"}, "callback.told.past", "day"),
        ({"from": "10:00", "to": "18:00"}, "callback.told.too_long", "day"),
        ({"word": "<b>"}, "callback.told.order", "day"),
    ],
)
def test_every_fault_names_its_field(desk: Desk, fields: dict[str, str], key: str, field: str) -> None:
    """The number that was typed still stands there."""
    browser = desk.browser("awa")
    page = see(desk, browser, **fields)
    assert browser.status == 400
    assert desk.say(key) in page
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', browser.raw)
    assert f'value="{TYPED}"' in page


def test_hours_for_which_nobody_is_planned_are_not_kept(desk: Desk) -> None:
    """Nothing is promised that nobody keeps, at either step."""
    browser = desk.browser("awa")
    see(desk, browser)
    with desk.line.real_store.write() as tx:
        tx._connection.exec_driver_sql("DELETE FROM shifts")
    page = browser.send(SAVE, agreed="yes")
    assert desk.say("callback.told.nobody") in page
    assert f'value="{TYPED}"' in page
    assert desk.say("callback.told.nobody") in see(desk, browser)
    assert desk.line.callbacks() == []


def test_without_her_word_nothing_is_noted(desk: Desk) -> None:
    """That she may be rung there and then is ticked beside the number and the hours; all else stays as it was typed."""
    browser = desk.browser("awa")
    see(desk, browser)
    page = browser.send(SAVE)
    assert (browser.status, desk.line.callbacks()) == (400, [])
    assert desk.say("callback.told.consent") in page
    assert "70 00 00 01" in page
    browser.send(SAVE, agreed="yes")
    assert desk.line.callback().word == "milk"


def test_what_is_wrong_is_mended_without_typing_it_anew(desk: Desk) -> None:
    """*Correct* leads back to the form, filled in."""
    browser = desk.browser("awa")
    see(desk, browser)
    hidden = browser.hidden(SAVE)
    page = browser._took(browser.client.post(FORM, data={**hidden, "change": "yes"}))
    assert 'value="70 00 00 01"' in page
    assert re.search(r'value="milk"[^>]* checked', browser.raw)
    assert 'name="from" value="10:00"' in page


def test_midnight_between_the_pages_moves_no_day(desk: Desk) -> None:
    """*Tomorrow* is still that day after midnight."""
    browser = desk.browser("awa")
    see(desk, browser, day=str(int(today(desk)) + 1))
    desk.line.clock.at += 15 * 3600
    desk.set_staff("awa", seen_at=desk.line.clock.now())
    desk.install()
    with desk.line.real_store.write() as tx:
        tx._connection.exec_driver_sql("UPDATE sign_ins SET seen_at = ?", (desk.line.clock.now(),))
    browser.send(SAVE, agreed="yes")
    assert desk.line.clock.local(desk.line.callback().not_after) == int(today(desk)) * DAY_MINUTES + 720


def test_sent_twice_it_is_entered_once(desk: Desk) -> None:
    """A finger that slips, or a network that repeats."""
    browser = desk.browser("awa")
    see(desk, browser)
    form = browser.hidden(SAVE)
    leads = [browser.client.post(SAVE, data={**form, "agreed": "yes"}).headers["Location"] for _ in range(2)]
    assert leads == [f"{FORM}?kept="] * 2
    assert len(desk.line.callbacks()) == 1


@pytest.mark.parametrize("alias", ["mariam", "djeneba"])
def test_it_is_for_those_who_call(desk: Desk, alias: str) -> None:
    """Neither an operator nor an admin enters a number."""
    browser = desk.browser(alias)
    browser.open(FORM)
    assert browser.status == 403


# what becomes of it


def test_it_is_rung_once_in_cover_as_another_phone(desk: Desk) -> None:
    """The counselor hears the word and that it is another's phone; unanswered, it is over."""
    enter(desk)
    line = desk.line
    line.hotline.tick()
    line.work()
    line.take()
    step = line.pick_up()
    assert isinstance(step, VoicePrompt)
    assert step.text.endswith(line.words("voice").phrase("voice.other", "fr"))
    assert line.words("voice").phrase("word.milk", "fr") in step.text
    assert isinstance(line.press(), VoiceConnect)
    line.hang_up()
    line.text(AWA, "3")
    assert (line.callback().state, line.callback().attempts) == ("closed", 1)


def test_it_is_marked_in_the_queue_in_its_case_and_in_the_figures(desk: Desk) -> None:
    """As entered by staff; what a caller asked for is not."""
    enter(desk)
    desk.line.walk("5 5", number="+22370000002")
    browser = desk.browser("awa")
    page = browser.open("/console/queue")
    assert page.count(desk.say("queue.entered")) == 1
    mine, asked_by_phone = sorted(desk.line.callbacks(), key=lambda callback: not callback.entered)
    for callback, is_marked in ((asked_by_phone, False), (mine, True)):
        assert desk.line.act(AWA, taking.take, callback.id).code == "taken"
        assert (desk.say("callback.entered") in browser.open(f"/console/callback/{callback.id}")) is is_marked
        desk.line.act(AWA, taking.give_back, callback.id)
    figures = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", desk.browser("fanta").open("/console/overview")))
    assert f"{desk.say('overview.waited.entered')} 1 " in figures


@pytest.mark.parametrize("reads", ["fr", "bm"])
def test_its_number_stands_on_no_page_and_in_no_audit(desk: Desk, reads: str) -> None:
    """Once it is saved nobody reads it, not even who typed it."""
    desk.set_staff("awa", reads=reads)
    browser = enter(desk)
    callback = desk.line.callback()
    pages = [browser.page, *(browser.open(path) for path in (FORM, "/console/queue", "/console/me"))]
    desk.line.act(AWA, taking.take, callback.id)
    pages += [browser.open("/console/queue"), browser.open(f"/console/callback/{callback.id}")]
    fanta = desk.browser("fanta")
    pages += [fanta.open(path) for path in ("/console/queue", "/console/review", "/console/audit", "/console/overview")]
    digits = [re.sub(r"[\s.\u00a0-]", "", page) for page in pages]
    assert not any("70000001" in page for page in digits)


def test_a_browser_s_back_does_not_bring_it_back(desk: Desk) -> None:
    """Whatever was sent on the way, sent once more after it was saved, shows an empty form, and enters nothing."""
    browser = desk.browser("awa")
    browser.open(FORM)
    sent = [(FORM, {**browser.hidden(FORM), **asked(desk, "70 00 00")})]
    browser.client.post(FORM, data=sent[0][1])
    browser._took(browser.client.post(FORM, data=sent[0][1]))
    sent.append((FORM, {**browser.hidden(FORM), **asked(desk)}))
    browser._took(browser.client.post(FORM, data=sent[-1][1]))
    sent.append((FORM, {**browser.hidden(SAVE), "change": "yes"}))
    sent.append((SAVE, {**browser.hidden(SAVE), "agreed": "yes"}))
    browser._took(browser.client.post(SAVE, data=sent[-1][1]))
    for address, data in sent:
        answer = browser.client.post(address, data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{FORM}?kept=")
    assert len(desk.line.callbacks()) == 1
    see(desk, browser, "70 00 00 02")
    browser.send(SAVE, agreed="yes")
    assert len(desk.line.callbacks()) == 2
    browser.open("/console/me")
    browser.send("/console/sign-out")
    signed_in = desk.browser("oumou")
    with signed_in.client.session_transaction(base_url="http://localhost/console/") as session:
        token = session["token"]
    with browser.client.session_transaction(base_url="http://localhost/console/") as session:
        session["token"] = token
    browser.open(FORM)
    assert "70 00 00 01" not in browser._took(browser.client.post(FORM, data=sent[1][1]))


def test_no_draft_keeps_what_was_typed(desk: Desk) -> None:
    """The form keeps none; where the number lies, a stop finds it."""
    browser = desk.browser("awa")
    browser.open(FORM)
    assert "data-draft" not in browser.raw
    see(desk, browser)
    assert "data-draft" not in browser.raw
    with desk.line.real_store.read() as tx:
        assert tx._connection.exec_driver_sql("SELECT count(*) FROM drafts").scalar() == 0


# attacks


def nothing(_: Desk) -> None:
    """A number that nobody knows."""


def she_waits(desk: Desk) -> None:
    desk.line.walk("5 5", "hers")


def she_is_urgent_and_in_hand(desk: Desk) -> None:
    present(desk.line, OUMOU)
    desk.line.walk("4 1 1", "hers")
    assert desk.line.act(OUMOU, taking.take, desk.line.callback().id).code == "taken"


def she_stopped(desk: Desk) -> None:
    desk.line.walk("5 7", "hers")


def she_waited_and_stopped(desk: Desk) -> None:
    desk.line.walk("5 5", "hers")
    desk.line.clock.at += 1
    desk.line.walk("5 7", "stops")


def somebody_else_answered(desk: Desk) -> None:
    line = desk.line
    line.walk("5 5", "hers")
    line.work()
    line.ring()
    line.text(AWA, "4")


def a_colleague_entered_it(desk: Desk) -> None:
    enter(desk, by="oumou")


def it_is_entered_too_often(desk: Desk) -> None:
    for _ in range(SAME_CONTACT_A_DAY):
        enter(desk, by="oumou")


STRANGERS_KEYS = f"5 6 {CALLER[-8:]} 5"


def a_stranger_asked_in_another_language(desk: Desk) -> None:
    desk.line.walk(f"6 {STRANGERS_KEYS}", "stranger", OTHER_CALLER)


def a_colleague_has_what_a_stranger_asked(desk: Desk) -> None:
    present(desk.line, OUMOU)
    desk.line.walk(STRANGERS_KEYS, "stranger", OTHER_CALLER)
    assert desk.line.act(OUMOU, taking.take, desk.line.callback().id).code == "taken"


def it_was_rung_today_for_a_stranger(desk: Desk) -> None:
    desk.line.walk(STRANGERS_KEYS, "stranger", OTHER_CALLER)
    desk.line.work()
    assert isinstance(desk.line.ring(), VoiceConnect)
    desk.line.text(AWA, "2")


HERS = (nothing, she_waits, she_is_urgent_and_in_hand, she_stopped, she_waited_and_stopped, somebody_else_answered)
"""What the phone itself did, and what was done for it."""
STRANGERS = (a_stranger_asked_in_another_language, a_colleague_has_what_a_stranger_asked, it_was_rung_today_for_a_stranger)
STANDS = (*HERS, *STRANGERS, a_colleague_entered_it, it_is_entered_too_often)


def without_ids(page: str) -> str:
    """A page but for what differs each time it is opened."""
    page = re.sub(r'name="(csrf_token|once|filling)" value="[^"]*"', "", page)
    return re.sub(r'data-now="\d+"', "", page)


def what_is_seen(desk: Desk) -> tuple[str, str, str, int]:
    """Both pages and the one after, as who enters this number sees them."""
    browser = desk.browser("awa")
    first = see(desk, browser)
    browser._took(browser.client.post(SAVE, data={**browser.hidden(SAVE), "agreed": "yes"}))
    location, status = browser.page, browser.status
    return without_ids(first), without_ids(location), without_ids(browser.open(f"{FORM}?kept=")), status


@pytest.mark.parametrize("stands", STANDS)
def test_nobody_learns_by_this_form_what_is_known_of_a_number(desk: Desk, stands: Callable[[Desk], None]) -> None:
    """Unknown, waiting, in a colleague's hands, stopped, entered by others: the pages are the same to the letter."""
    expected = what_is_seen(desk)
    (before,) = desk.line.callbacks()
    with desk.line.real_store.write() as tx:
        for table in ("numbers", "callbacks", "ledger", "offers"):
            tx._connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    stands(desk)
    entered = len(desk.line.callbacks())
    assert what_is_seen(desk) == expected
    assert len(desk.line.callbacks()) == entered + 1
    assert before.entered


@pytest.mark.parametrize("stands", [*HERS, *STRANGERS])
def test_nor_by_taking_it_what_the_phone_did_or_strangers_asked_of_it(desk: Desk, stands: Callable[[Desk], None]) -> None:
    """It lies in the queue by itself, is taken and connected as any; where the phone stopped, is being served, or somebody else answered it, nobody's phone rings."""
    stands(desk)
    enter(desk)
    line = desk.line
    callback = line.callbacks()[-1]
    assert callback.state == "waiting"
    queue = desk.browser("awa").open("/console/queue")
    card = queue[queue.index(f">{callback.reference}<") :].partition("</li>")[0]
    assert f'id="take-{callback.reference}"' in card
    assert " · français · " in card
    assert line.act(AWA, taking.take, callback.id).code == "taken"
    page = desk.browser("awa").open(f"/console/callback/{callback.id}")
    assert line.words("voice").phrase("word.milk", "fr") in page
    assert desk.say("callback.phone_other") in page
    line.text(AWA, f"{callback.reference} 7")
    line.work()
    assert isinstance(line.pick_up(), VoicePrompt)
    is_reached = stands in (nothing, she_waits, *STRANGERS)
    assert isinstance(line.press(), VoiceConnect if is_reached else VoiceUnreached)


def test_a_stopped_number_is_not_rung_by_entering_it(desk: Desk) -> None:
    """Its owner's two keys hold for what counselors enter too, before and after."""
    enter(desk)
    desk.line.clock.at += 1
    desk.line.walk("5 7", "hers")
    enter(desk)
    first, second = desk.line.callbacks()
    assert [desk.line.number_of(callback) for callback in (first, second)] == [None, None]
    assert isinstance(rung(desk.line), VoiceUnreached)


def test_many_entries_ring_it_no_more_than_once(desk: Desk) -> None:
    """However often, and by however many: once in a day, and a supervisor sees what is entered beyond two."""
    line = desk.line
    for alias in ("awa", "oumou", "fanta", "awa"):
        enter(desk, by=alias)
    states = [callback.state for callback in line.callbacks()]
    assert states == ["waiting", "waiting", "review", "review"]
    assert isinstance(rung(line), VoiceConnect)
    line.text(AWA, "2")
    for _ in range(2):
        line.clock.at += 600
        enter(desk, by="oumou")
        present(line, AWA, OUMOU)
        line.hotline.tick()
        line.work()
    assert len(line.gateway.rung) == 1
    assert desk.say("queue.entered") in desk.browser("fanta").open("/console/review")


def test_a_counselor_enters_so_many_in_a_day(desk: Desk) -> None:
    """It is said, of whatever number, and nothing that was typed is lost; the day after, it begins anew, and colleagues are not held up."""
    for n in range(CONTACTS_A_DAY):
        assert desk.say("contact.kept") in enter(desk, f"70 00 05 {n:02}").page
    refused = enter(desk, "70 00 06 00")
    assert refused.status == 400
    assert desk.say("contact.error.enough") in refused.page
    assert 'value="70 00 06 00"' in refused.page
    assert len(desk.line.callbacks()) == CONTACTS_A_DAY
    assert desk.say("contact.kept") in enter(desk, "70 00 06 00", by="oumou").page
    desk.line.clock.at += 24 * 3600
    assert desk.say("contact.kept") in enter(desk, "70 00 06 01").page


@pytest.mark.parametrize("field", ["phone", "language", "day", "from", "to", "word", "part"])
def test_markup_in_a_field_is_shown_as_it_was_typed(desk: Desk, field: str) -> None:
    """It is refused or left out, and never part of the page."""
    attack = '"><script>alert(1)</script>'
    browser = desk.browser("awa")
    see(desk, browser, **{field: attack})
    assert "<script>alert" not in browser.raw
    browser.open(FORM)
    form = browser.hidden(FORM)
    browser._took(browser.client.post(SAVE, data={**form, **asked(desk), field: attack, "agreed": "yes"}))
    assert "<script>alert" not in browser.raw


def test_its_number_lies_sealed(desk: Desk, tmp_path: Path) -> None:
    """Whoever takes the database reads it nowhere; that staff entered it lies sealed too."""
    enter(desk)
    plain = replace(desk.line.callback(), entered=False)
    assert plain != desk.line.callback()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("hotline.db*"))
    assert raw
    for form in (b"70000001", b"70 00 00 01", b'entered":true'):
        assert form not in raw
