"""One callback on its page: before, during and after the call, as the counselor who holds it goes through it."""

from __future__ import annotations

import html
import re

import pytest
from msgspec.structs import replace

from hotline.console.words import quotes, unbroken
from hotline.engine.casework.scripts import CASES, EVERY_CALL
from hotline.ports.calls.callbacks import Safer
from hotline.ports.outgoing import GatewayRefused
from hotline.ports.voice import VoiceConnect
from hotline.service.calls import agreements, scripts
from tests.console.calls import agree, agreed_and_taken, ended, found, held, talking
from tests.console.desk import IDS, Browser, Desk
from tests.service.line import AWA, CALLER, FANTA, OTHER_CALLER, OTHER_PHONE, OUMOU, RULES

MINUTE = 60
SCRIPTS = tuple(script.name for script in (*EVERY_CALL, *CASES))


def poll(browser: Browser) -> tuple[int, str | None]:
    """What htmx does every three seconds: the status, and whether the whole page is to be fetched."""
    address = re.search(r'hx-get="([^"]+)"', browser.raw)
    assert address
    answer = browser.client.get(html.unescape(address[1]), headers={"HX-Request": "true"})
    return answer.status_code, answer.headers.get("HX-Refresh")


def spoken(desk: Desk, key: str) -> str:
    """Words of a script as the page has them: none of their marks begins a line."""
    return unbroken(desk.line.words("voice").phrase(key, "fr"))


def step(desk: Desk, key: str) -> str:
    """The same of a hard case's step, in which what is said aloud is told from what is read."""
    return "".join(f'<span class="aloud">{piece}</span>' if is_aloud else piece for piece, is_aloud in quotes(spoken(desk, key)))


def told(desk: Desk, key: str) -> str:
    return desk.say(f"callback.told.{key}")


def test_she_says_what_she_speaks(desk: Desk) -> None:
    """Of a phone that asked in two languages, whoever speaks one of them reads her sentences in that one, whichever came first."""
    with desk.line.store.write() as tx:
        awa = tx.staff.by_number(AWA)
        assert awa is not None
        tx.staff.save(replace(awa, speaks=("fr",)))
    desk.line.walk("6 5 5", "in Bambara")
    desk.line.wait(1)
    desk.line.walk("5 5")
    first = next(callback for callback in desk.line.callbacks() if callback.language == "bm")
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.send(f"/console/take/{first.id}")
    browser.open(f"/console/callback/{first.id}")
    assert spoken(desk, "script.open").split("\n")[1] in browser.page


def test_before_the_call_she_reads_what_was_asked(desk: Desk) -> None:
    """The word in the caller's language, the minutes that are left, the opening in cover, and what to do if somebody else answers."""
    browser, callback, _ = held(desk, "5 1 1 2")
    for shown in (callback.reference, "lait", desk.say("callback.phone_own"), spoken(desk, "script.someone_else").split("\n")[1]):
        assert shown in browser.page
    assert spoken(desk, "script.open").split("\n")[1] in browser.page
    assert desk.say("callback.tries_of", tries=0, most=3) in browser.page
    assert CALLER not in browser.page


def test_the_whole_call(desk: Desk) -> None:
    """Connect, her phone, 1, talk, hang up, one tap: closed, and the page keeps up with each step by itself."""
    browser, callback, address = held(desk)
    browser.send(f"{address}/connect")
    assert desk.say("callback.step.rings") in browser.page
    desk.line.work()
    assert [AWA] == desk.line.gateway.rung
    assert (204, None) == poll(browser)
    desk.line.pick_up()
    assert (200, None) == poll(browser)
    desk.line.press()
    assert desk.say("callback.step.talking") in browser.open(address)
    desk.line.hang_up()
    assert desk.say("callback.step.how") in browser.open(address)
    browser.send(f"{address}/outcome", how="spoke")
    assert desk.say("callback.then.spoke") in browser.page
    assert ("closed", "spoke", 1) == (found(desk, callback).state, found(desk, callback).outcome, found(desk, callback).attempts)


