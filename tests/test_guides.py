"""What the guides tell people to type, to open and to look for is there, and their exercises work as they are written."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import polib
import pytest

from hotline import cli
from hotline.cli.commands.machine.line import dial_parser, watch_parser
from hotline.content import read_sources
from hotline.doctor.golive import POINTS
from hotline.doctor.signed import signatures
from hotline.engine.check import check
from hotline.engine.edition import compile_edition
from hotline.engine.phone import limits
from tests.content_line import ROOT, sources
from tests.engine.worlds import World

GUIDES = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
OPERATORS, FILES, COORDINATORS, DRAWING = (
    ROOT / "docs" / name for name in ("operateurs.md", "operateurs-fichiers.md", "coordination.md", "line-operateurs.svg")
)
"""FILES: the operators' guide for those who work in files."""
TODAY = date(2026, 11, 24)
FR, BM = "locales/fr/LC_MESSAGES/flows.po", "locales/bm/LC_MESSAGES/flows.po"
MADE = "fever.water"
"""The screen that the exercise in files makes."""

BLOCK = re.compile(r"^([ ]*)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[(;|&]\s*|\s)(?:\.venv/bin/)?hotline ((?:[^;|&>#\n')`]|'[^'\n]*')*)")
PLACEHOLDERS = {
    "N": "1",
    "DATE": "2026-01-31",
    "FILE": "table.csv",
    "FILE.po": "words.po",
    "KEYS": "4,1,1",
    "DAY@HH:MM-HH:MM": "daily@08:00-16:00",
}
MADE_LATER = ("var/", "locales/<", "flows/schema/", "flows/mapping.yml")
"""Paths that a guide names and nobody has yet."""
SHOWN = re.compile(r"(?<![\w/.*-])((?:flows|locales|docs|hotline|tests|bench|\.ci)/[\w./*-]*\w)")
LINK = re.compile(r"\]\(([^)#:\s]+)[^):]*\)")
KEY = re.compile(r"([a-z]+\.[a-z_0-9-]+(?:\.[a-z_0-9]+)?(?:@\w+)?)")
ANSWER = re.compile(r"(?!hotline )[A-Za-z][a-z]*(?: (?:[a-z]+|\d[\d:]*)[,;:]?){2,}")
"""Three English words or more, as the program says them in a terminal."""
NOT_OURS = frozenset(("command not found",))
FILE_NAMES = (".yaml", ".yml", ".po", ".csv", ".xlsx", ".md", ".svg", ".org", ".json")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path, *kinds: str) -> Iterator[str]:
    """The text of every fenced block of these kinds, as it is to be written into a file."""
    for indent, kind, text in BLOCK.findall(text_of(path)):
        if kind in kinds:
            yield "\n".join(line.removeprefix(indent) for line in text.split("\n"))


def spans(path: Path) -> list[str]:
    return SPAN.findall(BLOCK.sub("", text_of(path)))


def commands(path: Path) -> list[str]:
    """What follows `hotline` wherever a guide says to type it: in blocks that are typed, and within a line."""
    lines = (line for text in blocks(path, "", "sh", "bash") for line in text.split("\n"))
    return [found.strip() for text in (*lines, *spans(path)) for found in COMMAND.findall(text.replace(", hotline", "; hotline"))]


def words_of(command: str) -> list[str]:
    """The command's words, placeholders filled in, what is optional left out, the first of what is to be chosen taken."""
    words = shlex.split(re.sub(r"\[[^]]*\]|…", "", command))
    return [PLACEHOLDERS.get(word, word.partition("|")[0]) for word in words]


def is_a_name(words: list[str]) -> bool:
    """Is it a command by its bare name, as `hotline content publish`?"""
    parser: argparse.ArgumentParser | None = cli.parser()
    for word in words:
        choices = (
            next((action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)), None) if parser else None
        )
        parser = choices.get(word) if choices else None  # type: ignore[attr-defined]
        if parser is None:
            return False
    return bool(words)


