"""What templates compile to is kept, and nothing depends on it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import DictLoader

from hotline.console import compiled


@pytest.fixture(autouse=True)
def keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where nobody asked Python to write no bytecode, whatever whoever runs this has in the environment."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def read(folder: Path, said: str) -> tuple[str, str]:
    """What a page says in a process that begins, and where what it compiled to is kept."""
    templates = Environment(Flask("new"))
    templates.loader = DictLoader({"page.html": said})
    templates.bytecode_cache = compiled.Kept(str(folder), "template-%s.pyc")
    return templates.get_template("page.html").render(), " ".join(str(path.stat().st_ino) for path in folder.glob("*"))


def test_what_is_kept_is_read_until_the_template_changes(tmp_path: Path) -> None:
    """A second process compiles nothing; a template that was changed, or options that were, are never answered by what they were before."""
    assert ("one", kept := read(tmp_path, "one")[1]) == read(tmp_path, "one")
    said, again = read(tmp_path, "two")
    assert (said, kept == again) == ("two", False)
    assert len(again.split()) == 1


@pytest.mark.parametrize("damage", [b"", b"j2 and no more", b"\0" * 4096])
def test_what_is_damaged_is_compiled_anew(tmp_path: Path, damage: bytes) -> None:
    """A page that was kept while the disk filled up is whole all the same."""
    read(tmp_path, "one")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)
    assert read(tmp_path, "one")[0] == "one"


def test_pages_need_no_place_to_keep_anything(tmp_path: Path) -> None:
    """Nothing is kept where Python keeps nothing, and where nobody may write; the page is there."""
    assert read(tmp_path / "nowhere", "one") == ("one", "")
