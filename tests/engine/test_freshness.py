from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hotline.engine.flow import Item, Sources, Where
from hotline.engine.freshness import (
    STALE_DAYS,
    STALE_EMERGENCY_DAYS,
    STALE_PLACE_DAYS,
    UNVERIFIED,
    fresh,
    is_confirmed,
    is_shown,
    last_day,
    without_withdrawn,
)
from hotline.engine.phone.numbers import digits
from tests.content_line import sources

TODAY = date(2026, 6, 1)


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def service(**fields: str) -> Item:
    return Item("services", "one", "Centre", {"phone": "70 00 03 00", **fields}, Where("flows/directory.yml", 1))


def emergency(on: int, day: int | None, night: int | None) -> Item:
    calls = {name: ago(days) for name, days in (("called_by_day", day), ("called_by_night", night)) if days is not None}
    return service(kind="emergency", verified_on=ago(on), **calls)


def event(on: str) -> Item:
    return Item("events", "meeting-1", "Réunion", {"kind": "meeting", "on": on}, Where("flows/directory.yml", 9))


def of(*items: Item) -> Sources:
    return replace(sources(), items=items)


def left(item: Item) -> tuple[str | None, tuple[str, ...]]:
    """The number that stays, and the news."""
    kept, lost = fresh(of(item), TODAY)
    return (kept.items[0].fields.get("phone") if kept.items else None), tuple(item.id for item in lost)


def test_a_number_is_shown_for_its_period_and_not_a_day_longer() -> None:
    """180 days from the verification it goes, and whoever keeps the directory hears of it."""
    assert left(service(verified_on=ago(0))) == ("70 00 03 00", ())
    assert left(service(verified_on=ago(STALE_DAYS))) == ("70 00 03 00", ())
    assert left(service(verified_on=ago(STALE_DAYS + 1))) == (None, ("one",))


def confirmed(**fields: str) -> tuple[bool, tuple[str, ...]]:
    """Whether a service at a place still counts as confirmed, and the news."""
    place = Item("services", "one", "Centre", {"place": "gao-ville", **fields}, Where("flows/directory.yml", 1))
    kept, lost = fresh(of(place), TODAY)
    return is_confirmed(kept.items[0]), tuple(item.id for item in lost)


def test_a_place_counts_as_confirmed_for_two_years_and_not_a_day_longer() -> None:
    """Whoever saw or heard that it is there vouches for two years; whoever rang its number does too. What nobody ever confirmed is no news."""
    assert confirmed(confirmed_on=ago(STALE_PLACE_DAYS), confirmed_by="Awa") == (True, ())
    assert confirmed(confirmed_on=ago(STALE_PLACE_DAYS + 1), confirmed_by="Awa") == (False, ("one",))
    assert confirmed(confirmed_on=ago(STALE_PLACE_DAYS + 1), verified_on=ago(STALE_PLACE_DAYS), phone="70 00 03 00") == (True, ("one",))
    assert confirmed(confirmed_on=ago(-1), confirmed_by="Awa") == (False, ("one",))
    assert confirmed() == (False, ())
    assert confirmed(phone="70 00 03 00") == (False, ())


def test_a_number_that_nobody_verified_is_gone_and_no_news() -> None:
    """It never was on a screen: whoever is told every night of what was never there stops listening."""
    assert left(service()) == (None, ())
    assert left(service(verified_on="soon")) == (None, ())


def test_a_verification_in_the_future_shows_nothing_and_is_told() -> None:
    """A slip of the pen, or a machine whose clock went back: somebody counts on this number being shown."""
    assert left(service(verified_on=ago(-1))) == (None, ("one",))


def test_an_emergency_number_needs_a_call_by_day_and_one_by_night() -> None:
    """Both within 30 days, and the verification too; until both were made it is as one that nobody verified."""
    most = STALE_EMERGENCY_DAYS
    assert left(emergency(0, most, 0)) == ("70 00 03 00", ())
    assert left(emergency(0, 0, None)) == (None, ())
    assert left(emergency(0, None, 0)) == (None, ())
    assert left(emergency(0, most + 1, 0)) == (None, ("one",))
    assert left(emergency(0, 0, most + 1)) == (None, ("one",))
    assert left(emergency(most + 1, 0, 0)) == (None, ("one",))
    assert left(emergency(0, -1, 0)) == (None, ("one",))


def test_an_event_is_listed_until_its_day_is_over() -> None:
    """On the day itself it still takes place."""
    assert [item.id for item in fresh(of(event(ago(0))), TODAY)[0].items] == ["meeting-1"]
    gone, lost = fresh(of(event(ago(1))), TODAY)
    assert (gone.items, lost) == ((), (event(ago(1)),))


