"""The console's pages with a full queue: server time of each, against a bare Flask view in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from hashlib import sha256

from flask import Flask
from flask.testing import FlaskClient
from msgspec import Struct
from msgspec.structs import replace

from hotline.adapters.sql import SqlStore
from hotline.app import assemble, create_app, open_store
from hotline.config import Config
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Review
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import Referral
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Role, Staff
from hotline.ports.desk.testimonies import Testimony
from hotline.ports.store import Transaction
from hotline.service.permissions import may
from hotline.web import settle

OPEN = 10_000
TIMES = 30
CLOSED = 5_000
"""What the month before has left."""
STAFF = 40
TESTIMONIES = 200
RECORDS = 20_000
ROLES: tuple[Role, ...] = ("counselor", "supervisor", "operator", "admin")
SHOWN = {
    "callback": "callback 0",
    "hand-over": "callback 5",
    "review": "review 1",
    "shifts": "staff 0",
    "people": "staff 0",
    "testimonies": "testimony 0",
}
"""What is looked at on pages that are about one thing."""
SCREENS = {"studio_screen": ("callback", "kept")}
"""Of pages of the studio, which screen of the line."""
LEFT_OUT = {"home", "code", "factor", "edition_difference"}
"""Pages that show nothing by themselves: to somebody who is signed in they lead on, or they want to know which two editions."""


class Timed(Struct, frozen=True):
    """One page of one role, in milliseconds."""

    path: str
    role: Role
    p50: float
    p99: float
    busy: float
    """Of a processor, on average: about what `p50` would be on a quiet machine."""
    size: int
    """Bytes as they go over the network."""


def measure(config: Config, at: int) -> tuple[tuple[Timed, ...], float]:
    """Every page that each role may open, slowest first, and the median of a bare view. The database is left as full as it was made."""
    store = open_store(config)
    _fill(store, at)
    store.close()
    app = create_app(config, "console", assemble(config))
    settle()
    found = [_time(_client(app, role), path, role) for role in ROLES for path in _paths(app, role)]
    return tuple(sorted(found, key=lambda timed: -timed.p99)), _bare()


def _fill(store: SqlStore, at: int) -> None:
    """So many open callbacks, a fifth of them due, some in review, some held, and what a month leaves; one of each role, signed in with a
    code as production wants it."""
    with store.write() as tx:
        for role in ROLES:
            number = f"+2237000{300 + ROLES.index(role):04d}"
            tx.staff.save(Staff(_id(role), role, role, number, "fr", ("fr", "bm"), seen_at=at, minors=True, on_call_until=at + 86_400))
            tx.accounts.save(Account(_id(role), "no password", "A" * 32))
            tx.accounts.add_sign_in(role, _id(role), at)
        for n in range(OPEN):
            tx.callbacks.add(_callback(n, at), f"+2237000{1000 + n:04d}")
            if n % 25 == 1:
                tx.reviews.add(Review(_id(f"review {n}"), _id(f"callback {n}"), "missed", at))
    with store.write() as tx:
        _leave_behind(tx, at)


def _leave_behind(tx: Transaction, at: int) -> None:
    """What a month of work has left: a team with its plan, callbacks that are closed, referrals, testimonies, the audit."""
    for n in range(STAFF):
        tx.staff.save(Staff(_id(f"staff {n}"), f"staff{n}", "counselor", f"+2237000{400 + n:04d}", "fr", ("fr", "bm")[n % 2 :]))
        for weekday in range(7):
            tx.shifts.add(Shift(_id(f"staff {n}"), weekday, 480, 960))
        tx.shifts.add(Shift(_id(f"staff {n}"), None, 0, 1440, day=at // 86_400 + n % 7, off=n % 2 == 0))
    for n in range(CLOSED):
        made = at - 86_400 - n * 500
        id = _id(f"closed {n}")
        done = replace(
            _callback(n, made), id=id, reference=str(20_000 + n), state="closed", outcome="spoke", closed_at=made + 900, attempts=1
        )
        tx.callbacks.add(replace(done, claimed_by=_id(f"staff {n % STAFF}"), claimed_at=made), f"+2237000{1000 + n:04d}")
        tx.calls.add_attempt(id, _id(f"call {n}"), made + 600)
        if n % 10 == 0:
            tx.cases.save_referral(Referral(_id(f"referral {n}"), id, "health", None, "referred", None, at // 86_400, None, made // 86_400))
    for n in range(TESTIMONIES):
        tx.testimonies.save(
            Testimony(_id(f"testimony {n}"), {"fr": "Elle a parlé, et elle a été écoutée. " * 8}, "written", _id("counselor"), at - n)
        )
    for n in range(RECORDS):
        tx.audit.add(AuditRecord(at - n, "counselor", ("taken", "connected", "given back")[n % 3], str(10_000 + n % OPEN)))


def _callback(n: int, at: int) -> Callback:
    is_due = n % 5 == 0
    return Callback(
        id=_id(f"callback {n}"),
        reference=str(10_000 + n),
        state="claimed" if n == 0 else "review" if n % 25 == 1 else "waiting",
        language=("fr", "bm")[n % 2],
        urgent=n % 50 == 0,
        other_phone=False,
        made_at=at - n % 600,
        opens_at=at - 60 if is_due else at + 3600 + n,
        not_after=at + (1800 if is_due else 18_000) + n,
        edition=1,
        claimed_by=_id("counselor") if n == 0 else None,
        claimed_at=at if n == 0 else None,
    )


def _paths(app: Flask, role: Role) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("console.")
        if (
            not rule.endpoint.startswith("console.")
            or "GET" not in (rule.methods or ())
            or name in LEFT_OUT
            or not may(_one_of(role), name)
        ):
            continue
        if name in SCREENS:
            flow, screen = SCREENS[name]
            yield rule.rule.replace("<id>", flow).replace("<part>", screen)
            continue
        shown = SHOWN.get(rule.rule.split("/")[2], "") if rule.arguments else ""
        if shown or not rule.arguments:
            yield rule.rule.replace("<id>", _id(shown))


def _one_of(role: Role) -> Staff:
    return Staff(_id(role), role, role, "", "fr", ())


def _client(app: Flask, role: Role) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction(base_url="http://localhost/console/") as session:
        session["token"] = role
    return client


def _time(client: FlaskClient, path: str, role: Role) -> Timed:
    def get() -> int:
        answer = client.get(path, headers={"Accept-Encoding": "gzip", "HX-Request": "true"})
        assert answer.status_code in (200, 204), f"{path} as {role}: {answer.status_code}"  # 204: nothing new
        return len(answer.get_data())

    size = get()
    worked = time.process_time()
    times = sorted(_milliseconds(get) for _ in range(TIMES))
    busy = (time.process_time() - worked) * 1000 / TIMES
    return Timed(path, role, statistics.median(times), times[-1], busy, size)


def _bare() -> float:
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "<p>bare</p>")
    client = app.test_client()
    return statistics.median(_milliseconds(lambda: client.get("/")) for _ in range(TIMES))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _id(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:32]
