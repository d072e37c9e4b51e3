"""The files as they lie, played in a terminal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest

from hotline.cli import main
from hotline.engine.drafting.rehearsal import Rehearsal
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.handset import wrapped
from hotline.watch import lines_of, load, picture, play_inputs, watch
from hotline.watch.world import Play, at
from tests.content_line import ROOT, line
from tests.engine.worlds import THURSDAY_NOON, World

FR = "locales/fr/LC_MESSAGES/flows.po"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / "line" / name)
    return tmp_path / "line"


def play(root: Path, **changes: object) -> Play:
    return msgspec.structs.replace(
        Play(root, ("fr", "bm"), "fr", limits.USSD, Rehearsal("somebody", "kept", THURSDAY_NOON), date(2025, 3, 20)), **changes
    )


def watched(played: Play, *script: str | Callable[[], None]) -> list[str]:
    """All that is said while this is typed; where a step is a function it is done, as by an editor, and nothing typed."""
    said: list[str] = []
    steps = iter(script)

    def read(seconds: float | None) -> str | None:
        assert seconds is not None
        step = next(steps, None)
        if step is None:
            raise EOFError
        if isinstance(step, str):
            return step
        step()
        return None

    watch(played, read, said.append)
    return said


def edit(root: Path, file: str, old: str, new: str) -> Callable[[], None]:
    """Saves the file with this change, later than it was saved before."""

    def save() -> None:
        path = root / file
        text, before = path.read_text("utf-8"), path.stat().st_mtime_ns
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        os.utime(path, ns=(before + 1, before + 1))

    return save


def test_what_is_played_is_what_the_phone_would_show(root: Path) -> None:
    """The screens of the files are those of the line that they would be, page by page, with the screen's key and its septets below."""
    said = watched(play(root), "4", "1")
    expected = [World().hop(line(), keys) for keys in ([], ["4"], ["4", "1"])]
    shown = [text for text in said if "\n" in text]
    for screen, text in zip(expected, shown, strict=True):
        assert "\n{}\n".format("\n".join(wrapped(screen.text))) in text
        assert text.endswith(f"{screen.key} · {gsm.septets(screen.text)} of 160 septets · GSM-7 · USSD")


def test_several_keys_in_a_line_and_the_way_back_to_the_start(root: Path) -> None:
    """`4 1` presses both; `<` dials again; `q` leaves at once; nothing and blanks press nothing."""
    said = watched(play(root), "4 1", "", "  ", "<", "?", "q", "5")
    assert [text.rpartition("\n")[2].partition(" ")[0] for text in said[1:4]] == ["line.first", "danger.advice", "line.first"]
    assert said[4].startswith("4 1 1   keys")
    assert len(said) == 5


def test_a_file_that_is_saved_shows_at_once_where_one_was(root: Path) -> None:
    """New words stand on the same screen of the same conversation, without a key being pressed; as long as nothing is saved nothing is said."""
    said = watched(
        play(root),
        "4",
        lambda: None,
        edit(root, FR, "4 Papiers, argent", "4 Papiers"),
        lambda: None,
        edit(root, FR, "1 Aide tout de suite", "1 Aide"),
        "1",
    )
    assert [text.rpartition("\n")[2].partition(" ")[0] for text in said[1:]] == [
        "line.first",
        "family.help",
        "family.help",
        "family.help",
        "danger.advice",
    ]
    assert ["\n1 Aide tout de suite\n" in text for text in said[2:5]] == [True, True, False]


def test_new_words_are_the_ones_shown(root: Path) -> None:
    """What was saved is what is read: not an old copy."""
    said = watched(play(root), edit(root, FR, '"Santé et famille\\n"\n"1 ', '"Famille et santé\\n"\n"1 '))
    assert ["\nSanté et famille\n" in said[1], "\nFamille et santé\n" in said[2]] == [True, True]


def test_a_fault_is_told_with_its_line_and_the_last_good_files_go_on(root: Path) -> None:
    """A half-done edit stops nobody: its faults are named, the words from before stay, and the mended file is taken again."""
    good = (root / FR).read_text("utf-8")
    at_line = 1 + good[: good.index('msgid "family.help"')].count("\n")
    spoil = edit(root, FR, '"1 Aide tout de suite\\n"\n', "")
    mend = edit(root, FR, '"Vie de famille\\n"\n"2', '"Vie de famille\\n"\n"1 Aide\\n"\n"2')
    said = watched(play(root), "4", spoil, "3", mend)
    fault = next(text for text in said if text.startswith("faults"))
    assert f"{FR}:{at_line}: family.help: options 2, 3, 4, 5, 6 in the words, 1, 2, 3, 4, 5, 6 in the flow" in fault
    place = said.index(fault)
    assert said[place + 1] == "the last files without faults go on"
    assert [text.rpartition("\n")[2].partition(" ")[0] for text in said[place + 2 :]] == ["care.topics", "care.topics"]


def test_files_with_faults_from_the_start_are_played_once_they_are_mended(root: Path) -> None:
    """Nothing is shown that could not be published, and nothing has to be started again."""
    edit(root, "flows/family.yaml", "start: help", "start: hulp")()
    said = watched(play(root), "4", edit(root, "flows/family.yaml", "start: hulp", "start: help"), "4")
    assert "flows/family.yaml:1: start: unknown screen family.hulp" in said[1]
    assert [text.rpartition("\n")[2].partition(" ")[0] for text in said[2:]] == ["line.first", "family.help"]


