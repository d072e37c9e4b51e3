"""The room's pages with a full queue: server time of each, against a bare Flask view in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from hashlib import sha256

from flask import Flask
from flask.testing import FlaskClient
from msgspec import Struct
from werkzeug.routing import Rule

from hotline.adapters.sql import SqlStore
from hotline.app import assemble, create_app, open_store
from hotline.config import Config
from hotline.console.permissions import may
from hotline.ports import Callback, Role, Staff
from hotline.ports.review import Review

OPEN = 5_000
TIMES = 30
ROLES: tuple[Role, ...] = ("counselor", "supervisor", "operator", "admin")


class Timed(Struct, frozen=True):
    """One page of one role, in milliseconds."""

    path: str
    role: Role
    p50: float
    p99: float
    size: int
    """Bytes as they go over the network."""


def measure(config: Config, at: int) -> tuple[tuple[Timed, ...], float]:
    """Every page that each role may open, slowest first, and the median of a bare view. The database is left as full as it was made."""
    store = open_store(config)
    sample = _fill(store, at)
    store.close()
    app = create_app(config, assemble(config))
    found = [_time(_client(app, role), path, role) for role in ROLES for path in _paths(app, role, sample)]
    return tuple(sorted(found, key=lambda each: -each.p99)), _bare()


def _fill(store: SqlStore, at: int) -> str:
    """So many open callbacks, a fifth of them due, some in review, some held; and one of each role, signed in. Returns one that is held."""
    with store.write() as tx:
        for role in ROLES:
            tx.add_staff(Staff(_id(role), role, role, f"+2237000{300 + ROLES.index(role):04d}", "fr", ("fr", "bm"), seen_at=at, on_call_until=at + 86_400))
            tx.add_sign_in(role, _id(role), at)
        for n in range(OPEN):
            tx.add_callback(_callback(n, at), f"+2237000{1000 + n:04d}")
            if n % 25 == 1:
                tx.add_review(Review(_id(f"review {n}"), _id(f"callback {n}"), "missed", at))
    return _id("callback 0")


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


def _paths(app: Flask, role: Role, sample: str) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("console.")
        if rule.endpoint.startswith("console.") and "GET" in (rule.methods or ()) and name != "home" and may(role, name) and _takes_callback(rule):
            yield rule.rule.replace("<id>", sample)


def _takes_callback(rule: Rule) -> bool:
    """Without an argument, or with that of a callback's pages."""
    return not rule.arguments or rule.rule.startswith("/console/callback/<id>")


def _client(app: Flask, role: Role) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction(base_url="http://localhost/console/") as session:
        session["token"] = role
    return client


def _time(client: FlaskClient, path: str, role: Role) -> Timed:
    def get() -> int:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code < 400, f"{path} as {role}: {answer.status_code}"
        return len(answer.get_data())

    size = get()
    times = sorted(_milliseconds(get) for _ in range(TIMES))
    return Timed(path, role, statistics.median(times), times[-1], size)


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
