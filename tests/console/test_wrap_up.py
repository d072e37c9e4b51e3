"""Who is on the phone; and what is asked before the two hang up: how safe the call leaves her, the next call, and its moment read back."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from hotline.console.words import unbroken
from hotline.engine.casework.scripts import WHO
from hotline.engine.phone.letters import fold
from hotline.service.calls import agreements, connecting, saying
from hotline.service.calls.agreements import Wish
from tests.console.calls import agree, agreed_and_taken, ended, found, held, talking
from tests.service.line import AWA, OTHER_CALLER

if TYPE_CHECKING:
    from tests.console.desk import Browser, Desk

MORNING = Wish(ahead=1, start=480, end=720, word=None, agreed=True)


def words(desk: Desk, key: str, language: str = "fr") -> str:
    return unbroken(desk.line.words("voice").phrase(key, language))


@pytest.mark.parametrize("keys", ["5 5", "4 1 1"])
def test_where_there_is_no_word_she_is_asked_when(desk: Desk, keys: str) -> None:
    """The page has the day and the part of it, never the hour; the script asks in cover, and *I don't know* ends nothing."""
    browser, callback, _ = held(desk, keys)
    assert re.search(rf"{desk.say('callback.asked')}</span> <strong class=\"num\">aujourd'hui, \d+h–\d+h<", browser.page)
    asked_at = datetime.fromtimestamp(callback.made_at, UTC)
    assert f"{asked_at.hour}h{asked_at.minute:02}" not in browser.page
    for step in range(1, 7):
        assert words(desk, f"script.{WHO.name}.{step}") in browser.page


@pytest.mark.parametrize("keys", ["5 6 70000301 1", "5 1 1 2"])
def test_on_another_phone_or_with_a_word_nobody_is_asked_when(desk: Desk, keys: str) -> None:
    """There the word alone is waited for."""
    browser, _, _ = held(desk, keys)
    assert desk.say("callback.asked") not in browser.page
    assert words(desk, f"script.{WHO.name}.1") not in browser.page


def test_at_an_agreed_call_nobody_is_asked_when(desk: Desk) -> None:
    """She did not ask for it on the line: the two agreed on it."""
    again = agreed_and_taken(desk)
    assert desk.say("callback.opening") in again.page
    assert desk.say("callback.asked") not in again.page


def test_one_opening_and_it_affirms_nothing(desk: Desk) -> None:
    """The same question in script, spoken prompt and SMS; none of them says that advice was asked for."""
    for language, question in (("fr", "quel conseil voulez-vous"), ("bm", "i b'a fɛ ka kunnafoni jumɛn sɔrɔ")):
        script, prompt = words(desk, "script.open", language), words(desk, "voice.answer", language)
        assert question in script.lower()
        assert question in prompt.lower()
        help = desk.line.words("sms").phrase("staff.help", language).lower()
        assert fold(question, language) in help
        assert len(help) <= 160
    assert "avez demandé un conseil" not in words(desk, "script.open")


def test_before_they_hang_up(desk: Desk) -> None:
    """On the live page: what she answers, the next call, and the moment that holds in words to be read to her; then the outcome changes none of it."""
    browser, callback, address = talking(desk)
    agree(browser, address, word="water", safer="safer")
    assert desk.say("callback.told.agreed") in browser.page
    assert desk.say("callback.read_back", when="demain 8h–12h") in browser.page
    assert desk.say("callback.read_back_word", word="eau") in browser.page
    assert ("claimed", "safer") == (found(desk, callback).state, found(desk, callback).safer)
    desk.line.hang_up()
    browser.open(address)
    browser.send(f"{address}/outcome", how="spoke")
    agreed = desk.line.callbacks()[-1]
    assert ("closed", "safer") == (found(desk, callback).state, found(desk, callback).safer)
    assert ("waiting", "water", True) == (agreed.state, agreed.word, agreed.agreed)
    assert desk.say("callback.coming", when="demain 8h–12h") in browser.page


def test_a_moment_that_is_agreed_anew_moves(desk: Desk) -> None:
    """Read back, she wanted another: there is one next call, not two, and consent and reference stay."""
    browser, _, address = talking(desk)
    agree(browser, address)
    first = desk.line.callbacks()[-1]
    browser.open(address)
    agree(browser, address, day="2", part="840-1080", word="milk")
    assert 2 == len(desk.line.callbacks())
    moved = found(desk, first)
    assert (first.reference, "milk") == (moved.reference, moved.word)
    assert moved.opens_at - first.opens_at == (24 + 6) * 3600


def test_she_said_when_before_she_could_not_go_on(desk: Desk) -> None:
    """The time that was agreed in the call stands instead of a review."""
    browser, callback, address = talking(desk)
    agree(browser, address)
    browser.open(address)
    browser.send(f"{address}/outcome", how="could_not_talk")
    assert "closed" == found(desk, callback).state
    with desk.line.real_store.read() as tx:
        assert () == tx.reviews.of(callback.id)


def test_in_other_hands_an_agreed_call_waits_for_a_supervisor(desk: Desk) -> None:
    """Somebody else took the phone out of her hand: nobody rings it tomorrow either."""
    browser, _, address = talking(desk)
    agree(browser, address)
    browser.open(address)
    browser.send(f"{address}/outcome", how="someone_else")
    assert "review" == desk.line.callbacks()[-1].state


