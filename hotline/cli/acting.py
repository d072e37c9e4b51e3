"""How the shell acts: the same acts as on the pages, in the name that is given (docs: decisions)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed
from hotline.cli.editions import who
from hotline.config import Config

if TYPE_CHECKING:
    from hotline.service.acts import Result
    from hotline.service.deps import Deps


def shell_deps(config: Config, *, speaking: bool = False) -> Deps:
    """As `hotline.app.shell_deps`. Raises Failed where the folder of this machine cannot be written."""
    from hotline.app import shell_deps as deps

    try:
        return deps(config, speaking=speaking)
    except OSError as error:
        raise Failed(f"HOTLINE_VAR: {error.strerror}") from None


def run(deps: Deps, by: str | None, act: Callable[..., Result], *args: Any) -> Result:
    """`by`: the name that was given; without one it is the login."""
    from hotline.service import acts

    return acts.run(deps, acts.By(str(who(by)), "shell", secrets.token_hex(16)), act, *args)
