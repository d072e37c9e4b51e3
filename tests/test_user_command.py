"""`hotline user`: who is added, reset, disabled and listed, what is printed of it, and what is refused."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.adapters.sql import SqlStore
from hotline.app import open_store
from hotline.cli import main
from hotline.config import Config
from hotline.content import read_sources
from hotline.engine.times import EPOCH
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.staff import Staff
from hotline.service.calls.by_ring import reach
from hotline.service.editions.publication import publish
from tests import terminal
from tests.small_line import write_files

NUMBER = "+22370000101"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """Of a line whose tables are made, before its first edition."""
    values = terminal.of_a_line(tmp_path, monkeypatch)
    store = open_store(Config.from_env(values))
    yield store
    store.close()


@pytest.fixture
def user(store: SqlStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`user("add", "awa", …)`: exit code, and what was printed and complained of. The number is typed."""

    def run(*arguments: str, number: str = NUMBER) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{number}\n"))
        code = main(["user", *arguments])
        printed, complaint = capsys.readouterr()
        return code, printed.removeprefix("Her number, with +223: "), complaint

    return run


def found(store: SqlStore, alias: str = "awa") -> Staff:
    with store.read() as tx:
        staff = tx.staff.by_alias(alias)
    assert staff is not None
    return staff


def whose(store: SqlStore, printed: str, at: int) -> str | None:
    """Of the link that was printed."""
    with store.read() as tx:
        return tx.accounts.invited(printed.partition("/console/welcome/")[2].strip(), at)


def now(store: SqlStore) -> int:
    with store.read() as tx:
        return max(record.at for record in tx.audit.all())


def test_add_makes_somebody_and_her_link(store: SqlStore, user) -> None:
    """Of each role; the audit knows who did it."""
    for n, role in enumerate(("counselor", "supervisor", "operator", "admin")):
        code, printed, _ = user(
            "add",
            f"someone{n}",
            "--role",
            role,
            "--reads",
            "fr",
            *(("--speaks", "fr") if role == "counselor" else ()),
            "--by",
            "Djeneba",
            number=f"+2237000010{n}",
        )
        assert 0 == code
        assert found(store, f"someone{n}").id == whose(store, printed, now(store))
    with store.read() as tx:
        assert {"person added", "one-time link made"} == {record.what for record in tx.audit.all() if record.who.startswith("Djeneba")}


