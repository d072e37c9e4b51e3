"""The line from its image, each process held as `deploy/compose.yaml` holds it, on stores of the test's own.

Run where a container engine is: `podman build -f deploy/Containerfile -t hotline:local . && pytest tests/system/test_image.py`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from hotline.adapters.processes import bound
from hotline.up import held_port
from tests.system.test_procfile import SECONDS, SECRET, Line, offered, order, set_up
from tests.test_deploy import compose

pytest_plugins = ["tests.valkey"]
pytestmark = pytest.mark.system
IMAGE = "hotline:local"
STARTED = ("callers", "worker-urgent", "worker-default", "clock")
OWN = ("var", "stops", "days")
"""The volumes of the file that the test has too; sockets and secrets come from the test."""


@pytest.fixture(scope="session")
def engine() -> str:
    """podman or docker, once the image is built."""
    found = shutil.which("podman") or shutil.which("docker")
    if found is None or subprocess.run([found, "image", "inspect", IMAGE], capture_output=True, check=False).returncode:
        pytest.skip(f"no engine, or no image: podman build -f deploy/Containerfile -t {IMAGE} .")
    return found


def held(service: dict[str, Any], prefix: str) -> list[str]:
    """The engine's options for what the file lets that container do and see."""
    volumes = [volume for volume in service["volumes"] if volume.partition(":")[0] in OWN]
    return [
        *(["--read-only"] if service["read_only"] else []),
        *(f"--tmpfs={where}" for where in service["tmpfs"]),
        *(f"--cap-drop={capability}" for capability in service["cap_drop"]),
        *(f"--security-opt={option}" for option in service["security_opt"]),
        *(f"--ulimit={name}={most}" for name, most in service["ulimits"].items()),
        f"--pids-limit={service['pids_limit']}",
        *(f"--volume={prefix}{volume}" for volume in volumes),
    ]


class Contained(Line):
    """A container for each process and each command."""

    def __init__(self, engine: str, folder: Path, port: int, redis: Path) -> None:
        super().__init__(folder / "var", port, "sqlite:////var/lib/hotline/hotline.db", f"unix:///run/valkey/{redis.name}")
        self.engine, self.redis, self.prefix = engine, redis.parent, f"hotline-test-{token_hex(4)}-"
        redis.chmod(0o777)
        redis.parent.chmod(0o755)
        ours = self.env
        self.env = ours | compose()["callers"]["environment"] | {name: ours[name] for name in ("HOTLINE_BIND", "HOTLINE_DATABASE_URL")}
        del self.env["HOTLINE_AT_SECRET"]
        self._make_secrets()

    def contained(self, service: str, options: list[str], words: tuple[str, ...], secrets: str = ":ro") -> list[str]:
        """`--network=host`: the vendor that is played listens on this machine's loopback alone."""
        settings = [f"--env={name}" for name in self.env if name.startswith("HOTLINE_")]
        folders = [f"--volume={self.redis}:/run/valkey:ro", f"--volume={self.prefix}secrets:/etc/hotline/secrets{secrets}"]
        own = held(compose()[service], self.prefix)
        return [self.engine, "run", "--rm", "-i", "--network=host", *own, *folders, *settings, *options, IMAGE, *words]

    def program(self, *command: str) -> list[str]:
        return self.contained("ctl", [], command)

    def start(self) -> None:
        for name in STARTED:
            words = tuple(compose()[name]["command"])
            self.processes.append(
                subprocess.Popen(
                    bound(self.contained(name, [f"--name={self.prefix}{name}"], words)), env=self.env, stdin=subprocess.DEVNULL
                )
            )
        self.await_ready()

    def _make_secrets(self) -> None:
        typed = 'umask 077; cd /etc/hotline/secrets; hotline keys new > keys; echo "$1" > at-secret; chown -R 10001:10001 .'
        mount = f"--volume={self.prefix}secrets:/etc/hotline/secrets"
        command = [self.engine, "run", "--rm", "--network=none", "--user=0", "--entrypoint=sh", mount, IMAGE, "-c", typed, "sh", SECRET]
        subprocess.run(command, check=True, timeout=SECONDS)

    def end(self) -> None:
        try:
            super().end()
        finally:
            for kind, names in (("container", STARTED), ("volume", (*OWN, "secrets"))):
                gone = [self.engine, kind, "rm", "-f", *(f"{self.prefix}{name}" for name in names)]
                subprocess.run(gone, capture_output=True, check=False)


@pytest.fixture
def line(engine: str, tmp_path: Path, valkey: str) -> Iterator[Contained]:
    with held_port() as port:
        started = Contained(engine, tmp_path, port, Path(valkey.removeprefix("unix://")))
        yield started
        started.end()


def test_the_line_runs_from_its_image(line: Contained) -> None:
    """By a number that is not root's, on a root that cannot be written and with no capability: a hop is answered, an order noted, and offered to a counselor."""
    set_up(line)
    line.start()
    assert line.dial("", "first").startswith("CON ")
    order(line)
    assert {sms.sender for sms in offered(line)} == {"SANTE"}
    inside = subprocess.run(
        [line.engine, "exec", f"{line.prefix}callers", "grep", "-E", "^(Uid|CapEff|CapBnd|NoNewPrivs):", "/proc/1/status"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert inside.stdout.split() == ["Uid:", *4 * ["10001"], "CapEff:", 16 * "0", "CapBnd:", 16 * "0", "NoNewPrivs:", "1"]
    written = [line.engine, "exec", f"{line.prefix}callers", "touch", "/srv/hotline/x", "/etc/hotline/secrets/x"]
    refused = subprocess.run(written, capture_output=True, text=True, check=False)
    assert refused.stderr.count("Read-only file system") == 2
