"""`golive.yml`, beside `flows/`: what people did before the line went live, who and when. It need not be there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct
from ruamel.yaml.nodes import Node

from hotline.content.directory_files.entries import is_day
from hotline.content.flow_files.nodes import Reader, quoted
from hotline.engine.flow import Fault

FILE: Final = "golive.yml"


class Signature(Struct, frozen=True):
    """Somebody says that a point is done, as of that day."""

    who: str
    on: date


def signatures(
    root: Path, today: date, points: Mapping[str, tuple[str, ...]]
) -> tuple[Mapping[tuple[str, str], Signature], tuple[Fault, ...]]:
    """Who signed for what, by point and part of it (empty: the whole point), and every fault of the file: an entry with a fault signs for nothing.

    `points`: those that people sign for, each with its parts. As `G10: {who: Awa, on: 2026-01-31}`, and `G9: {orange: {who: Awa, on: 2026-01-31}}`.
    """
    if not (root / FILE).exists():
        return {}, ()
    reader = Reader(root, root / FILE)
    node = reader.document()
    signed: dict[tuple[str, str], Signature] = {}
    for point, key, value in reader.entries(node, FILE):
        if point not in points:
            reader.fault(key, f"{quoted(point)} is nothing that people sign for; that are {', '.join(points)}")
        elif not points[point]:
            _sign(reader, signed, (point, ""), value, today)
        else:
            for part, place, signature in reader.entries(value, point):
                if part in points[point]:
                    _sign(reader, signed, (point, part), signature, today)
                else:
                    reader.fault(place, f"{point}: {quoted(part)} is none of {', '.join(points[point])}")
    return signed, tuple(sorted(reader.faults))


def _sign(reader: Reader, signed: dict[tuple[str, str], Signature], place: tuple[str, str], node: Node, today: date) -> None:
    name, before = " ".join(filter(None, place)), len(reader.faults)
    fields = reader.fields(node, name, ("who", "on"), needed=("who", "on"))
    who, written = reader.text(fields.get("who"), f"{name}: who"), reader.scalar(fields.get("on"), f"{name}: on")
    if written is None:
        return
    if not is_day(written):
        reader.fault(fields["on"], f"{name}: on: {quoted(written)} is no date; write 2026-01-31")
    elif written > today.isoformat():
        reader.fault(fields["on"], f"{name}: on: {written} is still to come")
    elif who is not None and len(reader.faults) == before:
        signed[place] = Signature(who, date.fromisoformat(written))
