"""Tables of vendors' wires, checked before a line uses one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, group

if TYPE_CHECKING:
    from hotline.gateways.table.samples import SampleFile
    from hotline.gateways.table.spec import WireTable

SECRET = "SECRET"  # noqa: S105 -- stands for one in samples
KEY = "KEY"


def declare(commands: Any) -> None:
    """`gateway check`, below the word `gateway`."""
    gateways = group(commands, "gateway", "vendors' wires, written as tables")
    checked = command(gateways, "check", check, "check a table, line by line, and play a vendor's samples through it")
    checked.add_argument("file", type=Path, metavar="FILE", help="the table, as docs/gateways.md says how to write one")
    checked.add_argument("--samples", type=Path, metavar="FILE", help="requests and answers as the vendor shows them, in JSON")


def check(options: argparse.Namespace) -> int:
    """Raises Failed and OSError."""
    from hotline.engine.phone.limits import USSD
    from hotline.gateways.table.spec import FaultyTable, load_table

    try:
        table = load_table(options.file)
    except FaultyTable as refused:
        for fault in refused.faults:
            print(f"{options.file}:{fault.line}: {fault.key}: {fault.what}")
        return 1
    print(f"{options.file}: nothing to mend. {table.name} asks at {_address(table)}, its memory is: {table.session.memory}")
    if table.answer.letters and table.answer.letters < USSD.budget:
        print(f"to be known: this vendor shows {table.answer.letters} letters; a longer screen, of urgent help too, has more pages there")
    return _play(table, options.samples) if options.samples else 0


def _address(table: WireTable) -> str:
    from hotline.gateways.table.gate import PREFIX

    return f"{PREFIX}{table.name}{'' if table.request.secret else '/SECRET'}{table.request.path}"


def _play(table: WireTable, file: Path) -> int:
    from hotline.gateways.table.door import TableDoor
    from hotline.gateways.table.gate import PREFIX, TableAccess
    from hotline.gateways.table.samples import play

    samples = _samples(file)
    door = TableDoor(table, TableAccess((SECRET,), samples.key or KEY, samples.codes, ("127.0.0.0/8",)))
    found = list(play(door, samples, f"{PREFIX}{table.name}{'' if table.request.secret else f'/{SECRET}'}"))
    for different in found:
        print(f"{file}: {different.sample}: {different.where}: expected {different.expected}, found {different.found}")
    many = f"{len(samples.samples)} sample{'' if len(samples.samples) == 1 else 's'} played"
    differing = len({different.sample for different in found})
    print(f"{many}: {'they agree' if not found else f'{differing} differs' if differing == 1 else f'{differing} differ'}")
    return 1 if found else 0


def _samples(file: Path) -> SampleFile:
    from hotline.gateways.table.samples import FaultySamples, read_samples

    try:
        return read_samples(file.read_bytes())
    except FaultySamples as fault:
        raise Failed(f"{file}: no samples: {fault}") from None
