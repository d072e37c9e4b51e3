"""Hard cases: a mark is made by *this is it* alone, and taken back where it was a mistake, a minor's by its author or a supervisor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hotline.service.calls import agreements, scripts, taking
from hotline.service.calls.agreements import Wish
from tests.console.calls import ended, found, held, talking
from tests.service.line import AWA, FANTA, OUMOU

if TYPE_CHECKING:
    from hotline.engine.casework.flags import Flag
    from hotline.ports.calls.callbacks import Callback
    from tests.console.desk import Desk


def flags(desk: Desk, callback: Callback) -> frozenset[Flag]:
    with desk.line.real_store.read() as tx:
        return tx.flags.of(callback.id)


def undecided(desk: Desk, callback: Callback) -> list[str]:
    with desk.line.real_store.read() as tx:
        return [review.reason for review in tx.reviews.of(callback.id) if review.decision is None]


def test_a_mistake_is_taken_back_on_the_page(desk: Desk) -> None:
    """With script and without: the flag goes, the case says again how it is marked, and the audit has both."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/mark", kind="doer")
    form = browser.hidden(f"{address}/unmark") | {"kind": "doer"}
    answer = browser.client.post(f"{address}/unmark", data=form, headers={"HX-Request": "true"})
    assert desk.say("callback.page_her") in answer.get_data(as_text=True).replace("&#39;", "'")
    assert frozenset() == flags(desk, callback)
    assert desk.say("callback.paged") not in re.findall(r">([^<]+)<", browser.open(address))
    with desk.line.real_store.read() as tx:
        assert ["taken", "connected", "marked", "mark taken back"] == [record.what for record in tx.audit.all()]


def test_what_is_so_after_all_pages_again(desk: Desk) -> None:
    """Marked, taken back, marked: a supervisor who took the first for a mistake hears of the second."""
    _, callback, _ = talking(desk)
    desk.line.act(AWA, scripts.mark, callback.id, "danger", origin="first")
    desk.line.act(AWA, scripts.unmark, callback.id, "danger", origin="second")
    desk.line.act(AWA, scripts.mark, callback.id, "danger", origin="third")
    desk.line.work()
    assert [desk.line.say("wanted", ref=callback.reference)] * 2 == desk.line.inbox(FANTA)
    assert {"danger"} == flags(desk, callback)


def test_a_minor_stays_one_for_whoever_did_not_say_so(desk: Desk) -> None:
    """The next counselor cannot take it back, and reads who can; a supervisor can, and then nothing waits to be looked at."""
    browser, callback, address = held(desk)
    browser.send(f"{address}/mark", kind="minor")
    desk.set_staff("oumou", minors=True, seen_at=desk.line.clock.now())
    assert desk.line.act(FANTA, taking.hand_over, callback.id, desk.line.staff(OUMOU).id).code == "handed"
    other = desk.browser("oumou")
    assert desk.say("callback.unmark_not") in other.open(address)
    assert f'action="{address}/unmark"' not in other.raw
    assert desk.line.act(OUMOU, scripts.unmark, callback.id, "minor").code == "gone"
    assert {"minor"} == flags(desk, callback)
    assert ["minor"] == undecided(desk, callback)
    supervisor = desk.browser("fanta")
    supervisor.open(address)
    supervisor.send(f"{address}/unmark")
    assert frozenset() == flags(desk, callback)
    assert [] == undecided(desk, callback)


def test_her_own_mistake_goes_with_all_that_it_flagged(desk: Desk) -> None:
    """Of one phone: the next call that was agreed on is for every counselor again; what is before a supervisor stays there."""
    _, callback, _ = ended(desk, "spoke")
    desk.line.act(AWA, scripts.mark, callback.id, "minor", origin="mark")
    wish = Wish(ahead=1, start=480, end=720, word=None, agreed=True)
    assert desk.line.act(AWA, agreements.agree_next, callback.id, wish, origin="agree").code == "agreed"
    agreed = desk.line.callbacks()[-1]
    assert {"minor"} == flags(desk, agreed)
    assert desk.line.act(AWA, scripts.unmark, callback.id, "minor", origin="unmark").code == "done"
    assert (frozenset(), frozenset()) == (flags(desk, callback), flags(desk, agreed))
    assert found(desk, agreed).minor_by is None


def test_passed_on_it_is_the_supervisors_to_decide(desk: Desk) -> None:
    """Taken back by its author after it was handed to a supervisor: it still lies there."""
    browser, callback, address = talking(desk)
    browser.send(f"{address}/mark", kind="minor")
    browser.send(f"{address}/pass-on")
    desk.line.act(AWA, scripts.unmark, callback.id, "minor")
    assert ("review", ["minor"]) == (found(desk, callback).state, undecided(desk, callback))


def test_nobody_takes_back_what_was_hard_on_another(desk: Desk) -> None:
    """It is said for the counselor's own rest; neither she nor a supervisor unsays it here."""
    _, callback, _ = ended(desk, "spoke")
    desk.line.act(AWA, scripts.say_hard, callback.id)
    assert {"gone"} == {desk.line.act(who, scripts.unmark, callback.id, "hard").code for who in (AWA, FANTA)}
