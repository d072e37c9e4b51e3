"""What a supervisor declares of the line, on her page."""

from __future__ import annotations

from datetime import timedelta

from hotline.engine.times import EPOCH
from tests.console.desk import Desk


def tomorrow(desk: Desk) -> str:
    return (EPOCH + timedelta(days=desk.line.clock.local(desk.line.clock.now()) // 1440 + 1)).isoformat()


def test_many_is_said_and_ended(desk: Desk) -> None:
    """From three who are there on; the page says from when until when, and ends it."""
    fanta = desk.browser("fanta")
    fanta.open("/console/shifts")
    assert desk.say("shifts.too_few") in fanta.send("/console/shifts/many", minutes="30")
    desk.set_staff("oumou", seen_at=desk.line.clock.now())
    fanta.open("/console/shifts")
    assert desk.say("shifts.many_until", **{"from": "10:00", "to": "10:30"}) in fanta.send("/console/shifts/many", minutes="30")
    desk.line.clock.at += 60
    fanta.open("/console/shifts")
    assert desk.say("shifts.many_until", **{"from": "10:00", "to": "10:15"}) in fanta.send("/console/shifts/many/over")


def test_hours_are_closed_and_opened(desk: Desk) -> None:
    """With their day; without hours the whole day."""
    fanta = desk.browser("fanta")
    fanta.open("/console/shifts")
    page = fanta.send("/console/shifts/close", **{"day": tomorrow(desk), "from": "18:00", "to": "21:00"})
    assert "18:00–21:00" in page
    assert desk.say("shifts.shut_none") in fanta.send("/console/shifts/open")
    assert "00:00–24:00" in fanta.send("/console/shifts/close", day=tomorrow(desk))
    assert desk.say("shifts.shut_none") in fanta.send("/console/shifts/open")


def test_hours_past_midnight_are_opened_as_they_were_closed(desk: Desk) -> None:
    """From 22:00 to 06:00 they are one."""
    fanta = desk.browser("fanta")
    fanta.open("/console/shifts")
    assert "22:00–06:00" in fanta.send("/console/shifts/close", **{"day": tomorrow(desk), "from": "22:00", "to": "06:00"})
    assert desk.say("shifts.shut_none") in fanta.send("/console/shifts/open")


def test_what_is_unclear_changes_nothing(desk: Desk) -> None:
    """A day that is over, or hours without an end: the form comes back as it was sent."""
    fanta = desk.browser("fanta")
    for fields in ({"day": "2020-01-01"}, {"day": tomorrow(desk), "from": "18:00"}, {"day": ""}):
        fanta.open("/console/shifts")
        page = fanta.send("/console/shifts/close", **fields)
        assert desk.say("shifts.unclear") in page
        assert desk.say("shifts.shut_none") in page


def test_a_counselor_sees_none_of_it(desk: Desk) -> None:
    """It is a supervisor's word."""
    assert desk.say("shifts.many") not in desk.browser("awa").open("/console/shifts")
