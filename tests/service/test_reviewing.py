"""What a supervisor has to look at: why it came before her, that nobody is rung meanwhile, floods held, and pranks that sink."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.times import HOUR_SECONDS, hour
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Reason
from hotline.service.calls.review import to_review
from hotline.service.work import Work
from tests.service.line import AWA, CALLER, FANTA, NANA, OTHER_CALLER, OUMOU, Line

STRANGER = "+22370000050"
HERS = CALLER.removeprefix("+223")
DAY = 86_400


def reasons(line: Line, callback: Callback | None = None) -> list[Reason]:
    """Of what nobody decided yet."""
    with line.real_store.read() as tx:
        return [review.reason for review in tx.reviews.of((callback or line.callback()).id) if review.decision is None]


def present(line: Line) -> None:
    for number in (AWA, OUMOU, NANA):
        line.set_staff(number, seen_at=line.clock.now())


def flood(line: Line, count: int = 5) -> list[Callback]:
    """One phone asks for so many others to be rung; those held."""
    present(line)
    for n in range(count):
        line.walk(f"5 6 700003{n:02} 5", f"flood-{n}-{line.clock.now()}", STRANGER)
    line.work()
    return [callback for callback in line.callbacks() if callback.state == "review"]


def prank(line: Line, times: int, number: str = CALLER) -> None:
    """So many callbacks to this phone, on different days, that counselors say were pranks."""
    for _ in range(times):
        line.clock.at += DAY
        present(line)
        line.walk("5 5", f"prank-{number}-{line.clock.now()}", number)
        callback = line.callbacks()[-1]
        with line.real_store.write() as tx:
            tx.numbers.add_prank(callback.id, line.clock.now())
        close(line, callback)


def close(line: Line, callback: Callback) -> None:
    line.work()
    line.text(AWA, f"{callback.reference} 1")
    line.work()
    line.pick_up()
    line.press()
    line.hang_up()
    line.text(AWA, f"{callback.reference} 1")
    line.work()
    line.inbox(AWA)


# why it comes before her


@pytest.mark.parametrize(("digit", "reason"), [("4", "someone_else"), ("5", "wrong_word"), ("6", "could_not_talk")])
def test_how_a_call_ended_brings_it_before_her(line: Line, digit: str, reason: Reason) -> None:
    """She is told, and reads why."""
    line.walk("5 5")
    line.work()
    line.ring()
    line.text(AWA, digit)
    line.work()
    assert (line.callback().state, reasons(line)) == ("review", [reason])
    assert line.inbox(FANTA) == [line.say("review", ref=line.callback().reference)]


def test_the_same_phone_s_other_requests_come_too(line: Line) -> None:
    """Each lies before her with the reason of the first: none of them is lost behind it."""
    line.walk("5 5")
    line.walk("5 3", "later")
    line.work()
    line.ring()
    line.text(AWA, "4")
    line.work()
    assert [(callback.state, reasons(line, callback)) for callback in line.callbacks()] == [("review", ["someone_else"])] * 2


def test_a_call_that_nobody_told_of_comes_before_her(line: Line) -> None:
    """Rung, and then silence: nobody rings again before she has looked."""
    line.walk("5 5")
    line.work()
    line.ring()
    line.wait(900)
    assert (line.callback().state, reasons(line)) == ("review", ["unanswered"])


def test_it_comes_before_her_again_and_she_is_told_again(line: Line) -> None:
    """A second time on the same callback is news."""
    line.walk("5 5")
    line.work()
    line.ring()
    line.text(AWA, "4")
    line.work()
    line.inbox(FANTA)
    with line.real_store.write() as tx:
        (review,) = tx.reviews.of(line.callback().id)
        tx.reviews.save(replace(review, decision="wait", decided_by="d" * 32, decided_at=line.clock.now()))
        tx.callbacks.save(replace(line.callback(), state="waiting", claimed_by=None, claimed_at=None, outcome=None))
    line.wait(130)
    line.inbox(FANTA)
    line.ring()
    line.text(AWA, "4")
    line.work()
    assert reasons(line) == ["someone_else"]
    assert line.say("review", ref=line.callback().reference) in line.inbox(FANTA)


def test_what_was_given_back_can_still_be_moved(line: Line) -> None:
    """She chooses a word, or another moment, while a supervisor has it: it is kept for when it is let go."""
    line.walk("5 1")
    with line.real_store.write() as tx:
        to_review(Work(line.hotline.deps, tx, line.clock.now()), (line.callback(),), "given_back")
    line.dial("5 1 1 2")
    assert (line.callback().state, line.callback().word is None) == ("review", False)


@pytest.mark.parametrize("reason", ["someone_else", "unanswered"])
def test_what_happened_on_the_phone_cannot_be_moved_by_it(line: Line, reason: Reason) -> None:
    """Whoever has the phone now changes nothing about it."""
    line.walk("5 1")
    with line.real_store.write() as tx:
        to_review(Work(line.hotline.deps, tx, line.clock.now()), (line.callback(),), reason)
    line.dial("5 1 1 2")
    assert line.callback().word is None


def test_a_missed_promise_is_looked_at_and_never_rung(line: Line) -> None:
    """It lapses as it always did; a supervisor sees it."""
    line.walk("5 5")
    line.work()
    line.clock.at = line.callback().not_after
    line.wait(0)
    assert (line.callback().state, reasons(line)) == ("lapsed", ["missed"])
    assert line.inbox(FANTA)[-1] == line.say("lapsed", ref=line.callback().reference)
    line.text(AWA, f"{line.callback().reference} 1")
    line.work()
    assert line.gateway.rung == []


# floods


def test_a_flood_is_held(line: Line) -> None:
    """Two other phones a day; what is asked beyond that keeps its number, rings nobody and is offered to nobody."""
    held = flood(line)
    assert [callback.state for callback in line.callbacks()] == ["waiting", "waiting", "review", "review", "review"]
    for callback in held:
        assert (reasons(line, callback), line.number_of(callback) is not None) == (["flood"], True)
    present(line)
    line.wait(600)
    with line.real_store.read() as tx:
        assert [offer for callback in held for offer in tx.offers.of(callback.id)] == []
    line.text(AWA, f"{held[0].reference} 1")
    line.work()
    assert line.gateway.rung == []


def test_a_flood_changes_no_screen(line: Line) -> None:
    """Every screen of a request that is held is the one of a request that is not, to the letter."""

    def screens(n: int) -> list[object]:
        typed = f"5 6 700003{n:02} 5 1 2".split()
        return [line.dial(" ".join(typed[:length]), f"flood-{n}", STRANGER) for length in range(len(typed) + 1)]

    first = screens(0)
    for n in range(1, 5):
        assert [repr(screen).replace(f"700003{n:02}", "70000300") for screen in screens(n)] == [repr(screen) for screen in first]
    assert [callback.state for callback in line.callbacks()] == ["waiting", "waiting", "review", "review", "review"]
    assert {callback.word for callback in line.callbacks()} == {"milk"}


def test_supervisors_hear_of_a_flood_once_an_hour(line: Line) -> None:
    """Not once for each request: that would be a flood too."""

    def told() -> int:
        texts = line.inbox(FANTA)
        return sum(
            text == line.say("review", ref=callback.reference)
            for text in texts
            for callback in line.callbacks()
            if callback.state == "review"
        )

    line.clock.at += -line.clock.at % 3600
    heard = []
    for _ in range(3):
        flood(line, 12)
        heard.append(told())
        line.clock.at += 1800
    assert heard == [1, 0, 1]


def test_a_flood_that_she_lets_lie_lapses(line: Line) -> None:
    """Past its end it is not rung, nobody is told, and it waits for nobody's eyes any more."""
    (held,) = flood(line, 3)
    line.clock.at = held.not_after
    line.inbox(FANTA)
    line.wait(0)
    (lapsed,) = [callback for callback in line.callbacks() if callback.id == held.id]
    assert (lapsed.state, lapsed.closed_at, reasons(line, held)) == ("lapsed", hour(held.not_after), [])
    assert not any(held.reference in text for text in line.inbox(FANTA))


