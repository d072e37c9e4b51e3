"""Hearing a reviewer on the pages: what nobody read, signed for by whoever may, and talked about without a case."""

from __future__ import annotations

import html
import re

import pytest

from hotline.ports.editions.comments import WordsComment
from hotline.ports.editions.readings import WordsReading
from hotline.service.studio.words.reviewing import LONGEST_COMMENT
from tests.console.desk import IDS, Browser, Desk

LIST, READ, COMMENT = "/console/studio/review", "/console/studio/review/read", "/console/studio/review/comment"
SCREEN, PLACE = "/console/studio/callback/when", "words/bm/callback.when"


@pytest.fixture
def room(desk: Desk) -> Desk:
    """Nana, a counselor, reviews Bambara; Awa approves; both read French."""
    desk.set_staff("nana", reviews=("bm",), reads="fr")
    desk.set_staff("awa", approves=True)
    return desk


def readings(desk: Desk) -> tuple[WordsReading, ...]:
    with desk.line.real_store.read() as tx:
        return tx.readings.all()


def thread(desk: Desk, place: str = PLACE) -> tuple[WordsComment, ...]:
    with desk.line.real_store.read() as tx:
        return tx.comments.of([place])


def press(browser: Browser, action: str, **fields: str) -> str:
    """A button of the screen's page that is part of its one form, wherever it stands."""
    assert f'formaction="{action}"' in browser.page
    return browser._took(browser.client.post(action, data={**browser.hidden(SCREEN), **fields}, follow_redirects=True))


def first_place(browser: Browser) -> str:
    return next(name.removeprefix("digest:") for name in browser.hidden(COMMENT) if name.startswith("digest:"))


def read(browser: Browser, **fields: str) -> str:
    """The first button of the list."""
    return browser.send(READ, place=first_place(browser), **fields)


def say(browser: Browser, text: str, button: str = "place") -> str:
    """Of the first message of the list."""
    place = first_place(browser)
    return browser.send(COMMENT, **{f"comment:{place}": text, button: place})


def cards(browser: Browser) -> list[str]:
    return re.findall(r'<article class="card" id="m-([^"]+)"', browser.raw)


def test_a_reviewer_reads_one_after_another(room: Desk) -> None:
    """Without script: the first one is signed for, and the next one is up; counts go down; a page holds twenty."""
    browser = room.browser("nana")
    browser.open(LIST)
    before, first = cards(browser), first_place(browser)
    assert (20, True) == (len(before), room.say("studio.review.critical", count=108) in browser.page)
    page = read(browser)
    assert (before[1:], 20) == (cards(browser)[:19], len(cards(browser)))
    assert room.say("studio.review.critical", count=107) in page
    assert [(first.rpartition("/")[2], "nana", "2026-11-24")] == [(reading.key, reading.by, reading.day) for reading in readings(room)]


def test_each_page_begins_behind_the_last_one(room: Desk) -> None:
    """Whatever was signed meanwhile: nothing is skipped and nothing comes twice."""
    browser = room.browser("nana")
    browser.open(LIST)
    first, follows = cards(browser), re.findall(r'href="([^"]+after=[^"]+)"', browser.raw)[0]
    read(browser)
    shown = cards(browser)
    browser.open(follows.replace("&amp;", "&"))
    assert (20, set(), shown[-1]) == (len(cards(browser)), set(cards(browser)) & set(first), cards(browser)[0])


