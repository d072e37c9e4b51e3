"""What a dump of the database tells whoever has no keys, on both databases: no code of a caller, no length, and of what is over no second."""

from __future__ import annotations

import itertools
import os
import threading
from base64 import b64encode
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from hotline.adapters.keys.key_file import KeyFile, exchange
from hotline.adapters.keys.keyring import PURPOSES, Keyring
from hotline.adapters.keys.seal import DropMark, Seal, SealBroken, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.rotation import BATCH
from hotline.adapters.sql.sealed import LENGTHS, sealed_columns
from hotline.adapters.sql.tables import callbacks, calls, metadata, notes, offers, pranks, reviews
from hotline.engine.casework.flags import FLAGS
from hotline.engine.casework.incidents import QUESTIONS
from hotline.ports.calls.calls import Call
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.reviews import Review
from hotline.ports.calls.staff_rings import RingDigits
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.care import Load
from hotline.ports.desk.cases import Consent, HandedNote, Incident, Referral
from hotline.ports.desk.staff import Agreement, Staff
from hotline.ports.desk.testimonies import Testimony as Told
from hotline.ports.editions.comments import WordsComment
from hotline.ports.figures.releases import HiddenCell, Release
from hotline.ports.store import StoreAway
from hotline.service.calls.by_ring.reach import hashed
from hotline.settings import Rules
from tests.adapters.test_store import DAY, HERS, HOUR, NOW, OTHERS, a_callback, a_counselor, a_post, id_of, keep

WEEK = 7 * DAY
TERMS = Agreement("d" * 64, "Rokia Traoré", NOW)
THIRD = "+22370000003"
ALL = tuple(purpose for purpose in PURPOSES if purpose != "name")
MOMENTS = {
    callbacks: ("made_at", "opens_at", "not_after", "claimed_at", "closed_at"),
    offers: ("at",),
    calls: ("placed_at", "dialed_at", "ended_at", "covered_at"),
    reviews: ("at", "decided_at"),
    notes: ("at",),
    pranks: ("at",),
}
FULL = {question.key: max((*question.codes, "unknown"), key=len) for question in QUESTIONS.values()}


def write_all(store, n: int, *, much: bool) -> None:
    """A callback with all that hangs on it: the most that can be said of it, or the least."""
    callback = a_callback(n, reference=f"{700 + n}", word="vaccination12345" if much else None, safer="less_safe" if much else None)
    if much:
        callback = replace(callback, waited=10_080, worded=99, agreed=True, agreed_by=id_of(90), minor_by=id_of(90))
    keep(store, replace(callback, state="claimed", claimed_by=id_of(90), claimed_at=NOW + 10))
    with store.write() as t:
        t.staff.save(a_counselor(n, number=HERS if much else ""))
        for flag in [kind.flag for kind in FLAGS] if much else []:
            t.flags.add(id_of(n), flag)
        t.reviews.add(Review(id_of(n), id_of(n), "could_not_talk" if much else "flood", NOW))
        t.cases.save_incident(Incident(id_of(n), id_of(n), 20000, FULL if much else {"age": "61"}, figures=True))
        codes = ("psychosocial", "a" * 64, "not_applicable", "undecided") if much else ("legal", None, "already", None)
        t.cases.save_referral(Referral(id_of(n), id_of(n), *codes, None, "S" * 16 if much else None, 20000))
        t.form_drafts.save(id_of(n), f"note-{id_of(n)}", {"note": ("a" * 280 if much else "",)}, NOW + HOUR)
        t.cases.save_handed(id_of(n), HandedNote("a" * 280 if much else "", id_of(90)))
        t.comments.save(WordsComment(id_of(n), "words/bm/out", "ɔ" * 500 if much else "a", id_of(n), NOW))
        t.releases.save(Release(n, "2026-Q3", "prepared", (), NOW, "fanta", "d" * 64))
        cells = [HiddenCell("types", "rape", "count", "few", 0, 9)] * (20 if much else 1)
        t.releases.save_hidden(n, tuple(cells))
        kinds = ("record", "figures", "again", f"referral.{id_of(n)}") if much else ("record",)
        for kind in kinds:
            t.cases.save_consent(id_of(n), Consent(kind, NOW - NOW % HOUR))


