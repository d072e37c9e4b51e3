"""Who is wanted, on the pages: the counselor's one tap, the supervisors' alarm on every page, who sees to it, and a word at a hand-over."""

from __future__ import annotations

import re

from hotline.ports.desk.staff import Staff
from hotline.service.calls import alarms, taking
from tests.console.calls import agree, ended, found, held, talking
from tests.console.desk import IDS, Desk
from tests.service.line import AWA, FANTA, OTHER_CALLER, OUMOU

PART = {"HX-Request": "true"}
NOTE = "Elle préfère le soir. Parlez doucement."


def second_supervisor(desk: Desk) -> None:
    """Kadia."""
    with desk.line.real_store.write() as tx:
        tx.staff.save(Staff(IDS["kadia"], "kadia", "supervisor", "+22370000202", "fr", ("fr",)))


def polled(page: str, id: str) -> str:
    """Where the part of a page with this id, or the one in it, asks for what is new."""
    part = re.search(rf'id="{id}".*?hx-get="([^"]+)"', page, re.DOTALL)
    assert part is not None
    return part[1]


def test_a_counselor_asks_by_one_tap_and_reads_who_saw_it(desk: Desk) -> None:
    """On the live page of her call alone; then the button is gone, and her page says by itself who answered."""
    second_supervisor(desk)
    browser, callback, address = talking(desk)
    signs = re.search(r'hx-get="([^"]+/signs[^"]+)"', browser.page)
    assert signs is not None
    answer = browser.client.post(f"{address}/help", data=browser.hidden(f"{address}/help"), headers=PART)
    asked = desk.say("callback.help_asked", hour="10h")
    assert asked in answer.get_data(as_text=True).replace("&#39;", "'")
    assert desk.say("callback.ask_help") not in browser.open(address)
    fanta = desk.browser("fanta")
    assert desk.say("alarm.asked", alias="awa") in fanta.open("/console/queue")
    fanta.send(f"/console/alarms/{callback.id}")
    assert desk.say("alarm.own") in fanta.page
    answer = browser.client.get(signs[1], headers=PART)
    assert desk.say("callback.help_seen", alias="fanta") in answer.get_data(as_text=True).replace("&#39;", "'")
    assert desk.say("alarm.seen", alias="fanta") in desk.browser("kadia").open("/console/review")


def test_nobody_is_asked_for_before_a_call(desk: Desk) -> None:
    """Nor by whoever looks on."""
    browser, _, address = held(desk)
    assert desk.say("callback.ask_help") not in browser.open(address)
    assert desk.say("callback.ask_help") not in desk.browser("fanta").open(address)


def test_without_script_the_tap_leads_back_to_the_call(desk: Desk) -> None:
    """And asks once, however often the form is sent."""
    browser, callback, address = talking(desk)
    form = browser.hidden(f"{address}/help")
    for _ in range(2):
        assert browser.client.post(f"{address}/help", data=form).headers["Location"] == address
    desk.line.work()
    assert desk.line.inbox(FANTA) == [desk.line.say("wanted", ref=callback.reference)]


def test_it_stands_on_every_page_of_a_supervisor_and_comes_there_by_itself(desk: Desk) -> None:
    """Within seconds, with who asks and since when; nothing moves where nothing changed, and it goes with the call. No counselor sees it."""
    browser, callback, address = talking(desk)
    fanta = desk.browser("fanta")
    pages = ("/console/review", "/console/shifts", "/console/overview", "/console/me")
    polls = polled(fanta.open("/console/shifts"), "alarms")
    assert fanta.client.get(polls, headers=PART).status_code == 204
    browser.send(f"{address}/help")
    said = desk.say("alarm.asked", alias="awa")
    part = fanta.client.get(polls, headers=PART).get_data(as_text=True).replace("&#39;", "'")
    assert all(words in part for words in (said, desk.say("alarm.since", hour="10:00"), callback.reference))
    assert [path for path in pages if said not in fanta.open(path)] == []
    assert said not in desk.browser("oumou").open("/console/queue")
    assert desk.browser("oumou").client.get("/console/alarms", headers=PART).status_code == 403
    desk.line.hang_up()
    assert said not in fanta.open("/console/shifts")


def test_on_another_calls_page_it_is_one_line(desk: Desk) -> None:
    """A supervisor may be in that call herself: nothing of it is covered by more. On the page of the very call she can say at once that she sees to it."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/help")
    desk.line.walk("5 5", "another", OTHER_CALLER)
    other = desk.line.callbacks()[-1]
    fanta = desk.browser("fanta")
    line = f"{desk.say('alarm.help')} {callback.reference}"
    page = fanta.open(f"/console/callback/{other.id}").partition('id="alarms"')[2]
    assert (line in page, desk.say("alarm.see_to") in page) == (True, False)
    part = fanta.client.get(polled(fanta.page, "alarms").replace("seen=", "seen=x"), headers=PART).get_data(as_text=True)
    assert (callback.reference in part, "<section" in part) == (True, False)
    page = fanta.open(address).partition('id="alarms"')[2]
    assert (desk.say("alarm.see_to") in page, desk.say("alarm.look") in page) == (True, False)
    assert f"line={callback.id}" in next(form for form in re.findall(r'hx-post="([^"]+)"', page) if "/alarms/" in form)
    desk.line.act(FANTA, alarms.acknowledge_alarm, callback.id)
    part = fanta.client.get(polled(fanta.page, "alarms"), headers=PART).get_data(as_text=True).replace("&#39;", "'")
    assert (desk.say("alarm.own") in part, "<section" in part) == (True, False)


def test_on_another_page_the_alarm_alone_changes(desk: Desk) -> None:
    """What she types there is not touched."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/help")
    fanta = desk.browser("fanta")
    fanta.open("/console/shifts")
    path = f"/console/alarms/{callback.id}"
    answer = fanta.client.post(path, data=fanta.hidden(path), headers=PART)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, desk.say("alarm.own") in text, "<h1" in text) == (200, True, False)
    assert desk.say("alarm.own") in fanta.open("/console/review")