def test_said_by_sms_the_page_turns(desk: Desk) -> None:
    """An outcome that the counselor sends by SMS meanwhile: the open page fetches itself anew."""
    browser, callback, _ = talking(desk)
    desk.line.text(AWA, f"{callback.reference} 1")
    assert (204, "true") == poll(browser)


def test_it_is_nobody_elses(desk: Desk) -> None:
    """Another counselor reads nothing of it, a supervisor looks on and can do nothing in place of whoever holds it."""
    _, callback, address = held(desk)
    other = desk.browser("oumou")
    assert callback.reference not in other.open(address)
    assert 404 == other.status
    supervisor = desk.browser("fanta")
    page = supervisor.open(address)
    assert callback.reference in page
    assert f'action="{address}/connect"' not in page


def test_nothing_tells_a_counselor_to_pick_up_while_the_two_talk(desk: Desk) -> None:
    """What *connect* leads to is the page as it stands: no line of it is older than the call."""
    browser, _, address = held(desk)
    led_to = browser.client.post(f"{address}/connect", data=browser.hidden(f"{address}/connect")).location
    desk.line.work()
    desk.line.pick_up()
    desk.line.press()
    browser.open(led_to)
    assert desk.say("callback.step.talking") in browser.page
    assert told(desk, "rings") not in browser.page


def test_a_form_sent_twice_rings_once(desk: Desk) -> None:
    """The network drops, the counselor taps again: one call."""
    browser, _, address = held(desk)
    fields = browser.hidden(f"{address}/connect")
    for _ in range(2):
        browser.client.post(f"{address}/connect", data=fields)
    desk.line.work()
    assert [AWA] == desk.line.gateway.rung


def test_refusals_are_kind(desk: Desk) -> None:
    """She has to say first how the last call ended; past its end nobody is rung."""
    browser, callback, address = held(desk)
    connect = browser.hidden(f"{address}/connect")
    browser.send(f"{address}/connect")
    desk.line.work()
    desk.line.pick_up()
    desk.line.press()
    answer = browser.client.post(f"{address}/connect", data={**connect, "once": "another"}, follow_redirects=True)
    assert told(desk, "how") in html.unescape(answer.get_data(as_text=True))
    desk.line.hang_up()
    browser.open(address)
    browser.send(f"{address}/outcome", how="unreachable")
    desk.line.clock.at = callback.not_after
    later = desk.browser("awa")
    later.open(address)
    answer = later.client.post(f"{address}/connect", data=later.hidden(f"{address}/note"), follow_redirects=True)
    assert told(desk, "late") in html.unescape(answer.get_data(as_text=True))
    assert [AWA] == desk.line.gateway.rung


def test_cover(desk: Desk) -> None:
    """The vendor is asked to let the other end hear it, under its own name for the call, once; the words are there to be read aloud too."""
    browser, _, address = talking(desk)
    browser.send(f"{address}/cover")
    assert told(desk, "covered") in browser.page
    assert ["voice-1"] == desk.line.gateway.covered
    assert spoken(desk, "script.cover") in browser.page
    page = browser.open(address)
    first = [page.index(words) for words in (told(desk, "covered"), spoken(desk, "script.cover"), desk.say("callback.opening"))]
    assert (first, desk.say("callback.step.talking") in page) == (sorted(first), False)


def test_cover_that_does_not_come(desk: Desk) -> None:
    """Refused by the vendor: the counselor is told to read it aloud, and may try again."""
    browser, _, address = talking(desk)
    desk.line.gateway.failure = GatewayRefused("aborted")
    browser.send(f"{address}/cover")
    assert told(desk, "read_aloud") in browser.page
    browser.send(f"{address}/cover")
    assert 2 == len(desk.line.gateway.covered)


