"""The queue on its page: who sees what, what a tap does, and what keeps itself up to date."""

from __future__ import annotations

import html
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from msgspec.structs import replace

from hotline import console
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Review
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from tests.console.desk import IDS, Browser, Desk
from tests.postgres import postgres
from tests.service.line import AWA, CALLER, OTHER_CALLER, OUMOU, Line
from tests.service.test_taking import THREADS, a_callback, add, line_on

__all__ = ["line_on", "postgres"]

_POLL = re.compile(r'hx-get="([^"]+)"')


def asked(desk: Desk, keys: str = "5 5", number: str = CALLER) -> Callback:
    """A caller asks to be called; what became of it."""
    desk.line.walk(keys, f"session of {number} {keys}", number)
    return desk.line.callbacks()[-1]


def poll(browser: Browser, address: str | None = None) -> int:
    """What htmx does every five seconds; the status."""
    answer = browser.client.get(address or polled(browser), headers={"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    if answer.status_code == 200:
        browser.raw, browser.page = text, html.unescape(text)
    return answer.status_code


def polled(browser: Browser) -> str:
    found = _POLL.search(browser.raw)
    assert found is not None
    return html.unescape(found[1])


def card(browser: Browser, reference: str) -> str:
    """The card of this reference, its tags too."""
    cards = re.findall(r'<li class="call.*?</li>', browser.page, re.DOTALL)
    return next(card for card in cards if f'class="ref">{reference}<' in card)


def has_card(browser: Browser, reference: str) -> bool:
    return f'class="ref">{reference}<' in browser.page


def test_a_counselor_sees_what_is_due_and_takes_it(desk: Desk) -> None:
    """Reference, language, minutes left, attempts; one press takes it and shows how it was wanted; nothing rings yet."""
    callback = asked(desk)
    browser = desk.browser("awa")
    assert desk.say("queue.due") in browser.open("/console/queue")
    shown = card(browser, callback.reference)
    assert desk.say("queue.left.minutes", minutes=30) in shown
    assert desk.say("queue.until", hour="10:30") in shown
    assert desk.say("language.fr") in shown
    assert desk.say("queue.tries", count=0) in shown
    answer = browser.client.post(f"/console/take/{callback.id}", data=browser.hidden(f"/console/take/{callback.id}"))
    assert (answer.status_code, answer.location) == (303, f"/console/callback/{callback.id}")
    taken = desk.line.callback()
    assert (taken.state, taken.claimed_by) == ("claimed", IDS["awa"])
    desk.line.work()
    assert desk.line.gateway.rung == []


def test_a_language_that_nobody_named_yet_is_shown_by_its_code(desk: Desk) -> None:
    """A language that the line begins to speak breaks no page of the console."""
    spoken = replace(asked(desk), language="snk", state="claimed", claimed_by=IDS["awa"], claimed_at=desk.line.clock.now())
    with desk.line.real_store.write() as tx:
        tx.callbacks.save(spoken)
    browser = desk.browser("awa")
    browser.open("/console/queue")
    assert "snk" in card(browser, spoken.reference)
    assert "snk" in browser.open(f"/console/callback/{spoken.id}")


def test_urgent_is_said_in_words_and_drawn(desk: Desk) -> None:
    """It comes first, whatever else ends sooner, and stands out by a word and a sign."""
    calm, urgent = asked(desk), asked(desk, "4 1 1", OTHER_CALLER)
    browser = desk.browser("oumou")
    browser.open("/console/queue")
    assert browser.page.index(f'"ref">{urgent.reference}') < browser.page.index(f'"ref">{calm.reference}')
    assert desk.say("queue.urgent") in card(browser, urgent.reference)
    assert "#urgent-mark" in card(browser, urgent.reference)
    assert desk.say("queue.urgent") not in card(browser, calm.reference)


def test_no_number_and_nothing_of_hers_is_on_the_page(desk: Desk) -> None:
    """Neither the caller's number nor the word that the caller chose, for counselor or supervisor."""
    asked(desk, "5 5")
    for alias in ("awa", "fanta"):
        page = desk.browser(alias).open("/console/queue")
        assert CALLER[4:] not in page


def test_who_was_slower_is_told_kindly(desk: Desk) -> None:
    """A page that is still open shows it; a press there changes nothing, and says so."""
    callback = asked(desk)
    slow, fast = desk.browser("oumou"), desk.browser("awa")
    slow.open("/console/queue")
    fast.open("/console/queue")
    fast.client.post(f"/console/take/{callback.id}", data=fast.hidden(f"/console/take/{callback.id}"))
    assert desk.say("queue.told.gone", reference=callback.reference) in slow.send(f"/console/take/{callback.id}")
    assert desk.line.callback().claimed_by == IDS["awa"]


def test_fifty_press_at_the_same_moment(line_on: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """On either database: one sees how it was wanted, 49 are told kindly that a colleague has it, and nobody meets an error."""
    desk = Desk(line_on)
    # As many threads as presses: how the few of a web process take turns is another matter (`GuardedStore`).
    desk.app = Flask("fifty", static_folder=None)
    console.install(desk.app, replace(desk.room, deps=replace(desk.room.deps, store=line_on.real_store)))
    at = line_on.clock.now()
    callback = Callback("1" * 32, "471", "waiting", "fr", False, False, at, at, at + 1800, 1)
    add(line_on, callback)
    with line_on.real_store.write() as tx:
        for n in range(THREADS):
            tx.staff.save(Staff(f"{n:032x}", f"staff{n}", "counselor", f"+223700001{n:02d}", "fr", ("fr",), seen_at=at))
            monkeypatch.setitem(IDS, f"staff{n}", f"{n:032x}")
    browsers = [desk.browser(f"staff{n}") for n in range(THREADS)]
    path = f"/console/take/{callback.id}"
    forms = [browser.open("/console/queue") and browser.hidden(path) for browser in browsers]
    start = Barrier(THREADS)

    def press(browser: Browser, form: dict[str, str]) -> tuple[int, str | None]:
        start.wait()
        answer = browser.client.post(path, data=form)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(THREADS) as pool:
        answers = Counter(pool.map(press, browsers, forms))
    assert answers == {(303, f"/console/callback/{callback.id}"): 1, (303, "/console/queue?gone=471"): 49}
    assert desk.say("queue.told.gone", reference="471") in browsers[0].open("/console/queue?gone=471")


def test_only_references_are_said_again(desk: Desk) -> None:
    """Whatever else an address asks to be said is not."""
    assert "bonjour" not in desk.browser("awa").open("/console/queue?gone=bonjour")


def test_another_language_is_not_hers_to_take(desk: Desk) -> None:
    """Nana speaks Bambara: she sees nothing of it and cannot take it; a supervisor sees all languages."""
    callback = asked(desk)
    nana = desk.browser("nana")
    nana.open("/console/queue")
    assert not has_card(nana, callback.reference)
    oumou = desk.browser("oumou")
    oumou.open("/console/queue")
    form = oumou.hidden(f"/console/take/{callback.id}")
    form["csrf_token"] = nana.hidden("/console/here")["csrf_token"]
    answer = nana.client.post(f"/console/take/{callback.id}", data=form, follow_redirects=True)
    assert desk.say("queue.told.skill", "bm" if "bm" in desk.room.words.languages else "fr", reference=callback.reference) in html.unescape(
        answer.text
    )
    assert desk.line.callback().state == "waiting"
    fanta = desk.browser("fanta")
    fanta.open("/console/queue")
    assert desk.say("language.fr") in card(fanta, callback.reference)


def test_what_was_marked_as_a_minors_is_for_those_who_take_such_calls(desk: Desk) -> None:
    """It disappears for those who do not, from list and count, and is offered to them no more."""
    callback = asked(desk)
    with desk.line.real_store.write() as tx:
        tx.flags.add(callback.id, "minor")
    oumou = desk.browser("oumou")
    oumou.open("/console/queue")
    assert not has_card(oumou, callback.reference)
    assert desk.say("queue.none_due") in oumou.page
    desk.set_staff("oumou", minors=True)
    oumou.open("/console/queue")
    assert has_card(oumou, callback.reference)


def test_i_am_here_is_one_tap_and_lapses(desk: Desk) -> None:
    """Until when it holds is shown; after fifteen minutes of silence it says that it lapsed, though the page kept refreshing itself."""
    desk.set_staff("oumou", seen_at=None)
    browser = desk.browser("oumou")
    assert desk.say("queue.lapsed") in browser.open("/console/queue")
    assert desk.say("queue.here_until", hour="10:15") in browser.send("/console/here")
    for _ in range(15):
        desk.line.wait(60, tick=False)
        assert poll(browser) == 200
    assert desk.say("queue.lapsed") in browser.page
    assert desk.staff("oumou").seen_at == desk.line.clock.now() - 900


def test_a_poll_keeps_no_sign_in_alive(desk: Desk) -> None:
    """A page that was left open signs out like any other."""
    browser = desk.browser("awa")
    browser.open("/console/queue")
    desk.line.wait(29 * 60, tick=False)
    assert poll(browser) == 200
    desk.line.wait(60, tick=False)
    answer = browser.client.get(polled(browser), headers={"HX-Request": "true"})
    assert answer.headers.get("HX-Redirect", "").endswith("/console/sign-in")


def test_only_saying_so_makes_her_there(desk: Desk) -> None:
    """*I am here* does; looking, taking one, ringing and saying how it ended do not: else who asks next would see that somebody was called."""
    callback = asked(desk)
    browser = desk.browser("awa")
    came = desk.staff("awa").seen_at
    desk.line.wait(300, tick=False)
    browser.open("/console/queue")
    browser.client.post(f"/console/take/{callback.id}", data=browser.hidden(f"/console/take/{callback.id}"))
    assert desk.line.callback().claimed_by == desk.staff("awa").id
    desk.line.text(AWA, "0")
    assert (desk.line.callback().state, desk.staff("awa").seen_at) == ("waiting", came)
    browser.open("/console/queue")
    browser.send("/console/here")
    assert desk.staff("awa").seen_at == desk.line.clock.now()
    desk.line.wait(300, tick=False)
    browser.open("/console/off")
    browser.send("/console/off")
    assert desk.staff("awa").seen_at == desk.line.clock.now() - 300


def test_going_off_shift_hands_over_what_was_not_tried(desk: Desk) -> None:
    """Another is told of it at once, and the page offers to begin again."""
    callback = asked(desk)
    desk.set_staff("oumou", seen_at=desk.line.clock.now())
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.client.post(f"/console/take/{callback.id}", data=browser.hidden(f"/console/take/{callback.id}"))
    assert f"{callback.reference}</strong> · {desk.say('queue.end.held')}" in browser.open("/console/off")
    assert desk.say("care.title") in browser.send("/console/off")
    assert desk.say("queue.off") in browser.open("/console/queue")
    desk.line.work()
    left = desk.line.callback()
    assert (left.state, left.claimed_by, left.given_back) == ("waiting", None, 0)
    assert desk.line.inbox(OUMOU) == [desk.line.say("offer", ref=callback.reference, before="10h30")]
    with desk.line.real_store.write() as tx:
        tx.shifts.drop(Shift(IDS["awa"], None, 0, 1440))
    assert desk.say("queue.on_until", hour="18:00") in browser.send("/console/on")


def test_giving_back_asks_no_reason(desk: Desk) -> None:
    """It waits again, counted once though the form was sent twice."""
    callback = asked(desk)
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.client.post(f"/console/take/{callback.id}", data=browser.hidden(f"/console/take/{callback.id}"))
    assert desk.say("queue.mine") in browser.open("/console/queue")
    form = browser.hidden(f"/console/give-back/{callback.id}")
    for _ in range(2):
        answer = browser.client.post(f"/console/give-back/{callback.id}", data=form, follow_redirects=True)
        assert desk.say("queue.told.back", reference=callback.reference) in html.unescape(answer.text)
    back = desk.line.callback()
    assert (back.state, back.given_back) == ("waiting", 1)


def test_a_form_taken_twice_is_taken_once(desk: Desk) -> None:
    """Pressed again it leads where it led; sent again after it was given back it takes nothing."""
    callback = asked(desk)
    browser = desk.browser("awa")
    browser.open("/console/queue")
    form = browser.hidden(f"/console/take/{callback.id}")
    for _ in range(2):
        assert browser.client.post(f"/console/take/{callback.id}", data=form).location == f"/console/callback/{callback.id}"
    browser.open("/console/queue")
    browser.send(f"/console/give-back/{callback.id}")
    assert browser.client.post(f"/console/take/{callback.id}", data=form).location == f"/console/callback/{callback.id}"
    assert desk.line.callback().state == "waiting"


def test_a_supervisor_hands_over(desk: Desk) -> None:
    """What waits, and what a colleague holds untried: it is the other's, both are told by SMS, and the audit knows."""
    callback = asked(desk)
    desk.line.work()
    desk.line.inbox(AWA)
    browser = desk.browser("fanta")
    browser.open("/console/queue")
    page = browser.open(f"/console/hand-over/{callback.id}")
    assert "oumou" in page
    assert "nana" not in page
    told = desk.say("queue.told.handed", reference=callback.reference)
    assert told in browser.send(f"/console/hand-over/{callback.id}", to=IDS["awa"])
    desk.line.work()
    assert desk.line.callback().claimed_by == IDS["awa"]
    assert desk.say("queue.with", alias="awa") in card(browser, callback.reference)
    assert desk.line.inbox(AWA) == [desk.line.say("handed", ref=callback.reference, before="10h30")]
    browser.open(f"/console/hand-over/{callback.id}")
    browser.send(f"/console/hand-over/{callback.id}", to=IDS["oumou"])
    desk.line.work()
    assert desk.line.callback().claimed_by == IDS["oumou"]
    assert desk.line.inbox(AWA) == [desk.line.say("given_back", ref=callback.reference)]
    assert desk.line.inbox(OUMOU) == [desk.line.say("handed", ref=callback.reference, before="10h30")]
    with desk.line.real_store.read() as tx:
        deeds = [(record.who, record.what, record.about) for record in tx.audit.all()]
    assert deeds == [("fanta", "handed over", f"{callback.reference} awa"), ("fanta", "handed over", f"{callback.reference} oumou")]


def test_a_counselor_hands_nothing_over(desk: Desk) -> None:
    """The page is closed to her, and no card offers it."""
    callback = asked(desk)
    browser = desk.browser("awa")
    assert "/console/hand-over/" not in browser.open("/console/queue")
    browser.open(f"/console/hand-over/{callback.id}")
    assert browser.status == 403


def test_nothing_new_costs_nothing(desk: Desk) -> None:
    """A poll is answered 204 until something changes or the minute does; minutes left stay true."""
    callback = asked(desk)
    browser = desk.browser("oumou")
    browser.open("/console/queue")
    desk.line.wait(5, tick=False)
    assert poll(browser) == 204
    desk.line.wait(60, tick=False)
    assert poll(browser) == 200
    assert desk.say("queue.left.minutes", minutes=29) in card(browser, callback.reference)
    assert poll(browser) == 204


def test_only_what_is_new_is_announced(desk: Desk) -> None:
    """Once, by reference; a minute that passes says nothing, and nothing that stood there before is said again."""
    first = asked(desk)
    browser = desk.browser("oumou")
    browser.open("/console/queue")
    assert 'role="status" aria-live="polite"' in browser.page
    second = asked(desk, "4 1 1", OTHER_CALLER)
    assert poll(browser) == 200
    news = re.findall(r'<p id="news" hx-swap-oob="innerHTML">(.*?)</p>', browser.page)
    assert news == [desk.say("queue.news_urgent", references=second.reference)]
    desk.line.wait(60, tick=False)
    assert poll(browser) == 200
    assert re.findall(r'<p id="news" hx-swap-oob="innerHTML">(.*?)</p>', browser.page) == [""]
    assert first.reference in browser.page


def test_a_sound_is_made_only_where_it_was_allowed(desk: Desk) -> None:
    """In that browser alone, and until she signs out; it can be taken back. Nothing of it is offered where no script could sound."""
    browser, other = desk.browser("awa"), desk.browser("awa")
    for allowed in ("on", "off"):
        browser.open("/console/queue")
        form = browser.hidden("/console/signal")
        assert 204 == browser.client.post("/console/signal", data=form | {"signal": allowed}).status_code
        assert f'data-signal="{allowed}" hidden>' in browser.open("/console/queue")
        assert 'data-signal="off" hidden>' in other.open("/console/queue")
    browser.client.post("/console/signal", data=form | {"signal": "on"})
    browser.open("/console/me")
    browser.send("/console/sign-out")
    assert 'data-signal="off" hidden>' in desk.browser("awa").open("/console/queue")


def test_what_is_new_is_counted_for_the_title(desk: Desk) -> None:
    """On the board that comes by itself, once, and whether any of it is urgent; never on the page that was opened."""
    asked(desk)
    browser = desk.browser("oumou")
    assert "data-fresh" not in browser.open("/console/queue")
    for keys, number, said in (
        ("5 5", OTHER_CALLER, ' data-fresh="1" hx-get'),
        ("4 1 1", "+22370000009", ' data-fresh="1" data-urgent hx-get'),
    ):
        asked(desk, keys, number)
        assert poll(browser) == 200
        assert said in browser.page
    desk.line.wait(60, tick=False)
    assert poll(browser) == 200
    assert "data-fresh" not in browser.page


def test_without_script_the_page_is_whole(desk: Desk) -> None:
    """The live part, asked for by hand, leads to the page, and the page has a link to see it anew."""
    browser = desk.browser("awa")
    browser.open("/console/board")
    assert desk.say("queue.title") in browser.page
    assert 'href="/console/queue">' + desk.say("queue.refresh") in browser.page


def test_what_comes_says_when_its_window_opens(desk: Desk) -> None:
    """And cannot be taken before."""
    callback = asked(desk, "5 3")
    browser = desk.browser("awa")
    browser.open("/console/queue")
    assert desk.say("queue.opens", when="15:00") in card(browser, callback.reference) or "À partir de" in card(browser, callback.reference)
    assert "<form" not in card(browser, callback.reference)


def test_hours_that_nobody_covers_are_seen(desk: Desk) -> None:
    """By supervisors, by language, before they come; where the plan holds them all it says so."""
    browser = desk.browser("fanta")
    assert desk.say("queue.no_gaps") in browser.open("/console/queue")
    with desk.line.real_store.write() as tx:
        tx.shifts.drop(Shift(IDS["nana"], None, 0, 1440))
    page = browser.open("/console/queue")
    assert desk.say("queue.gap", spoken=desk.say("language.bm"), length="89 h") in page
    assert desk.say("queue.gaps") not in desk.browser("awa").open("/console/queue")


@pytest.mark.parametrize("alias", ["awa", "fanta"])
def test_the_page_asks_as_much_of_a_full_queue_as_of_an_empty_one(desk: Desk, alias: str) -> None:
    """The same number of statements with 5 open callbacks and with 200, on page and board."""
    browser = desk.browser(alias)
    counted = []
    for first, last in ((0, 5), (5, 200)):
        at = desk.line.clock.now()
        add(desk.line, *(a_callback(n, at) for n in range(first, last)), first=first)
        for begin, whose in ((300, alias), (600, "nana")):  # what whoever looks holds, and what others hold
            held = [
                replace(a_callback(begin + n, at), state="claimed", claimed_by=IDS[whose], claimed_at=at) for n in range(first, last, 5)
            ]
            add(desk.line, *held, first=begin + first)
        with desk.line.real_store.write() as tx:
            for n in range(first, last, 5):
                tx.staff.save(Staff(f"{n:032x}", f"staff{n}", "counselor", f"+22370001{n:03d}", "fr", ("fr",)))
                tx.shifts.add(Shift(f"{n:032x}", n % 7, 480, 960))
                tx.calls.add_attempt(f"{n:032x}", f"call {n}", at - 60)
                tx.reviews.add(Review(f"{n:032x}", f"{n:032x}", "missed", at))
        for path, headers in (("/console/queue", {}), ("/console/board", {"HX-Request": "true"})):
            with desk.statements() as asked_for:
                assert browser.client.get(path, headers=headers).status_code == 200
            counted.append(sum(statement.startswith("SELECT") for statement in asked_for))
    assert counted[:2] == counted[2:]
    assert max(counted) <= 20


def test_long_lists_are_cut_and_counted(desk: Desk) -> None:
    """Thirty cards, the most pressing first, and how many there are."""
    at = desk.line.clock.now()
    add(desk.line, *(replace(a_callback(n, at), language="fr", opens_at=at, not_after=at + 1800 + n) for n in range(40)))
    page = desk.browser("awa").open("/console/queue")
    assert page.count('<li class="call') == 30
    assert desk.say("queue.cut", shown=30, count=40) in page
