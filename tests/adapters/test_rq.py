"""Hints and workers on a real Valkey, with real worker processes: ids only, quick, quiet, and nobody left behind."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from structlog.testing import capture_logs

from hotline import clock, jobs
from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.processes import bound
from hotline.adapters.rq import DELIVER, RqQueue
from hotline.adapters.valkey import ValkeyMemory, connect
from hotline.ports.memory import Memory, MemoryAway, Press
from tests.processes import wait_until_gone

if TYPE_CHECKING:
    from tests.valkey import Mortal

pytest_plugins = ["tests.valkey"]

ROOT = Path(__file__).parents[2]
POST = "0123456789abcdef0123456789abcdef"
ONE, TWO, THREE, OTHER, NEXT = ("1" * 32, "2" * 32, "3" * 32, "0" * 32, "4" * 32)
HANG, BREAK = "a" * 32, "b" * 32
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
        if post.startswith("aaa"):
            signal.pause()
        if post.startswith("bbb"):
            raise ValueError("+22370000001 asked for 70000001")

jobs.bind(Line)
make_worker(sys.argv[1], sys.argv[2], "0033").work()
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
    queue.enqueue("default", OTHER)
    for message in (ONE, TWO, THREE):
        queue.enqueue("urgent", message)
    answers = [told(client) for _ in range(3)]
    assert [(post, parent) for post, _, parent in answers] == [(post, worker.pid) for post in (ONE, TWO, THREE)]
    wait_until_gone(answers[-1][1])
    assert client.llen("rq:queue:default") == 1
    assert len(list(client.scan_iter("rq:job:*"))) == 1  # the other queue's


def test_a_job_that_breaks_leaves_no_value_behind(client: Redis, start: Start) -> None:
    """Neither on the worker's output nor in Redis: the id and the error's class. The worker goes on."""
    worker = start("urgent")
    queue = RqQueue(client)
    queue.enqueue("urgent", BREAK)
    assert told(client)[0] == BREAK
    queue.enqueue("urgent", NEXT)
    assert told(client)[0] == NEXT
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
    queue.enqueue("urgent", HANG)
    _, horse, _ = told(client)
    worker.kill()
    wait_until_gone(horse)
    start("urgent")
    queue.enqueue("urgent", NEXT)
    assert told(client)[0] == NEXT


def test_kill_9_of_who_started_a_worker_leaves_neither_worker_nor_horse(client: Redis, valkey: str) -> None:
    """Death goes down the line: starter, worker, horse in the middle of its job."""
    with subprocess.Popen([sys.executable, "-c", STARTER, WORKER, "urgent", valkey], cwd=ROOT) as starter:
        RqQueue(client).enqueue("urgent", HANG)
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
    RqQueue(client).enqueue("urgent", ONE)
    told(client)
    worker.send_signal(signal.SIGTERM)
    worker.communicate()
    assert worker.returncode == 0
    assert client.smembers("rq:workers") == set()


class Payload:
    """What prints as soon as it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return print, ("PWNED",)


def forge(client: Redis, function: str = DELIVER, args: object = (NEXT,), kwargs: dict | None = None, **fields: object) -> Job:
    """A job as whoever can write to Redis may make it, in the queue; `fields` go into its hash as they are."""
    queue = Queue("urgent", connection=client, serializer=JSONSerializer)
    job = queue.enqueue_call(function, args=args, kwargs=kwargs, description="PWNED")
    if fields:
        client.hset(job.key, mapping=fields)
    return job


FORGED: dict[str, Callable[[Redis], object]] = {
    "another function": lambda client: forge(client, "builtins.print", ["PWNED"]),
    "pickle": lambda client: Queue("urgent", connection=client).enqueue(print, Payload()),
    "pickle beside it": lambda client: forge(client, meta=pickle.dumps(Payload()), result=pickle.dumps(Payload())),
    "another argument": lambda client: forge(client, args=["../../etc"]),
    "two arguments": lambda client: forge(client, args=[NEXT, NEXT]),
    "a named argument": lambda client: forge(client, kwargs={"x": 1}),
    "a method": lambda client: forge(client, data=JSONSerializer.dumps(("format", "PWNED", [NEXT], {}))),
    "a callback after success": lambda client: forge(client, success_callback_name="builtins.print"),
    "a callback after failure": lambda client: forge(client, args=[BREAK], failure_callback_name="builtins.print"),
    "a callback when stopped": lambda client: forge(client, stopped_callback_name="builtins.print"),
    "a webhook": lambda client: forge(client, webhooks='[{"url": "http://127.0.0.1:9/", "job_status": "finished"}]'),
    "again and again": lambda client: forge(client, repeats_left=9, repeat_intervals="[0]"),
    "retried": lambda client: forge(client, args=[BREAK], retries_left=9),
    "a dependency": lambda client: forge(client, dependency_ids='["x"]'),
    "a group": lambda client: forge(client, group_id="x"),
    "a bomb": lambda client: forge(client, data=zlib.compress(b"0" * 1_000_000)),
    "a date that is none": lambda client: forge(client, created_at="PWNED"),
    "a queue that is none": lambda client: forge(client, origin="PWNED 70000001"),
    "an id that is none": lambda client: client.rpush("rq:queue:urgent", b"\xff:PWNED"),
}


