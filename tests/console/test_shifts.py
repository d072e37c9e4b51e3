"""The week at a glance, one's own hours, everybody's for a supervisor, and who is on call."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.service import acts
from hotline.service.acts import By
from hotline.service.desk.shifts import planning
from tests.console.desk import IDS, Desk
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import AWA as LINE_AWA
from tests.service.line import RULES

TODAY = TEN_O_CLOCK // 60 // DAY_MINUTES
"""Tuesday, 24 November 2026."""
AWA = IDS["awa"]
FIELDS = {"kind": "week", "weekday": "3", "from": "08:00", "to": "12:00"}


def shifts(desk: Desk, alias: str = "awa") -> list[Shift]:
    with desk.line.real_store.read() as tx:
        return [shift for shift in tx.shifts.all() if shift.staff == IDS[alias]]


def records(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def clear(desk: Desk) -> None:
    with desk.line.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)


def test_she_plans_her_week(desk: Desk) -> None:
    """A span is added and taken away; the audit says that a plan changed, and whose."""
    clear(desk)
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    page = browser.send("/console/shifts/plan", **FIELDS)
    assert [Shift(AWA, 3, 480, 720)] == shifts(desk)
    assert "jeudi 08:00–12:00" in page
    page = browser.send("/console/shifts/unplan")
    assert [] == shifts(desk)
    assert desk.say("shifts.none") in page
    assert [("awa", "plan changed", "awa")] * 2 == records(desk)


def test_a_form_sent_twice_counts_once(desk: Desk) -> None:
    """Taken away meanwhile, it does not come back by an old page."""
    clear(desk)
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    fields = browser.hidden("/console/shifts/plan") | FIELDS
    browser.client.post("/console/shifts/plan", data=fields)
    clear(desk)
    browser.client.post("/console/shifts/plan", data=fields)
    assert [] == shifts(desk)


def test_a_night_goes_past_midnight(desk: Desk) -> None:
    """Sunday from ten to six ends on Monday; midnight itself is an end."""
    clear(desk)
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    browser.send("/console/shifts/plan", kind="week", weekday="6", **{"from": "22:00", "to": "06:00"})
    browser.send("/console/shifts/plan", kind="week", weekday="every", **{"from": "20:00", "to": "00:00"})
    assert [Shift(AWA, None, 1200, 1440), Shift(AWA, 0, 0, 360), Shift(AWA, 6, 1320, 1440)] == shifts(desk)


def test_days_that_are_other_than_the_week(desk: Desk) -> None:
    """Away a whole day, there for a morning: both stand on the page, and coverage has them."""
    clear(desk)
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    browser.send("/console/shifts/plan", kind="away", day="2026-11-25")
    page = browser.send("/console/shifts/plan", kind="there", day="2026-11-26", **{"from": "08:00", "to": "12:00"})
    assert [Shift(AWA, None, 0, 1440, TODAY + 1, off=True), Shift(AWA, None, 480, 720, TODAY + 2)] == shifts(desk)
    assert f"mercredi 25/11 {desk.say('shifts.away')}<" in page
    assert f"jeudi 26/11 {desk.say('shifts.there')} 08:00–12:00<" in page


@pytest.mark.parametrize(
    "fields",
    [
        FIELDS | {"weekday": "7"},
        FIELDS | {"weekday": ""},
        FIELDS | {"from": ""},
        FIELDS | {"from": "25:00"},
        FIELDS | {"to": "08:00"},
        FIELDS | {"kind": "other"},
        {"kind": "away", "day": "2026-11-23"},
        {"kind": "away", "day": "demain"},
        {"kind": "away", "day": "2026-11-25", "from": "08:00"},
        {"kind": "there", "day": "2026-11-25"},
        {"kind": "there", "day": "2028-11-25", "from": "08:00", "to": "12:00"},
    ],
)
def test_what_is_unclear_changes_nothing(desk: Desk, fields: dict[str, str]) -> None:
    """The same page says so."""
    before = shifts(desk)
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    page = browser.send("/console/shifts/plan", **fields)
    assert (400, True, before) == (browser.status, desk.say("shifts.unclear") in page, shifts(desk))


def test_a_supervisor_plans_everybody(desk: Desk) -> None:
    """Oumou's week by Fanta's hand, and the audit says both names."""
    clear(desk)
    browser = desk.browser("fanta")
    page = browser.open("/console/shifts")
    assert f'href="/console/shifts/{IDS["oumou"]}#plan"' in page
    browser.open(f"/console/shifts/{IDS['oumou']}")
    page = browser.send(f"/console/shifts/{IDS['oumou']}/plan", **FIELDS)
    assert [Shift(IDS["oumou"], 3, 480, 720)] == shifts(desk, "oumou")
    assert desk.say("shifts.hers", alias="oumou") in page
    assert [("fanta", "plan changed", "oumou")] == records(desk)


def test_a_counselor_plans_nobody_else(desk: Desk) -> None:
    """Neither by the page nor around it."""
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    token = browser.hidden("/console/shifts/plan")
    others = f"/console/shifts/{IDS['oumou']}"
    before = shifts(desk, "oumou")
    assert [403, 403, 403] == [
        browser.client.get(others).status_code,
        browser.client.post(f"{others}/plan", data=token | FIELDS).status_code,
        browser.client.post(f"{others}/unplan", data=token | {"shift": "  0 1440 on"}).status_code,
    ]
    assert before == shifts(desk, "oumou")


def test_no_face_lets_a_counselor_plan_for_another(desk: Desk) -> None:
    """The acts themselves refuse, whatever a page or a message asks of them; one's own plan they change."""
    before = shifts(desk, "oumou")
    day, week = planning.DayHours(TODAY, 480, 720), planning.WeekHours(1, 480, 720)

    def codes(whose: str) -> list[str]:
        deps, by = desk.line.hotline.deps, By(IDS["awa"], "page")
        return [
            acts.run(deps, by, planning.plan_shift, week, whose).code,
            acts.run(deps, by, planning.come_on_day, day, whose=whose).code,
            acts.run(deps, by, planning.stay_away, day, whose=whose).code,
            acts.run(deps, by, planning.unplan_shift, Shift(whose, None, 0, 1440)).code,
        ]

    assert ["forbidden"] * 4 == codes(IDS["oumou"])
    assert before == shifts(desk, "oumou")
    assert ["done"] * 4 == codes(IDS["awa"])


