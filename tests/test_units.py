"""What `hotline units` writes: files that systemd takes as they are, in a sandbox each; and the same that `deploy/` shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from hotline import front
from hotline.cli import main
from hotline.units import HOMES, CannotFit, Machine, files, next_port, users
from tests.small_line import settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
VAR = "/var/lib/hotline-of-a-test"
MOST_EXPOSED = 15
"""Tenths of `systemd-analyze security`, of 100: the line's own stand at 12."""
USUAL = Machine(
    program=PurePosixPath("/srv/hotline/.venv/bin/hotline"),
    root=PurePosixPath("/srv/hotline"),
    user="hotline",
    settings_file=PurePosixPath("/etc/hotline/line.env"),
    var=PurePosixPath("/var/lib/hotline"),
    bind="127.0.0.1:8000",
    console_bind="127.0.0.1:8001",
    database_url="postgresql+psycopg:///hotline",
    console_url="https://line.example.org",
    gateways=("africastalking",),
    day_keys=PurePosixPath("/var/lib/hotline-days"),
)


def other(**changes: object) -> Machine:
    return Machine(**{name: getattr(USUAL, name) for name in Machine.__struct_fields__} | changes)  # type: ignore[arg-type]


def unit(name: str, machine: Machine = USUAL) -> str:
    return files(machine)[PurePosixPath("systemd", name)]


def test_the_repository_shows_what_a_usual_machine_gets(request: pytest.FixtureRequest) -> None:
    """Whoever reads `deploy/` reads what the command writes. Anew: pytest tests/test_units.py --rewrite-golden."""
    made = files(USUAL)
    if request.config.getoption("--rewrite-golden"):
        for path, text in made.items():
            (DEPLOY / path).parent.mkdir(exist_ok=True)
            (DEPLOY / path).write_text(text, "utf-8")
    assert made == {path: (DEPLOY / path).read_text("utf-8") for path in made}
    assert {path.name for path in (DEPLOY / "systemd").iterdir()} == {path.name for path in made if path.parent.name == "systemd"}


def test_nothing_is_left_to_be_filled_in() -> None:
    """No file has a place that nobody fills."""
    assert [str(path) for path, text in files(USUAL).items() if "${" in text] == []


@pytest.mark.parametrize(
    "name", ["hotline-callers", "hotline-console", "hotline-worker@", "hotline-clock", "hotline-doctor", "hotline-backup"]
)
def test_each_service_has_the_whole_sandbox(name: str) -> None:
    """None of them can become somebody, write elsewhere, leave a core or see other people's processes."""
    said = unit(f"{name}.service").splitlines()
    wanted = (
        *("Group=hotline", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "PrivateTmp=yes", "LimitCORE=0"),
        *("ReadWritePaths=/var/lib/hotline", "ProtectHome=yes", "MemoryDenyWriteExecute=yes", "UMask=0007"),
    )
    assert [line for line in wanted if line not in said] == []


def test_a_machine_that_is_laid_out_otherwise() -> None:
    """Folders elsewhere are writable where the line writes, and no other; a program in somebody's home is not hidden from its own unit."""
    elsewhere = other(
        var=PurePosixPath("/data/line"),
        database_url="sqlite:////data/base/hotline.db",
        program=PurePosixPath(HOMES[0], "awa/line/.venv/bin/hotline"),
    )
    said = unit("hotline-clock.service", elsewhere).splitlines()
    assert [line for line in said if line.startswith(("ReadWritePaths", "StateDir", "ProtectHome"))] == [
        "ReadWritePaths=/data/line /data/base",
        "ProtectHome=read-only",
    ]
    within = unit("hotline-clock.service", other(database_url="sqlite:////var/lib/hotline/hotline.db"))
    assert "ReadWritePaths=/var/lib/hotline\n" in within


