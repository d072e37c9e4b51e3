"""What others made lies here as they published it."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "hotline/console/static/vendor", ROOT / "tests/vendor")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_what_was_published(folder: Path) -> None:
    """Each file has its checksum and its licence in the folder's README."""
    rows = re.findall(r"^\| `([^`]+)` \|.*\(`([^`]+)`\) \| `([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert {name: sha256((folder / name).read_bytes()).hexdigest() for name, _, _ in rows} == {name: checksum for name, _, checksum in rows}
    assert {path.name for path in folder.iterdir()} == {"README.md"} | {name for name, _, _ in rows} | {licence for _, licence, _ in rows}
