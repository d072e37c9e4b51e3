"""The contract of `ports.accounts.Accounts`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

import pytest

from hotline.adapters.sql.desk.accounts import KEPT
from hotline.adapters.sql.tables import accounts, failures, invites, sign_ins
from hotline.ports.desk.accounts import Account, SignIn
from hotline.ports.desk.staff import Staff
from hotline.settings import Rules
from tests.adapters.test_store import DAY, HOUR, NOW, at_once, id_of

AWA, NANA = id_of(1), id_of(2)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def people(store) -> None:
    with store.write() as t:
        t.staff.save(Staff(AWA, "awa", "counselor", "+22370000101", "fr", ("fr",)))
        t.staff.save(Staff(NANA, "nana", "counselor", "+22370000102", "bm", ("bm",)))


def test_an_account_comes_back_as_it_was(store):
    """With and without a second factor; saved again it is replaced."""
    bare, full = Account(AWA, "hash"), Account(AWA, "other", SECRET, 59_850_480, ("aa" * 32, "bb" * 32))
    with store.write() as t:
        assert None is t.accounts.get(AWA)
        t.accounts.save(bare)
        assert bare == t.accounts.get(AWA)
        t.accounts.save(full)
        assert full == t.accounts.get(AWA)
        t.accounts.save(Account(NANA, "hash"))
        assert {AWA: True, NANA: False} == t.accounts.all()


def test_eight_recovery_codes_fit(store):
    """As many as are made, each a hash of 32 bytes."""
    account = Account(AWA, "hash", SECRET, 1, tuple(f"{n:064x}" for n in range(8)))
    with store.write() as t:
        t.accounts.save(account)
        assert account == t.accounts.get(AWA)


def test_no_secret_lies_in_the_open(store):
    """Neither the second factor nor a link, a cookie's token or what was tried stands in the tables."""
    with store.write() as t:
        t.accounts.save(Account(AWA, "hash", SECRET))
        t.accounts.add_invite("the-link", AWA, NOW, NOW + HOUR)
        t.accounts.add_sign_in("the-token", AWA, NOW)
        t.accounts.fail("the-key", NOW)
        lying = "".join(
            str(tuple(row)) for table in (accounts, invites, sign_ins, failures) for row in t._connection.execute(table.select())
        )
    assert [] == [secret for secret in (SECRET, "the-link", "the-token", "the-key") if secret in lying]


def test_an_account_goes_with_its_link(store):
    """Nothing is left that opens the door."""
    with store.write() as t:
        t.accounts.save(Account(AWA, "hash"))
        t.accounts.add_invite("hers", AWA, NOW, NOW + HOUR)
        t.accounts.add_invite("others", NANA, NOW, NOW + HOUR)
        t.accounts.drop(AWA)
        assert (None, None, NANA) == (t.accounts.get(AWA), t.accounts.invited("hers", NOW), t.accounts.invited("others", NOW))


def test_a_link_is_good_until_its_end_and_the_next(store):
    """A newer one of hers ends it; another's does not."""
    with store.write() as t:
        t.accounts.add_invite("first", AWA, NOW, NOW + HOUR)
        assert (AWA, AWA, None) == (
            t.accounts.invited("first", NOW),
            t.accounts.invited("first", NOW + HOUR - 1),
            t.accounts.invited("first", NOW + HOUR),
        )
        assert {AWA: NOW + HOUR} == t.accounts.invites(NOW)
        t.accounts.add_invite("second", AWA, NOW, NOW + HOUR)
        assert (None, AWA, None) == (
            t.accounts.invited("first", NOW),
            t.accounts.invited("second", NOW),
            t.accounts.invited("nobodys", NOW),
        )
        assert {} == t.accounts.invites(NOW + HOUR)


