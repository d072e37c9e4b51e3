"""Who is told of a callback and when, and how one ends that nobody could keep."""

from __future__ import annotations

from hotline.ports.incoming import SmsReport
from tests.service.line import AWA, FANTA, NANA, OTHER_CALLER, OUMOU, Line


def alerts(line: Line) -> dict[str, int]:
    """How many SMS reached whom since the last look."""
    counts = {name: len(line.inbox(number)) for name, number in (("awa", AWA), ("oumou", OUMOU), ("nana", NANA), ("fanta", FANTA))}
    return {name: count for name, count in counts.items() if count}


def present(line: Line, *numbers: str) -> None:
    for number in numbers:
        line.set_staff(number, seen_at=line.clock.now())


def test_escalation(line: Line) -> None:
    """Not taken: the next who is there, after three of them the supervisor, then all over again, and nobody after its end."""
    line.walk("5 5")
    line.work()
    counts = [alerts(line)]
    for _ in range(4):
        line.clock.at += 120
        present(line, AWA, OUMOU, NANA)
        line.wait(0)
        counts.append(alerts(line))
    assert [{"awa": 1}, {"oumou": 1}, {"awa": 1}, {"fanta": 1}, {"oumou": 1}] == counts
    line.clock.at = line.callback().not_after
    present(line, AWA, OUMOU)
    line.wait(0)
    assert {"fanta": 1} == alerts(line)  # a promise missed
    line.wait(3600)
    assert {} == alerts(line)


def test_not_before_its_time(line: Line) -> None:
    """A second alert waits until the first had its chance."""
    line.walk("5 5")
    line.work()
    line.wait(119)
    assert {"awa": 1} == alerts(line)
    line.wait(1)
    assert {"awa": 1} == alerts(line)


def test_urgent_goes_faster_and_further(line: Line) -> None:
    """After 45 seconds, and to who is on shift although she did not say that she is there, before the supervisor."""
    line.walk("4 1 1")
    line.work()
    assert [line.say("offer_urgent", ref=line.callback().reference, before="10h30")] == line.inbox(AWA)
    line.wait(45)
    assert {"oumou": 1} == alerts(line)
    line.wait(45)
    assert {"fanta": 1} == alerts(line)


def test_only_in_its_language(line: Line) -> None:
    """Bambara is not offered to who speaks French only."""
    line.walk("6 5 5")
    line.work()
    assert {"nana": 1} == alerts(line)


def test_not_to_who_holds_one(line: Line) -> None:
    """She is on the telephone: the next one waits for whoever is free, and goes to the supervisor after ten minutes."""
    line.walk("5 5", "session-1")
    line.work()
    line.ring()
    alerts(line)
    line.walk("5 1", "session-2", OTHER_CALLER)
    line.work()
    assert {} == alerts(line)
    line.wait(599)
    assert [] == line.inbox(FANTA)
    line.wait(1)
    assert 1 == len(line.inbox(FANTA))


def test_turns_are_shared(line: Line) -> None:
    """Of two who are free each is told of one, though twenty ask, and each of the twenty is kept."""
    present(line, AWA, OUMOU)
    for caller in range(20):
        line.walk("5 1", f"session-{caller}", f"+22370001{caller:03}")
    line.work()
    counts = alerts(line)
    assert ({"awa": 1, "oumou": 1}, 20) == (counts, len(line.callbacks()))


def test_a_window_that_opens_later(line: Line) -> None:
    """Nobody hears of it before it opens; then at once."""
    line.walk("5 3")
    line.wait(3600)
    assert {} == alerts(line)
    line.clock.at = line.callback().opens_at
    present(line, AWA)
    line.wait(0)
    assert {"awa": 1} == alerts(line)


def test_one_number_one_alert(line: Line) -> None:
    """Asked for three times from one phone: one alert, the urgent one if there is one, and none while somebody holds one of them."""
    line.walk("5 5", "session-1")
    line.walk("5 1", "session-2")
    line.work()
    line.wait(60)
    assert {"awa": 1} == alerts(line)
    line.take()
    alerts(line)
    line.walk("4 1 1", "session-3")
    line.wait(120)
    assert {} == alerts(line)


def test_lapsed_is_told_once(line: Line) -> None:
    """Nobody rings after its end, nothing rolls over, and the supervisor hears of it."""
    line.walk("5 5")
    line.clock.at = line.callback().not_after
    line.wait(0)
    line.wait(60)
    callback = line.callback()
    assert ("lapsed", callback.not_after) == (callback.state, callback.closed_at)
    assert [line.say("lapsed", ref=callback.reference)] == line.inbox(FANTA)


def test_claimed_and_never_rung_lapses(line: Line) -> None:
    """Taking is not ringing."""
    line.walk("5 5")
    line.work()
    line.wait(1790, tick=False)
    line.take()
    line.wait(10)
    assert "lapsed" == line.callback().state


