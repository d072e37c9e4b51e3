"""What somebody may try who works in the console, or took the phone of one who does, with forms that no page would send."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import Offer
from hotline.ports.voice import VoiceConnect
from tests.console.desk import IDS, Browser, Desk
from tests.service.line import AWA, CALLER, OTHER_PHONE


def signed(browser: Browser, address: str, once: str, **fields: str) -> int:
    """Send a form that no page has, with the page's token. Returns the status."""
    browser.open("/console/me")
    token = browser.hidden("/console/sign-out")["csrf_token"]
    return browser.client.post(address, data={"csrf_token": token, "once": once, **fields}).status_code


def opened(desk: Desk, keys: str = "5 5", session: str = "session-1", number: str = CALLER) -> Callback:
    desk.line.walk(keys, session, number)
    return desk.line.callbacks()[-1]


def found(desk: Desk, callback: Callback) -> Callback:
    with desk.line.real_store.read() as tx:
        now = tx.callbacks.get(callback.id)
    assert now is not None
    return now


def marks(desk: Desk, callback: Callback) -> frozenset[str]:
    with desk.line.real_store.read() as tx:
        return tx.flags.of(callback.id)


def undecided(desk: Desk, callback: Callback) -> list[str]:
    with desk.line.real_store.read() as tx:
        return [review.reason for review in tx.reviews.of(callback.id) if review.decision is None]


def two_in_one_call(
    desk: Desk, how: str, keys: tuple[str, str] = ("5 5", "4 1 1"), mark: str = ""
) -> tuple[Browser, str, Callback, Callback]:
    """One call serves two requests to one phone, and the counselor says how it ended: her browser, the page of the first, and both."""
    first = opened(desk, keys[0])
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.send(f"/console/take/{first.id}")
    second = opened(desk, keys[1], "session-2")
    address = f"/console/callback/{first.id}"
    browser.open(address)
    browser.send(f"{address}/connect")
    desk.line.work()
    desk.line.pick_up()
    assert isinstance(desk.line.press(), VoiceConnect)
    browser.open(address)
    if mark:
        browser.send(f"{address}/mark", kind=mark)
    desk.line.hang_up()
    browser.open(address)
    browser.send(f"{address}/outcome", how=how)
    return browser, address, first, second


def agree(browser: Browser, address: str) -> None:
    browser.send(f"{address}/wrap-up", day="1", part="480-720", agreed="on")


@pytest.mark.parametrize("calling", ["bridge", "reveal"])
def test_nobody_takes_by_another_form_than_the_one_for_it(desk: Desk, calling: str) -> None:
    """A girl's request that waits stays whose it is to take, and its number unseen, whoever knows the address of its page."""
    desk.line.rule(replace(desk.line.rules, calling=calling))
    desk.install()
    callback = opened(desk)
    with desk.line.real_store.write() as tx:
        tx.flags.add(callback.id, "minor")
    browser = desk.browser("awa")
    signed(browser, f"/console/callback/{callback.id}/reveal", "forged")
    assert ("waiting", None, 0) == (found(desk, callback).state, found(desk, callback).claimed_by, found(desk, callback).attempts)
    assert "70 00 00 01" not in browser.open(f"/console/callback/{callback.id}")


def test_what_a_colleague_holds_is_not_cut_in_two(desk: Desk) -> None:
    """Another request to the phone that a colleague is ringing goes with the one that she holds."""
    callback = opened(desk)
    desk.browser("awa").open("/console/queue")
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.send(f"/console/take/{callback.id}")
    other = opened(desk, "4 1 1", "session-2")
    signed(desk.browser("oumou"), f"/console/callback/{callback.id}/reveal", "forged")
    assert None is found(desk, other).claimed_by


def test_who_takes_no_calls_any_more_takes_none_by_sms(desk: Desk) -> None:
    """She was offered it as a counselor, and is an operator now."""
    callback = opened(desk)
    with desk.line.real_store.write() as tx:
        tx.offers.add(Offer(callback.id, IDS["awa"], desk.line.clock.now()))
    desk.set_staff("awa", role="operator", speaks=())
    desk.line.inbox(AWA)
    for said in ("1", f"{callback.reference} 1"):
        desk.line.text(AWA, said)
    desk.line.work()
    assert ("waiting", []) == (found(desk, callback).state, desk.line.gateway.rung)


def test_an_agreed_time_stands_for_all_that_the_call_was_for(desk: Desk) -> None:
    """Nothing is left that could be put back and rung before it."""
    browser, address, first, second = two_in_one_call(desk, "could_not_talk")
    assert ["review", "review"] == [found(desk, callback).state for callback in (first, second)]
    agree(browser, address)
    assert ["closed", "closed"] == [found(desk, callback).state for callback in (first, second)]
    assert [[], []] == [undecided(desk, callback) for callback in (first, second)]
    assert 1 == len([callback for callback in desk.line.callbacks() if callback.state == "waiting"])


