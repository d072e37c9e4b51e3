"""What keeps a line running on a real machine: systemd's units, a proxy's settings and a command, written out for the folders and addresses of this one.

The words of each lie in `templates/`, whole but for what differs from machine to machine. `deploy/` in the repository shows them for a usual machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from hotline.gateways.paths import asked_from_outside

TEMPLATES: Final = Path(__file__).with_name("templates")
PLACE: Final = re.compile(r"\$\{([a-z_]+)\}")
PART: Final = ".part"
"""Goes into others, by its name."""
HOMES: Final = ("/home", "/root", "/run/user")
"""What `ProtectHome=` hides (man 5 systemd.exec)."""
STATE: Final = PurePosixPath("/var/lib")
NAMELESS: Final = "line.example.org"
PARTS: Final = ("console", "worker", "clock")
"""What has a user of its own."""


class CannotFit(Exception):
    """These settings describe no machine that units can be written for. Says why."""


class Machine(Struct, frozen=True, kw_only=True):
    """What differs from one machine to the next; paths are absolute."""

    program: PurePosixPath
    """The `hotline` command."""
    root: PurePosixPath
    """The program's own files, which are only read."""
    user: str
    settings_file: PurePosixPath
    """The settings, as `EnvironmentFile=` takes them."""
    var: PurePosixPath
    bind: str
    console_bind: str
    database_url: str
    console_url: str
    gateways: tuple[str, ...]
    day_keys: PurePosixPath
    """Of the days' keys: callers' processes write there, and no other unit sees it, but the console's where it `shows_numbers`."""
    day_keys_copy: PurePosixPath | None = None
    shows_numbers: bool = False
    revoked: PurePosixPath | None = None
    """The file of what a restore must not undo, and the folder of backups, where they lie elsewhere than below `var`."""
    backups: PurePosixPath | None = None


def next_port(bind: str) -> str:
    """The same address, one port on."""
    host, _, port = bind.rpartition(":")
    return f"{host}:{int(port) + 1}"


def files(machine: Machine) -> Mapping[PurePosixPath, str]:
    """Every file by its path below the folder that it is written to. Raises CannotFit."""
    known = _values(machine)
    parts = {path.stem: path.read_text("utf-8").rstrip("\n") for path in TEMPLATES.glob(f"*{PART}")}
    made: dict[PurePosixPath, str] = {}
    for path in sorted(TEMPLATES.rglob("*")):
        if path.is_file() and path.suffix != PART:
            made[PurePosixPath(path.relative_to(TEMPLATES))] = _filled(path.read_text("utf-8"), {**parts, **known})
    return made


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A part may hold another one. nginx, Caddy and the shell have a `$` of their own, which never stands before a brace in these files."""
    while (filled := PLACE.sub(lambda place: values[place[1]], text)) != text:
        text = filled
    return text


def _values(machine: Machine) -> dict[str, str]:
    named = (("the program", machine.program), ("HOTLINE_VAR", machine.var), ("--settings", machine.settings_file))
    folders = (
        *(("HOTLINE_DAY_KEYS", machine.day_keys), ("HOTLINE_DAY_KEYS_COPY", machine.day_keys_copy)),
        *(("HOTLINE_REVOKED_FILE", machine.revoked), ("HOTLINE_BACKUP_FOLDER", machine.backups)),
    )
    for name, path in (*named, *((name, path) for name, path in folders if path is not None)):
        if not path.is_absolute() or re.search(r"[^\w./@+-]", str(path)):
            raise CannotFit(f"{name}: {path}: a path from / on, in letters, digits and ./@+- alone")
    for name, bind in (("HOTLINE_BIND", machine.bind), ("--console-bind", machine.console_bind)):
        if not _is_an_address(bind):
            raise CannotFit(f"{name}: an address in digits and a port: systemd looks no name up")
    host = urlsplit(machine.console_url).hostname or NAMELESS
    return {
        "program": str(machine.program),
        "root": str(machine.root),
        "user": machine.user,
        "settings_file": str(machine.settings_file),
        "var": str(machine.var),
        "callers_bind": machine.bind,
        "console_bind": machine.console_bind,
        "writable": " ".join(map(str, shared(machine))),
        **_users(machine),
        "days_written": "\n".join(_days_written(machine)),
        "days_hidden": _days_hidden(machine),
        "days_of_the_console": "\n".join(_days_written(machine)) if machine.shows_numbers else _days_hidden(machine),
        "backups_written": "" if machine.backups is None else f"ReadWritePaths={machine.backups}",
        "protect_home": "read-only" if _in_a_home(machine) else "yes",
        "host": host,
        "callers_paths": "|".join(_paths(machine.gateways)),
        "callers_matches": " ".join(f"/{path}/*" for path in _paths(machine.gateways)),
    }


def _is_an_address(bind: str) -> bool:
    host, _, port = bind.rpartition(":")
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return port.isdigit() and 0 < int(port) < 65536


def users(machine: Machine) -> tuple[str, ...]:
    """Who runs the line: its own user, who answers callers, and those of the other parts, all of one group."""
    return (machine.user, *dict.fromkeys(user for user in _users(machine).values() if user != machine.user))


def _users(machine: Machine) -> dict[str, str]:
    """A part that opens no number is a user of its own, who cannot read the days' keys. A console that shows numbers is not."""
    own = {f"{part}_user": f"{machine.user}-{part}" for part in PARTS}
    return own | {"console_user": machine.user} if machine.shows_numbers else own


def shared(machine: Machine) -> tuple[PurePosixPath, ...]:
    """Folders that all of these users write (`chmod 2770`): the line's own; that of the file of stops and SQLite's too, where they lie elsewhere."""
    found = [machine.var, *([] if machine.revoked is None else [machine.revoked.parent])]
    beside = PurePosixPath(machine.database_url.removeprefix("sqlite:///")).parent
    if machine.database_url.startswith("sqlite:///") and not beside.is_relative_to(machine.var):
        found.append(beside)
    return tuple(dict.fromkeys(found))


def _days(machine: Machine) -> tuple[PurePosixPath, ...]:
    return (machine.day_keys,) if machine.day_keys_copy is None else (machine.day_keys, machine.day_keys_copy)


def _days_written(machine: Machine) -> tuple[str, ...]:
    """Systemd makes a folder beside the line's own, for its user alone, where it is missing."""
    made = tuple(f"StateDirectory={path.name}" if path.parent == STATE else f"ReadWritePaths={path}" for path in _days(machine))
    return (*made, "StateDirectoryMode=0700")


def _days_hidden(machine: Machine) -> str:
    return "InaccessiblePaths=" + " ".join(f"-{path}" for path in _days(machine))


def _in_a_home(machine: Machine) -> bool:
    return any(path.is_relative_to(home) for path in (machine.program, machine.root, machine.var) for home in HOMES)


def _paths(gateways: tuple[str, ...]) -> tuple[str, ...]:
    """What comes to callers' processes from outside."""
    return asked_from_outside(gateways) or ("at",)