def test_the_script_gets_the_card_alone(room: Desk) -> None:
    """What it sends again changes nothing; the answer is small, and says who read and when."""
    browser = room.browser("nana")
    browser.open(LIST)
    place = first_place(browser)
    fields = browser.hidden(READ) | {"place": place}
    answers = [browser.client.post(READ, data=fields, headers={"HX-Request": "true"}) for _ in range(2)]
    assert [200, 200] == [answer.status_code for answer in answers]
    text = answers[0].get_data(as_text=True)
    assert (True, False) == (room.say("studio.reviewed", by="nana 24/11/2026") in text, "<html" in text)
    assert 1 == len(readings(room))
    back = browser.client.post(READ, data={**fields, "back": place}, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert ((), True) == (readings(room), f">{room.say('studio.review.read')}</button>" in html.unescape(back))


def test_words_that_changed_are_read_again(room: Desk) -> None:
    """What was sent is a signature for what was seen, and of nothing else."""
    browser = room.browser("nana")
    browser.open(LIST)
    place = first_place(browser)
    page = read(browser, **{f"digest:{place}": "0" * 64})
    assert (409, True, ()) == (browser.status, room.say("studio.review.error.changed") in page, readings(room))
    answer = browser.client.post(
        READ, data={**browser.hidden(READ), "place": place, f"digest:{place}": "0" * 64}, headers={"HX-Request": "true"}
    )
    assert (409, True) == (answer.status_code, 'role="alert"' in answer.get_data(as_text=True))


def test_only_a_reviewer_has_the_button(room: Desk) -> None:
    """An operator sees what is pending in every language, and signs nothing; whoever has nothing to do with words sees nothing."""
    browser = room.browser("mariam")
    page = browser.open(LIST)
    assert (20, False) == (len(cards(browser)), room.say("studio.review.read") + "</button>" in page)
    assert 403 == browser.client.post(READ, data={**browser.hidden(COMMENT), "place": PLACE, f"digest:{PLACE}": "0" * 64}).status_code
    for alias in ("fanta", "djeneba", "oumou"):
        other = room.browser(alias)
        other.open(LIST)
        assert 403 == other.status


def test_the_list_is_narrowed(room: Desk) -> None:
    """To a flow, and to a language where somebody has several."""
    browser = room.browser("mariam")
    browser.open(f"{LIST}?flow=callback&language=bm")
    assert {"words-bm-callback"} == {card.partition(".")[0] for card in cards(browser)}
    browser.open(f"{LIST}?flow=nothing")
    assert ([], True) == (cards(browser), room.say("studio.review.nothing") in browser.page)
    browser.open(f"{LIST}?after=words/xx/nothing&language=xx")
    assert 20 == len(cards(browser))


def test_parts_are_called_as_the_studio_calls_them(desk: Desk) -> None:
    """Flows by the option that leads there, phrases by what they are for; nobody meets a name of ours."""
    browser = desk.browser("mariam")
    options = dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*) \(\d+\)</option>', browser.open(LIST)))
    assert ("Aide tout de suite", desk.say("studio.phrases.staff")) == (options["danger"], options[".staff"])
    assert not [title for name, title in options.items() if title == name.lstrip(".")]
    assert 'value=".staff" selected' in browser.open(f"{LIST}?flow=.staff")


def test_what_is_said_of_a_message(room: Desk) -> None:
    """A line above it that no case belongs there; it waits among what is talked about until it is answered."""
    browser = room.browser("nana")
    page = browser.open(LIST)
    assert room.say("studio.review.no_case") in page
    place = first_place(browser)
    say(browser, "Une femme dirait <b>den</b>.")
    assert ["Une femme dirait <b>den</b>."] == [comment.text for comment in thread(room, place)]
    operator = room.browser("mariam")
    operator.open(f"{LIST}?show=comments")
    assert [place.replace("/", "-")] == cards(operator)
    assert ("&lt;b&gt;den" in operator.raw, "<b>den" in operator.raw) == (True, False)
    assert room.say("studio.review.open", count=1) in operator.page
    say(operator, "C'est changé.", "close")
    assert ([], [False, False]) == (cards(operator), [comment.is_open for comment in thread(room, place)])


@pytest.mark.parametrize(("text", "error"), [("", "empty"), ("a" * (LONGEST_COMMENT + 1), "long"), ("Le 70 00 00 01", "number")])
def test_a_refused_comment_comes_back_as_it_was_typed(room: Desk, text: str, error: str) -> None:
    """With the reason beside it."""
    browser = room.browser("nana")
    browser.open(LIST)
    place = first_place(browser)
    page = say(browser, text)
    assert (409, True, ()) == (
        browser.status,
        room.say(f"studio.review.error.{error}", count=str(LONGEST_COMMENT)) in page,
        thread(room, place),
    )
    assert f">{text}</textarea>" in page


