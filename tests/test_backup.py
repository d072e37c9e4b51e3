"""Backups and restores, of both databases: what must be there is, what must not be is not, and what cannot be used changes nothing."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace
from sqlalchemy import inspect, text

from hotline import backups
from hotline.adapters.backup import rotation, rows, sealed_file
from hotline.adapters.backup.revoked import RevokedFile, read
from hotline.adapters.backup.sealed_file import new_keys as backup_keys
from hotline.adapters.backup.stream import Frame, FrameReader, Rows, TableBegins
from hotline.adapters.keys.day_keys import DaySecrets
from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.sealed import context, sealed_columns
from hotline.adapters.sql.tables import metadata
from hotline.app import open_store
from hotline.cli import main
from hotline.config import Config
from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.ports.calls.calls import Call
from hotline.ports.calls.numbers import Stop
from hotline.ports.desk import testimonies
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import RECORD, Consent, HandedNote, Incident, Referral
from hotline.ports.store import Transaction
from hotline.ports.upkeep.backups import Hold
from hotline.ports.upkeep.revocations import Revocation, released
from tests import terminal
from tests.adapters.conftest import PATIENT_MS, contract_url, empty_contract_url
from tests.adapters.test_migrations import REVISIONS
from tests.adapters.test_store import HERS, HOUR, OTHERS, a_callback, a_counselor, a_post, id_of
from tests.databases import migrated
from tests.postgres import postgres
from tests.released import release as a_release
from tests.small_line import settings

__all__ = ["contract_url", "empty_contract_url", "postgres"]

OLD, SPOKEN = "+22370000003", "Elle va chez sa mère"
TOLD = "Je suis partie un matin"
NOW = 1_790_000_000
FIRST = "0024"
"""The revision with which backups began."""


class Machine(NamedTuple):
    """A machine with its settings, and the keys of its backups, of which it has but the public one."""

    folder: Path
    env: dict[str, str]
    identity: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def config(self) -> Config:
        return Config.from_env(self.env)

    @property
    def seal(self) -> Seal:
        return Seal.from_text(self.env["HOTLINE_KEYS"])

    def store(self) -> SqlStore:
        return open_store(self.config)

    def backup(self, at: int = NOW) -> Path:
        """The newest daily one, just made."""
        backups.make(self.config, self.folder / "backups", at)
        found = backups.newest(self.folder / "backups", at)
        assert found is not None
        return found

    def elsewhere(self, url: str) -> Machine:
        """Another machine, with an empty database there; the keys, and nothing else of this one."""
        folder = self.folder / "elsewhere"
        folder.mkdir()
        env = self.env | {"HOTLINE_VAR": str(folder), "HOTLINE_DATABASE_URL": url, "HOTLINE_REVOKED_FILE": str(folder / "revoked")}
        return self._replace(folder=folder, env=env)

    def run(self, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
        """A command: its exit code, and all that it said."""
        terminal.has(monkeypatch, self.env)
        self.capsys.readouterr()
        code = main(arguments)
        out, complaint = self.capsys.readouterr()
        return code, out + complaint


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Machine:
    """Its database is migrated and empty."""
    return made(request, tmp_path, capsys, request.param)


@pytest.fixture
def small(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Machine:
    """On SQLite, for what is the same with both."""
    return made(request, tmp_path, capsys, "sqlite")


def made(request: pytest.FixtureRequest, folder: Path, capsys: pytest.CaptureFixture[str], kind: str) -> Machine:
    url = migrated(f"sqlite:///{folder}/hotline.db") if kind == "sqlite" else str(request.getfixturevalue("empty_contract_url"))
    public, secret = backup_keys()
    identity = folder / "paper.txt"
    identity.write_text(f"# on paper\n{secret}\n")
    env = settings(
        folder, HOTLINE_DATABASE_URL=url, HOTLINE_BACKUP_RECIPIENT=public, HOTLINE_REVOKED_FILE=str(folder / "apart" / "revoked")
    )
    return Machine(folder, env, identity, capsys)


def empty(request: pytest.FixtureRequest, kind: str, folder: Path) -> str:
    """The URL of a database without any table."""
    return f"sqlite:///{folder}/restored.db" if kind == "sqlite" else str(request.getfixturevalue("postgres").create("restored"))


def fill(tx: Transaction, at: int = NOW) -> None:
    """A row of nearly every kind. The number of callback 3 is older than its time, and nobody came to erase it."""
    tx.staff.save(a_counselor(1))
    tx.callbacks.add(a_callback(1, made_at=at, opens_at=at, not_after=at + HOUR, word="lait"), HERS)
    tx.callbacks.add(a_callback(2, made_at=at, opens_at=at, not_after=at + 2 * DAY_SECONDS, state="claimed", claimed_by=id_of(1)), OTHERS)
    long_ago = at - 30 * HOUR_SECONDS
    tx.callbacks.add(a_callback(3, made_at=long_ago, opens_at=long_ago, not_after=long_ago + HOUR, state="closed", closed_at=long_ago), OLD)
    tx.numbers.stop("+22370000009", at, at + DAY_SECONDS)
    tx.calls.add(Call(id_of(8), id_of(2), id_of(1), "placed", at))
    tx.calls.add_attempt(id_of(2), id_of(8), at)
    tx.cases.save_note(id_of(1), SPOKEN, at)
    tx.cases.save_handed(id_of(2), HandedNote(SPOKEN, id_of(1)))
    tx.cases.save_consent(id_of(1), Consent(RECORD, at))
    tx.cases.save_incident(Incident(id_of(4), id_of(1), at // DAY_SECONDS, {"type": "a"}, figures=True))
    tx.cases.save_referral(Referral(id_of(5), id_of(1), "health", None, "referred", None, None, None, at // DAY_SECONDS))
    tx.testimonies.save(testimonies.Testimony(id_of(6), {"fr": TOLD}, "written", id_of(1), at))
    tx.outbox.add(replace(a_post(7), made_at=at, not_after=at + HOUR))
    tx.ledger.enter(b"k" * 32, "kept", b"facts", at, at + HOUR)
    tx.ledger.enter(b"o" * 32, "kept", b"older facts", at - HOUR, at - 60)
    tx.audit.add(AuditRecord(at, "awa", "taken", "001"))


def contents(file: Path, identity: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of a backup, by table; with the numbers beside it."""
    beside = file.with_name(file.name.replace("daily", "numbers"))
    return {**_rows(file, identity), **(_rows(beside, identity) if beside != file and beside.exists() else {})}