@pytest.mark.parametrize("whose", ["0" * 32, IDS["mariam"]])
def test_nobody_like_that(desk: Desk, whose: str) -> None:
    """Who takes no calls has no shifts."""
    browser = desk.browser("fanta")
    browser.open(f"/console/shifts/{whose}")
    assert 404 == browser.status


def test_the_week_is_drawn_and_written(desk: Desk) -> None:
    """Bars where they are, the same hours in a table; what nobody took is named for each language, and counted from the hours offered."""
    clear(desk)
    with desk.line.real_store.write() as tx:
        tx.shifts.add(Shift(AWA, None, 480, 720))
        tx.shifts.add(Shift(AWA, None, 0, 1440, TODAY + 1, off=True))
        tx.shifts.add(Shift(IDS["fanta"], None, 480, 1080))
    page = desk.browser("awa").open("/console/shifts")
    drawn = re.search(r'<svg class="week".*?</svg>\s*<details', page, re.DOTALL)
    assert drawn is not None
    assert "<title>awa, 08:00–12:00</title>" in drawn[0]
    assert f"<title>{desk.say('shifts.nobody.bm')}, " in drawn[0]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    assert 7 == len(rows)
    assert "awa 08:00–12:00" in rows[0]
    assert "awa" not in rows[1]
    assert "◆ fanta 08:00–18:00" in rows[1]
    assert f"{desk.say('shifts.short.fr')} " in rows[1]


def test_absent_today_by_a_supervisors_hand(desk: Desk) -> None:
    """Whatever Oumou said before: she is off at once, and what she had not rung is offered to another."""
    desk.set_staff("oumou", on_until=TEN_O_CLOCK + 3600)
    desk.line.walk("5 5")
    with desk.line.real_store.write() as tx:
        assert tx.callbacks.claim(desk.line.callback().id, IDS["oumou"], TEN_O_CLOCK)
    browser = desk.browser("fanta")
    browser.open(f"/console/shifts/{IDS['oumou']}")
    browser.send(f"/console/shifts/{IDS['oumou']}/plan", kind="away", day="2026-11-24")
    desk.line.work()
    assert (None, "waiting", 1) == (desk.staff("oumou").on_until, desk.line.callback().state, len(desk.line.inbox(LINE_AWA)))


def test_going_off_leads_to_care(desk: Desk) -> None:
    """One tap, the same as PAUSE by SMS, and then two minutes for oneself, if one likes."""
    browser = desk.browser("awa")
    browser.open("/console/shifts")
    page = browser.send("/console/off")
    assert desk.staff("awa").off_until is not None
    assert desk.say("care.two_minutes") in page
    browser.open("/console/shifts")
    browser.send("/console/on")
    assert (None, TEN_O_CLOCK + 8 * 3600) == (desk.staff("awa").off_until, desk.staff("awa").on_until)


def test_a_supervisor_goes_on_call_by_one_tap(desk: Desk) -> None:
    """Unplanned for a shift; planned until her span ends. Going off ends it; a line that is closed says so to all."""
    desk.line.rule(replace(RULES, supervised=True))
    desk.install(desk.room.settings)
    browser = desk.browser("fanta")
    closed = desk.say("shifts.closed")
    for path in ("/console/shifts", "/console/queue"):
        assert (True, True) == (closed in browser.open(path), closed in desk.browser("awa").open(path))
    browser.open("/console/shifts")
    page = browser.send("/console/on-call")
    assert TEN_O_CLOCK + 8 * 3600 == desk.staff("fanta").on_call_until
    assert (False, True) == (closed in page, desk.say("shifts.on_call_until", alias="fanta", until="18:00") in page)
    assert closed not in browser.open("/console/queue")
    browser.open("/console/shifts")
    browser.send("/console/off")
    assert None is desk.staff("fanta").on_call_until
    with desk.line.real_store.write() as tx:
        tx.shifts.add(Shift(IDS["fanta"], 1, 540, 840))
    browser.open("/console/shifts")
    browser.send("/console/on-call")
    assert TEN_O_CLOCK + 4 * 3600 == desk.staff("fanta").on_call_until


def test_only_a_supervisor_is_on_call(desk: Desk) -> None:
    """A counselor's page has no such button, and a form from a counselor is refused."""
    browser = desk.browser("awa")
    page = browser.open("/console/shifts")
    assert "/console/on-call" not in page
    assert 403 == browser.client.post("/console/on-call", data=browser.hidden("/console/shifts/plan")).status_code
