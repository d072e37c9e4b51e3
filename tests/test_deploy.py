"""What stands in `deploy/` beside what `hotline units` writes: settings of the line's neighbours, containers, alerts and their runbook."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hotline.adapters.machine import SCARCE_BYTES
from hotline.adapters.meter import PrometheusMeter
from hotline.config import SETTINGS
from hotline.engine.check.phrases import STAFF
from hotline.ports.figures.figures import Counts
from hotline.ports.machine import MachineState
from hotline.ports.upkeep.backups import BACKUP_LATE_SECONDS, DRILL_LATE_SECONDS
from hotline.service import Hotline
from hotline.service.upkeep.machine_alarms import ALARMS
from tests.fakes import STATE
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
    ours = [service for service in compose().values() if service["image"].startswith("hotline")]
    started = {tuple(service["command"]) for service in ours if "profiles" not in service}
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


def test_a_container_sees_what_it_needs() -> None:
    """What opens callers' numbers goes into what answers callers and what is typed; secrets are a folder, since a file that is mounted is never exchanged, and what is typed alone writes it."""
    ours = {name: service for name, service in compose().items() if service["image"].startswith("hotline")}
    seen = {name: set(service["volumes"]) for name, service in ours.items()}
    for days in ("days:/var/lib/hotline-days", "days-copy:/var/lib/hotline-days-copy"):
        assert {name for name, volumes in seen.items() if days in volumes} == {"callers", "ctl"}
    assert {name for name, volumes in seen.items() if "./secrets:/etc/hotline/secrets:ro" in volumes} == ours.keys() - {"ctl"}
    assert "./secrets:/etc/hotline/secrets" in seen["ctl"]
    files = {value for name, value in ours["ctl"]["environment"].items() if name.endswith("_FILE")}
    assert {str(Path(path).parent) for path in files} == {"/etc/hotline/secrets", "/var/lib/hotline-stops"}
    made = re.findall(r"^RUN install -d -o 10001 -g 10001 -m 700 (.*)$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    assert set(made[0].split()) == {volume.split(":")[1] for volume in seen["ctl"] if not volume.endswith(":ro") and volume[0] != "."}


def test_what_is_typed_for_containers_exists(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command that docs/deploy.md runs in a container is one; each service that it names is there; what it lays beside the file is mounted."""
    text = (ROOT / "docs/deploy.md").read_text("utf-8").partition("## In containers")[2].partition("\n## ")[0]
    typed = re.findall(r"--rm (?:-\S+ \S+ )?ctl ([^`\n]+)", text) + re.findall(r"podman run --rm hotline:local ([^>]*) >", text)
    assert len(typed) == 3
    assert [command for command in typed if not parses(command.split())] == [], capsys.readouterr().err
    assert set(re.findall(r"hotline_([a-z-]+)_1", text)) <= compose().keys()
    beside = {volume.split(":")[0] for service in compose().values() for volume in service["volumes"] if volume.startswith("./")}
    assert beside == {"./secrets", "./postgresql.conf", "./valkey.conf", "./valkey.acl", "./db-password"}
    assert [name for name in beside if name.removeprefix("./") not in text] == []
    assert {name for name, service in compose().items() if service["restart"] != "always"} == {"ctl"}


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
    typed = re.findall(r"^(?:\([^)]*)?(?:hotlinectl(?: --program \S+)?|.*\.venv/bin/hotline) ([^;>)|\n]*)", text, re.MULTILINE)
    assert {"db upgrade", "doctor --golive", "keys new "} <= set(typed)
    assert [command for command in typed if not parses(command.split())] == [], capsys.readouterr().err
    begun = set(re.findall(r"hotline(?:-[a-z]+(?:@[a-z]+)?)?(?:\.[a-z]+)?", " ".join(re.findall("systemctl enable --now (.*)", text))))
    written = {path.name.replace("@.service", "@urgent").removesuffix(".service") for path in (DEPLOY / "systemd").iterdir()}
    assert written | {"hotline-worker@default"} == begun | {"hotline-doctor", "hotline-backup"}, "these are started by their timers"


def test_the_walk_lays_apart_what_a_lost_disk_must_not_take_along() -> None:
    """The stops and the copy of the days' keys: each in a folder that is made and named in the settings, before the units that may write there are written."""
    text = (ROOT / "docs/deploy.md").read_text("utf-8").partition("## 10. ")[2].partition("\n## ")[0]
    before, _, _ = text.partition("hotline units")
    for name, folder, mode in (
        ("HOTLINE_REVOKED_FILE='/srv/stops/revoked'", "/srv/stops", "2770"),
        ("HOTLINE_DAY_KEYS_COPY='/srv/days'", "/srv/days", "700"),
    ):
        assert (name in before, f"install -d -o hotline -g hotline -m {mode} {folder}\n" in before) == (True, True)
    (asked,) = re.findall(r'^sed -i "s\|(.*)\|(.*)\|" /etc/hotline/line.env$', before, re.MULTILINE)
    filled = re.sub(asked[0], asked[1], (DEPLOY / "line.env").read_text("utf-8"), flags=re.MULTILINE)
    assert "\nHOTLINE_DAY_KEYS_COPY='/srv/days'\n" in filled


PACKAGES = {"git": "git", "curl": "curl", "openssl": "openssl", "nginx": "nginx-light", "certbot": "certbot", "python3": "python3-venv"}


def test_the_walk_types_nothing_that_a_bare_machine_lacks() -> None:
    """Each program that is no part of a bare Debian is among the packages of section 1; and so is what a clone over TLS is checked by."""
    blocks = "\n".join(re.findall(r"^```shell\n(.*?)^```", (ROOT / "docs/deploy.md").read_text("utf-8"), re.MULTILINE | re.DOTALL))
    (installed,) = re.findall("^apt-get install -y --no-install-recommends (.*)$", blocks, re.MULTILINE)
    typed = {program for program in PACKAGES if re.search(rf"(^|[;&|(] *|until ){program} ", blocks, re.MULTILINE)}
    assert typed == set(PACKAGES), "this list is of what is typed"
    assert {*PACKAGES.values(), "ca-certificates"} - set(installed.split()) == set()


def test_a_secret_that_is_exchanged_is_still_one_that_the_line_reads() -> None:
    """What is put in its place by root is the line's, and its group's to read: else the line goes on with the one before, and begins no more."""
    typed = (ROOT / "docs/deploy.md").read_text("utf-8").splitlines()
    written = [at for at, line in enumerate(typed) if line.endswith("> /etc/hotline/at-secret.new")]
    assert len(written) == 2
    assert {typed[at - 1] for at in written} == {"install -o hotline -g hotline -m 640 /dev/null /etc/hotline/at-secret.new"}


def shown(tmp_path: Path) -> set[str]:
    """Every name on the page for Prometheus of a line of which everything is known, as a query writes it."""
    counts = Counts({"fr": 1}, {"fr": 1}, {"pending": 1}, {("fake", "sent"): 1}, backup_age=1, drill_age=1)
    meter, machine = PrometheusMeter(tmp_path, lambda: 0.0), MachineState(1, {"phone": 1})
    meter.share()
    page = meter.page(counts, 1, 1, state=STATE, parts={"database": "ok"}, workers={"urgent": True}, machine=machine)
    return set(re.findall("^(hotline_[a-z_]+)", page.decode(), re.MULTILINE))


def alerts() -> list[dict[str, Any]]:
    (group,) = YAML(typ="safe").load((DEPLOY / "prometheus.rules.yml").read_text("utf-8"))["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def test_alerts_and_dashboard_ask_for_what_the_line_counts(tmp_path: Path) -> None:
    """An alert on a name that is not there never comes; what the line shows of itself, the dashboard shows."""
    board = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
    drawn = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    asked = " ".join(rule["expr"] for rule in alerts())
    names = shown(tmp_path)
    assert set(re.findall("hotline_[a-z_]+", f"{asked} {drawn}")) - names == set()
    families = {re.sub("_(bucket|count|sum|total|created)$", "", name) for name in names}
    assert {name for name in families if name not in drawn} == set()


def test_parts_that_alerts_name_are_parts(line_parts: frozenset[str]) -> None:
    """By /health/ready's own names."""
    named = set(re.findall(r'part="([a-z_]+)"', " ".join(rule["expr"] for rule in alerts())))
    assert named == line_parts & named
    assert {"database", "redis", "spool", "clock"} <= named


@pytest.fixture
def line_parts() -> frozenset[str]:
    """As `Hotline.health` promises them."""
    promised = Hotline.health.__doc__ or ""
    source = (ROOT / "hotline/service/__init__.py").read_text("utf-8").partition("def health")[2].partition("def counts")[0]
    assert "emergency_number" in promised
    return frozenset(re.findall(r'"([a-z_]+)": ', source))


def test_each_alert_has_its_entry_in_the_runbook() -> None:
    """By its own name, with what it means for a caller, what to do and whom to call; and no entry is of an alert that is gone."""
    text = (ROOT / "docs/runbook.md").read_text("utf-8")
    entries = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(entries) == [rule["alert"] for rule in alerts()]
    wanted = ("**Pour une appelante**", "**À faire**", "**Qui appeler**")
    assert [(name, part) for name, entry in entries.items() for part in wanted if part not in entry] == []
    assert [rule["annotations"]["runbook"] for rule in alerts()] == [f"docs/runbook.md#{name.lower()}" for name in entries]
    assert set(re.findall(r"\(#(\w+)\)", text)) <= {name.lower() for name in entries}


def test_the_runbooks_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever is woken at night types what works."""
    typed = re.findall(r"`hotlinectl ([^`]*)`", (ROOT / "docs/runbook.md").read_text("utf-8"))
    filled = [command.replace(" N", " 1").replace(" VOTRE-NOM", " Awa").split() for command in typed]
    assert len(filled) > 5
    assert [command for command in filled if not parses(command)] == [], capsys.readouterr().err


@pytest.mark.parametrize("name", ["transmission.md", "fermeture.md"])
def test_what_whoever_hands_over_or_closes_types_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On the last day there is no time to look for a command, a unit or a file that is called otherwise."""
    text, walk = ((ROOT / "docs" / page).read_text("utf-8") for page in (name, "deploy.md"))
    typed = [
        found.strip() for pair in re.findall(r"^hotlinectl ([^>\n]*)|`hotlinectl ([^`]*)`", text, re.MULTILINE) for found in pair if found
    ]
    filled = [[{"NUMBER": "1", "PURPOSE": "phone", "ID": "k1"}.get(word, word) for word in command.split()] for command in typed]
    assert len(filled) > 8
    assert [command for command in filled if not parses(command)] == [], capsys.readouterr().err
    written = {path.name.replace("@.service", "@").removesuffix(".service") for path in (DEPLOY / "systemd").iterdir()}
    ours = re.findall(r"hotline[-.][\w.@-]+", " ".join(re.findall("^systemctl (.*)", text, re.MULTILINE)))
    assert {re.sub("@.*", "@", unit) for unit in ours} - written == set()
    assert {path for path in re.findall(r"/(?:etc|var/lib)/(?:hotline|valkey)[\w./-]*", text) if path.removesuffix(".new") not in walk} <= {
        "/var/lib/hotline/journal.json",
        "/var/lib/hotline/mots",
        "/var/lib/hotline/mots/",
        "/var/lib/hotline/sortie-NUMBER.xlsx",
    }


def test_what_callers_hear_meanwhile_is_what_the_screen_says() -> None:
    """Whoever closes the line tells others by this page what women read."""
    words = (ROOT / "locales/fr/LC_MESSAGES/flows.po").read_text("utf-8")
    said = re.findall(r"\*((?:Personne|Pas d'appel) [^*]{20,})\*", (ROOT / "docs/fermeture.md").read_text("utf-8"))
    assert [sentence in words for sentence in said] == [True, True]


def test_each_kind_of_sms_to_the_keeper_leads_to_an_alert() -> None:
    """What the line tells by SMS stands in the runbook's table, one row each."""
    table = (ROOT / "docs/runbook.md").read_text("utf-8").partition("| le SMS parle |")[2].partition("\n\n")[0]
    assert len(re.findall(r"^\| .*\]\(#\w+\) \|$", table, re.MULTILINE)) == len(ALARMS)
    assert {f"machine_{alarm}" for alarm in ALARMS} <= set(STAFF)


def test_the_jobs_that_alerts_name_ask_both_doors() -> None:
    """What answers callers is asked apart from the room, each where the settings' file lets it listen; and what both count is kept once."""
    jobs = {job["job_name"]: job for job in YAML(typ="safe").load((DEPLOY / "prometheus.yml").read_text("utf-8"))["scrape_configs"]}
    assert set(re.findall('job="([a-z-]+)"', " ".join(rule["expr"] for rule in alerts()))) == set(jobs)
    asked = {name: job["static_configs"][0]["targets"] for name, job in jobs.items()}
    (callers,) = re.findall("^HOTLINE_BIND='(.*)'$", (DEPLOY / "line.env").read_text("utf-8"), re.MULTILINE)
    console = re.findall("^ListenStream=(.*)$", (DEPLOY / "systemd/hotline-console.socket").read_text("utf-8"), re.MULTILINE)
    assert asked == {"hotline": console, "hotline-callers": [callers]}
    assert [name for name, job in jobs.items() if "metric_relabel_configs" in job] == ["hotline-callers"]


promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus's own checker is not at hand")


@promtool
def test_prometheus_takes_the_jobs_and_the_rules() -> None:
    """Held to `promtool check config`, which reads the rules, too."""
    ran = subprocess.run(["promtool", "check", "config", str(DEPLOY / "prometheus.yml")], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


WELL: dict[str, float] = {
    'up{job="hotline"}': 1,
    'up{job="hotline-callers"}': 1,
    'hotline_part_ok{part="database"}': 1,
    "hotline_backup_age_seconds": BACKUP_LATE_SECONDS,
    "hotline_drill_age_seconds": DRILL_LATE_SECONDS,
    "hotline_disk_free_bytes": SCARCE_BYTES,
    'hotline_key_age_seconds{purpose="phone"}': 14 * 86400,
    'hotline_key_age_seconds{purpose="number"}': 400 * 86400,
}
"""What Prometheus finds of a line that has nothing to be told of, each at its bound."""
COMES: list[tuple[dict[str, float | None], set[str]]] = [
    ({}, set()),
    ({'up{job="hotline-callers"}': 0}, {"LigneMuette"}),
    ({'up{job="hotline-callers"}': None}, {"LigneMuette"}),
    ({'up{job="hotline"}': 0}, {"SalleMuette"}),
    ({'up{job="hotline"}': None}, {"SalleMuette"}),
    ({"hotline_backup_age_seconds": BACKUP_LATE_SECONDS + 1}, {"SauvegardeVieille"}),
    ({"hotline_drill_age_seconds": DRILL_LATE_SECONDS + 1}, {"EssaiOublie"}),
    ({"hotline_backup_age_seconds": None, "hotline_drill_age_seconds": None}, {"SauvegardeVieille", "EssaiOublie"}),
    (
        {"hotline_backup_age_seconds": None, "hotline_drill_age_seconds": None, 'hotline_part_ok{part="database"}': 0},
        {"BaseAbsente"},
    ),
    (
        {"hotline_backup_age_seconds": None, "hotline_drill_age_seconds": None, 'hotline_part_ok{part="database"}': None},
        set(),
    ),
    ({"hotline_disk_free_bytes": SCARCE_BYTES - 1}, {"DisquePlein"}),
    ({'hotline_key_age_seconds{purpose="phone"}': 14 * 86400 + 1}, {"CleVieille"}),
    ({'hotline_key_age_seconds{purpose="number"}': 400 * 86400 + 1}, {"CleVieille"}),
    ({'hotline_key_age_seconds{purpose="number"}': math.inf}, {"CleVieille"}),
]
"""What is otherwise (None: not there), and which alerts come of it within two hours."""


@promtool
def test_alerts_come_when_they_should_and_not_else(tmp_path: Path) -> None:
    """By Prometheus's own evaluation: where nothing answers callers, where the room does not, where no backup was ever made; and none of it merely because the
    database is away."""
    cases = [
        {
            "name": f"{number} {sorted(otherwise)}",
            "interval": "1m",
            "input_series": [
                {"series": series, "values": " ".join([str(value)] * 130)}
                for series, value in (WELL | otherwise).items()
                if value is not None
            ],
            "promql_expr_test": [
                {
                    "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                    "eval_time": "2h",
                    "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(names)],
                }
            ],
        }
        for number, (otherwise, names) in enumerate(COMES)
    ]
    told = {"rule_files": [str(DEPLOY / "prometheus.rules.yml")], "evaluation_interval": "1m", "tests": cases}
    path = tmp_path / "cases.yml"
    path.write_text(json.dumps(told), encoding="utf-8")  # which is YAML
    ran = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
