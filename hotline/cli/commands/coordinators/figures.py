"""`hotline figures`: a quarter's or a year's figures prepared, looked at, let out by a second person, withdrawn."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from hotline.cli.command import Failed, command, group, settings, store_of, worded_failures
from hotline.cli.commands.acting import run, shell_deps
from hotline.cli.commands.coordinators import figure_files
from hotline.cli.commands.coordinators.figure_files import RELEASE
from hotline.cli.output import moment, moment_json, print_json, table, takes_json

if TYPE_CHECKING:
    from hotline.config import Config
    from hotline.ports.figures.releases import FigureTable, HiddenCell, Release
    from hotline.ports.store import Store
    from hotline.service.acts import Result
    from hotline.service.deps import Deps
    from hotline.service.desk.figures.preparing import ReleaseDecision

_BY: Final = "who does this, for the audit (default: the login name)"
_RELEASE: Final = "the release, as `hotline figures list` tells it"
_REFUSED: Final = {
    "gone": "there is no such release (hotline figures list)",
    "unlisted": "a period is a quarter or a year: 2026-Q3, 2026; there is no other, so that none can be taken from another",
    "not_final": "not final: something in it can still be taken back, or its day, {due}, has not come",
    "late": "figures of {period} are public already: nothing that is a part of it may follow",
    "differs": "published differs: what is public of {period} would not come out again. Nothing is prepared; find out why first",
    "unprotected": "a hidden cell of {period} ({table}) could be worked out, whatever else is hidden: nothing is prepared",
    "same": "release {release} of {period} says the same already",
    "state": "release {release} of {period} stands otherwise (hotline figures list); after it was public there is no other in its place",
    "own": "release {release} was prepared by {by}: another person lets it out (--by NAME)",
    "linked": "one of {by} and whoever lets it out made the other's one-time link within 90 days: another person lets it out",
    "overtaken": "it would not come out so any more: prepare it again",
    "letter": "a few words are needed, on one line: --letter up to 40, --note up to 300 letters",
}

_WHY: Final = {
    "few": "under five",
    "held": "another could be worked out from it",
    "narrow": "another could be narrowed down by it",
}


def declare(commands: Any) -> None:
    figures = group(commands, "figures", "figures that leave the line, by quarter and year")
    prepare = command(figures, "prepare", _prepare, "count a period once, and hide what would tell of somebody; shown to officers alone")
    prepare.add_argument("period", metavar="PERIOD", help="2026-Q3 or 2026")
    prepare.add_argument("--by", metavar="NAME", help=_BY)
    takes_json(prepare)
    show = command(figures, "show", _show, "a release's tables, and between which numbers each hidden cell lies")
    show.add_argument("number", type=RELEASE, metavar="N", help=_RELEASE)
    takes_json(show)
    release = command(figures, "release", _release, "let partners have it: another person than the one who prepared it")
    release.add_argument("number", type=RELEASE, metavar="N", help=_RELEASE)
    release.add_argument("--letter", required=True, metavar="TEXT", help="under which letter or protocol")
    release.add_argument("--by", metavar="NAME", help=_BY)
    withdraw = command(figures, "withdraw", _withdraw, "show it to nobody any more; no other comes in its place")
    withdraw.add_argument("number", type=RELEASE, metavar="N", help=_RELEASE)
    withdraw.add_argument("--note", required=True, metavar="TEXT", help="why, for whoever had it")
    withdraw.add_argument("--by", metavar="NAME", help=_BY)
    takes_json(command(figures, "list", _list, "all releases, and how they stand"))
    figure_files.declare(figures)


def _prepare(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.releasing import prepare_release

    config = settings()
    with worded_failures():
        deps = shell_deps(config, speaking=True)
        result = _done(run(deps, options.by, prepare_release, _decided(deps, options.period)))
        release, hidden = _found(deps.store, int(result.values["release"]))
    if options.json:
        print_json(_as_json(config, release, hidden))
        return
    print("\n".join(_lines(config, release, hidden)))
    print(f"\nprepared. Another person looks at it, and lets it out: hotline figures release {release.number} --letter … --by …")


def _show(options: argparse.Namespace) -> None:
    config = settings()
    with worded_failures():
        release, hidden = _found(store_of(config), options.number)
    if options.json:
        print_json(_as_json(config, release, hidden))
    else:
        print("\n".join(_lines(config, release, hidden)))


def _release(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.releasing import release_figures

    config = settings()
    with worded_failures():
        deps = shell_deps(config, speaking=True)
        release, _ = _found(deps.store, options.number)
        _done(run(deps, options.by, release_figures, release.number, _decided(deps, release.period), options.letter))
    print(f"release {release.number} of {release.period} is out; its tables never change")


def _withdraw(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.releasing import withdraw_release

    with worded_failures():
        result = _done(run(shell_deps(settings()), options.by, withdraw_release, options.number, options.note))
    print(f"release {result.values['release']} of {result.values['period']} is withdrawn")


def _list(options: argparse.Namespace) -> None:
    from hotline.service.desk.figures.releasing import releases

    config = settings()
    with worded_failures():
        found = releases(store_of(config))
    if options.json:
        print_json([_head_json(config, release) for release in found])
        return
    rows = [
        (
            str(release.number),
            release.period,
            release.standing,
            release.prepared_by,
            release.released_by or "",
            release.letter,
            release.note,
        )
        for release in found
    ]
    print("\n".join(table(("NUMBER", "PERIOD", "STANDS", "PREPARED", "RELEASED", "LETTER", "NOTE"), rows)) or "nothing")


def _decided(deps: Deps, period: str) -> ReleaseDecision:
    """Raises Failed where it cannot be prepared."""
    from hotline.service.desk.figures.preparing import CannotPrepare, decide

    try:
        return decide(deps, period, deps.clock.now())
    except CannotPrepare as refused:
        raise Failed(_REFUSED[refused.code].format(**refused.values)) from None


def _done(result: Result) -> Result:
    if result.is_refused:
        raise Failed(_REFUSED[result.code].format(**result.values))
    return result


def _found(store: Store, number: int) -> tuple[Release, tuple[HiddenCell, ...]]:
    """Raises Failed and StoreAway."""
    from hotline.service.desk.figures.releasing import with_hidden

    found = with_hidden(store, number)
    if found is None:
        raise Failed(_REFUSED["gone"])
    return found


def _lines(config: Config, release: Release, hidden: tuple[HiddenCell, ...]) -> list[str]:
    lines = [
        f"release {release.number}, {release.period}: {release.standing}",
        f"prepared by {release.prepared_by}, {moment(config, release.prepared_at)}",
    ]
    if release.released_at is not None:
        lines.append(f"released by {release.released_by}, {moment(config, release.released_at)}, under {release.letter}")
    if release.standing == "withdrawn":
        lines.append(f"withdrawn by {release.withdrawn_by}: {release.note or 'prepared anew'}")
    lines.append(f"digest {release.digest}")
    for printed in release.tables:
        lines += ["", printed.name, *_table(printed)]
        of_table = [cell for cell in hidden if cell.table == printed.name]
        lines += [f"  {cell.row}, {cell.column}: {_WHY[cell.why]}; could be {cell.least} to {_most(cell)}" for cell in of_table]
    return lines


def _most(cell: HiddenCell) -> str:
    return "any number" if cell.most is None else str(cell.most)


def _table(printed: FigureTable) -> list[str]:
    if printed.too_few:
        return ["fewer than 20: no table"]
    rows = [(row, *("–" if cell is None else str(cell) for cell in cells)) for row, cells in zip(printed.rows, printed.cells, strict=True)]
    return list(table(("", *printed.columns), rows))


def _head_json(config: Config, release: Release) -> dict[str, Any]:
    return {
        "number": release.number,
        "period": release.period,
        "standing": release.standing,
        "prepared_at": moment_json(config, release.prepared_at),
        "prepared_by": release.prepared_by,
        "released_at": None if release.released_at is None else moment_json(config, release.released_at),
        "released_by": release.released_by,
        "letter": release.letter,
        "withdrawn_by": release.withdrawn_by,
        "note": release.note,
        "digest": release.digest,
    }


def _as_json(config: Config, release: Release, hidden: tuple[HiddenCell, ...]) -> dict[str, Any]:
    return _head_json(config, release) | {"tables": release.tables, "hidden": hidden}
