"""Folders and files that several processes of a machine write, each perhaps as a user of its own: the group's where the folder above is the group's, their owner's else."""

from __future__ import annotations

import stat
from pathlib import Path


def make(folder: Path) -> None:
    """See to it that the folder is there, and those above it. Raises OSError."""
    if folder.is_dir():
        return
    make(folder.parent)
    folder.mkdir(mode=0o770 if _is_groups(folder.parent) else 0o700, exist_ok=True)


def file_mode(folder: Path) -> int:
    """The mode of a file that is made there. Raises OSError."""
    return 0o660 if _is_groups(folder) else 0o600


def _is_groups(folder: Path) -> bool:
    """May the group write there, and is it the group's for good? `chmod 2770`."""
    mode = folder.stat().st_mode
    return bool(mode & stat.S_IWGRP and mode & stat.S_ISGID)
