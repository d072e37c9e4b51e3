"""Whole conversations with the line's own content, one readable file each.

`pytest tests/engine/test_golden.py --rewrite-golden` writes them anew; read the difference before you keep it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.engine.effects import Coverage
from tests.content_line import line, sources
from tests.engine.worlds import DAY, THURSDAY_NOON, World, around_the_clock, nobody

FOLDER = Path(__file__).parent.parent / "golden"
TOMORROW_8 = (THURSDAY_NOON // DAY + 1) * DAY + 8 * 60
WORLDS = {
    "somebody is there": around_the_clock(THURSDAY_NOON),
    "nobody before tomorrow 8h": nobody(THURSDAY_NOON, TOMORROW_8),
    "nobody is planned": nobody(THURSDAY_NOON),
    "it is not known who is there": None,
}


def conversation(header: dict[str, str], keys: list[str]) -> str:
    """The conversation as it is kept: its header, then each key and the screen that it brought, then the orders."""
    coverage: Coverage | None = WORLDS[header["world"]]
    outcome = header.get("orders", "kept")
    world = World(THURSDAY_NOON if header.get("clock") != "unknown" else None, coverage, lambda _key: outcome)  # type: ignore[arg-type,return-value]
    raw = header.get("network") == "shows every letter"
    edition = line(header.get("channel", "ussd"), raw=raw, fullest=header.get("directory") == "full")
    out = [*(f"{name}: {value}" for name, value in header.items()), f"keys: {' '.join(keys)}", ""]
    for n in range(len(keys) + 1):
        screen = world.hop(edition, keys[:n])
        out += [f"--- {keys[n - 1] if n else 'dial'}  [{screen.key}{', ends' if screen.ends else ''}]", screen.text, ""]
    out += [f"order {key}: {effect}" for key, effect in world.orders.items()]
    return "\n".join(out).rstrip() + "\n"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_golden(path: Path, pytestconfig: pytest.Config) -> None:
    """This conversation goes on exactly as it is written down."""
    written = path.read_text("utf-8")
    head = written.split("\n\n", 1)[0].strip().split("\n")
    header = dict(item.split(": ", 1) for item in head if not item.startswith("keys:"))
    keys = next((item for item in head if item.startswith("keys:")), "keys:").removeprefix("keys:").split()
    now = conversation(header, keys)
    if pytestconfig.getoption("--rewrite-golden"):
        path.write_text(now, "utf-8")
        return
    assert now == written


def test_there_are_conversations_in_both_languages() -> None:
    """Every order and every refusal has a conversation in French and in Bambara."""
    names = {path.stem for path in FOLDER.glob("*.txt")}
    assert {name.removeprefix("fr-") for name in names if name.startswith("fr-")} == {
        name.removeprefix("bm-") for name in names if name.startswith("bm-")
    }


@pytest.mark.parametrize("language", ["fr", "bm"])
def test_every_flow_has_a_conversation(language: str) -> None:
    """In this language a screen of each flow stands in one of the files: whoever changes a flow sees the difference."""
    said = "".join(path.read_text("utf-8") for path in FOLDER.glob(f"{language}-*.txt"))
    assert [flow.name for flow in sources().flows if f"[{flow.name}." not in said] == []