def test_she_cannot_talk(desk: Desk) -> None:
    """One tap: a supervisor looks at it, nobody rings, and the cover's words stand on the page."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/outcome", how="could_not_talk")
    assert ("review", "could_not_talk") == (found(desk, callback).state, found(desk, callback).outcome)
    assert spoken(desk, "script.cover") in browser.page


@pytest.mark.parametrize("kind", ["danger", "minor", "another", "doer", "known", "silence"])
def test_a_mark_pages_once(desk: Desk, kind: str) -> None:
    """The steps are there before; one tap, and the supervisor hears the reference and nothing more, and only once."""
    browser, callback, address = talking(desk)
    form = browser.hidden(f"{address}/mark") | {"kind": kind}
    assert step(desk, f"script.{kind}.1") in browser.page
    for once in ("first", "second"):
        answer = browser.client.post(f"{address}/mark", data={**form, "once": once}, headers={"HX-Request": "true"})
        assert desk.say("callback.paged") in html.unescape(answer.get_data(as_text=True))
    desk.line.work()
    assert [desk.line.say("wanted", ref=callback.reference)] == desk.line.inbox(FANTA)
    assert f'<details id="{kind}" open>' in browser.open(f"{address}?open={kind}")


@pytest.mark.parametrize("script", SCRIPTS)
def test_to_read_is_not_to_mark(desk: Desk, script: str) -> None:
    """Every script stands on the page of the running call, without script too; nobody hears that it was read, and nothing is kept of it."""
    browser, callback, address = talking(desk)
    assert step(desk, f"script.{script}.1") in browser.open(f"{address}?open={script}")
    assert "toggle" not in browser.raw
    desk.line.work()
    assert [] == desk.line.inbox(FANTA)
    with desk.line.real_store.read() as tx:
        assert frozenset() == tx.flags.of(callback.id)


def test_who_knows_her_gives_her_on(desk: Desk) -> None:
    """In one tap, without saying anything else; another is told, and may ring at once."""
    desk.set_staff("oumou", seen_at=desk.line.clock.now())
    browser, callback, address = talking(desk)
    browser.send(f"{address}/mark", kind="known")
    browser.send(f"{address}/pass-on")
    assert ("waiting", None) == (found(desk, callback).state, found(desk, callback).claimed_by)
    other = desk.browser("oumou")
    other.open("/console/queue")
    other.send(f"/console/take/{callback.id}")
    other.send(f"{address}/connect")
    assert desk.say("callback.step.rings") in other.page


def test_a_girl_is_handed_to_the_supervisor(desk: Desk) -> None:
    """By a counselor who does not take such calls; one who does is not asked to."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/mark", kind="minor")
    desk.set_staff("awa", minors=True)
    assert f'action="{address}/pass-on"' not in browser.open(address)
    desk.set_staff("awa", minors=False)
    browser.open(address)
    browser.send(f"{address}/pass-on")
    assert "review" == found(desk, callback).state
    with desk.line.real_store.read() as tx:
        assert ["minor"] == [review.reason for review in tx.reviews.of(callback.id)]


def test_a_supervisor_goes_on_with_a_girl(desk: Desk) -> None:
    """As a counselor who takes such calls; that they know each other is another matter."""
    marked = frozenset({"danger", "minor", "known"})
    assert {"known"} == agreements.may_pass_on(desk.line.staff(FANTA), marked)
    assert {"known", "minor"} == agreements.may_pass_on(desk.line.staff(AWA), marked)


def test_a_call_that_is_hard_by_its_flags_asks_for_no_word_of_it(desk: Desk) -> None:
    """Where life was in danger, or the caller is a minor, the line knows that the counselor rests; where somebody else is helped, it asks."""
    browser, callback, address = ended(desk, "spoke")
    for flag, asks in (("another", True), ("danger", False)):
        desk.line.act(AWA, scripts.mark, callback.id, flag, origin=flag)
        assert asks == ('name="hard"' in browser.open(address))


@pytest.mark.parametrize(
    ("how", "state"),
    [
        ("spoke", "closed"),
        ("no_answer", "closed"),
        ("unreachable", "claimed"),
        ("someone_else", "review"),
        ("wrong_word", "review"),
        ("prank", "closed"),
    ],
)
def test_each_outcome_has_its_rule(desk: Desk, how: str, state: str) -> None:
    """One tap each; what is dangerous goes before a supervisor, what could not be reached may be rung again."""
    _, callback, _ = ended(desk, how)
    assert (state, how) == (found(desk, callback).state, found(desk, callback).outcome)


