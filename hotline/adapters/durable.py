"""What a folder says of its files, on the disk: without it a loss of power takes a name that was given, changed or removed, though the file itself was written."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Write the names in this folder to the disk (man 2 fsync). Raises OSError."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
