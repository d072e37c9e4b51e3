"""What keeps the line in sight of whoever runs it: alive, ready, counted."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final, Protocol

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import NotFound

from hotline.ports.memory import MemoryAway
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sized

    from hotline.ports.figures.figures import Counts, LineState
    from hotline.ports.machine import MachineState
    from hotline.service import Hotline


PROXIED: Final = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")
"""What a proxy adds for whom it speaks: Prometheus asks without one."""


class MetricsPage(Protocol):
    """Renders the counters, and these gauges; None leaves theirs out."""

    def page(
        self,
        counts: Counts | None,
        spooled: int | None,
        dropped: int | None,
        *,
        state: LineState | None,
        parts: Mapping[str, str],
        workers: Mapping[str, bool],
        machine: MachineState,
    ) -> bytes: ...


def blueprint(hotline: Hotline, meter: MetricsPage, spool: Sized, machine: Callable[[], MachineState]) -> Blueprint:
    """`/health/live`, `/health/ready` and `/metrics`. `machine`: what it knows just now."""
    operations = Blueprint("operations", __name__)

    @operations.get("/health/live")
    def live() -> Response:
        """200 as long as this process answers at all; asks nothing of anyone."""
        return jsonify(live=True)

    @operations.get("/health/ready")
    def ready() -> tuple[Response, int]:
        """200 if callers get screens, which takes an edition and nothing else; the body names each part and its state."""
        parts = hotline.health()
        answers = parts["editions"] == "ok"
        return jsonify(
            ready=answers, degraded=sorted(part for part, state in parts.items() if state != "ok"), parts=parts
        ), 200 if answers else 503

    @operations.get("/metrics")
    def metrics() -> Response:
        """Prometheus's text; with the database and Redis away, what this machine knows by itself. Not there for whoever comes from outside."""
        if not _is_inside():
            raise NotFound
        counts = spooled = dropped = state = None
        workers: dict[str, bool] = {}
        with suppress(StoreAway):
            counts = hotline.counts()
            state = hotline.state()
        with suppress(SpoolFull):
            spooled = len(spool)
        with suppress(MemoryAway):
            dropped = hotline.dropped_jobs()
            workers = hotline.workers()
        page = meter.page(counts, spooled, dropped, state=state, parts=hotline.health(), workers=workers, machine=machine())
        return Response(page, content_type=CONTENT_TYPE_LATEST)

    return operations


def _is_inside() -> bool:
    """Does this request come from a machine of the line's own network, and through no proxy?"""
    if any(name in request.headers for name in PROXIED):
        return False
    try:
        peer = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return ((peer.ipv4_mapped if isinstance(peer, IPv6Address) else None) or peer).is_private