def test_a_prank_is_counted_once_a_call(desk: Desk) -> None:
    """However many requests the call was for."""
    desk.line.walk("5 1", "another-session")
    _, callback, _ = ended(desk, "prank")
    with desk.line.real_store.read() as tx:
        number = tx.numbers.of(callback.id)
        assert number is not None
        assert 1 == tx.numbers.pranks(number, 0)


@pytest.mark.parametrize("said", ["safer", "same", "less_safe"])
def test_how_safe_the_call_left_her(desk: Desk, said: Safer) -> None:
    """Asked only of whom they talked to, and kept with the callback; that she would not say is an answer too, and stays chosen on the page."""
    browser, callback, address = ended(desk, "spoke")
    browser.send(f"{address}/wrap-up", safer=said)
    assert said == found(desk, callback).safer
    browser.open(address)
    browser.send(f"{address}/wrap-up", safer="none")
    assert "unknown" == found(desk, callback).safer
    browser.open(address)
    assert 'value="none" checked' in browser.raw


def test_next_time_only_as_agreed(desk: Desk) -> None:
    """Another callback to the same number, in the window and with the word that the caller agreed to; her consent stands with it."""
    browser, callback, address = ended(desk, "spoke")
    agree(browser, address, word="water")
    assert told(desk, "kept") in browser.page
    agreed = desk.line.callbacks()[-1]
    opens, ends = desk.line.clock.at + 22 * 3600, desk.line.clock.at + 26 * 3600
    assert ("waiting", "water", opens, ends) == (agreed.state, agreed.word, agreed.opens_at, agreed.not_after)
    assert CALLER == desk.line.number_of(agreed)
    assert desk.say("callback.coming", when="demain 8h–12h") in browser.page
    with desk.line.real_store.read() as tx:
        assert "again" in tx.cases.consents(callback.id)


def test_agreed_by_the_hour(desk: Desk) -> None:
    """Any hours of a day within the week, where the parts of the day do not fit."""
    browser, _, address = ended(desk, "spoke")
    agree(browser, address, day="6", part="", **{"from": "14:30", "to": "15:15"})
    agreed = desk.line.callbacks()[-1]
    assert 45 * MINUTE == agreed.not_after - agreed.opens_at


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"day": "0", "part": "", "from": "08:00", "to": "09:00"}, "past"),
        ({"part": "", "from": "08:00", "to": "13:00"}, "too_long"),
        ({"part": "", "from": "10:00", "to": "09:00"}, "order"),
        ({"part": "", "from": "soon", "to": ""}, "order"),
        ({"day": "7"}, "order"),
        ({"word": "sugar"}, "order"),
    ],
)
def test_what_cannot_be_agreed(desk: Desk, fields: dict[str, str], refusal: str) -> None:
    """Said in clear words, and nothing is kept."""
    browser, callback, address = ended(desk, "spoke")
    agree(browser, address, **fields)
    assert told(desk, refusal) in browser.page
    assert [callback.id] == [kept.id for kept in desk.line.callbacks()]


def test_without_her_consent_nothing_is_kept(desk: Desk) -> None:
    """The box says that the caller agrees: left empty, there is no next time."""
    browser, _, address = ended(desk, "spoke")
    browser.send(f"{address}/wrap-up", day="1", part="480-720", word="")
    assert told(desk, "consent") in browser.page
    assert 1 == len(desk.line.callbacks())


def test_nobody_planned_no_promise(desk: Desk) -> None:
    """Hours that nobody of the caller's language is planned for are not promised."""
    browser, _, address = ended(desk, "spoke")
    with desk.line.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)
    agree(browser, address)
    assert told(desk, "nobody") in browser.page


def test_a_number_that_was_stopped_stays_so(desk: Desk) -> None:
    """She pressed the two keys after the call: whatever the counselor noted, nothing is kept."""
    browser, _, address = ended(desk, "spoke")
    desk.line.walk("5 7", "stopping")
    agree(browser, address)
    assert told(desk, "gone") in browser.page
    assert 1 == len(desk.line.callbacks())


