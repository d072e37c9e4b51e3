"""What whoever carries the disk away finds on it: nothing that names a caller."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from pathlib import Path

import psycopg

from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.leftovers import clear
from hotline.adapters.sql.schema import upgrade
from hotline.ports.calls.calls import Call
from hotline.settings import Rules
from tests.adapters.conftest import PATIENT_MS, once_up
from tests.adapters.test_store import DAY, HERS, HOUR, NOW, a_callback, a_post, id_of, keep

NUMBER = "70003141"
TEXT = "Gonna get 471 called"
SESSION = "ATVId_secret_of_the_vendor"


def spellings(number: str) -> set[bytes]:
    """How eight digits may stand in a file, their plain hashes included."""
    pairs = [number[i : i + 2] for i in range(0, 8, 2)]
    plain = {
        number,
        number[::-1],
        " ".join(pairs),
        "-".join(pairs),
        ".".join(pairs),
        f"{number[:4]} {number[4:]}",
        f"{number[:2]} {number[2:5]} {number[5:]}",
    }
    whole = {number, f"+223{number}", f"223{number}", f"00223{number}"}
    found = {text.encode(encoding) for text in plain for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    found |= {bytes.fromhex(number), int(number).to_bytes(4, "big"), int(number).to_bytes(4, "little")}
    for text in whole:
        found |= {base64.b64encode(text.encode())[:-2], text.encode().hex().encode()}
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, text.encode())
            found |= {digest.digest(), digest.hexdigest().encode()}
    return found


def found_in(folder: Path, needles: set[bytes]) -> set[tuple[str, bytes]]:
    files = [(path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    assert files
    return {(name, needle) for name, content in files for needle in needles if needle in content}


def fill(store: SqlStore) -> None:
    """One of everything that carries a number or words."""
    number = f"+223{NUMBER}"
    keep(store, a_callback(1), a_callback(2), number=number)
    with store.write() as t:
        t.ledger.enter(b"k" * 32, "kept", number.encode(), NOW, NOW + HOUR)
        t.outbox.add(a_post(1, kind="reply", to=number, text=TEXT))
        t.calls.add(Call(id_of(3), id_of(1), id_of(9), "placed", NOW, session=SESSION))
        t.numbers.stop(number, NOW, NOW + DAY)
        t.callbacks.add(a_callback(4), number)


def test_the_search_finds_what_is_there(tmp_path):
    """The search itself works: a file with the number in it is found."""
    Path(tmp_path, "file").write_text(f"... {NUMBER[:4]} {NUMBER[4:]} ...")
    assert 1 == len(found_in(tmp_path, spellings(NUMBER)))


def test_sqlite_files_say_nothing(tmp_path, seal):
    """The database and its logs, in the middle of work, hold no number in any spelling, no words and no session of the vendor's."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    store = SqlStore(url, seal, PATIENT_MS)
    fill(store)
    assert {"hotline.db", "hotline.db-wal", "hotline.db-shm"} == {path.name for path in tmp_path.iterdir()}
    assert set() == found_in(tmp_path, spellings(NUMBER) | {TEXT.encode(), SESSION.encode()})
    assert id_of(1).encode() in (tmp_path / "hotline.db-wal").read_bytes()
    store.close()


