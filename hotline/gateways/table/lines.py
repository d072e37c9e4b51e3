"""On which line of a TOML file a key stands. The standard library's reader does not say."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART: Final = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_LONG: Final = re.compile(r"'''|\"\"\"")


class KeyLines:
    """The lines of a file's keys, by their names from the outermost, joined by dots."""

    def __init__(self, lines: dict[str, int]) -> None:
        self._lines = lines

    def of(self, key: str) -> int:
        """The line of this key, or of the nearest one around it; 1 where there is none."""
        while key and key not in self._lines:
            key = re.sub(r"(?:^|\.|\[)[^.\[]*$", "", key)
        return self._lines.get(key, 1)


def key_lines(text: str) -> KeyLines:
    """The keys of a text that is TOML: those that begin a line, outside of long strings. What stands inside braces has the line of its key."""
    lines: dict[str, int] = {}
    section, open_quote = "", ""
    for place, line in enumerate(text.splitlines(), 1):
        if not open_quote:
            if head := _HEAD.match(line):
                section = _joined(head[1])
                lines.setdefault(section, place)
            elif key := _KEY.match(line):
                lines.setdefault(f"{section}.{_joined(key[1])}".lstrip("."), place)
        for quote in _LONG.findall(line):
            open_quote = "" if quote == open_quote else open_quote or quote
    return KeyLines(lines)


def _joined(name: str) -> str:
    return ".".join(part.strip("\"'") for part in _PART.findall(name))
