"""Hints and workers on a real Valkey, with real worker processes: ids only, quick, quiet, and nobody left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from structlog.testing import capture_logs

from hotline import clock, jobs
from hotline.adapters.processes import bound
from hotline.adapters.rq import DELIVER, RqQueue
from hotline.adapters.valkey import connect
from hotline.ports.memory import MemoryAway
from tests.processes import wait_until_gone

if TYPE_CHECKING:
    from tests.valkey import Mortal

pytest_plugins = ["tests.valkey"]

ROOT = Path(__file__).parents[2]
POST = "0123456789abcdef0123456789abcdef"
PATIENT_MS = 240_000
"""Only how long a failure takes: a worker's start takes its time on a busy machine."""

WORKER = """
import os, signal, sys, time
from hotline import jobs
from hotline.adapters.rq import make_worker
from hotline.adapters.valkey import connect

class Line:
    "Tells over Redis what it was given; hangs or breaks when told to."

    def __init__(self):
        self.redis = connect(sys.argv[2], 5000)

    def deliver(self, post):
        self.redis.rpush("told", f"{post} {os.getpid()} {os.getppid()}")
        if post.startswith("hang"):
            signal.pause()
        if post.startswith("break"):
            raise ValueError("+22370000001 asked for 70000001")

jobs.bind(Line)
make_worker(sys.argv[1], sys.argv[2]).work()
"""

STARTER = """
import subprocess, sys
from hotline.adapters.processes import bound

subprocess.run(bound([sys.executable, "-c", *sys.argv[1:]]))
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def client(valkey: str) -> Iterator[Redis]:
    with connect(valkey, PATIENT_MS) as client:
        yield client


@pytest.fixture
def start(valkey: str) -> Iterator[Start]:
    """Starts a worker of one queue, and ends it with the test."""
    with ExitStack() as stack:

        def start(queue: str = "urgent", url: str = valkey) -> subprocess.Popen[str]:
            worker = subprocess.Popen(
                bound([sys.executable, "-c", WORKER, queue, url]), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            stack.callback(end, worker)
            return worker

        yield start


def end(worker: subprocess.Popen[str]) -> None:
    assert worker.stdout is not None
    worker.kill()
    worker.wait()
    worker.stdout.close()


def told(client: Redis) -> tuple[str, int, int]:
    """Which post was delivered next, and the pids of the horse and of its worker."""
    answer = client.blpop(["told"], timeout=PATIENT_MS // 2000)
    assert answer is not None, "no job ran"
    post, horse, worker = answer[1].decode().split()
    return post, int(horse), int(worker)


def test_a_hint_carries_the_id_and_nothing_else(client: Redis) -> None:
    """One job: its function by name, the post's id, a description that says nothing, no result, an end."""
    RqQueue(client).enqueue("urgent", POST)
    queue = Queue("urgent", connection=client, serializer=JSONSerializer)
    (job,) = queue.jobs
    assert (job.func_name, job.args, job.kwargs, job.description) == (DELIVER, [POST], {}, DELIVER)
    assert (job.result_ttl, job.failure_ttl, job.timeout, job.retries_left) == (0, 600, 60, None)
    assert 0 < client.ttl(job.key) <= 600


def test_a_second_hint_is_a_second_job(client: Redis) -> None:
    """None is swallowed for being like another one: the conditional update decides what is sent."""
    queue = RqQueue(client)
    queue.enqueue("urgent", POST)
    queue.enqueue("urgent", POST)
    assert client.llen("rq:queue:urgent") == 2


def test_every_job_is_found_by_its_name(client: Redis) -> None:
    """As RQ will look for it, from the name that lies in Redis."""
    RqQueue(client).enqueue("urgent", POST)
    (job,) = Queue("urgent", connection=client, serializer=JSONSerializer).jobs
    assert job.func is jobs.deliver


def test_a_hint_without_redis_is_memory_away(mortal_valkey: Mortal) -> None:
    """Quickly, and without a word."""
    with connect(mortal_valkey.url, 100) as client:
        queue = RqQueue(client)
        mortal_valkey.kill()
        with pytest.raises(MemoryAway) as caught:
            queue.enqueue("urgent", POST)
        assert caught.value.args == ()


def test_a_worker_delivers_from_its_own_queue_alone(client: Redis, start: Start) -> None:
    """In a forked horse, in order; the other queue is left to the other worker. Nothing stays behind in Redis."""
    worker = start("urgent")
    queue = RqQueue(client)
    queue.enqueue("default", "other")
    for message in ("one", "two", "three"):
        queue.enqueue("urgent", message)
    answers = [told(client) for _ in range(3)]
    assert [(post, parent) for post, _, parent in answers] == [(post, worker.pid) for post in ("one", "two", "three")]
    wait_until_gone(answers[-1][1])
    assert client.llen("rq:queue:default") == 1
    assert len(list(client.scan_iter("rq:job:*"))) == 1  # the other queue's


