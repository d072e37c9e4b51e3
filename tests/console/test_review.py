"""The supervisor's list: what waits there, what may be decided, once, with a reason, and nobody else."""

from __future__ import annotations

import pytest

from hotline.engine.times import hour
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Review
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.voice import VoiceConnect
from hotline.service.calls.review import to_review
from hotline.service.work import Work
from tests.console.desk import Desk
from tests.service.line import AWA, CALLER, FANTA, OTHER_PHONE

LIST = "/console/review"
WHY = "Vu avec la conseillère."


def put_before_her(desk: Desk, outcome: str = "4") -> Callback:
    """Somebody asks for a call; a counselor rings, and says how it ended."""
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.ring()
    desk.line.text(AWA, outcome)
    return desk.line.callback()


def review_of(desk: Desk, callback: Callback) -> Review:
    with desk.line.real_store.read() as tx:
        (review,) = tx.reviews.of(callback.id)
    return review


def form_of(desk: Desk, callback: Callback) -> str:
    return f"{LIST}/{review_of(desk, callback).id}"


def records(desk: Desk) -> list[AuditRecord]:
    with desk.line.real_store.read() as tx:
        return [record for record in tx.audit.all() if record.what == "review decided"]


def test_kind_words_where_nothing_waits(desk: Desk) -> None:
    """Nothing to decide is said, not an empty page."""
    assert desk.say("review.empty") in desk.browser("fanta").open(LIST)


def test_what_waits_is_told_at_a_glance(desk: Desk) -> None:
    """Reason, reference, urgency, language and attempts stand on the list; no number does."""
    desk.line.walk("4 1 1")
    desk.line.work()
    desk.line.ring()
    desk.line.text(AWA, "4")
    callback = desk.line.callback()
    page = desk.browser("fanta").open(LIST)
    for words in ("review.reason.someone_else", "queue.urgent", "language.fr", "review.ago.now"):
        assert desk.say(words) in page
    assert desk.say("review.reference", ref=callback.reference) in page
    assert CALLER not in page
    assert CALLER.removeprefix("+223") not in page


def test_oldest_first_and_floods_last(desk: Desk) -> None:
    """A flood hides nothing that a counselor brought before a supervisor, however old it is."""
    for n in range(3):
        desk.line.walk(f"5 6 700003{n:02} 5", f"flood-{n}", "+22370000050")
    flood = next(callback for callback in desk.line.callbacks() if callback.state == "review")
    desk.line.clock.at += 60
    desk.set_staff("awa", seen_at=desk.line.clock.now())
    desk.line.walk("4 1 1")
    desk.line.work()
    brought = desk.line.callbacks()[-1]
    desk.line.text(AWA, f"{brought.reference} 1")
    desk.line.work()
    desk.line.pick_up()
    desk.line.press()
    desk.line.hang_up()
    desk.line.text(AWA, f"{brought.reference} 4")
    page = desk.browser("fanta").open(LIST)
    shown = [desk.say("review.reference", ref=callback.reference) for callback in (brought, flood)]
    assert page.index(shown[0]) < page.index(desk.say("review.floods")) < page.index(shown[1])


def test_she_lets_it_be_rung_again(desk: Desk) -> None:
    """Within its window it goes back to the queue, is offered at once, and can be rung once more past its attempts."""
    callback = put_before_her(desk)
    desk.line.inbox(AWA)
    desk.line.wait(130)
    fanta = desk.browser("fanta")
    fanta.open(form_of(desk, callback))
    page = fanta.send(form_of(desk, callback), decision="wait", why=WHY)
    desk.line.work()
    assert desk.say("review.done") in page
    assert (desk.line.callback().state, desk.line.callback().outcome, desk.line.callback().claimed_by) == ("waiting", None, None)
    assert any(callback.reference in text for text in desk.line.inbox(AWA))
    assert records(desk) == [AuditRecord(hour(desk.line.clock.now()), "fanta", "review decided", callback.reference)]


def test_another_s_phone_can_be_rung_again_by_her(desk: Desk) -> None:
    """It is rung once; a supervisor may say that it is rung once more, and takes it herself, for its rings of the day are used."""
    desk.line.walk(f"5 6 {OTHER_PHONE.removeprefix('+223')} 5")
    desk.line.work()
    desk.line.ring()
    desk.line.text(AWA, "6")
    desk.line.work()
    callback = desk.line.callback()
    desk.line.inbox(AWA)
    desk.line.inbox(FANTA)
    fanta = desk.browser("fanta")
    fanta.open(form_of(desk, callback))
    fanta.send(form_of(desk, callback), decision="wait", why=WHY)
    desk.line.wait(130)
    assert not any(callback.reference in text for text in desk.line.inbox(AWA))
    assert any(callback.reference in text for text in desk.line.inbox(FANTA))
    assert isinstance(desk.line.ring(FANTA), VoiceConnect)


def test_after_its_window_it_cannot_go_back(desk: Desk) -> None:
    """The option is not there, and sending it all the same changes nothing."""
    callback = put_before_her(desk)
    desk.line.wait(callback.not_after - desk.line.clock.now())
    fanta = desk.browser("fanta")
    page = fanta.open(form_of(desk, callback))
    assert 'value="wait"' not in page
    assert desk.say("review.no_wait") in page
    fanta.send(form_of(desk, callback), decision="wait", why=WHY)
    assert fanta.status == 400
    assert desk.line.callback().state == "review"
    assert records(desk) == []