def test_new_files_and_lost_ones_count_as_saved(root: Path) -> None:
    """A flow that is added, and a catalogue that goes, are noticed like an edit."""
    added = root / "flows" / "lonely.yaml"
    said = watched(play(root), lambda: added.write_text("start: a\nscreens:\n  a: {end: {}}\n", "utf-8") and None, added.unlink)
    assert "lonely.a: unreachable" in said[2]
    assert said[-1].endswith("line.first · " + said[1].rpartition("line.first · ")[2])


def test_orders_are_said_and_not_given(root: Path) -> None:
    """At an order it stands in words what would be asked, once; the screen is the one for kept, or for lost."""
    kept, lost = (watched(play(root, rehearsal=Rehearsal("somebody", result, THURSDAY_NOON)), "4 1 1", "9") for result in ("kept", "lost"))
    order = "* asked: call this phone back, urgent, in fr, today from 12:00 until 12:30; nothing is kept here, it goes on as if it were "
    assert [kept[2].startswith(f"{order}kept\n"), lost[2].startswith(f"{order}lost\n")] == [True, True]
    assert (kept[2].rpartition("\n")[2].split(" ")[0], lost[2].rpartition("\n")[2].split(" ")[0]) == ("danger.kept", "danger.lost")
    assert "*" not in kept[3]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["5", "7"], "asked: end every call to this phone and forget its number"),
        (["5", "3"], "asked: call this phone back, in fr, today from 14:00 until 18:00"),
        (["5", "3", "2"], "asked: call tomorrow from 14:00 until 18:00 instead"),
        (["5", "3", "1", "2"], "asked: whoever calls is to be asked for the word milk"),
        (["5", "3", "7"], "asked: take the call back"),
        (["5", "6", "70000301", "5"], "asked: call another phone back, in fr, today from 12:00 until 12:30"),
    ],
)
def test_every_order_has_words(root: Path, keys: list[str], words: str) -> None:
    """No order passes unsaid."""
    assert [words] == [order.partition(";")[0] for order in at(line(), keys, play(root)).orders]


def test_who_is_there_is_what_was_said(root: Path) -> None:
    """With nobody there, or nobody known, the screens are those that a caller would get then."""
    edition = load(play(root)).edition
    found = [
        at(edition, ["4", "1", "1"], play(root, rehearsal=Rehearsal(there, "kept", THURSDAY_NOON))).screen.key
        for there in ("somebody", "nobody", "unknown")
    ]
    assert found == ["danger.kept", "danger.closed_until", "danger.kept_unsure"]


def test_a_question_takes_the_whole_line(root: Path) -> None:
    """A number typed with its blanks is one answer, not four keys."""
    said = watched(play(root), "5 6", "70 00 03 01")
    assert said[-1].rpartition("\n")[2].startswith("callback.other_when ")


def test_the_session_ends_and_begins_again(root: Path) -> None:
    """After a last screen no key does anything before one dials again."""
    said = watched(play(root), "9", "1", "<")
    assert said[2].endswith(" · ends")
    assert said[3] == "the session has ended: < dials again"
    assert said[4] == said[1]


def test_a_network_that_shows_every_letter(root: Path) -> None:
    """Unfolded Bambara is counted in UCS-2, in which a screen holds 70; what is longer goes folded."""
    raw = play(root, language="bm", fit=limits.USSD_RAW)
    edition = load(raw).edition
    short = at(edition, ["4", "4", "7"], raw)
    assert "ɔ" in short.screen.text
    assert picture(short, raw.fit).rpartition("\n")[2].startswith(f"rights.ties · {gsm.utf16(short.screen.text)} of 70 characters · UCS-2")
    first = at(edition, [], raw)
    assert picture(first, raw.fit).rpartition("\n")[2].startswith(f"line.first · {gsm.septets(first.screen.text)} of 160 septets · GSM-7")


def test_scripts_get_every_screen_and_an_exit_code(root: Path) -> None:
    """Keys from the command line are played and printed, each before the screen that it leads to; keys past the end, and files with faults, are no success."""
    said: list[str] = []
    assert [play_inputs(play(root), keys, said.append) for keys in (["4", "1"], ["9"], ["9", "1"])] == [0, 0, 1]
    assert [text for text in said if text.startswith(">")] == ["> 4", "> 1", "> 9", "> 9"]
    edit(root, "flows/family.yaml", "start: help", "start: hulp")()
    assert play_inputs(play(root), [], said.append) == 1
    assert "flows/family.yaml:1: start: unknown screen family.hulp" in said[-1]


def run(capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_needs_no_line(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`hotline dial --watch` asks neither database nor settings, and leaves nothing behind."""
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", "sqlite:///nowhere/at/all.db")
    before = sorted(path for path in root.rglob("*"))
    code, out, err = run(capsys, ["dial", "--watch", "--root", str(root), "--inputs", "4,1", "--language", "bm", "--channel", "sms"])
    assert (code, err, out.count("· GSM-7 · SMS")) == (0, "", 3)
    assert "Kènèya" in out
    assert (before, (tmp_path / "var").exists()) == (sorted(root.rglob("*")), False)


def test_the_demos_phone_stays_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --watch a code is dialled, on the demo that runs here."""
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path))
    assert run(capsys, ["dial", "*123#"]) == (2, "", "no demo is running here: hotline up\n")


def test_lines_come_one_by_one_however_they_were_sent() -> None:
    """Lines that came together are read one after another, half a line waits for its end, a pause is None, the end is the end."""
    out_of, into = os.pipe()
    read = lines_of(out_of)
    assert read(0) is None
    os.write(into, "4 1\né\n5".encode())
    assert [read(0), read(0), read(0)] == ["4 1", "é", None]
    os.write(into, b" 5\n6")
    os.close(into)
    assert [read(None), read(None)] == ["5 5", "6"]
    with pytest.raises(EOFError):
        read(None)
    os.close(out_of)
