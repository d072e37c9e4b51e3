"""Templates, compiled once: kept beside Python's own compiled modules, and all of them loaded before anybody asks for a page."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache, __version__
from jinja2.bccache import Bucket

BESIDE: Final = Path(__file__).parent / "__pycache__"
"""It is there where Python may write what it compiled; where it may not, neither do we, and each process compiles for itself."""
OPTIONS: Final = {"trim_blocks": True, "lstrip_blocks": True}


def prepare(templates: Environment) -> None:
    """How templates are read, and that what they compile to is kept. Before the first is read."""
    for name, value in OPTIONS.items():
        setattr(templates, name, value)
    templates.bytecode_cache = Kept(str(BESIDE), "template-%s.pyc")


def load(templates: Environment) -> None:
    """Load every one, which takes a second of a processor where nothing is kept, a tenth of that where it is: the first to open a page waits for neither."""
    for name in templates.list_templates():
        templates.get_template(name)


class Kept(FileSystemBytecodeCache):
    """As Jinja has it, but no page fails for a disk that is full or not ours, and what another Jinja or other options compiled is compiled anew."""

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(f"{__version__} {OPTIONS} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