def test_no_more_is_for_all_that_the_call_was_for(desk: Desk) -> None:
    """On the caller's own phone and on another alike: no number, and nothing to decide."""
    browser, address, first, second = two_in_one_call(desk, "could_not_talk")
    browser.send(f"{address}/no-more")
    assert [None, None] == [desk.line.number_of(callback) for callback in (first, second)]
    assert [[], []] == [undecided(desk, callback) for callback in (first, second)]


def test_no_more_on_another_phone_is_for_all_that_the_call_was_for(desk: Desk) -> None:
    """Both requests that rang it are forgotten; what its holder asked for herself stays."""
    own = opened(desk, "5 3", "own", OTHER_PHONE)
    browser, address, first, second = two_in_one_call(desk, "could_not_talk", ("5 6 70000301 1", "5 6 70000301 1"))
    assert first.id != second.id
    browser.send(f"{address}/no-more")
    assert [("closed", None)] * 2 == [(found(desk, callback).state, desk.line.number_of(callback)) for callback in (first, second)]
    assert OTHER_PHONE == desk.line.number_of(own)


def test_a_girls_next_call_is_for_those_who_take_such_calls(desk: Desk) -> None:
    """The flag goes with the agreed time, and with whatever else the call was for; a supervisor still sees that it was a girl."""
    browser, address, first, second = two_in_one_call(desk, "could_not_talk", mark="minor")
    agree(browser, address)
    (agreed,) = (callback for callback in desk.line.callbacks() if callback.state == "waiting")
    assert ["minor" in marks(desk, callback) for callback in (first, second, agreed)] == [True] * 3
    assert ("closed", ["minor"]) == (found(desk, first).state, undecided(desk, first))
    desk.line.clock.at = agreed.opens_at
    take = f"/console/take/{agreed.id}"
    assert take not in desk.browser("awa").open("/console/queue")
    desk.set_staff("awa", minors=True)
    assert take in desk.browser("awa").open("/console/queue")


def test_a_girl_who_was_handed_on_is_not_rung_before_the_time_that_was_agreed(desk: Desk) -> None:
    """The supervisor sees that it was a girl, and can no longer put back what the agreed time took the place of."""
    bring(desk, "passed_on")
    callback, browser = desk.line.callback(), desk.browser("awa")
    browser.open(f"/console/callback/{callback.id}")
    agree(browser, f"/console/callback/{callback.id}")
    assert ("closed", ["minor"]) == (found(desk, callback).state, undecided(desk, callback))
    assert 400 == decide(desk, callback, "wait")
    (agreed,) = (callback for callback in desk.line.callbacks() if callback.state == "waiting")
    assert "minor" in marks(desk, agreed)


def test_nothing_is_agreed_once_somebody_else_answered(desk: Desk) -> None:
    """They talked, and later another answered that phone: what was agreed before is not written down behind the supervisor's back."""
    browser, address, first, _ = two_in_one_call(desk, "spoke")
    later = opened(desk, "5 5", "session-3")
    with desk.line.real_store.write() as tx:
        tx.callbacks.save(replace(later, state="review", outcome="someone_else", claimed_by=IDS["oumou"], attempts=1))
    browser.open(address)
    agree(browser, address)
    assert desk.say("callback.told.gone") in browser.page
    assert [] == [callback for callback in desk.line.callbacks() if callback.state == "waiting"]
    assert "closed" == found(desk, first).state


def test_what_a_phones_holder_asked_for_is_not_shown_over_it(desk: Desk) -> None:
    """A call to another phone than the caller's says nothing of when its holder wants to be called."""
    opened(desk, "5 3", "own", OTHER_PHONE)
    asked = opened(desk, "5 6 70000301 1")
    with desk.line.real_store.write() as tx:
        tx.callbacks.save(replace(asked, state="closed", claimed_by=IDS["awa"], claimed_at=1, outcome="spoke", attempts=1))
    page = desk.browser("awa").open(f"/console/callback/{asked.id}")
    said = re.escape(desk.say("callback.coming", when="§")).replace("§", ".*")
    assert None is re.search(said, page)


@pytest.mark.parametrize(
    ("address", "fields", "status"),
    [
        ("/console/shifts/unplan", {"shift": f" {'9' * 30} 1 2 on"}, 400),
        ("/console/callback/{id}/wrap-up", {"day": "1", "part": f"{'9' * 5000}-9", "agreed": "on"}, 303),
        ("/console/sign-in", {"alias": "a\0b", "password": "x"}, 400),
        ("/console/callback/{id}/note", {"note": "a\0b"}, 400),
    ],
)
def test_forms_that_no_page_sends_break_nothing(desk: Desk, address: str, fields: dict[str, str], status: int) -> None:
    """Neither a number past all numbers nor a text that PostgreSQL does not take is an error of ours, or looks as if the database were away."""
    callback = opened(desk)
    desk.app.testing = False
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.send(f"/console/take/{callback.id}")
    assert status == signed(browser, address.format(id=callback.id), "once", **fields)


