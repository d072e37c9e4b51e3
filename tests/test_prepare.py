"""A process of the line begins where an edition is, and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from hotline.adapters.keys.keyring import PURPOSES, KeysBroken
from hotline.adapters.keys.seal import Seal, SealBroken, new_keys
from hotline.adapters.locks import ArgonPasswords
from hotline.adapters.meter import PrometheusMeter
from hotline.adapters.spool import DiskSpool
from hotline.adapters.sql.schema import upgrade
from hotline.app import (
    DROPPED,
    Assembly,
    FrontDoorName,
    ProcessRole,
    alarms_seen_by,
    assemble,
    build_again,
    create_app,
    drop_mark,
    load_editions,
    open_seal,
    open_store,
)
from hotline.config import Config
from hotline.demo.environment import demo_environment, passwords_secret
from hotline.demo.people import PEOPLE, passwords
from hotline.demo.year import LETTER
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.accounts import Account
from hotline.ports.ussd import UssdHop
from hotline.prepare import prepare, prepare_demo, publish_files
from hotline.service.editions.cache import NoEdition
from hotline.web import _folder
from tests.fakes import FakeTime

ROOT = Path(__file__).resolve().parent.parent
IN_A_CENTURY = 4_900_000_000

pytest_plugins = ["tests.valkey"]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Of a line that has never run: a folder, and a database without tables."""
    return Config.from_env(
        {
            "HOTLINE_VAR": str(tmp_path / "var"),
            "HOTLINE_DAY_KEYS": str(tmp_path / "day-keys"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{tmp_path}/hotline.db",
            "HOTLINE_REDIS_URL": "unix:///nowhere",
            "HOTLINE_KEYS": new_keys(),
            "HOTLINE_AT_USERNAME": "sante",
            "HOTLINE_AT_API_KEY": "a-key",
            "HOTLINE_AT_SECRET": "0123456789abcdef0123456789abcdef",
            "HOTLINE_AT_SENDER": "SANTE",
            "HOTLINE_AT_COVER_NUMBER": "+22370000900",
            "HOTLINE_AT_SERVICE_CODES": "*123#",
            "HOTLINE_TWO_PEOPLE": "0",
        }
    )


def test_the_first_start_publishes_and_the_next_does_not(config: Config) -> None:
    """What came with the program is edition 1; starting again makes no second one."""
    upgrade(config.database_url)
    prepare(config)
    prepare(config)
    with open_store(config).read() as tx:
        assert [(1, "first start")] == [(row.number, row.made_by) for row in tx.editions.all()]


def test_where_two_people_publish_nothing_begins_before_they_did(config: Config) -> None:
    """The first edition needs a second person too: no process publishes it by itself."""
    upgrade(config.database_url)
    with pytest.raises(NoEdition):
        prepare(replace(config, two_people=True))


def test_a_copy_serves_while_the_database_is_away(config: Config) -> None:
    """A machine that ran before begins without its database."""
    upgrade(config.database_url)
    prepare(config)
    assemble(config).hotline.share()
    Path(config.database_url.removeprefix("sqlite:///")).unlink()
    prepare(config)


def test_without_any_edition_nothing_begins(config: Config) -> None:
    """Neither database nor copy: whoever started it is told, and no process dies again and again."""
    with pytest.raises(NoEdition):
        prepare(config)


def test_an_edition_that_is_not_in_force_yet_is_none(config: Config) -> None:
    """Published for later: until then there is nothing to say."""
    upgrade(config.database_url)
    publish_files(open_store(config), ROOT, config.languages, "operator", 0, IN_A_CENTURY)
    with pytest.raises(NoEdition):
        prepare(config)


def test_a_forked_process_looks_whether_there_is_anything_new(config: Config) -> None:
    """A worker loads the editions once, its horses begin with them much later; and with the database away they do all the same."""
    upgrade(config.database_url)
    prepare(config)
    editions = load_editions(config)
    publish_files(open_store(config), ROOT, config.languages, "operator", 1_795_514_400, 0)
    build_again(config, editions)
    assert 2 == editions.active(1_795_514_400).number
    Path(config.database_url.removeprefix("sqlite:///")).unlink()
    build_again(config, editions)
    assert 2 == editions.active(1_795_514_400).number


def test_every_process_has_compiled_what_it_says_before_it_writes(config: Config) -> None:
    """Clock, web and workers alike, at their start and when they learn of an edition: no transaction waits for it, as all others would with it."""
    upgrade(config.database_url)
    prepare(config)
    line, editions = assemble(config), load_editions(config)

    def compiled() -> list[list[tuple[int, set[str]]]]:
        return [
            [(loaded.number, {channel for channel, *_ in loaded._compiled}) for loaded in held.snapshot.editions]
            for held in (line.editions, editions)
        ]

    assert [[(1, {"ussd", "sms", "voice"})]] * 2 == compiled()
    publish_files(open_store(config), ROOT, config.languages, "operator", 1_795_514_400, 0)
    line.hotline.refresh()
    build_again(config, editions)
    assert [[(2, {"ussd", "sms", "voice"})]] * 2 == compiled()


def test_the_demo_s_staff_can_sign_in_and_keep_what_they_changed(config: Config) -> None:
    """The passwords stand in a folder of its own, readable by its owner alone; starting again overwrites neither a password nor a language."""
    prepare_demo(config)
    hashes, id = ArgonPasswords(), next(p for p in PEOPLE if p.alias == "awa").id
    made = passwords(passwords_secret(Path(config.var)))
    with open_store(config).read() as tx:
        assert [] == [
            id for id, password in made.items() if not hashes.matches((tx.accounts.get(id) or Account(id, "")).password, password)
        ]
    with open_store(config).write() as tx:
        staff = tx.staff.get(id)
        assert staff is not None
        tx.accounts.save(Account(id, "chosen"))
        tx.staff.save(replace(staff, reads="bm"))
    prepare_demo(config)
    with open_store(config).read() as tx:
        account, staff = tx.accounts.get(id), tx.staff.get(id)
    assert account is not None
    assert staff is not None
    assert ("chosen", "bm") == (account.password, staff.reads)
    assert 0o600 == (Path(config.var) / "people-secret").stat().st_mode & 0o777


def test_the_demo_has_a_year_that_never_was(config: Config) -> None:
    """Four quarters and their year, suppressed, prepared by one of its people and let out by another, once; nobody is told of it, and no caller is behind it."""
    prepare_demo(config)
    with open_store(config).read() as tx:
        releases, audit = tx.releases.releases(), tx.audit.count()
        counts = tx.figures.counts(0)
    year = releases[-1].period
    assert [f"{year}-Q{quarter}" for quarter in (1, 2, 3, 4)] + [year] == [release.period for release in releases]
    assert {("released", "fanta", "djeneba", LETTER)} == {(one.standing, one.prepared_by, one.released_by, one.letter) for one in releases}
    hidden = [cell for release in releases for table in release.tables for row in table.cells for cell in row]
    assert None in hidden
    assert ({}, {}) == (counts.outbox, counts.waiting)
    prepare_demo(config)
    with open_store(config).read() as tx:
        assert (releases, audit) == (tx.releases.releases(), tx.audit.count())


def test_whatever_makes_the_folder_first_makes_it_for_its_owner_alone(config: Config, tmp_path: Path) -> None:
    """Each process and each thread of one, where it comes to be the first, and though the machine lets others read what is made."""
    upgrade(config.database_url)
    prepare(config)
    editions, meter, seal = load_editions(config), PrometheusMeter(Path(config.var) / "metrics", FakeTime()), Seal.from_text(config.keys)
    spool = DiskSpool(Path(config.var) / "spool", seal, 8, 5.0)
    first: dict[str, Callable[[], object]] = {
        "prepare": lambda: prepare(config),
        "assemble": lambda: assemble(config, editions),
        "web": lambda: _folder(Path(config.var)),
        "spool": lambda: spool.put(b"k" * 32, b"an order"),
        "counts": meter.share,
        "copies": editions.copy,
        "demo": lambda: demo_environment({"HOTLINE_VAR": config.var}, "http://127.0.0.1:1", new_keys),
    }
    before = os.umask(0o022)
    try:
        for name, make in first.items():
            shutil.rmtree(config.var, ignore_errors=True)
            make()
            assert (name, 0o700) == (name, Path(config.var).stat().st_mode & 0o777)
    finally:
        os.umask(before)


def test_a_worker_opens_neither_spool_nor_counts(config: Config) -> None:
    """What is wrong with them keeps no message from leaving: it begins, looks for what is new, and leaves the folder as it is."""
    upgrade(config.database_url)
    prepare(config)
    editions, var = load_editions(config), Path(config.var)
    var.mkdir(exist_ok=True)
    (var / "spool").write_bytes(b"somebody's letters")
    (var / "metrics").touch()
    before = {path: path.read_bytes() for path in var.iterdir() if path.is_file()}
    build_again(config, editions).deliver("0" * 32)
    assert before == {path: path.read_bytes() for path in var.iterdir()}


def test_a_line_whose_folder_cannot_be_used_answers_and_says_so(config: Config) -> None:
    """Its database is well: callers are answered, and what they ask for is kept."""
    upgrade(config.database_url)
    prepare(config)
    shutil.rmtree(config.var, ignore_errors=True)
    Path(config.var).touch()
    line = assemble(config)
    screen = line.hotline.hop("africastalking", "all", UssdHop("s", "+22370000001", ())).screen
    assert (screen.ends, line.hotline.health()["spool"], line.hotline.health()["database"]) == (False, "away", "ok")
    with pytest.raises(OSError, match="var"):
        line.hotline.share()


def test_a_first_start_needs_no_folder(config: Config) -> None:
    """The first edition goes into the database; that no other process of the machine does so at once is seen to there, too."""
    upgrade(config.database_url)
    Path(config.var).touch()
    prepare(config)
    assert assemble(config).editions.snapshot.editions[-1].number == 1


@pytest.mark.parametrize(
    ("role", "calling", "opens"),
    [
        ("callers", "bridge", True),
        ("console", "bridge", False),
        ("console", "reveal", True),
        ("worker", "reveal", False),
        ("clock", "reveal", False),
        ("shell", "reveal", False),
    ],
)
def test_only_who_rings_or_shows_a_number_opens_one(config: Config, role: ProcessRole, calling: str, opens: bool) -> None:
    """Every process keeps a number; those that answer `/voice` open it, and the console where it shows numbers. All have the folder's name."""
    config = replace(config, rules=replace(config.rules, calling=calling))
    upgrade(config.database_url)
    prepare(config)
    assemble(config, role="callers").tend_days()
    line = assemble(config, role=role)
    line.tend_days()
    with line.hotline.deps.store.write() as tx:
        tx.callbacks.add(Callback("d" * 32, "471", "waiting", "fr", False, False, 0, 0, 600, 1), "+22370000001")
        if opens:
            assert tx.numbers.of("d" * 32) == "+22370000001"
        else:
            with pytest.raises(SealBroken, match="opens no number"):
                tx.numbers.of("d" * 32)


def test_the_room_alone_has_its_keys(config: Config) -> None:
    """What answers callers, works and ticks seals with none of the room's, and begins with a file that does not hold them; the room does not."""
    upgrade(config.database_url)
    prepare(config)
    ring = open_seal(config).ring
    fewer = ring.only([purpose for purpose in ring.purposes if purpose not in ("testimony", "factor", "cookie")])
    poor = replace(config, keys=fewer.text())
    for role in ("callers", "worker", "clock"):
        assert open_seal(config, role).ring == fewer
        assert open_seal(poor, role).ring == fewer
    assert open_seal(config, "console").ring == ring
    with pytest.raises(KeysBroken, match="no key for: testimony, factor, cookie"):
        open_seal(poor, "console")


def test_what_answers_callers_never_shows_figures(config: Config) -> None:
    """With a page for journalists laid, the process behind the callers' door has neither that page nor the room, by whatever host it is asked."""
    upgrade(config.database_url)
    prepare(config)
    told = replace(config, console=replace(config.console, press_url="https://chiffres.example.org/chiffres"))
    doors: tuple[tuple[FrontDoorName, ProcessRole], ...] = (("callers", "callers"), ("console", "console"))
    callers, room = (create_app(told, door, assemble(told, role=role)).test_client() for door, role in doors)
    for host in ("https://chiffres.example.org", "https://salle.example.org"):
        assert {404} == {callers.get(path, base_url=host).status_code for path in ("/chiffres", "/console/sign-in", "/console/partners")}
    assert 200 == room.get("/chiffres", base_url="https://chiffres.example.org").status_code


def test_each_door_tells_prometheus_how_old_its_keys_are(config: Config) -> None:
    """The room has all of them; of keys that were dropped nothing is told. What answers callers is asked by itself, so that somebody hears when it does not."""
    upgrade(config.database_url)
    prepare(config)
    made = replace(config, keys=new_keys(int(time.time()) - 86_400))
    room = assemble(made, role="console")

    def ages(door: FrontDoorName, line: Assembly) -> dict[str, float]:
        answer = create_app(made, door, line).test_client().get("/metrics")
        assert 200 == answer.status_code
        return {
            purpose: float(age)
            for purpose, age in re.findall(r'^hotline_key_age_seconds{purpose="(\w+)"} (\S+)$', answer.text, re.MULTILINE)
        }

    assert set(PURPOSES) - {"testimony", "factor", "cookie"} == set(ages("callers", assemble(made, role="callers")))
    assert set(PURPOSES) == set(shown := ages("console", room))
    assert all(86_400 <= age < 2 * 86_400 for age in shown.values())
    drop_mark(made).make()
    room.seal.refresh()
    assert {} == ages("console", room)


def test_the_clock_says_when_nothing_answers_callers(config: Config, valkey: str) -> None:
    """They cannot, and the clock's own mark is left to them; with Redis away nobody knows, and Redis is told of."""
    upgrade(config.database_url)
    prepare(config)
    here = replace(config, redis_url=valkey)
    console, callers, clock = (assemble(here, role=role) for role in ("console", "callers", "clock"))
    now = int(time.time())

    def told(by: Literal["clock", "callers"], at: int) -> set[str]:
        return {"callers", "console", "clock"} & set(alarms_seen_by(by, here, clock, at))

    assert {"callers", "console"} == told("clock", now)
    console.show_itself()
    assert {"callers"} == told("clock", now)
    callers.show_itself()
    assert set() == told("clock", now)
    assert {"callers", "console"} == told("clock", now + 120)
    assert {"clock"} == told("callers", now + 120)
    seen = alarms_seen_by("clock", config, assemble(config, role="clock"), now)
    assert ("redis" in seen, "callers" in seen) == (True, False)


def test_dropped_keys_keep_nothing_and_screens_go_on(config: Config) -> None:
    """`hotline seal` on a running line: whoever reads goes on reading, an order says calmly that nothing is noted, health says why, the room that the line is
    away, and nothing of it stands in the database; what begins afterwards has the keys again."""
    upgrade(config.database_url)
    prepare(config)
    line, room = assemble(config, role="callers"), assemble(config, role="console")
    line.hotline.share()
    browser = create_app(config, "console", room).test_client()

    def dial(keys: str, session: str) -> str:
        return line.hotline.hop("africastalking", "all", UssdHop(session, "+22370000001", tuple(keys), network="61001")).screen.key

    assert ("callback.stopped", 200) == (dial("57", "before"), browser.get("/console/sign-in").status_code)
    with open_store(config).read() as tx:
        kept = tx.numbers.last_stop("+22370000001")
    drop_mark(config).make()
    for process in (line, room):
        process.seal.refresh()
    assert ("danger.advice", "callback.unstopped") == (dial("41", "reads"), dial("57", "orders"))
    assert "dropped" == line.hotline.health()["keys"]
    assert 503 == browser.get("/console/sign-in").status_code
    assert assemble(config, role="callers").seal.is_dropped  # one that died, and was started again by its parent
    (Path(config.var) / DROPPED).write_text("another-start 1")  # before whoever begins now
    again = assemble(config, role="callers")
    with again.hotline.deps.store.read() as tx:
        assert kept == tx.numbers.last_stop("+22370000001")
