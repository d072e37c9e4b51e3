"""What counselors read during a call: words of the catalogue that no phone shows, and hence without a budget. Which there are, and their faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from hotline.engine.casework.flags import SCRIPTED, Flag
from hotline.engine.faults import fault, reason
from hotline.engine.flow import Fault, Message


class Script(Struct, frozen=True):
    """Steps: script.NAME.1, script.NAME.2 and so on, one a message."""

    name: str
    flag: Flag | None = None
    """What a call is flagged with that was such a case; None where it is read, and there is nothing to flag."""


WHO: Final = Script("who")
"""Is it the caller who answers? Only on the caller's own phone, where no word was chosen and nothing was agreed."""
EVERY_CALL: Final = (Script("call"), Script("cut_off"), Script("limits"))
CASES: Final = (
    Script("danger", "danger"),
    Script("risk", "danger"),
    Script("rape"),
    Script("suicide", "danger"),
    *(Script(flag, flag) for flag in SCRIPTED if flag != "danger"),
)
SCRIPTS: Final = tuple(script.name for script in (WHO, *EVERY_CALL, *CASES))
SAYINGS: Final = ("open", "open_other", "alone", "someone_else", "cover")
"""Words for every call: script.NAME."""
NEEDED: Final = (*(f"script.{name}" for name in SAYINGS), *(f"script.{name}.1" for name in SCRIPTS))


def misscripted(table: Mapping[str, Message]) -> Iterator[Fault]:
    """Words of one language that no page would show: of no script, or of a step behind one that is missing."""
    for key, message in table.items():
        root, _, rest = key.partition("@")[0].partition(".")
        if root != "script" or rest in SAYINGS:
            continue
        name, _, step = rest.partition(".")
        if name not in SCRIPTS or not step.isdecimal() or step != str(int(step)) or step == "0":
            yield fault(message.at, key, reason("no_script", known=", ".join(SCRIPTS)))
        elif step != "1" and f"script.{name}.{int(step) - 1}" not in table:
            yield fault(message.at, key, reason("no_step_before"))
