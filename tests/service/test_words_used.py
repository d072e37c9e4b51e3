"""Every phrase that the service says is one that `content check` asks for: a missing one is found before it is needed."""

from __future__ import annotations

import re
from pathlib import Path

import hotline.service
from hotline.engine.check.phrases import SERVICE

FOLDER = Path(hotline.service.__file__).parent


def test_what_is_said_is_checked() -> None:
    """Keys in the code: replies and notices to staff, prompts of the bridge."""
    code = "\n".join(path.read_text("utf-8") for path in FOLDER.rglob("*.py"))
    said = {f"staff.{key}" for key in re.findall(r'Reply\("(\w+)"', code)}
    said |= {f"staff.{key}" for key in re.findall(r'(?:tell|tell_supervisors|_call_off)\([^)"]*"(\w+)"', code)}
    said |= set(re.findall(r'"((?:staff|voice)\.\w+)"', code))
    assert len(said) > 20
    assert said - set(SERVICE) == set()
