"""`hotline doctor`: a line that is well gives no alarm, each thing that is not is named, and nothing secret is ever printed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from hotline.adapters.backup.sealed_file import new_keys as backup_keys
from hotline.adapters.keys.day_keeper import LOST_SECONDS, DayKeeper
from hotline.adapters.keys.keyring import SEALING, Keyring, fresh_keys, read_keys
from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.rq import ALIVE
from hotline.adapters.spool import DiskSpool
from hotline.adapters.spool_file import make
from hotline.adapters.sql import SqlStore
from hotline.adapters.valkey import ValkeyMemory, connect
from hotline.app import SPOOL_SLOTS, SystemClock, day_secrets, local_day, open_store
from hotline.cli import main
from hotline.config import Config
from hotline.content import read_sources
from hotline.doctor import POINTS
from hotline.doctor.host import clock, clock_state, swap
from hotline.engine.flow import DayPart, Where
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.staff_rings import RingDigits
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.editions import Withdrawal
from hotline.ports.queue import QUEUES
from hotline.ports.upkeep.backups import BackupRun, Hold
from hotline.service import TICKING
from hotline.service.desk.shifts.roster import uncovered
from hotline.service.editions.publication import publish
from tests import terminal
from tests.databases import migrated
from tests.small_line import DIRECTORY, settings, write_files

pytest_plugins = ["tests.valkey"]
HER_NUMBER, SECRET_WORDS = "+22370000101", ("70000101", "70000301", "70000900", "a-key-of-a-test", "0123456789abcdef")
AWA = Staff("a" * 32, "awa", "counselor", HER_NUMBER, "fr", ("fr", "bm"))
FANTA = Staff("b" * 32, "fanta", "supervisor", "+22370000201", "fr", ())
OUMOU = Staff("c" * 32, "oumou", "operator", "+22370000202", "fr", ())
DAY = 1440
SECONDS = 60.0
"""Only how long a failure takes."""


def verified(days_ago: int) -> str:
    """The directory with its emergency number rung by day and by night so many days ago."""
    day = (datetime.now(UTC).date() - timedelta(days=days_ago)).isoformat()
    fields = (f"verified_on: {day}", "verified_by: Awa", f"called_by_day: {day}", f"called_by_night: {day}")
    return DIRECTORY.rstrip() + "".join(f"\n    {field}" for field in fields) + "\n"


class Line(NamedTuple):
    """One that is well: made anew for each test, and spoilt by it."""

    folder: Path
    env: dict[str, str]
    store: SqlStore
    capsys: pytest.CaptureFixture[str]

    def doctor(self, *options: str) -> tuple[int, dict[str, str]]:
        """The exit code, and by name what was said; one name's lines together."""
        self.capsys.readouterr()
        code = main(["doctor", *options])
        out, complaint = self.capsys.readouterr()
        assert complaint == ""
        assert not [word for word in (*SECRET_WORDS, *(key.rpartition(":")[2] for key in self.env["HOTLINE_KEYS"].split())) if word in out]
        said: dict[str, str] = {}
        for line in out.splitlines()[:-1]:
            level, name, text = line[:7].strip(), line[7:19].strip(), line[19:]
            said[name] = "\n".join(filter(None, (said.get(name), f"{level}: {text}")))
        return code, said

    def publish(self, days_ago: int = 1, **files: object) -> None:
        sources, _ = read_sources(write_files(self.folder / "files", directory=verified(days_ago), **files))  # type: ignore[arg-type]
        assert sources is not None
        now = int(time.time())
        publish(self.store, sources, "Awa", now, now)

    def keeper(self) -> DayKeeper:
        config = Config.from_env(self.env)
        return DayKeeper(self.store, day_secrets(config), partial(local_day, config))

    def memory(self) -> ValkeyMemory:
        return ValkeyMemory(connect(self.env["HOTLINE_REDIS_URL"], 5000), Seal.from_text(self.env["HOTLINE_KEYS"]))