def test_an_audit_from_before_its_beginning(desk: Desk) -> None:
    """An address that somebody typed."""
    desk.app.testing = False
    browser = desk.browser("fanta")
    browser.open(f"/console/audit?before=-{'9' * 30}")
    assert 200 == browser.status


def test_nothing_typed_is_kept_or_sent_by_the_browser_itself(desk: Desk) -> None:
    """Browsers keep what stands in a form for the next start, and have its spelling checked by others."""
    callback = opened(desk)
    with desk.line.real_store.write() as tx:
        tx.callbacks.claim(callback.id, IDS["awa"], desk.line.clock.now())
    browser = desk.browser("awa")
    fields = []
    for address in (f"/console/callback/{callback.id}", "/console/testimonies/new"):
        browser.open(address)
        fields += re.findall(r"<textarea[^>]*>", browser.raw)
    assert len(fields) >= 3
    assert [] == [field for field in fields if 'autocomplete="off"' not in field or 'spellcheck="false"' not in field]


STEPS = {
    "taken": "claimed",
    "rings": "claimed",
    "answered": "claimed",
    "talking": "claimed",
    "how": "claimed",
    "could_not_talk": "review",
    "agreed": "closed",
    "put_back": "waiting",
    "given_back": "waiting",
    "passed_on": "review",
    "handed_over": "claimed",
}
"""How far a callback was when the caller pressed the two keys, and its state."""


def bring(desk: Desk, step: str) -> None:
    """Let a callback be as far as that."""
    callback = opened(desk)
    address, browser = f"/console/callback/{callback.id}", desk.browser("awa")
    browser.open("/console/queue")
    browser.send(f"/console/take/{callback.id}")
    if step == "given_back":
        browser.open("/console/queue")
        browser.send(f"/console/give-back/{callback.id}")
    elif step == "handed_over":
        supervisor = desk.browser("fanta")
        supervisor.open(f"/console/hand-over/{callback.id}")
        supervisor.send(f"/console/hand-over/{callback.id}", to=IDS["oumou"])
    elif step != "taken":
        browser.send(f"{address}/connect")
        desk.line.work()
    if step in ("taken", "rings", "given_back", "handed_over"):
        return
    desk.line.pick_up()
    if step == "answered":
        return
    assert isinstance(desk.line.press(), VoiceConnect)
    browser.open(address)
    if step == "passed_on":
        browser.send(f"{address}/mark", kind="minor")
        browser.send(f"{address}/pass-on")
    if step in ("talking", "passed_on"):
        return
    desk.line.hang_up()
    browser.open(address)
    if step == "how":
        return
    browser.send(f"{address}/outcome", how="could_not_talk")
    if step == "agreed":
        agree(browser, address)
    if step == "put_back":
        decide(desk, callback, "wait")


def decide(desk: Desk, callback: Callback, decision: str) -> int:
    with desk.line.real_store.read() as tx:
        (review, *_) = tx.reviews.of(callback.id)
    return signed(desk.browser("fanta"), f"/console/review/{review.id}", f"decided {decision}", decision=decision, why="-")


@pytest.mark.parametrize("step", STEPS)
def test_after_the_two_keys_nothing_rings(desk: Desk, step: str) -> None:
    """Wherever it was, whatever form of whatever page is sent after them, and whoever picks up."""
    desk.set_staff("awa", minors=False)
    bring(desk, step)
    assert STEPS[step] == desk.line.callbacks()[0].state
    desk.line.walk("5 7", "stopping")
    rung = len(desk.line.gateway.rung)
    callbacks = desk.line.callbacks()
    assert {None} == {desk.line.number_of(callback) for callback in callbacks}
    assert not isinstance(desk.line.press(), VoiceConnect)
    assert not isinstance(desk.line.pick_up(), VoiceConnect)
    assert not isinstance(desk.line.press(), VoiceConnect)
    for callback in callbacks:
        for alias in ("awa", "oumou", "fanta"):
            browser, page = desk.browser(alias), f"/console/callback/{callback.id}"
            for address, fields in (
                (f"/console/take/{callback.id}", {}),
                (f"{page}/connect", {}),
                (f"{page}/reveal", {}),
                (f"{page}/outcome", {"how": "unreachable"}),
                (f"{page}/mark", {"kind": "known"}),
                (f"{page}/pass-on", {}),
                (f"{page}/wrap-up", {"day": "1", "part": "480-720", "agreed": "on"}),
                (f"/console/hand-over/{callback.id}", {"to": IDS["oumou"]}),
            ):
                signed(browser, address, address, **fields)
        if desk.browser("fanta").open("/console/review") and step in ("could_not_talk", "agreed", "put_back", "passed_on"):
            decide(desk, callbacks[0], "wait")
    desk.line.wait(25 * 3600)
    assert rung == len(desk.line.gateway.rung)
    assert set() == {callback.state for callback in desk.line.callbacks()} & {"waiting", "claimed", "review"}