def test_the_days_keys_are_seen_by_what_places_calls_alone() -> None:
    """Written by the processes that answer callers; hidden from every other, but from the console where it shows numbers; in no backup."""
    shows = other(shows_numbers=True, day_keys=PurePosixPath("/secret/days"))
    hidden = "InaccessiblePaths=-/var/lib/hotline-days\n"
    assert "StateDirectory=hotline-days\n" in unit("hotline-callers.service")
    assert [name for name in ("console", "clock", "worker@", "backup", "doctor") if hidden not in unit(f"hotline-{name}.service")] == []
    assert "ReadWritePaths=/secret/days\n" in unit("hotline-console.service", shows)


def test_each_part_is_a_user_of_its_own() -> None:
    """Whoever gets into one reads neither the days' keys, which are their owner's alone, nor another's memory. A console that shows numbers is the one that may."""

    def user(name: str, machine: Machine) -> list[str]:
        return re.findall("^User=(.*)$", unit(f"hotline-{name}.service", machine), re.MULTILINE)

    parts = ("callers", "console", "worker@", "clock")
    assert [user(name, USUAL) for name in parts] == [["hotline"], ["hotline-console"], ["hotline-worker"], ["hotline-clock"]]
    assert [user(name, other(shows_numbers=True)) for name in parts[:2]] == [["hotline"], ["hotline"]]
    assert users(USUAL) == ("hotline", "hotline-console", "hotline-worker", "hotline-clock")
    assert "StateDirectoryMode=0700\n" in unit("hotline-callers.service")
    names = re.findall(r"^line +/(\S+) +hotline$", (DEPLOY / "pg_ident.conf").read_text(), re.MULTILINE)[0]
    assert [name for name in users(USUAL) if re.fullmatch(names, name)] == [*users(USUAL)], "each comes to PostgreSQL"


@pytest.mark.parametrize(("bind", "after"), [("127.0.0.1:8000", "127.0.0.1:8001"), ("[::1]:80", "[::1]:81")])
def test_the_console_has_an_address_of_its_own(bind: str, after: str) -> None:
    """One port on, where nothing else is said."""
    assert after == next_port(bind)
    machine = other(bind=bind, console_bind=after)
    assert (
        f"ListenStream={bind}\n" in unit("hotline-callers.socket", machine),
        f"ListenStream={after}\n" in unit("hotline-console.socket", machine),
    ) == (True, True)


def test_the_proxies_pass_on_what_the_lines_vendors_post() -> None:
    """And nothing of a vendor's that the line does not use; Kannel asks from inside."""
    made = files(other(gateways=("africastalking", "orange", "kannel")))
    assert "location ~ ^/(at|gateway/orange)/ {" in made[PurePosixPath("nginx.conf")]
    assert "@callers path /at/* /gateway/orange/*\n" in made[PurePosixPath("Caddyfile")]


@pytest.mark.parametrize("deadline", ["client_header_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout"])
def test_no_server_of_nginx_waits_as_long_as_it_does_by_itself(deadline: str) -> None:
    """A minute, at port 80 too: whoever sends nothing there holds a connection that a vendor lacks."""
    servers = files(USUAL)[PurePosixPath("nginx.conf")].split("\nserver {\n")[1:]
    seconds = [re.findall(rf"^    {deadline} (\d+)s;$", server, re.MULTILINE) for server in servers]
    assert [True, True] == [len(said) == 1 and int(said[0]) <= 30 for said in seconds]


LARGE = (
    *("/console/directory/table", "/console/directory/table/in", "/console/studio/directory/table"),
    *("/console/studio/words/file", "/console/studio/words/take", "/console/editions/proposals/12"),
)
SMALL = ("/console/sign-in", "/console/queue", "/console/editions/proposals", "/console/studio/words", "/at/x/ussd")


@pytest.mark.parametrize("path", [*LARGE, *SMALL])
def test_nginx_lets_large_bodies_in_where_the_line_does(path: str) -> None:
    """By the same paths and to the same size as the line's own front; everywhere else both take little."""
    text = files(USUAL)[PurePosixPath("nginx.conf")]
    (pattern, large) = re.findall(r"location ~ (\S*proposals\S*) \{\s+client_max_body_size (\d+)k;", text)[0]
    (small,) = set(re.findall(r"^    client_max_body_size (\d+)k;", text, re.MULTILINE))
    assert (int(large) * 1024, int(small) * 1024) == (front.MOST_TABLE, front.MOST_BODY)
    is_large = re.search(pattern, path) is not None
    assert (path in LARGE, path in LARGE) == (is_large, front.TABLES_PATH.fullmatch(path.encode()) is not None)


