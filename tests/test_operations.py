"""Alive, ready, counted: what whoever runs the line sees of it."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.adapters.meter import PrometheusMeter
from hotline.operations import blueprint
from hotline.ports.figures.figures import Counts
from hotline.ports.machine import MachineState
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from tests.fakes import FakeHotline, FakeTime

WELL = {"database": "ok", "redis": "ok", "spool": "ok", "editions": "ok", "emergency_number": "ok", "clock": "ok"}
MACHINE = MachineState(86_400 * 30, {"phone": 3600, "number": float("inf")})


class FakeSpool:
    """A spool of a given length, or one whose disk fails."""

    def __init__(self, records: int | None = 0) -> None:
        self._records = records

    def __len__(self) -> int:
        if self._records is None:
            raise SpoolFull
        return self._records


@pytest.fixture
def get(tmp_path):
    """Ask a line that does as the test says for a path."""

    def ask(
        path: str, hotline: FakeHotline, spool: FakeSpool | None = None, peer: str = "127.0.0.1", headers: dict[str, str] | None = None
    ):
        app = Flask("empty")
        app.register_blueprint(
            blueprint(hotline, PrometheusMeter(tmp_path / "metrics", FakeTime()), FakeSpool() if spool is None else spool, lambda: MACHINE)
        )
        return app.test_client().get(path, headers=headers, environ_base={"REMOTE_ADDR": peer})

    return ask


def test_live_asks_nothing_of_anyone(get):
    """A process that answers is alive, whatever is broken around it."""
    hotline = FakeHotline(failure=StoreAway())
    assert (get("/health/live", hotline).status_code, hotline.calls) == (200, [])


@pytest.mark.parametrize(
    ("away", "status", "ready"),
    [
        ([], 200, True),
        (["redis"], 200, True),
        (["database", "redis", "spool", "clock"], 200, True),
        (["editions"], 503, False),
        (["database", "editions"], 503, False),
    ],
)
def test_ready_means_that_callers_get_screens(away, status, ready, get):
    """Ready without any store, not without an edition; every degraded part is named."""
    parts = WELL | dict.fromkeys(away, "away")
    answer = get("/health/ready", FakeHotline(health=parts))
    assert (answer.status_code, answer.json) == (status, {"ready": ready, "degraded": sorted(away), "parts": parts})


def test_ready_without_a_number_for_emergencies(get):
    """Callers get screens; that this one is missing is said."""
    parts = WELL | {"emergency_number": "none"}
    answer = get("/health/ready", FakeHotline(health=parts))
    assert (answer.status_code, answer.json) == (200, {"ready": True, "degraded": ["emergency_number"], "parts": parts})


def test_metrics_tell_the_queue_the_outbox_and_the_spool(get):
    """The gauges of the moment, in Prometheus's own text."""
    counts = Counts(waiting={"fr": 3, "bm": 1}, oldest_age={"fr": 125, "bm": 7}, outbox={"pending": 2, "unknown": 1}, clock_jumped=-172800)
    answer = get("/metrics", FakeHotline(counts=counts), FakeSpool(4))
    lines = answer.text.splitlines()
    assert answer.content_type.startswith("text/plain; version=")
    for line in (
        'hotline_callbacks_waiting{language="fr"} 3.0',
        'hotline_callbacks_oldest_seconds{language="fr"} 125.0',
        'hotline_outbox_posts{state="unknown"} 1.0',
        "hotline_clock_jumped_seconds -172800.0",
        "hotline_spool_records 4.0",
        "hotline_jobs_dropped_total 3.0",
        'hotline_orders_total{how="kept"} 0.0',
    ):
        assert line in lines


def test_metrics_tell_how_the_line_stands(get):
    """What was promised, kept and missed, who met nobody, who is there and what nobody has planned to take; and each part that is not well."""
    lines = get("/metrics", FakeHotline(health=WELL | {"gateway kannel": "failing", "supervision": "closed"})).text.splitlines()
    for line in (
        'hotline_promises{how="kept",language="fr"} 8.0',
        'hotline_promises{how="missed",language="fr"} 1.0',
        'hotline_refused{language="bm",why="nobody"} 2.0',
        'hotline_counselors_there{language="bm"} 0.0',
        "hotline_supervisors_on_call 1.0",
        'hotline_uncovered_hours{of="fr"} 3.5',
        'hotline_outbox_oldest_seconds{queue="urgent"} 7.0',
        'hotline_outbox_oldest_seconds{queue="default"} 0.0',
        'hotline_worker_alive{queue="default"} 0.0',
        'hotline_part_ok{part="database"} 1.0',
        'hotline_part_ok{part="gateway kannel"} 0.0',
        'hotline_part_ok{part="supervision"} 0.0',
        "hotline_certificate_seconds 2.592e+06",
        'hotline_key_age_seconds{purpose="phone"} 3600.0',
        'hotline_key_age_seconds{purpose="number"} +Inf',
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("fd00::7", {}, 200),
        ("::ffff:192.168.1.2", {}, 200),
        ("41.73.100.1", {}, 404),
        ("::ffff:41.73.100.1", {}, 404),
        ("2a00:1450::1", {}, 404),
        ("", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "10.1.2.3"}, 404),
        ("127.0.0.1", {"Forwarded": "for=10.1.2.3"}, 404),
        ("127.0.0.1", {"X-Real-IP": "10.1.2.3"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
    ],
)
def test_metrics_are_served_inside_alone(peer, headers, status, get):
    """To a machine of the network that the line runs in, and never through a proxy: from outside there is no such page. Whether it lives is no secret."""
    answer = get("/metrics", FakeHotline(), peer=peer, headers=headers)
    assert (status, status == 200) == (answer.status_code, "hotline_" in answer.text)
    assert 200 == get("/health/live", FakeHotline(), peer=peer, headers=headers).status_code


def test_metrics_say_what_they_can_with_every_store_away(get):
    """Counters come from this machine; a gauge that nobody knows is left out, not zero."""
    answer = get("/metrics", FakeHotline(failure=StoreAway()), FakeSpool(None))
    assert answer.status_code == 200
    assert "hotline_hop_seconds_count" in answer.text
    assert "hotline_callbacks" not in answer.text
    assert "hotline_spool" not in answer.text
