"""RQ: tells workers that a message waits, and runs the workers that deliver it.

A job carries an id and nothing else, and may be lost, doubled or late: the outbox decides what is sent, and the clock finds what no worker heard of.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
import zlib
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import structlog
from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue, Worker, worker_registration
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import decode_redis_hash, now

from hotline.adapters.processes import die_with_parent
from hotline.adapters.programs import show
from hotline.adapters.valkey import Breaker, connect

log = structlog.get_logger(__name__)

DELIVER: Final = "hotline.jobs.deliver"
"""By name, so that whoever enqueues need not import the jobs."""
QUEUED_SECONDS: Final = 600
"""A job that no worker took is worth nothing then: the clock enqueued another long ago. Keeps Redis small while no worker runs."""
FAILURE_SECONDS: Final = 600
JOB_SECONDS: Final = 60
WORKER_TTL: Final = 30
"""Seconds without a sign of life; a worker waits for a job half of it at a time, so that it notices a Redis that vanished without a word."""
WORKER_BUDGET_MS: Final = 5000

DROPPED: Final = "rq:dropped"
"""How many jobs were dropped, as a number in Redis: gone with it, as the queues are."""
MOST_DATA_BYTES: Final = 200
"""What a job's data may take, compressed: a bomb must not be unpacked."""
ALIVE: Final = "rq:alive:%s"
"""Stands in Redis as long as a worker of this queue lives."""
_JOB_ID: Final = re.compile(rb"[0-9a-f-]{36}")
_MESSAGE: Final = re.compile(r"[0-9a-f]{32}")
_QUEUE: Final = re.compile(rb"[a-z]{1,20}")
_NOTES: Final = frozenset({"created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat", "status", "worker_name", "origin"})
"""What RQ notes in a job as it goes along, and reads again: nothing is called by it."""
_OURS: Final = frozenset({"data", "description", "timeout", "result_ttl", "failure_ttl", "ttl", "exc_info"})
"""What is in a job besides, and is not read, `data` apart: a worker knows it by itself."""


class RqQueue:
    """`hotline.ports.queue.Queue`. Every call makes a job of its own: RQ's `unique`, or the message's id as the job's, would swallow a second one while a first is being
    finished, and what is doubled does no harm."""

    def __init__(self, client: Redis, breaker: Breaker | None = None) -> None:
        self._client = client
        self._breaker = breaker or Breaker()
        self._queues: dict[str, Queue] = {}

    def enqueue(self, queue: str, message: str) -> None:
        with self._breaker.guard():
            self._queue(queue).enqueue_call(
                DELIVER,
                args=(message,),
                description=DELIVER,  # RQ's own would spell out the arguments
                timeout=JOB_SECONDS,
                result_ttl=0,
                ttl=QUEUED_SECONDS,
                failure_ttl=FAILURE_SECONDS,
            )

    def _queue(self, name: str) -> Queue:
        if name not in self._queues:  # kept: a fresh one asks the server for its version first
            self._queues[name] = Queue(name, connection=self._client, serializer=JSONSerializer)
        return self._queues[name]

    def dropped(self) -> int:
        with self._breaker.guard():
            dropped = self._client.get(DROPPED)
        return int(dropped) if isinstance(dropped, bytes) and dropped.isdigit() else 0

    def is_worked(self, queue: str) -> bool:
        with self._breaker.guard():
            return self._client.get(ALIVE % queue) is not None


class DeliverJob(Job):
    """A job as `RqQueue.enqueue` makes it, and no other: whoever can write to Redis decides which message is looked at, and nothing else.

    RQ imports and calls what a job names, its callbacks too, and unpacks what it holds. Here a job has no say in that.
    """

    def restore(self, raw_data: Any) -> None:
        """Take over what lies in Redis, as far as it is needed. Raises NoSuchJobError, upon which workers go on, for a job that is none of ours:
        it is dropped, and counted."""
        try:
            super().restore(_checked(decode_redis_hash(raw_data)))
        except (ValueError, TypeError, AttributeError, KeyError):  # what we refuse, and what RQ stumbles over
            self.connection.delete(self.key)
            _count_dropped(self.connection)
            raise NoSuchJobError from None
        self.timeout, self.result_ttl, self.failure_ttl, self.ttl = JOB_SECONDS, 0, FAILURE_SECONDS, QUEUED_SECONDS
        self.description = DELIVER


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """What is needed of a job's fields. Raises ValueError where there is anything that we do not write."""
    if any(value for name, value in fields.items() if name not in _NOTES | _OURS):
        raise ValueError("more than a job has")
    if not _QUEUE.fullmatch(fields["origin"]):
        raise ValueError("no queue")
    notes = {name: value for name, value in fields.items() if name in _NOTES}
    return notes | {"data": json.dumps((DELIVER, None, (_message_in(fields["data"]),), {})).encode()}


