"""Who can call: shifts and presence, down to the spans that the screens offer; and nothing of what anybody asked for."""

from __future__ import annotations

import pytest

from hotline.engine.effects import Coverage
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules.coverage import coverage, look
from hotline.service.calls.rules.planned import merged
from hotline.service.calls.rules.presence import Team, is_on
from hotline.service.work import Work
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import AWA, RULES, Line

NOW = TEN_O_CLOCK // 60
MIDNIGHT = NOW - 600
DAY = 1440
TUESDAY = 1


def local(at: int) -> int:
    return at // 60


def counselor(id: str = "awa", **fields: object) -> Staff:
    known: dict[str, object] = {"seen_at": TEN_O_CLOCK, "speaks": ("fr",), "role": "counselor"} | fields
    return Staff(id=id, alias=id, number="+22370000101", reads="fr", **known)


def covered(*staff: Staff, shifts: tuple[Shift, ...] = ()) -> Coverage:
    return coverage(Team("fr", staff, shifts), TEN_O_CLOCK, RULES, local)


def seen(now: bool, until: int, opens: int | None, *shifts: tuple[int, int]) -> Coverage:
    """Counselors alone, who stay long enough or go at once."""
    return Coverage(now=now, urgent=now, until=until, urgent_until=until, opens=opens, shifts=shifts)


def look_at(line: Line) -> Coverage:
    with line.real_store.read() as tx:
        return look(Work(line.hotline.deps, tx, line.clock.now()), "fr")


def test_nobody() -> None:
    """No staff, no promise, no next shift."""
    assert seen(False, NOW, None) == covered()


def test_one_on_shift() -> None:
    """There until her shift ends; what is left of it is offered, and whatever begins within seven days."""
    shift = Shift("awa", TUESDAY, 8 * 60, 12 * 60)
    next_week = NOW + 7 * DAY - 120
    assert seen(True, NOW + 120, None, (NOW, NOW + 120), (next_week, NOW + 7 * DAY)) == covered(counselor(), shifts=(shift,))


@pytest.mark.parametrize(
    ("fields", "now"),
    [
        ({}, True),
        ({"seen_at": TEN_O_CLOCK - 899}, True),
        ({"seen_at": TEN_O_CLOCK - 900}, False),
        ({"seen_at": None}, False),
        ({"off_until": TEN_O_CLOCK + 1}, False),
        ({"off_until": TEN_O_CLOCK}, True),
        ({"speaks": ("bm",)}, False),
        ({"speaks": ("bm", "fr")}, True),
        ({"role": "supervisor"}, False),
    ],
)
def test_who_counts(fields: dict[str, object], now: bool) -> None:
    """On shift, in the language, said to be there lately enough, and not off."""
    found = covered(counselor(**fields), shifts=(Shift("awa", None, 0, 1440),))
    assert (now, now) == (found.now, found.urgent)


@pytest.mark.parametrize(
    ("stays", "now", "urgent"), [(1, False, False), (2, False, True), (9, False, True), (10, True, True), (11, True, True)]
)
def test_who_goes_soon(stays: int, now: bool, urgent: bool) -> None:
    """Ten minutes for what is ordinary, two for what is urgent: enough to ring."""
    found = covered(counselor(on_until=TEN_O_CLOCK + stays * 60))
    assert (now, urgent, NOW + stays, NOW + stays) == (found.now, found.urgent, found.until, found.urgent_until)


@pytest.mark.parametrize(
    ("fields", "urgent"),
    [
        ({}, True),
        ({"on_call_until": TEN_O_CLOCK + 119}, False),
        ({"on_call_until": TEN_O_CLOCK}, False),
        ({"on_call_until": None}, False),
        ({"speaks": ("bm",)}, False),
    ],
)
def test_a_supervisor_on_call_is_there_for_what_is_urgent(fields: dict[str, object], urgent: bool) -> None:
    """One who speaks the language and stays two minutes; nothing ordinary is promised with her alone."""
    fanta = counselor("fanta", **{"role": "supervisor", "on_call_until": TEN_O_CLOCK + 3600} | fields)
    found = covered(fanta)
    assert (False, urgent, NOW) == (found.now, found.urgent, found.until)
    assert not urgent or found.urgent_until == NOW + 60


def test_urgent_help_lasts_as_long_as_anybody_of_both() -> None:
    """A counselor for half an hour, a supervisor on call for an hour: what is ordinary ends before what is urgent."""
    fanta = counselor("fanta", role="supervisor", on_call_until=TEN_O_CLOCK + 3600)
    found = covered(counselor(on_until=TEN_O_CLOCK + 1800), fanta)
    assert (NOW + 30, NOW + 60) == (found.until, found.urgent_until)


