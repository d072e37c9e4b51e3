"""How the shell acts: the same acts as on the pages, in the name that is given (docs: decisions)."""

from __future__ import annotations

import os
import pwd
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed
from hotline.config import Config

if TYPE_CHECKING:
    from hotline.service.acts import Result
    from hotline.service.deps import Deps
    from hotline.service.editions.approval import Publisher


def shell_deps(config: Config, *, speaking: bool = False) -> Deps:
    """As `hotline.app.shell_deps`, which a command loads when it is run."""
    from hotline.app import shell_deps as deps

    return deps(config, speaking=speaking)


def run(deps: Deps, by: str | None, act: Callable[..., Result], *args: Any) -> Result:
    """`by`: the name that was given; without one it is the login."""
    from hotline.service import acts

    return acts.run(deps, acts.By(str(who(by)), "shell", secrets.token_hex(16)), act, *args)


def who(by: str | None) -> Publisher:
    """Whoever types, by the name that was given, and by the login, which is not what the environment says."""
    from hotline.service.editions.approval import LONGEST_NAME, UnfitName, publisher

    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        login = str(os.getuid())
    try:
        return publisher(by, login)
    except UnfitName:
        raise Failed(f"a name has letters, no brackets, and with the login at most {LONGEST_NAME} of them") from None
