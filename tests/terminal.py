"""The settings of whoever types a command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.databases import migrated
from tests.small_line import settings


def has(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> None:
    """The terminal has these settings of the line and no other."""
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(name)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def of_a_line(folder: Path, monkeypatch: pytest.MonkeyPatch, **values: str) -> dict[str, str]:
    """The terminal has the settings of a small line in this folder, with these besides; its tables are made."""
    env = settings(folder) | values
    has(monkeypatch, env)
    migrated(env["HOTLINE_DATABASE_URL"])
    return env
