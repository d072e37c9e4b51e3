"""The counters behind /metrics: none lost between forks and processes, none counted twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import get_type_hints

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hotline.adapters.meter import BOUNDS, PrometheusMeter
from hotline.ports.figures.figures import Counts
from tests.fakes import FakeTime

EFFECTS = ("open_callback", "refine_callback", "cancel_callback", "stop_calls")
NONE = Counts(waiting={}, oldest_age={}, outbox={})


def samples(page: bytes) -> dict[str, float]:
    """`name{labels}` to value, as Prometheus reads the page."""
    return {
        sample.name + "".join(f"|{sample.labels[label]}" for label in sorted(sample.labels)): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


@pytest.fixture
def meter(tmp_path):
    return PrometheusMeter(tmp_path / "metrics", FakeTime())


def test_hops_are_counted_by_kind_and_latency(meter):
    """A hop falls into the bucket of its latency and all above, and into its kind alone."""
    for kind, seconds in (("screen", 0.0004), ("screen", 0.001), ("screen", 0.3), ("broken", 9.0)):
        meter.hop(kind, seconds)
    seen = samples(meter.page(NONE, 0))
    buckets = [seen[f"hotline_hop_seconds_bucket|screen|{bound}"] for bound in (*BOUNDS, "+Inf")]
    assert buckets == [1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3]
    assert seen["hotline_hop_seconds_count|screen"] == 3
    assert seen["hotline_hop_seconds_sum|screen"] == pytest.approx(0.3014)
    assert (seen["hotline_hop_seconds_bucket|broken|2.5"], seen["hotline_hop_seconds_count|broken"]) == (0, 1)


def test_hops_are_counted_by_whose_wire_they_came(tmp_path):
    """Over all processes of the line; each kind of answer, so that a door that breaks is seen beside one that does not."""
    meter, other = (PrometheusMeter(tmp_path / "metrics", FakeTime(), ("hubtel", "africastalking")) for _ in range(2))
    for kind, gateway in (
        ("screen", "hubtel"),
        ("screen", "hubtel"),
        ("broken", "hubtel"),
        ("screen", "africastalking"),
        ("end", "nobody"),
    ):
        meter.hop(kind, 0.001, gateway)
    for living in (meter, other):
        living.share()
    seen = {name: count for name, count in samples(other.page(NONE, 0)).items() if name.startswith("hotline_gateway_hops_total") and count}
    assert seen == {
        "hotline_gateway_hops_total|hubtel|screen": 2,
        "hotline_gateway_hops_total|hubtel|broken": 1,
        "hotline_gateway_hops_total|africastalking|screen": 1,
    }


def test_orders_breakers_and_ends_are_counted(meter):
    """Each in its own slot; an effect that is not known is counted all the same."""
    meter.order("open_callback", "kept")
    meter.order("open_callback", "kept")
    meter.order("stop_calls", "lost")
    meter.order("a_new_one", "spooled")
    meter.breaker("memory")
    meter.ended("Failed")
    meter.unknown("report")
    counted = {name: value for name, value in samples(meter.page(NONE, 0)).items() if value and "created" not in name}
    assert counted == {
        "hotline_orders_total|kept": 2,
        "hotline_orders_total|lost": 1,
        "hotline_orders_total|spooled": 1,
        "hotline_breaker_total|memory": 1,
        "hotline_sessions_ended_total|Failed": 1,
        "hotline_unknown_states_total|report": 1,
    }


def test_every_kind_and_way_that_the_port_names_has_a_slot(meter):
    """Nothing that the service may count raises."""
    for kind in get_type_hints(PrometheusMeter.hop, vars(sys.modules["typing"]))["kind"].__args__:
        meter.hop(kind, 0.1)
    for effect in EFFECTS:
        for how in ("kept", "spooled", "lost"):
            meter.order(effect, how)
    assert 12 == sum(value for name, value in samples(meter.page(NONE, 0)).items() if name.startswith("hotline_orders_total|"))


def test_what_an_order_did_is_counted_by_the_hour(tmp_path):
    """Whoever looks each second sees that one was given, and of none which: they move together when the hour is full, in every process and after its end."""
    folder, time = tmp_path / "metrics", FakeTime()
    time.seconds = 3600.0
    meter = PrometheusMeter(folder, time)
    meter.share()
    pages = set()
    for effect in EFFECTS:
        meter.order(effect, "kept")
        meter.share()
        pages.add(frozenset(by_effect(meter.page(NONE, 0)).items()))
    time.seconds += 3599
    meter.share()
    pages.add(frozenset(by_effect(meter.page(NONE, 0)).items()))
    assert {frozenset((effect, 0) for effect in (*EFFECTS, "other"))} == pages
    time.seconds += 1
    other = PrometheusMeter(folder, time)
    meter.share()
    other.share()
    for living in (meter, other):
        assert {**dict.fromkeys(EFFECTS, 1), "other": 0} == by_effect(living.page(NONE, 0))


def by_effect(page: bytes) -> dict[str, float]:
    return {name.rpartition("|")[2]: value for name, value in samples(page).items() if name.startswith("hotline_orders_by_effect_total|")}


COUNT = "import pathlib, sys, time; from hotline.adapters.meter import PrometheusMeter; meter = PrometheusMeter(pathlib.Path(sys.argv[1]), time.monotonic); meter.hop('screen', 0.001); meter.share()"


def test_processes_add_up_and_the_dead_leave_their_counts_and_their_file(tmp_path):
    """Two that live count in two files; the many that came and went one after the other shared one."""
    folder = tmp_path / "metrics"
    first, second = PrometheusMeter(folder, FakeTime()), PrometheusMeter(folder, FakeTime())
    first.hop("screen", 0.001)
    second.hop("screen", 0.001)
    first.share()
    second.share()
    for _ in range(3):
        subprocess.run([sys.executable, "-c", COUNT, str(folder)], check=True)
    first.share()
    second.share()
    of_each = [samples(one.page(NONE, 0)) for one in (first, second)]
    for seen in of_each:
        del seen["hotline_disk_free_bytes"]  # others write there, too
    assert of_each[0] == of_each[1]
    assert samples(first.page(NONE, 0))["hotline_hop_seconds_count|screen"] == 5
    assert len(list(folder.iterdir())) == 3


def test_a_fork_counts_in_a_file_of_its_own(meter, tmp_path):
    """A child never writes where its parent does."""
    meter.share()
    child = os.fork()
    if child == 0:
        meter.hop("screen", 0.001)
        meter.share()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    meter.hop("screen", 0.001)
    meter.share()
    assert samples(meter.page(NONE, 0))["hotline_hop_seconds_count|screen"] == 2
    assert len(list((tmp_path / "metrics").iterdir())) == 2


def test_a_file_half_made_is_passed_over(meter, tmp_path):
    """Another process that is just beginning does not break the page."""
    meter.share()
    ours = next((tmp_path / "metrics").iterdir())
    ours.with_name(ours.name.replace("-0.", "-7.")).touch()
    meter.hop("end", 0.001)
    meter.share()
    assert samples(meter.page(NONE, 0))["hotline_hop_seconds_count|end"] == 1


CUT = """
import os, pathlib, sys, time
from hotline.adapters.meter import PrometheusMeter
from hotline.ports.figures.figures import Counts

