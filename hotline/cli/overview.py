"""What `hotline` alone shows: every command, below whom it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hotline.cli.parsing import Parser

FOR: Final = {
    "For operators, who write words and menus": ("content", "words", "directory", "dial --watch"),
    "For coordinators, who look after staff and line": ("user", "figures", "audit", "doctor --golive"),
    "For whoever runs the machine": (
        "doctor",
        "gateway",
        "db",
        "keys",
        "seal",
        "backup",
        "drill",
        "restore",
        "held",
        "purge",
        "time",
        "web",
        "worker",
        "clock",
        "units",
        "completion",
    ),
    "The demo, on one machine": ("up", "dial"),
}
OTHERWISE: Final = {
    "dial --watch": "a phone that plays the files as they lie, again at each save",
    "doctor --golive": "may the line open? what is still missing, point by point",
    "dial": "a phone in the terminal, for a demo that runs: hotline dial '*123#'",
}
"""What is said of a command where that is not what its own help says."""
_END: Final = """\
hotline COMMAND --help    what it takes
hotline --version         which version this is"""


def overview(parser: Parser) -> str:
    """The commands of this parser, each with those below it."""
    parts = ["usage: hotline COMMAND ...", "A USSD and SMS line, and the queue that calls back."]
    parts += ["\n".join((f"{heading}:", *_lines(parser, names))) for heading, names in FOR.items()]
    return "\n\n".join((*parts, _END)) + "\n"


def _lines(parser: Parser, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield f"  {name:<18}{OTHERWISE.get(name) or parser.commands[name].description}"
        if below := parser.commands[name.partition(" ")[0]].commands:
            yield f"{'':20}{', '.join(below)}"