def test_on_beyond_the_plan() -> None:
    """She said that she is on: she counts until then, and plans no screen for it."""
    staff = counselor(on_until=TEN_O_CLOCK + 3600)
    assert seen(True, NOW + 60, None) == covered(staff)
    assert not is_on(staff, (), TEN_O_CLOCK + 3600, local)


def test_the_last_to_leave_ends_it() -> None:
    """A call that is promised can be made by whoever stays longest."""
    staff = (counselor("awa"), counselor("oumou"))
    shifts = (Shift("awa", None, 8 * 60, 11 * 60), Shift("oumou", None, 9 * 60, 13 * 60))
    assert NOW + 180 == covered(*staff, shifts=shifts).until


def test_the_next_shift() -> None:
    """Nobody now: the screen says when."""
    found = covered(counselor(), shifts=(Shift("awa", TUESDAY + 1, 8 * 60, 12 * 60),))
    opens = MIDNIGHT + DAY + 8 * 60
    assert seen(False, NOW, opens, (opens, opens + 240)) == found


def test_off_clips_the_plan() -> None:
    """What she is off is not offered."""
    found = covered(counselor(off_until=TEN_O_CLOCK + 3600), shifts=(Shift("awa", TUESDAY, 8 * 60, 12 * 60),))
    assert (False, NOW + 60, (NOW + 60, NOW + 120)) == (found.now, found.opens, found.shifts[0])


def test_around_the_clock() -> None:
    """Seven days that touch are one span, and none of them is a next shift: whoever is busy now may be free in minutes."""
    found = covered(counselor(), shifts=(Shift("awa", None, 0, 1440),))
    assert ((NOW, NOW + 7 * DAY),) == found.shifts
    assert None is found.opens


def test_nothing_that_callers_do_changes_it(line: Line) -> None:
    """Twelve ask at once for *now*, for urgent help and for one window, with one counselor who speaks French: each is kept, and each is
    shown what the first was shown; so are they while she holds one and while she rings."""
    before = look_at(line)
    shown = []
    for nth in range(12):
        number = f"+223700003{nth:02}"
        keys = ("5 5", "4 1 1", "5 3")[nth % 3]
        shown.append(line.walk(keys, session=f"session-{nth}", number=number).text)
        line.work()
        if nth == 6:
            line.take(AWA)
    assert shown == shown[:3] * 4
    assert 12 == len(line.callbacks())
    line.pick_up(AWA)
    assert before == look_at(line)


def test_merging() -> None:
    """Spans that touch or overlap are one; what lies apart stays apart."""
    assert ((0, 5), (6, 9)) == merged([(6, 8), (0, 2), (2, 5), (1, 3), (7, 9)])


def on_day(day: int, start: int, end: int, *, off: bool = False) -> Shift:
    return Shift("awa", None, start * 60, end * 60, NOW // DAY + day, off)


def spans(*shifts: Shift) -> tuple[tuple[int, int], ...]:
    """Of today and tomorrow, in hours since midnight today."""
    found = covered(counselor(), shifts=shifts).shifts
    return tuple(((start - MIDNIGHT) // 60, (end - MIDNIGHT) // 60) for start, end in found if start < MIDNIGHT + 2 * DAY)


def test_a_day_away_is_cut_out_of_the_week() -> None:
    """The whole of tomorrow, or an hour of it; the days around stay, and nothing comes of a day away alone."""
    week = Shift("awa", None, 8 * 60, 18 * 60)
    assert ((10, 18),) == spans(week, on_day(1, 0, 24, off=True))
    assert ((10, 18), (32, 36), (37, 42)) == spans(week, on_day(1, 12, 13, off=True))
    assert () == spans(on_day(1, 0, 24, off=True))


def test_a_day_beyond_the_week() -> None:
    """She comes on one day alone, also on one on which she would be away."""
    assert ((32, 36),) == spans(on_day(1, 8, 12))
    assert ((10, 18), (32, 36)) == spans(Shift("awa", None, 8 * 60, 18 * 60), on_day(1, 0, 24, off=True), on_day(1, 8, 12))


@pytest.mark.parametrize(("shift", "on"), [(on_day(0, 9, 11), True), (on_day(1, 9, 11), False), (on_day(0, 9, 11, off=True), False)])
def test_on_shift_on_that_day_alone(shift: Shift, on: bool) -> None:
    """Ten o'clock: inside of a day's span she is on; another day's is none, and a day away never is one."""
    assert on is is_on(counselor(), (shift,), TEN_O_CLOCK, local)


def test_away_now() -> None:
    """Planned around the clock, away from nine to eleven: she is not on, and nobody is promised her."""
    shifts = (Shift("awa", None, 0, 1440), on_day(0, 9, 11, off=True))
    assert not is_on(counselor(), shifts, TEN_O_CLOCK, local)
    assert (False, MIDNIGHT + 11 * 60) == ((found := covered(counselor(), shifts=shifts)).now, found.opens)
