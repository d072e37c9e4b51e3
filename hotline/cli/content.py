"""The editions: flows, words and directory, checked and published."""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hotline.cli.command import command, group, settings, store_of, told
from hotline.config import CONTENT, languages_in

_SOON = 60
"""Seconds from publication until an edition is the one in force."""


def declare(commands: Any) -> None:
    content = group(commands, "content", "the editions: flows and words")
    for name, run, about in (("check", _check, "every fault of the files"), ("publish", _publish, "make the files the next edition")):
        command(content, name, run, about).add_argument("root", nargs="?", type=Path, help="folder of flows/ and locales/ (default: this program's)")
    command(content, "list", _list, "all editions, newest first")


def _check(options: argparse.Namespace) -> int:
    """0: nothing grave, whatever else is said."""
    from hotline.content import read_sources
    from hotline.engine.check import check

    sources, faults = read_sources(options.root or CONTENT, languages_in(os.environ))
    if sources is not None:
        faults = tuple(sorted({*faults, *check(sources, datetime.now(UTC).date())}))
    for fault in faults:
        print(fault)
    grave = sum(fault.grave for fault in faults)
    print(f"{grave} to be mended, {len(faults) - grave} to be known")
    return 1 if grave else 0


def _publish(options: argparse.Namespace) -> None:
    from hotline.prepare import publish_files

    config, now = settings(), int(time.time())
    with told():
        number = publish_files(store_of(config), options.root or CONTENT, config.languages, os.environ.get("USER", "operator"), now, now + _SOON)
    print(f"edition {number} is in force in {_SOON} seconds; processes take it when they start again")


def _list(_: argparse.Namespace) -> None:
    config = settings()
    zone = ZoneInfo(config.timezone)
    with told(), store_of(config).read() as tx:
        for row in tx.editions():
            print(f"{row.number}\t{datetime.fromtimestamp(row.active_from, zone):%Y-%m-%d %H:%M}\t{row.made_by}")
