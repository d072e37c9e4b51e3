"""A migrated SQLite database without a row: made once in a test process, copied for each test that needs one."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from hotline.adapters.sql.schema import upgrade


def migrated(url: str) -> str:
    """Make it at this URL, `sqlite:///…`, as `upgrade` would, and return the URL. Making one anew is the business of `adapters/test_migrations.py`."""
    path = Path(make_url(url).database or "")
    path.touch(mode=0o600)
    path.write_bytes(_migrated())
    return url


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        upgrade(f"sqlite:///{path}")
        return path.read_bytes()
