"""The contract of `Casework`, held by SQLite and by PostgreSQL alike: codes that outlive their callback and are then tied to nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from hotline.ports.desk.cases import Consent, DueReferral, Incident, Referral
from hotline.ports.desk.staff import Staff
from hotline.settings import Rules
from tests.adapters.test_store import DAY, NOW, a_callback, id_of, keep

TODAY = NOW // DAY
HELD = a_callback(1, state="claimed", claimed_by=id_of(9))
CODES = Incident(id_of(11), HELD.id, TODAY, {"penetration": "no", "region": "segou"}, figures=False)


def a_referral(number: int, **changes) -> Referral:
    return replace(Referral(id_of(number), HELD.id, "health", "one-stop-x", "referred", None, None, None, TODAY), **changes)


@pytest.fixture
def worked(store):
    keep(store, HELD)
    with store.write() as t:
        t.cases.save_incident(CODES)
        t.cases.save_consent(HELD.id, Consent("record", NOW))
        t.cases.save_note(HELD.id, "Dit que demain", NOW)
    return store


def test_an_incident_is_replaced_and_dropped(worked) -> None:
    """One a callback: what is written again stands in the place of what stood; dropped, nothing is left."""
    newer = replace(CODES, codes={"penetration": "yes"}, figures=True)
    with worked.write() as t:
        t.cases.save_incident(newer)
        assert t.cases.incident_of(HELD.id) == newer
        t.cases.drop_incident(HELD.id)
        assert t.cases.incident_of(HELD.id) is None


def test_referrals_are_found_by_callback(worked) -> None:
    """In the order of their days, each as it was saved last; one that is dropped is gone."""
    first, second = a_referral(21), a_referral(22, kind="legal", legal="undecided", slip="KMT4172", sent=True, day=TODAY + 1)
    with worked.write() as t:
        t.cases.save_referral(second)
        t.cases.save_referral(first)
        t.cases.save_referral(replace(first, outcome="declined"))
        assert t.cases.referrals(HELD.id) == (replace(first, outcome="declined"), second)
        assert t.cases.referral(second.id) == second
        t.cases.drop_referral(second.id)
        assert t.cases.referral(second.id) is None


def test_what_is_looked_at_again(worked) -> None:
    """Due on the day or before and not taken back, oldest first, no more than asked; with whose it is, as long as the callback's row is there.

    Asked for one of the staff: hers, and those that are nobody's any more.
    """
    later = a_referral(31, look_again=TODAY)
    sooner = a_referral(32, look_again=TODAY - 1)
    orphan = a_referral(33, callback=None, look_again=TODAY - 2)
    with worked.write() as t:
        for referral in (
            later,
            sooner,
            orphan,
            a_referral(34, look_again=TODAY + 1),
            a_referral(35, look_again=TODAY, revoked=True),
            a_referral(36),
        ):
            t.cases.save_referral(referral)
        t.staff.save(Staff(id_of(9), "awa", "counselor", "+22370000101", "fr", ("fr",)))
    with worked.read() as t:
        assert t.cases.referrals_due(TODAY, 10) == (
            DueReferral(orphan, None, None),
            DueReferral(sooner, HELD.reference, "awa"),
            DueReferral(later, HELD.reference, "awa"),
        )
        assert t.cases.referrals_due(TODAY, 10, id_of(9)) == t.cases.referrals_due(TODAY, 10)
        assert t.cases.referrals_due(TODAY, 10, id_of(8)) == (DueReferral(orphan, None, None),)
        assert [due.referral for due in t.cases.referrals_due(TODAY, 1)] == [orphan]


def test_a_consent_is_given_and_taken_back(worked) -> None:
    """By kind; the newest word on each counts."""
    back = Consent("record", NOW, NOW + 60)
    with worked.write() as t:
        t.cases.save_consent(HELD.id, back)
        t.cases.save_consent(HELD.id, Consent("figures", NOW))
        assert t.cases.consents(HELD.id) == {"record": back, "figures": Consent("figures", NOW)}


def test_codes_outlive_the_callback_untied(worked) -> None:
    """When the callback's row goes, its consents and note go with it. Codes that she let count stay, by their month, and what somebody still
    looks at again: neither names a callback."""
    to_look = a_referral(41, look_again=TODAY + 50)
    with worked.write() as t:
        t.cases.save_incident(replace(CODES, figures=True))
        t.cases.save_referral(to_look)
        t.cases.save_referral(a_referral(42))
        t.cases.save_referral(a_referral(43, look_again=TODAY + 50, revoked=True))
        t.callbacks.save(replace(HELD, state="closed", closed_at=NOW))
    with worked.write() as t:
        t.retention.purge(NOW + 40 * DAY, Rules())
    with worked.read() as t:
        assert t.callbacks.get(HELD.id) is None
        assert t.cases.consents(HELD.id) == {}
        assert t.cases.note(HELD.id) is None
        assert t.cases.referral(to_look.id) == replace(to_look, callback=None)
        assert [t.cases.referral(id_of(number)) for number in (42, 43)] == [None, None]
        rows = t._connection.exec_driver_sql("SELECT id, callback, day FROM incidents").all()
        month = (date(1970, 1, 1) + timedelta(days=TODAY)).replace(day=1)
        assert [tuple(row) for row in rows] == [(CODES.id, None, (month - date(1970, 1, 1)).days)]


def test_codes_that_may_not_count_go_with_the_callback(worked) -> None:
    """Nobody could show them, she could not take them back, and they are good for nothing."""
    with worked.write() as t:
        t.callbacks.save(replace(HELD, state="closed", closed_at=NOW))
    with worked.write() as t:
        t.retention.purge(NOW + 29 * DAY, Rules())
        assert t.cases.incident_of(HELD.id) == CODES
    with worked.write() as t:
        t.retention.purge(NOW + 30 * DAY, Rules())
        assert t._connection.exec_driver_sql("SELECT count(*) FROM incidents").scalar() == 0


def test_a_referral_that_nobody_looks_at_goes(worked) -> None:
    """Tied to nothing, it waits 90 days for whoever looks."""
    forgotten = a_referral(51, callback=None, look_again=TODAY)
    with worked.write() as t:
        t.cases.save_referral(forgotten)
        t.retention.purge(NOW + 89 * DAY, Rules())
        assert t.cases.referral(forgotten.id) == forgotten
        t.retention.purge(NOW + 90 * DAY, Rules())
        assert t.cases.referral(forgotten.id) is None