def test_nothing_is_agreed_before_the_phone_rang(desk: Desk) -> None:
    """Nobody has been spoken to."""
    browser, callback, address = held(desk)
    assert f'action="{address}/wrap-up"' not in browser.raw
    assert desk.line.act(AWA, agreements.agree_next, callback.id, MORNING).code == "gone"
    assert 1 == len(desk.line.callbacks())


def test_what_is_refused_changes_nothing_and_stays_typed(desk: Desk) -> None:
    """One form, taken whole or not at all: note and answer wait for the moment that can be kept."""
    browser, callback, address = ended(desk, "spoke")
    browser.send(f"{address}/wrap-up", day="0", part="", **{"from": "08:00", "to": "09:00"}, agreed="on", note="Rappeler.", safer="same")
    assert desk.say("callback.told.past") in browser.page
    assert "Rappeler." in browser.page
    assert 'value="same" checked' in browser.raw
    with desk.line.real_store.read() as tx:
        assert tx.cases.note(callback.id) is None
    assert found(desk, callback).safer is None


@pytest.mark.parametrize("filled", [{"part": "480-720"}, {"from": "08:00"}, {"word": "milk"}], ids=["part", "hour", "word"])
def test_a_next_call_without_its_day_is_not_dropped_in_silence(desk: Desk, filled: dict[str, str]) -> None:
    """She was told of a call, or of a word: it is kept, or the counselor reads that it is not. Where nothing was filled in, nothing is asked."""
    browser, _, address = ended(desk, "spoke")
    fields = browser.hidden(f"{address}/wrap-up") | {"day": "", "word": "", "from": "", "to": "", "note": "Rappeler.", "safer": "same"}
    response = browser.client.post(f"{address}/wrap-up", data=fields | filled | {"agreed": "yes"})
    assert (response.status_code, desk.say("callback.told.order") in response.get_data(as_text=True)) == (400, True)
    assert browser.client.post(f"{address}/wrap-up", data=fields | filled).status_code == 400
    assert browser.client.post(f"{address}/wrap-up", data=fields).location == "/console/queue"


def test_the_word_of_the_moment_that_was_agreed_stands(desk: Desk) -> None:
    """To save once more changes it to no other."""
    browser, _, address = ended(desk, "spoke")
    browser.open(address)
    agree(browser, address, word="milk")
    page = browser.open(address)
    assert 'name="word" value="milk" checked' in page


def test_saved_and_done_it_leads_to_the_queue(desk: Desk) -> None:
    """One form and one tap after a call; a moment that was agreed only then is shown first."""
    browser, _, address = ended(desk, "spoke")
    fields = browser.hidden(f"{address}/wrap-up") | {"safer": "same", "note": "Rappeler.", "hard": "yes"}
    assert "/console/queue" == browser.client.post(f"{address}/wrap-up", data=fields).location
    browser.open(address)
    agree(browser, address)
    assert desk.say("callback.coming", when="demain 8h–12h") in browser.page
    assert desk.say("callback.read_back", when="demain 8h–12h") not in browser.page


def test_an_hour_counts_before_a_part_of_the_day(desk: Desk) -> None:
    """Whatever was tapped before it was typed."""
    browser, _, address = talking(desk)
    agree(browser, address, **{"from": "14:30", "to": "15:15"})
    agreed = desk.line.callbacks()[-1]
    assert 45 * 60 == agreed.not_after - agreed.opens_at


def test_a_call_that_was_cut_is_tried_once_more(desk: Desk) -> None:
    """As the script says: *could not be reached*, and connect, as long as the page has it; what was agreed in it stays."""
    browser, callback, address = talking(desk)
    agree(browser, address)
    desk.line.hang_up()
    desk.line.act(AWA, saying.say_outcome, callback.id, "unreachable", origin="cut")
    assert 'id="connect"' in browser.open(address)
    assert desk.line.act(AWA, connecting.connect, callback.id, origin="again").code == "rings"
    assert "waiting" == desk.line.callbacks()[-1].state


def test_what_was_agreed_in_a_call_shows_on_nobodys_phone(desk: Desk) -> None:
    """Another caller's screens are the same before and after."""
    before = desk.line.walk("5", "before", OTHER_CALLER).text
    browser, _, address = talking(desk)
    agree(browser, address)
    assert before == desk.line.walk("5", "after", OTHER_CALLER).text


def test_the_form_comes_once_and_how_it_ended_beside_it(desk: Desk) -> None:
    """When the two talk the page brings form and outcomes by itself; when they have hung up it changes around the form, and what is typed stays."""
    browser, callback, address = held(desk)
    desk.line.act(AWA, connecting.connect, callback.id, origin="ring")
    desk.line.work()
    desk.line.pick_up()
    desk.line.press()
    begun = look_again(browser)
    assert 'id="end"' in begun
    assert f'action="{address}/wrap-up"' in begun
    browser.open(address)
    desk.line.hang_up()
    over = look_again(browser)
    assert 'id="end"' in over
    assert "wrap-up" not in over


def look_again(browser: Browser) -> str:
    """What htmx fetches of the page that is open."""
    seen = re.search(r'hx-get="([^"]+)"', browser.raw)
    assert seen
    return browser.client.get(html.unescape(seen[1]), headers={"HX-Request": "true"}).get_data(as_text=True)
