"""What a command prints: rows under their heads and moments for people, JSON for scripts, faults with the grave ones first."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from hotline.config import Config
    from hotline.engine.flow import Fault


def takes_json(parser: argparse.ArgumentParser) -> None:
    """`--json`; as `json` among the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON document, for scripts; the exit code is the same")


def print_json(value: object) -> None:
    """As one document, indented."""
    sys.stdout.write(f"{msgspec.json.format(msgspec.json.encode(value), indent=2).decode()}\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines with the columns side by side below their heads; an empty cell is a dash. Yields nothing where there is no row."""
    filled = [tuple(cell or "-" for cell in row) for row in rows]
    if not filled:
        return
    widths = [max(map(len, column)) for column in zip(heads, *filled, strict=True)]
    for row in (heads, *filled):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def print_faults(faults: Iterable[Fault]) -> None:
    """First those that must be mended, then those to be known, each kind below its name; what may only follow from one is counted."""
    from hotline.engine.check import said

    found = tuple(faults)
    for name, grave in (("to be mended:", True), ("to be known:", False)):
        lines = said(fault for fault in found if fault.grave is grave)
        if lines:
            print("\n".join([name, *lines]))


def fault_json(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.at.file,
        "line": fault.at.line,
        "code": fault.reason.code if fault.reason else None,
        "message": fault.message,
        "grave": fault.grave,
        "follows": fault.follows,
    }


def moment(config: Config, at: int) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo(config.timezone)):%Y-%m-%d %H:%M:%S}"


def moment_json(config: Config, at: int) -> str:
    """The same, for scripts: ISO 8601 with its offset."""
    return datetime.fromtimestamp(at, ZoneInfo(config.timezone)).isoformat()
