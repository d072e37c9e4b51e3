"""The directory as a table that a spreadsheet opens: out, and back in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.engine.entry_fields import FieldFault
from hotline.engine.flow import Item

SheetFaultCode: TypeAlias = (
    FieldFault
    | Literal[
        "file",  # it cannot be read as a table
        "large",  # larger than any directory is
        "column",  # a column that no table has, or twice, or without a name
        "cell",  # a spreadsheet may have made it of something else
        "list",  # none of the directory's lists
        "id",  # not as ids are written
        "twice",  # the same entry in two rows
        "none",  # its list has no such field
        "missing",  # a field that has to be there
        "future",  # a day that is still to come
        "older",  # the directory knows of a later day
        "unknown",  # it names what is not in the directory
        "at_odds",  # it does not go with what another field says
    ]
)


class SheetFault(Struct, frozen=True):
    """One thing that is wrong with a table. Rows are counted as a spreadsheet counts them, the heads being row 1; 0: the whole file, or no row of it."""

    row: int
    column: str
    code: SheetFaultCode
    about: str = ""
    """The entry, where it is in no row."""


class SheetEntry(Struct, frozen=True):
    """An entry as a row makes it."""

    row: int
    item: Item


class UnfitSheet(Exception):
    """Nothing of the table can be taken in. `faults`: all of them, by row."""

    def __init__(self, faults: Iterable[SheetFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults")


class DirectorySheets(Protocol):
    def csv(self, items: Iterable[Item]) -> bytes: ...
    def xlsx(self, items: Iterable[Item]) -> bytes: ...
    def read(self, data: bytes, items: Sequence[Item], today: date) -> tuple[SheetEntry, ...]:
        """The entries that the table changes or adds, as they would be; in the order of its rows, whether it is CSV or XLSX. None is taken out. Raises UnfitSheet."""