def test_could_not_talk_but_said_when(desk: Desk) -> None:
    """The agreed time stands instead of the review."""
    browser, callback, address = ended(desk, "could_not_talk")
    agree(browser, address)
    assert "closed" == found(desk, callback).state
    with desk.line.real_store.read() as tx:
        assert ["noted"] == [review.decision for review in tx.reviews.of(callback.id)]


def test_she_wants_no_call_any_more(desk: Desk) -> None:
    """The caller's number goes at once, and with it everything else that was asked for on her phone."""
    desk.line.walk("5 3", "another-session")
    browser, _, address = ended(desk, "spoke")
    browser.send(f"{address}/no-more")
    assert told(desk, "erased") in browser.page
    assert {None} == {desk.line.number_of(callback) for callback in desk.line.callbacks()}
    assert {"stopped", "closed"} == {callback.state for callback in desk.line.callbacks()}
    page = browser.open(address)
    assert (desk.say("callback.told.erased") in page, 'name="day"' in page, f"{address}/no-more" in page) == (True, False, False)
    browser.send(f"{address}/wrap-up", finish="yes", note="Rien de plus.")
    assert browser.status == 200


def test_no_more_on_another_phone_leaves_its_holder_alone(desk: Desk) -> None:
    """What the holder of that phone asked for herself stays."""
    desk.line.walk("5 5", "own", OTHER_PHONE)
    desk.line.walk("5 6 70000301 1", "other")
    own, asked = desk.line.callbacks()
    with desk.line.real_store.write() as tx:
        tx.callbacks.save(
            replace(asked, state="closed", claimed_by=IDS["awa"], outcome="spoke", attempts=1, closed_at=desk.line.clock.now())
        )
    browser = desk.browser("awa")
    browser.open(f"/console/callback/{asked.id}")
    browser.send(f"/console/callback/{asked.id}/no-more")
    assert (OTHER_PHONE, None) == (desk.line.number_of(own), desk.line.number_of(asked))


def test_no_more_leaves_nothing_to_decide(desk: Desk) -> None:
    """She could not talk on the other phone, and wants no call there: without a number there is nothing to look at."""
    desk.line.walk("5 6 70000301 1", "other")
    asked = desk.line.callbacks()[-1]
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.send(f"/console/take/{asked.id}")
    address = f"/console/callback/{asked.id}"
    browser.send(f"{address}/connect")
    desk.line.work()
    desk.line.pick_up()
    assert isinstance(desk.line.press(), VoiceConnect)
    browser.open(address)
    browser.send(f"{address}/outcome", how="could_not_talk")
    assert "review" == found(desk, asked).state
    browser.send(f"{address}/no-more")
    assert ("closed", None) == (found(desk, asked).state, desk.line.number_of(asked))
    with desk.line.real_store.read() as tx:
        assert ["noted"] == [review.decision for review in tx.reviews.of(asked.id)]


def test_a_note_is_short_and_hers(desk: Desk) -> None:
    """Kept with the callback, shown to whoever holds it and to supervisors; a long one changes nothing; an empty one takes it away."""
    browser, _, address = held(desk)
    browser.send(f"{address}/note", note="Rappeler doucement.")
    assert "Rappeler doucement." in desk.browser("fanta").open(address)
    browser.send(f"{address}/note", note="a" * 281)
    assert told(desk, "long_note") in browser.page
    assert "Rappeler doucement." in browser.page
    browser.send(f"{address}/note", note="")
    assert "Rappeler doucement." not in browser.page


def recorded(desk: Desk) -> list[tuple[str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what) for record in tx.audit.all()]


