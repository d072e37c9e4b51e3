"""One wrong stroke in a file is one fault: what only follows from it is counted, and hides nothing that an operator has to mend."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.cli import main

ROOT = Path(__file__).parent.parent
CALLBACK, BABIES = "flows/callback.yaml", "flows/babies.yaml"
BM = "locales/bm/LC_MESSAGES/flows.po"
BLOCK_END = (
    "not YAML: expected <block end>, but found '<block mapping start>'; this line or one above it is indented too far, or not far enough"
)
SHAPE = r'neither a comment nor msgid "…", msgstr "…" or "…"; quotes inside are \"'

Edit = Callable[[Path], object]


def edit(file: str, old: str, new: str) -> Edit:
    """Replace the first place where this pattern holds."""

    def apply(root: Path) -> None:
        text, count = re.subn(old, new, (root / file).read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1
        (root / file).write_text(text, "utf-8")

    return apply


def renamed(file: str, to: str) -> Edit:
    return lambda root: (root / file).rename(root / to)


def checked(root: Path, capsys: pytest.CaptureFixture[str], change: Edit) -> tuple[list[str], int]:
    """The faults to be mended that `content check` prints, and how many it says may only follow."""
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, root / name)
    change(root)
    assert main(["content", "check", "--root", str(root)]) == 1
    *lines, count = capsys.readouterr().out.splitlines()
    mended = lines[1 : lines.index("to be known:") if "to be known:" in lines else None]
    more = re.fullmatch(r"and (\d+) more that may only follow from th(is|ese): mend th\2 first", mended[-1])
    grave = int(count.partition(" ")[0])
    shown = mended[:-1] if more else mended
    assert len(shown) == grave
    return shown, int(more[1]) if more else 0


ONE: dict[str, tuple[Edit, list[str]]] = {
    "bad indent": (edit(BABIES, r"^  topics:", " topics:"), [f"{BABIES}:12: {BLOCK_END}"]),
    "tab": (edit("flows/danger.yaml", r"^    (\w)", r"\t\1"), ["flows/danger.yaml:8: not YAML: found character '\\t' that cannot start any token"]),
    "colon of a screen": (edit(CALLBACK, r"^  when:", "  when"), [f"{CALLBACK}:15: not YAML: could not find expected ':', noticed in line 16"]),
    "colon of a kind": (edit(CALLBACK, r"^    menu:$", "    menu"), [f"{CALLBACK}:13: not YAML: mapping values are not allowed here; a colon too many, or the line above lacks its own"]),
    "open brace": (edit(CALLBACK, r"\}$", ""), [f"{CALLBACK}:10: not YAML: expected ',' or '}}', but got ':', noticed in line 11"]),
    "unclosed quote in the directory": (edit("flows/directory.yml", r"name: (\w+)\}$", r'name: "\1}'), ["flows/directory.yml:13: not YAML: expected ',' or '}', but got '<scalar>', noticed in line 242"]),
    "unclosed quote in the words": (edit(BM, r'(msgid "danger\.advice"\nmsgstr ""\n".*)"$', r"\1"), [f"{BM}:440: {SHAPE}"]),
    "missing flow": (lambda root: (root / CALLBACK).unlink(), [f"{CALLBACK}:1: no such file; keys lead to this flow, and it has 42 messages"]),
    "renamed flow": (renamed(BABIES, "flows/baby.yaml"), [f"{BABIES}:1: no such file; keys lead to this flow, and it has 18 messages"]),
    "flow with another ending": (renamed(BABIES, "flows/babies.yml"), ["flows/babies.yml:1: not read; a flow's file ends in .yaml"]),
    "copied flow": (lambda root: shutil.copy(root / BABIES, root / "flows/babies2.yaml"), ["flows/babies2.yaml:1: babies2: unreachable, no key leads into this flow"]),
    "bad key in the directory": (edit("flows/directory.yml", r"^    name: ", "    nmae: "), ["flows/directory.yml:73: one-stop-commune-1: unknown field `nmae`; is `name` meant?"]),
    "missing words": (lambda root: (root / BM).unlink(), [f"{BM}:1: no such file"]),
    "missing opening": (lambda root: (root / "flows/opening.yml").unlink(), ["flows/opening.yml:1: no such file"]),
    "wrong start": (edit("flows/opening.yml", r"^start:.*", "start: lien"), ["flows/opening.yml:1: start: unknown screen lien"]),
    "wrong target": (edit(BABIES, r"2: vaccines\n", "2: vacines\n"), [f"{BABIES}:8: babies.topics: unknown screen babies.vacines"]),
    "wrong kind": (edit(CALLBACK, r"^    menu:$", "    mneu:"), [f"{CALLBACK}:12: callback.nobody: unknown kind `mneu`, none of menu, ask, say, branch, do, call, end"]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), ONE.values(), ids=ONE)
def test_one_stroke_is_one_fault(change: Edit, expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line that an operator has to go to, and nothing else but a count of what follows."""
    assert expected == checked(tmp_path, capsys, change)[0]


def test_what_follows_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without its words a language lacks hundreds of them: one line says so."""
    shown, more = checked(tmp_path, capsys, lambda root: (root / BM).unlink())
    assert len(shown) == 1
    assert more > 300


def test_a_fault_of_its_own_is_not_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What does not hang on the file that cannot be read stands beside it."""

    def two(root: Path) -> None:
        (root / CALLBACK).write_text("start open\n", "utf-8")
        edit(BABIES, r"2: vaccines\n", "2: vacines\n")(root)
        edit(BM, r'(msgid "out\.end"\nmsgstr )".*"', r'\1"9 Fin 70 00 09 00"')(root)

    shown, _ = checked(tmp_path, capsys, two)
    assert [line.partition(":")[0] for line in shown] == [BABIES, CALLBACK, BM]
