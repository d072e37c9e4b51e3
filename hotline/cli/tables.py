"""The directory as a table that a spreadsheet opens: `directory export` and `import`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, reason, today, write_new

if TYPE_CHECKING:
    from hotline.content.directory_files.registry import Edit
    from hotline.engine.flow import Item


def declare(directory: Any) -> tuple[argparse.ArgumentParser, ...]:
    """Both commands, their FILE among the arguments."""
    export = command(directory, "export", _export, "write the directory's file as one table, .csv or .xlsx")
    export.add_argument("file", type=_table_file, metavar="FILE", help="a new file, .csv or .xlsx")
    take = command(directory, "import", _import, "bring a table's rows into the directory's file: all, or none")
    take.add_argument("file", type=_table_file, metavar="FILE", help=".csv or .xlsx, columns as export writes them")
    take.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return export, take


def _export(options: argparse.Namespace) -> None:
    from hotline.content import read_directory
    from hotline.content.directory_files.tables import as_csv, as_xlsx
    from hotline.engine.check import said

    items, faults = read_directory(options.root)
    if faults:
        raise Failed("\n".join(["nothing was written; to be mended first:", *said(faults)]))
    write = as_xlsx if options.file.suffix.lower() == ".xlsx" else as_csv
    write_new(options.file, write(items), "export writes a new file")
    print(f"{options.file}: {len(items)} rows; bring it back with hotline directory import")


def _import(options: argparse.Namespace) -> None:
    from hotline.content import DIRECTORY
    from hotline.content.directory_files.intake import BadTable, edits_of
    from hotline.content.directory_files.registry import CannotEdit, edit_file, edited
    from hotline.content.directory_files.tables import read_table

    path, day = options.root / DIRECTORY, today()
    summary: list[str] = []
    made: list[Edit] = []

    def decide(entries: tuple[Item, ...]) -> tuple[Edit, ...]:
        table = read_table(options.file.read_bytes(), xlsx=options.file.suffix.lower() == ".xlsx")
        edits = edits_of(table, entries, day)
        summary.extend(_summary(entries, edits, len(table.rows)))
        made.extend(edits)
        return edits

    try:
        if options.dry_run:
            edited(path.read_bytes(), decide)
        else:
            edit_file(path, decide)
    except BadTable as error:
        raise Failed("\n".join(["nothing was taken in", *map(str, error.faults)])) from None
    except (CannotEdit, OSError) as error:
        raise Failed(f"nothing was taken in: {reason(error)}") from None
    print("\n".join(summary))
    if options.dry_run:
        print("nothing was written: --dry-run")
    elif made:
        print(f"it is in {DIRECTORY}; callers see it once that is published: hotline content publish")


def _summary(entries: tuple[Item, ...], edits: tuple[Edit, ...], rows: int) -> Iterator[str]:
    from hotline.content.directory_files.entries import values_of
    from hotline.engine.entry_fields import in_regions

    there = {(item.list, item.id): values_of(item) for item in in_regions(entries)}
    new = [edit for edit in edits if (edit.section, edit.id) not in there]
    for edit in edits:
        before = there.get((edit.section, edit.id))
        yield f"{'new' if before is None else 'changed'}: {edit.section} {edit.id}"
        yield from _fields(edit, before or {})
    yield f"{rows} rows: {len(new)} new, {len(edits) - len(new)} changed, {rows - len(edits)} as they stand"
    missing = len(there) - (rows - len(new))
    if missing:
        yield f"{missing} entries are not in the table, and stay"


def _fields(edit: Edit, before: dict[str, str]) -> Iterable[str]:
    for field, value in edit.fields.items():
        yield f"  {field}: {before.get(field, 'nothing')} -> {'nothing' if value is None else value}"
    if before and None in edit.fields.values():
        yield "  nobody has rung the new number yet: hotline directory verify"


def _table_file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise argparse.ArgumentTypeError("a file whose name ends in .csv or .xlsx")
    return path
