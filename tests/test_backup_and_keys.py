"""Where backups meet keys that were exchanged, thrown away or left behind: a stop stays a stop, and what opens no more is said before anything is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline import backups
from hotline.adapters.backup.revoked import read
from hotline.adapters.keys.key_file import KeyFile
from hotline.adapters.keys.key_file import exchange as finish
from hotline.adapters.keys.keyring import PURPOSES
from hotline.adapters.keys.seal import new_keys
from hotline.app import open_store
from hotline.engine.times import DAY_SECONDS
from hotline.ports.desk.cases import RECORD
from tests.adapters.test_store import HERS, OTHERS, a_callback, id_of
from tests.test_backup import NOW, SPOKEN, Machine, contract_url, empty, empty_contract_url, fill, machine, postgres, secret, small

__all__ = ["contract_url", "empty_contract_url", "machine", "postgres", "small"]


def with_file(machine: Machine) -> Machine:
    """The same, with its keys in a file."""
    path = machine.folder / "keys"
    path.touch(0o600)
    path.write_text(new_keys())
    env = machine.env | {"HOTLINE_KEYS_FILE": str(path)}
    del env["HOTLINE_KEYS"]
    return machine._replace(env=env)


def exchange(machine: Machine, *, at: int = NOW + 30, rewrite: bool = True) -> None:
    """All keys, those of names too. `rewrite`: as far as its end; else it is killed once the new ones are in force."""
    file = KeyFile(Path(machine.env["HOTLINE_KEYS_FILE"]))
    ring = file.read().announced(PURPOSES, at).switched(at)
    file.write(ring)
    if rewrite:
        assert open_store(machine.config).rotate().left == 0
        file.write(ring.finished(at))


@pytest.mark.parametrize("rewrite", [True, False])
def test_a_stop_stays_a_stop_over_an_exchange_of_keys(machine, request, rewrite):
    """Backed up, taken back before an exchange of all keys and after it, lost, restored: nobody who said no is rung, whoever shut out stays out, and all else opens. So too
    where the exchange was killed in the middle."""
    line = with_file(machine)
    with line.store().write() as tx:
        fill(tx)
        for n in (11, 12):
            tx.callbacks.add(
                a_callback(n, reference=str(600 + n), made_at=NOW, opens_at=NOW, not_after=NOW + DAY_SECONDS), f"+223700001{n}"
            )
    file = line.backup()
    with line.store().write() as tx:
        tx.revocations.add("cancelled", id_of(11), NOW + 10)
        tx.revocations.add("testimony", id_of(6), NOW + 10)
        tx.revocations.add("disabled", id_of(1), NOW + 10)
        tx.numbers.stop(OTHERS, NOW + 10, NOW + DAY_SECONDS)
        tx.revocations.add("stop", OTHERS, NOW + 10)
    exchange(line, rewrite=rewrite)
    with line.store().write() as tx:
        tx.revocations.add("consent", f"{id_of(1)}|{RECORD}", NOW + 60)
        tx.revocations.add("cancelled", id_of(12), NOW + 60)
        tx.numbers.stop(HERS, NOW + 60, NOW + DAY_SECONDS)
        tx.revocations.add("stop", HERS, NOW + 60)
    there = line.elsewhere(empty(request, "sqlite", line.folder))
    done = backups.restore(there.config, file, secret(line), read(Path(line.env["HOTLINE_REVOKED_FILE"])), NOW + 120)
    assert done.closed == 0
    with there.store().read() as tx:
        assert ["stopped", "stopped", "cancelled", "cancelled"] == [tx.callbacks.get(id_of(n)).state for n in (1, 2, 11, 12)]
        assert [None] * 4 == [tx.numbers.of(id_of(n)) for n in (1, 2, 11, 12)]
        assert [True, True] == [tx.numbers.stop_of(number, NOW) is not None for number in (HERS, OTHERS)]
        assert tx.testimonies.get(id_of(6)).state == "withdrawn"
        assert tx.cases.consents(id_of(1))[RECORD].revoked_at is not None
        assert not tx.staff.get(id_of(1)).active
        assert tx.cases.note(id_of(1)) == SPOKEN
        assert tx.audit.broken_at() is None
    with there.store().write() as tx:  # what comes in now goes on with what is known of that phone
        tx.callbacks.add(a_callback(13, reference="613", made_at=NOW + 200, opens_at=NOW + 200, not_after=NOW + DAY_SECONDS), OTHERS)
        assert tx.numbers.stop_of(OTHERS, NOW) is not None
    assert (0, 0) == (open_store(there.config).rotate().closed, open_store(there.config).openable()[1])


def test_an_exchange_that_was_killed_goes_on_after_a_restore(machine, request):
    """Killed once new keys were in force, a backup made of rows under either key, the machine lost: restored with the file of keys as it was, all opens, a stop under either hash
    counts, and the exchange ends there; then the keys before may go and nothing needed them."""
    line = with_file(machine)
    with line.store().write() as tx:
        fill(tx)
    exchange(line, rewrite=False)
    with line.store().write() as tx:
        tx.callbacks.add(a_callback(11, reference="611", made_at=NOW, opens_at=NOW, not_after=NOW + DAY_SECONDS), "+22370000111")
    file = line.backup(NOW + 60)
    with line.store().write() as tx:
        for number in (HERS, "+22370000111"):
            tx.numbers.stop(number, NOW + 90, NOW + DAY_SECONDS)
            tx.revocations.add("stop", number, NOW + 90)
    there = line.elsewhere(empty(request, "sqlite", line.folder))
    done = backups.restore(there.config, file, secret(line), read(Path(line.env["HOTLINE_REVOKED_FILE"])), NOW + 120)
    assert done.closed == 0
    keys = KeyFile(Path(there.env["HOTLINE_KEYS_FILE"]))
    store = open_store(there.config)
    ended = finish(keys, store, PURPOSES, now=lambda: NOW + 200, pause=lambda _: None, tell=lambda _: None, renew_day=lambda: None)
    assert (0, 0, {"current", "old"}) == (ended.left, ended.closed, {key.state for key in keys.read().keys})
    for key in [key for key in keys.read().keys if key.state == "old" and key.purpose not in ("phone", "audit")]:
        keys.write(keys.read().without(key.purpose, key.id))
    with open_store(there.config).read() as tx:
        assert ["stopped", "claimed", "stopped"] == [tx.callbacks.get(id_of(n)).state for n in (1, 2, 11)]
        assert (None, OTHERS, None) == tuple(tx.numbers.of(id_of(n)) for n in (1, 2, 11))
        assert [True, True] == [tx.numbers.stop_of(number, NOW) is not None for number in (HERS, "+22370000111")]
        assert tx.cases.note(id_of(1)) == SPOKEN
        assert tx.audit.broken_at() is None
