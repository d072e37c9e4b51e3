"""What a partner's system is told: that a release is out, with its tables, or that one is withdrawn. Counts only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.figures.releases import FigureTable, Release
from hotline.service.outbox import NewMessage, write
from hotline.service.work import Work

News: TypeAlias = Literal["released", "withdrawn"]
TRIED_SECONDS: Final = DAY_SECONDS
"""For so long it is tried; then the partner's system has to be told by a person."""


class ReleaseNews(Struct, frozen=True):
    """`tables`: of what is released, as it was; of what is withdrawn none."""

    release: int
    period: str
    digest: str
    tables: tuple[FigureTable, ...] = ()


class WebhookBody(Struct, frozen=True):
    """As Standard Webhooks has it."""

    type: str
    """`figures.released` or `figures.withdrawn`."""
    timestamp: str
    """When that was done, ISO 8601 in UTC."""
    data: ReleaseNews


def announce(work: Work, release: Release, news: News) -> tuple[OutboxMessage, ...]:
    """Written with what it tells of; nothing where no system is to be told."""
    if work.deps.rules.figures_webhook_url is None:
        return ()
    body = body_of(release, news, work.at).decode()
    return (write(work, NewMessage("webhook", f"{news} {release.number}", body, work.at + TRIED_SECONDS), f"{news}|{release.number}"),)


def body_of(release: Release, news: News, at: int) -> bytes:
    """What is posted, as JSON. `at`: when that was done."""
    data = ReleaseNews(release.number, release.period, release.digest, release.tables if news == "released" else ())
    return msgspec.json.encode(WebhookBody(f"figures.{news}", datetime.fromtimestamp(at, UTC).isoformat(), data))
