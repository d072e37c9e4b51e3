"""How the line stands, on the page for Prometheus: gauges that anybody who asks finds in the database and in Redis, not counts of this machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from prometheus_client.core import GaugeMetricFamily

from hotline.ports.queue import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client.core import Metric

    from hotline.ports.figures.figures import LineState
    from hotline.ports.machine import MachineState

_Labels = TypeVar("_Labels", bound=tuple[str, ...])


class LineGauges:
    """A collector over what was read just now; what is not known is left out."""

    def __init__(self, state: LineState | None, parts: Mapping[str, str], workers: Mapping[str, bool], machine: MachineState) -> None:
        self._state = state
        self._parts = parts
        self._workers = workers
        self._machine = machine

    def collect(self) -> Iterator[Metric]:
        if self._parts:
            yield _gauge("hotline_part_ok", "1: this part of the line is well, as /health/ready says.", ("part",), self._well())
        if self._workers:
            alive = {(queue,): int(is_worked) for queue, is_worked in self._workers.items()}
            yield _gauge("hotline_worker_alive", "1: a worker of this queue showed itself within the last minute.", ("queue",), alive)
        if self._machine.certificate is not None:
            yield GaugeMetricFamily(
                "hotline_certificate_seconds", "For how long the proxy's certificate is good.", value=self._machine.certificate
            )
        if self._machine.key_ages:
            ages = {(purpose,): age for purpose, age in self._machine.key_ages.items()}
            yield _gauge("hotline_key_age_seconds", "Since when the key in force is so; +Inf: nobody wrote it down.", ("purpose",), ages)
        if self._state is not None:
            yield from _of(self._state)

    def _well(self) -> dict[tuple[str, ...], float]:
        return {(part,): int(state == "ok") for part, state in self._parts.items()}


def _of(state: LineState) -> Iterator[Metric]:
    yield _gauge(
        "hotline_promises", "Callbacks asked for in the last seven days, as of the last full hour.", ("language", "how"), state.promises
    )
    yield _gauge(
        "hotline_refused",
        "Calls asked for now in the last seven days that nobody could make, as of the last full hour.",
        ("language", "why"),
        state.refused,
    )
    yield _gauge("hotline_counselors_there", "Counselors who are there.", ("language",), {(key,): n for key, n in state.there.items()})
    yield GaugeMetricFamily("hotline_supervisors_on_call", "Supervisors who said that they are on call.", value=state.on_call)
    uncovered = {(key,): hours for key, hours in state.uncovered.items()}
    yield _gauge("hotline_uncovered_hours", "Hours of the seven days to come that nobody has planned to take.", ("of",), uncovered)
    oldest: dict[tuple[str, ...], float] = {(queue,): 0 for queue in QUEUES}
    oldest |= {(queue,): age for queue, age in state.oldest_pending.items()}
    yield _gauge("hotline_outbox_oldest_seconds", "Age of the message that has waited longest to be handed over.", ("queue",), oldest)
    yield GaugeMetricFamily("hotline_proposals", "Editions that wait for a second person.", value=state.proposals)


def _gauge(name: str, about: str, labels: tuple[str, ...], values: Mapping[_Labels, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
