"""The small line, with what women told under 4, for tests of testimonies."""

from __future__ import annotations

from pathlib import Path

from hotline.content import read_sources
from hotline.engine.flow import Sources
from tests.small_line import write_files

NONE = "Pas encore de récit."
FIRST = "start: first\nscreens:\n  first:\n    menu: {1: danger, 2: tips, 3: centres, 4: women, 5: callback}\n"
WOMEN = """
start: reading
screens:
  reading:
    branch:
      - {if: listed.testimonies is no, go: none_yet}
      - {go: stories}
  stories: {say: {each: testimonies}}
  none_yet: {say: {}}
"""


def told_sources(folder: Path, **testimonies: str) -> Sources:
    """Files in `folder`, with these testimonies in French by their ids, as they are read."""
    words = {
        "line.first": "Santé et famille\n1 Aide\n2 Conseils\n3 Centres\n4 Femmes\n5 Par téléphone",
        "women.stories": "Une femme raconte:",
        "women.none_yet": NONE,
        "women.stories@sms": "Conseil",
        "women.none_yet@sms": "Conseil",
    }
    root = write_files(folder, words, line=FIRST, women=WOMEN)
    entries = [
        f'{id}:\n  text:\n    fr: "{text}"\n  released_by: [Awa, Oumou]\n  released_on: 2026-01-31\n' for id, text in testimonies.items()
    ]
    (root / "flows" / "testimonies.yml").write_text("".join(entries) or "{}\n", encoding="utf-8")
    sources, faults = read_sources(root)
    assert not [str(fault) for fault in faults if fault.grave]
    assert sources is not None
    return sources
