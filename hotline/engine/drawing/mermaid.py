"""Mermaid's syntax, as far as the drawings of the line use it: names, words in quotes, arrows, colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from hotline.engine.edition import split_labels

LONGEST_WORDS: Final = 34
LONGEST_LABEL: Final = 22
OPENING: Final = ('%%{init: {"flowchart": {"nodeSpacing": 24, "rankSpacing": 36}}}%%',)
STYLES: Final = (
    "classDef order fill:#fde7d9,stroke:#b5541c,color:#222",
    "classDef last fill:#e8e8e8,stroke:#555,color:#222",
    "classDef other fill:#e3eefb,stroke:#2b6cb0,color:#222",
)
_ENTITIES: Final = str.maketrans(
    {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;", "$": "#36;"}
)
_BREAK: Final = "<br/>"


class Edge(NamedTuple):
    """An arrow from one screen or flow to another, and what it says."""

    source: str
    target: str
    labels: tuple[str, ...]


def arrow(edge: Edge) -> str:
    return f"-->|{quoted(*edge.labels)}|" if edge.labels else "-->"


def styles(lines: Iterable[str]) -> Iterator[str]:
    """The styles that these lines use."""
    text = "\n".join(lines)
    return (f"  {style}" for style in STYLES if f":::{style.split()[1]}" in text)


def node(key: str) -> str:
    """A name that Mermaid has no other use for; different keys have different ones."""
    return "s_" + key.replace("_", "__").replace("-", "_m").replace(".", "_d")


def quoted(*lines: str) -> str:
    """A label of these lines in quotes, empty ones left out."""
    return '"' + _BREAK.join(line.translate(_ENTITIES) for line in lines if line) + '"'


def first_line(text: str) -> str:
    """The first line of a message without its options, shortened."""
    head = split_labels(text)[0]
    return shortened(head.partition("\n")[0], LONGEST_WORDS)


def shortened(text: str, most: int) -> str:
    """As much of a text as fits, in whole words."""
    text = re.sub(r"\s+", " ", text)
    if len(text) <= most:
        return text
    cut = text[: most - 1].rpartition(" ")[0] or text[: most - 1]
    return f"{cut.rstrip(' ,;:.')}…"
