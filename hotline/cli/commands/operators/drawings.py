"""What is made of the flows for people and editors: drawings, and the schema that editors complete from."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, takes_root
from hotline.config import languages_in

if TYPE_CHECKING:
    from hotline.engine.flow import Sources

MADE_BY = "hotline content graph > docs/graph.md"


def declare(content: Any) -> None:
    """`content graph` and `content schema`, below the word `content`."""
    drawn = command(content, "graph", graph, "the line drawn, in Mermaid: every drawing, as docs/graph.md has them, or one flow's")
    drawn.add_argument("flow", nargs="?", metavar="FLOW", help="the flow to draw, as flows/FLOW.yaml is called (default: all)")
    takes_root(drawn)
    made = command(content, "schema", schema, "write the JSON Schema of the files below flows/, for editors, into flows/schema/")
    takes_root(made)


def graph(options: argparse.Namespace) -> None:
    from hotline.engine.drawing.graph import document, section

    sources = _sources(options.root)
    if options.flow is None:
        print(document(sources, MADE_BY), end="")
    elif options.flow in {flow.name for flow in sources.flows}:
        print(section(sources, options.flow))
    else:
        raise Failed(f"no flow is called {options.flow}; there are {', '.join(flow.name for flow in sources.flows)}")


def schema(options: argparse.Namespace) -> None:
    from hotline.content.flow_files.schema import FOLDER, as_text, schemas

    folder = options.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in schemas().items():
        (folder / name).write_text(as_text(made), encoding="utf-8")
        print(f"{FOLDER}/{name}")


def _sources(root: Path) -> Sources:
    """What can be read; what cannot is not drawn, and is told by `content check`. Raises Failed where that is everything."""
    from hotline.content import read_sources

    sources, _ = read_sources(root, languages_in(os.environ))
    if sources is None:
        raise Failed(f"no flow is below {root}")
    return sources