@pytest.mark.parametrize("decision", ["close", "forget"])
def test_she_closes_it(desk: Desk, decision: str) -> None:
    """Closed, it is rung no more; forgotten, its number is gone at once too."""
    callback = put_before_her(desk)
    fanta = desk.browser("fanta")
    fanta.open(form_of(desk, callback))
    fanta.send(form_of(desk, callback), decision=decision, why=WHY)
    assert desk.line.callback().state == "closed"
    assert desk.line.callback().closed_at == desk.line.clock.now()
    assert (desk.line.number_of(callback) is None) is (decision == "forget")


def test_what_nobody_rang_by_its_end_stays_a_missed_promise(desk: Desk) -> None:
    """Closing it later does not make it kept."""
    desk.line.walk("5 5")
    callback = desk.line.callback()
    with desk.line.real_store.write() as tx:
        to_review(Work(desk.room.deps, tx, desk.line.clock.now()), (callback,), "given_back")
    desk.line.clock.at = callback.not_after
    fanta = desk.browser("fanta")
    fanta.open(form_of(desk, callback))
    fanta.send(form_of(desk, callback), decision="close", why=WHY)
    assert desk.line.callback().state == "lapsed"


def test_what_lives_on_is_noted(desk: Desk) -> None:
    """A counselor's callback that was flagged as a minor's stays in that counselor's hands: seen is all that can be said of it here."""
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.take()
    callback = desk.line.callback()
    with desk.line.real_store.write() as tx:
        tx.flags.add(callback.id, "minor")
        tx.reviews.add(Review("9" * 32, callback.id, "minor", desk.line.clock.now()))
    fanta = desk.browser("fanta")
    page = fanta.open(form_of(desk, callback))
    assert desk.say("callback.mark.minor").lower() in page
    assert [choice for choice in ("wait", "close", "forget", "noted") if f'value="{choice}"' in page] == ["noted"]
    fanta.send(form_of(desk, callback), decision="noted", why=WHY)
    assert desk.line.callback() == callback
    assert desk.say("review.empty") in fanta.open(LIST)


def test_a_reason_is_needed(desk: Desk) -> None:
    """Without one nothing is decided, and the page says so."""
    callback = put_before_her(desk)
    fanta = desk.browser("fanta")
    fanta.open(form_of(desk, callback))
    page = fanta.send(form_of(desk, callback), decision="close", why="  ")
    assert (fanta.status, desk.line.callback().state) == (400, "review")
    assert desk.say("review.told.refused") in page


def test_sent_twice_counts_once(desk: Desk) -> None:
    """The same form again, even after the callback came back before a supervisor, decides nothing more."""
    callback = put_before_her(desk)
    path = form_of(desk, callback)
    fanta = desk.browser("fanta")
    fanta.open(path)
    form = {**fanta.hidden(path), "decision": "wait", "why": WHY}
    fanta.client.post(path, data=form)
    assert fanta.client.post(path, data=form).status_code == 303
    with desk.line.real_store.write() as tx:
        tx.reviews.add(Review(review_of(desk, callback).id, callback.id, "someone_else", desk.line.clock.now()))
    fanta.client.post(path, data=form)
    assert review_of(desk, callback).decision is None
    assert len(records(desk)) == 1


def test_the_second_of_two_is_told(desk: Desk) -> None:
    """Two supervisors decide at once: the first counts, the second reads who it was."""
    callback = put_before_her(desk)
    path = form_of(desk, callback)
    desk.set_staff("mariam", role="supervisor")
    fanta, mariam = desk.browser("fanta"), desk.browser("mariam")
    fanta.open(path)
    mariam.open(path)
    fanta.send(path, decision="close", why=WHY)
    page = mariam.send(path, decision="wait", why="Non.")
    assert (mariam.status, desk.line.callback().state) == (409, "closed")
    assert desk.say("review.told.late") in page
    assert desk.say("review.decided_by", who="fanta") in page
    assert WHY in page


@pytest.mark.parametrize("alias", ["awa", "mariam", "djeneba", None])
def test_nobody_else_decides(desk: Desk, alias: str | None) -> None:
    """Neither the list nor a form opens to who does not supervise."""
    callback = put_before_her(desk)
    browser = desk.browser(alias)
    for path in (LIST, form_of(desk, callback)):
        assert browser.client.get(path).status_code == (403 if alias else 303)


def test_what_is_gone_is_not_found(desk: Desk) -> None:
    """A review that was purged with its callback, or never was."""
    fanta = desk.browser("fanta")
    fanta.open(f"{LIST}/{'0' * 32}")
    assert fanta.status == 404


def test_her_stop_ends_it(desk: Desk) -> None:
    """Who stopped calls meanwhile is not rung: all that is left is to note it."""
    callback = put_before_her(desk)
    desk.line.walk("5 7", "stop")
    page = desk.browser("fanta").open(form_of(desk, callback))
    assert desk.say("review.withdrawn") in page
    assert [choice for choice in ("wait", "close", "forget", "noted") if f'value="{choice}"' in page] == ["noted"]


def test_the_list_asks_little(desk: Desk) -> None:
    """Its queries do not grow with what waits."""

    def queries() -> int:
        with desk.statements() as asked:
            fanta.open(LIST)
        return len(asked)

    fanta = desk.browser("fanta")
    put_before_her(desk)
    one = queries()
    for n in range(20):
        desk.line.walk(f"5 6 700003{n:02} 5", f"flood-{n}", "+22370000050")
    assert fanta.open(LIST).count(f'href="{LIST}/') == 19
    assert queries() == one
