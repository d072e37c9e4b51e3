"""What counselors read during a call: words of the catalogue that no phone shows, and hence without a budget. Which there are, and their faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hotline.engine.flags import SCRIPTED
from hotline.engine.flow import Fault, Message

SCRIPTS: Final = SCRIPTED
"""Hard cases, each with steps: script.KIND.1, script.KIND.2 and so on, one a message."""
SAYINGS: Final = ("open", "open_other", "someone_else", "cover")
"""Words for every call: script.NAME."""
NEEDED: Final = (*(f"script.{name}" for name in SAYINGS), *(f"script.{kind}.1" for kind in SCRIPTS))


def misscripted(table: Mapping[str, Message]) -> Iterator[Fault]:
    """Words of one language that no page would show: of no script, or of a step behind one that is missing."""
    for key, message in table.items():
        root, _, rest = key.partition("@")[0].partition(".")
        if root != "script" or rest in SAYINGS:
            continue
        kind, _, step = rest.partition(".")
        if kind not in SCRIPTS or not step.isdecimal() or step != str(int(step)) or step == "0":
            yield Fault(message.at, f"{key}: no script is called so; there are {', '.join(SCRIPTS)}, each with steps from .1 on")
        elif step != "1" and f"script.{kind}.{int(step) - 1}" not in table:
            yield Fault(message.at, f"{key}: the step before it is missing, nobody would read this one")