def test_a_link_is_used_by_one(store):
    """Of fifty who open it at the same moment one is let in."""
    with store.write() as t:
        t.accounts.add_invite("link", AWA, NOW, NOW + HOUR)

    def use(_: int) -> str | None:
        with store.write() as t:
            return t.accounts.use_invite("link", NOW)

    assert [AWA] == [result for result in at_once(use) if result]


def test_a_sign_in_is_known_until_it_is_dropped(store):
    """One browser, or all of hers; it says whether she has a second factor."""
    with store.write() as t:
        t.accounts.add_sign_in("one", AWA, NOW)
        t.accounts.add_sign_in("two", AWA, NOW)
        t.accounts.add_sign_in("others", NANA, NOW)
        t.accounts.touch_sign_in("one", NOW + 60)
        assert SignIn(AWA, NOW, NOW + 60) == t.accounts.sign_in("one")
        assert (2, 1, 0) == (t.accounts.sign_ins(AWA, NOW - 1), t.accounts.sign_ins(AWA, NOW), t.accounts.sign_ins(AWA, NOW + 60))
        t.accounts.save(Account(AWA, "hash", SECRET))
        assert SignIn(AWA, NOW, NOW, second_factor=True) == t.accounts.sign_in("two")
        t.accounts.drop_sign_in("one")
        assert (None, 1) == (t.accounts.sign_in("one"), t.accounts.sign_ins(AWA, NOW - 1))
        t.accounts.drop_sign_ins(AWA)
        assert (None, True) == (t.accounts.sign_in("two"), t.accounts.sign_in("others") is not None)


def test_failures_are_counted_by_their_key(store):
    """Since a moment, and no more of them once they are forgiven."""
    with store.write() as t:
        for at in (NOW, NOW + 1, NOW + 2):
            t.accounts.fail("awa|", at)
        t.accounts.fail("nana|", NOW)
        assert (3, 2, 0, 1) == (
            t.accounts.failures("awa|", NOW),
            t.accounts.failures("awa|", NOW + 1),
            t.accounts.failures("awa|", NOW + 3),
            t.accounts.failures("nana|", NOW),
        )
        t.accounts.forgive("awa|")
        assert (0, 1) == (t.accounts.failures("awa|", NOW), t.accounts.failures("nana|", NOW))


def test_whoever_fails_without_end_fills_nothing(store):
    """Only the newest few of a key stay."""
    with store.write() as t:
        t.accounts.fail("nana|", NOW)
        for n in range(KEPT + 20):
            t.accounts.fail("awa|", NOW + n)
        assert (KEPT, 1) == (t.accounts.failures("awa|", NOW), t.accounts.failures("nana|", NOW))
        assert KEPT == t.accounts.failures("awa|", NOW + 20)


def test_wrong_codes_are_counted_until_they_are_forgiven(store):
    """One after the other, each one's own; with the account they go too."""
    with store.write() as t:
        assert [1, 2, 1] == [t.accounts.guess(staff) for staff in (AWA, AWA, NANA)]
        assert {AWA: 2, NANA: 1} == t.accounts.guesses()
        t.accounts.forgive_guesses(AWA)
        assert {NANA: 1} == t.accounts.guesses()
        t.accounts.drop(NANA)
        assert {} == t.accounts.guesses()


def test_what_is_over_goes_by_itself(store):
    """A link at its end; a sign-in a day after anybody did something there; failures after a day."""
    with store.write() as t:
        t.accounts.add_invite("link", AWA, NOW, NOW + HOUR)
        t.accounts.add_sign_in("token", AWA, NOW)
        t.accounts.fail("key", NOW)
        t.retention.purge(NOW + HOUR, Rules(callback_days=1))
        assert ({}, 1, 1) == (t.accounts.invites(NOW), t.accounts.sign_ins(AWA, 0), t.accounts.failures("key", 0))
        t.retention.purge(NOW + DAY, Rules(callback_days=1))
        assert (0, 0) == (t.accounts.sign_ins(AWA, 0), t.accounts.failures("key", 0))