def _rows(file: Path, identity: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    names: list[tuple[str, ...]] = []

    def take(frame: Frame) -> None:
        match frame:
            case TableBegins():
                found[frame.name] = []
                names.append(frame.columns)
            case Rows():
                last = list(found)[-1]
                found[last] += [dict(zip(names[-1], row, strict=True)) for row in frame.rows]

    sealed_file.read(file, identity, FrameReader(take))
    return found


def opened(seal: Seal, backup: dict[str, list[dict[str, Any]]]) -> str:
    """Every sealed value of a backup, opened, in one text."""
    return "\n".join(
        seal.open(row[place.column.name], context(place.column, row[place.key.name])).decode("utf-8", "replace")
        for place in sealed_columns()
        for row in backup.get(place.table.name, ())
        if row[place.column.name]
    )


def secret(machine: Machine) -> str:
    return sealed_file.identity_in(machine.identity)


@pytest.mark.parametrize("onto", ["sqlite", "postgresql"])
def test_round_trip(machine, onto, request):
    """What one database held stands in the other, row for row, but for what is in no backup; each column by its value. And what the database counts goes on:
    the number of a stop that is gone is not used again."""
    with machine.store().write() as tx:
        fill(tx)
        tx.numbers.stop(OLD, NOW, NOW - 1)
        newest = tx.numbers.last_stop(OLD)
    file = machine.backup()
    there = machine.elsewhere(empty(request, onto, machine.folder))
    done = backups.restore(there.config, file, secret(machine), (), NOW + 120)
    assert (0, 0) == (done.revoked, done.closed)
    assert done.rows == sum(map(len, contents(file, secret(machine)).values()))
    with machine.store().read() as before, there.store().read() as after:
        for id in (id_of(1), id_of(2), id_of(3)):
            assert before.callbacks.get(id) == after.callbacks.get(id)
        assert (HERS, OTHERS, None) == tuple(after.numbers.of(id_of(n)) for n in (1, 2, 3))
        assert SPOKEN == after.cases.note(id_of(1))
        assert after.cases.handed(id_of(2)) == before.cases.handed(id_of(2))
        assert after.cases.consents(id_of(1)) == before.cases.consents(id_of(1))
        assert after.cases.incident_of(id_of(1)) == before.cases.incident_of(id_of(1))
        assert after.testimonies.all() == before.testimonies.all()
        assert after.staff.get(id_of(1)) == before.staff.get(id_of(1))
        assert after.calls.rings(id_of(2), 0) == 1
        assert after.audit.broken_at() is None
        assert ["taken", "line restored"] == [record.what for record in after.audit.all()]
        assert after.numbers.stop_of("+22370000009", NOW) == Stop(by_keys=True)
        assert after.numbers.last_stop(OLD) == 0
    with there.store().write() as tx:
        tx.numbers.stop(OLD, NOW, NOW + DAY_SECONDS)
        assert tx.numbers.last_stop(OLD) > newest


def test_nothing_in_it_is_older_than_its_time(machine):
    """Every sealed column of a backup, opened with the line's keys: no number whose time is over, no message, nobody's sign-in; and nothing in clear."""
    with machine.store().write() as tx:
        fill(tx)
        tx.accounts.add_invite("a-token", id_of(1), NOW, NOW + HOUR)
    file = machine.backup()
    backup = contents(file, secret(machine))
    text = opened(machine.seal, backup)
    assert HERS in text
    assert OTHERS in text
    assert OLD not in text
    assert ("facts" in text, "older facts" in text) == (True, False)
    assert len(backup["ledger"]) == 2
    assert not rows.NEVER & set(backup)
    assert [] == [number for number in (HERS, OTHERS, OLD) if number.encode()[1:] in file.read_bytes() or number in repr(backup)]
    assert {row["callback"] for row in backup["numbers"]} == {id_of(1), id_of(2)}


def test_a_number_is_in_no_backup_a_night_later(machine):
    """Numbers and their hashes lie in a file of their own beside the newest daily backup: once the next was made, no file of the folder has a number that the
    database has erased, sealed or hashed."""
    with machine.store().write() as tx:
        fill(tx)
    first = machine.backup()
    with machine.store().write() as tx:
        for number in (1, 2):
            tx.numbers.forget(id_of(number))
        tx._connection.execute(text("DELETE FROM stops"))
    machine.backup(NOW + DAY_SECONDS)
    assert 1 == len(list(first.parent.glob("*numbers*.age")))
    hashes = [machine.seal.digest("number", number) for number in (HERS, OTHERS, OLD, "+22370000009")]
    for file in first.parent.glob("*.age"):
        rows = _rows(file, secret(machine))
        assert [] == [number for number in (HERS, OTHERS, OLD) if number in opened(machine.seal, rows)]
        assert [] == [value for found in rows.values() for row in found for value in row.values() if value in hashes]


def test_without_the_numbers_the_rest_comes_back(small, request, monkeypatch):
    """A daily backup of some days ago brings back all but callers' phones, and says so; the file of numbers alone is none, nor one of another night."""
    with small.store().write() as tx:
        fill(tx)
    file = small.backup()
    beside = file.with_name(file.name.replace("daily", "numbers"))
    assert "lies beside a backup" in refused(small, beside, monkeypatch)
    beside.rename(small.folder / "kept")
    there = small._replace(env=small.env | {"HOTLINE_VAR": str(small.folder / "elsewhere")})
    done = backups.restore(
        there._replace(env=there.env | {"HOTLINE_DATABASE_URL": f"sqlite:///{small.folder}/there.db"}).config,
        file,
        secret(small),
        (),
        NOW + 120,
    )
    assert not done.has_numbers
    other = small.backup(NOW + DAY_SECONDS)
    shutil.copy(other.with_name(other.name.replace("daily", "numbers")), beside)
    beside.with_name(f"{beside.name}.sha256").unlink()
    with pytest.raises(backups.DamagedBackup, match="does not belong"):
        backups.drill(small.config, file, secret(small))


def test_weekly_ones_know_no_caller(machine):
    """Opened, a weekly backup holds no callback, caller's number, note or code, and no keyed hash of a number; staff, words and figures it does hold."""
    with machine.store().write() as tx:
        fill(tx)
    machine.backup()
    file = backups.newest(machine.folder / "backups", NOW, "weekly")
    backup = contents(file, secret(machine))
    text = opened(machine.seal, backup)
    assert [] == [word for word in (HERS, OTHERS, OLD, SPOKEN, "lait") if word in text]
    assert "+22370000101" in text
    assert TOLD in text
    about_callers = {
        "callbacks",
        "numbers",
        "rings",
        "stops",
        "pranks",
        "notes",
        "incidents",
        "referrals",
        "consents",
        "calls",
        "offers",
        "ledger",
    }
    assert not about_callers & set(backup)
    assert set(backup) == set(rows.ALWAYS)


def test_every_table_has_its_place():
    """No table of that name is gone, and none is both in every backup and in none."""
    assert set(metadata.tables) >= rows.ALWAYS | rows.NEVER
    assert not rows.ALWAYS & rows.NEVER


def test_while_others_write(machine):
    """All of a backup is of one moment: what is committed while it is read is in none of its tables."""
    with machine.store().write() as tx:
        fill(tx)
    with rows.snapshot(machine.config.database_url) as connection:
        stream = rows.backup(connection, "daily", NOW, 24)
        pieces = [next(stream), next(stream), next(stream)]
        with machine.store().write() as tx:
            tx.callbacks.add(a_callback(11), "+22370000011")
            tx.cases.save_note(id_of(11), SPOKEN, NOW)
        pieces += stream
    found: list[Any] = []
    reader = FrameReader(found.append)
    for piece in pieces:
        reader.write(piece)
    assert reader.finish().counts["notes"] == 1
    assert reader.finish().counts["callbacks"] == 3


def test_only_its_owner_and_whole(small):
    """Files are for their owner alone, nothing half-written stays, and the digest beside it is the file's."""
    file = small.backup()
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(file.with_name(f"{file.name}.sha256").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert (
        subprocess.run(["sha256sum", "--check", f"{file.name}.sha256"], cwd=file.parent, capture_output=True, check=False).returncode == 0
    )
    assert [] == [path.name for path in file.parent.iterdir() if path.name.startswith(".")]


def test_a_backup_that_fails_leaves_the_others(small):
    """Where there is no room, the one before stays, nothing of that name is there, and the database remembers that it failed."""
    before = small.backup()
    with pytest.raises(OSError, match="no such"):
        sealed_file.write(before.with_name("hotline-daily-20300101T000000Z.age"), _failing(), small.config.backup_recipient)
    assert {before.name} == {path.name for path in before.parent.glob("*daily*.age")}
    assert [] == list(before.parent.glob(".*"))


def test_what_was_killed_is_cleared_and_what_failed_is_remembered(small):
    """A file that was being written when the machine died goes with the next backup; a folder that cannot be had is a failed backup to whoever looks."""
    file = small.backup()
    (file.parent / f".{file.name}.fresh").write_bytes(b"half of it")
    small.backup(NOW + DAY_SECONDS)
    assert [] == list(file.parent.glob(".*"))
    (small.folder / "no-folder").touch()
    with pytest.raises(OSError, match="exists"):
        backups.make(small.config, small.folder / "no-folder", NOW + 2 * DAY_SECONDS)
    with small.store().read() as tx:
        run = tx.backups.runs()["daily"]
        assert (run.fault, run.good_at) == ("disk", NOW + DAY_SECONDS)


def test_one_backup_at_a_time(small, monkeypatch):
    """A timer that is late does not take away what another run is writing."""
    folder = small.backup().parent
    opened = os.open(folder, os.O_RDONLY)
    fcntl.flock(opened, fcntl.LOCK_EX)
    code, said = small.run("backup", "--to", str(folder), monkeypatch=monkeypatch)
    os.close(opened)
    assert (code, "already" in said) == (1, True)


def _failing() -> Any:
    yield b"something"
    raise OSError("no such room")


@pytest.mark.parametrize(("days", "weeks"), [(7, 4), (2, 1)])
def test_rotation(tmp_path, days, weeks):
    """As many days as the operator wants, the newest of each, and as many weeks; nothing else in the folder is touched."""
    (tmp_path / "mine.txt").write_text("mine")
    weekly = 0
    for day in range(60):
        for hour in (2, 14):
            at = NOW + day * DAY_SECONDS + hour * HOUR_SECONDS
            kept = rotation.kept_in(tmp_path)
            if rotation.is_weekly_due(kept, at):
                weekly += 1
                (tmp_path / rotation.name_of("weekly", at)).touch()
            (tmp_path / rotation.name_of("daily", at)).touch()
            for old in rotation.too_many(rotation.kept_in(tmp_path), at, days, weeks):
                rotation.remove(old)
    kept = rotation.kept_in(tmp_path)
    daily = [backup.at // DAY_SECONDS for backup in kept if backup.kind == "daily"]
    assert (days, days) == (len(daily), len(set(daily)))
    assert daily[0] - daily[-1] == days - 1
    assert [backup.kind for backup in kept].count("weekly") == weeks
    assert weekly == 9
    assert (tmp_path / "mine.txt").exists()


def test_a_clock_that_lied_for_a_night(tmp_path):
    """One night years ahead, one years behind: no good backup goes for it, the numbers beside the newest are those that stay, drills and restores take the newest,
    weekly ones go on, and what was dated ahead is gone within a week."""

    def night(at: int) -> list[rotation.KeptBackup]:
        kinds = ("numbers", "daily", "weekly") if rotation.is_weekly_due(rotation.kept_in(tmp_path), at) else ("numbers", "daily")
        for kind in kinds:
            (tmp_path / rotation.name_of(kind, at)).touch()
        for old in rotation.too_many(rotation.kept_in(tmp_path), at, 7, 4):
            rotation.remove(old)
        kept = rotation.kept_in(tmp_path)
        assert [at] == [backup.at for backup in kept if backup.kind == "numbers"]
        assert backups.newest(tmp_path, at) == tmp_path / rotation.name_of("daily", at)
        return [backup for backup in kept if backup.kind == "daily"]

    for day in range(7):
        night(NOW + day * DAY_SECONDS)
    assert len(night(NOW + 2000 * DAY_SECONDS)) == 7
    assert len(night(NOW + 7 * DAY_SECONDS)) == 7
    assert 86_400 in [backup.at for backup in night(DAY_SECONDS)]
    for day in range(8, 40):
        last = night(NOW + day * DAY_SECONDS)
    assert [NOW + day * DAY_SECONDS for day in range(39, 32, -1)] == [backup.at for backup in last]
    assert {backup.at > NOW + 40 * DAY_SECONDS for backup in rotation.kept_in(tmp_path) if backup.kind == "daily"} == {False}
    assert len([backup for backup in rotation.kept_in(tmp_path) if backup.kind == "weekly" and backup.at <= NOW + 39 * DAY_SECONDS]) == 4


def test_stops_since_the_backup_stay_stops(machine, request):
    """A woman stopped after the backup: restored, her number is gone and her callback stopped. Who asked again after a stop that lies before the backup keeps it."""
    store = machine.store()
    with store.write() as tx:
        fill(tx)
        tx.numbers.stop(OTHERS, NOW - 2 * HOUR, NOW + DAY_SECONDS, NOW - 2 * HOUR)
        tx.revocations.add("stop", OTHERS, NOW - 2 * HOUR)
    file = machine.backup()
    with store.write() as tx:
        tx.numbers.stop(HERS, NOW + 60, NOW + DAY_SECONDS)
        tx.revocations.add("stop", HERS, NOW + 60)
    there = machine.elsewhere(empty(request, "sqlite", machine.folder))
    done = backups.restore(there.config, file, secret(machine), read(Path(machine.env["HOTLINE_REVOKED_FILE"])), NOW + 120)
    assert done.revoked == 1
    with there.store().read() as tx:
        assert ("stopped", None) == (tx.callbacks.get(id_of(1)).state, tx.numbers.of(id_of(1)))
        assert ("claimed", OTHERS) == (tx.callbacks.get(id_of(2)).state, tx.numbers.of(id_of(2)))
        assert tx.numbers.stop_of(HERS, NOW) is not None


def test_what_else_was_taken_back_stays_so(small, request):
    """A testimony withdrawn, a consent and a referral revoked, a callback cancelled, somebody shut out, figures withdrawn: none of it comes back with an older
    backup."""
    store = small.store()
    with store.write() as tx:
        fill(tx)
        for number in (81, 82):
            tx.releases.save(a_release("2027-Q1", number))
    file = small.backup()
    with store.write() as tx:
        tx.revocations.add("testimony", id_of(6), NOW + 60)
        tx.revocations.add("consent", f"{id_of(1)}|{RECORD}", NOW + 60)
        tx.revocations.add("consent", f"|referral.{id_of(5)}", NOW + 60)
        tx.revocations.add("cancelled", id_of(2), NOW + 60)
        tx.revocations.add("disabled", id_of(1), NOW + 60)
        tx.revocations.add("figures", released(82, a_release("2027-Q1", 82).digest), NOW + 60)
    there = small.elsewhere(empty(request, "sqlite", small.folder))
    shutil.copy(small.env["HOTLINE_REVOKED_FILE"], there.env["HOTLINE_REVOKED_FILE"])
    done = backups.restore(there.config, file, secret(small), (), NOW + 120)
    assert done.revoked >= 4
    with there.store().read() as tx:
        testimony = tx.testimonies.get(id_of(6))
        assert ("withdrawn", {}) == (testimony.state, testimony.text)
        assert tx.cases.consents(id_of(1))[RECORD].revoked_at is not None
        assert tx.cases.incident_of(id_of(1)) is None
        referral = tx.cases.referral(id_of(5))
        assert referral is None or referral.revoked
        assert ("cancelled", None) == (tx.callbacks.get(id_of(2)).state, tx.numbers.of(id_of(2)))
        assert not tx.staff.get(id_of(1)).active
        assert ["released", "withdrawn"] == [tx.releases.release(number).standing for number in (81, 82)]


def test_calls_of_the_lost_machine_are_over(small, request):
    """Whoever was being rung when the machine was lost holds no call that never ends."""
    with small.store().write() as tx:
        fill(tx)
    there = small.elsewhere(empty(request, "sqlite", small.folder))
    backups.restore(there.config, small.backup(), secret(small), (), NOW + 120)
    with there.store().read() as tx:
        assert tx.calls.live_of(id_of(1)) is None
        assert "ended" == tx.calls.get(id_of(8)).state


def refused(
    small: Machine,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    identity: Path | None = None,
    url: str = "",
    options: tuple[str, ...] = ("--time-is-right",),
) -> str:
    """What a restore that cannot be says; nothing was changed by it."""
    there = small.elsewhere(url or f"sqlite:///{small.folder}/restored.db")
    database = Path(there.env["HOTLINE_DATABASE_URL"].removeprefix("sqlite:///"))
    before = database.read_bytes() if database.exists() else b""
    arguments = ("restore", str(file), "--identity", str(identity or small.identity), "--without-revoked", *options)
    code, said = there.run(*arguments, monkeypatch=monkeypatch)
    assert code == 1
    assert (database.read_bytes() if database.exists() else b"") == before
    assert "nothing was changed" in said
    assert len(said.splitlines()) == 1
    return said


@pytest.mark.parametrize("wrong", ["key", "keys", "cut", "changed", "byte", "empty", "other"])
def test_what_cannot_be_used_changes_nothing(small, monkeypatch, wrong):
    """Another key, the keys of another line, a file cut off, changed, of something else: one clear line, and the database is as it was."""
    with small.store().write() as tx:
        fill(tx)
    file = small.backup()
    data, identity = file.read_bytes(), None
    beside = file.with_name(f"{file.name}.sha256")
    if wrong == "key":
        identity = small.folder / "another.txt"
        identity.write_text(backup_keys()[1])
    elif wrong not in ("byte", "keys"):
        beside.unlink()
    if wrong == "keys":  # those of a machine that was set up anew
        small = small._replace(env=small.env | {"HOTLINE_KEYS": new_keys()})
    if wrong in ("changed", "byte"):
        data = data[:-200] + bytes([data[-200] ^ 1]) + data[-199:]
    if wrong == "cut":
        data = data[: len(data) // 2]
    if wrong in ("empty", "other"):
        data = b"" if wrong == "empty" else b"PK\x03\x04 something else"
    file.write_bytes(data)
    said = refused(small, file, monkeypatch, identity=identity)
    assert {"key": "not sealed to that key", "keys": "the lost machine's keys", "byte": "digest"}.get(wrong, "cannot be used") in said


@pytest.mark.parametrize("ahead", [-40 * DAY_SECONDS, DAY_SECONDS])
def test_a_clock_in_doubt_is_looked_at_first(small, request, monkeypatch, ahead):
    """A new machine's clock may be years ahead or behind, and by it numbers are erased and calls are over: a backup that is not of last night by it changes nothing before
    somebody looked. Then it is restored, and one that is older than the file of stops reaches is said to be."""
    with small.store().write() as tx:
        fill(tx)
    file = small.backup(int(time.time()) + ahead)
    assert "this machine's clock says" in refused(small, file, monkeypatch, options=())
    there = small._replace(env=small.env | {"HOTLINE_DATABASE_URL": f"sqlite:///{small.folder}/another.db"})
    arguments = ("restore", str(file), "--identity", str(small.identity), "--without-revoked", "--time-is-right")
    code, said = there.run(*arguments, monkeypatch=monkeypatch)
    assert (code, ahead < 0) == (0, "reaches back 36 days" in said)


def test_another_file_is_not_taken_for_the_stops(small, monkeypatch):
    """Whoever names the backup, or a note, as the file of stops is told, and nothing is restored without them; an empty one is a line at which nobody stopped."""
    with small.store().write() as tx:
        fill(tx, int(time.time()))
    file = small.backup(int(time.time()))
    assert "no file of stops" in refused(small, file, monkeypatch, options=("--revoked", str(file)))
    (small.folder / "none").touch()
    there = small._replace(env=small.env | {"HOTLINE_DATABASE_URL": f"sqlite:///{small.folder}/another.db"})
    arguments = ("restore", str(file), "--identity", str(small.identity), "--revoked", str(small.folder / "none"))
    assert there.run(*arguments, monkeypatch=monkeypatch)[0] == 0


@pytest.mark.parametrize("brought", ["", "days", "copy"])
def test_days_keys_that_nobody_brought_are_missed_before_the_word_go(small, monkeypatch, brought):
    """A backup holds no day's key: whoever restores is told at once how many numbers open nowhere on this machine, while the folder may still be at hand, or its copy."""
    at = int(time.time())
    day = DaySecrets(small.folder / "var" / "day-keys")
    with small.store().write() as tx:
        tx.day_keys.add("2026-11-28", day.make("2026-11-28"), at)
        tx.day_keys.use("2026-11-28", at)
        fill(tx, at)
    file = small.backup(at)
    there = small.elsewhere(f"sqlite:///{small.folder}/restored.db")
    there.env["HOTLINE_DAY_KEYS"], there.env["HOTLINE_DAY_KEYS_COPY"] = (str(there.folder / name) for name in ("days", "copy"))
    if brought:
        shutil.copytree(small.folder / "var" / "day-keys", there.folder / brought)
    arguments = ("restore", str(file), "--identity", str(small.identity), "--without-revoked")
    code, said = there.run(*arguments, monkeypatch=monkeypatch)
    assert (code, not brought) == (0, "ATTENTION: 2 numbers lie under days' keys" in said)


def test_a_stream_that_is_not_whole_is_found_out(small):
    """Whoever has the public key could seal half a backup: the digest within tells."""
    with small.store().write() as tx:
        fill(tx)
    with rows.snapshot(small.config.database_url) as connection:
        pieces = list(rows.backup(connection, "daily", NOW, 24))
    for stream in (pieces[:-1], [*pieces[:5], *pieces[6:]], [*pieces, b"more"], [b"hotline backup 9\n", *pieces[1:]]):
        path = small.folder / "made-up.age"
        sealed_file.write(path, iter(stream), small.config.backup_recipient)
        with pytest.raises(backups.DamagedBackup):
            sealed_file.head_of(path, secret(small), lambda _: None)


def test_never_onto_anything(small, monkeypatch):
    """A database with one row in it stays as it is."""
    file = small.backup()
    url = migrated(f"sqlite:///{small.folder}/full.db")
    store = SqlStore(url, small.seal, PATIENT_MS)
    with store.write() as tx:
        tx.staff.save(a_counselor(1))
    store.close()
    assert "not empty" in refused(small, file, monkeypatch, url=url)


def test_a_newer_backup_is_refused(small, monkeypatch):
    """A backup with tables that this program does not know is not half restored."""
    with rows.snapshot(small.config.database_url) as connection:
        frames = rows.encoded(iter([rows.BackupHead("9999", NOW, "daily")]), dict)
        path = small.folder / "newer.age"
        sealed_file.write(path, frames, small.config.backup_recipient)
        assert connection is not None
    assert "newer version" in refused(small, path, monkeypatch)


@pytest.mark.parametrize("onto", ["sqlite", "postgresql"])
def test_two_restores_into_one_database(small, monkeypatch, request, onto):
    """The second one says so, and takes no table away from under the first."""
    file, url = (
        small.backup(),
        f"sqlite:///{small.folder}/one.db" if onto == "sqlite" else request.getfixturevalue("postgres").create("one"),
    )
    with backups._only_one(url):
        assert "another restore" in refused(small, file, monkeypatch, url=url)


def test_an_empty_database_that_has_its_tables_takes_it(small, request):
    """Whoever ran `hotline db upgrade` first need not undo it."""
    with small.store().write() as tx:
        fill(tx)
    url = migrated(f"sqlite:///{small.folder}/restored.db")
    there = small.elsewhere(url)
    backups.restore(there.config, small.backup(), secret(small), (), NOW + 120)
    with there.store().read() as tx:
        assert tx.callbacks.get(id_of(1)) is not None
        assert tx.backups.hold() == Hold(tx.backups.hold().since, NOW, whole=True)


@pytest.mark.parametrize(("place", "onto"), [("rows", "postgresql"), ("migrations", "sqlite"), ("settling", "postgresql")])
def test_a_restore_that_is_killed_goes_on(small, request, monkeypatch, place, onto):
    """Wherever it dies, typed again it ends as one that was never broken off: every row once, what was stopped since stopped, the line held; in between nobody can say go, and
    another backup is not mixed in."""
    with small.store().write() as tx:
        fill(tx)
    file, at = small.backup(), NOW + 120
    stop = Revocation("stop", small.seal.digest("number", HERS), NOW + 60, NOW + DAY_SECONDS)
    there = small.elsewhere(empty(request, onto, small.folder))

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if place == "rows":
            patched.setattr(rows.Loader, "count_on", die)
        elif place == "migrations":
            upgrade = backups.schema.upgrade
            patched.setattr(backups.schema, "upgrade", lambda url, *to, **seal: upgrade(url, *to, **seal) if to else die())
        else:
            patched.setattr(backups.restored, "settle", die)
        with pytest.raises(Killed):
            backups.restore(there.config, file, secret(small), (stop,), at)
    if place == "settling":
        with there.store().read() as tx:
            assert not tx.backups.hold().whole
        other = backups.make(small.config, small.folder / "others", NOW + 90).made[1].path
        with pytest.raises(backups.NotEmpty):
            backups.restore(there.config, other, secret(small), (stop,), at)
    done = backups.restore(there.config, file, secret(small), (stop,), at + 60)
    assert (1, 0) == (done.revoked, done.closed)
    with there.store().read() as tx:
        assert ("stopped", True) == (tx.callbacks.get(id_of(1)).state, tx.backups.hold().whole)
        assert OTHERS == tx.numbers.of(id_of(2))
        assert tx.audit.broken_at() is None
    with pytest.raises(backups.NotEmpty):
        backups.restore(there.config, file, secret(small), (), at + 90)


@pytest.mark.parametrize("revision", [revision for revision in REVISIONS if revision >= FIRST])
def test_an_older_backup_comes_to_the_newest_tables(small, monkeypatch, revision):
    """A backup of each revision since there are backups is restored at that revision, and then migrated."""
    head = rows.BackupHead(revision, NOW, "daily")
    frames: list[Any] = [
        head,
        TableBegins("tallies", ("day", "language", "urgent", "state", "ending", "count")),
        Rows(((1, "fr", True, "closed", "", 2),)),
    ]
    path = small.folder / "older.age"
    sealed_file.write(path, rows.encoded(iter(frames), dict), small.config.backup_recipient)
    there = small.elsewhere(f"sqlite:///{small.folder}/restored.db")
    code, said = there.run(
        "restore", str(path), "--identity", str(small.identity), "--without-revoked", "--time-is-right", monkeypatch=monkeypatch
    )
    assert (code, True) == (0, "restored: 1 rows" in said)
    with there.store().read() as tx:
        assert [tuple(row) for row in tx._connection.execute(text("SELECT urgent, count FROM tallies"))] == [(True, 2)]
        assert tx.backups.hold() is not None


def test_from_the_keys_to_the_word_go(small, monkeypatch):
    """Each command as a person types it: keys, a backup, a drill, a restore elsewhere, a look, and go; the secret is printed once and lies nowhere here."""
    code, said = small.run("keys", "backup", monkeypatch=monkeypatch)
    assert code == 0
    public, secret_key = said.split("HOTLINE_BACKUP_RECIPIENT=")[1].split()
    small.identity.write_text(said)
    small.env["HOTLINE_BACKUP_RECIPIENT"] = public
    with small.store().write() as tx:
        fill(tx, int(time.time()))
    code, said = small.run("backup", monkeypatch=monkeypatch)
    assert (code, 3) == (0, said.count("read again"))
    code, said = small.run("drill", "--identity", str(small.identity), monkeypatch=monkeypatch)
    assert (code, "each count is right" in said) == (0, True)
    with small.store().read() as tx:
        assert {kind: run.fault for kind, run in tx.backups.runs().items()} == {"daily": "", "weekly": "", "drill": ""}
    kept = [path for path in small.folder.rglob("*") if path.is_file() and path != small.identity]
    assert [] == [path for path in kept if secret_key.encode() in path.read_bytes()]
    there = small.elsewhere(f"sqlite:///{small.folder}/restored.db")
    file = backups.newest(small.folder / "var" / "backups", int(time.time()))
    command = ("restore", str(file), "--identity", str(small.identity))
    code, said = there.run(*command, monkeypatch=monkeypatch)
    assert (code, "--without-revoked" in said) == (1, True)
    code, said = there.run(*command, "--revoked", small.env["HOTLINE_REVOKED_FILE"], monkeypatch=monkeypatch)
    assert (code, "The line is held" in said) == (1, False)  # there is none yet: nobody stopped
    code, said = there.run(*command, "--without-revoked", monkeypatch=monkeypatch)
    assert (code, "The line is held" in said) == (0, True)
    assert stat.S_IMODE((small.folder / "restored.db").stat().st_mode) == 0o600
    code, said = there.run("held", "look", monkeypatch=monkeypatch)
    assert (code, "open: 2" in said, HERS[1:] in said) == (0, True, False)
    release = said.splitlines()[-1].partition("hotline ")[2].replace("NAME", "Djeneba").split()
    for unseen in (("held", "release", "--by", "Djeneba"), ("held", "release", "--seen", "000000", "--by", "Djeneba")):
        code, said = there.run(*unseen, monkeypatch=monkeypatch)
        assert (code, "hotline held look" in said) == (1, True)
        with there.store().read() as tx:
            assert tx.backups.hold() is not None
    code, said = there.run(*release, monkeypatch=monkeypatch)
    assert (code, "promises and rings" in said) == (0, True)
    with there.store().read() as tx:
        assert tx.backups.hold() is None
        assert tx.audit.all()[-1].what == "line released"
    code, said = there.run(*release, monkeypatch=monkeypatch)
    assert (code, "not held" in said) == (1, True)


def test_a_drill_that_finds_something_says_so(small, monkeypatch):
    """A damaged backup, or keys that are not those of then: 1, and the line remembers that the drill failed, and when one last went well."""
    with small.store().write() as tx:
        fill(tx)
    file = small.backup()
    backups.note(small.config, "drill", NOW)
    small.env["HOTLINE_KEYS"] = new_keys()
    code, said = small.run("drill", str(file), "--identity", str(small.identity), monkeypatch=monkeypatch)
    assert (code, "do not open" in said) == (1, True)
    file.write_bytes(file.read_bytes()[:-1])
    code, said = small.run("drill", str(file), "--identity", str(small.identity), monkeypatch=monkeypatch)
    assert (code, "cannot be used" in said) == (1, True)
    with small.store().read() as tx:
        run = tx.backups.runs()["drill"]
        assert (run.fault, run.good_at) == ("failed", NOW)
    assert [] == list((small.folder / "var").glob("drill-*"))


def test_a_drill_leaves_a_scratch_database_empty(small, request):
    """On PostgreSQL too, and what it found stands in the counts."""
    with small.store().write() as tx:
        fill(tx)
    url = empty(request, "postgresql", small.folder)
    done = backups.drill(small.config, small.backup(), secret(small), url)
    assert (done.rows, done.closed) == (sum(map(len, contents(small.backup(), secret(small)).values())), 0)
    engine = make_engine(url, PATIENT_MS)
    assert [] == inspect(engine).get_table_names()
    engine.dispose()


WRITER = """
import sys
from pathlib import Path
from hotline.adapters.backup.revoked import RevokedFile
from hotline.ports.upkeep.revocations import Revocation
file, number, now = RevokedFile(Path(sys.argv[1]), 30.0), int(sys.argv[2]), int(sys.argv[3])
for place in range(40):
    file.append((Revocation("stop", bytes([number, place]).ljust(32), now, now + (place % 2 == 0)),))
"""


def test_several_processes_write_the_file_apart(tmp_path):
    """No line is lost or torn, however many write at once while the clock takes old ones out."""
    path = tmp_path / "revoked"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(number), str(NOW)]) for number in (1, 2)]
    file = RevokedFile(path, 30.0)
    while None in [writer.poll() for writer in writers]:
        file.trim(NOW)
    assert [0, 0] == [writer.wait() for writer in writers]
    file.trim(NOW)
    assert {(revoked.digest[0], revoked.digest[1]) for revoked in read(path)} == {(n, place) for n in (1, 2) for place in range(0, 40, 2)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_torn_line_hides_no_other(tmp_path):
    """A machine died in the middle of a line: what stands before and after it is read."""
    path = tmp_path / "revoked"
    file = RevokedFile(path, 5.0)
    first, last = (Revocation("stop", bytes([n]) * 32, NOW, NOW + 9) for n in (1, 2))
    file.append((first,))
    path.write_bytes(path.read_bytes() + b"stop 1790000000 17900")
    file.append((last,))
    assert read(path) == (first, last)
    assert file.add_missing((first, last)) == 0


def test_what_could_not_be_written_is_written_later(tmp_path):
    """The folder cannot be made: what was said no to meanwhile stands in the file once it can."""
    path = tmp_path / "apart" / "revoked"
    path.parent.write_bytes(b"in the way")
    file = RevokedFile(path, 30.0)
    first, second, third = (Revocation("stop", bytes([n]) * 32, NOW, NOW + 9) for n in (1, 2, 3))
    file.append((first,))
    file.append_left()
    path.parent.unlink()
    file.append((second,))
    assert file.all() == (first, second)
    path.unlink()
    path.mkdir()
    file.append((third,))
    path.rmdir()
    file.append_left()
    assert file.all() == (third,)


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("kept", range(64, 70))
def test_a_line_torn_within_its_hash_hides_no_other(tmp_path, kept, end):
    """Wherever a line was cut off, an odd letter of its hash too: all others are read, added to, and taken out at their time."""
    path = tmp_path / "revoked"
    first, last = (Revocation("stop", b"\2k2" + bytes([n]) * 32, NOW, NOW + n) for n in (1, 9))
    torn = b"stop 1790000000 1790000009 " + b"a" * kept
    file = RevokedFile(path, 5.0)
    file.append((first,))
    path.write_bytes(path.read_bytes() + torn + end)
    assert file.add_missing((first, last)) == 1
    assert {first, last} <= {*read(path)}
    file.trim(NOW + 5)
    assert last in read(path)
    assert first not in read(path)


@pytest.mark.parametrize("becomes", ["grows", "is cut", "is another", "is written over"])
def test_the_file_is_read_on_from_where_it_was_read_to(tmp_path, becomes):
    """Each minute only what is new is read; of a file that was cut, put in another's place or written over, all of it again: nothing is taken for written that is not there."""
    path = tmp_path / "revoked"
    first, second, third = (Revocation("stop", bytes([n]) * 32, NOW, NOW + 9) for n in (1, 2, 3))
    file, other = RevokedFile(path, 5.0), RevokedFile(path, 5.0)
    assert file.add_missing((first, second)) == 2
    assert file.add_missing((first, second)) == 0
    lines = path.read_bytes().splitlines(keepends=True)
    match becomes:
        case "grows":
            other.append((third,))
        case "is cut":
            os.truncate(path, len(lines[0]))
        case "is another":
            path.rename(path.with_name("before"))
            other.append((second,))
        case "is written over":
            path.write_bytes(lines[0].replace(b"01" * 32, b"03" * 32) + lines[0].replace(b"01" * 32, b"04" * 32))
    missing = {"grows": 0, "is cut": 1, "is another": 1, "is written over": 2}[becomes]
    assert file.add_missing((first, second)) == missing
    assert {first, second} <= {*read(path)}
    assert file.add_missing((third,)) == (becomes not in ("grows", "is written over"))


def test_a_minute_does_not_read_what_it_has_read(tmp_path):
    """However long the file has become."""
    path = tmp_path / "revoked"
    file = RevokedFile(path, 30.0)
    many = tuple(Revocation("stop", n.to_bytes(32), NOW, NOW + 9) for n in range(1000))
    assert [file.add_missing(many) for _ in range(2)] == [1000, 0]
    path.write_bytes(path.read_bytes().replace(b"stop", b"spot", 1))  # far before the place that it was read to
    assert file.add_missing(many) == 0


def test_what_root_restores_the_line_writes_on(tmp_path):
    """Whoever restores is often root: the file of stops that is made then, or written anew, is its folder's owner's, or no stop would be written any more."""
    if os.geteuid() != 0:
        pytest.skip("asks for root")
    folder = tmp_path / "line"
    folder.mkdir()
    os.chown(folder, 4711, 4712)
    file = RevokedFile(folder / "revoked", 5.0)
    file.add_missing((Revocation("stop", bytes(32), NOW, NOW + 1), Revocation("stop", bytes(32), NOW, NOW + 9)))
    assert (4711, 4712, 0o600) == (file.path.stat().st_uid, file.path.stat().st_gid, stat.S_IMODE(file.path.stat().st_mode))
    file.trim(NOW + 5)
    assert (4711, 4712, 1) == (file.path.stat().st_uid, file.path.stat().st_gid, len(read(file.path)))