def test_who_did_what_is_in_the_audit(desk: Desk) -> None:
    """Each deed once, by name; no code of it, which would stay there when the callback is gone."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/cover")
    browser.send(f"{address}/mark", kind="minor")
    browser.send(f"{address}/outcome", how="spoke")
    browser.send(f"{address}/wrap-up", safer="less_safe")
    browser.open(address)
    for note in ("Rappeler.", "Rappeler.", ""):
        browser.send(f"{address}/wrap-up", note=note)
        browser.open(address)
    deeds = ["taken", "connected", "cover played", "marked", "outcome said", "safety asked", "note written", "note erased"]
    assert [("awa", deed) for deed in deeds] == recorded(desk)
    with desk.line.real_store.read() as tx:
        assert {callback.reference} == {record.about for record in tx.audit.all()}


def test_nobody_looks_on_in_silence(desk: Desk) -> None:
    """A supervisor who opens another's callback, and she who reads a note on it; whoever holds it leaves no line each time."""
    browser, _, address = held(desk)
    supervisor = desk.browser("fanta")
    supervisor.open(address)
    browser.send(f"{address}/note", note="Rappeler.")
    browser.open(address)
    supervisor.open(address)
    assert [("awa", "taken"), ("fanta", "looked on"), ("awa", "note written"), ("fanta", "note read")] == recorded(desk)


def test_looking_on_says_where_it_stands(desk: Desk) -> None:
    """In whose hands it is, and how the call ended."""
    browser, callback, address = held(desk)
    supervisor = desk.browser("fanta")
    assert desk.say("callback.watched.claimed") in supervisor.open(address)
    browser.open("/console/queue")
    browser.send(f"/console/give-back/{callback.id}")
    assert desk.say("callback.watched.waiting") in supervisor.open(address)
    _, _, address = ended(desk, "someone_else", "5 5 ")
    page = supervisor.open(address)
    assert desk.say("callback.watched.review") in page
    assert desk.say("callback.ended.someone_else") in page


def test_nothing_moves_while_they_talk(desk: Desk) -> None:
    """The minutes that pass change nothing on the page: what the counselor opened stays open."""
    browser, _, _ = talking(desk)
    desk.line.clock.at += 3 * MINUTE
    assert (204, None) == poll(browser)


def test_a_window_that_she_chose_is_shown(desk: Desk) -> None:
    """Both of its ends, not the last alone."""
    desk.line.clock.at -= desk.line.clock.at % 60
    again = agreed_and_taken(desk)
    assert f'<dt>{desk.say("callback.window")}</dt><dd class="num">8h–12h</dd>' in again.page


def test_once_the_hour_is_over_it_says_so_and_offers_no_call(desk: Desk) -> None:
    """In a sentence, not as so many minutes that are left; whoever looks on at what is decided reads that alone. Hours that are left are hours."""
    _, callback, address = held(desk)
    said = desk.say("callback.past_end")
    assert said not in desk.browser("awa").open(address)
    desk.line.clock.at = callback.not_after - 61 * MINUTE
    assert desk.say("queue.left.hours", hours=1, minutes="01") in desk.browser("awa").open(address)
    desk.line.clock.at = callback.not_after
    page = desk.browser("awa").open(address)
    assert (said in page, 'id="connect"' in page, desk.say("callback.still") in page) == (True, False, False)
    with desk.line.real_store.write() as tx:
        tx.callbacks.save(replace(found(desk, callback), state="review", claimed_by=None))
    assert said not in desk.browser("fanta").open(address)


@pytest.fixture
def revealing(desk: Desk) -> Desk:
    """A line that has no bridge: phones that stay in the room ring."""
    desk.line.rule(replace(desk.line.rules, calling="reveal"))
    desk.install()
    return desk


def test_a_number_is_shown_for_two_minutes(revealing: Desk) -> None:
    """Audited, counted as a try, and gone after that without another."""
    browser, callback, address = held(revealing)
    assert "70 00 00 01" not in browser.page
    browser.send(f"{address}/reveal")
    assert "70 00 00 01" in browser.page
    assert 1 == found(revealing, callback).attempts
    revealing.line.clock.at += 119
    assert "70 00 00 01" in browser.open(address)
    revealing.line.clock.at += 1
    assert "70 00 00 01" not in browser.open(address)
    assert revealing.say("callback.step.how") in browser.page
    with revealing.line.real_store.read() as tx:
        deeds = [(record.who, record.what, record.about) for record in tx.audit.all()]
    assert [("awa", "taken", callback.reference), ("awa", "number shown", callback.reference)] == deeds
    assert [] == revealing.line.gateway.rung


