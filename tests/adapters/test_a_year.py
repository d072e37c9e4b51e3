"""A year and a new year pass by clock over a database with something of everything: each row goes, or becomes coarser, on its day; on both databases."""

from __future__ import annotations

from types import SimpleNamespace

from msgspec.structs import replace
from sqlalchemy import func, select

from hotline.adapters.sql.tables import calls, incidents, ledger, metadata, staff_rings, turned_away
from hotline.engine.quarters import first_of_month
from hotline.ports.calls.alarms import Alarm
from hotline.ports.calls.staff_rings import StaffRing
from hotline.ports.desk.care import TimeRequest
from hotline.ports.desk.cases import Referral
from hotline.ports.desk.declarations import Declaration
from hotline.ports.desk.shifts import Shift
from hotline.ports.figures.figures import TurnedAway
from hotline.service.upkeep.purging import age_audit
from hotline.settings import KeptFor, Rules
from tests.adapters.test_store import DAY, HOUR, NOW, id_of
from tests.adapters.test_store_sealed import finest, write_everything

RULES = Rules()
TODAY = NOW // DAY
MIDNIGHT = TODAY * DAY
"""To which the moments of what closed today are rounded down after a week."""
NEW_YEAR_2028, NEW_YEAR_2029 = 1_830_297_600, 1_861_920_000
GOES = {
    "rings": NOW + 13 + DAY,
    "sign_ins": NOW + DAY,
    "failures": NOW + DAY,
    "invites": NOW + 2 * HOUR,
    "drafts": NOW + HOUR,
    "staff_rings": NOW + DAY,
    "wants": NOW + DAY,
    "stops": NOW + DAY,
    "ledger": NOW + HOUR + DAY,
    "outbox": NOW + HOUR + DAY,
    "numbers": NOW + HOUR + DAY,
    "exceptions": MIDNIGHT + 2 * DAY,
    "declarations": (NOW // 60 + 60) * 60 + 2 * DAY,
    **dict.fromkeys(("notes", "offers", "calls"), MIDNIGHT + 30 * DAY),
    "pranks": MIDNIGHT + 30 * DAY,
    **dict.fromkeys(("callbacks", "consents", "reviews", "handed", "alarms"), NOW + HOUR + 30 * DAY),
    "referrals": MIDNIGHT + (1 + 90) * DAY,
    "comments": NOW + 365 * DAY,
    "audit": NEW_YEAR_2028,
}
"""By table when its last row goes. What closed today goes by midnight, what nobody ended by its own end, an hour from now."""
STAYS = {
    **dict.fromkeys(("staff", "shifts", "accounts", "ring_digits", "guesses"), "as long as somebody is of the team"),
    **dict.fromkeys(("editions", "proposals", "darkened", "readings", "authorships", "edition_drafts", "draft_parts"), "words, of nobody"),
    **dict.fromkeys(("tallies", "wait_tallies", "tries_tallies", "safer_tallies", "referral_tallies", "legal_tallies"), "counts"),
    **dict.fromkeys(("hour_tallies", "turned_away", "releases", "incidents"), "counts, or codes that may count"),
    **dict.fromkeys(("audit_head", "audit_base"), "where the audit ends and began"),
    **dict.fromkeys(("testimonies", "sharing_protocols"), "until somebody takes it back, and proof"),
    **dict.fromkeys(("clocks", "held", "backup_runs", "day_keys"), "of the machine, and taken away by what wrote it"),
}


def write_the_rest(store) -> None:
    """What `write_everything` leaves out of that has its time."""
    with store.write() as t:
        t.staff_rings.add(StaffRing(id_of(31), id_of(1), "offer", id_of(1), "placed", NOW))
        t.accounts.add_invite("a link", id_of(1), NOW, NOW + 2 * HOUR)
        request = TimeRequest(id_of(51), id_of(1), NOW)
        t.care.add(request)
        t.care.save(replace(request, seen_by=id_of(3), seen_at=NOW))
        t.shifts.add(Shift(id_of(1), None, 0, 1440, TODAY, off=True))
        t.declarations.add(Declaration("many", NOW // 60, NOW // 60 + 60))
        t.alarms.save(Alarm(id_of(1), "urgent", NOW))
        t.cases.save_referral(Referral(id_of(61), None, "legal", None, "referred", "undecided", TODAY + 1, None, TODAY))
        t.figures.turn_away(TurnedAway(NOW // HOUR, "fr", "soon", "nobody", 3))


def pass_to(store, at: int, periods: Rules = RULES) -> dict[str, int]:
    """What the clock does by this moment; and how many rows each table that empties then has."""
    with store.write() as t:
        t.retention.purge(at, periods)
    age_audit(SimpleNamespace(store=store, rules=periods), at)
    with store.read() as t:
        return {name: t._connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one() for name in GOES}


def value(store, column):
    with store.read() as t:
        return t._connection.execute(select(column).order_by(column)).scalars().first()


def test_every_table_has_its_time_or_a_reason():
    """A new table is thought of here, before it keeps something for good."""
    assert set(metadata.tables) == {*GOES, *STAYS}
    assert set() == GOES.keys() & STAYS.keys()


def test_every_row_goes_on_its_day(store):
    """The second before it is there, on the second it is gone; nothing that had its time is left after the new year that ends the audit's."""
    write_everything(store)
    write_the_rest(store)
    assert {} == {name: count for name, count in pass_to(store, NOW).items() if count == 0}
    for moment in sorted(set(GOES.values())):
        there, then = pass_to(store, moment - 1), pass_to(store, moment)
        due = {name for name, goes in GOES.items() if goes == moment}
        assert (moment, set()) == (moment, {name for name in due if there[name] == 0})
        assert (moment, set()) == (moment, {name for name in due if then[name] > 0})
    assert {0} == set(then.values())
    with store.read() as t:
        assert None is t.audit.broken_at()


def test_what_stays_a_while_becomes_coarser_on_its_day(store):
    """Facts, spans and causes go at their second; moments are hours once their callback closed, and days a week later; codes that count are a month's."""
    write_everything(store)
    write_the_rest(store)
    for column, goes in (
        (staff_rings.c.callback, NOW + 1800),
        (ledger.c.sealed, NOW + HOUR),
        (calls.c.sealed_span, (NOW + 13 + DAY) // HOUR * HOUR + HOUR),
    ):
        pass_to(store, goes - 1)
        assert (column.name, True) == (column.name, value(store, column) is not None)
        pass_to(store, goes)
        assert (column.name, None) == (column.name, value(store, column))
    assert HOUR in finest(store, "closed")
    assert 0 != value(store, turned_away.c.hour) % 24
    pass_to(store, NOW // HOUR * HOUR + 7 * DAY)
    assert {DAY} == finest(store, "closed")
    assert 0 == value(store, turned_away.c.hour) % 24
    pass_to(store, NOW + HOUR + 30 * DAY)
    # Agreed to when the figures of that day's own quarter stood already.
    assert first_of_month(TODAY) == value(store, incidents.c.day)


OTHER_PERIODS = {
    "number_hours": (1, "numbers", NOW + 2 * HOUR),
    "outbox_hours": (1, "outbox", NOW + 2 * HOUR),
    "time_request_hours": (1, "wants", NOW + HOUR),
    "failure_hours": (1, "failures", NOW + HOUR),
    "sign_in_hours": (12, "sign_ins", NOW + 12 * HOUR),
    "prank_days": (1, "pranks", (NOW + 31) // HOUR * HOUR + DAY),
    "callback_days": (1, "callbacks", NOW + HOUR + DAY),
    "declaration_days": (3, "declarations", (NOW // 60 + 60) * 60 + 3 * DAY),
    "forgotten_days": (40, "referrals", MIDNIGHT + 41 * DAY),
    "comment_days": (7, "comments", NOW + 7 * DAY),
    "audit_years": (2, "audit", NEW_YEAR_2029),
}
"""By setting: another value than it has by default, a table that it is about, and when the last row of that goes then."""
NOT_PURGED = {
    "hour_days": "takes no row: test_the_hour_is_left_as_long_as_the_operator_wants",
    "draft_hours": "told as it is kept: tests/console/test_drafts.py",
    "backup_days": "of files: tests/test_backup.py",
    "backup_weeks": "of files: tests/test_backup.py",
}


def test_no_period_is_left_untried():
    """A new setting of what is kept is thought of here, and no value is the default's, by which a purge that ignores it would go unseen."""
    assert {*OTHER_PERIODS, *NOT_PURGED} == {*KeptFor.__struct_fields__}
    assert [] == [name for name, (value, *_) in OTHER_PERIODS.items() if getattr(RULES, name) == value]
    assert [] == [name for name, (_, table, moment) in OTHER_PERIODS.items() if GOES[table] == moment]


def test_other_periods_are_obeyed(store):
    """Each is the operator's: a row of what it is about is there the second before, and gone on the second."""
    write_everything(store)
    write_the_rest(store)
    periods = replace(RULES, **{name: value for name, (value, *_) in OTHER_PERIODS.items()})
    for moment in sorted({moment for _, _, moment in OTHER_PERIODS.values()}):
        there, then = pass_to(store, moment - 1, periods), pass_to(store, moment, periods)
        due = {name: table for name, (_, table, goes) in OTHER_PERIODS.items() if goes == moment}
        assert dict.fromkeys(due, (True, 0)) == {name: (there[table] > 0, then[table]) for name, table in due.items()}


def test_the_hour_is_left_as_long_as_the_operator_wants(store):
    """Of the moments of what is closed, and of who met nobody."""
    write_everything(store)
    write_the_rest(store)
    periods = replace(RULES, hour_days=2)
    pass_to(store, NOW // HOUR * HOUR + 2 * DAY - 1, periods)
    assert (True, True) == (HOUR in finest(store, "closed"), value(store, turned_away.c.hour) % 24 != 0)
    pass_to(store, NOW // HOUR * HOUR + 2 * DAY, periods)
    assert ({DAY}, 0) == (finest(store, "closed"), value(store, turned_away.c.hour) % 24)
