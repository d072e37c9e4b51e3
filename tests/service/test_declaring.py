"""What a supervisor declares of the line: that many ask, and closed hours; the clock alerts, and sets nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.effects import Coverage
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules.coverage import look
from hotline.service.work import Work
from tests.service.line import AWA, CALLER, FANTA, NANA, OUMOU, RULES, Line

TOMORROW = "25/11"
"""The line's tests begin on a 24th of November at ten."""


def coverage(line: Line, language: str = "fr") -> Coverage:
    with line.real_store.read() as tx:
        return look(Work(line.hotline.deps, tx, line.clock.now()), language)


def say(line: Line, text: str, **sms: int) -> list[str]:
    """Fanta, the supervisor, writes; what she is answered."""
    line.text(FANTA, text, **sms)
    line.work()
    return line.inbox(FANTA)


@pytest.fixture
def three(line: Line) -> Line:
    """Three counselors are there, and it is two minutes past ten."""
    line.set_staff(OUMOU, seen_at=line.clock.now())
    line.wait(120)
    return line


def test_many_is_said_for_quarters_of_an_hour(three: Line) -> None:
    """It begins and ends on one, in every language, so that the moment tells nothing of who asked."""
    assert [three.say("many", **{"from": "10h15", "to": "10h45"})] == say(three, "beaucoup 30")
    assert not coverage(three).many
    three.clock.at += 13 * 60
    assert (True, True) == (coverage(three).many, coverage(three, "bm").many)
    three.clock.at += 30 * 60
    assert not coverage(three).many


def test_many_stands_on_the_screen_of_what_is_kept(three: Line) -> None:
    """It is kept first; and of what is urgent it says nothing."""
    say(three, "beaucoup")
    three.clock.at += 14 * 60
    for number in (AWA, OUMOU, NANA):
        three.text(number, "ici")
    assert "callback.kept_now_many" == three.walk("5 5").key
    assert "danger.kept" == three.walk("4 1 1", "session-2", "+22370000002").key
    assert 2 == len(three.callbacks())


def test_many_ends_early_with_a_quarter(three: Line) -> None:
    """The next one, not the moment at which she says so."""
    say(three, "beaucoup 60")
    three.clock.at += 20 * 60
    assert [three.say("many_ended", to="10h30")] == say(three, "calme")
    assert coverage(three).many
    three.clock.at += 8 * 60
    assert not coverage(three).many


def test_many_needs_three_who_are_there(line: Line) -> None:
    """With fewer it would tell of single callers; a break counts as gone."""
    assert [line.say("too_few")] == say(line, "beaucoup 30")
    line.set_staff(OUMOU, seen_at=line.clock.now())
    line.text(NANA, "lafiɲɛ")
    assert [line.say("too_few")] == say(line, "beaucoup 30")


@pytest.mark.parametrize("minutes", ["5", "20", "90", "10000"])
def test_many_for_other_times_is_refused(three: Line, minutes: str) -> None:
    """Nothing is said longer than an hour, or to the minute."""
    say(three, f"beaucoup {minutes}")
    three.clock.at += 14 * 60
    assert not coverage(three).many


def test_only_a_supervisor_declares(three: Line) -> None:
    """A counselor's word changes no screen but by her being there."""
    for text in ("beaucoup 30", f"fermer {TOMORROW} 8-12"):
        three.text(AWA, text)
        three.work()
        assert [three.say("forbidden")] == three.inbox(AWA)


