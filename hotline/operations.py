"""What keeps the line in sight of whoever runs it: alive, ready, counted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from hotline.ports.memory import MemoryAway
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Sized

    from hotline.ports.desk.figures import Counts
    from hotline.service import Hotline


class MetricsPage(Protocol):
    """Renders the counters, and these gauges; None leaves theirs out."""

    def page(self, counts: Counts | None, spooled: int | None, dropped: int | None) -> bytes: ...


def blueprint(hotline: Hotline, meter: MetricsPage, spool: Sized) -> Blueprint:
    """`/health/live`, `/health/ready` and `/metrics`."""
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
        """Prometheus's text; with the database and Redis away, what this machine knows by itself."""
        counts = spooled = dropped = None
        with suppress(StoreAway):
            counts = hotline.counts()
        with suppress(SpoolFull):
            spooled = len(spool)
        with suppress(MemoryAway):
            dropped = hotline.dropped_jobs()
        return Response(meter.page(counts, spooled, dropped), content_type=CONTENT_TYPE_LATEST)

    return operations
