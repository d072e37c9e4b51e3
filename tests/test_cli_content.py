"""`hotline content` as an operator types it: what it prints, what it makes, and what it refuses."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.adapters.sql import SqlStore
from hotline.app import open_store
from hotline.cli import main
from hotline.cli.commands.operators.approval import agreed
from hotline.cli.commands.operators.difference import difference
from hotline.config import Config
from hotline.content import read_sources
from hotline.engine.flow import Sources
from hotline.ports.editions.editions import Withdrawal
from tests.databases import migrated
from tests.small_line import DIRECTORY, FLOWS, WORDS, settings, write_files

ROOT = Path(__file__).resolve().parent.parent
MOMENT = r"\d\d:\d\d:\d\d"
NOBODY = "NO VERIFIED EMERGENCY NUMBER"


@pytest.fixture(autouse=True)
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A line whose tables are made, and that needs two people."""
    values = settings(tmp_path)
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(name)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    migrated(values["HOTLINE_DATABASE_URL"])
    return values


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person may publish."""
    monkeypatch.setenv("HOTLINE_TWO_PEOPLE", "0")


@pytest.fixture
def store(env: dict[str, str]) -> Iterator[SqlStore]:
    store = open_store(Config.from_env(env))
    yield store
    store.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write_files(tmp_path / "files")


def reword(files: Path) -> None:
    """Change a word in both languages."""
    for language in ("fr", "bm"):
        path = files / "locales" / language / "LC_MESSAGES" / "flows.po"
        text = path.read_text("utf-8")
        assert "Du savon." in text
        path.write_text(text.replace("Du savon.", "Du savon, souvent."), "utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, and what was printed and complained of."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def text_of(store: SqlStore, number: int, key: str = "tips.soap") -> str:
    from hotline.service.editions.snapshot import decode

    with store.read() as tx:
        row = tx.editions.get(number)
    assert row is not None
    return next(message.text for message in decode(row.sources).words["fr"] if message.key == key)


@pytest.mark.usefixtures("alone")
def test_one_person_publishes_at_once(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """It says when the edition is in force, and that nothing need be restarted; the very first one is at once, for nothing runs without it."""
    assert "edition 1 is in force now\n" in run(capsys, "content", "publish", "--root", files, "--by", "Awa")[1]
    assert run(capsys, "content", "publish", "--root", files)[0] == 1, "the same once more is nothing"
    reword(files)
    code, out, _ = run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    assert code == 0
    assert re.search(rf"^edition 2 is in force at {MOMENT}, in 10 seconds; nothing need be restarted$", out, re.MULTILINE)
    with store.read() as tx:
        row, first = tx.editions.all()
    assert [10, 0] == [edition.active_from - edition.made_at for edition in (row, first)]
    assert row.made_by.startswith("Awa (")


@pytest.mark.usefixtures("alone")
def test_whoever_publishes_hears_of_the_numbers(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """Loudly that there is none for emergencies, which are off and why; and never a number."""
    _, out, _ = run(capsys, "content", "publish", "--root", files)
    assert "samu (unverified)" in out
    assert NOBODY in out
    assert "70000301" not in out


@pytest.mark.usefixtures("alone")
def test_a_number_taken_off_is_named_as_dark(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """Also by a rollback, which lights nothing again."""
    with store.write() as tx:
        tx.editions.withdraw(Withdrawal("samu", "+22370000301", "2026-11-22", 0, "Awa"))
    run(capsys, "content", "publish", "--root", files)
    write_files(files, words={"tips.soap": "Savon."})
    _, published, _ = run(capsys, "content", "publish", "--root", files)
    assert "samu (dark)" in published
    code, out, _ = run(capsys, "content", "rollback", "1", "--by", "Awa")
    assert code == 0
    assert NOBODY in out


FOUR = "start: first\nscreens:\n  first:\n    menu: {{1: danger, 2: tips, 3: centres, {four}5: callback}}\n"


def with_key(root: Path, four: str = "", label: str = "4 Eau\n", **words: str) -> Path:
    """The line with another key on its first screen, or without it."""
    first = f"Santé et famille\n1 Aide\n2 Conseils\n3 Centres\n{label if four else ''}5 Par téléphone"
    return write_files(root, {"line.first": first} | words, line=FOUR.format(four=f"4: {four}, " if four else ""))


@pytest.mark.usefixtures("alone")
def test_files_keep_what_every_key_ever_did(capsys: pytest.CaptureFixture[str], tmp_path: Path, store: SqlStore) -> None:
    """A number that was taken away leads where it led, or nowhere; each key that does not is named with its file and line. The first edition is held to nothing."""
    root = tmp_path / "keys"
    assert run(capsys, "content", "publish", "--root", with_key(root, "centres"))[0] == 0
    assert run(capsys, "content", "publish", "--root", with_key(root))[0] == 0
    code, _, complaint = run(capsys, "content", "publish", "--root", with_key(root, "tips"))
    assert code == 1
    assert re.search(r"flows/line\.yaml:\d+: line\.first: key 4 led to centres\.list before it was taken away", complaint)
    assert run(capsys, "content", "publish", "--root", with_key(root, "centres"))[0] == 0
    assert run(capsys, "content", "publish", "--root", with_key(root, "tips"))[0] == 0, "a key that is there may be led elsewhere"
    with store.read() as tx:
        assert len(tx.editions.all()) == 4


@pytest.mark.usefixtures("alone")
def test_files_do_not_trade_words_of_keys(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Whoever knows the words would arrive elsewhere: each catalogue that says so is named."""
    root = tmp_path / "keys"
    run(capsys, "content", "publish", "--root", with_key(root))
    traded = "Santé et famille\n1 Aide\n2 Centres\n3 Conseils\n5 Par téléphone"
    code, _, complaint = run(capsys, "content", "publish", "--root", with_key(root, **{"line.first": traded}))
    assert code == 1
    for language in ("fr", "bm"):
        for key in (2, 3):
            assert re.search(
                rf"{language}/LC_MESSAGES/flows\.po:\d+: line\.first: key {key} leads where it led, under the words of another", complaint
            )


