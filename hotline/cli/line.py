"""The parts of the line as processes, and the phone in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hotline.cli.command import Failed, command, settings, told
from hotline.config import Config


def declare(commands: Any, quietly: Callable[[Callable[[], int]], int]) -> None:
    """`up`, `web`, `worker`, `clock`, `dial`. `quietly` runs what is handed in and turns errors into an exit code."""

    def process(main: Callable[[Config, argparse.Namespace], None]) -> Callable[[argparse.Namespace], int]:
        return lambda options: _process(lambda config: main(config, options), quietly)

    command(commands, "up", _up, "the whole line on this machine, as a demo; Ctrl-C ends it")
    command(commands, "web", process(_web), "the web server")
    worker = command(commands, "worker", process(_worker), "follow the hints of one queue")
    worker.add_argument("queue", choices=("urgent", "default"))
    command(commands, "clock", process(_clock), "the ticker")
    command(commands, "dial", lambda _: 0, "a phone in the terminal, for a running demo: hotline dial '*123#'")


def dial(arguments: Sequence[str]) -> int:
    """`hotline dial …` has a parser of its own."""
    from hotline.demo.dial import main

    return main(arguments, Path(os.environ.get("HOTLINE_VAR", "").strip() or "var") / "demo.json")


def _up(_: argparse.Namespace) -> int:
    from hotline.up import CannotStart, up

    try:
        return up(os.environ)
    except CannotStart as error:
        raise Failed(str(error)) from None


def _web(config: Config, _: argparse.Namespace) -> None:
    from hotline.web import serve

    serve(config)


def _worker(config: Config, options: argparse.Namespace) -> None:
    from hotline.roles import work

    work(config, options.queue)


def _clock(config: Config, _: argparse.Namespace) -> None:
    from hotline.roles import tick

    tick(config)


def _process(main: Callable[[Config], None], quietly: Callable[[Callable[[], int]], int]) -> int:
    """Run one process of the line. What has to be there first is looked after by a child: no connection is open, no parser loaded, when this one forks."""
    config = settings()
    from hotline.tree import Forked

    code = Forked(lambda: sys.exit(quietly(lambda: _prepare(config)))).wait()
    if code == 0:
        with told():
            main(config)
    return code


def _prepare(config: Config) -> int:
    from hotline.prepare import prepare

    with told():
        prepare(config)
    return 0