def test_a_length_tells_nothing(store):
    """Whatever is chosen, whatever is flagged, agreed to or written down in codes: each column's values are of one length."""
    write_all(store, 1, much=True)
    write_all(store, 2, much=False)
    with store.read() as t:
        for column in LENGTHS:
            lengths = t._connection.execute(select(func.length(column)).distinct()).scalars().all()
            assert (column.table.name, 1) == (column.table.name, len(lengths))


def test_a_dump_without_keys_says_nothing(store):
    """Neither codes nor word, flags, consents, reasons and the staff's numbers stand in it, and a number of theirs is no caller's to look at."""
    write_all(store, 1, much=True)
    with store.read() as t:
        rows = [str(tuple(row)) for table in metadata.sorted_tables for row in t._connection.execute(table.select())]
        hashes = [
            t._connection.execute(select(table.c.number_hash)).scalar() for table in (metadata.tables["staff"], metadata.tables["numbers"])
        ]
    said = {*FULL.values(), "vaccination", "less_safe", "psychosocial", "not_applicable", "could_not_talk", "record", HERS}
    said |= {kind.flag for kind in FLAGS}
    assert set() == {word for word in said if any(f"'{word}" in row or f'"{word}' in row for row in rows)}
    assert hashes[0] != hashes[1]


def test_what_is_sealed_stays_where_it_was_sealed(store):
    """Moved to another row a word, a flag or a number does not open."""
    write_all(store, 1, much=True)
    write_all(store, 2, much=False)
    moved = (callbacks.c.sealed, callbacks.c.sealed_flags, metadata.tables["staff"].c.sealed_number)
    with store.write() as t:
        for column in moved:
            other = t._connection.execute(select(column).where(column.table.c.id == id_of(1))).scalar()
            t._connection.execute(column.table.update().where(column.table.c.id == id_of(2)).values({column.key: other}))
    with store.read() as t:
        for read in (t.callbacks.get, t.flags.of, t.staff.get):
            with pytest.raises(SealBroken):
                read(id_of(2))


def finest(store, state: str) -> set[int]:
    """The greatest step of which all moments of callbacks in this state, and of what hangs on them, are multiples."""
    found = set()
    with store.read() as t:
        ids = t._connection.execute(select(callbacks.c.id).where(callbacks.c.state == state)).scalars().all()
        for table, names in MOMENTS.items():
            key = table.c.id if table is callbacks else table.c.callback
            for row in t._connection.execute(select(*(table.c[name] for name in names)).where(key.in_(ids))):
                found |= {next((step for step in (DAY, HOUR) if at % step == 0), 1) for at in row if at is not None}
    return found


def carry(store, n: int, state: str, **changes) -> None:
    """A callback that a counselor rang, with an odd second in every moment."""
    closed = {"closed_at": NOW + 299} if state == "closed" else {}
    keep(
        store, a_callback(n, reference=f"{700 + n}", state=state, claimed_by=id_of(9), claimed_at=NOW + 7, attempts=1, **closed, **changes)
    )
    with store.write() as t:
        t.offers.add(Offer(id_of(n), id_of(9), NOW + 3))
        call = Call(id_of(20 + n), id_of(n), id_of(9), "dialed", NOW + 11, dialed_at=NOW + 13, covered_at=NOW + 17)
        t.calls.add(call)
        t.calls.save(replace(call, state="ended", ended_at=NOW + 271))
        t.calls.add_attempt(id_of(n), id_of(20 + n), NOW + 13)
        t.reviews.add(Review(id_of(n), id_of(n), "minor", NOW + 19, "noted", "seen", id_of(8), NOW + 23))
        t.cases.save_note(id_of(n), "short", NOW + 29)
        t.numbers.add_prank(id_of(n), NOW + 31)


def purge(store, at: int) -> None:
    with store.write() as t:
        t.retention.purge(at, Rules())


