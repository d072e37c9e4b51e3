"""The `hotline` command: reads arguments and environment, calls one thing, says how it went. 2: settings or arguments are wrong; 1: it did not work."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from hotline.cli import audit, content, directory, line, people, upkeep, words
from hotline.cli.command import Failed
from hotline.config import ConfigError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["dial"]:
        return _quietly(lambda: line.dial(arguments[1:]))
    options = parser().parse_args(arguments)
    return _quietly(lambda: options.run(options) or 0)


def _quietly(run: Callable[[], int]) -> int:
    try:
        code = run()
        sys.stdout.flush()
    except ConfigError as error:
        return _complain(f"settings:\n{error}", 2)
    except Failed as error:
        return _complain(str(error), 1)
    except BrokenPipeError:  # as `hotline content list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def _complain(words: str, code: int) -> int:
    print(f"hotline: {words}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """What the command takes. Of `dial` only the name: it reads its own arguments."""
    made = argparse.ArgumentParser(prog="hotline", description="A USSD and SMS line, and the queue that calls back.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    line.declare(commands, _quietly)
    content.declare(commands)
    words.declare(commands)
    directory.declare(commands)
    audit.declare(commands)
    people.declare(commands)
    upkeep.declare(commands)
    return made