folder = pathlib.Path(sys.argv[1])
meter = PrometheusMeter(folder, time.monotonic)
meter.hop("screen", 0.001)
getattr(meter, "share", lambda: None)()
(ours,) = folder.iterdir()
os.truncate(ours, 0)
meter.hop("screen", 0.001)
print(meter.page(Counts(waiting={}, oldest_age={}, outbox={}), 0).decode())
"""


def test_a_file_cut_under_it_ends_no_process(tmp_path):
    """As on a disk that is full or hangs: what is counted is counted, in the process's own memory."""
    counted = subprocess.run([sys.executable, "-c", CUT, str(tmp_path / "metrics")], stdout=subprocess.PIPE, check=False)
    assert counted.returncode == 0
    assert samples(counted.stdout)["hotline_hop_seconds_count|screen"] == 2


def test_without_room_or_folder_it_counts_and_says_that_it_cannot_share(tmp_path):
    """OSError for whoever shares, again and again; once there is a folder nothing is lost."""
    (tmp_path / "metrics").touch()
    meter = PrometheusMeter(tmp_path / "metrics", FakeTime())
    meter.hop("screen", 0.001)
    for _ in range(2):
        with pytest.raises(OSError, match="metrics"):
            meter.share()
    assert samples(meter.page(NONE, 0))["hotline_hop_seconds_count|screen"] == 1
    (tmp_path / "metrics").unlink()
    meter.share()
    other = PrometheusMeter(tmp_path / "metrics", FakeTime())
    other.share()
    assert samples(other.page(NONE, 0))["hotline_hop_seconds_count|screen"] == 1


def test_room_on_the_disk_is_what_was_last_found(meter, tmp_path):
    """Whoever asks for the page waits for no disk: nothing is said until the thread that shares has looked, which makes the folder, too."""
    assert "hotline_disk_free_bytes" not in samples(meter.page(NONE, 0))
    meter.share()
    found = samples(meter.page(NONE, 0))["hotline_disk_free_bytes"]
    assert 0 < found <= shutil.disk_usage(tmp_path).total
