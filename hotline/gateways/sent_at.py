"""When a message was sent, as vendors write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_TO_THE_SECOND = re.compile(r"\d\d:\d\d:\d\d", re.ASCII)


def moment(date: str) -> int | None:
    """When the vendor says that an SMS was sent: ISO 8601 with `T` or a space, or as in mail; without a zone it is read as UTC. Returns None for anything else.

    A date without seconds is none: what was asked for in the same minute would be taken to come after it.
    """
    if not _TO_THE_SECOND.search(date):
        return None
    try:
        sent = datetime.fromisoformat(date)
    except ValueError:
        try:
            sent = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return None
    if sent.tzinfo is None:
        sent = sent.replace(tzinfo=UTC)
    return int((sent - datetime.fromtimestamp(0, UTC)).total_seconds())
