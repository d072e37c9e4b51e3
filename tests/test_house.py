"""What holds for the repository as a whole."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from hotline.cli import main
from hotline.config import SETTINGS, Setting

ROOT = Path(__file__).resolve().parent.parent
REGISTRIES = tuple(
    "".join(parts) for parts in (("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("deb.", "debian.org"), ("index", "-url "))
)
MACHINE = re.compile(rb"(?<![\w.])/(?:wor[k]|roo[t]|hom[e])/\w")
HOW_TO_LOCK = "--no-emit-index-url"
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def tracked() -> list[Path]:
    """Every file that is or would be committed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_readme_lists_every_setting():
    """README's table is the list of settings: names, defaults, the demo's values, meanings."""
    text = (ROOT / "README.md").read_text()
    table = text.partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0]
    assert "\n".join(["| setting | default | in the demo | meaning |", "| --- | --- | --- | --- |", *map(row, SETTINGS)]) == table


def row(setting: Setting) -> str:
    default = "must be given" if setting.default is None else f"`{setting.default}`" if setting.default else "empty"
    return f"| `{setting.name}` | {default} | {setting.demo or 'the same'} | {setting.meaning} |"


def test_no_file_names_a_registry_or_a_machine():
    """Whoever installs chooses the registry; nobody's folders are anybody's business."""
    found = []
    for path in tracked():
        data = path.read_bytes()
        found += [
            f"{path.relative_to(ROOT)}: {name}" for name in REGISTRIES if name.encode() in data.replace(HOW_TO_LOCK.encode() + b" ", b"")
        ]
        found += [f"{path.relative_to(ROOT)}: {match.group().decode()}" for match in MACHINE.finditer(data)]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_requirement_is_pinned_by_hash(name):
    """What is installed is what was locked, the build backend too."""
    requirements = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())
    assert [one.partition(" ")[0] for one in requirements if not re.match(r"[a-z0-9.-]+==\S+ \\\n    --hash=sha256:", one)] == []
    assert any(one.startswith("setuptools==") for one in requirements)


def test_production_runs_what_was_tested():
    """Both locks hold the same version of everything that production installs."""
    pins = [
        set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] - pins[1] == set()


def test_the_licence_is_the_whole_agpl():
    """The text is the one that the Free Software Foundation publishes, to the byte."""
    assert sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL


def test_the_procfile_runs_commands_that_exist(monkeypatch, capsys):
    """Each process of the Procfile starts, and without settings says what it lacks."""
    for name in [setting.name for setting in SETTINGS]:
        monkeypatch.delenv(name, raising=False)
    for line in (ROOT / "Procfile").read_text().splitlines():
        command = line.partition(": hotline ")[2].split()
        assert (command, main(command)) == (command, 2)
        assert "HOTLINE_KEYS: give either this or HOTLINE_KEYS_FILE: both are missing" in capsys.readouterr().err


def test_every_reference_to_the_documents_resolves():
    """`docs: callback life` in the code is a heading of the architecture; every file that it names is there."""
    text = (ROOT / "docs/architecture.md").read_text()
    headings = {line.lstrip("#").strip().casefold() for line in text.splitlines() if line.startswith("#")}
    named = {
        (str(path.relative_to(ROOT)), found.casefold())
        for path in tracked()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "hotline")
        for found in re.findall(r"\(docs: ([^)]+)\)", path.read_text())
    }
    assert {(path, name) for path, name in named if name not in headings} == set()
    assert [name for name in re.findall(r"`(hotline/[\w/.]+)`", text) if not (ROOT / name).exists()] == []
