"""RQ: tells workers that a message waits, and runs the workers that deliver it.

A job carries an id and nothing else, and may be lost, doubled or late: the outbox decides what is sent, and the clock finds what no worker heard of.
"""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Final

import structlog
from redis import Redis
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline.adapters.processes import die_with_parent
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


class QuietWorker(Worker):
    """A worker that tells no more than ids, takes no commands over Redis, and whose horses die with it."""

    log_result_lifespan = False
    max_connection_wait_time = 2.0  # RQ's minute would hold back an alert long after Redis is well again

    def subscribe(self) -> None:
        """Not: whoever reaches Redis could end jobs, and a horse would be forked beside a running thread."""

    def setup_work_horse_signals(self) -> None:
        """In the horse, before the job."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        die_with_parent(self.pid)

    def handle_exception(self, job: Job, *exc_info: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Logs the kind of error, where RQ would log arguments, message and traceback; the job itself logged its message's id."""
        kind = exc_info[0]
        log.error("job_refused", queue=job.origin, error=kind.__name__ if isinstance(kind, type) else None)


def make_worker(queue: str, url: str) -> QuietWorker:
    """A worker for one queue (RQ hands a job over safely only then), with a connection of its own, as it waits longer than a hop may. Its `work()` returns when it
    was told to stop, or when Redis failed in the middle of a job: start it again. `hotline.jobs.bind` comes first."""
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    return QuietWorker(
        [queue],
        connection=connect(url, WORKER_BUDGET_MS),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        log_job_description=False,
    )