def test_a_job_that_breaks_leaves_no_value_behind(client: Redis, start: Start) -> None:
    """Neither on the worker's output nor in Redis: the id and the error's class. The worker goes on."""
    worker = start("urgent")
    queue = RqQueue(client)
    queue.enqueue("urgent", "break")
    assert told(client)[0] == "break"
    queue.enqueue("urgent", "next")
    assert told(client)[0] == "next"
    worker.terminate()
    output, _ = worker.communicate()
    assert "ValueError" in output
    assert "7000" not in output
    (failed,) = FailedJobRegistry("urgent", connection=client, serializer=JSONSerializer).get_job_ids()
    job = Job.fetch(failed, connection=client, serializer=JSONSerializer)
    result = job.latest_result()
    assert result is not None
    assert "JobFailed: ValueError" in str(result.exc_string)
    assert "7000" not in str(result.exc_string)
    assert 0 < client.ttl(job.key) <= 600


def test_kill_9_of_a_worker_leaves_no_horse(client: Redis, start: Start) -> None:
    """A horse in the middle of its job ends with its worker; another worker takes the next job."""
    worker = start("urgent")
    queue = RqQueue(client)
    queue.enqueue("urgent", "hang")
    _, horse, _ = told(client)
    worker.kill()
    wait_until_gone(horse)
    start("urgent")
    queue.enqueue("urgent", "next")
    assert told(client)[0] == "next"


def test_kill_9_of_who_started_a_worker_leaves_neither_worker_nor_horse(client: Redis, valkey: str) -> None:
    """Death goes down the line: starter, worker, horse in the middle of its job."""
    with subprocess.Popen([sys.executable, "-c", STARTER, WORKER, "urgent", valkey], cwd=ROOT) as starter:
        RqQueue(client).enqueue("urgent", "hang")
        _, horse, worker = told(client)
        starter.kill()
    wait_until_gone(worker)
    wait_until_gone(horse)


def test_a_worker_outlives_its_redis(mortal_valkey: Mortal, start: Start) -> None:
    """Redis is killed and comes back empty: the idle worker takes the next job."""
    with connect(mortal_valkey.url, PATIENT_MS) as client:
        with client.monitor() as monitor:
            worker = start("urgent", mortal_valkey.url)
            while not monitor.next_command()["command"].startswith("BLMOVE"):
                pass
        mortal_valkey.kill()
        mortal_valkey.start()
        RqQueue(client).enqueue("urgent", POST)
        post, _, parent = told(client)
    assert (post, parent) == (POST, worker.pid)


def test_sigterm_ends_an_idle_worker(client: Redis, start: Start) -> None:
    """It goes by itself, and Redis no longer knows it."""
    worker = start("urgent")
    RqQueue(client).enqueue("urgent", "one")
    told(client)
    worker.send_signal(signal.SIGTERM)
    worker.communicate()
    assert worker.returncode == 0
    assert client.smembers("rq:workers") == set()


class Broken:
    """A Hotline of which everything breaks, with a value in the error's text."""

    def deliver(self, post: str) -> None:
        raise ValueError("+22370000001")

    def tick(self) -> None:
        raise ValueError("+22370000001")


def test_a_broken_job_is_named_by_class_and_id() -> None:
    """The log line and the error carry the post's id and the class; the text and the cause stay out."""
    jobs.bind(Broken)
    with capture_logs() as lines, pytest.raises(jobs.JobFailed, match=r"^ValueError$") as caught:
        jobs.deliver(POST)
    assert lines == [{"event": "job_failed", "id": POST, "error": "ValueError", "log_level": "error"}]
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


class Ticking:
    """A Hotline whose ticks follow a script, the last of which stops the clock."""

    def __init__(self, script: str, stop: threading.Event) -> None:
        self.script = script
        self.stop = stop
        self.ticks = 0

    def tick(self) -> None:
        step = self.script[self.ticks]
        self.ticks += 1
        if self.ticks == len(self.script):
            self.stop.set()
        if step == "x":
            raise ValueError("+22370000001")


def test_a_tick_that_breaks_does_not_stop_the_clock() -> None:
    """Named by class, counted, told ever more rarely, and told when it is over."""
    stop = threading.Event()
    hotline = Ticking("xxxxx..", stop)
    with capture_logs() as lines:
        clock.run(hotline, stop, every=0)
    assert hotline.ticks == 7
    assert [(line["event"], line["count"]) for line in lines] == [
        ("tick_failed", 1),
        ("tick_failed", 2),
        ("tick_failed", 4),
        ("tick_recovered", 5),
    ]
    assert {line.get("error") for line in lines} == {"ValueError", None}


def test_a_stopped_clock_does_not_tick() -> None:
    """Stopped before it began: not one tick."""
    stop = threading.Event()
    stop.set()
    hotline = Ticking(".", stop)
    clock.run(hotline, stop)
    assert hotline.ticks == 0
