"""`DirectorySheets` as the console is handed it: the tables of `directory export` and `import`, over entries that lie in no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from hotline.content.directory_files.intake import BadTable, edits_of
from hotline.content.directory_files.registry import after_edits
from hotline.content.directory_files.sheets import SheetBounds
from hotline.content.directory_files.tables import CellFault, as_csv, as_xlsx, read_table
from hotline.engine.entry_fields import as_written, in_regions
from hotline.engine.flow import Item
from hotline.ports.editions.directory_sheets import SheetEntry, SheetFault, UnfitSheet

ON_A_PAGE: Final = SheetBounds(2_000, 400_000, 60_000)
"""Ten times what a directory is: a process that answers pages reads it within some seconds at most, whatever it is."""
_ZIP: Final = b"PK"
"""How every XLSX begins, whatever its name says."""


class DirectoryTables:
    """See the port."""

    def csv(self, items: Iterable[Item]) -> bytes:
        return as_csv(items)

    def xlsx(self, items: Iterable[Item]) -> bytes:
        return as_xlsx(items)

    def read(self, data: bytes, items: Sequence[Item], today: date) -> tuple[SheetEntry, ...]:
        entries = as_written(tuple(items))
        table = read_table(data, xlsx=data.startswith(_ZIP), bounds=ON_A_PAGE)
        try:
            edits = edits_of(table, entries, today)
        except BadTable as error:
            raise UnfitSheet(map(_fault, error.faults)) from None
        after = {(item.list, item.id): item for item in in_regions(after_edits(entries, edits))}
        rows = {(row.cells["list"], row.cells["id"]): row.number for row in table.rows}
        found = [SheetEntry(rows[edit.section, edit.id], after[edit.section, edit.id]) for edit in edits]
        return tuple(sorted(found, key=lambda entry: entry.row))


def _fault(fault: CellFault) -> SheetFault:
    about = fault.what.partition(",")[0] if fault.row == 0 and fault.code == "at_odds" else ""
    return SheetFault(fault.row, fault.column, fault.code, about)
