"""What is erased, or made coarser, once its time is over. The periods are settings, or stand in `hotline/retention.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Table, Update, and_, bindparam, case, delete, func, or_, select, update

from hotline.adapters.sql.calls.callbacks import Answers
from hotline.adapters.sql.calls.numbers import ITS_END
from hotline.adapters.sql.desk.cases import REFERRAL, CaseRows
from hotline.adapters.sql.tables import (
    OPEN,
    alarms,
    callbacks,
    calls,
    comments,
    consents,
    declarations,
    drafts,
    exceptions,
    failures,
    incidents,
    invites,
    ledger,
    legal_tallies,
    metadata,
    notes,
    numbers,
    offers,
    outbox,
    pranks,
    referral_tallies,
    referrals,
    reviews,
    rings,
    safer_tallies,
    sign_ins,
    staff_rings,
    stops,
    tallies,
    time_requests,
    tries_tallies,
    turned_away,
    wait_tallies,
)
from hotline.adapters.sql.unit import AT, THIS, insert_new
from hotline.engine.casework.call_outcomes import TALKED
from hotline.engine.quarters import first_of_month, quarter_of
from hotline.engine.times import DAY_HOURS, DAY_SECONDS, HOUR_SECONDS, hour
from hotline.ports.desk.cases import FIGURES, Consent
from hotline.ports.upkeep.retention import Periods, Swept
from hotline.retention import KEY_SECONDS, RING_SECONDS, RUNG_SECONDS

_c = callbacks.c
_OVER: Final = or_(_c.closed_at <= AT, and_(_c.closed_at.is_(None), _c.not_after <= AT))
_HOW: Final = case((and_(_c.outcome.is_(None), _c.attempts > 0), "unsaid"), else_=func.coalesce(_c.outcome, ""))
"""How it ended; `unsaid`: somebody rang, so that the promise was kept, and nobody said how that ended."""
_GONE: Final = select((_c.made_at // DAY_SECONDS).label("day"), _c.language, _c.urgent, _c.state, _HOW.label("how")).where(_OVER).subquery()
_OVER_IDS: Final = select(_c.id).where(_OVER)
_UNTIED: Final = select(incidents.c.id, incidents.c.day, incidents.c.callback).where(
    incidents.c.figures, incidents.c.callback.in_(_OVER_IDS)
)
_CONSENTS: Final = select(consents.c.callback, consents.c.sealed).where(consents.c.callback.in_(_OVER_IDS))
_REFERRED: Final = select(*REFERRAL).where(referrals.c.callback.in_(_OVER_IDS), referrals.c.revoked.is_(False))
_COARSEN: Final = update(incidents).where(incidents.c.id == THIS).values(day=bindparam("month"))
_RUNG: Final = select((_c.made_at // DAY_SECONDS).label("day"), _c.urgent, _c.id, _c.sealed, _c.attempts, _c.outcome).where(
    _OVER, or_(_c.attempts > 0, _c.other_phone, _c.outcome.is_not(None))
)
WAITS: Final = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 360, 720, 1440)
"""Minutes to which a wait is rounded up that is counted for good; longer ones go by the day."""
_LEAVING: Final = select(*_GONE.c, func.count()).group_by(*_GONE.c)
_t = turned_away.c
_BY_HOUR: Final = (_t.hour * HOUR_SECONDS <= AT, _t.hour % DAY_HOURS != 0)
_HOURS: Final = (
    select((_t.hour // 24).label("day"), _t.language, _t.urgency, _t.missing, func.sum(_t["count"]))
    .where(*_BY_HOUR)
    .group_by("day", _t.language, _t.urgency, _t.missing)
)
_DROP_HOURS: Final = delete(turned_away).where(*_BY_HOUR)
_PURGE: Final = {
    "facts": update(ledger).where(ledger.c.until <= AT, ledger.c.sealed.is_not(None)).values(sealed=None),
    "keys": delete(ledger).where(ledger.c.until <= AT),
    "stops": delete(stops).where(stops.c.until <= AT),
    "numbers": delete(numbers).where(ITS_END <= AT),
    # Once their callback is gone no page leads to them, and the caller cannot take them back: what the caller let count stays, and what is still looked at.
    "incidents": delete(incidents).where(incidents.c.figures.is_(False), incidents.c.callback.in_(_OVER_IDS)),
    "callbacks": delete(callbacks).where(_OVER),
    "referrals": delete(referrals).where(
        referrals.c.callback.is_(None), or_(referrals.c.look_again.is_(None), referrals.c.revoked, referrals.c.look_again <= AT)
    ),
    "replies": delete(outbox).where(outbox.c.kind == "reply", outbox.c.state != "sending", outbox.c.not_after <= AT),
    "outbox": delete(outbox).where(
        or_(and_(outbox.c.state.not_in(("pending", "sending")), outbox.c.changed_at <= AT), outbox.c.not_after <= AT)
    ),
}
_STAFF: Final = {
    "failures": delete(failures).where(failures.c.at <= AT),
    "invites": delete(invites).where(invites.c.until <= AT),
    "sign_ins": delete(sign_ins).where(sign_ins.c.seen_at <= AT),
    "drafts": delete(drafts).where(drafts.c.until <= AT),
    "rings": delete(rings).where(rings.c.at <= AT),
    "staff_rings": delete(staff_rings).where(staff_rings.c.placed_at <= AT),
    "pranks": delete(pranks).where(pranks.c.at <= AT),
    "time_requests": delete(time_requests).where(time_requests.c.seen_at <= AT),
    "comments": delete(comments).where(comments.c.at <= AT),
    "declarations": delete(declarations).where(declarations.c.end * 60 <= AT),
    "exceptions": delete(exceptions).where(exceptions.c.day * DAY_SECONDS <= AT),
}
"""What goes by itself, after its moment."""


def _staff_after(periods: Periods) -> dict[str, int]:
    """How many seconds after."""
    return {
        "failures": periods.failure_hours * HOUR_SECONDS,
        "invites": 0,
        "sign_ins": periods.sign_in_hours * HOUR_SECONDS,
        "drafts": 0,
        "rings": RING_SECONDS,
        "staff_rings": RING_SECONDS,
        "pranks": periods.prank_days * DAY_SECONDS,
        "time_requests": periods.time_request_hours * HOUR_SECONDS,
        "comments": periods.comment_days * DAY_SECONDS,
        "declarations": periods.declaration_days * DAY_SECONDS,
        "exceptions": periods.declaration_days * DAY_SECONDS,
    }


_PAST_ALARMS: Final = delete(alarms).where(alarms.c.callback.not_in(select(_c.id).where(_c.state.in_(("waiting", "claimed")))))
"""Nobody waits, or talks, any more."""
_CLOSED: Final = and_(_c.state.not_in(OPEN), _c.closed_at <= AT)


def _coarsen(step: int, table: Table, *names: str, also: tuple[ColumnElement[bool], ...] = ()) -> Update:
    """Of these moments of callbacks that closed by `at_` no more is left than the whole `step`."""
    moments = [table.c[name] for name in names]
    is_closed = _CLOSED if table is callbacks else select(_c.id).where(_c.id == table.c.callback, _CLOSED).correlate(table).exists()
    is_finer = or_(*(moment % step != 0 for moment in moments))
    return update(table).where(is_finer, *also, is_closed).values({moment.key: moment - moment % step for moment in moments})


_WAS_HUNG_UP: Final = or_(calls.c.state == "ended", calls.c.placed_at <= AT - DAY_SECONDS)
"""A call may outlast its callback, and its rules know it by its moments."""
_COARSER: Final = {
    step: (
        # The callbacks last: the others are found by when they closed.
        _coarsen(step, offers, "at"),
        _coarsen(step, calls, "placed_at", "dialed_at", "ended_at", "covered_at", also=(_WAS_HUNG_UP,)),
        _coarsen(step, reviews, "at", "decided_at"),
        _coarsen(step, notes, "at"),
        update(pranks).where(pranks.c.at % step != 0, pranks.c.at <= AT).values(at=pranks.c.at - pranks.c.at % step),
        _coarsen(step, callbacks, "made_at", "opens_at", "not_after", "claimed_at", "closed_at"),
    )
    for step in (HOUR_SECONDS, DAY_SECONDS)
}
_SIZES: Final = {table.name: select(func.count()).select_from(table) for table in metadata.sorted_tables}
_FORGET_CAUSE: Final = update(staff_rings).where(staff_rings.c.placed_at <= AT, staff_rings.c.callback.is_not(None)).values(callback=None)
_FORGET_SPAN: Final = update(calls).where(calls.c.dialed_at < AT, calls.c.sealed_span.is_not(None)).values(sealed_span=None)


class SqlRetention(CaseRows):
    __slots__ = ()

    def swept_by_purge(self, at: int, periods: Periods) -> tuple[Swept, ...]:
        before = self._sizes()
        coarsened = self._purge(at, periods)
        after = self._sizes()
        found = (Swept(str(name), max(before[name] - after[name], 0), coarsened[name]) for name in sorted(before))
        return tuple(swept for swept in found if swept.gone or swept.coarsened)

    def _sizes(self) -> dict[str, int]:
        return {name: int(self._value(size)) for name, size in _SIZES.items()}

    def add_past(self, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Counts of callbacks that are gone, by table, for the demo, whose past never was; what stands of the same key stays."""
        for name, values in rows.items():
            if values:
                self._connection.execute(insert_new(self._dialect, metadata.tables[name]), list(values))

    def purge(self, at: int, periods: Periods) -> None:
        self._purge(at, periods)

    def _purge(self, at: int, periods: Periods) -> Counter[str]:
        """A callback or message that nobody ever ended counts as ended at its `not_after`, so that a forgotten one keeps no number either.
        Attempts, offers and calls go with their callback, of which only a count by day is left. Of codes those stay that the caller let count, by
        their month, so that a day and a region among few calls do not tell which call it was. Of the moments of what is closed the hour stays, and
        some days (`HOTLINE_HOUR_DAYS`) the day. Returns of how many rows, by table, something became coarser."""
        callbacks_over = at - periods.callback_days * DAY_SECONDS
        moments = {
            "keys": at - KEY_SECONDS,
            "stops": at,
            "numbers": at - periods.number_hours * HOUR_SECONDS,
            "incidents": callbacks_over,
            "callbacks": callbacks_over,
            "referrals": at // DAY_SECONDS - periods.forgotten_days,
            "replies": at,  # they carry a caller's number, which is kept for nothing
            "outbox": at - periods.outbox_hours * HOUR_SECONDS,
        }
        for day, language, urgent, state, outcome, count in self._rows(_LEAVING, at_=callbacks_over):
            self._count(tallies, day=day, language=language, urgent=urgent, state=state, outcome=outcome, count=count)
        self._count_calls(callbacks_over)
        self._count_cases(callbacks_over)
        old = at - periods.hour_days * DAY_SECONDS
        for day, language, urgency, missing, count in self._rows(_HOURS, at_=old):
            self._count(turned_away, hour=day * DAY_HOURS, language=language, urgency=urgency, missing=missing, count=count)
        self._change(_DROP_HOURS, at_=old)
        coarsened = Counter(ledger=self._change(_PURGE["facts"], at_=at))
        for what, moment in moments.items():
            self._change(_PURGE[what], at_=moment)
        for what, after in _staff_after(periods).items():
            self._change(_STAFF[what], at_=at - after)
        self._change(_PAST_ALARMS)
        for step, moment in ((HOUR_SECONDS, at), (DAY_SECONDS, old)):
            for coarsen in _COARSER[step]:
                coarsened[str(coarsen.entity_description["name"])] += self._change(coarsen, at_=moment)
        coarsened["calls"] += self._change(_FORGET_SPAN, at_=hour(at - RING_SECONDS))
        coarsened["staff_rings"] += self._change(_FORGET_CAUSE, at_=at - RUNG_SECONDS)
        self.swept = True
        return coarsened

    def _count_calls(self, over: int) -> None:
        """What of calls lies sealed, of callbacks that go now: waits, how often they were rung, what was said of safety."""
        for day, urgent, id, sealed, attempts, outcome in self._rows(_RUNG, at_=over):
            answers = self._unpack(_c.sealed, id, sealed, Answers)
            if answers.waited is not None:
                self._count(wait_tallies, day=day, urgent=urgent, minutes=_rounded(answers.waited), count=1)
            if outcome is not None:
                self._count(tries_tallies, month=first_of_month(day), tries=attempts, ending=outcome, count=1)
            if outcome in TALKED and answers.safer is not None:
                self._count(safer_tallies, month=first_of_month(day), answer=answers.safer, count=1)

    def _count_cases(self, over: int) -> None:
        """Incidents and referrals that count, by their month, where the consent for that stands as their callback goes."""
        given = {callback: self._consents(callback, sealed).get(FIGURES) for callback, sealed in self._rows(_CONSENTS, at_=over)}
        for incident, day, callback in self._rows(_UNTIED, at_=over):
            self._change(_COARSEN, this=incident, month=counted_in(day, given.get(callback)))
        for row in self._rows(_REFERRED, at_=over):
            referral = self._referral(*row)
            consent = given.get(referral.callback or "")
            if consent is None or consent.revoked_at is not None:
                continue
            month = counted_in(referral.day, consent)
            self._count(referral_tallies, month=month, kind=referral.kind, outcome=referral.outcome, count=1)
            if referral.legal is not None:
                self._count(legal_tallies, month=month, legal=referral.legal, count=1)


def counted_in(day: int, consent: Consent | None) -> int:
    """The month in which something counts: that of its day, unless the consent was given when that quarter's figures were due already, which
    then stand; then the consent's own."""
    agreed = day if consent is None else consent.given_at // DAY_SECONDS
    return first_of_month(agreed if agreed >= quarter_of(day).due else day)


def _rounded(minutes: int) -> int:
    longest = WAITS[-1]
    return next((most for most in WAITS if minutes <= most), -(-minutes // longest) * longest)