def test_what_is_not_a_flood_does_not_lapse_before_her_eyes(line: Line) -> None:
    """What a counselor brought before her stays until she decides."""
    line.walk("5 5")
    line.work()
    line.ring()
    line.text(AWA, "4")
    line.clock.at = line.callback().not_after + 7200
    line.wait(0)
    assert (line.callback().state, reasons(line)) == ("review", ["someone_else"])


def test_a_flood_is_stopped_like_all_else(line: Line) -> None:
    """Two keys on her phone erase its number from what strangers ask for on it, held or not; nobody sees it."""
    for n in range(2):
        line.walk(f"5 6 700003{n:02} 5", f"flood-{n}", STRANGER)
    line.walk(f"5 6 {HERS} 5", "flood-hers", STRANGER)
    held = line.callbacks()[-1]
    assert held.state == "review"
    line.walk("5 7", "hers")
    assert (line.callbacks()[-1].state, line.number_of(held)) == ("review", None)


def test_a_flood_does_not_come_over_a_stop(line: Line) -> None:
    """Within a day of her stop the number of what others ask for is not even kept."""
    line.walk("5 7", "hers")
    line.clock.at += 60
    for n in range(2):
        line.walk(f"5 6 700003{n:02} 5", f"flood-{n}", STRANGER)
    line.walk(f"5 6 {HERS} 5", "flood-hers", STRANGER)
    assert (line.callbacks()[-1].state, line.number_of(line.callbacks()[-1])) == ("review", None)