def test_files_that_wait_are_held_to_what_was_taken_away_meanwhile(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, store: SqlStore
) -> None:
    """Two people: the key was there when it was proposed to lead elsewhere, and is gone when somebody approves."""
    root = tmp_path / "keys"
    for number, four in ((1, "centres"), (2, "tips"), (3, "")):
        assert run(capsys, "content", "publish", "--root", with_key(root, four), "--by", "Awa")[0] == 0
        if number != 2:
            assert run(capsys, "content", "approve", str(number), "--by", "Bintou", "--yes")[0] == 0
    code, _, complaint = run(capsys, "content", "approve", "2", "--by", "Bintou", "--yes")
    assert code == 1
    assert "key 4 led to centres.list" in complaint
    with store.read() as tx:
        assert len(tx.editions.all()) == 2


def test_two_people_publish(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """The first is told what the second types; nothing is in force until then; the list shows what waits."""
    code, out, _ = run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    assert code == 0
    assert "hotline content approve 1" in out
    listed = run(capsys, "content", "list")[1]
    assert [line.split()[0] for line in listed.splitlines()[:2]] == ["PROPOSAL", "1"]
    assert "  Awa (" in listed
    assert "no edition yet" in listed
    code, out, _ = run(capsys, "content", "approve", "1", "--by", "Bintou", "--yes")
    assert code == 0
    assert re.search("^edition 1 is in force now$", out, re.MULTILINE)
    [edition] = json.loads(run(capsys, "content", "list", "--json")[1])["editions"]
    assert edition["approved_by"].startswith("Bintou (")
    assert "  Bintou (" in run(capsys, "content", "list")[1]
    with store.read() as tx:
        assert "approved unseen" in [entry.what for entry in tx.audit.all()]


def test_nobody_is_both_people(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """Neither by the name nor, where no name is given, by the login of whoever proposed it."""
    run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    for by in (("--by", "AWA"), ()):
        code, _, complaint = run(capsys, "content", "approve", "1", "--yes", *by)
        assert code == 1
        assert "another person" in complaint


def test_without_a_terminal_nobody_approves_by_chance(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """A pipe that sends the right number is no person who looked."""
    run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    code, _, complaint = run(capsys, "content", "approve", "1", "--by", "Bintou")
    assert code == 1
    assert "--yes" in complaint
    with store.read() as tx:
        assert tx.editions.all() == ()


def test_pending_words_are_refused_with_file_and_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, store: SqlStore) -> None:
    """Each of them; then whoever takes them on herself says so, which the list and the second person see."""
    root = write_files(tmp_path / "pending", pending=("danger.advice", "callback.stopped"))
    code, _, complaint = run(capsys, "content", "publish", "--root", root, "--by", "Awa")
    assert code == 1
    for key in ("danger.advice", "callback.stopped"):
        assert re.search(rf"^locales/bm/LC_MESSAGES/flows.po:\d+: {key}: ", complaint, re.MULTILINE)
    assert "--pending-by" in complaint
    assert run(capsys, "content", "publish", "--root", root, "--by", "Awa", "--pending-by", "Mariam")[0] == 0
    listed = run(capsys, "content", "list")[1].splitlines()
    assert listed[1].index("Mariam") == listed[0].index("PENDING WORDS TAKEN ON BY")
    _, out, _ = run(capsys, "content", "approve", "1", "--by", "Bintou", "--yes")
    assert "PENDING WORDS" in out
    with store.read() as tx:
        assert [(entry.who, entry.about) for entry in tx.audit.all() if entry.what == "pending words published"] == [
            ("Mariam", "edition 1")
        ]


@pytest.mark.usefixtures("alone")
def test_pending_words_stop_no_demo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Where one person publishes, nobody is asked for a reviewer."""
    assert run(capsys, "content", "publish", "--root", write_files(tmp_path / "pending", pending=("danger.advice",)))[0] == 0


def test_proposing_what_is_in_force_is_said_to_be_nothing(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """Nobody is sent to look at no difference; a comment in a file is none."""
    run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    run(capsys, "content", "approve", "1", "--by", "Bintou", "--yes")
    with (files / "flows" / "tips.yaml").open("a") as file:
        file.write("# nothing\n")
    code, _, complaint = run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    assert code == 1
    assert "nothing differs from edition 1" in complaint


def test_a_proposal_is_taken_away(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """Then nobody can approve it."""
    run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    assert run(capsys, "content", "reject", "1", "--by", "Bintou")[0] == 0
    code, _, complaint = run(capsys, "content", "approve", "1", "--by", "Bintou", "--yes")
    assert code == 1
    assert "no proposal 1" in complaint


@pytest.mark.usefixtures("alone")
def test_going_back_is_one_command(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """The old words are in force again, as a new edition that the list tells from the old one."""
    run(capsys, "content", "publish", "--root", files)
    write_files(files, words={"tips.soap": "Savon."})
    run(capsys, "content", "publish", "--root", files)
    code, out, _ = run(capsys, "content", "rollback", "1", "--by", "Awa")
    assert code == 0
    assert out.startswith("edition 3 is in force at ")
    assert [text_of(store, number) for number in (1, 2, 3)] == ["Du savon.", "Savon.", "Du savon."]
    listed = run(capsys, "content", "list")[1].splitlines()
    assert listed[1].index("edition 1") == listed[0].index("SAYS AGAIN")
    for number, why in (("9", "no edition 9"), ("3", "newest")):
        code, _, complaint = run(capsys, "content", "rollback", number)
        assert code == 1
        assert why in complaint


@pytest.mark.usefixtures("alone")
def test_the_list_marks_what_is_in_force(capsys: pytest.CaptureFixture[str], files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing that will only be."""
    from hotline.prepare import publish_files

    publish_files(open_store(Config.from_env(os.environ)), files, ("fr", "bm"), "first start", 0, 0)
    reword(files)
    run(capsys, "content", "publish", "--root", files)
    listed = run(capsys, "content", "list")[1].splitlines()
    assert [line.split()[0] for line in listed if line.endswith("in force")] == ["1"]
    editions = json.loads(run(capsys, "content", "list", "--json")[1])["editions"]
    assert [(edition["number"], edition["in_force"]) for edition in editions] == [(2, False), (1, True)]


@pytest.mark.usefixtures("alone")
def test_faulty_files_are_not_published(capsys: pytest.CaptureFixture[str], files: Path, store: SqlStore) -> None:
    """Each fault with its place; no edition."""
    write_files(files, tips="start: water\nscreens:\n  water: {say: {go: nowhere}}\n")
    code, _, complaint = run(capsys, "content", "publish", "--root", files)
    assert code == 1
    assert "flows/tips.yaml:3: tips.water: unknown screen tips.nowhere" in complaint
    with store.read() as tx:
        assert tx.editions.all() == ()


def test_a_name_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """What stands in the audit can be told apart."""
    assert run(capsys, "content", "publish", "--root", files, "--by", "Awa (op)")[0] == 1


class Typed:
    """Answers as someone at the keyboard, and remembers what she was asked."""

    def __init__(self, *answers: str) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def __call__(self, question: str) -> str:
        self.asked.append(question)
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


@pytest.mark.parametrize(
    ("answers", "published", "shown"),
    [
        (("", "", "4"), True, 2),
        (("a", "4"), True, 2),
        (("", "", " 4 "), True, 2),
        (("q",), False, 1),
        (("", "q"), False, 2),
        (("", "", ""), False, 2),
        (("", "", "yes"), False, 2),
        (("", "", "5"), False, 2),
        ((), False, 1),
        (("", ""), False, 2),
    ],
)
def test_only_the_number_typed_at_the_end_publishes(
    capsys: pytest.CaptureFixture[str], answers: tuple[str, ...], published: bool, shown: int
) -> None:
    """Enter goes on, `q` and the end of input leave, whatever else she types at the end is no."""
    assert agreed(("first page", "second page"), 4, Typed(*answers)) is published
    assert capsys.readouterr().out.count("page") == shown


def read(root: Path) -> Sources:
    sources, _ = read_sources(root)
    assert sources is not None
    return sources


def the_difference(tmp_path: Path, columns: int = 80, **more: object) -> dict[str, str]:
    """What is shown between the small line and one with something changed, by screen."""
    old, new = read(write_files(tmp_path / "old")), read(write_files(tmp_path / "new", **more))  # type: ignore[arg-type]
    return {page.split(" --- ")[1].split("\n")[0]: page for page in difference(old, new, columns)}


def test_changed_words_are_seen_as_phones_show_them(tmp_path: Path) -> None:
    """Before and after side by side, the line of the keys below, with what each page takes of its budget, in every language."""
    shown = the_difference(tmp_path, words={"tips.soap": "Du savon et de l'eau."})
    assert list(shown) == ["tips.soap"]
    lines = shown["tips.soap"].splitlines()
    assert "| Du savon.                        |  | Du savon et de l'eau.            |" in lines
    assert "| 0 Retour 9 Fin                   |  | 0 Retour 9 Fin                   |" in lines
    assert next(line.split() for line in lines if "septets" in line) == ["24", "of", "160", "septets", "36", "of", "160", "septets"]
    assert [line.split()[:2] for line in lines if "before" in line] == [["USSD", "bm"], ["USSD", "fr"]]


def test_a_narrow_terminal_shows_phones_under_one_another(tmp_path: Path) -> None:
    """No line is cut."""
    shown = the_difference(tmp_path, columns=60, words={"tips.soap": "Du savon et de l'eau."})
    assert all(len(line) <= 40 for line in shown["tips.soap"].splitlines())


def test_an_sms_wording_is_seen_as_an_sms(tmp_path: Path) -> None:
    """USSD did not change and is not shown."""
    shown = the_difference(tmp_path, words={"tips.soap@sms": "Savon."})["tips.soap"]
    assert "SMS fr before" in shown
    assert "USSD" not in shown


def test_a_condition_that_nobody_sees_is_told(tmp_path: Path) -> None:
    """What a key does, when it is hidden, and the screen on which it is pressed."""
    callback = FLOWS["callback"].replace("{5: now, 7: stop}", "{5: {go: now, if: coverage is free}, 7: stop}")
    shown = the_difference(tmp_path, callback=callback)
    page = shown["callback.open"]
    assert "structure callback.open key 5:" in page
    assert "+ goes to callback.now; shown only if coverage is free" in page
    assert "5 Maintenant" in page
    assert "urgent, callback or stop" in page.splitlines()[0]


def test_the_directory_is_told_field_by_field(tmp_path: Path) -> None:
    """Before and after, an entry that is new as such."""
    changed = DIRECTORY.replace("Rue 1", "Rue 2") + "  new:\n    name: Neuf\n"
    shown = the_difference(tmp_path, directory=changed)
    assert "directory services.centre address: Rue 1 -> Rue 2" in shown["services.centre"]
    assert "directory services.new name: (nothing) -> Neuf" in shown["services.new"]


def test_a_new_and_a_gone_screen_are_shown_whole(tmp_path: Path) -> None:
    """One side of the phones is empty."""
    longer = FLOWS["tips"].replace("soap: {say: {}}", "soap: {say: {go: sun}}\n  sun: {say: {}}")
    old = write_files(tmp_path / "old")
    new = write_files(tmp_path / "new", words={"tips.sun": "Du soleil."}, tips=longer)
    there, back = (
        next(page for page in difference(*sides) if "--- tips.sun" in page) for sides in ((read(old), read(new)), (read(new), read(old)))
    )
    assert re.search(r"\(not there\) +\+-+\+$", there, re.MULTILINE)
    assert "Du soleil." in there
    assert re.search(r"^\+-+\+  \(not there\)$", back, re.MULTILINE)


def test_spoken_words_and_reviews_are_told_as_text(tmp_path: Path) -> None:
    """What no screen shows is no less part of the edition."""
    shown = the_difference(tmp_path, words={"voice.none": "Personne."}, pending=("tips.soap",))
    assert "words voice.none fr text: Conseil -> Personne." in shown["voice.none"]
    assert "words tips.soap fr review: Awa 2026-01-31 -> pending" in shown["tips.soap"]
    assert "before" not in shown["tips.soap"]


def test_no_word_hides_another_from_whoever_looks(tmp_path: Path) -> None:
    """What a terminal would obey, or write the other way round, is shown as U+FFFD."""
    shown = the_difference(tmp_path, words={"tips.soap": "Savon\x1b[2J.", "voice.none": "Per\x1b[1A\u202esonne"})
    assert all(char == "\n" or char.isprintable() for page in shown.values() for char in page)
    assert "Conseil -> Per\ufffd[1A\ufffdsonne" in shown["voice.none"]


def test_a_first_edition_shows_everything(tmp_path: Path) -> None:
    """Nobody approves what was not shown, the first time either."""
    shown = "\n".join(difference(None, read(write_files(tmp_path / "files"))))
    assert [key for key in WORDS if f"--- {key.partition('@')[0]}" not in shown] == []


def test_the_second_person_at_a_terminal(files: Path, env: dict[str, str], store: SqlStore, capsys: pytest.CaptureFixture[str]) -> None:
    """In a real terminal: she goes through every page, types the number, and the edition is there with both names."""
    run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    run(capsys, "content", "approve", "1", "--by", "Bintou", "--yes")
    write_files(files, words={"tips.soap": "Savon."})
    run(capsys, "content", "publish", "--root", files, "--by", "Awa")
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "hotline", "content", "approve", "2", "--by", "Bintou"]
    child = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=ROOT, env={**os.environ, **env, "COLUMNS": "100"}
    )
    os.close(terminal)
    seen = until(controller, "leave] ")
    os.write(controller, b"\n")
    seen += until(controller, "leaves: ")
    os.write(controller, b"2\n")
    seen += until(controller, "restarted")
    assert child.wait(30) == 0
    os.close(controller)
    assert "1 of 1 --- tips.soap" in seen
    assert "| Savon." in seen
    with store.read() as tx:
        newest = tx.editions.all()[0]
        assert (newest.number, newest.made_by[:5], str(newest.approved_by)[:8]) == (2, "Awa (", "Bintou (")
        assert "approved" in [entry.what for entry in tx.audit.all()]


def until(controller: int, words: str) -> str:
    """What the terminal showed up to these words."""
    seen = ""
    while words not in seen:
        seen += os.read(controller, 4096).decode()
    return seen