@pytest.fixture
def line(tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Line]:
    env = settings(
        tmp_path,
        HOTLINE_COMPLAINTS="Mme Coulibaly",
        HOTLINE_REDIS_URL=valkey,
        HOTLINE_BACKUP_RECIPIENT=backup_keys()[0],
        HOTLINE_REVOKED_FILE=str(tmp_path / "apart" / "revoked"),
        HOTLINE_DAY_KEYS_COPY=str(tmp_path / "apart" / "days"),
    )
    terminal.has(monkeypatch, env)
    migrated(env["HOTLINE_DATABASE_URL"])
    store = open_store(Config.from_env(env))
    made = Line(tmp_path, env, store, capsys)
    made.publish()
    with store.write() as tx:
        for row in (AWA, replace(FANTA, on_call_until=int(time.time()) + 3600), OUMOU):
            tx.staff.save(row)
        for row in (AWA, FANTA):
            tx.shifts.add(Shift(row.id, None, 0, DAY))
        for kind in ("daily", "drill"):
            tx.backups.note(BackupRun(kind, int(time.time()), int(time.time())))
    (tmp_path / "var" / "editions").mkdir(parents=True)
    (tmp_path / "var" / "editions" / "1.json").write_text("{}")
    make(tmp_path / "var" / "spool", SPOOL_SLOTS, ())
    made.memory().remember(TICKING, b"", 30)
    made.keeper().tend(int(time.time()))
    with connect(valkey, 5000) as client:
        for queue in QUEUES:
            client.set(ALIVE % queue, 1)
    yield made
    store.close()


def test_a_line_that_is_well_gives_no_alarm(line: Line) -> None:
    """0, and every look says ok."""
    code, said = line.doctor()
    assert [name for name, text in said.items() if not text.startswith("ok")] == []
    assert code == 0
    assert set(said) == {
        *("settings", "database", "keys", "day keys", "audit", "wall clock", "edition", "copies", "words", "emergency", "numbers"),
        *(
            "staff fr",
            "staff bm",
            "supervisor",
            "supervision",
            "operator",
            "redis",
            "clock",
            "workers",
            "spool",
            "disk",
            "gateways",
            "backup",
        ),
    }


def test_a_clock_that_jumped_is_bad_until_somebody_says_that_it_is_right(line: Line) -> None:
    """By how much and which way; `hotline time trust` says so, with the name in the audit, and what time it is."""
    reading = SystemClock("UTC").reading()
    for days, way in ((2, "back"), (-2, "ahead")):
        with line.store.write() as tx:
            tx.clocks.keep(replace(reading, wall=reading.wall + days * 86_400_000), 0)
        code, said = line.doctor()
        assert (1, True) == (code, said["wall clock"].startswith(f"BAD: this machine's clock went 2 days {way}:"))
    assert main(["time", "trust", "--by", "Djeneba"]) == 0
    assert line.capsys.readouterr().out.startswith("from now on it is 20")
    with line.store.read() as tx:
        assert "clock trusted" == (last := tx.audit.all()[-1]).what
        assert last.who.startswith("Djeneba")
    assert (0, True) == ((looked := line.doctor())[0], looked[1]["wall clock"].startswith("ok"))