def test_postgresql_files_say_nothing(postgres, contract_url, postgres_store):
    """The same for PostgreSQL's folder: tables, write-ahead log and server log."""
    fill(postgres_store)
    with psycopg.connect(contract_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    assert set() == found_in(
        postgres.folder, {needle for needle in spellings(NUMBER) if len(needle) > 4} | {TEXT.encode(), SESSION.encode()}
    )
    assert set() != found_in(postgres.folder, {id_of(1).encode()})


def test_erased_is_erased(tmp_path, seal):
    """After a stop and the next purge not even the sealed number stands anywhere in SQLite's files, nor the facts after their time."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    store = SqlStore(url, seal, PATIENT_MS)
    keep(store, a_callback(1))
    with store.write() as t:
        t.ledger.enter(b"k", "kept", b"facts", NOW, NOW + HOUR)
        rows = t._connection.exec_driver_sql(
            "SELECT sealed FROM numbers UNION SELECT sealed FROM ledger UNION SELECT number_hash FROM numbers"
        )
        (hashed,) = [row for (row,) in rows if row == seal.digest("number", HERS)]
        sealed = {row for (row,) in t._connection.exec_driver_sql("SELECT sealed FROM numbers UNION SELECT sealed FROM ledger")}
    assert sealed == {needle for _, needle in found_in(tmp_path, sealed)}
    with store.write() as t:
        t.numbers.stop(HERS, NOW, NOW + 1)
    with store.write() as t:
        t.retention.purge(NOW + HOUR, Rules())
    assert set() == found_in(tmp_path, {*sealed, hashed})
    store.close()


def test_who_reads_holds_back_what_was_erased_till_the_next_purge(tmp_path, seal):
    """The log cannot be cut under a transaction that reads; the purge that comes after it takes what the one before left."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    store = SqlStore(url, seal, PATIENT_MS)
    keep(store, a_callback(1, state="closed", closed_at=NOW))
    with store.read() as reader:
        sealed = {bytes(row) for (row,) in reader._connection.exec_driver_sql("SELECT sealed FROM numbers")}
        with store.write() as t:
            t.retention.purge(NOW + DAY, Rules())
        assert {"hotline.db-wal"} == {name for name, _ in found_in(tmp_path, sealed)}
    with store.write() as t:
        t.retention.purge(NOW + DAY + 300, Rules())
    assert set() == found_in(tmp_path, sealed)
    store.close()


def test_a_new_file_is_its_owners_alone(tmp_path, seal):
    """Nobody else on the machine can read the database or its logs."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    store = SqlStore(url, seal, PATIENT_MS)
    keep(store, a_callback(1))
    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()


def test_postgresql_lets_a_deleted_number_go_by_vacuum(postgres, contract_url, postgres_store):
    """What SECURITY.md says was measured: a deleted row stands in the table until a vacuum, and the sealed number then in the log at most."""
    keep(postgres_store, *(a_callback(n, reference=str(700 + n), state="closed", closed_at=NOW) for n in range(1, 11)))
    with postgres_store.write() as t:
        sealed = {bytes(row[0]) for row in t._connection.exec_driver_sql("SELECT sealed FROM numbers")}
        t.retention.purge(NOW + DAY, Rules())
    found = []
    with psycopg.connect(contract_url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in ("CHECKPOINT", "VACUUM numbers"):
            connection.execute(statement)
            connection.execute("CHECKPOINT")
            found.append("base" in found_below(postgres.folder, sealed))
    assert [True, False] == found


def test_postgresql_keeps_no_hash_in_its_indexes(postgres, contract_url, postgres_store):
    """What a vacuum leaves of a phone's hash goes when the clock clears up; only the log still has it."""
    number = "+22370003177"
    keep(postgres_store, *(a_callback(n, reference=str(700 + n), state="closed", closed_at=NOW) for n in range(1, 11)), number=number)
    with postgres_store.write() as t:
        hashes = {bytes(row[0]) for row in t._connection.exec_driver_sql("SELECT number_hash FROM numbers")}
        t.retention.purge(NOW + DAY, Rules())
    found = []
    with psycopg.connect(contract_url.replace("+psycopg", ""), autocommit=True) as connection:
        for clears in (False, True):
            if clears:
                once_up(lambda: clear(contract_url))
            connection.execute("CHECKPOINT")
            found.append("base" in found_below(postgres.folder, hashes))
    assert (len(hashes), found) == (1, [True, False])


def found_below(folder: Path, needles: set[bytes]) -> set[str]:
    """In which parts of PostgreSQL's folder any of them stands."""
    found = set()
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # a file of the moment, gone meanwhile
            content = path.read_bytes() if path.is_file() else b""
            if any(needle in content for needle in needles):
                found.add(path.relative_to(folder).parts[0])
    return found