def test_what_is_closed_keeps_no_second(store):
    """From the next purge on the hour is left of its moments and of its calls, offers, reviews, note; after a week the day."""
    carry(store, 1, "closed")
    purge(store, NOW + 300)
    assert {HOUR, DAY} >= finest(store, "closed")
    purge(store, NOW + WEEK - HOUR)
    assert HOUR in finest(store, "closed")
    purge(store, NOW + WEEK + 300)
    assert {DAY} == finest(store, "closed")


@pytest.mark.parametrize("state", ["waiting", "claimed", "review"])
def test_what_is_open_keeps_its_seconds(store, state):
    """Nothing that somebody still waits for, or works at, is changed."""
    carry(store, 1, state, not_after=NOW + 9 * DAY)
    with store.read() as t:
        before = t.callbacks.get(id_of(1)), t.offers.of(id_of(1)), t.calls.get(id_of(21)), t.reviews.of(id_of(1))
    purge(store, NOW + 8 * DAY)
    with store.read() as t:
        assert before == (t.callbacks.get(id_of(1)), t.offers.of(id_of(1)), t.calls.get(id_of(21)), t.reviews.of(id_of(1)))


def test_a_call_that_goes_on_keeps_its_seconds(store):
    """How it ended may be said while they talk: the call is found and ended as before."""
    carry(store, 1, "closed")
    going = Call(id_of(31), id_of(1), id_of(9), "dialed", NOW + 11, dialed_at=NOW + 13)
    with store.write() as t:
        t.calls.add(going)
    purge(store, NOW + 300)
    with store.read() as t:
        assert going == t.calls.live_of(id_of(9))
    purge(store, NOW + DAY + 11)
    with store.read() as t:
        assert 0 == t.calls.get(id_of(31)).dialed_at % HOUR


def test_rules_that_look_back_see_what_they_saw(store):
    """Rings of a day, what a counselor carried and when the last hard call ended, whose turn it is: to the second as before it closed."""
    carry(store, 1, "closed")
    with store.write() as t:
        t.flags.add(id_of(1), "hard")
        t.offers.add(Offer(id_of(1), id_of(8), NOW + 1))
    looks = [
        lambda t: [t.calls.rings(id_of(1), at) for at in (NOW + 13, NOW + 14)],
        lambda t: [t.care.loads(at) for at in (NOW + 13, NOW + 14)],
        lambda t: sorted(t.offers.last(), key=t.offers.last().__getitem__),
        lambda t: t.callbacks.by_reference("701").id,
        lambda t: t.numbers.of(id_of(1)),
    ]
    with store.read() as t:
        before = [look(t) for look in looks]
    assert [[1, 0], [{id_of(9): Load(1, 1, NOW + 271)}, {}], [id_of(9), id_of(8)]] == before[:3]
    purge(store, NOW + 300)
    purge(store, NOW + DAY - HOUR)
    with store.read() as t:
        assert before == [look(t) for look in looks]


def test_a_phone_that_was_rung_is_known_a_day(store):
    """Then nothing says any more when it was, nor when the call ended."""
    carry(store, 1, "closed")
    carry(store, 2, "claimed", not_after=NOW + 9 * DAY)
    purge(store, NOW + DAY + 13)
    with store.read() as t:
        assert [0, 0] == [t.calls.rings(id_of(n), 0) for n in (1, 2)]
    purge(store, NOW + DAY + HOUR)
    with store.read() as t:
        assert [None, None] == t._connection.execute(select(calls.c.sealed_span)).scalars().all()
        assert {} == t.care.loads(NOW + HOUR)


