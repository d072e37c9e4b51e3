"""What stands in `deploy/` beside what `hotline units` writes: settings of the line's neighbours, and containers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hotline.config import SETTINGS
from tests.test_guides import parses

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
NAMES = frozenset(variable.name for variable in SETTINGS)


def compose() -> dict[str, Any]:
    services: dict[str, Any] = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return services


def test_valkeys_user_is_the_one_that_the_documents_allow() -> None:
    """The ACL file and the command in docs/production.md say the same; nobody else comes in."""
    said = re.findall("^ACL SETUSER (.*)$", (ROOT / "docs/production.md").read_text("utf-8"), re.MULTILINE)
    assert [f"user {line}" for line in said] == (DEPLOY / "valkey.acl").read_text("utf-8").splitlines()


def test_the_settings_file_names_settings_that_exist() -> None:
    """Whoever fills it in is not told afterwards that there is no such setting; and no secret stands in it."""
    names = dict(re.findall("^(HOTLINE_[A-Z_]+)='(.*)'$", (DEPLOY / "line.env").read_text("utf-8"), re.MULTILINE))
    assert set(names) - NAMES == set()
    assert {"HOTLINE_KEYS", "HOTLINE_AT_SECRET"} & set(names) == set()


def test_the_containers_are_the_lines_processes() -> None:
    """Each process of the Procfile has one, the web processes apart, and nothing else of ours has."""
    started = {tuple(service["command"]) for service in compose().values() if service["image"].startswith("hotline")}
    procfile = {tuple(line.partition(": hotline ")[2].split()) for line in (ROOT / "Procfile").read_text().splitlines()}
    assert started == {*(procfile - {("web",)}), ("web", "callers"), ("web", "console")}


@pytest.mark.parametrize("name", [name for name, service in compose().items() if service["image"].startswith("hotline")])
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    """Nothing of its root can be written, nothing be become, no core be left; secrets are files that come from outside."""
    service = compose()[name]
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert service["ulimits"]["core"] == 0
    assert set(service["environment"]) - NAMES == set()
    assert all(not port.startswith("0.0.0.0") and port.count(":") == 2 for port in service.get("ports", ()))


def test_the_image_holds_no_secret_and_no_folder_of_somebodys() -> None:
    """What is copied into it is the program alone, whatever lies beside; it runs as nobody's account."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    allowed = [line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")]
    assert (ROOT / ".containerignore").read_bytes() == (ROOT / ".dockerignore").read_bytes()
    assert set(allowed) == {"requirements.lock", "pyproject.toml", "README.md", "LICENSE", "hotline", "flows", "locales"}
    assert "USER 10001:10001" in text
    assert "HOTLINE_KEYS" not in text
    assert "--require-hashes -r requirements.lock" in text


def test_every_command_and_unit_of_the_walk_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types docs/deploy.md from top to bottom is never told that there is no such command, and starts every unit that is written."""
    text = (ROOT / "docs/deploy.md").read_text("utf-8")
    typed = re.findall(r"^(?:\([^)]*)?(?:hotlinectl|.*\.venv/bin/hotline) ([^;>)|\n]*)", text, re.MULTILINE)
    assert {"db upgrade", "doctor --golive", "keys new ", "units --to /etc/hotline/units"} <= set(typed)
    assert [command for command in typed if not parses(command.split())] == [], capsys.readouterr().err
    begun = set(re.findall(r"hotline(?:-[a-z]+(?:@[a-z]+)?)?(?:\.[a-z]+)?", " ".join(re.findall("systemctl enable --now (.*)", text))))
    written = {path.name.replace("@.service", "@urgent").removesuffix(".service") for path in (DEPLOY / "systemd").iterdir()}
    assert written | {"hotline-worker@default"} == begun | {"hotline-doctor"}, "the doctor's service is started by its timer"
