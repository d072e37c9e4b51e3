"""docs/flows.md teaches by the line's own files and screens: what it shows is what there is.

`pytest tests/test_flows_document.py --rewrite-golden` takes its examples anew from the files.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from hotline.content import read_sources
from hotline.content.directory_files.entries import EVENTS, FIELDS
from hotline.content.flow_files.kinds import KINDS, LISTS
from hotline.engine.check import check
from hotline.engine.check.structure import CONDITION_VALUES
from hotline.engine.check.words import TIMES
from hotline.engine.drafting.rehearsal import Rehearsal
from hotline.engine.phone.pages import FIELDS as PLACEHOLDERS
from hotline.watch import picture
from hotline.watch.world import Play, at
from tests.content_line import FITS, ROOT, line
from tests.engine.worlds import THURSDAY_NOON

PAGE = ROOT / "docs" / "flows.md"
BLOCK = re.compile(r"^```(yaml|po|screen|watch) (.+)\n((?:(?!```).*\n)*)```$", re.MULTILINE)


def taken(kind: str, about: str) -> str:
    """An example as the files have it: `yaml FILE PATH…`, `po LANGUAGE KEY…`, `screen` or `watch` with the keys and how they are played."""
    first, *rest = about.split()
    match kind:
        case "yaml":
            return "\n".join([f"# {first}", *excerpt((ROOT / first).read_text("utf-8"), rest)])
        case "po":
            file = f"locales/{first}/LC_MESSAGES/flows.po"
            return "\n\n".join([f"# {file}", *(message((ROOT / file).read_text("utf-8"), key) for key in rest)])
    words = about.split()
    how = dict(word.split("=") for word in words if "=" in word)
    fit = FITS[how.get("channel", "ussd"), False]
    rehearsal = Rehearsal(how.get("there", "somebody"), "kept", THURSDAY_NOON)  # type: ignore[arg-type]
    play = Play(ROOT, ("fr", "bm"), "fr", fit, rehearsal, date(2025, 3, 20))
    shown = at(line(how.get("channel", "ussd")), [word for word in words if "=" not in word and word != "dial"], play)
    return shown.screen.text if kind == "screen" else picture(shown, fit)


def excerpt(text: str, paths: list[str]) -> list[str]:
    """Parts of a YAML file by their names, each below the names that it stands under: `screens/help`, `services`."""
    lines, out, headed = text.split("\n"), list[str](), set[str]()
    for path in paths:
        names, here = path.split("/"), (0, len(lines))
        for depth, name in enumerate(names):
            head = re.compile(rf"{' ' * 2 * depth}{re.escape(name)}:")
            begins = next(n for n in range(*here) if head.match(lines[n]))
            ends = next(
                (n for n in range(begins + 1, here[1]) if lines[n].strip() and len(lines[n]) - len(lines[n].lstrip()) <= 2 * depth), here[1]
            )
            here = (begins + 1, ends)
            above = "/".join(names[: depth + 1])
            if depth < len(names) - 1 and above not in headed:
                headed.add(above)
                out.append(lines[begins])
        while not lines[ends - 1].strip():
            ends -= 1
        out += lines[begins:ends]
    return out


def message(text: str, key: str) -> str:
    """One entry of a PO file, without the headings of its sections."""
    entry = next(entry for entry in text.split("\n\n") if f'\nmsgid "{key}"\n' in f"\n{entry}")
    return "\n".join(line for line in entry.strip().split("\n") if not line.startswith("# "))


def test_every_example_is_the_lines_own(pytestconfig: pytest.Config) -> None:
    """Each piece of a file and each screen in the document is word for word what the line has."""
    page = PAGE.read_text("utf-8")
    now = BLOCK.sub(lambda match: f"```{match[1]} {match[2]}\n{taken(match[1], match[2])}\n```", page)
    if pytestconfig.getoption("--rewrite-golden"):
        PAGE.write_text(now, "utf-8")
        return
    assert now == page
    assert {match[1] for match in BLOCK.finditer(page)} == {"yaml", "po", "screen", "watch"}


def test_no_example_is_left_unchecked() -> None:
    """No other piece of YAML or PO stands there than what was taken from a file."""
    fences = re.findall(r"^```(\S+)", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(fences) <= {"yaml", "po", "screen", "watch", "console"}
    assert sum(name != "console" for name in fences) == len(BLOCK.findall(PAGE.read_text("utf-8")))


FR, BM = "locales/fr/LC_MESSAGES/flows.po", "locales/bm/LC_MESSAGES/flows.po"
OUT = r'(msgid "out\.end"\nmsgstr )".*"\n(?:".*\n)*'
FAULTS = {
    "babies.topics: option 9: options are numbered 1 to 7": ("flows/babies.yaml", r"\n      4: ", r"\n      9: "),
    "babies.topics: unknown screen babies.vacines": ("flows/babies.yaml", r"2: vaccines\n", r"2: vacines\n"),
    'callback.when: option 1: if: "offered.morning = yes" is no condition, such as coverage is free': (
        "flows/callback.yaml",
        r"offered\.morning is not no\}",
        r"offered.morning = yes}",
    ),
    "callback.order_now: the way on `lost` does not end: callback.when": (
        "flows/callback.yaml",
        r"kept: told_now, lost: lost",
        r"kept: told_now, lost: when",
    ),
    "babies.topics: options 1, 2, 3, 5 in the words, 1, 2, 3, 4, 5 in the flow": (
        FR,
        r'(msgid "babies\.topics"\nmsgstr ""\n(?:".*\n)*?)"4 .*\n',
        r"\1",
    ),
    "out.end: over budget on ussd: 210 septets, 160 allowed, 50 too many": (FR, OUT, rf'\1"{"Merci. " * 30}"\n'),
    "out.end: empty msgstr": (BM, OUT, r'\1""\n'),
}
"""For each fault that the document shows what is broken: in which file what is replaced."""


@pytest.mark.parametrize(("said", "edit"), FAULTS.items(), ids=FAULTS)
def test_what_it_says_of_the_check_is_what_the_check_says(said: str, edit: tuple[str, str, str], tmp_path: Path) -> None:
    """Each fault in the document comes from such an edit, in that file."""
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    file, old, new = edit
    text, count = re.subn(old, new, (tmp_path / file).read_text("utf-8"), count=1)
    assert count == 1
    (tmp_path / file).write_text(text, "utf-8")
    sources, faults = read_sources(tmp_path)
    assert sources is not None
    found = [fault for fault in (*faults, *check(sources)) if fault.grave and fault.message == said]
    assert [fault.at.file for fault in found[:1]] == [file]
    assert re.search(rf"^{re.escape(file)}:\d+: {re.escape(said)}$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_fault_that_it_shows_was_tried() -> None:
    """None of them is made up."""
    shown = re.findall(r"^(?:flows|locales)/\S+:\d+: (.+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(FAULTS)


def test_it_tells_the_whole_format() -> None:
    """Every kind of screen, order, condition, list, field and placeholder is told of somewhere."""
    page = PAGE.read_text("utf-8")
    kinds = [f"`{kind}`" for kind in KINDS]
    orders = [f"`{order}`" for order in ("open_callback", "refine_callback", "cancel_callback", "stop_calls")]
    conditions = [f"`{kind}" for kind in CONDITION_VALUES]
    lists = [f"`{of}`" for of in LISTS]
    fields = [f"`{field}`" for fields in FIELDS.values() for field in fields]
    placeholders = [f"`{{{name}}}`" for name in {*PLACEHOLDERS, *TIMES}]
    events = [f"`{kind}`" for kind in EVENTS]
    assert [
        name
        for name in (*kinds, *orders, *conditions, *lists, *fields, *placeholders, *events, "`66`", "`next`", "`any`", "`return`")
        if name not in page
    ] == []