def test_a_try_that_runs_keeps_it_open_for_its_outcome(line: Line) -> None:
    """She rang in time and they are still talking: the outcome counts, no ring follows, and an outcome that never comes closes it."""
    line.walk("5 5")
    line.work()
    line.clock.at = line.callback().not_after - 5
    line.ring()
    line.wait(60)
    assert "claimed" == line.callback().state
    line.text(AWA, "7")
    line.work()
    assert [AWA] == line.gateway.rung
    line.wait(3600)
    assert ("closed", None) == (line.callback().state, line.callback().outcome)


def test_unreachable_closes_at_the_end_of_its_window(line: Line) -> None:
    """It was tried, so it is no promise missed."""
    line.walk("5 5")
    line.work()
    line.ring()
    line.text(AWA, "3")
    line.inbox(FANTA)
    line.clock.at = line.callback().not_after
    line.wait(0)
    assert ("closed", "unreachable", []) == (line.callback().state, line.callback().outcome, line.inbox(FANTA))


def test_who_never_rings_gives_it_back(line: Line) -> None:
    """She took it and nothing came of it for five minutes: it goes to somebody who can."""
    line.walk("5 5")
    line.work()
    line.take()
    line.wait(299)
    assert "claimed" == line.callback().state
    alerts(line)
    line.wait(1)
    assert ("waiting", {"awa": 1, "fanta": 1}) == (line.callback().state, alerts(line))


def test_a_record_that_nobody_can_read_stops_nothing(line: Line) -> None:
    """It stays in the spool, where the gauge shows it, and the tick goes on."""
    line.spool.put(b"k" * 32, b"no record")
    line.walk("5 5")
    line.clock.at = line.callback().not_after
    line.wait(0)
    assert ("lapsed", 1) == (line.callback().state, len(line.spool))


def test_who_was_offered_nothing_for_longest_is_told_first(line: Line) -> None:
    """Two who are there are told in turn, though each request has forgotten the one before."""
    present(line, AWA, OUMOU)
    counts = []
    for n in range(4):
        line.walk("4 1 1", session=f"session-{n}", number=f"+2237000001{n}")
        line.work()
        counts.append(alerts(line))
        line.walk("5 7", session=f"stop-{n}", number=f"+2237000001{n}")
        line.clock.at += 1
    assert [{"awa": 1}, {"oumou": 1}] * 2 == counts


def test_nobody_is_refused_while_one_is_there(line: Line) -> None:
    """One counselor: who asks for advice or for urgent help is kept, whoever waits for either already, and reads the same as the first."""
    first = [line.walk(keys, session=f"first-{keys}", number=OTHER_CALLER).text for keys in ("5 5", "4 1 1")]
    line.work()
    line.take()
    assert first == [line.walk(keys, session=f"second-{keys}").text for keys in ("5 5", "4 1 1")]
    assert 4 == len(line.callbacks())


def test_urgent_help_is_not_behind_a_routine_request(line: Line) -> None:
    """Both are kept; the urgent one is offered to the one counselor, though she was offered another already."""
    line.walk("5 5", session="session-1", number=OTHER_CALLER)
    line.work()
    alerts(line)
    assert line.walk("4 1 1", session="session-3").key == "danger.kept"
    line.work()
    assert {"awa": 1} == alerts(line)


def test_one_caller_who_asks_three_times_is_one_call(line: Line) -> None:
    """Who is free besides hears of what another phone asked for."""
    present(line, AWA, OUMOU)
    for n in range(3):
        line.walk("5 5", session=f"again-{n}", number=OTHER_CALLER)
    line.work()
    assert {"awa": 1} == alerts(line)
    line.walk("5 5", session="session-1")
    line.work()
    assert {"oumou": 1} == alerts(line)


def test_an_alert_that_did_not_arrive_is_followed_up(line: Line) -> None:
    """Supervisors are told at once, and somebody else is asked; what the caller's phone shows does not change."""
    present(line, AWA, OUMOU)
    line.set_staff(OUMOU, seen_at=line.clock.now() - 5)
    line.walk("5 5")
    line.work()
    before = line.dial(session="look").text
    assert {"awa": 1} == alerts(line)
    line.hotline.delivery(SmsReport("fake", "sms-1", delivered=False))
    line.wait(1)
    told = {name: line.inbox(number) for name, number in (("awa", AWA), ("oumou", OUMOU), ("fanta", FANTA))}
    assert [[], [line.say("offer", ref=line.callback().reference, before="10h30")]] == [told["awa"], told["oumou"]]
    assert [line.say("alert_failed", ref=line.callback().reference, name="awa")] == told["fanta"]
    line.wait(10)
    assert {} == alerts(line)
    assert before == line.dial(session="look again").text