def test_a_comment_is_sent_once(room: Desk) -> None:
    """However often it comes."""
    browser = room.browser("nana")
    browser.open(LIST)
    place = first_place(browser)
    fields = browser.hidden(COMMENT) | {"place": place, f"comment:{place}": "Une fois."}
    for _ in range(2):
        browser.client.post(COMMENT, data=fields, headers={"HX-Request": "true"})
    assert 1 == len(thread(room, place))


def test_on_the_page_of_a_screen(room: Desk) -> None:
    """Beside each message who read it, a button for whoever may, and its thread below; what is typed there is kept."""
    browser = room.browser("nana")
    page = browser.open(SCREEN)
    assert page.count(f">{room.say('studio.review.read')}</button>") == 2  # Bambara, common and by SMS
    assert 'data-draft="/console/draft"' in page
    press(browser, READ, place=PLACE)
    assert (200, True) == (browser.status, room.say("studio.reviewed", by="nana 24/11/2026") in browser.page)
    press(browser, COMMENT, place=PLACE, **{f"comment:{PLACE}": "Trop long."})
    assert browser.page.count(room.say("studio.review.open", count=1)) == 2  # at its thread, and in the list of screens
    assert ("Trop long." in browser.page, SCREEN in browser.page) == (True, True)


def test_a_typed_comment_is_a_draft_of_that_screen(room: Desk) -> None:
    """It stands in its field again, and leads to that screen where it is thrown away."""
    browser = room.browser("nana")
    browser.open(SCREEN)
    fields = browser.hidden(SCREEN) | {f"comment:{PLACE}": "Pas encore."}
    assert 204 == browser.client.post("/console/draft", data=fields).status_code
    assert ">Pas encore.</textarea>" in browser.open(SCREEN)
    assert '<details id="thread-words-bm-callback.when" open>' in browser.page
    answer = browser.client.post("/console/draft/discard", data=fields)
    assert (303, SCREEN) == (answer.status_code, answer.headers["Location"])


def test_a_comment_left_in_the_list_is_on_the_page_of_its_screen(room: Desk) -> None:
    """Where it was typed in the list and not sent, and the list shows others now."""
    browser = room.browser("nana")
    browser.open(f"{LIST}?flow=callback")
    fields = browser.hidden(COMMENT) | {f"comment:{PLACE}": "Pas encore."}
    assert 204 == browser.client.post("/console/draft", data=fields).status_code
    assert LIST == browser.client.post("/console/draft/discard", data=fields | {"tab": "another"}).headers["Location"]
    assert ">Pas encore.</textarea>" in browser.open(SCREEN)


def test_what_is_typed_about_others_stays_in_the_list(room: Desk) -> None:
    """Without script: one is signed for and one is talked about while remarks on two others are being typed, one of which the next list does not show."""
    browser = room.browser("nana")
    browser.open(LIST)
    places = [name.removeprefix("digest:") for name in browser.hidden(READ) if name.startswith("digest:")]
    typed = {f"comment:{place}": f"Sur {number}." for number, place in enumerate(places[:4])}
    page = browser.send(READ, **typed, place=places[0])
    assert (1, 3) == (len(readings(room)), len(re.findall(r">Sur [123]\.</textarea>", page)))
    assert f'name="comment:{places[0]}" value="Sur 0."' in page
    page = browser.send(COMMENT, **typed, place=places[1])
    assert (["Sur 1."], 2) == ([comment.text for comment in thread(room, places[1])], len(re.findall(r">Sur [23]\.</textarea>", page)))
    page = browser.send(COMMENT, **typed | {f"comment:{places[2]}": "Le 70 00 00 01"}, place=places[2])
    assert (409, True, True) == (browser.status, ">Le 70 00 00 01</textarea>" in page, ">Sur 3.</textarea>" in page)
    assert ">Sur 3.</textarea>" in room.browser("nana").open(LIST)


