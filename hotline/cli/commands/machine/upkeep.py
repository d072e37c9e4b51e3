"""Keys and time, and a look at how all of it stands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, group, local_time, reason, settings, worded_failures
from hotline.cli.commands.acting import run, shell_deps
from hotline.cli.commands.machine import doctor, keys
from hotline.cli.output import print_json, table, takes_json

if TYPE_CHECKING:
    from hotline.ports.upkeep.retention import Swept


NOTHING_ERASED = {
    "clock": "nothing was erased: the wall clock jumped, and what is over by it may not be (hotline doctor; hotline time trust)",
    "held": "nothing was erased: this line was restored and is held until somebody has looked (hotline held look)",
}


def declare(commands: Any) -> None:
    keys.declare(commands)
    about = (
        "drop the keys from the running processes of this machine: reading goes on, nothing is kept or opened until they are started again"
    )
    command(commands, "seal", _seal, about)
    about = "erase at once whatever is kept past its time, as the line does every five minutes by itself"
    swept = command(commands, "purge", _purge, about)
    swept.add_argument("--by", metavar="NAME", help="who does it, for the audit (default: the login)")
    takes_json(swept)
    swept.add_argument("--dry-run", action="store_true", help="erase nothing: count what would go now, and by tomorrow at this time")
    about = "say that the clocks of the line's machines are right, though they jumped: what is over by them ends"
    trust = command(group(commands, "time", "the time of the line's machines"), "trust", _trust, about)
    trust.add_argument("--by", metavar="NAME", help="who says so, for the audit (default: the login)")
    doctor.declare(commands)


def _seal(_: argparse.Namespace) -> None:
    from hotline.app import day_keys_folder, drop_mark

    config = settings()
    try:
        drop_mark(config).make()
    except OSError as error:
        raise Failed(f"HOTLINE_VAR: {reason(error)}; nothing was dropped") from None
    print("within two seconds the processes of this machine have no keys; started again they read them again")
    print(f"the keys themselves still lie in {config.keys_file or 'the environment'}, and the days' keys in {day_keys_folder(config)}")


def _purge(options: argparse.Namespace) -> None:
    from hotline.service.upkeep import purging

    deps = shell_deps(settings())
    with worded_failures():
        if options.dry_run:
            due = purging.foresee(deps)
            parts = {"now": due.now, "by tomorrow": due.tomorrow}
            lines = {"now": due.audit_now, "by tomorrow": due.audit_tomorrow}
        else:
            try:
                parts = {"": purging.swept_in(run(deps, options.by, purging.erase_over))}
            except purging.CannotPurge as refused:
                raise Failed(NOTHING_ERASED[str(refused)]) from None
            lines = {"": purging.age_audit(deps, deps.clock.now())}
    if options.json:
        counted = {when.replace(" ", "_"): {"tables": part, "audit_lines": lines[when]} for when, part in parts.items()}
        print_json(counted.get("", counted))
    else:
        print("\n".join(_swept(parts, lines)))


def _swept(parts: dict[str, tuple[Swept, ...]], lines: dict[str, int]) -> list[str]:
    """A row for each table, and for the audit."""
    rows = [(when, swept.table, str(swept.gone), str(swept.coarsened)) for when, part in parts.items() for swept in part]
    rows += [(when, "audit", str(gone), "0") for when, gone in lines.items() if gone]
    if not rows:
        return ["nothing"]
    shown = rows if any(lines) else [row[1:] for row in rows]
    return list(table(("WHEN", "TABLE", "GONE", "COARSER") if any(lines) else ("TABLE", "GONE", "COARSER"), shown))


def _trust(options: argparse.Namespace) -> None:
    from hotline.service.desk.clock import trust_clock

    config = settings()
    with worded_failures():
        run(shell_deps(config), options.by, trust_clock)
    print(f"from now on it is {local_time():%Y-%m-%d %H:%M}, and what is over ends")