def test_a_partner_has_no_number(store: SqlStore, user) -> None:
    """None is asked for; the list says from where and until when."""
    last = EPOCH + timedelta(days=int(time.time()) // 86_400 + 40)
    code, printed, _ = user(
        "add", "rokia", "--role", "partner", "--reads", "fr", "--organisation", "Ministère", "--until", f"{last}", number=""
    )
    assert (0, found(store, "rokia").id) == (code, whose(store, printed, now(store)))
    assert (found(store, "rokia").number, found(store, "rokia").organisation) == ("", "Ministère")
    assert f"Ministère, until {last}" in user("list")[1]


def test_a_link_begins_where_the_console_is_reached(store: SqlStore, user, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the setting says; without one it is told from `/console/` on."""
    _, printed, _ = user("add", "awa", "--reads", "fr", "--speaks", "fr")
    assert "after the console's address: /console/welcome/" in printed
    monkeypatch.setenv("HOTLINE_CONSOLE_URL", "https://ligne.test/")
    _, printed, _ = user("reset", "awa")
    assert "https://ligne.test/console/welcome/" in printed


def test_who_works_by_sms_alone_gets_no_link(store: SqlStore, user) -> None:
    """And needs none."""
    _, printed, _ = user("add", "awa", "--reads", "fr", "--speaks", "fr", "--minors", "--sms-only", "--shift", "daily@08:00-16:00")
    assert "added awa, 1 shifts a week planned\n" == printed
    assert found(store).minors


@pytest.mark.parametrize(
    ("arguments", "number", "why"),
    [
        (("add", "Awa", "--reads", "fr"), NUMBER, "small letters"),
        (("add", "awa", "--reads", "fr"), "70000101", "E.164"),
        (("add", "awa", "--reads", "en"), NUMBER, "HOTLINE_LANGUAGES"),
        (("add", "awa", "--reads", "fr", "--speaks", "fr,en"), NUMBER, "HOTLINE_LANGUAGES"),
        (("add", "awa", "--reads", "fr", "--role", "admin", "--speaks", "fr"), NUMBER, "takes no calls"),
        (("add", "awa", "--reads", "fr"), NUMBER, "in at least one language"),
        (("add", "nana", "--reads", "fr", "--speaks", "fr"), "+22370000199", "already"),
        (("add", "rokia", "--reads", "fr", "--role", "partner", "--organisation", "Ministère"), "", "--until"),
        (("add", "rokia", "--reads", "fr", "--role", "partner", "--until", "2099-01-01"), "", "--organisation"),
        (("add", "rokia", "--reads", "fr", "--role", "partner", "--approves"), "", "no right"),
        (("add", "awa", "--reads", "fr", "--speaks", "fr", "--until", "2099-01-01"), NUMBER, "--role partner alone"),
        (("reset", "nobody"), "", "hotline user list"),
        (("disable", "nobody"), "", "hotline user list"),
    ],
)
def test_what_is_refused_changes_nothing(store: SqlStore, user, arguments: tuple[str, ...], number: str, why: str) -> None:
    """And says why, without the number."""
    user("add", "nana", "--reads", "bm", "--speaks", "bm", number="+22370000102")
    with store.read() as tx:
        before = tx.staff.active(), tx.audit.all()
    code, printed, complaint = user(*arguments, number=number)
    assert (1, "", True) == (code, printed, why in complaint)
    assert not number or number not in complaint
    with store.read() as tx:
        assert before == (tx.staff.active(), tx.audit.all())


def test_reset_ends_everything_and_begins_anew(store: SqlStore, user) -> None:
    """Signed out, password and second factor gone, a new link; the old one is worth nothing."""
    _, first, _ = user("add", "awa", "--reads", "fr", "--speaks", "fr")
    awa = found(store)
    with store.write() as tx:
        tx.accounts.save(Account(awa.id, "hash", "SECRET"))
        tx.accounts.add_sign_in("token", awa.id, now(store))
    code, second, _ = user("reset", "awa")
    assert (0, None, awa.id) == (code, whose(store, first, now(store)), whose(store, second, now(store)))
    with store.read() as tx:
        assert (None, None) == (tx.accounts.get(awa.id), tx.accounts.sign_in("token"))


def test_disable_ends_it_even_before_there_is_an_edition(store: SqlStore, user) -> None:
    """Whoever is disabled is signed out, the link too, and alias and number are free for somebody else."""
    _, printed, _ = user("add", "awa", "--reads", "fr", "--speaks", "fr")
    awa = found(store)
    assert 0 == user("disable", "awa")[0]
    with store.read() as tx:
        after = tx.staff.get(awa.id)
        assert after is not None
        assert (False, "person disabled") == (after.active, tx.audit.all()[-1].what)
    assert None is whose(store, printed, now(store))
    assert 0 == user("add", "awa", "--reads", "fr", "--speaks", "fr")[0]


def test_disable_gives_back_what_she_held(store: SqlStore, user, tmp_path: Path) -> None:
    """By the same act as on the page: it waits for the others again."""
    user("add", "awa", "--reads", "fr", "--speaks", "fr", "--sms-only")
    sources, _ = read_sources(write_files(tmp_path / "files"))
    assert sources is not None
    now = int(time.time())
    publish(store, sources, "somebody", now, now)
    callback = Callback("c" * 32, "471", "claimed", "fr", False, False, now, now, now + 3600, 1, claimed_by=found(store).id, claimed_at=now)
    with store.write() as tx:
        tx.callbacks.add(callback, "+22370000001")
    assert (0, "") == user("disable", "awa")[::2]
    with store.read() as tx:
        after = tx.callbacks.get(callback.id)
    assert after is not None
    assert ("waiting", None) == (after.state, after.claimed_by)


def test_list_says_who_there_is_and_no_number(store: SqlStore, user) -> None:
    """One a line below the heads, by alias; the same as JSON."""
    assert (0, "nobody yet (hotline user add)\n", "") == user("list")
    user(
        "add",
        "nana",
        "--reads",
        "bm",
        "--speaks",
        "bm,fr",
        "--minors",
        "--reviews",
        "bm",
        "--approves",
        "--sms-only",
        number="+22370000102",
    )
    user("add", "awa", "--reads", "fr", "--role", "admin")
    code, printed, _ = user("list")
    assert (
        0,
        [
            "ALIAS ROLE READS SPEAKS MINORS RIGHTS SIGNS IN",
            "awa admin fr - - - has a link",
            "nana counselor bm bm,fr yes reviews bm, approves by SMS only",
        ],
    ) == (
        code,
        [" ".join(line.split()) for line in printed.splitlines()],
    )
    awa, nana = json.loads(user("list", "--json")[1])
    assert {
        "alias": "awa",
        "role": "admin",
        "reads": "fr",
        "speaks": [],
        "minors": False,
        "reviews": [],
        "approves": False,
        "organisation": "",
        "until": None,
        "signs_in": "has a link",
    } == awa
    assert ("nana", ["bm", "fr"], True) == (nana["alias"], nana["speaks"], nana["minors"])


def test_two_digits_for_who_never_sees_a_page(user, store: SqlStore) -> None:
    """Printed once, and kept as a hash; nobody gets any who takes no calls."""
    user("add", "awa", "--reads", "fr", "--speaks", "fr", "--sms-only")
    code, printed, _ = user("digits", "awa", "--by", "djeneba")
    digits = printed.strip()[-2:]
    with store.read() as tx:
        kept = tx.staff_rings.digits(found(store).id)
        records = [(record.who, record.what, record.about) for record in tx.audit.all()]
    assert (0, True, True) == (code, reach.are_digits(digits), kept is not None and digits.encode() not in kept.hashed)
    assert ("djeneba", "ring digits set", "awa") in [(who.split()[0], what, about) for who, what, about in records]
    user("add", "mariam", "--role", "operator", "--reads", "fr", number="+22370000203")
    assert (1, "hotline: mariam takes no calls\n") == user("digits", "mariam")[::2]
