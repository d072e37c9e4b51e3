"""What several users of one machine write together: theirs where the folder is the group's, its owner's alone where it is not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hotline import shared_folder
from hotline.adapters.backup.revoked import RevokedFile
from hotline.adapters.keys.key_file import KeyFile
from hotline.adapters.keys.keyring import read_keys
from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.spool import DiskSpool
from hotline.adapters.sql.schema import make_private
from hotline.ports.upkeep.revocations import Revocation


def modes(folder: Path) -> set[str]:
    return {oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.rglob("*")}


@pytest.mark.parametrize(("mode", "found"), [(0o700, {"0o700", "0o600"}), (0o2770, {"0o2770", "0o660"}), (0o770, {"0o700", "0o600"})])
def test_what_the_parts_of_a_line_share(tmp_path: Path, mode: int, found: set[str]) -> None:
    """Spool, file of stops and SQLite's file: another part that is another user writes on what the first one made, and nobody else reads it."""
    var = tmp_path / "var"
    var.mkdir()
    var.chmod(mode)
    before = os.umask(0o007)
    try:
        DiskSpool(var / "spool" / "spool", Seal.from_text(new_keys()), 8, 30.0).records()
        RevokedFile(var / "stops" / "revoked", 30.0).append((Revocation("stop", bytes(32), 0, 9),))
        shared_folder.make(var / "base")
        make_private(f"sqlite:///{var}/base/hotline.db")
    finally:
        os.umask(before)
    assert modes(var) == found


def test_an_exchange_of_keys_leaves_the_file_as_readable_as_it_was(tmp_path: Path) -> None:
    """Each part reads them again within a second: as its owner, or as its group."""
    path = tmp_path / "keys"
    for mode in (0o600, 0o640):
        path.write_text(new_keys())
        path.chmod(mode)
        KeyFile(path).write(read_keys(path.read_text()))
        assert stat.S_IMODE(path.stat().st_mode) == mode
