"""How the command reads what was typed: one line says what is wrong with it, and what is spelt nearly so."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

_OPTION = re.compile(r"(--?[A-Za-z][\w-]*)(=.*)?", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """An argument parser whose faults fit on a line. `overview`: what it shows as its help, in place of argparse's."""

    overview: str | None = None
    _below: Any = None

    def takes_commands(self) -> Any:
        """Commands stand below this word, and are declared in what is returned; the word alone shows its help."""
        self._below = self.add_subparsers(metavar="COMMAND", parser_class=Parser)
        self.set_defaults(run=lambda _: self.print_help())
        return self._below

    @property
    def commands(self) -> dict[str, Parser]:
        """Those below this word, by name."""
        return self._below.choices if self._below else {}

    @property
    def actions(self) -> Sequence[argparse.Action]:
        return self._actions

    def takes(self, action: argparse.Action) -> None:
        """Take what another parser takes."""
        self._add_action(action)

    def format_help(self) -> str:
        return self.overview or super().format_help()

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help)\n")

    def refuse_unknown(self, arguments: Iterable[str]) -> Parser:
        """Refuse the first option or command that there is not, with those that are spelt nearly so; the parser of the command that was typed."""
        parser = self
        for argument in arguments:
            if argument == "--":
                break
            if option := _OPTION.fullmatch(argument):
                parser._know(option[1])
            elif commands := parser.commands:
                if argument not in commands:
                    parser.error(f"no command {argument}{nearly(argument, commands) or '; there are ' + ', '.join(commands)}")
                parser = commands[argument]
        return parser

    def _know(self, option: str) -> None:
        known = [name for action in self._actions for name in action.option_strings]
        if not any(name == option or (option.startswith("--") and name.startswith(option)) for name in known):
            self.error(f"no option {option}{nearly(option, known)}")


def parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """What was typed, read. Ends the command with 2 and a line about the first fault."""
    typed = parser.refuse_unknown(arguments)
    options, rest = parser.parse_known_args(arguments)
    if rest:
        typed.error(f"nothing more is taken here: {' '.join(rest)}")
    return options


def nearly(word: str, words: Iterable[str]) -> str:
    """`; did you mean …?`: words that begin so, or are spelt nearly so; nothing where none does."""
    known = list(words)
    near = [name for name in known if name.startswith(word)] or difflib.get_close_matches(word, known, n=2, cutoff=0.7)
    return f"; did you mean {' or '.join(near)}?" if near else ""
