"""The contract of `ports.figures.Figures`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import text

from hotline.adapters.sql import SqlStore
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.desk.cases import Consent, Incident, Referral
from hotline.ports.figures.figures import OfferedHours, Tally, WaitingNow
from hotline.ports.figures.releases import FigureTable, HiddenCell, Release
from hotline.settings import Rules
from tests.adapters.test_store import DAY, HERS, HOUR, a_callback, id_of

TODAY = 20_781
NOON = TODAY * DAY + 12 * HOUR


def made(number: int, at: int, **fields: object) -> Callback:
    return a_callback(number, made_at=at, opens_at=at, not_after=at + HOUR, **fields)


def put(store: SqlStore, *callbacks: Callback) -> None:
    with store.write() as tx:
        for callback in callbacks:
            tx.callbacks.add(callback, HERS)


def test_tallied(store: SqlStore) -> None:
    """Of the days that were asked for, the first among them and the last not; whether anybody rang is told apart from how it ended."""
    put(
        store,
        made(1, NOON, state="closed", closed_at=NOON, attempts=1, outcome="spoke"),
        made(2, NOON + 1, state="closed", closed_at=NOON, attempts=2, outcome="spoke"),
        made(3, NOON, state="lapsed", closed_at=NOON),
        made(4, NOON, state="claimed", attempts=1),
        made(5, NOON - DAY, state="lapsed", closed_at=NOON),
        made(6, NOON + DAY, state="lapsed", closed_at=NOON),
    )
    with store.read() as tx:
        assert {
            Tally("fr", False, "closed", "spoke", 1, 1),
            Tally("fr", False, "closed", "spoke", 2, 1),
            Tally("fr", False, "lapsed", None, 0, 1),
            Tally("fr", False, "claimed", None, 1, 1),
        } == set(tx.figures.tallied((TODAY, TODAY + 1))[0])
        assert {"closed": True, "lapsed": False, "claimed": True} == {
            tally.state: tally.rung for tally in tx.figures.tallied((TODAY, TODAY + 1))[0]
        }


def test_week_by_week(store: SqlStore) -> None:
    """Kept, missed and waited, each in its week; no less when the rows are gone."""
    put(
        store,
        made(1, NOON, state="closed", closed_at=NOON, attempts=1, outcome="spoke", waited=7),
        made(2, NOON + 6 * DAY, state="closed", closed_at=NOON, attempts=1, outcome="no_answer", waited=9),
        made(3, NOON, state="lapsed", closed_at=NOON),
        made(4, NOON + 7 * DAY, state="lapsed", closed_at=NOON),
        made(5, NOON - DAY, state="lapsed", closed_at=NOON),
        made(6, NOON + 14 * DAY, state="lapsed", closed_at=NOON),
        made(7, NOON, state="stopped", closed_at=NOON),
    )
    with store.write() as tx:
        weeks = ((TODAY, TODAY + 7), (TODAY + 7, TODAY + 14))
        assert [{(False, 7): 1, (False, 9): 1}, {}] == [said.waits for said in tx.figures.said(*weeks)]
        before = _rung_and_lapsed(tx, *weeks, (TODAY, TODAY + 14))
        tx.retention.purge(NOON + 60 * DAY, Rules())
        assert [(2, 1), (0, 1), (2, 2)] == before == _rung_and_lapsed(tx, *weeks, (TODAY, TODAY + 14))
        assert [2, 2, 0] == [sum(said.waits.values()) for said in tx.figures.said((TODAY, TODAY + 14), *weeks)]


def _rung_and_lapsed(tx, *spans) -> list[tuple[int, int]]:
    return [
        (sum(tally.count for tally in tallies if tally.rung), sum(tally.count for tally in tallies if tally.state == "lapsed"))
        for tallies in tx.figures.tallied(*spans)
    ]


def test_what_is_gone_still_counts(store: SqlStore) -> None:
    """When its row went, a callback counts by its day, and as rung, whether or not somebody said how the call ended."""
    put(
        store,
        made(1, NOON, state="closed", closed_at=NOON, attempts=1, outcome="spoke"),
        made(2, NOON, state="lapsed", closed_at=NOON),
        made(3, NOON, state="closed", closed_at=NOON, attempts=1),
    )
    with store.write() as tx:
        before = tx.figures.tallied((TODAY, TODAY + 1))[0]
        tx.retention.purge(NOON + 40 * DAY, Rules())
        assert None is tx.callbacks.get(id_of(1))
        after = tx.figures.tallied((TODAY, TODAY + 1))[0]
        assert [0, 0, 0] == [tally.attempts for tally in after]
        gone = {(tally.state, tally.outcome or (tally.attempts and "unsaid") or None, tally.rung) for tally in before}
        assert gone == {(tally.state, tally.outcome, tally.rung) for tally in after}
        assert () == tx.figures.tallied((TODAY + 1, TODAY + 2))[0] == tx.figures.tallied((TODAY - 1, TODAY))[0]


def test_tries_and_answers(store: SqlStore) -> None:
    """How many tries went with which ending, and what was answered, of these days alone."""
    put(
        store,
        made(1, NOON, state="closed", closed_at=NOON, attempts=1, outcome="spoke", safer="safer"),
        made(2, NOON, state="closed", closed_at=NOON, attempts=1, outcome="spoke"),
        made(3, NOON, state="closed", closed_at=NOON, attempts=3, outcome="no_answer"),
        made(4, NOON),
        made(5, NOON - DAY, state="closed", closed_at=NOON, attempts=1, outcome="spoke", safer="less_safe"),
    )
    with store.read() as tx:
        assert {(1, "spoke"): 2, (3, "no_answer"): 1, (0, None): 1} == {
            (tally.attempts, tally.outcome): tally.count for tally in tx.figures.tallied((TODAY, TODAY + 1))[0]
        }
        assert {"safer": 1} == tx.figures.said((TODAY, TODAY + 1))[0].safer


def test_referrals_count_with_consent(store: SqlStore) -> None:
    """Only while she agrees that hers count; without an answer, after she took it back, and once nothing ties them to her, they do not."""
    put(store, *(made(number, NOON + number) for number in (1, 2, 3)))
    with store.write() as tx:
        for number in (1, 2, 3):
            for kind in ("health", "police"):
                tx.cases.save_referral(
                    Referral(f"{number}{kind}".ljust(32, "0"), id_of(number), kind, None, "referred", None, None, None, TODAY)
                )
        tx.cases.save_consent(id_of(1), Consent("figures", NOON))
        tx.cases.save_consent(id_of(2), Consent("figures", NOON, NOON + 9))
        tx.cases.save_consent(id_of(3), Consent("again", NOON))
        assert {"referred": 2} == tx.figures.referral_outcomes(TODAY, TODAY + 1)
        assert {} == tx.figures.referral_outcomes(TODAY + 1, TODAY + 2)


def test_waiting_now(store: SqlStore) -> None:
    """By language, in windows that are open, the longest from when its window opened."""
    put(
        store,
        made(1, NOON, urgent=True),
        made(2, NOON + 60),
        made(3, NOON, language="bm"),
        made(4, NOON, state="claimed"),
        a_callback(5, made_at=NOON, opens_at=NOON + HOUR, not_after=NOON + 2 * HOUR),
        a_callback(6, made_at=NOON - 3 * HOUR, opens_at=NOON - 3 * HOUR, not_after=NOON),
        a_callback(7, language="bm", made_at=NOON - HOUR, opens_at=NOON - 60, not_after=NOON + HOUR),
    )
    with store.read() as tx:
        assert (WaitingNow("bm", 2, 0, NOON - 60), WaitingNow("fr", 2, 1, NOON)) == tx.figures.waiting_now(NOON + 120)
        assert () == tx.figures.waiting_now(NOON + 9 * HOUR)


MONTH = 20_758
"""1 November 2026; TODAY is the 24th."""


def test_rung_after_the_end(store: SqlStore) -> None:
    """Counted are calls that went to a caller's phone after the last end of all that they were for: to the second while that is open, later by the hour that
    is left of both."""
    ends = NOON + HOUR
    put(
        store,
        made(1, NOON, state="claimed", call=id_of(11)),  # rung in time
        made(2, NOON, state="claimed", call=id_of(12)),  # a second late
        made(3, NOON, state="claimed", call=id_of(13)),  # late for itself, in time for the other
        made(4, NOON + HOUR, state="claimed", call=id_of(13)),
        made(5, NOON, state="closed", closed_at=NOON, call=id_of(15)),  # within the hour that is left of the end
        made(6, NOON, state="closed", closed_at=NOON, call=id_of(16)),  # an hour after
    )
    dialed = {11: ends, 12: ends + 1, 13: ends + 60, 15: ends + HOUR - 1, 16: ends + HOUR}
    with store.write() as tx:
        for number, at in dialed.items():
            tx.calls.add(Call(id_of(number), id_of(number - 10), "a" * 32, "ended", at, dialed_at=at, ended_at=at))
        assert 2 == tx.figures.rung_late(TODAY, TODAY + 1)
        assert 0 == tx.figures.rung_late(TODAY + 1, TODAY + 2)


def test_what_goes_with_its_callback_is_counted_by_month(store: SqlStore) -> None:
    """In the transaction that deletes it: tries with their ending, what was said of safety; before and after, the same is counted.

    Who was asked and would not say is *unknown*; who was not asked is in no count of answers."""
    put(
        store,
        made(1, NOON, state="closed", closed_at=NOON, attempts=2, outcome="spoke", safer="safer"),
        made(2, NOON, state="closed", closed_at=NOON, attempts=1, outcome="could_not_talk"),
        made(5, NOON, state="closed", closed_at=NOON, attempts=2, outcome="spoke", safer="unknown"),
        made(3, NOON, state="closed", closed_at=NOON, attempts=3, outcome="someone_else"),
        made(4, NOON, state="lapsed", closed_at=NOON),
    )
    endings, said = {"spoke": 2, "could_not_talk": 1, "someone_else": 1}, {"safer": 1, "unknown": 1}
    with store.write() as tx:
        assert (endings, said) == (tx.figures.endings(MONTH, MONTH + 30), tx.figures.safety(MONTH, MONTH + 30))
        tx.retention.purge(NOON + 40 * DAY, Rules())
        assert (endings, said) == (tx.figures.endings(MONTH, MONTH + 30), tx.figures.safety(MONTH, MONTH + 30))
        assert ({}, {}) == (tx.figures.endings(MONTH + 30, MONTH + 60), tx.figures.safety(MONTH + 30, MONTH + 60))
        tries = tx.figures._rows(text("SELECT month, tries, ending, count FROM tries_tallies ORDER BY tries"))
    assert [(MONTH, 1, "could_not_talk", 1), (MONTH, 2, "spoke", 2), (MONTH, 3, "someone_else", 1)] == [tuple(row) for row in tries]


def test_referrals_are_counted_with_the_second_yes_alone(store: SqlStore) -> None:
    """Once nobody can take it back: of who said yes and left it so, by kind and outcome, and by what was wanted of the law; never twice."""
    put(store, *(made(number, NOON + number, state="closed", closed_at=NOON) for number in (1, 2, 3, 4)))
    with store.write() as tx:
        for number, looks_again in ((1, TODAY + 90), (2, None), (3, None), (4, None)):
            for kind, legal in (("health", None), ("police", "undecided")):
                tx.cases.save_referral(
                    Referral(f"{number}{kind}".ljust(32, "0"), id_of(number), kind, None, "declined", legal, looks_again, None, TODAY)
                )
        tx.cases.save_referral(replace(tx.cases.referral("4health".ljust(32, "0")), revoked=True))
        tx.cases.save_consent(id_of(1), Consent("figures", NOON))
        tx.cases.save_consent(id_of(2), Consent("figures", NOON, NOON + 9))
        tx.cases.save_consent(id_of(4), Consent("figures", NOON))
        assert {} == tx.figures.referrals_counted(MONTH, MONTH + 30)
        for days in (40, 41):
            tx.retention.purge(NOON + days * DAY, Rules())
            assert {("health", "declined"): 1, ("police", "declined"): 2} == tx.figures.referrals_counted(MONTH, MONTH + 30)
        legal = tx.figures._rows(text("SELECT month, legal, count FROM legal_tallies"))
    assert [(MONTH, "undecided", 2)] == [tuple(row) for row in legal]


def test_tied(store: SqlStore) -> None:
    """What is open, or counts and can be taken back, is not settled, and holds up what comes after it, since a late yes counts later; what nobody said yes to
    holds nothing up."""
    put(
        store,
        made(1, NOON, state="waiting"),
        made(2, NOON, state="closed", closed_at=NOON),
        made(3, NOON, state="closed", closed_at=NOON),
        made(4, NOON - 30 * DAY, state="waiting"),
    )
    with store.write() as tx:
        tx.cases.save_incident(Incident(id_of(2), id_of(2), TODAY, {"denial": "yes"}, figures=True))
        tx.cases.save_incident(Incident(id_of(3), id_of(3), TODAY, {"denial": "yes"}, figures=False))
        assert (2, 1) == (tx.figures.tied(MONTH, MONTH + 30), tx.figures.tied(MONTH + 30, MONTH + 60))
        assert NOON // DAY - 30 == tx.figures.first_day()
        tx.callbacks.save(replace(tx.callbacks.get(id_of(1)), state="closed", closed_at=NOON))
        tx.retention.purge(NOON + 40 * DAY, Rules())
        assert 0 == tx.figures.tied(MONTH, MONTH + 30)
        assert [(None, MONTH)] == [(found.callback, found.day) for found in tx.figures.incidents(MONTH, MONTH + 30)]


def test_a_release_never_changes(store: SqlStore) -> None:
    """However it is saved again: its tables and its digest stay, how it stands changes; what is hidden in it lies sealed."""
    table = FigureTable("types", ("rape", "total"), ("count",), ((None,), (53,)))
    release = Release(1, "2026-Q3", "prepared", (table,), NOON, "fanta", "d" * 64)
    hidden = (HiddenCell("types", "rape", "count", "few", 0, 9),)
    with store.write() as tx:
        tx.releases.save(release)
        tx.releases.save_hidden(1, hidden)
        changed = replace(release, tables=(), digest="e" * 64, period="2026", standing="released", released_at=NOON, released_by="awa")
        tx.releases.save(changed)
    with store.read() as tx:
        assert replace(release, standing="released", released_at=NOON, released_by="awa") == tx.releases.release(1)
        assert ((release.number,), hidden) == (tuple(found.number for found in tx.releases.releases()), tx.releases.hidden(1))
        assert (None, ()) == (tx.releases.release(2), tx.releases.hidden(2))


def test_hours_of_a_day_are_written_once(store: SqlStore) -> None:
    """What stands of a day stays, whatever is said of it later."""
    with store.write() as tx:
        tx.figures.note_hours(OfferedHours(TODAY, "fr", 600, 480))
        tx.figures.note_hours(OfferedHours(TODAY, "fr", 600, 0))
        tx.figures.note_hours(OfferedHours(TODAY + 1, "fr", 600, 600))
        assert (OfferedHours(TODAY, "fr", 600, 480),) == tx.figures.hours(TODAY, TODAY + 1)
