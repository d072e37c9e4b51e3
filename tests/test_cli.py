"""The `hotline` command itself: what it shows, how it answers a slip of the keys, and how it fails."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import pytest

from hotline.cli import main, parser, quietly
from hotline.cli.overview import FOR, OTHERWISE
from tests import terminal
from tests.databases import migrated
from tests.small_line import settings, write_files

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A line whose tables are made."""
    values = settings(tmp_path)
    terminal.has(monkeypatch, values)
    migrated(values["HOTLINE_DATABASE_URL"])
    return values


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return write_files(tmp_path / "files")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, and what was printed and complained of."""
    capsys.readouterr()
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, *capsys.readouterr()


def program(*arguments: str, out: int, env: dict[str, str], typed: int = subprocess.DEVNULL, **more: str) -> subprocess.Popen[str]:
    """The command as a process of its own, printing into `out`."""
    return subprocess.Popen(
        [sys.executable, "-m", "hotline", *arguments],
        stdin=typed,
        stdout=out,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **env, **more},
        text=True,
        # A shell that runs the tests beside others may have them, and so this, ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 -- no thread of ours runs beside it
    )


def test_alone_it_shows_every_command_below_whom_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody has to know a command to find it, nor a word to find what stands below it."""
    code, shown, complaint = run(capsys)
    assert (code, complaint) == (0, "")
    assert all(f"{heading}:" in shown for heading in FOR)
    named = {name.partition(" ")[0] for names in FOR.values() for name in names}
    assert named == set(parser().commands)
    assert OTHERWISE.keys() <= {name for names in FOR.values() for name in names}
    assert "check, publish, approve" in shown
    assert run(capsys, "--help") == (0, shown, "")
    code, shown, _ = run(capsys, "content")
    assert (code, "rollback" in shown) == (0, True)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever reports a fault."""
    assert run(capsys, "--version") == (0, f"hotline {version('hotline')}\n", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("contnet check", "hotline: no command contnet; did you mean content? (hotline --help)"),
        ("content publsh", "hotline content: no command publsh; did you mean publish? (hotline content --help)"),
        ("dir check", "hotline: no command dir; did you mean directory? (hotline --help)"),
        ("db zzz", "hotline db: no command zzz; there are upgrade (hotline db --help)"),
        ("content check --rot x", "hotline content check: no option --rot; did you mean --root? (hotline content check --help)"),
        ("content check -root x", "hotline content check: no option -root; did you mean --root? (hotline content check --help)"),
        ("user add --raeds fr", "hotline user add: no option --raeds; did you mean --reads? (hotline user add --help)"),
        ("--verson", "hotline: no option --verson; did you mean --version? (hotline --help)"),
        ("dial --wach", "hotline dial: no option --wach; did you mean --watch? (hotline dial --help)"),
        ("dial --watch --langage=bm", "hotline dial --watch: no option --langage; did you mean --language? (hotline dial --watch --help)"),
        ("content list all", "hotline content list: nothing more is taken here: all (hotline content list --help)"),
        ("words export xx", "hotline words export: the following arguments are required: FILE (hotline words export --help)"),
        (
            f"content approve {10**20}",
            f"hotline content approve: argument N: {10**20} is the number of no edition and no proposal (hotline content approve --help)",
        ),
    ],
)
def test_a_slip_of_the_keys_is_one_line_with_the_right_word(capsys: pytest.CaptureFixture[str], typed: str, said: str) -> None:
    """Of the command that was meant; nothing is run."""
    assert run(capsys, *typed.split()) == (2, "", f"{said}\n")


def test_a_word_may_look_like_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    """After `=` anything is taken, and an option may be cut short as long as it is clear."""
    assert run(capsys, "audit", "list", "--sear=--x")[:2] == (0, "nothing\n")


COMPLETE = """
eval "$({python} -m hotline completion bash)"
complete_() {{
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${{#COMP_LINE}}; COMPREPLY=()
    _shtab_hotline hotline "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
    echo "${{COMPREPLY[*]}}"
}}
complete_ hotline con
complete_ hotline content ro
complete_ hotline user add --ro
complete_ hotline user add awa --role su
complete_ hotline dial --wa
complete_ hotline words import bm {folder}/al
complete_ hotline content check --root {folder}/al
"""


def test_bash_completes_commands_options_choices_and_files(tmp_path: Path) -> None:
    """With what the shell itself runs; nothing of the program is started at a key."""
    (tmp_path / "all.po").touch()
    (tmp_path / "alone").mkdir()
    script = COMPLETE.format(python=sys.executable, folder=tmp_path)
    found = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert (found.stderr, [sorted(line.split()) for line in found.stdout.splitlines()]) == (
        "",
        [
            ["content"],
            ["rollback"],
            ["--role"],
            ["supervisor"],
            ["--watch"],
            [f"{tmp_path}/all.po", f"{tmp_path}/alone"],
            [f"{tmp_path}/alone"],
        ],
    )


def test_zsh_is_given_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """As its completion system reads it."""
    code, script, _ = run(capsys, "completion", "zsh")
    assert (code, script.startswith("#compdef hotline\n")) == (0, True)
    assert all(f"_shtab_hotline_{name}" in script or f"    {name}:" in script for name in parser().commands)


def test_what_must_be_mended_is_told_first(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """Whatever its file is called; a script tells the two kinds apart."""
    (files / "flows" / "tips.yaml").write_text("start: water\nscreens:\n  water: {say: {go: nowhere}}\n", "utf-8")
    code, shown, _ = run(capsys, "content", "check", "--root", files)
    said = shown.splitlines()
    known = said.index("to be known:")
    assert (code, said[0]) == (1, "to be mended:")
    assert any(line.startswith("flows/tips.yaml:3: ") for line in said[1:known])
    assert any(line.startswith("flows/directory.yml:") for line in said[known:])
    code, shown, _ = run(capsys, "content", "check", "--root", files, "--json")
    found = json.loads(shown)
    assert code == 1
    cause = {
        "file": "flows/tips.yaml",
        "line": 3,
        "message": "tips.water: unknown screen tips.nowhere",
        "grave": True,
        "follows": False,
        "code": "unknown_screen",
    }
    assert cause in found["faults"]
    assert (found["to_be_mended"], found["to_be_known"]) == tuple(
        sum(fault["grave"] is grave and not fault["follows"] for fault in found["faults"]) for grave in (True, False)
    )
    assert f"{found['to_be_mended']} to be mended, {found['to_be_known']} to be known" == said[-1]


def test_what_a_vendor_shows_otherwise_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Which screens have more pages at one that shows fewer letters, and that some of them are urgent; what does not fit there at all must be mended."""
    nalo = (ROOT / "hotline/gateways/tables/nalo.toml").read_text("utf-8")
    table = tmp_path / "nalo.toml"
    table.write_text(nalo, "utf-8")
    code, shown, _ = run(capsys, "content", "check", "--root", ROOT, "--table", table)
    (told,) = [line for line in shown.splitlines() if line.startswith("nalo (120 letters a screen): ")]
    assert (code, "danger.advice" in told) == (0, True)
    table.write_text(nalo.replace("letters = 120", "letters = 60"), "utf-8")
    code, shown, _ = run(capsys, "content", "check", "--root", ROOT, "--table", table, "--json")
    (found,) = json.loads(shown)["vendors"]
    assert (code, found["letters"]) == (1, 60)
    assert {"screen": "callback.stopped", "language": "fr"} in found["too_long"]


def test_doctor_tells_a_script_the_same(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each finding with its level, and how many there are of each; also where the settings are wrong."""
    for bind in ("127.0.0.1:8000", "nowhere"):
        monkeypatch.setenv("HOTLINE_BIND", bind)
        code, shown, _ = run(capsys, "doctor")
        same, document, _ = run(capsys, "doctor", "--json")
        found = json.loads(document)
        assert code == same
        assert [line.split()[0].lower() for line in shown.splitlines()[:-1]] == [finding["level"] for finding in found["findings"]]
        assert shown.splitlines()[-1].startswith(f"{found['bad']} bad, {found['warn']} to be looked at")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("words export bm {tmp}/none/x.po", "nothing was written: {tmp}/none/x.po: No such file or directory"),
        ("words export bm {tmp}/files/x.po/y", "nothing was written: {tmp}/files/x.po/y: Not a directory"),
        ("words export bm {tmp}", "{tmp} is there already; a translator's work is not written over: give another name"),
        ("directory export {tmp}/none/x.csv", "nothing was written: {tmp}/none/x.csv: No such file or directory"),
        ("directory import {tmp}/none/x.csv", "nothing was taken in: {tmp}/none/x.csv: No such file or directory"),
        ("directory import {tmp}/folder.csv", "nothing was taken in: {tmp}/folder.csv: Is a directory"),
        ("content check --root {tmp}/none", "--root {tmp}/none: no such folder"),
        ("content schema --root {tmp}/files/x.po", "--root {tmp}/files/x.po: no such folder"),
        ("dial --watch --root {tmp}/none", "--root {tmp}/none: no such folder"),
        ("content rollback 7", "there is no edition 7 (hotline content list)"),
        ("content graph nothing", "no flow is called nothing; there are "),
    ],
)
def test_what_cannot_be_done_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, files: Path, typed: str, said: str) -> None:
    """That says what is wrong and where."""
    (files / "x.po").touch()
    (tmp_path / "folder.csv").mkdir()
    code, shown, complaint = run(capsys, *typed.format(tmp=tmp_path).split())
    assert (code, shown, complaint.count("\n")) == (1, "", 1)
    assert complaint.startswith(f"hotline: {said.format(tmp=tmp_path)}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all.db", "/nowhere/at/all.db: No such file or directory"),
        ("sqlite:///{tmp}/garbage.db", "the database does not answer, or is none: SQLITE_NOTADB"),
        ("postgresql+psycopg://x:secret@127.0.0.1:1/x", "the database does not answer, or is none: OperationalError"),
    ],
)
def test_a_database_that_is_away_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    """Of every command that needs one; and no password is printed."""
    (tmp_path / "garbage.db").write_text("garbage" * 1000)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", url.format(tmp=tmp_path))
    assert run(capsys, "db", "upgrade") == (1, "", f"hotline: {said}\n")
    away = "hotline: the database does not answer, or has no tables yet (hotline db upgrade)\n"
    for typed in ("user list", "content list", "audit list", "audit verify", "directory dark x --by Awa"):
        assert run(capsys, *typed.split()) == (1, "", away)


def test_a_process_that_cannot_begin_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, env: dict[str, str], files: Path
) -> None:
    """Which address is taken, or that Redis is away."""
    alone = {**env, "HOTLINE_TWO_PEOPLE": "0"}
    monkeypatch.setenv("HOTLINE_TWO_PEOPLE", "0")
    run(capsys, "content", "publish", "--root", files)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        for typed, said in (
            (("web",), f"{bind} cannot be had (Address already in use); set HOTLINE_BIND to another address and port"),
            (("worker", "urgent"), "HOTLINE_REDIS_URL: Redis does not answer (ConnectionError)"),
        ):
            ended = program(*typed, out=subprocess.DEVNULL, env=alone, HOTLINE_BIND=bind, HOTLINE_REDIS_URL="unix:///nowhere/at/all")
            assert (ended.communicate()[1], ended.returncode) == (f"hotline: {said}\n", 1)


def test_a_file_that_cannot_be_read_is_a_fault_of_that_file(capsys: pytest.CaptureFixture[str], files: Path) -> None:
    """The others are read all the same."""
    (files / "flows" / "loop.yaml").symlink_to("loop.yaml")
    code, shown, _ = run(capsys, "content", "check", "--root", files)
    assert (code, "flows/loop.yaml:1: cannot be read: Too many levels of symbolic links" in shown) == (1, True)


def test_without_settings_it_says_which_line_is_not_meant(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types in the wrong folder learns that it is that."""
    terminal.has(monkeypatch, {"HOTLINE_VAR": "nowhere"})
    code, shown, complaint = run(capsys, "user", "list")
    assert (code, shown, complaint.splitlines()[0]) == (2, "", "hotline: settings:")
    assert "be in the folder of the demo that runs (hotline up)" in complaint.splitlines()[-1]


def test_letters_that_are_none_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """As of a name that was pasted from somewhere else."""
    code, shown, complaint = run(capsys, "audit", "list", "--search", "\udcff")
    complaint = ascii(complaint)  # so that a failure can be told
    assert (code, shown, complaint) == (
        1,
        "",
        ascii("hotline: an argument or this terminal has letters that utf-8 does not have (PYTHONUTF8=1)\n"),
    )


def test_a_fault_of_the_program_names_its_place_and_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """What a library says may quote a number."""

    def fails() -> int:
        raise ValueError("+22370000101")

    assert quietly(fails) == 1
    complaint = capsys.readouterr().err
    assert "ValueError at hotline/cli/__init__.py:" in complaint
    assert "70000101" not in complaint
    assert complaint.count("\n") == 1


def test_output_that_nobody_takes_ends_it_quietly(env: dict[str, str]) -> None:
    """As by `| head -1`: no word about it; 0 where all was done by then, else the code of whoever was cut off in the middle."""
    read, write = os.pipe()
    os.close(read)
    for unbuffered, code in (("", 0), ("1", 141)):
        ended = program("content", "list", out=write, env=env, PYTHONUNBUFFERED=unbuffered)
        assert (ended.communicate()[1], ended.returncode) == ("", code)
    os.close(write)


def test_output_that_is_lost_is_told(env: dict[str, str]) -> None:
    """A full disk is not taken for a list that was written."""
    with Path("/dev/full").open("w") as full:
        ended = program("content", "check", out=full.fileno(), env=env, PYTHONUNBUFFERED="")
        assert ended.communicate()[1] == "hotline: what was printed is lost: No space left on device\n"
    assert ended.returncode == 1


def test_ctrl_c_is_one_line(env: dict[str, str]) -> None:
    """At a question: nothing is done, and the shell hears what ended it."""
    read, write = os.pipe()
    answers, typed = os.pipe()
    child = program("user", "add", "awa", "--reads", "fr", "--speaks", "fr", out=write, typed=answers, env=env)
    seen = ""
    while "+223: " not in seen:
        seen += os.read(read, 4096).decode()
    while child.poll() is None:
        child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):  # it came between the question and the waiting for its answer
            child.wait(2)
    assert (child.communicate()[1], child.returncode) == ("hotline: interrupted\n", 130)
    for end in (read, write, answers, typed):
        os.close(end)