def test_settings_that_cannot_be_read_are_named(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting, never its value; nothing else is looked at."""
    monkeypatch.setenv("HOTLINE_PROMISE_MINUTES", "many")
    code, said = line.doctor()
    assert code == 1
    assert list(said) == ["settings"]
    assert "HOTLINE_PROMISE_MINUTES" in said["settings"]
    assert "many" not in said["settings"]


def test_a_database_that_is_not_there_is_not_made(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to do, and the looks that need none go on."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", f"sqlite:///{line.folder}/other.db")
    code, said = line.doctor()
    assert code == 1
    assert said["database"].startswith("BAD: ")
    assert "edition" not in said
    assert said["redis"].startswith("ok")
    assert not (line.folder / "other.db").exists()


def test_tables_of_another_version_are_bad(line: Line) -> None:
    """Before a migration nothing else is asked of them."""
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    code, said = line.doctor()
    assert code == 1
    assert "hotline db upgrade" in said["database"]


def test_redis_away_is_bad_and_the_clock_is_not_known(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies there cannot be told."""
    monkeypatch.setenv("HOTLINE_REDIS_URL", f"unix://{line.folder}/nobody")
    code, said = line.doctor()
    assert code == 1
    assert said["redis"].startswith("BAD: ")
    assert said["clock"].startswith("warn: not known")


def test_a_clock_that_stands_is_bad(line: Line) -> None:
    """Nobody would offer, escalate or erase."""
    client = connect(line.env["HOTLINE_REDIS_URL"], 5000)
    client.flushall()
    client.close()
    code, said = line.doctor()
    assert code == 1
    assert said["clock"].startswith("BAD: ")
    assert said["workers"].count("BAD: nothing sends what waits in the queue ") == 2


def with_other(keys: str, *purposes: str) -> str:
    """These keys, but others by chance for these purposes."""
    ring, other = read_keys(keys), fresh_keys()
    kept = tuple(key for key in ring.keys if key.purpose not in purposes)
    return Keyring((*kept, *other.only(purposes).keys)).text()


def test_a_key_that_was_lost_is_found_before_a_caller_is(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that waits to be rung does not open under the keys of today."""
    now = int(time.time())
    with line.store.write() as tx:
        tx.callbacks.add(Callback("d" * 32, "471", "waiting", "fr", False, False, now, now, now + 600, 1), "+22370000001")
    assert line.doctor()[1]["keys"].startswith("ok: ")
    monkeypatch.setenv("HOTLINE_KEYS", with_other(line.env["HOTLINE_KEYS"], *SEALING))
    code, said = line.doctor()
    assert code == 1
    assert said["keys"].startswith("BAD: ")
    assert said["audit"].startswith("ok")


def test_an_old_key_can_go_once_all_is_sealed_anew(line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With keys in the environment `hotline keys rotate` seals what lies under an old one anew, and the new one opens everything; without the old one it says
    what does not open."""
    with line.store.write() as tx:
        tx.callbacks.add(Callback("d" * 32, "471", "waiting", "fr", False, False, 0, 0, 600, 1), "+22370000001")
    both = read_keys(line.env["HOTLINE_KEYS"]).announced(SEALING, 1).switched(1).finished(1)
    new = Keyring(tuple(key for key in both.keys if key.state == "current"))
    monkeypatch.setenv("HOTLINE_KEYS", new.text())
    assert main(["keys", "rotate"]) == 1
    assert "keep the keys that you have" in capsys.readouterr().err
    monkeypatch.setenv("HOTLINE_KEYS", both.text())
    assert main(["keys", "rotate"]) == 0
    monkeypatch.setenv("HOTLINE_KEYS", new.text())
    assert line.doctor()[1]["keys"].startswith("ok: ")


def test_a_day_whose_secret_half_nobody_has_is_found(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a number is kept that nobody can ring; and a folder that goes into the same backup as the data is no place for it."""
    assert line.doctor()[1]["day keys"].startswith(f"ok: {local_day(Config.from_env(line.env), int(time.time()))} seals")
    with line.store.write() as tx:
        for row in tx.day_keys.all():
            tx.day_keys.hold(row, int(time.time()) - LOST_SECONDS)
    monkeypatch.setenv("HOTLINE_DAY_KEYS", f"{line.env['HOTLINE_VAR']}/day-keys")
    code, said = line.doctor()
    assert (code, [text.split(":")[0] for text in said["day keys"].splitlines()]) == (1, ["BAD", "warn"])


def test_a_message_that_cannot_be_opened_is_found(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits to be sent is looked at too."""
    with line.store.write() as tx:
        tx.outbox.add(OutboxMessage("e" * 32, "alert", "default", HER_NUMBER, "…", 1, 2))
    monkeypatch.setenv("HOTLINE_KEYS", with_other(line.env["HOTLINE_KEYS"], *SEALING))
    assert line.doctor()[1]["keys"].startswith("BAD: ")


def test_an_audit_that_was_touched_is_bad(line: Line) -> None:
    """It names the first line that is not what it was."""
    line.publish(words={"tips.soap": "Savon."})
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("UPDATE audit SET who = 'nobody' WHERE sequence = 2")
    code, said = line.doctor()
    assert code == 1
    assert said["audit"].startswith("BAD: line 2 ")


def test_no_edition_is_bad(line: Line) -> None:
    """A line with nothing to say."""
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("DELETE FROM editions")
    code, said = line.doctor()
    assert code == 1
    assert said["edition"].startswith("BAD: ")


def test_an_edition_that_this_version_cannot_read_is_bad(line: Line) -> None:
    """It is told from there being none."""
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("UPDATE editions SET sources = ?", (b'{"start": 1}',))
    code, said = line.doctor()
    assert code == 1
    assert said["edition"].startswith("BAD: edition 1 ")


def test_a_machine_without_a_copy_is_warned_of(line: Line) -> None:
    """It could not start while the database is away."""
    (line.folder / "var" / "editions" / "1.json").unlink()
    code, said = line.doctor()
    assert code == 0
    assert said["copies"].startswith("warn: ")


def test_pending_words_are_counted_where_they_matter_and_elsewhere(line: Line) -> None:
    """Two messages on the danger screen, one in each language, and two besides."""
    line.publish(pending=("danger.advice", "tips.soap"))
    assert line.doctor()[1]["words"].startswith(
        "warn: 2 messages on urgent, callback and stop screens that nobody has reviewed; 2 elsewhere"
    )


@pytest.mark.parametrize("demo", [False, True])
def test_no_emergency_number_is_said_loudly(line: Line, demo: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """In capitals, and bad: but in a demo, which has none and never will."""
    if demo:
        monkeypatch.setenv("HOTLINE_DEMO", "1")
        monkeypatch.setenv("HOTLINE_AT_BASE_URL", "http://127.0.0.1:9")
    with line.store.write() as tx:
        tx.editions.withdraw(Withdrawal("samu", "+22370000301", "2999-01-01", 0, "Awa"))
    code, said = line.doctor()
    assert "NO VERIFIED EMERGENCY NUMBER" in said["emergency"]
    assert "samu (dark)" in said["dark"]
    assert code == (0 if demo else 1)


def test_a_number_that_is_about_to_go_is_told_in_time(line: Line) -> None:
    """Two weeks before, by the entry's id."""
    line.publish(days_ago=20)
    code, said = line.doctor()
    assert code == 0
    assert said["numbers"] == "warn: go stale within 14 days: samu"


def test_places_that_nobody_confirmed_are_counted(line: Line) -> None:
    """Nobody is sent a message when a place lapses: whoever examines the line hears how many callers are told to ask."""
    place = "regions:\n  gao: {name: Gao}\nplaces:\n  gao-ville: {name: Gao, region: gao}\n"
    house = "  house:\n    name: Maison\n    place: gao-ville\n    source: an example\n"
    sources, faults = read_sources(write_files(line.folder / "files", directory=place + verified(1).lstrip("\n") + house))
    assert sources is not None, faults
    publish(line.store, sources, "Awa", int(time.time()), int(time.time()))
    code, said = line.doctor()
    assert (code, said["places"]) == (0, "warn: 1 of 1 places shown as to be confirmed (hotline directory confirm)")


def test_a_language_that_nobody_takes_calls_in_is_bad(line: Line) -> None:
    """A counselor without shifts counts for nothing; neither does one of another language."""
    with line.store.write() as tx:
        tx.staff.save(Staff(AWA.id, "awa", "counselor", HER_NUMBER, "fr", ("fr",)))
        tx.staff.save(Staff("f" * 32, "nana", "counselor", "+22370000102", "bm", ("bm",)))
    code, said = line.doctor()
    assert code == 1
    assert said["staff fr"].startswith("ok")
    assert said["staff bm"].startswith("BAD: counselors: 1, with shifts: 0")


def test_nobody_to_tell_is_told(line: Line) -> None:
    """Without a supervisor bad, without an operator a warning."""
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("DELETE FROM staff WHERE role <> 'counselor'")
    code, said = line.doctor()
    assert code == 1
    assert (said["supervisor"][:4], said["operator"][:5]) == ("BAD:", "warn:")


def test_what_waits_on_the_disk_is_counted(line: Line) -> None:
    """And what no key opens is bad: somebody was told that it is noted."""
    path = line.folder / "var" / "spool"
    spool = DiskSpool(path, Seal.from_text(line.env["HOTLINE_KEYS"]), SPOOL_SLOTS, SECONDS)
    spool.put(b"k" * 32, b"an order")
    spool.close()
    assert line.doctor()[1]["spool"].startswith(f"warn: 1 of {SPOOL_SLOTS} places taken")
    other = DiskSpool(path, Seal.from_text(new_keys()), SPOOL_SLOTS, SECONDS)
    other.put(b"o" * 32, b"an order")
    other.close()
    code, said = line.doctor()
    assert code == 1
    assert said["spool"].startswith("BAD: orders in it that no key opens: 1")


@pytest.mark.parametrize("content", [b"", b"somebody's letters", b"hlspool1" + bytes(1016)], ids=["empty", "something else", "cut"])
def test_a_damaged_spool_is_named_and_not_mended(line: Line, content: bytes) -> None:
    """Whoever looks leaves it as it is: the line sets it aside."""
    path = line.folder / "var" / "spool"
    path.write_bytes(content)
    code, said = line.doctor()
    assert (code, said["spool"].startswith("BAD: damaged")) == (1, True)
    assert path.read_bytes() == content


def test_a_spool_that_was_set_aside_is_named_until_somebody_takes_it_away(line: Line) -> None:
    """Beside the one that serves: what could not be taken over is lost, and somebody was told that it is noted."""
    aside = line.folder / "var" / "spool.aside-1"
    aside.write_bytes(b"somebody's letters")
    code, said = line.doctor()
    first, second = said["spool"].split("\n")
    assert (code, first[:3], second.startswith("BAD: spool.aside-1 ")) == (1, "ok:", True)
    aside.unlink()
    assert line.doctor()[0] == 0


def test_looking_makes_nothing(line: Line) -> None:
    """Whoever looks may be another user than the line's: a file of that user's would be in its way."""
    (line.folder / "var" / "spool").unlink()
    before = {path for path in line.folder.rglob("*") if "hotline.db" not in path.name}
    assert line.doctor()[1]["spool"].startswith("warn: not there yet")
    assert {path for path in line.folder.rglob("*") if "hotline.db" not in path.name} == before


def golive(line: Line, text: str | None = None) -> tuple[int, dict[str, str]]:
    root = line.folder / "files"
    if text is not None:
        (root / "golive.yml").write_text(text)
    return line.doctor("--golive", "--root", str(root))


SIGNED = """
G9:
  orange: {who: Awa, on: 2026-11-20}
  malitel: {who: Awa, on: 2026-11-20}
  telecel: {who: Awa, on: 2026-11-20}
""" + "".join(f"G{number}: {{who: Bintou K., on: 2026-11-21}}\n" for number in range(10, 15))


def test_a_line_that_may_go_live(line: Line) -> None:
    """Every point ok or, on SQLite, a warning; people signed for the rest."""
    today = datetime.now(UTC).date()
    code, said = golive(line, SIGNED.replace("2026-11-20", today.isoformat()).replace("2026-11-21", today.isoformat()))
    assert list(said) == [point.id for point in POINTS]
    # What the machine does that the tests run on is its own business.
    assert {name for name, text in said.items() if not all(line.startswith("ok") for line in text.split("\n"))} - {"G17"} == {
        "G8",
        "G16",
        "G18",
    }
    assert said["G8"].startswith("warn: ")
    assert f"orange: Awa, {today}" in said["G9"]
    assert code == int("BAD" in said["G17"])


def test_a_line_without_an_edition_has_its_whole_list_all_the_same(line: Line) -> None:
    """No point is left out because there is nothing to judge it by."""
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("DELETE FROM editions")
    code, said = golive(line)
    assert code == 1
    assert list(said) == [point.id for point in POINTS]
    assert [name for name, text in said.items() if text.startswith("BAD") and name != "G17"] == ["G1", "G2", "G3", "G4", "G5"]


def test_a_line_that_is_not_backed_up_does_not_open(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key, a fresh backup, a drill that went well, or the file of stops on another disk; each is named, by `doctor` too."""
    now = int(time.time())
    for run, said in (
        (BackupRun("daily", now, now - 40 * 3600, "disk"), "the last backup failed"),
        (BackupRun("daily", now - 40 * 3600, now - 40 * 3600), "overdue"),
        (BackupRun("drill", now - 40 * 86_400, now - 40 * 86_400), "last good drill is 40 d"),
    ):
        with line.store.write() as tx:
            before = tx.backups.runs()[run.kind]
            tx.backups.note(run)
        text = golive(line, SIGNED)[1]["G19"]
        assert ("BAD: " in text, said in text) == (True, True)
        assert "BAD: " in line.doctor()[1]["backup"]
        with line.store.write() as tx:
            tx.backups.note(before)
    monkeypatch.delenv("HOTLINE_REVOKED_FILE")
    assert "HOTLINE_REVOKED_FILE" in golive(line, SIGNED)[1]["G19"]
    monkeypatch.delenv("HOTLINE_BACKUP_RECIPIENT")
    assert "BAD: " in golive(line, SIGNED)[1]["G19"]


def test_a_line_that_is_held_says_so(line: Line) -> None:
    """Until somebody says go; and that a restore was not finished."""
    with line.store.write() as tx:
        tx.backups.begin_hold(Hold(1, 1, whole=True))
    code, said = line.doctor()
    assert (1, True) == (code, "hotline held look" in said["restored"])
    with line.store.write() as tx:
        tx.backups.begin_hold(Hold(1, 1, whole=False))
    assert "broken off" in line.doctor()[1]["restored"]


def test_what_no_machine_can_see_is_for_people(line: Line) -> None:
    """Without the file each such point names the guide and its heading there; and the line is not ready."""
    code, said = golive(line)
    assert code == 1
    for point in POINTS:
        if point.by_people:
            texts = said[point.id].split("\n")
            assert len(texts) == max(1, len(point.signed))
            assert all(text.startswith(f"people: {point.heading}: ") and "docs/coordination.md" in text for text in texts)
    assert not [name for name, text in said.items() if text.startswith("BAD") and name != "G17"]


def test_a_line_whose_complaints_go_to_nobody(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed or not: the staff's own page has nobody to name."""
    monkeypatch.delenv("HOTLINE_COMPLAINTS")
    assert "BAD: " in golive(line, SIGNED)[1]["G13"]


def test_nobody_is_asked_to_answer_a_name(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender of letters that is asked for replies keeps the line from opening; a number of the line's, or a ring, does not."""
    monkeypatch.setenv("HOTLINE_STAFF_REPLIES", "sender")
    code, said = golive(line, SIGNED)
    assert (1, True) == (code, said["G15"].startswith("BAD: ") and "HOTLINE_AT_SENDER" in said["G15"])
    monkeypatch.setenv("HOTLINE_AT_SENDER", "36123")
    assert golive(line, SIGNED)[1]["G15"].startswith("ok: ")


def test_who_cannot_be_rung_is_named(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not set two digits, where alerts go by ring; once set, all is well."""
    monkeypatch.setenv("HOTLINE_ALERTS", "ring")
    monkeypatch.setenv("HOTLINE_STAFF_REPLIES", "none")
    said = golive(line, SIGNED)[1]["G15"]
    assert (True, True) == (said.startswith("warn: "), "awa" in said)
    with line.store.write() as tx:
        for staff in tx.staff.active():
            tx.staff_rings.save_digits(RingDigits(staff.id, b"a keyed hash"))
    assert golive(line, SIGNED)[1]["G15"].startswith("ok: ")


def test_a_closed_line_says_so(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody on call: a warning; a line that needs nobody has no such look."""
    with line.store.write() as tx:
        tx.staff.save(FANTA)
    code, said = line.doctor()
    assert (0, True) == (code, said["supervision"].startswith("warn: CLOSED"))
    monkeypatch.setenv("HOTLINE_SUPERVISED", "0")
    assert "supervision" not in line.doctor()[1]


def test_a_line_that_needs_no_supervisor_is_looked_at_before_it_opens(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A team too small for one may go on, once somebody has read so."""
    monkeypatch.setenv("HOTLINE_SUPERVISED", "0")
    hours, setting = golive(line, SIGNED)[1]["G2"].split("\n")
    assert (True, True) == (hours.startswith("ok"), setting.startswith("warn: ") and "HOTLINE_SUPERVISED=0" in setting)


def test_somebody_hears_of_a_machine_that_fails(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by how many they are, and by no number."""
    monkeypatch.setenv("HOTLINE_TECHNICIANS", "+22370000950,+22370000951")
    assert golive(line, SIGNED)[1]["G16"].endswith(": 2 told by SMS")


def test_a_memory_that_is_open_to_others_is_bad(line: Line) -> None:
    """The line's own address of it is the one that is looked at."""
    folder = Path(line.env["HOTLINE_REDIS_URL"].removeprefix("unix://")).parent
    folder.chmod(0o707)
    said = golive(line, SIGNED)[1]["G20"]
    folder.chmod(0o700)
    assert (True, True) == (said.startswith("BAD: "), golive(line, SIGNED)[1]["G20"].startswith("ok: "))


HEAD = "Filename\tType\tSize\tUsed\tPriority\n"


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ("", "ok"),
        ("/dev/zram0 partition 1 0 100\n", "ok"),
        ("/dev/dm-1 partition 1 0 -2\n", "ok"),
        ("/dev/sda2 partition 1 0 -2\n", "bad"),
        ("/swapfile file 1 0 -2\n", "bad"),
        ("/dev/dm-1 partition 1 0 -2\n/dev/sda2 partition 1 0 -3\n", "bad"),
    ],
)
def test_memory_reaches_no_disk(rows: str, level: str) -> None:
    """Swap is off, in memory, or behind dm-crypt."""
    assert level == swap(HEAD + rows, lambda device: device == "/dev/dm-1")[0]


@pytest.mark.parametrize(("state", "level", "word"), [(0, "ok", "right"), (4, "ok", "right"), (5, "warn", "nothing"), (-1, "warn", "seen")])
def test_the_clock_is_kept_right(state: int, level: str, word: str) -> None:
    """By the kernel's own word (man 2 adjtimex): from 0 on somebody sees to it, 5 is nobody, and below 0 there is no word."""
    said = clock(state)
    assert (level, True) == (said[0], word in said[1])
    assert clock_state() in range(-1, 6)


def test_whoever_looks_never_opens_the_days_keys(line: Line) -> None:
    """The unit that looks every morning is kept from them: a line whose folder it cannot read is well all the same."""
    folder = Path(line.env["HOTLINE_DAY_KEYS"])
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("no folder: whoever reads it fails")
    code, said = line.doctor()
    assert (0, "ok: ") == (code, said["day keys"][:4])


def test_a_lost_disk_does_not_take_the_days_keys_along(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a second folder, with one that lies with the rest, or with one that lacks the pair of today or tomorrow, a restore would ring nobody."""
    copy = Path(line.env["HOTLINE_DAY_KEYS_COPY"])
    assert "ok: " == golive(line, SIGNED)[1]["G19"].split("\n")[-1][:4]
    for pair in sorted(copy.iterdir()):
        whole = pair.read_bytes()
        pair.unlink()
        code, said = golive(line, SIGNED)
        assert (1, True) == (code, f"{pair.name} is not in" in said["G19"].split("\n")[-1])
        pair.write_bytes(whole)
    monkeypatch.setenv("HOTLINE_DAY_KEYS_COPY", "copy")
    assert "lies in HOTLINE_VAR" in golive(line, SIGNED)[1]["G19"]
    monkeypatch.delenv("HOTLINE_DAY_KEYS_COPY")
    last = golive(line, SIGNED)[1]["G19"].split("\n")[-1]
    assert (True, True) == (last.startswith("warn: "), "HOTLINE_DAY_KEYS_COPY is empty" in last)


def test_the_certificate_is_told_by_its_file(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long it is good, that it ends soon, and that it is over; a file that is none is said to be so. Without the setting nothing is said."""
    assert "certificate" not in line.doctor()[1]
    file = line.folder / "cert.pem"
    monkeypatch.setenv("HOTLINE_CERTIFICATE_FILE", str(file))
    assert line.doctor()[1]["certificate"].startswith("BAD: HOTLINE_CERTIFICATE_FILE cannot be read")
    for days, said in ((60, "ok: good for 60 days"), (10, "warn: good for 10 days"), (-1, "BAD: over")):
        file.write_bytes(certificate(days))
        assert line.doctor()[1]["certificate"].startswith(said)


def certificate(days: int) -> bytes:
    """One that ends in so many days."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "line.example.org")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days, hours=12))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_every_point_is_checked_or_signed() -> None:
    """None is listed and forgotten."""
    assert [point.id for point in POINTS] == [f"G{number}" for number in range(1, 21)]
    assert [point.id for point in POINTS if not point.by_people] == [f"G{number}" for number in (*range(1, 9), *range(15, 21))]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("G1: {who: Awa, on: 2026-01-31}\n", 'golive.yml:1: "G1" is nothing that people sign for'),
        ("G99: {who: Awa, on: 2026-01-31}\n", 'golive.yml:1: "G99" is nothing'),
        ("G9: {who: Awa, on: 2026-01-31}\n", 'golive.yml:1: G9: "who" is none of orange, malitel, telecel'),
        ("\nG10: {who: Awa}\n", "golive.yml:2: G10: `on` is missing"),
        ("G10: {on: 2026-01-31}\n", "golive.yml:1: G10: `who` is missing"),
        ("G10: {who: Awa, on: yesterday}\n", 'golive.yml:1: G10: on: "yesterday" is no date'),
        ("G10: {who: Awa, on: 2999-01-31}\n", "golive.yml:1: G10: on: 2999-01-31 is still to come"),
        ("G10: yes\n", "golive.yml:1: G10: must be fields"),
        ("G10: {who: Awa, on: 2026-01-31, why: x}\n", "golive.yml:1: G10: unknown field `why`"),
        ("G9:\n  orange: {who: Awa, on: 2026-02-30}\n", "golive.yml:2: G9 orange: on: "),
        ("G10: {\n", "golive.yml:2: not YAML"),
    ],
)
def test_nonsense_in_the_signed_list_is_named_with_its_line(line: Line, text: str, fault: str) -> None:
    """And signs for nothing."""
    code, said = golive(line, text)
    assert code == 1
    assert fault in said["golive.yml"]
    assert said["G10"].startswith("people")


def test_a_signature_grows_old(line: Line) -> None:
    """After a year somebody sees to it again."""
    _, said = golive(line, "G10: {who: Awa, on: 2020-01-31}\n")
    assert said["G10"].startswith("warn: ")
    assert "longer than a year ago" in said["G10"]


def test_hours_that_nobody_covers_are_named(line: Line) -> None:
    """By language: what is offered in the week to come, less the shifts. Mornings are offered from 8 to 12, evenings from 18 to 21."""
    with line.store.write() as tx:
        tx.staff.save(Staff(AWA.id, "awa", "counselor", HER_NUMBER, "fr", ("fr",)))
        tx.staff.save(Staff("f" * 32, "nana", "counselor", "+22370000102", "bm", ("bm",)))
        tx.shifts.add(Shift("f" * 32, None, 8 * 60, 12 * 60))
    _, said = golive(line)
    french, bambara = said["G1"].split("\n")
    assert french.startswith("ok: ")
    assert bambara.startswith("warn: ")
    assert "18:00-21:00" in bambara
    with closing(sqlite3.connect(line.folder / "hotline.db")) as database, database:
        database.execute("DELETE FROM shifts")
    code, said = golive(line)
    assert code == 1
    assert [text[:4] for text in (*said["G1"].split("\n"), said["G2"])] == ["BAD:", "BAD:", "BAD:"]


def test_settings_of_a_demo_do_not_go_live(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a line where one person publishes."""
    monkeypatch.setenv("HOTLINE_DEMO", "1")
    monkeypatch.setenv("HOTLINE_AT_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HOTLINE_TWO_PEOPLE", "0")
    code, said = golive(line)
    assert code == 1
    assert (said["G6"][:4], said["G7"][:4]) == ("BAD:", "BAD:")


def test_pending_words_do_not_go_live_where_they_matter(line: Line) -> None:
    """They are named; elsewhere they are counted by language."""
    line.publish(pending=("danger.advice", "tips.soap"))
    code, said = golive(line)
    assert code == 1
    assert said["G4"].startswith("BAD: ")
    assert "danger.advice" in said["G4"]
    assert [text.startswith("warn: ") and "2 of " in text for text in said["G5"].split("\n")] == [True, True]


MONDAY = (date(2026, 11, 23) - date(1970, 1, 1)).days * DAY
MORNING = DayPart("morning", 8 * 60, 12 * 60, Where("flows/opening.yml", 1))


@pytest.mark.parametrize(
    ("now", "spans", "gaps"),
    [
        (MONDAY, (), tuple((MONDAY + day * DAY + 480, MONDAY + day * DAY + 720) for day in range(7))),
        (MONDAY, ((MONDAY, MONDAY + 7 * DAY),), ()),
        (MONDAY + 600, ((MONDAY + DAY, MONDAY + 7 * DAY),), ((MONDAY + 600, MONDAY + 720),)),
        (MONDAY + 800, ((MONDAY + DAY, MONDAY + 7 * DAY),), ()),
        (
            MONDAY,
            ((MONDAY + 540, MONDAY + 600), (MONDAY + 630, MONDAY + 7 * DAY)),
            ((MONDAY + 480, MONDAY + 540), (MONDAY + 600, MONDAY + 630)),
        ),
        (MONDAY, ((MONDAY, MONDAY + 540), (MONDAY + 720, MONDAY + 7 * DAY)), ((MONDAY + 540, MONDAY + 720),)),
    ],
)
def test_uncovered_hours_are_those_offered_less_those_planned(
    now: int, spans: tuple[tuple[int, int], ...], gaps: tuple[tuple[int, int], ...]
) -> None:
    """From this minute on; a shift that begins late or ends early leaves its part."""
    assert uncovered((MORNING,), spans, now)[0] == gaps