def write_everything(store, numbers: int = 3) -> None:
    """Something in every column that is sealed, and of everything that is hashed."""
    write_all(store, 1, much=True)
    carry(store, 3, "closed")
    with store.write() as t:
        for n in range(100, 100 + numbers):
            t.callbacks.add(a_callback(n, reference=str(n)), OTHERS)
        t.numbers.silence(id_of(100))
        t.numbers.stop(THIRD, NOW, NOW + DAY)
        t.ledger.enter(b"k" * 32, "kept", b"facts", NOW, NOW + HOUR)
        t.outbox.add(a_post(1))
        t.accounts.save(Account(id_of(1), "hashed", "SECRET", 7, (store._seal.digest("recovery", "a").hex(),)))
        t.accounts.add_sign_in("a token", id_of(1), NOW)
        t.accounts.fail("a key", NOW)
        t.staff_rings.save_digits(RingDigits(id_of(1), hashed(store._seal, id_of(1), "37")))
        t.testimonies.save(Told(id_of(1), {"fr": "Un jour."}, "written", id_of(1), NOW))
        t.comments.save(WordsComment(id_of(1), "words/bm/out", "Une femme dirait.", id_of(1), NOW))
        t.audit.add(AuditRecord(NOW, "awa", "signed in", "awa"))
        t.staff.save(Staff(id_of(40), "rokia", "partner", "", "fr", (), organisation="Fédération", ends_on=21_000, agreed=TERMS))


def assert_all_there(store, numbers: int = 3) -> None:
    with store.read() as t:
        assert "vaccination12345" == t.callbacks.get(id_of(1)).word
        assert a_counselor(1, number=HERS) == t.staff.by_number(HERS)
        assert TERMS == t.staff.get(id_of(40)).agreed
        assert (a_post(1), HERS, "SECRET") == (t.outbox.get(id_of(1)), t.numbers.of(id_of(3)), t.accounts.get(id_of(1)).totp)
        assert (FULL, "short", b"facts") == (
            t.cases.incident_of(id_of(1)).codes,
            t.cases.note(id_of(3)),
            t.ledger.find(b"k" * 32, NOW).facts,
        )
        assert {"fr": "Un jour."} == t.testimonies.get(id_of(1)).text
        assert id_of(1) == t.accounts.sign_in("a token").staff
        assert 1 == t.accounts.failures("a key", NOW)
        assert (True, True) == (t.numbers.last_stop(THIRD) > 0, t.numbers.stop_of(THIRD, NOW).by_keys)
        assert numbers == len(t.callbacks.same_number(id_of(101)))
        assert (1, 1) == (t.numbers.pranks(HERS, NOW), t.calls.rings(id_of(3), NOW))
        assert t.staff_rings.digits(id_of(1)).hashed in store._seal.digests("ring digits", f"{id_of(1)}|37")
        assert None is t.audit.broken_at()


class Exchanged:
    """A database, the file of its keys, and processes that read it or, for a while, do not."""

    def __init__(self, url: str, folder: Path, keys: str) -> None:
        self.url, self.path = url, folder / "keys"
        self.path.write_text(keys)
        self.file = KeyFile(self.path)
        self.now = 1000

    def process(self) -> SqlStore:
        return SqlStore(self.url, Seal.from_file(self.path), 20_000)

    def rotate(self, store: SqlStore, pause=lambda _: None, tell=lambda _: None, purposes=ALL):
        self.now += 1
        return exchange(self.file, store, purposes, now=lambda: self.now, pause=pause, tell=tell, renew_day=lambda: None)

    def drop_old(self) -> None:
        ring = self.file.read()
        self.file.write(Keyring(tuple(key for key in ring.keys if key.state == "current" or key.purpose in ("token", "audit", "phone"))))


@pytest.fixture
def exchanged(url, tmp_path):
    """Beginning with the keys of an older line, all of whose purposes share two."""
    return Exchanged(url, tmp_path, ",".join(f"{id}:{b64encode(os.urandom(32)).decode()}" for id in ("k1", "hash")))