def test_a_job_that_the_line_does_not_make_runs_nothing(client: Redis, start: Start) -> None:
    """Whoever can write to Redis has nothing called, imported or unpickled: each such job is dropped, counted, and said in the log without a
    word of what was in it. The next one of ours is delivered."""
    for forge_one in FORGED.values():
        forge_one(client)
    queue = RqQueue(client)
    queue.enqueue("urgent", ONE)
    worker = start("urgent")
    assert told(client)[0] == ONE
    worker.terminate()
    output, _ = worker.communicate()
    assert queue.dropped() == len(FORGED)
    assert "PWNED" not in output
    assert "job_dropped" in output
    assert client.lrange("told", 0, -1) == []
    assert client.keys("rq:job:*") == []


def test_nothing_else_that_lies_in_redis_is_called_or_holds_a_worker(client: Redis, start: Start) -> None:
    """Not a job that looks abandoned, nor one that waits for one of ours, nor a word that workers shall rest."""
    abandoned = forge(client, failure_callback_name="builtins.print", status="started")
    client.delete("rq:queue:urgent")
    client.zadd("rq:wip:urgent", {f"{abandoned.id}:x": 1})
    client.rpush("rq:queue:urgent:intermediate", b"\xff")
    client.sadd("rq:workers:urgent", b"\xff")
    client.set("rq:suspended", 1)
    queue = RqQueue(client)
    queue.enqueue("urgent", ONE)
    (ours,) = client.lrange("rq:queue:urgent", 0, -1)
    waiting = forge(client, "builtins.print", ["PWNED"], status="deferred")
    client.lrem("rq:queue:urgent", 1, waiting.id)
    client.sadd(f"rq:job:{ours.decode()}:dependents", waiting.id)
    worker = start("urgent")
    assert told(client)[0] == ONE
    queue.enqueue("urgent", TWO)
    assert told(client)[0] == TWO
    worker.terminate()
    output, _ = worker.communicate()
    assert (worker.returncode, output) == (0, "")


USES_OF_MEMORY: dict[str, Callable[[Memory], object]] = {
    "recall": lambda memory: memory.recall("a"),
    "remember": lambda memory: memory.remember("a", b"facts", 60),
    "first": lambda memory: memory.first("a", "now@1", b"fact", 60),
    "hear": lambda memory: (memory.hear("a", "m1", "5", 60), memory.hear("a", "m2", "5", 60, anew=True), memory.hear("a", "m1", "5", 60)),
    "press": lambda memory: (memory.press("b", Press("h1", "5", ("",), 2), 60), memory.press("b", Press("", "5", ("",), 2), 60)),
    "affirm": lambda memory: memory.affirm("b", "fr"),
    "linger": lambda memory: memory.linger("b", 10),
    "distinct": lambda memory: memory.distinct("a", "b", 60),
    "begin": lambda memory: memory.begin("a", 3, 60),
    "settle": lambda memory: memory.settle("a", 3, 60),
    "began": lambda memory: memory.began("a"),
    "vouch": lambda memory: memory.vouch(0),
    "forget": lambda memory: memory.forget("a"),
    "ping": lambda memory: memory.ping(),
}


def test_the_documented_acl_is_all_that_the_line_needs(client: Redis, valkey: str, start: Start) -> None:
    """Everything that hops, clock and workers do in Redis, under the user of `docs/production.md`, with nothing refused to them. Anything else is."""
    rule = re.search(r"^ACL SETUSER line .*$", (ROOT / "docs" / "production.md").read_text(), re.MULTILINE)
    assert rule is not None
    client.execute_command(*rule[0].replace("PASSWORD", "a-password").split(), "~told")  # by which this test hears of a job
    client.acl_log_reset()
    url = valkey.replace("unix://", "unix://line:a-password@")
    worker = start("urgent", url)
    with connect(url, PATIENT_MS) as limited:
        queue, memory = RqQueue(limited), ValkeyMemory(limited, Seal.from_text(new_keys()))
        assert USES_OF_MEMORY.keys() == {name for name in vars(Memory) if not name.startswith("_")}
        for use in USES_OF_MEMORY.values():
            use(memory)
        forge(client, "builtins.print")
        for message in (ONE, BREAK, HANG):
            queue.enqueue("urgent", message)
        horses = [told(client)[1] for _ in (ONE, BREAK, HANG)]
        os.kill(horses[-1], signal.SIGKILL)
        queue.enqueue("urgent", TWO)
        assert told(client)[0] == TWO
        assert queue.dropped() == 1
        assert (queue.is_worked("urgent"), queue.is_worked("default")) == (True, False)
        assert client.acl_log() == []
        for command in (("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*"), ("GET", "other"), ("PUBLISH", "a", "b"), ("SHUTDOWN",)):
            with pytest.raises(NoPermissionError):
                limited.execute_command(*command)
    worker.terminate()
    worker.communicate()
    assert worker.returncode == 0
    client.acl_deluser("line")


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