def test_a_number_is_not_shown_while_a_stop_waits_in_the_spool(revealing: Desk) -> None:
    """The caller was told that nobody calls, and the database does not know it yet."""
    browser, callback, address = held(revealing)
    line = revealing.line
    line.store.failing = "at commit"
    line.walk("5 7", "session-2")
    line.store.failing = "never"
    line.clock.at += 3  # as long as a guard rests
    browser.send(f"{address}/reveal")
    assert ("70 00 00 01" in browser.page, revealing.say("callback.told.late") in browser.page) == (False, True)
    assert 0 == found(revealing, callback).attempts


def test_shown_again_it_is_another_try(revealing: Desk) -> None:
    """She says first that it could not be reached; three, and no more."""
    browser, callback, address = held(revealing)
    for attempts in (1, 2, 3):
        browser.send(f"{address}/reveal")
        assert "70 00 00 01" in browser.page
        assert attempts == found(revealing, callback).attempts
        browser.send(f"{address}/outcome", how="unreachable")
        assert "70 00 00 01" not in browser.page
    assert "closed" == found(revealing, callback).state


def test_no_number_by_sms_ever(revealing: Desk) -> None:
    """Who takes it by SMS hears that the number is on her page; her phone does not ring."""
    revealing.line.walk("5 5")
    revealing.line.work()
    revealing.line.inbox(AWA)
    revealing.line.take()
    assert [revealing.line.say("on_page", ref=revealing.line.callback().reference)] == revealing.line.inbox(AWA)
    assert [] == revealing.line.gateway.rung


def test_what_the_page_asks_of_the_database(desk: Desk) -> None:
    """Few transactions, whatever there is to show."""
    browser, _, address = held(desk)
    before = desk.line.store.units
    browser.open(address)
    assert desk.line.store.units - before <= 3


def test_a_hard_call_is_said_in_one_tap_and_told_to_nobody(desk: Desk) -> None:
    """She rests; neither audit nor supervisor hear of it, on no page of theirs."""
    desk.line.rule(replace(RULES, pause_minutes=15))
    desk.install(desk.room.settings)
    browser, _, address = ended(desk, "someone_else")
    desk.line.work()
    desk.line.inbox(FANTA)  # what the supervisor hears of the outcome
    browser.send(f"{address}/wrap-up", hard="yes")
    assert desk.say("callback.hard_noted") in browser.open(address)
    assert desk.say("queue.rests") in browser.open("/console/queue")
    desk.line.work()
    assert desk.line.inbox(FANTA) == []
    with desk.line.real_store.read() as tx:
        assert "marked" not in {record.what for record in tx.audit.all()}
    supervisor = desk.browser("fanta")
    for page in ("/console/review", address):
        assert desk.say("callback.hard") not in supervisor.open(page)
        assert 200 == supervisor.status


def test_whoever_talks_reads_that_something_urgent_waits(desk: Desk) -> None:
    """As long as no other counselor was asked to take it; what the other caller's phone shows is the same."""
    desk.line.set_staff(OUMOU, active=False)
    before = desk.line.walk("4 1 1", "before", OTHER_CALLER).text
    desk.line.walk("4 1 1 7", "before", OTHER_CALLER)
    browser, _, address = talking(desk)
    assert desk.say("callback.urgent_waits") not in browser.open(address)
    assert before == desk.line.walk("4 1 1", "urgent", OTHER_CALLER).text
    desk.line.work()
    assert desk.say("callback.urgent_waits") in browser.open(address)


@pytest.mark.parametrize(("seconds", "rings"), [(10, 1), (11, 0)])
def test_what_the_page_gave_up_rings_nobody(desk: Desk, seconds: int, rings: int) -> None:
    """A script says when *connect* was pressed; out of some buffer of the network it may come later, and by then the page has said that it failed."""
    browser, _, address = held(desk)
    pressed = str(desk.line.clock.now())
    desk.line.clock.at += seconds
    page = browser.send(f"{address}/connect", pressed=pressed)
    desk.line.work()
    assert (len(desk.line.gateway.rung), desk.say("trouble.given_up") in page) == (rings, not rings)