def test_keys_can_be_thrown_away(exchanged):
    """After an exchange everything opens with the new keys alone, what is hashed is found under them, and of the old ones those stay under which something lies
    that is only hashed."""
    store = exchanged.process()
    write_everything(store, BATCH + 1)
    with store.read() as t:
        assert [] == [
            place.column
            for place in sealed_columns()
            if not t._connection.execute(select(func.count(place.column))).scalar() and place.table.name != "day_keys"
        ]
    assert 0 == exchanged.rotate(store).closed
    assert {"current", "old"} == {key.state for key in exchanged.file.read().keys}
    exchanged.drop_old()
    store.close()
    store = exchanged.process()
    assert_all_there(store, BATCH + 1)
    rows, ring = store.rows_by_key(), exchanged.file.read()
    olds = {(key.purpose, key.id): rows.get((key.purpose, key.id), 0) for key in ring.keys if key.state == "old"}
    # a stop; a sign-in, a failure and a recovery code; a line of the audit
    assert {"phone": 1, "token": 3, "audit": 1} == {purpose: count for (purpose, _), count in olds.items() if count}
    assert 0 == store.rotate().sealed
    store.close()
    store = SqlStore(exchanged.url, Seal.from_text(new_keys()), 20_000)
    done = store.rotate()
    assert (0, True) == (done.sealed, done.closed > BATCH)
    store.close()


def test_processes_that_lag_behind_give_no_wrong_answer(exchanged):
    """While keys are exchanged one process knows the new ones and another does not yet: a phone is one phone, and what either wrote the other opens."""
    ahead, behind = exchanged.process(), exchanged.process()
    keep(behind, a_callback(1))
    exchanged.file.write(exchanged.file.read().announced(ALL, 1))
    ahead.learn_keys()
    keep(ahead, a_callback(2))
    behind.learn_keys()
    exchanged.file.write(exchanged.file.read().switched(2))
    ahead.learn_keys()
    for n, store in enumerate((ahead, behind, ahead, behind), 3):
        keep(store, a_callback(n))
        with store.write() as t:
            t.numbers.add_prank(id_of(n), NOW)
        for other in (ahead, behind):
            with other.read() as t:
                assert n == len(t.callbacks.same_number(id_of(1)))
                assert [HERS] * n == [t.numbers.of(id_of(m)) for m in range(1, n + 1)]
                assert n - 2 == t.numbers.pranks(HERS, NOW)
    with behind.write() as t:
        assert 6 == len(t.numbers.stop(HERS, NOW, NOW + DAY))
    with ahead.read() as t:
        assert t.numbers.stop_of(HERS, NOW).by_keys
        assert 0 == t.numbers.pranks(HERS, NOW)
    for store in (ahead, behind):
        store.close()


def test_what_was_announced_opens_at_once_where_nobody_told(exchanged):
    """A process that stood still all the while reads the file again where it finds a key that it does not know."""
    asleep, awake = exchanged.process(), exchanged.process()
    exchanged.rotate(awake)
    keep(awake, a_callback(1))
    with asleep.read() as t:
        assert HERS == t.numbers.of(id_of(1))
    for store in (asleep, awake):
        store.close()


class Killed(BaseException):
    """In place of SIGKILL."""


def test_an_exchange_goes_on_wherever_it_was_killed(exchanged):
    """At every step, each batch among them: the next call finishes that exchange, begins no other, and nothing is lost."""
    store = exchanged.process()
    write_everything(store)
    for stop in (1, 2, 3, 4, 6, 9, 99):
        steps = 0

        def step(_, stop=stop) -> None:
            nonlocal steps
            steps += 1
            if steps == stop:
                raise Killed

        before = {(key.purpose, key.id) for key in exchanged.file.read().keys}
        try:
            exchanged.rotate(store, pause=step, tell=step)
        except Killed:
            store.close()
            store = exchanged.process()
            exchanged.rotate(store)
        ring = exchanged.file.read()
        assert len(before) + len(ALL) == len(ring.keys)
        assert not ring.has("next")
        assert not ring.has("leaving")
        exchanged.drop_old()
        assert_all_there(store)
    assert steps > 9
    store.close()


def test_one_purpose_is_exchanged_alone(exchanged):
    """The others keep their keys."""
    store = exchanged.process()
    write_everything(store)
    for purpose in ALL:
        before = exchanged.file.read()
        exchanged.rotate(store, purposes=(purpose,))
        after = exchanged.file.read()
        assert {purpose} == {key.purpose for key in after.keys if key.state == "current" and key not in before.keys}
        assert_all_there(store)
    store.close()


