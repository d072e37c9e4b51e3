"""One YAML file as nodes that know their lines, and what is wrong with them: a reader that goes on after a fault.

It works on ruamel's nodes, not on the values made of them, because a value has no line, a twice-given key stops the making,
and YAML's own reading of `20202020` or `2026-02-30` is not what an operator wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from hotline.engine.check import names
from hotline.engine.flow import Fault, Where

NAME: Final = names.NAME
"""What flows, screens, things to set and entries of the directory are called."""

_T = TypeVar("_T", bound=str)
_LIKELY: Final = {
    "expected <block end>": "; this line or one above it is indented too far, or not far enough",
    "mapping values are not allowed here": "; a colon too many, or the line above lacks its own",
}
"""What a person most likely did, by how YAML puts it."""
_OPEN: Final = ("flow", "quoted scalar", "simple key")
"""What goes on until it is closed, or until its colon."""


class Reader:
    """One file being read, and its faults.

    The methods below `document` return what a node says, or None after noting the fault; `what` is how the fault names the node.
    They note no fault of a node that is not there: `fields` has noted that it is missing.
    """

    def __init__(self, root: Path, path: Path) -> None:
        self.path = path
        self.file = path.relative_to(root).as_posix()
        self.faults: list[Fault] = []
        self.lost: set[str] = set()
        """Names of what is there and not sound enough to be read; other entries may name it."""

    def at(self, node: Node) -> Where:
        """File and line of a node."""
        return Where(self.file, int(node.start_mark.line) + 1)

    def fault(self, at: Node | int, message: str, *, follows: bool = False) -> None:
        """Note what is wrong at a node or at a line."""
        self.faults.append(Fault(Where(self.file, at) if isinstance(at, int) else self.at(at), message, follows=follows))

    def source(self) -> str | None:
        """The file's text. Returns None after noting the fault if it cannot be read."""
        try:
            data = self.path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            self.fault(1, "no such file")
            return None
        except OSError as error:
            self.fault(1, f"cannot be read: {error.strerror}")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(data[: error.start].count(b"\n") + 1, "not UTF-8")
            return None

    def document(self) -> Node | None:
        """The file's one YAML document. Returns None after noting the fault if there is none."""
        text = self.source()
        if text is None:
            return None
        try:
            node = _composed(text)
        except MarkedYAMLError as error:
            self.fault(*_misread(error))
            return None
        except ReaderError as error:
            self.fault(text[: error.position].count("\n") + 1, "not YAML: a control character")
            return None
        except YAMLError:
            self.fault(1, "not YAML")
            return None
        if node is None:
            self.fault(1, "empty")
        return node

    def entries(self, node: Node | None, what: str) -> Iterator[tuple[str, Node, Node]]:
        """Key, the key's node and the value, of fields; the first if a key is there twice; nothing for an empty value."""
        if node is None or is_empty(node):
            return
        if not isinstance(node, MappingNode):
            self.fault(node, f"{what}: must be fields, `name: value`")
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.fault(key, f"{what}: the name of a field must be text")
                continue
            name = " ".join(key.value.split())
            if name in seen:
                self.fault(key, f"{what}: `{name}` stands twice")
                continue
            seen.add(name)
            if isinstance(value, ScalarNode) and not value.value:
                value.start_mark = key.start_mark  # ruamel places what is not there at whatever comes next
            yield name, key, value

    def fields(
        self, node: Node, what: str, known: Collection[str], needed: Collection[str] = (), at: Node | None = None
    ) -> dict[str, Node]:
        """The values by field; every unknown and every missing field is a fault, the latter `at` its name, or else where the fields begin."""
        found: dict[str, Node] = {}
        unknown: list[tuple[str, Node]] = []
        for name, key, value in self.entries(node, what):
            if name in known:
                found[name] = value
            else:
                unknown.append((name, key))
        meant: set[str] = set()
        for name, key in unknown:
            near = get_close_matches(name, [field for field in known if field not in found], 1)
            meant.update(near)
            self.fault(key, f"{what}: unknown field `{name}`{f'; is `{near[0]}` meant?' if near else ''}")
        if is_empty(node) or isinstance(node, MappingNode):
            for name in needed:
                if name not in found:
                    self.fault(at or node, f"{what}: `{name}` is missing", follows=name in meant)
        return found

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """A list's items; none after noting the fault if it is no list."""
        if isinstance(node, SequenceNode):
            return tuple(node.value)
        if node is not None:
            self.fault(node, f"{what}: must be a list")
        return ()

    def text(self, node: Node | None, what: str) -> str | None:
        """Text, and not a number, a `true` or a date."""
        if isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:str" and node.value.strip():
            return str(node.value).strip()
        if node is not None:
            self.fault(node, f"{what}: must be text")
        return None

    def scalar(self, node: Node | None, what: str) -> str | None:
        """A single value of whatever type, as it was written."""
        if isinstance(node, ScalarNode) and not is_empty(node):
            return str(node.value).strip()
        if node is not None:
            self.fault(node, f"{what}: must be a single value")
        return None

    def name(self, node: Node | None, what: str) -> str | None:
        """Text that fits NAME."""
        text = self.text(node, what)
        if node is None or text is None or NAME.fullmatch(text):
            return text
        self.fault(node, f"{what}: {quoted(text)} is no name; small letters, digits, - and _")
        return None

    def choice(self, node: Node | None, what: str, known: tuple[_T, ...]) -> _T | None:
        """Text that is one of `known`."""
        text = self.text(node, what)
        if node is None or text is None:
            return None
        for value in known:
            if value == text:
                return value
        self.fault(node, f"{what}: {quoted(text)} is none of {', '.join(known)}")
        return None

    def flag(self, node: Node | None, what: str) -> bool:
        """A `true` or `false`; false if it is not there."""
        if node is not None and not (isinstance(node, ScalarNode) and node.value in {"true", "false"}):
            self.fault(node, f"{what}: must be true or false")
        return isinstance(node, ScalarNode) and str(node.value) == "true"

    def count(self, node: Node | None, what: str, usual: int) -> int:
        """A whole number; the usual one if it is not there."""
        if isinstance(node, ScalarNode) and re.fullmatch(r"[0-9]{1,9}", node.value):
            return int(node.value)
        if node is not None:
            self.fault(node, f"{what}: must be a whole number")
        return usual


@lru_cache(maxsize=64)
def _composed(text: str) -> Node | None:
    """Whoever looks at all files again, because one was saved, parses that one. Raises YAMLError."""
    node: Node | None = YAML(typ="rt").compose(text)
    return node


def _misread(error: MarkedYAMLError) -> tuple[int, str]:
    """Line and words. What is not closed, and a name without its colon, is only noticed further down: the line given is the one where it begins."""
    noticed, begun = error.problem_mark or error.context_mark, error.context_mark
    problem = f"not YAML: {error.problem or error.context}{_LIKELY.get(str(error.problem).partition(',')[0], '')}"
    if noticed is None:
        return 1, problem
    if begun is None or begun.line == noticed.line or not any(kind in (error.context or "") for kind in _OPEN):
        return noticed.line + 1, problem
    return begun.line + 1, f"{problem}, noticed in line {noticed.line + 1}"


def quoted(text: str) -> str:
    """A value in a message: on one line, and short."""
    return '"' + " ".join(text.split())[:40] + '"'


def is_empty(node: Node) -> bool:
    """Is nothing written here: `name:`, `name: ~`, `name: {}`?"""
    if isinstance(node, ScalarNode):
        return node.tag == "tag:yaml.org,2002:null" or not node.value.strip()
    return not node.value
