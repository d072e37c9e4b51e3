"""Released figures as files, the mapping by which DHIS2 knows them, and the protocols under which rows of incidents leave."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hotline.cli.command import Failed, command, group, number_of, settings, takes_root, today, worded_failures, write_new
from hotline.cli.commands.acting import run, shell_deps
from hotline.cli.output import fault_json, moment_json, print_faults, print_json, table, takes_json
from hotline.config import CONTENT, Config
from hotline.engine.times import EPOCH

if TYPE_CHECKING:
    from hotline.ports.figures.releases import Release
    from hotline.service.acts import Result
    from hotline.service.deps import Deps
    from hotline.service.desk.figures.files.naming import FigureNames
    from hotline.service.desk.figures.files.recorder_lists import RecorderLanguage

FORMATS: Final = ("xlsx", "csv", "json", "dhis2", "recorder")
OWNER_ALONE: Final = 0o600
FOR_ALL: Final = 0o644
RELEASE: Final = partial(number_of, what="release")
PROTOCOL: Final = partial(number_of, what="protocol")
_BY: Final = "who does this (default: the login name)"
_REFUSED: Final = {
    "gone": "no such release, or it is not released, or withdrawn; or no such protocol",
    "late": "that protocol is over: rows leave under none but one that is in force (hotline figures protocol record)",
    "too_few": "fewer than 20 incidents of that period may leave: no row does",
    "empty": "something is empty that has to be filled in",
    "long": "a name or a letter of more than 120 letters",
    "day": "the last day of a protocol is a day of the coming year",
}


def declare(figures: Any) -> None:
    """Below `hotline figures`."""
    export = command(
        figures, "export", _export, "a release as a file, or the rows of its incidents under a protocol; the audit says who took it"
    )
    export.add_argument("number", type=RELEASE, metavar="N", help="the release, as `hotline figures list` tells it")
    export.add_argument("--format", required=True, choices=FORMATS, help="recorder: GBVIMS's, of rows; the others of the released tables")
    export.add_argument(
        "--to",
        required=True,
        type=Path,
        metavar="FILE",
        help="a new file; of a year for dhis2 one for each region, with the region in its name",
    )
    export.add_argument("--language", metavar="CODE", help="of its words (default: the line's first); of the recorder fr or en")
    export.add_argument(
        "--protocol", type=PROTOCOL, metavar="P", help="of recorder: under which, as `hotline figures protocol list` tells it"
    )
    takes_root(export, "flows/mapping.yml")
    mapping = command(figures, "check-mapping", _check, "every fault of flows/mapping.yml, each with its line; 1 where there is one")
    takes_root(mapping)
    takes_json(mapping)
    _declare_protocols(figures, export)


def _declare_protocols(figures: Any, export: argparse.ArgumentParser) -> None:
    protocol = group(figures, "protocol", "information-sharing protocols, without which no row leaves")
    record = command(protocol, "record", _record, "write a signed one down: for whom, by whom, until when")
    record.add_argument("--for", dest="partner", required=True, metavar="PARTNER", help="who gets the rows")
    record.add_argument("--signed-by", required=True, metavar="NAME", help="who signed for the line")
    record.add_argument("--letter", required=True, metavar="TEXT", help="under which it is kept")
    record.add_argument("--until", required=True, type=_day, metavar="DAY", help="its last day, as 2027-12-31: one of the coming year")
    end = command(protocol, "end", _end, "end one before its last day: no row leaves under it any more")
    end.add_argument("number", type=PROTOCOL, metavar="P", help="its number, as `hotline figures protocol list` tells it")
    listed = command(protocol, "list", _list, "all protocols, and how they stand")
    takes_json(listed)
    for parser in (export, record, end):
        parser.add_argument("--by", metavar="NAME", help=_BY)


def _export(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures import sharing

    config = settings()
    with worded_failures():
        deps = shell_deps(config, speaking=True)
        release = sharing.released(deps, options.number)
        if release is None:
            raise Failed(_REFUSED["gone"])
        if options.to.exists():
            raise Failed(f"{options.to} is there already; a file that was handed on is never written over")
        made = _rows(deps, release, options) if options.format == "recorder" else _files(config, deps, release, options)
        if options.format != "recorder":
            _done(run(deps, options.by, sharing.take_release, release.number, options.format))
    for path, data in made.items():
        mode = OWNER_ALONE if options.format == "recorder" else FOR_ALL
        write_new(path, data, "a file that was handed on is never written over", mode=mode)
        print(path)
    if config.demo:
        print("made up: nobody is behind the demo's numbers, though not every kind of file can say so", file=sys.stderr)


def _files(config: Config, deps: Deps, release: Release, options: argparse.Namespace) -> dict[Path, bytes]:
    """By path. Raises Failed."""
    from hotline.content.figure_files.workbooks import as_xlsx
    from hotline.service.desk.figures.files import document, hxl

    if options.format == "dhis2":
        return _messages(deps, release, options)
    code = options.language or config.languages[0]
    names = _names(config, deps, code)
    at = release.released_at or 0
    figures = document.document(release, document.NamedLanguage(code, names), deps.today(at), is_made_up=config.demo)
    match options.format:
        case "xlsx":
            return {options.to: as_xlsx(figures, names.words, datetime.fromtimestamp(at, UTC).replace(tzinfo=None))}
        case "csv":
            return {options.to: hxl.as_csv(figures)}
        case _:
            return {options.to: document.as_json(figures)}


def _messages(deps: Deps, release: Release, options: argparse.Namespace) -> dict[Path, bytes]:
    """A quarter is one message, a year one for each region."""
    from hotline.content import read_directory
    from hotline.content.figure_files.mapping import MAPPING, read_mapping
    from hotline.engine.check import said
    from hotline.service.desk.figures.files.dhis2 import Unmapped, as_json, data_value_sets

    if not (options.root / MAPPING).exists():
        raise Failed(f"{options.root / MAPPING}: no such file; docs/figures.md shows one")
    regions = [item.id for item in read_directory(options.root)[0] if item.list == "regions"]
    mapping, faults = read_mapping(options.root, regions)
    if mapping is None:
        raise Failed("\n".join(["nothing was written", *said(faults)]))
    try:
        sets = data_value_sets(release, mapping, deps.today(release.released_at or 0))
    except Unmapped as missing:
        raise Failed("\n".join([f"nothing was written: {MAPPING} has no place for", *missing.names])) from None
    if len(sets) == 1:
        return {options.to: as_json(sets[0])}
    return {options.to.with_name(f"{options.to.stem}.{values.org_unit}{options.to.suffix}"): as_json(values) for values in sets}


def _rows(deps: Deps, release: Release, options: argparse.Namespace) -> dict[Path, bytes]:
    """The act first: without it no row is read. Raises Failed."""
    from hotline.content.figure_files.workbooks import recorder_as_xlsx
    from hotline.service.desk.figures import sharing
    from hotline.service.desk.figures.files import recorder

    language: RecorderLanguage = "en" if options.language == "en" else "fr"
    if options.language not in (None, "fr", "en"):
        raise Failed("--language: the recorder has its columns in fr and en")
    if options.protocol is None:
        raise Failed("--protocol: rows leave under a protocol alone (hotline figures protocol list)")
    _done(run(deps, options.by, sharing.take_rows, release.number, options.protocol))
    rows = recorder.rows(sharing.rows_of(deps, release), language)
    made_at = datetime.fromtimestamp(release.released_at or 0, UTC).replace(tzinfo=None)
    return {options.to: recorder_as_xlsx(recorder.heads(language), rows, recorder.menu_heads(language), made_at)}


def _names(config: Config, deps: Deps, code: str) -> FigureNames:
    from hotline.console.words import Words
    from hotline.service.desk.casework.services import regions
    from hotline.service.desk.figures.files.naming import FigureNames

    words = Words.read(CONTENT / "locales", config.languages)
    if code not in words.languages:
        raise Failed(f"--language: {code} is none of {', '.join(words.languages)}")
    # Without an edition they go by their codes.
    return FigureNames(partial(words.say_or, code), regions(deps) if deps.editions.snapshot.editions else {})


def _check(options: argparse.Namespace) -> int:
    from hotline.content import read_directory
    from hotline.content.figure_files.mapping import read_mapping

    items, torn = read_directory(options.root)
    _, faults = read_mapping(options.root, [item.id for item in items if item.list == "regions"])
    faults = (*torn, *faults)
    if options.json:
        print_json({"faults": [fault_json(fault) for fault in faults]})
    else:
        print_faults(faults)
        print(f"{len(faults)} to be mended")
    return 1 if faults else 0


def _record(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.sharing import record_protocol

    until = (options.until - EPOCH).days
    with worded_failures():
        result = _done(run(shell_deps(settings()), options.by, record_protocol, options.partner, options.signed_by, options.letter, until))
    print(f"protocol {result.values['number']}: rows may leave for {options.partner} until {options.until}, that day too")


def _end(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.sharing import end_protocol

    with worded_failures():
        _done(run(shell_deps(settings()), options.by, end_protocol, options.number))
    print(f"protocol {options.number} is over")


def _list(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.sharing import protocols

    config, now = settings(), (today() - EPOCH).days
    with worded_failures():
        found = protocols(shell_deps(config))
    if options.json:
        print_json(
            [
                {
                    "number": protocol.number,
                    "for": protocol.partner,
                    "signed_by": protocol.signed_by,
                    "letter": protocol.letter,
                    "until": _written(protocol.until),
                    "in_force": protocol.holds(now),
                    "recorded_by": protocol.recorded_by,
                    "recorded_at": moment_json(config, protocol.recorded_at),
                    "ended_by": protocol.ended_by,
                }
                for protocol in found
            ]
        )
        return
    heads = ("PROTOCOL", "FOR", "SIGNED BY", "LETTER", "UNTIL", "RECORDED BY", "STATE")
    rows = [
        (
            str(protocol.number),
            protocol.partner,
            protocol.signed_by,
            protocol.letter,
            _written(protocol.until),
            protocol.recorded_by,
            "in force" if protocol.holds(now) else "over",
        )
        for protocol in found
    ]
    print("\n".join(table(heads, rows)) or "none: no row of an incident leaves")


def _done(result: Result) -> Result:
    """Returns what was done. Raises Failed where it was not."""
    if result.is_refused:
        raise Failed(_REFUSED.get(result.code, result.code))
    return result


def _written(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no day; write 2027-12-31") from None
