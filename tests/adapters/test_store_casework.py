"""The contract of `Casework`, held by SQLite and by PostgreSQL alike: codes that outlive their callback and are then tied to nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.casework import Consent, Due, Incident, Referral
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
        t.save_incident(CODES)
        t.save_consent(HELD.id, Consent("record", NOW))
        t.save_note(HELD.id, "Dit que demain", NOW)
    return store


def test_an_incident_is_replaced_and_dropped(worked) -> None:
    """One a callback: what is written again stands in the place of what stood; dropped, nothing is left."""
    newer = replace(CODES, codes={"penetration": "yes"}, figures=True)
    with worked.write() as t:
        t.save_incident(newer)
        assert t.incident_of(HELD.id) == newer
        t.drop_incident(HELD.id)
        assert t.incident_of(HELD.id) is None


def test_referrals_are_found_by_callback(worked) -> None:
    """In the order of their days, each as it was saved last; one that is dropped is gone."""
    first, second = a_referral(21), a_referral(22, kind="legal", legal="undecided", slip="KMT4172", sent=True, day=TODAY + 1)
    with worked.write() as t:
        t.save_referral(second)
        t.save_referral(first)
        t.save_referral(replace(first, outcome="declined"))
        assert t.referrals(HELD.id) == (replace(first, outcome="declined"), second)
        assert t.referral(second.id) == second
        t.drop_referral(second.id)
        assert t.referral(second.id) is None


def test_what_is_looked_at_again(worked) -> None:
    """Due on the day or before and not taken back, oldest first, no more than asked; with whose it is, as long as the callback's row is there."""
    later = a_referral(31, look_again=TODAY)
    sooner = a_referral(32, look_again=TODAY - 1)
    orphan = a_referral(33, callback=None, look_again=TODAY - 2)
    with worked.write() as t:
        for each in (
            later,
            sooner,
            orphan,
            a_referral(34, look_again=TODAY + 1),
            a_referral(35, look_again=TODAY, revoked=True),
            a_referral(36),
        ):
            t.save_referral(each)
    with worked.read() as t:
        assert t.referrals_due(TODAY, 10) == (
            Due(orphan, None, None),
            Due(sooner, HELD.reference, HELD.claimed_by),
            Due(later, HELD.reference, HELD.claimed_by),
        )
        assert [due.referral for due in t.referrals_due(TODAY, 1)] == [orphan]


def test_a_consent_is_given_and_taken_back(worked) -> None:
    """By kind; the newest word on each counts."""
    back = Consent("record", NOW, NOW + 60)
    with worked.write() as t:
        t.save_consent(HELD.id, back)
        t.save_consent(HELD.id, Consent("figures", NOW))
        assert t.consents(HELD.id) == {"record": back, "figures": Consent("figures", NOW)}


def test_codes_outlive_the_callback_untied(worked) -> None:
    """When the callback's row goes, its consents and note go with it; codes and referrals stay, and name no callback."""
    with worked.write() as t:
        t.save_referral(a_referral(41))
        t.save_callback(replace(HELD, state="closed", closed_at=NOW))
    with worked.write() as t:
        t.purge(NOW + 40 * DAY, DAY, 30 * DAY, DAY)
    with worked.read() as t:
        assert t.callback(HELD.id) is None
        assert t.consents(HELD.id) == {}
        assert t.note(HELD.id) is None
        assert t.referral(id_of(41)) == a_referral(41, callback=None)
        rows = t._connection.exec_driver_sql("SELECT id, callback FROM incidents").all()
        assert [tuple(row) for row in rows] == [(CODES.id, None)]
