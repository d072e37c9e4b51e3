"""Who can call: shifts, presence, what they hold and what waits, down to the spans that the screens offer."""

from __future__ import annotations

import pytest

from hotline.engine.effects import Coverage
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls.coverage import QueueAhead, Team, coverage, is_on, merged
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import RULES

NOW = TEN_O_CLOCK // 60
MIDNIGHT = NOW - 600
DAY = 1440
TUESDAY = 1
Booked = tuple[tuple[int, int], ...]


def local(at: int) -> int:
    return at // 60


def counselor(id: str = "awa", **fields: object) -> Staff:
    known: dict[str, object] = {"seen_at": TEN_O_CLOCK, "speaks": ("fr",), "role": "counselor"} | fields
    return Staff(id=id, alias=id, number="+22370000101", reads="fr", **known)


def covered(
    *staff: Staff, shifts: tuple[Shift, ...] = (), holding: tuple[str, ...] = (), queue: int = 0, urgent: int = 0, booked: Booked = ()
) -> Coverage:
    ahead = QueueAhead(queue, urgent, booked)
    return coverage(Team("fr", staff, shifts, frozenset(holding)), ahead, TEN_O_CLOCK, RULES, local)


def test_nobody() -> None:
    """No staff, no promise, no next shift."""
    assert Coverage(free=0, until=NOW, opens=None, shifts=()) == covered()


def test_one_on_shift() -> None:
    """Free until her shift ends; what is left of it is offered, and whatever begins within seven days."""
    shift = Shift("awa", TUESDAY, 8 * 60, 12 * 60)
    next_week = NOW + 7 * DAY - 120
    expected = Coverage(free=1, until=NOW + 120, opens=None, shifts=((NOW, NOW + 120), (next_week, NOW + 7 * DAY)), urgent=1)
    assert expected == covered(counselor(), shifts=(shift,))


@pytest.mark.parametrize(
    ("fields", "free"),
    [
        ({}, 1),
        ({"seen_at": TEN_O_CLOCK - 899}, 1),
        ({"seen_at": TEN_O_CLOCK - 900}, 0),
        ({"seen_at": None}, 0),
        ({"off_until": TEN_O_CLOCK + 1}, 0),
        ({"off_until": TEN_O_CLOCK}, 1),
        ({"speaks": ("bm",)}, 0),
        ({"speaks": ("bm", "fr")}, 1),
        ({"role": "supervisor"}, 0),
    ],
)
def test_who_counts(fields: dict[str, object], free: int) -> None:
    """On shift, in the language, present within a quarter of an hour, and not off."""
    assert free == covered(counselor(**fields), shifts=(Shift("awa", None, 0, 1440),)).free


def test_who_holds_one_and_the_queue_ahead_count_against_it() -> None:
    """What is promised is what is left; never less than nobody."""
    staff = (counselor("awa"), counselor("oumou"), counselor("nana"))
    shifts = tuple(Shift(person.id, None, 0, 1440) for person in staff)
    assert [3, 2, 1, 0] == [
        covered(*staff, shifts=shifts).free,
        covered(*staff, shifts=shifts, holding=("awa",)).free,
        covered(*staff, shifts=shifts, holding=("awa",), queue=1).free,
        covered(*staff, shifts=shifts, queue=5).free,
    ]


def test_on_beyond_the_plan() -> None:
    """She said that she is on: she counts until then, and plans no screen for it."""
    staff = counselor(on_until=TEN_O_CLOCK + 3600)
    assert Coverage(free=1, until=NOW + 60, opens=None, shifts=(), urgent=1) == covered(staff)
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
    assert Coverage(free=0, until=NOW, opens=opens, shifts=((opens, opens + 240),)) == found


def test_off_clips_the_plan() -> None:
    """What she is off is not offered."""
    found = covered(counselor(off_until=TEN_O_CLOCK + 3600), shifts=(Shift("awa", TUESDAY, 8 * 60, 12 * 60),))
    assert (0, NOW + 60, (NOW + 60, NOW + 120)) == (found.free, found.opens, found.shifts[0])


def test_around_the_clock() -> None:
    """Seven days that touch are one span, and none of them is a next shift: whoever is busy now may be free in minutes."""
    found = covered(counselor(), shifts=(Shift("awa", None, 0, 1440),))
    assert ((NOW, NOW + 7 * DAY),) == found.shifts
    assert None is found.opens


def test_what_is_urgent_waits_for_what_is_urgent_alone() -> None:
    """A routine request ahead takes nobody from urgent help; an urgent one does."""
    around = (Shift("awa", None, 0, 1440),)
    assert (0, 1) == ((found := covered(counselor(), shifts=around, queue=1)).free, found.urgent)
    assert (0, 0) == ((found := covered(counselor(), shifts=around, queue=2, urgent=1)).free, found.urgent)


def test_a_full_window_is_offered_no_longer() -> None:
    """One counselor, two hours, four calls an hour: with eight booked the window is cut out, with seven it is not."""
    shift = Shift("awa", TUESDAY, 8 * 60, 18 * 60)
    opens, ends = (MIDNIGHT + 14 * 60) * 60, (MIDNIGHT + 16 * 60) * 60
    today = [span for span in covered(counselor(), shifts=(shift,), booked=((opens, ends),) * 7).shifts if span[0] < MIDNIGHT + DAY]
    assert [(NOW, MIDNIGHT + 18 * 60)] == today
    today = [span for span in covered(counselor(), shifts=(shift,), booked=((opens, ends),) * 8).shifts if span[0] < MIDNIGHT + DAY]
    assert [(NOW, MIDNIGHT + 14 * 60), (MIDNIGHT + 16 * 60, MIDNIGHT + 18 * 60)] == today


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
    assert (0, MIDNIGHT + 11 * 60) == ((found := covered(counselor(), shifts=shifts)).free, found.opens)
