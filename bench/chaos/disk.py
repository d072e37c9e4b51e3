"""The small disk below HOTLINE_VAR: a file system of its own, which can be full, or turn read-only, without harm to anybody else's."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

DISK_MB: Final = 96
GO_SECONDS: Final = 10.0
"""By then whoever was killed has let go of the disk."""


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte more goes onto the disk on which this folder lies, until the block ends."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while file.write(b"x" * size) == size:
                    pass
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def mounted(at: Path, megabytes: int) -> bool:
    """Memory as a disk of its own. False where this account may not mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "hotline-chaos", str(at)]
    return os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0


def left(*folders: Path) -> None:
    for folder in folders:
        if os.path.ismount(folder):
            subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


class SmallDisk:
    """ext4 in a file in memory, so that a real disk's pace is not asked about. Where this account may not mount one it is a plain folder, and `is_own` is False."""

    def __init__(self, at: Path, memory: Path) -> None:
        """`memory`: an empty folder for the file."""
        self.at, self._memory, self._image = at, memory, memory / "disk"
        self.is_own = mounted(memory, DISK_MB + 64) and self._made()

    def turn_read_only(self) -> None:
        """As Linux does with a disk that failed, under whoever has files open there. What was not made durable by now is lost."""
        device = self._ran("findmnt", "--noheadings", "--output", "SOURCE", "--mountpoint", str(self.at))
        Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error").write_text("1", "ascii")

    def repair(self) -> None:
        """As an operator does: out of the tree, looked through, back in its place. Nobody may have a file open there."""
        deadline = time.monotonic() + GO_SECONDS
        while subprocess.run(["umount", str(self.at)], check=False, capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("somebody keeps the disk")
            time.sleep(0.02)
        subprocess.run(["e2fsck", "-fy", str(self._image)], check=False, capture_output=True)
        self._mount()

    def leave(self) -> None:
        left(self.at, self._memory)

    def _made(self) -> bool:
        try:
            self._ran("truncate", "--size", f"{DISK_MB}M", str(self._image))
            self._ran("mkfs.ext4", "-q", "-F", str(self._image))
            self._mount()
        except (OSError, subprocess.CalledProcessError):
            left(self._memory)
            return False
        return True

    def _mount(self) -> None:
        self._ran("mount", "-o", "loop,noatime,errors=remount-ro", str(self._image), str(self.at))
        self.at.chmod(0o700)

    @staticmethod
    def _ran(*command: str) -> str:
        """Raises OSError and CalledProcessError."""
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
