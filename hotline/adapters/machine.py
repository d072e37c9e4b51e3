"""What the machine itself says: room on its disk, and for how long the certificate of the proxy in front is good."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from cryptography.x509 import load_pem_x509_certificate

from hotline.engine.times import DAY_SECONDS

SPARSE_BYTES: Final = 1 << 30
SCARCE_BYTES: Final = 200 << 20
"""So little room below `HOTLINE_VAR` is bad."""
RENEW_SECONDS: Final = 14 * DAY_SECONDS
"""A certificate that is good for less should have been renewed."""


def free_bytes(var: Path) -> int:
    """May hang with the disk. Raises OSError."""
    return shutil.disk_usage(var).free


def certificate_seconds(path: Path, at: int) -> int:
    """For how long the first certificate of this file is good; negative once it is not. Raises OSError and ValueError."""
    return int(load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp()) - at