def test_the_board_counts_it_among_what_is_new(desk: Desk) -> None:
    """So that the title and the sound, where she allowed it, say so; once."""
    browser, callback, address = talking(desk)
    fanta = desk.browser("fanta")
    polls = polled(fanta.open("/console/queue"), "board")
    browser.send(f"{address}/help")
    part = fanta.client.get(polls.replace("&amp;", "&"), headers=PART).get_data(as_text=True)
    assert re.search(r'id="board"[^>]* data-fresh="1" data-urgent', part)
    again = polled(part, "board").replace("&amp;", "&")
    desk.line.text(OUMOU, "ici")
    assert "data-fresh" not in fanta.client.get(again, headers=PART).get_data(as_text=True)
    assert callback.reference in fanta.open("/console/queue")


def test_an_urgent_call_says_who_sees_to_it(desk: Desk) -> None:
    """On its card, to supervisors; it can be taken all the same, and one who looked before reads who was faster."""
    second_supervisor(desk)
    desk.set_staff("awa", seen_at=None)
    desk.line.set_staff(AWA, off_until=desk.line.clock.now() + 86_400)
    desk.set_staff("fanta", on_call_until=desk.line.clock.now() + 86_400)
    desk.line.walk("4 1 1")
    callback = desk.line.callback()
    path = f"/console/alarms/{callback.id}"
    fanta, kadia = desk.browser("fanta"), desk.browser("kadia")
    fanta.open("/console/queue")
    kadia.open("/console/queue")
    fanta.send(path)
    assert desk.say("alarm.own") in fanta.page
    assert desk.say("alarm.overtaken", reference=callback.reference, alias="fanta") in kadia.send(path)
    assert desk.say("alarm.seen", alias="fanta") in kadia.page
    assert f'action="/console/take/{callback.id}"' in kadia.page
    kadia.send(path)
    assert desk.say("alarm.own") in kadia.page
    kadia.send(f"/console/take/{callback.id}")
    assert found(desk, callback).claimed_by == IDS["kadia"]


def test_an_ordinary_call_is_no_alarm(desk: Desk) -> None:
    """It has no such button."""
    desk.line.walk("5 5")
    assert desk.say("alarm.see_to") not in desk.browser("fanta").open("/console/queue")


def test_a_word_at_a_hand_over_is_read_by_whoever_has_the_call(desk: Desk) -> None:
    """On her page, before the call and in it, with who wrote it; the SMS says that there is one and nothing of it, and no colleague's page shows it."""
    desk.line.walk("5 5")
    callback = desk.line.callback()
    fanta = desk.browser("fanta")
    fanta.open(f"/console/hand-over/{callback.id}")
    fanta.send(f"/console/hand-over/{callback.id}", to=IDS["oumou"], note=NOTE)
    desk.line.work()
    page = desk.browser("oumou").open(f"/console/callback/{callback.id}")
    assert (NOTE in page, desk.say("callback.handed", alias="fanta") in page) == (True, True)
    assert [("avec un mot" in text, "soir" in text) for text in desk.line.inbox(OUMOU) if callback.reference in text] == [(True, False)]
    assert NOTE not in desk.browser("awa").open(f"/console/callback/{callback.id}")


def test_without_a_word_nothing_is_shown_and_a_long_one_comes_back(desk: Desk) -> None:
    """With what was typed, and nobody has the call by it."""
    desk.line.walk("5 5")
    callback = desk.line.callback()
    path = f"/console/hand-over/{callback.id}"
    fanta = desk.browser("fanta")
    fanta.open(path)
    long = "a" * (taking.LONGEST_NOTE + 1)
    assert long in fanta.send(path, to=IDS["oumou"], note=long)
    assert (fanta.status, found(desk, callback).state) == (400, "waiting")
    assert desk.say("callback.told.long_note") in fanta.page
    fanta.send(path, to=IDS["oumou"], note="  ")
    assert found(desk, callback).claimed_by == IDS["oumou"]
    assert desk.say("callback.handed", alias="fanta") not in desk.browser("oumou").open(f"/console/callback/{callback.id}")


def test_supervisors_see_which_next_calls_are_agreed(desk: Desk) -> None:
    """When, with whom, in which language; what a caller asked for herself is not among them, and no counselor reads it."""
    browser, _, address = ended(desk, "spoke")
    agree(browser, address)
    agreed = desk.line.callbacks()[-1]
    desk.line.walk("5 1", session="another", number="+22370000002")
    page = desk.browser("fanta").open("/console/queue")
    section = page.partition('<h2 id="agreed">')[2].partition("</section>")[0]
    rows = [re.sub(r"<[^>]+>", "", row) for row in re.findall(r"<li.*?</li>", section, re.DOTALL)]
    assert rows == [f"{agreed.reference} · awa · {desk.say('language.fr')}{desk.say('queue.tomorrow')} 08:00–12:00"]
    assert 'id="agreed"' not in desk.browser("awa").open("/console/queue")