@pytest.mark.parametrize("var", ["var", "/var/lib/hot line", "/var/lib/%h"])
def test_a_folder_that_no_unit_can_name(var: str) -> None:
    """It is refused by name: half a unit would begin and write elsewhere."""
    with pytest.raises(CannotFit, match="HOTLINE_VAR"):
        files(other(var=PurePosixPath(var)))


@pytest.mark.parametrize("bind", ["localhost:8000", "127.0.0.1:99999", "127.0.0.1"])
def test_an_address_that_no_socket_unit_takes(bind: str) -> None:
    """It is refused before half a line is written."""
    with pytest.raises(CannotFit, match="HOTLINE_BIND"):
        files(other(bind=bind))


def analysed(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with what the command writes for a line in `tmp_path`, whose settings stand in the environment."""
    # Not below the test's own folder, which CI has in memory: systemd takes no folder below /dev.
    for name, value in settings(tmp_path, HOTLINE_VAR=VAR, HOTLINE_DAY_KEYS=f"{VAR}-days").items():
        monkeypatch.setenv(name, value)
    program = tmp_path / "hotline"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert 0 == main(["units", "--to", str(tmp_path / "units"), "--program", str(program), "--user", "nobody-yet"])
    said = capsys.readouterr().out
    assert f"adduser --system --group --home {VAR} --no-create-home nobody-yet\n" in said
    assert f"adduser --system --ingroup nobody-yet --home {VAR} --no-create-home nobody-yet-worker\n" in said
    assert f"install -d -o nobody-yet -g nobody-yet -m 2770 {VAR}\n" in said
    assert "hotlinectl db upgrade" in said
    return tmp_path / "units"


def test_the_command_writes_what_the_settings_say(written: Path) -> None:
    """Whose settings are secret reads them in no unit; and a second time it writes over its own."""
    text = "".join(path.read_text() for path in written.rglob("*") if path.is_file())
    assert f"WorkingDirectory={VAR}\n" in text
    assert [name for name in ("0123456789abcdef0123456789abcdef", "a-key-of-a-test", "hash:") if name in text] == []
    assert (written / "hotlinectl").stat().st_mode & 0o111
    assert 0 == main(["units", "--to", str(written), "--program", "/bin/true"])
    assert "ExecStart=/bin/true clock" in (written / "systemd" / "hotline-clock.service").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_the_units_as_they_are(written: Path) -> None:
    """Held to `systemd-analyze verify`: no directive that it does not know, no file that is not there."""
    found = analysed(
        "verify", "--recursive-errors=one", *sorted(path.name for path in (written / "systemd").iterdir()), folder=written / "systemd"
    )
    assert (found.returncode, found.stderr, found.stdout) == (0, "", "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_no_service_is_more_exposed_than_it_must_be(written: Path) -> None:
    """Held to `systemd-analyze security`."""
    services = sorted(path.name for path in (written / "systemd").glob("*.service"))
    found = {
        name: analysed("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", name, folder=written / "systemd")
        for name in services
    }
    assert len(services) == 6
    assert {name: re.findall("exposure level.*", ran.stdout) for name, ran in found.items() if ran.returncode} == {}


def test_the_shell_command_is_one(tmp_path: Path) -> None:
    """A shell can read it, and whoever is not root is told so before anything is read."""
    script = tmp_path / "hotlinectl"
    script.write_text(files(USUAL)[PurePosixPath("hotlinectl")])
    assert 0 == subprocess.run(["sh", "-n", str(script)], check=False).returncode
    script.write_text(script.read_text().replace('"$(id -u)"', "7"))
    ran = subprocess.run(["sh", str(script), "doctor"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "hotlinectl: as root, or with sudo\n")