def test_what_is_typed_beside_is_not_lost(room: Desk) -> None:
    """Without script: signing one message and sending one comment leave the words and the other comment in their fields, until they are kept themselves."""
    browser = room.browser("nana")
    browser.open(SCREEN)
    other = f"{PLACE}@sms"
    typed = {PLACE: "Kuma kura.", f"comment:{other}": "Plus tard."}
    page = press(browser, READ, **typed, place=other)
    assert (200, 1) == (browser.status, len(readings(room)))
    assert (">\nKuma kura.</textarea>" in page, ">Plus tard.</textarea>" in page) == (True, True)
    page = press(browser, READ, **typed, place=PLACE)
    assert (409, 1, True) == (browser.status, len(readings(room)), room.say("studio.review.error.state") in page)
    assert (">\nKuma kura.</textarea>" in page, ">Plus tard.</textarea>" in page) == (True, True)
    page = press(browser, COMMENT, **typed, **{f"comment:{PLACE}": "Trop long."}, place=PLACE)
    assert (1, 1) == (len(thread(room)), page.count("Trop long."))
    assert (">\nKuma kura.</textarea>" in page, ">Plus tard.</textarea>" in page) == (True, True)
    page = room.browser("nana").open(SCREEN)  # in the draft too
    assert (">\nKuma kura.</textarea>" in page, ">Plus tard.</textarea>" in page) == (True, True)
    page = press(browser, COMMENT, **typed, **{f"comment:{PLACE}": "Le 70 00 00 01"}, place=PLACE)
    assert (409, True, True) == (browser.status, ">Le 70 00 00 01</textarea>" in page, ">\nKuma kura.</textarea>" in page)
    page = browser.send(SCREEN, **typed)
    assert (True, True) == (room.say("studio.after.kept") in page, ">Plus tard.</textarea>" in page)
    page = press(browser, COMMENT, **{PLACE: "Kuma kura.", f"comment:{other}": "Plus tard."}, place=other)
    assert (1, True) == (len(thread(room, other)), ">\nKuma kura.</textarea>" in page)
    with room.line.real_store.read() as tx:
        assert {} == tx.form_drafts.of(IDS["nana"], 0)


def test_the_words_of_a_draft_are_read_in_that_draft(room: Desk) -> None:
    """Another's draft is chosen on the page; nobody signs what they wrote last."""
    operator = room.browser("mariam")
    operator.open(SCREEN)
    operator.send(SCREEN, **{PLACE: "Kuma kura."})
    with room.line.real_store.read() as tx:
        draft = tx.edition_drafts.all()[0].id
    browser = room.browser("nana")
    browser.open(f"{LIST}?draft={draft}&flow=callback")
    assert "Kuma kura." in browser.page
    assert room.say("studio.review.leave") in browser.page
    assert "Kuma kura." not in browser.open(f"{LIST}?draft=&flow=callback")
    browser.open(f"{LIST}?draft={draft}")
    with room.line.real_store.write() as tx:
        part = tx.edition_drafts.parts(draft)[0]
        tx.edition_drafts.put(type(part)(part.draft, part.place, part.value, part.was, IDS["nana"], part.at))
    browser.open(f"{LIST}?flow=callback")
    assert room.say("studio.review.own") in browser.page


def test_what_a_draft_changes_is_read_first(room: Desk) -> None:
    """Before all else that nobody has read, and marked; outside the draft all is as before."""
    mariam, nana = room.browser("mariam"), room.browser("nana")
    mariam.open("/console/studio/fever/nets")
    mariam.send("/console/studio/fever/nets", **{"words/bm/fever.nets": "Sangɛ kɔrɔ."})
    nana.open(LIST)
    assert cards(nana)[0] != "words-bm-fever.nets"
    assert f"✎ {room.say('studio.changed')}" not in nana.page
    with room.line.real_store.read() as tx:
        nana.open(f"{LIST}?draft={tx.edition_drafts.all()[0].id}")
    assert cards(nana)[0] == "words-bm-fever.nets"
    assert f"✎ {room.say('studio.changed')}" in nana.page


def test_few_questions_of_the_database(room: Desk) -> None:
    """The same for one comment as for many, and for one reading as for many."""
    browser = room.browser("nana")
    browser.open(LIST)
    with room.statements() as few:
        browser.open(LIST)
    for _ in range(5):
        read(browser)
        say(browser, "Une femme dirait autre chose.")
    with room.statements() as many:
        browser.open(LIST)
    assert (len(many) - len(few) <= 1, len(many) <= 16) == (True, True)