def test_closed_hours_are_offered_to_nobody(line: Line) -> None:
    """They are cut out of what is planned, and come back when they are opened."""
    before = coverage(line).shifts
    assert [line.say("hours_closed", day=TOMORROW, **{"from": "8h", "to": "12h"})] == say(line, f"fermer {TOMORROW} 8-12")
    day = (line.clock.local(line.clock.now()) // 1440 + 1) * 1440
    (first, second) = coverage(line).shifts
    assert (day + 480, day + 720) == (first[1], second[0])
    assert [line.say("hours_opened", day=TOMORROW, **{"from": "8h", "to": "12h"})] == say(line, f"ouvrir {TOMORROW} 8-12")
    assert before == coverage(line).shifts


def test_a_part_of_closed_hours_is_opened(line: Line) -> None:
    """The rest stays closed."""
    say(line, f"fermer {TOMORROW} 8-12")
    say(line, f"ouvrir {TOMORROW} 9-10")
    day = (line.clock.local(line.clock.now()) // 1440 + 1) * 1440
    assert [(480, 540), (600, 720)] == [
        (first[1] - day, second[0] - day) for first, second in zip(coverage(line).shifts, coverage(line).shifts[1:], strict=False)
    ]


def test_a_closed_part_of_the_day_is_not_on_the_menu(line: Line) -> None:
    """The screen offers the next day's instead; now is another matter."""
    morning = line.dial("5 1").text
    say(line, "fermer 24/11 0-24")
    assert morning != line.dial("5 1", "session-2", "+22370000002").text
    assert "callback.kept_now" == line.walk("5 5", "session-3", "+22370000003").key


@pytest.mark.parametrize("text", ["fermer", "fermer 8-12", f"fermer {TOMORROW}", "ouvrir"])
def test_hours_need_a_day_and_hours(line: Line, text: str) -> None:
    """Nothing is closed by a word alone."""
    before = coverage(line)
    assert [line.say("which_hours")] == say(line, text)
    assert before == coverage(line)


def test_what_comes_late_promises_no_more(three: Line) -> None:
    """Hours are closed, however late the message; nothing is opened, and nothing said of a time that may be over."""
    day = len(coverage(three).shifts)
    say(three, f"fermer {TOMORROW} 8-12", age=600)
    assert day + 1 == len(coverage(three).shifts)
    say(three, f"ouvrir {TOMORROW} 8-12", age=600)
    say(three, "beaucoup 30", age=600)
    three.clock.at += 14 * 60
    assert (day + 1, False) == (len(coverage(three).shifts), coverage(three).many)


def test_it_stands_in_the_audit_and_goes_after_its_time(three: Line) -> None:
    """Who said it is known; what is over is kept no longer than is needed."""
    say(three, "beaucoup 30")
    say(three, f"fermer {TOMORROW} 8-12")
    with three.real_store.read() as tx:
        deeds = [(line.who, line.what) for line in tx.audit.all()]
    assert {("fanta", "many declared"), ("fanta", "hours closed")} <= set(deeds)
    three.clock.at += 4 * 86_400
    three.wait(600)
    with three.real_store.read() as tx:
        assert () == tx.declarations.ending_after(0)


def crowd(line: Line, phones: int) -> None:
    """So many phones ask for a call now."""
    for n in range(phones):
        line.walk("5 5", f"crowd-{n}", f"+223700010{n:02d}")
    line.work()


def test_the_clock_tells_of_a_crowd_and_sets_nothing(line: Line) -> None:
    """More than six who waited ten minutes: one message in ten minutes, and no screen changes."""
    line.rule(replace(RULES, promise_minutes=60, presence_minutes=90))
    crowd(line, 7)
    line.inbox(FANTA)
    line.wait(540)
    assert line.say("crowd", count="7") not in line.inbox(FANTA)
    line.wait(60)
    assert 1 == line.inbox(FANTA).count(line.say("crowd", count="7"))
    line.wait(300)
    line.wait(240)
    assert line.say("crowd", count="7") not in line.inbox(FANTA)
    line.wait(60)
    assert 1 == line.inbox(FANTA).count(line.say("crowd", count="7"))
    assert not coverage(line).many


def test_six_are_no_crowd_nor_two_for_each_who_is_there(line: Line) -> None:
    """Four who are there call eight soon."""
    line.rule(replace(RULES, promise_minutes=60, presence_minutes=90))
    at = line.clock.now()
    with line.real_store.write() as tx:
        for n, language in enumerate(("fr", "fr", "bm")):
            tx.staff.save(
                Staff(f"{n}" * 32, f"more{n}", "counselor", f"+2237000040{n}", "fr", (language,), seen_at=at, on_until=at + 36_000)
            )
    line.set_staff(AWA, seen_at=None)
    crowd(line, 8)
    line.wait(660)
    assert line.say("crowd", count="8") not in line.inbox(FANTA)
    line.set_staff(NANA, seen_at=None)
    line.wait(60)
    assert line.say("crowd", count="8") in line.inbox(FANTA)


def test_phones_are_counted_and_not_requests(line: Line) -> None:
    """One phone that asks seven times is no crowd."""
    line.rule(replace(RULES, promise_minutes=60, presence_minutes=90))
    for n in range(7):
        line.walk("5 5", f"again-{n}", CALLER)
    line.work()
    line.wait(660)
    assert line.say("crowd", count="7") not in line.inbox(FANTA)