def test_a_mark_is_for_whoever_began_before_it_whatever_the_clock_says(tmp_path):
    """A clock that was put back or forward in between, or over a new start of the machine, changes nothing: whoever began before has no keys, whoever begins later has. One
    that was made by hand goes by its date; that another made it, stands in nobody's way."""
    path = tmp_path / "mark"
    before, later, next_start = (DropMark(path, 1_000.0, boot, began, lambda: 70) for boot, began in (("a", 60), ("a", 80), ("b", 5)))
    path.touch(0o400)
    assert before.stands()  # made by hand, now
    before.make()
    for told in (1, 2_000, 4_000_000_000):
        os.utime(path, (told, told))
        assert (True, False, False) == (before.stands(), later.stands(), next_start.stands())
    nameless = DropMark(path, 1_000.0)  # this process does not see the machine's start
    assert nameless.stands()


def test_what_is_under_way_when_the_keys_are_dropped_is_not_kept(url, tmp_path):
    """It was sealed under keys that nobody has: it is rolled back, as if the database had been away."""
    mark = DropMark(tmp_path / "mark", 1.0)
    store = SqlStore(url, Seal.from_text(new_keys()).heed(mark), 20_000)
    keep(store, a_callback(1))

    def add() -> None:
        with store.write() as t:
            t.callbacks.add(a_callback(2, reference="702"), HERS)
            mark.make()
            store.learn_keys()
            t.callbacks.add(a_callback(3, reference="703"), HERS)

    for away in (add, lambda: store.read().__enter__()):
        with pytest.raises(StoreAway, match="KEYS_DROPPED"):
            away()
    after = SqlStore(url, Seal.from_text(new_keys()), 20_000)
    assert {("number", "k1"): 1, ("phone", "k1"): 1} == {
        key: count for key, count in after.rows_by_key().items() if key[0] in ("number", "phone")
    }
    for each in (store, after):
        each.close()


def test_an_exchange_under_load_gives_no_wrong_answer(exchanged):
    """Processes that learn of new keys each in their own time ask, stop and are asked meanwhile: what either kept the other finds, opens and counts."""
    wrong: list[str] = []
    over, learned, looks = threading.Event(), threading.Condition(), [0, 0, 0]

    def settle(_) -> None:
        """As the seconds do that an exchange waits: by then each process has looked at the file once more, from beginning to end."""
        before = looks.copy()
        with learned:
            assert learned.wait_for(lambda: all(now > then + 1 for now, then in zip(looks, before, strict=True)), 60)

    def work(process: int) -> None:
        store = exchanged.process()
        for turn in itertools.count():
            if over.is_set():
                break
            phone, ids = f"+2237{process}{turn:06}", [id_of(100_000 * process + 2 * turn + n) for n in (1, 2)]
            for id, late in zip(ids, (False, True), strict=True):
                if late and turn % 3 == process:
                    store.learn_keys()  # between the two
                    with learned:
                        looks[process] += 1
                        learned.notify()
                with store.write() as t:
                    t.callbacks.add(replace(a_callback(1, reference=id[-6:]), id=id), phone)
            with store.read() as t:
                found = [callback.id for callback in t.callbacks.same_number(ids[0])], [t.numbers.of(id) for id in ids]
            if found != (ids, [phone] * 2):
                wrong.append(f"{process} {turn}: {found}")
            if turn % 2:
                with store.write() as t:
                    stopped = t.numbers.stop(phone, NOW, NOW + DAY)
                with store.read() as t:
                    if (stopped, t.numbers.stop_of(phone, NOW) is None) != (tuple(ids), False):
                        wrong.append(f"{process} {turn}: stopped {stopped}")
        store.close()

    threads = [threading.Thread(target=work, args=(process,)) for process in range(3)]
    for thread in threads:
        thread.start()
    store = exchanged.process()
    done = exchanged.rotate(store, pause=settle)
    over.set()
    for thread in threads:
        thread.join()
    assert [] == wrong
    assert (0, 0) == (done.closed, done.left)
    store.close()
