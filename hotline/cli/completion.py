"""`hotline completion`: what a shell needs to complete commands, options and files; a script, so that no key waits for this program."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

from hotline.cli.command import command
from hotline.cli.commands.machine.line import dial_parser, watch_parser
from hotline.cli.parsing import Parser
from hotline.config import languages_in

_HOW = """\
bash, in ~/.bashrc:   eval "$(hotline completion bash)"
zsh, in ~/.zshrc:     autoload -Uz compinit && compinit
                      eval "$(hotline completion zsh)\""""


def declare(commands: Any, whole: Parser) -> None:
    """`completion`, of all that stands below `whole`."""
    made = command(commands, "completion", lambda options: _print(whole, options.shell), "print a script by which the Tab key completes")
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.epilog = _HOW
    made.add_argument("shell", choices=("bash", "zsh"), metavar="SHELL", help="bash or zsh")


def _print(whole: Parser, shell: str) -> None:
    import shtab

    _both_ways(whole.commands["dial"])
    for parser in _below(whole):
        for action in parser.actions:
            if action.metavar == "FILE":
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.metavar == "FOLDER":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(whole, shell))


def _both_ways(dial: Parser) -> None:
    """Give `dial`, which reads its own arguments, the options that it takes with and without --watch."""
    for parser in (dial_parser(), watch_parser(languages_in(os.environ))):
        for action in parser.actions:
            if not set(action.option_strings) & {name for known in dial.actions for name in known.option_strings}:
                dial.takes(action)


def _below(parser: Parser) -> Iterator[Parser]:
    yield parser
    for below in parser.commands.values():
        yield from _below(below)