def test_only_the_number_goes_and_the_entry_is_told_as_it_stood() -> None:
    """The centre is still there to walk to; the number lies where no screen finds it; the news holds it as it stood."""
    old = service(verified_on=ago(200), address="près du marché")
    kept, lost = fresh(of(old), TODAY)
    aside = {UNVERIFIED: old.fields["phone"]}
    assert [item.fields for item in kept.items] == [{"verified_on": ago(200), "address": "près du marché"} | aside]
    assert lost == (old,)


def test_everything_else_of_the_edition_stays() -> None:
    """Flows, words and the order of the entries are not this rule's business."""
    before = of(service(verified_on=ago(1)), event(ago(5)), event(ago(-5)))
    after, _ = fresh(before, TODAY)
    assert replace(after, items=before.items) == before
    assert after.items == (before.items[0], before.items[2])


DAYS = st.integers(-400, 400).map(ago)


@given(
    st.builds(
        lambda fields: service(**fields),
        st.fixed_dictionaries(
            {},
            optional={
                "kind": st.sampled_from(["emergency", "health"]),
                "verified_on": DAYS,
                "called_by_day": DAYS,
                "called_by_night": DAYS,
            },
        ),
    ),
    st.integers(0, 400),
)
def test_what_is_made_fresh_stays_so_and_never_comes_back(item: Item, days: int) -> None:
    """Again on the same day changes nothing and tells nothing; what went stale is not shown on any later day; the last day is the last."""
    kept, lost = fresh(of(item), TODAY)
    assert fresh(kept, TODAY) == (kept, ())
    if last_day(item) and last_day(item) < TODAY:
        assert lost == (item,)
        assert not is_shown(item, TODAY + timedelta(days=days))
    if is_shown(item, TODAY):
        assert is_shown(item, last_day(item))
        assert not is_shown(item, last_day(item) + timedelta(days=1))


def darkened(item: Item, number: str, day: str) -> bool:
    return "phone" not in without_withdrawn(of(item), [("one", number, day)]).items[0].fields


def test_a_number_that_was_taken_off_needs_a_call_of_a_later_day() -> None:
    """A call of the same day may have been before: what was wrong then is not right yet."""
    assert darkened(service(verified_on=ago(3)), "70 00 03 00", ago(2))
    assert darkened(service(verified_on=ago(2)), "70 00 03 00", ago(2))
    assert darkened(service(), "70 00 03 00", ago(2))
    assert not darkened(service(verified_on=ago(1)), "70 00 03 00", ago(2))


def test_an_emergency_number_comes_back_when_both_calls_are_later() -> None:
    """One call by day does not tell that somebody answers by night again."""
    assert darkened(emergency(0, 0, 5), "70 00 03 00", ago(2))
    assert not darkened(emergency(0, 0, 1), "70 00 03 00", ago(2))


def test_another_spelling_brings_no_number_back_and_another_number_is_another() -> None:
    """Taken off is the number, not its blanks; the entry's new number was never complained of."""
    assert darkened(service(), "+223 70000300", ago(2))
    assert not darkened(service(), "70 00 03 01", ago(2))
    assert darkened(service(phone="７０ 00 03 00"), "70 00 03 00", ago(2)), "wide digits are the same on a phone"
    assert (digits("00223 70.00.03.00"), digits("80333"), digits("223")) == ("70000300", "80333", "223")


def test_a_number_that_was_taken_off_is_off_wherever_it_stands() -> None:
    """Copied to another entry it is answered by the same person; a later call for that entry brings it back there."""
    marks = [("two", "70 00 03 00", ago(2))]
    assert "phone" not in without_withdrawn(of(service()), marks).items[0].fields
    assert without_withdrawn(of(service(verified_on=ago(1))), marks).items[0].fields["phone"] == "70 00 03 00"


def test_a_number_that_was_taken_off_is_off_where_nobody_verified_it_too() -> None:
    """Set aside for counselors it goes as it does for callers; another number stays aside."""
    aside, _ = fresh(of(service()), TODAY)
    assert aside.items[0].fields[UNVERIFIED] == "70 00 03 00"
    assert UNVERIFIED not in without_withdrawn(aside, [("two", "+223 70000300", ago(2))]).items[0].fields
    assert without_withdrawn(aside, [("two", "70 00 03 09", ago(2)), ("a-testimony", "", ago(2))]) == aside


def test_the_end_of_time_is_no_error() -> None:
    """Whatever year somebody typed, an edition is made."""
    assert left(service(verified_on="9999-12-31")) == (None, ("one",))
