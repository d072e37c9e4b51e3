"""Flags: what a counselor can say a call was. The one table; scripts, pages, rest and who is told derive from it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

Flag: TypeAlias = Literal["danger", "minor", "another", "doer", "known", "silence", "hard"]
"""Life in danger; a minor; for another person; the alleged perpetrator; the counselor knows the caller; silence; the call was hard on the counselor."""


class FlagKind(Struct, frozen=True, kw_only=True):
    """What follows from a flag."""

    flag: Flag
    has_script: bool = True
    """A hard case: the counselor reads its steps (`script.FLAG.1`, …), and the supervisor on call is told that a counselor needs one."""
    is_hard: bool = False
    """The call counts as a hard one for the counselor's rest."""
    is_passed_on: bool = False
    """The counselor may pass the callback on in the middle of the call."""


FLAGS: Final = (
    FlagKind(flag="danger", is_hard=True),
    FlagKind(flag="minor", is_hard=True, is_passed_on=True),
    FlagKind(flag="another"),
    FlagKind(flag="doer"),
    FlagKind(flag="known", is_passed_on=True),
    FlagKind(flag="silence"),
    FlagKind(flag="hard", has_script=False, is_hard=True),
)
SCRIPTED: Final = tuple(kind.flag for kind in FLAGS if kind.has_script)
HARD_FLAGS: Final = tuple(kind.flag for kind in FLAGS if kind.is_hard)
PASSED_ON: Final = frozenset(kind.flag for kind in FLAGS if kind.is_passed_on)
OWN: Final[Flag] = "hard"
"""Flagged by the counselor for her own rest: nobody is told of it, nobody else sees it, and the audit does not hold it."""
