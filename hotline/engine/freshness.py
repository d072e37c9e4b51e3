"""What time takes off the line: numbers that nobody rang lately, events that are over."""

from __future__ import annotations

from datetime import date

from hotline.engine.flow import Item, Sources


def fresh(sources: Sources, today: date) -> tuple[Sources, tuple[Item, ...]]:
    """The directory's helper writes this."""
    return sources, ()
