"""What is wrong with an entry's fields, as it is said of files and tables; what the fields are stands in `engine/entry_fields.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from hotline.content.flow_files.nodes import quoted
from hotline.engine.entry_fields import (
    DAYS,
    EVENTS,
    FIELDS,
    LONGEST_ID,
    NEEDED,
    SECTIONS,
    VERIFICATION,
    DirectorySection,
    FieldFault,
    field_faults,
    is_day,
    is_partial_day,
    one_line,
    values_of,
)

__all__ = [
    "DAYS",
    "EVENTS",
    "FIELDS",
    "LONGEST_ID",
    "NEEDED",
    "SECTIONS",
    "VERIFICATION",
    "DirectorySection",
    "faults",
    "is_day",
    "is_partial_day",
    "one_line",
    "said_of",
    "values_of",
]


def faults(section: DirectorySection, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """`field_faults` in words."""
    for field, what in field_faults(section, values):
        yield field, said_of(what, values[field])


def said_of(what: FieldFault, value: str) -> str:
    """One of them in words."""
    match what:
        case "unseen":
            return "holds a character that nobody can see"
        case "day":
            return f"{quoted(value)} is no date; write 2026-01-31, or leave the line out"
        case "partial_day":
            return f"{quoted(value)} is no date; write 2026-01-31, 2026-01 or 2026, or leave the line out"
        case "phone":
            return "is not one telephone number, such as 70 00 03 00"
        case "event_kind":
            return f"{quoted(value)} is none of {', '.join(EVENTS)}"
        case _:
            assert_never(what)