def test_a_flood_through_the_spool_is_held(line: Line) -> None:
    """While the database is away too many requests do not slip through."""
    line.store.failing = "always"
    for n in range(4):
        line.walk(f"5 6 700003{n:02} 3", f"flood-{n}", STRANGER)
    assert len(line.spool) == 4
    line.store.failing = "never"
    line.wait(60)
    assert [callback.state for callback in line.callbacks()] == ["waiting", "waiting", "review", "review"]


# pranks


def test_three_pranks_sink(line: Line) -> None:
    """What that phone asks for comes last among what is not urgent: after one that was asked for later and ends later."""
    prank(line, 3)
    line.clock.at += DAY
    present(line)
    line.walk("5 5", "again")
    sunk = line.callbacks()[-1]
    line.clock.at += 60
    line.walk("5 5", "other", OTHER_CALLER)
    other = line.callbacks()[-1]
    assert (sunk.sunk, other.sunk, sunk.not_after < other.not_after) == (True, False, True)
    with line.real_store.read() as tx:
        assert [callback.id for callback in tx.callbacks.due(line.clock.now(), 10, urgent=False)] == [other.id, sunk.id]


@pytest.mark.parametrize("keys", ["5 5", "5 3", "4 1 1"])
def test_a_sunk_phone_sees_the_same(line: Line, keys: str) -> None:
    """Every screen is the one that it would see without."""
    prank(line, 3)
    line.clock.at += DAY
    present(line)
    theirs = line.walk(keys, "theirs")
    assert line.callbacks()[-1].sunk is (keys != "4 1 1")
    line.walk("5 7", "end-it")
    line.work()
    assert line.walk(keys, "others", OTHER_CALLER) == theirs


def test_two_pranks_do_not_sink(line: Line) -> None:
    """Three do."""
    prank(line, 2)
    line.clock.at += DAY
    present(line)
    line.walk("5 5", "again")
    assert not line.callbacks()[-1].sunk


def test_the_urgent_path_is_never_lost(line: Line) -> None:
    """However many pranks: urgent is urgent, and a counselor is told at once."""
    prank(line, 4)
    line.clock.at += DAY
    present(line)
    for number in (AWA, OUMOU):
        line.inbox(number)
    assert line.walk("4 1 1", "urgent").key == "danger.kept"
    line.work()
    urgent = line.callbacks()[-1]
    assert (urgent.urgent, urgent.sunk) == (True, False)
    assert any(urgent.reference in text for number in (AWA, OUMOU) for text in line.inbox(number))


def test_what_is_sunk_is_offered_all_the_same(line: Line) -> None:
    """Last is not never: with nothing before it, it is offered at once."""
    prank(line, 3)
    line.clock.at += DAY
    present(line)
    for number in (AWA, OUMOU):
        line.inbox(number)
    line.walk("5 5", "again")
    line.work()
    assert any(line.callbacks()[-1].reference in text for number in (AWA, OUMOU) for text in line.inbox(number))


def test_after_thirty_days_it_rises_again(line: Line) -> None:
    """The third prank from the last 30 days is missing: nothing sinks any more."""
    prank(line, 3)
    line.clock.at += 28 * DAY + HOUR_SECONDS
    present(line)
    line.walk("5 5", "again")
    assert not line.callbacks()[-1].sunk


def test_others_pranks_are_not_hers(line: Line) -> None:
    """What is asked for on her phone from another one tells nothing of her, nor does her own sink what others ask for on it."""
    for n in range(3):
        line.clock.at += DAY
        present(line)
        line.walk(f"5 6 {HERS} 5", f"stranger-{n}", f"+2237000005{n}")
        with line.real_store.write() as tx:
            tx.numbers.add_prank(line.callbacks()[-1].id, line.clock.now())
    line.walk("5 5", "hers")
    assert not line.callbacks()[-1].sunk


def test_a_stop_forgives(line: Line) -> None:
    """Nothing is left of it once she stopped: the hash goes with the number."""
    prank(line, 3)
    line.walk("5 7", "stop")
    line.clock.at += DAY
    present(line)
    line.walk("5 5", "again")
    assert not line.callbacks()[-1].sunk


def test_one_call_for_several_requests_is_one_prank(line: Line) -> None:
    """She asked three times and was rung once: that is not three."""
    for n in range(3):
        line.walk("5 5", f"once-{n}")
    line.work()
    line.ring()
    line.text(AWA, "8")
    assert {"prank"} == {callback.outcome for callback in line.callbacks()}
    with line.real_store.read() as tx:
        assert 1 == tx.numbers.pranks(CALLER, 0)
