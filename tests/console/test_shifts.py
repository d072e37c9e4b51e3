"""The week at a glance, one's own hours, everybody's for a supervisor, and who is on call."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
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


def test_a_whole_day_and_its_night(desk: Desk) -> None:
    """From midnight to midnight is 24 hours, every week and on one day."""
    clear(desk)
    browser = desk.browser("awa")
    whole = {"from": "00:00", "to": "00:00"}
    browser.open("/console/shifts")
    browser.send("/console/shifts/plan", kind="week", weekday="4", **whole)
    browser.send("/console/shifts/plan", kind="there", day="2026-11-26", **whole)
    assert [Shift(AWA, None, 0, 1440, TODAY + 2), Shift(AWA, 4, 0, 1440)] == sorted(shifts(desk), key=lambda shift: shift.day is None)


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


def test_the_week_is_a_table_of_who_is_there(desk: Desk) -> None:
    """A part of the day a cell, a language a line; what nobody took is hatched, counted and named; the hours themselves stand below. What most days
    have stands once above them, and a day shows what is other."""
    clear(desk)
    with desk.line.real_store.write() as tx:
        tx.shifts.add(Shift(AWA, None, 480, 720))
        tx.shifts.add(Shift(AWA, None, 0, 1440, TODAY + 1, off=True))
        tx.shifts.add(Shift(IDS["fanta"], None, 480, 1320))
        tx.shifts.add(Shift(IDS["fanta"], None, 1260, 1440, TODAY + 3, off=True))
    page = desk.browser("awa").open("/console/shifts")
    week, exact = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    usual, *days = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", week, re.DOTALL)]
    assert [5] * 8 == [len(usual), *(len(day) for day in days)]
    assert '<td class="mine">' in usual[0]
    assert "fr 1" in usual[0]
    assert "awa" not in "".join(days[1])
    for cell, language in ((usual[0], "bm"), (days[1][0], "fr"), (usual[3], "fr")):
        assert f'<p class="hole">{language} 0' in cell
        assert desk.say(f"shifts.nobody.{language}") in cell
    same = desk.say("shifts.as_usual")
    assert "◆ fanta" in usual[4]
    assert (same in days[3][4], "–" in days[3][4], "fanta" in days[3][4]) == (False, True, False)
    assert [same in cell for cell in days[0]] == [True] * 5
    assert [same in cell for cell in days[1]] == [False, True, True, True, True]
    assert ("fr 0" in days[6][3], 'class="hole"' in days[6][3], desk.say("shifts.nobody.fr") in days[6][3]) == (False, True, True)
    assert '<td class="mine">' in days[6][0]
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", exact, re.DOTALL)
    assert 7 == len(rows)
    assert "awa 08:00–12:00" in rows[0]
    assert "awa" not in rows[1]
    assert "◆ fanta 08:00–22:00" in rows[1]
    assert f"{desk.say('shifts.short.fr')} " in rows[1]


def test_a_day_shows_the_lines_that_are_other(desk: Desk) -> None:
    """One more supervisor, one counselor away: those lines, and what nobody took. What no more than half of the days have is not usual: each day shows its own."""
    clear(desk)
    with desk.line.real_store.write() as tx:
        tx.staff.save(Staff(IDS["kadia"], "kadia", "supervisor", "+22370000202", "fr", ("fr",)))
        tx.shifts.add(Shift(AWA, None, 480, 720))
        tx.shifts.add(Shift(IDS["fanta"], None, 480, 720))
        tx.shifts.add(Shift(IDS["kadia"], None, 480, 720, TODAY + 1))
        tx.shifts.add(Shift(IDS["fanta"], None, 0, 1440, TODAY + 2, off=True))
        for weekday, alias in enumerate(("oumou", "oumou", "oumou", "nana", "nana")):
            tx.shifts.add(Shift(IDS[alias], weekday, 720, 840))
    page = desk.browser("awa").open("/console/shifts")
    rows = re.findall(r"<tr.*?</tr>", re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)[0], re.DOTALL)
    cells = [[re.sub(r"<[^>]+>|\s+", " ", cell).split() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]
    assert cells[0][0][:4] == ["fr", "1", "·", "awa"]
    assert cells[0][0][-4:] == ["◆", "1", "·", "fanta"]
    bm = ["bm", "0", "·", desk.say("shifts.nobody"), *desk.say("shifts.nobody.bm").split()]  # missing on all seven
    assert (cells[2][0], cells[3][0]) == ([*bm, "◆", "2", "·", "fanta,", "kadia"], [*bm, "◆", "0", "·", "–"])
    assert cells[5][0] == ["=", *desk.say("shifts.as_usual").split()[:-1], f"{desk.say('shifts.as_usual').split()[-1]}.", *bm[4:]]
    fr = ["fr", "0", "·", desk.say("shifts.nobody"), *desk.say("shifts.nobody.fr").split()]  # missing on four days of seven
    assert (cells[0][1], cells[1][1], cells[4][1]) == ([*fr, *bm], ["fr", "1", "·", "oumou", *bm], [*fr, "bm", "1", "·", "nana"])
    assert "=" in cells[5][1]


def test_hours_that_nobody_took_are_taken_by_one_tap(desk: Desk) -> None:
    """Soonest first, in languages of hers alone; they are in her plan, and who comes after is thanked."""
    clear(desk)
    with desk.line.real_store.write() as tx:
        tx.shifts.add(Shift(AWA, None, 480, 1080))
    awa, oumou = desk.browser("awa"), desk.browser("oumou")
    page = awa.open("/console/shifts")
    oumou.open("/console/shifts")
    asked = re.search(r'<h2 id="miss">.*?</section>', page, re.DOTALL)
    assert asked is not None
    assert "mardi 24/11 18:00–21:00" in asked[0]
    assert desk.say("shifts.short.bm") not in asked[0]
    assert 7 == asked[0].count("<button")
    hours = {"day": "2026-11-24", "from": "18:00", "to": "21:00"}
    page = awa.send("/console/shifts/take", **hours)
    assert desk.say("shifts.told.took") in page
    assert Shift(AWA, None, 1080, 1260, TODAY) in shifts(desk)
    assert "mardi 24/11 18:00–21:00</span>" not in page
    assert desk.say("shifts.told.overtaken") in oumou.send("/console/shifts/take", **hours)
    assert [] == shifts(desk, "oumou")


def test_a_supervisor_takes_hours_that_nobody_watches(desk: Desk) -> None:
    """Where the line needs one; of hours without a counselor nothing is offered to a supervisor."""
    desk.line.rule(replace(RULES, supervised=True))
    desk.install(desk.room.settings)
    clear(desk)
    fanta = desk.browser("fanta")
    assert desk.say("shifts.short.supervision") in fanta.open("/console/shifts").partition('id="miss"')[2].partition("</section>")[0]
    fanta.send("/console/shifts/take", day="2026-11-25", **{"from": "08:00", "to": "12:00"})
    assert [Shift(IDS["fanta"], None, 480, 720, TODAY + 1)] == shifts(desk, "fanta")


def test_hours_that_were_never_offered_are_not_taken(desk: Desk) -> None:
    """A night, a day that is over, hours that are hers already: nothing changes, and it is said."""
    before = shifts(desk)
    awa = desk.browser("awa")
    awa.open("/console/shifts")
    form = awa.hidden("/console/shifts/plan")
    for fields in ({"day": "2026-11-25", "from": "22:00", "to": "23:00"}, {"day": "2026-11-25", "from": "08:00", "to": "12:00"}):
        answer = awa.client.post("/console/shifts/take", data=form | {"once": fields["from"]} | fields)
        assert "/console/shifts?overtaken=" == answer.location
    assert 400 == awa.client.post("/console/shifts/take", data=form | {"once": "3", "day": "2026-11-23"}).status_code
    assert before == shifts(desk)


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
    browser.open("/console/off")
    page = browser.send("/console/off")
    assert desk.staff("awa").off_until is not None
    assert desk.say("care.two_minutes") in page
    browser.open("/console/shifts")
    begins, ends = 'action="/console/on"', 'href="/console/off"'
    assert (True, False) == (begins in browser.page, ends in browser.page)
    browser.send("/console/on")
    assert (None, TEN_O_CLOCK + 8 * 3600) == (desk.staff("awa").off_until, desk.staff("awa").on_until)
    page = browser.open("/console/shifts")
    assert (False, True) == (begins in page, ends in page)


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
    assert desk.say("queue.end.closes") in browser.open("/console/off")
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