def parses(words: list[str]) -> bool:
    """Would the program take this? Nothing is run."""
    try:
        if words[:1] == ["dial"] and "--watch" in words:
            watch_parser(("fr", "bm")).parse_args(words[1:])
        elif words[:1] == ["dial"] and len(words) > 1:
            dial_parser().parse_args(words[1:])
        else:
            cli.parser().parse_args(words)
    except SystemExit:
        return False
    return True


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_command_of_a_guide_is_one_that_the_program_takes(guide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types what a guide says is never told that there is no such command, option or value."""
    found = [command for command in commands(guide) if not is_a_name(words_of(command)) and not parses(words_of(command))]
    assert found == [], capsys.readouterr().err


def test_the_guides_name_commands_at_all() -> None:
    """What looks for commands finds them, in blocks and within lines, with what leads to them."""
    assert {"content publish", "content rollback 1", "dial --watch", 'directory dark sante-essai --by Awa --why "ne répond plus"'} <= set(
        commands(FILES)
    )
    assert "doctor --golive" in commands(COORDINATORS)
    assert not parses(["content", "publsh"])
    assert not parses(["dial", "--watch", "--channel", "voice"])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_file_that_a_guide_names_is_there(guide: Path) -> None:
    """Nobody looks for a file or folder that does not exist."""
    named = {
        found
        for span in spans(guide)
        for found in SHOWN.findall(span)
        if not span.startswith(MADE_LATER) and not found.startswith(MADE_LATER)
    }
    linked = {guide.parent / found for found in LINK.findall(BLOCK.sub("", text_of(guide)))}
    assert [] == sorted(found for found in named if not list(ROOT.glob(found)))
    assert [] == sorted(str(path) for path in linked if not path.exists())


def keys() -> set[str]:
    words = {message.key for messages in sources().words.values() for message in messages}
    return words | {key.partition("@")[0] for key in words} | {screen.key for flow in sources().flows for screen in flow.screens}


def test_every_message_that_the_guide_to_files_names_is_there() -> None:
    """Whoever looks a key up finds it; the one that the exercise makes is still free."""
    begins = {key.partition(".")[0] for key in keys()}
    shown = [*spans(FILES), *re.findall(r'msgid "([^"]+)"', "\n".join(blocks(FILES, "po", "text")))]
    named = {span for span in shown if KEY.fullmatch(span) and span.partition(".")[0] in begins and not span.endswith(FILE_NAMES)}
    assert {"fever.topics", "line.first", "keys.language"} <= named
    assert named - keys() == {MADE, "fever.topics@sms"}  # made by the exercise; said not to be there


def test_the_coordinators_guide_has_the_points_that_the_machine_prints() -> None:
    """Each id and heading of `doctor --golive` is a heading there, in the same order, and on the list to be printed; none is there that the machine does not know."""
    text = text_of(COORDINATORS)
    assert re.findall(r"^### (G\d+) · (.+)$", text, re.MULTILINE) == [(point.id, point.heading) for point in POINTS]
    assert re.findall(r'<a id="(g\d+)">', text) == [point.id.lower() for point in POINTS]
    assert set(re.findall(r"^- \[ \] (G\d+) ", text, re.MULTILINE)) == {point.id for point in POINTS}
    for part in {part for point in POINTS for part in point.signed}:
        assert f"`{part}`" in text


def test_the_signatures_that_the_coordinators_guide_shows_are_taken(tmp_path: Path) -> None:
    """golive.yml, written as the guide writes it, signs for the points that it names."""
    (tmp_path / "golive.yml").write_text(exercise(COORDINATORS, "example: golive.yml"), encoding="utf-8")
    signed, faults = signatures(tmp_path, TODAY, {point.id: point.signed for point in POINTS if point.by_people})
    assert ((), {"G9", "G10"}) == (faults, {point for point, _ in signed})


def exercise(guide: Path, name: str) -> str:
    """The block that stands below this mark of the guide, as it is to be written into a file."""
    found = re.findall(rf"^([ ]*)<!-- {name} -->\n\1```\w+\n(.*?)^\1```", text_of(guide), re.MULTILINE | re.DOTALL)
    assert len(found) == 1, name
    [(indent, text)] = found
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working copy of the content."""
    for folder in ("flows", "locales"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def change(tree: Path, file: str, old: str, new: str) -> None:
    text = (tree / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file}: {old}"
    (tree / file).write_text(text.replace(old, new), encoding="utf-8")


def faults_of(tree: Path) -> list[str]:
    """What is to be mended, as `content check` tells it."""
    found, faults = read_sources(tree)
    faults = faults if found is None else tuple({*faults, *check(found, TODAY)})
    return sorted(str(fault) for fault in faults if fault.grave)


def add_the_option(tree: Path) -> None:
    """Part 3 of the guide to files, step by step."""
    flow = tree / "flows/fever.yaml"
    change(tree, "flows/fever.yaml", "      4: medicine\n", "      4: medicine\n" + exercise(FILES, "exercise: option"))
    flow.write_text(flow.read_text(encoding="utf-8") + exercise(FILES, "exercise: screen"), encoding="utf-8")
    for language, file in (("fr", FR), ("bm", BM)):
        label = exercise(FILES, f"exercise: label {language}")
        last = label.split("\\n")[0] + '"'
        text = (tree / file).read_text(encoding="utf-8")
        head, mark, rest = text.partition('msgid "fever.topics"\n')
        assert mark
        assert last in rest.partition("\n\n")[0]
        rest = rest.replace(last, label.strip(), 1).replace("\n\n", f"\n\n{exercise(FILES, f'exercise: words {language}')}\n", 1)
        (tree / file).write_text(head + mark + rest, encoding="utf-8")


def screens(tree: Path, *inputs: str) -> tuple[str, World]:
    """The screen after these keys, and the world that was asked on the way."""
    found, _ = read_sources(tree)
    assert found is not None
    world = World()
    return world.hop(compile_edition(found, 1, limits.USSD), inputs).key, world


def test_an_option_and_its_screen_are_added_as_the_guide_says(tree: Path) -> None:
    """After the exercise nothing is to be mended, and the new key leads to the new screen in both languages."""
    add_the_option(tree)
    assert [] == faults_of(tree)
    assert [MADE, MADE] == [screens(tree, *keys, "3", "5")[0] for keys in ((), ("6",))]


def test_a_service_is_added_as_the_guide_says(tree: Path) -> None:
    """The entry that the guide writes is one that the directory takes; its number is shown to nobody before it is rung."""
    file = tree / "flows/directory.yml"
    change(tree, "flows/directory.yml", "\nservices:\n", f"\nservices:\n{exercise(FILES, 'exercise: service')}")
    assert [] == faults_of(tree)
    found, faults = read_sources(tree)
    assert found is not None
    assert any("sante-essai: number unverified" in str(fault) for fault in (*faults, *check(found, TODAY))), file


SPOILT = {
    "unknown screen fever.watre": ("flows/fever.yaml", "      5: water\n", "      5: watre\n"),
    "unreachable, no key leads here": ("flows/fever.yaml", "      5: water\n", ""),
    "no words in bm": (BM, f'msgid "{MADE}"', 'msgid "fever.watr"'),
    "words for no screen": (BM, f'msgid "{MADE}"', 'msgid "fever.watr"'),
    "options … in the words, … in the flow": (BM, '"5 Ji jɔlen"', '"6 Ji jɔlen"'),
    "placeholder name differs from …": (BM, 'msgid "centres.near"\nmsgstr ""\n', 'msgid "centres.near"\nmsgstr ""\n"{name}"\n'),
    "over budget": (FR, '"1 Grossesse\\n"\n"2 Bébé', f'"1 Grossesse{" et santé" * 9}\\n"\n"2 Bébé'),
    "a telephone number in the words": (FR, "Videz l'eau qui dort autour de la maison.", "70 00 03 00"),
    "not YAML": ("flows/fever.yaml", "      5: water\n", "     5: water\n"),
    "neither a comment nor msgid": (FR, '"5 L\'eau qui dort"', "5 L'eau qui dort"),
}
"""What brings each fault about, after the exercise."""
TO_BE_KNOWN = ("number unverified, kept off every screen", "review pending")


@pytest.mark.parametrize("told", SPOILT)
def test_each_fault_that_the_guide_explains_is_told_in_these_words(tree: Path, told: str) -> None:
    """Whoever reads a fault finds it in the guide's table as the program says it, with its file and line."""
    add_the_option(tree)
    change(tree, *SPOILT[told])
    pattern = re.compile(r"\S+:\d+: .*" + ".*".join(map(re.escape, told.split("…"))))
    assert [fault for fault in faults_of(tree) if pattern.match(fault)] != [], faults_of(tree)


def test_the_table_of_faults_is_the_one_that_was_tried() -> None:
    """No fault is explained that the tests did not bring about; what is only to be known is said of the files as they are."""
    table = text_of(FILES).partition("| vous lisez |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == [*list(SPOILT)[:8], *TO_BE_KNOWN, *list(SPOILT)[8:]]
    said = [str(fault) for fault in check(sources(), TODAY)]
    assert [any(words in fault for fault in said) for words in TO_BE_KNOWN] == [True, True]


def test_answers_of_the_program_are_quoted_as_it_gives_them() -> None:
    """What the guide to files says that an operator will read, is what she reads: but for numbers and names, the program has these words."""
    program = "\n".join(text_of(path) for path in (ROOT / "hotline").rglob("*.py"))
    quoted = {span for span in spans(FILES) if ANSWER.fullmatch(span)} - SPOILT.keys() - NOT_OURS
    assert {"The line answers", "nothing differs from edition 3", "no edition on the line has a service"} <= quoted
    pieces = {(span, piece.strip(" ,;:")) for span in quoted for piece in re.split(r"\d[\d:]*|…", span)}
    assert [] == sorted(span for span, piece in pieces if piece not in program)


LABEL = re.compile(r"«\s([^»]+?)\s»")
"""What the operators' guide quotes of the pages."""
PICTURE = re.compile(r"!\[([^\]]*)\]\(([\w-]+\.png)\)")
LARGEST_PICTURE = 80_000
WORDS = ROOT / "locales/fr/LC_MESSAGES/console.po"
LEAST_TOLD = 5
"""Letters of a label beside what stands for a number or a name: with fewer it would be anything."""


def plain(text: str) -> str:
    """With ordinary spaces."""
    return re.sub(r"\s", " ", text)


def test_labels_are_quoted_as_the_pages_have_them() -> None:
    """Whoever looks for a button, a title or a sentence of the operators' guide finds it on a page in exactly these words."""
    said = {plain(entry.msgstr) for entry in polib.pofile(text_of(WORDS))}
    filled = {"".join(pieces): pieces for text in said if len(pieces := re.split(r"\{\w+\}", text)) > 1}
    patterns = [re.compile(".+".join(map(re.escape, pieces))) for told, pieces in filled.items() if len(told.strip()) >= LEAST_TOLD]
    quoted = {plain(label) for label in LABEL.findall(text_of(OPERATORS))} - {"guillemets"}
    assert {"Garder", "Différence", "J'ai appelé", "Ouvrir un brouillon"} <= quoted
    assert sorted(label for label in quoted - said if not any(pattern.fullmatch(label) for pattern in patterns)) == []


def test_pictures_of_the_pages_are_light_and_told_to_whoever_does_not_see_them() -> None:
    pictures = PICTURE.findall(text_of(OPERATORS))
    assert len(pictures) >= 4
    assert [name for told, name in pictures if len(told) < 80 or (OPERATORS.parent / name).stat().st_size > LARGEST_PICTURE] == []


def test_the_edition_that_closes_callbacks_takes_none(tree: Path) -> None:
    """With the lines that the guide keeps ready nothing is asked of anybody, on any key that used to, though counselors are there; stop still works."""
    for file, name, before in (
        ("callback", "closed callback", "  open:\n    branch:\n"),
        ("danger", "closed danger", "  ring:\n    branch:\n"),
        ("danger", "closed stay", "  ring_stay:\n    branch:\n"),
    ):
        change(tree, f"flows/{file}.yaml", before, before + exercise(FILES, f"exercise: {name}"))
    for screen, order, name in (
        ("closed", "order_soonest", "closed soonest"),
        ("closed_stay", "order_soonest_stay", "closed stay soonest"),
    ):
        menu = f"  {screen}:\n    menu:\n"
        offered = f"      1: {{go: {order}, if: offered.soonest is yes}}\n"
        change(tree, "flows/danger.yaml", menu + offered, menu + exercise(FILES, f"exercise: {name}"))
    assert [] == faults_of(tree)
    for pressed in ("5 5", "5 1", "5 6", "4 1 1", "4 1 1 1 5", "4 2 5", "4 6 6 1", "4 6 6 1 1 1"):
        keys = tuple(pressed.split())
        key, world = screens(tree, *keys)
        assert (keys, key, []) == (keys, key, list(world.orders.values()))
    assert len(screens(tree, "5", "7")[1].orders) == 1


def test_the_drawing_is_told_to_whoever_does_not_see_it() -> None:
    """It is well-formed, has a title and a description, and stands in the guide with words for it."""
    drawing = ET.parse(DRAWING).getroot()  # noqa: S314 -- our own file
    texts = [drawing.findtext(f"{{http://www.w3.org/2000/svg}}{name}") or "" for name in ("title", "desc")]
    assert all(len(text) > 40 for text in texts)
    assert re.search(rf"!\[[^\]]{{80,}}\]\({DRAWING.name}\)", text_of(OPERATORS))
