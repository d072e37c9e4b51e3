"""`hotline units`: files for systemd and a proxy, as this machine needs them."""

from __future__ import annotations

import argparse
import pwd
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from hotline.cli.command import Failed, command, reason, settings
from hotline.config import CONTENT, Config

USER: Final = "hotline"
SETTINGS: Final = "/etc/hotline/line.env"
EXECUTABLE: Final = frozenset(("hotlinectl",))


def declare(commands: Any) -> None:
    """`units`."""
    units = command(commands, "units", _units, "write what starts the line with this machine: systemd units, nginx, Caddy, hotlinectl")
    units.add_argument("--to", type=Path, metavar="FOLDER", help="write them there, and say what to do next (default: show them)")
    units.add_argument("--user", default=USER, help=f"who runs the line (default: {USER})")
    units.add_argument("--settings", default=SETTINGS, metavar="FILE", help=f"where its settings stand, NAME=VALUE (default: {SETTINGS})")
    units.add_argument("--program", metavar="FILE", help="the hotline command that they run (default: this one)")
    units.add_argument("--console-bind", metavar="ADDRESS", help="where the console listens (default: HOTLINE_BIND, one port on)")


def _units(options: argparse.Namespace) -> None:
    from hotline.units import CannotFit, Machine, files, next_port, shared, users

    config = settings()
    if config.demo:
        raise Failed("these are the settings of the demo, which hotline up runs by itself")
    machine = Machine(
        program=PurePosixPath(options.program or _program()),
        root=PurePosixPath(CONTENT),
        user=options.user,
        settings_file=PurePosixPath(options.settings),
        var=PurePosixPath(config.var),
        bind=config.bind,
        console_bind=options.console_bind or next_port(config.bind),
        database_url=config.database_url,
        console_url=config.console.console_url or "",
        gateways=config.gateways,
        day_keys=_below(config, config.day_keys),
        day_keys_copy=_below(config, config.day_keys_copy) if config.day_keys_copy else None,
        shows_numbers=config.rules.calling == "reveal",
        revoked=_apart(config, config.revoked_file),
        backups=_apart(config, config.backup_folder),
    )
    try:
        made = files(machine)
    except CannotFit as error:
        raise Failed(str(error)) from None
    if options.to is None:
        print("\n".join(f"# {'-' * 20} {path}\n{text}" for path, text in made.items()), end="")
        return
    _write(options.to, made)
    print("\n".join(_next(options.to, config, options, users(machine), shared(machine))))


def _below(config: Config, path: str) -> PurePosixPath:
    return PurePosixPath(config.var) / path


def _apart(config: Config, path: str | None) -> PurePosixPath | None:
    """Returns None for what lies below the line's own folder, which is writable anyway."""
    return None if path is None or PurePosixPath(path).is_relative_to(config.var) else PurePosixPath(path)


def _program() -> Path:
    """The command beside this Python: what was typed may be a link, or `python -m hotline`."""
    beside = Path(sys.executable).with_name("hotline")
    return beside if beside.exists() else Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute()


def _write(folder: Path, made: Mapping[PurePosixPath, str]) -> None:
    """All of them, over those of a time before. Raises Failed."""
    try:
        for path, text in made.items():
            to = folder / path
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(text, "utf-8")
            to.chmod(0o755 if path.name in EXECUTABLE else 0o644)
    except OSError as error:
        raise Failed(f"not everything was written: {reason(error)}") from None


def _next(
    folder: Path, config: Config, options: argparse.Namespace, users: tuple[str, ...], shared: tuple[PurePosixPath, ...]
) -> Iterator[str]:
    """What is still to be done, in its order; what stands already is left out."""
    yield f"written to {folder}; next, as root (docs/deploy.md says why):"
    for user in users:
        if not _has_user(user):
            group = "--group" if user == options.user else f"--ingroup {options.user}"
            yield f"  adduser --system {group} --home {config.var} --no-create-home {user}"
    for path in shared:
        yield f"  install -d -o {options.user} -g {options.user} -m 2770 {path}"
    if not Path(options.settings).exists():
        yield f"  put the settings into {options.settings}, NAME=VALUE a line, and: chmod 600 {options.settings}"
    yield f"  install -m 755 {folder}/hotlinectl /usr/local/sbin/"
    yield f"  install -m 644 {folder}/systemd/* /etc/systemd/system/ && systemctl daemon-reload"
    yield "  hotlinectl db upgrade"
    yield "  systemctl enable --now hotline-callers.socket hotline-console.socket hotline-callers hotline-console"
    yield "  systemctl enable --now hotline-worker@urgent hotline-worker@default hotline-clock hotline-doctor.timer hotline.target"
    if config.backup_recipient:
        yield "  systemctl enable --now hotline-backup.timer"
    else:
        yield "  no backup is made: hotlinectl keys backup, HOTLINE_BACKUP_RECIPIENT, systemctl enable --now hotline-backup.timer"
    if config.console.console_url is None:
        yield f"  HOTLINE_CONSOLE_URL is empty: in {folder}/nginx.conf or Caddyfile put your name in the place of line.example.org"
    yield f"  nginx: install -m 644 {folder}/nginx.conf /etc/nginx/conf.d/hotline.conf && nginx -t && systemctl reload nginx"
    yield "  hotlinectl doctor --golive"


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