def _message_in(data: bytes) -> str:
    """The message that this job is to deliver. Raises ValueError where it is to do anything else."""
    try:
        text = zlib.decompress(data[:MOST_DATA_BYTES])
        function, instance, arguments, named = json.loads(text)
        (message,) = arguments
    except (zlib.error, RecursionError):
        raise ValueError("no data") from None
    if (function, instance, named) != (DELIVER, None, {}) or not isinstance(message, str) or not _MESSAGE.fullmatch(message):
        raise ValueError("another function, or another argument")
    return message


def _count_dropped(connection: Redis) -> None:
    with suppress(ResponseError):  # somebody put something else there
        dropped = int(connection.incr(DROPPED))
        if dropped & (dropped - 1) == 0:  # the first, second, fourth, eighth...: whoever floods the queue does not flood the log
            log.error("job_dropped", count=dropped)


class DeliverQueue(Queue):
    """A queue of such jobs, as a worker sees it."""

    job_class = DeliverJob

    @classmethod
    def lmove(cls, connection: Redis, queue_key: str, timeout: int | None) -> tuple[str, bytes] | None:
        """As RQ's, without what is no job's id."""
        while True:
            found: tuple[str, bytes] | None = super().lmove(connection, queue_key, timeout)
            if found is None or _JOB_ID.fullmatch(found[1]):
                return found
            connection.lrem(f"{queue_key}:intermediate", 1, found[1])  # type: ignore[arg-type] # bytes do as well
            _count_dropped(connection)

    def move_dependents_to_ready(self, *_: object, **__: object) -> dict[str, list[str]]:
        """Not: no job of ours has any."""
        return {}


class QuietWorker(Worker):
    """A worker that tells no more than ids, takes no commands over Redis, and whose horses die with it."""

    queue_class = DeliverQueue
    job_class = DeliverJob
    log_result_lifespan = False
    newest = ""
    """The newest migration that this program has."""
    max_connection_wait_time = 2.0  # RQ's minute would hold back an alert long after Redis is well again

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """As RQ's, several times a minute; and a sign that says for which queue, of which nothing is left to clean up."""
        super().heartbeat(timeout, pipeline)
        for queue in self.queues:
            self.connection.set(ALIVE % queue.name, 1, ex=2 * WORKER_TTL)
            if os.getpid() == self.pid:  # a horse ends with its job
                show(self.connection, self.newest, f"worker-{queue.name}", time.time())

    def subscribe(self) -> None:
        """Not: whoever reaches Redis could end jobs, and a horse would be forked beside a running thread."""

    def check_for_suspension(self, burst: bool) -> None:
        """Not: whoever reaches Redis could hold all of them."""

    def run_maintenance_tasks(self) -> None:
        """Keep Redis small after workers that were killed. RQ's own reads jobs, groups and limits that lie there; nothing there is missed,
        for the clock finds what no worker heard of."""
        keys = [queue.intermediate_queue.key for queue in self.queues]
        keys += [worker_registration.WORKERS_BY_QUEUE_KEY % queue.name for queue in self.queues]
        self.connection.delete(worker_registration.REDIS_WORKER_KEYS, *keys)
        for queue in self.queues:
            for registry in (queue.started_job_registry, queue.failed_job_registry):
                self.connection.zremrangebyscore(registry.key, 0, time.time())
        self.last_cleaned_at = now()  # type: ignore[assignment] # RQ says no type

    def setup_work_horse_signals(self) -> None:
        """In the horse, before the job."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        die_with_parent(self.pid)

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """As RQ's, but a job whose horse and worker are killed is gone from Redis after a while."""
        super().prepare_job_execution(job, remove_from_intermediate_queue)
        self.connection.expire(job.key, QUEUED_SECONDS)

    def handle_exception(self, job: Job, *exc_info: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Logs the kind of error, where RQ would log arguments, message and traceback; the job itself logged its message's id."""
        kind = exc_info[0]
        log.error("job_refused", queue=job.origin, error=kind.__name__ if isinstance(kind, type) else None)


def make_worker(queue: str, url: str, newest: str) -> QuietWorker:
    """A worker for one queue (RQ hands a job over safely only then), with a connection of its own, as it waits longer than a hop may. Its `work()` returns when it
    was told to stop, or when Redis failed in the middle of a job: start it again. `hotline.jobs.bind` comes first.
    `newest`: the newest migration that this program has."""
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    worker = QuietWorker(
        [queue],
        connection=connect(url, WORKER_BUDGET_MS),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        log_job_description=False,
    )
    worker.newest = newest
    return worker
