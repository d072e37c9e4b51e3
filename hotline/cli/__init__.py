"""The `hotline` command: reads arguments and environment, calls one thing, says how it went. 2: settings or arguments are wrong; 1: it did not work."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from hotline.adapters.processes import leave_no_trace
from hotline.cli import completion
from hotline.cli.command import Failed, reason, refuse_no_folder
from hotline.cli.commands import database
from hotline.cli.commands.coordinators import audit, figures, people
from hotline.cli.commands.machine import backup, gateway, line, units, upkeep
from hotline.cli.commands.operators import content, directory, words
from hotline.cli.overview import overview
from hotline.cli.parsing import Parser, parse
from hotline.config import CONTENT, ConfigError

INTERRUPTED = 130
"""As shells tell of a program that Ctrl-C ended."""
NOBODY_READS = 141
"""As shells tell of a program whose output nobody takes any more, before it was done."""
NO_LINE = "nothing says which line is meant: be in the folder of the demo that runs (hotline up), or give this terminal the line's settings"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Without `arguments` this process is the command, and those that were typed are taken."""
    if arguments is None:
        leave_no_trace("HOTLINE_")
    return quietly(lambda: _run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["dial"]:
        return line.dial(arguments[1:])
    options = parse(parser(), arguments)
    if options.version:
        return _version()
    refuse_no_folder(options)
    return options.run(options) or 0


def quietly(run: Callable[[], int]) -> int:
    """Run, and return the exit code. A failure is one line that says what and where, never a traceback: those of libraries quote values."""
    try:
        code = _exit_code(run)
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # below the ^C
        code = _complain("interrupted", INTERRUPTED)
    try:
        if sys.stdout is not None:  # as `hotline keys new >&-`
            sys.stdout.flush()
    except BrokenPipeError:  # as `hotline content list | head`
        _drop_output()
    except OSError as error:
        _drop_output()
        return _complain(f"what was printed is lost: {reason(error)}", 1)
    return code


def _exit_code(run: Callable[[], int]) -> int:
    """What `run` returns; what it raises is told on stderr and becomes a code. Raises SystemExit and KeyboardInterrupt."""
    try:
        return run()
    except SystemExit as ends:
        if isinstance(ends.code, int):
            quietly(lambda: 0)
        raise
    except ConfigError as error:
        lost = [NO_LINE] if "HOTLINE_DATABASE_URL: missing" in error.faults else []
        return _complain("\n".join(["settings:", *error.faults, *lost]), 2)
    except Failed as error:
        return _complain(str(error), 1)
    except BrokenPipeError:
        _drop_output()
        return NOBODY_READS
    except OSError as error:
        return _complain(reason(error), 1)
    except UnicodeEncodeError as error:
        return _complain(f"an argument or this terminal has letters that {error.encoding} does not have (PYTHONUTF8=1)", 1)
    except Exception as error:  # an edge like hop and job: a library's message and traceback may quote a number
        if sys.flags.dev_mode:
            raise
        return _complain(
            f"a fault of this program, not of what was typed: {type(error).__name__} at {_place(error)} (python -X dev -m hotline shows all)",
            1,
        )


def _place(error: Exception) -> str:
    """The last line of this program that the error passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(CONTENT / "hotline")]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name if not ours else Path(last.filename).relative_to(CONTENT)}:{last.lineno}"


def _drop_output() -> None:
    """Nothing that is still held is written when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(words: str, code: int) -> int:
    print(f"hotline: {words}", file=sys.stderr)
    return code


def _version() -> int:
    from importlib.metadata import version

    print(f"hotline {version('hotline')}")
    return 0


def parser() -> Parser:
    """What the command takes. Of `dial` only the name: it reads its own arguments."""
    made = Parser(prog="hotline")
    made.add_argument("--version", action="store_true", help="say which version this is")
    commands = made.takes_commands()
    line.declare(commands, quietly)
    content.declare(commands)
    words.declare(commands)
    directory.declare(commands)
    gateway.declare(commands)
    audit.declare(commands)
    figures.declare(commands)
    people.declare(commands)
    database.declare(commands)
    upkeep.declare(commands)
    units.declare(commands)
    backup.declare(commands)
    completion.declare(commands, made)
    made.overview = overview(made)
    return made
