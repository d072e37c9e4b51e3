"""`python .ci/install.py LOCK`: install what a lock file pins, then this project, into the environment of the Python that runs this.

pip alone is silent for a minute or says hundreds of lines: this says every few seconds how far it is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sysconfig import get_path
from time import monotonic

EVERY_SECONDS = 4.0
USED = (
    *("hotline.cli", "hotline.up", "hotline.web", "hotline.roles", "hotline.prepare", "hotline.demo.standin.server"),
    *("pytest", "hypothesis", "playwright.sync_api"),
)
# Bytecode of everything would be a fifth of the size and more than a third of the time; it is made of what is imported, below.
PIP = (*(sys.executable, "-m", "pip", "install"), *("--disable-pip-version-check", "--progress-bar", "off", "--no-deps", "--no-compile"))


def main(lock: str) -> int:
    """Return pip's exit code. What it complains of stands on stderr."""
    pinned = sum("==" in line for line in Path(lock).read_text("ascii").splitlines())
    began = monotonic()
    say(f"Installing {pinned} packages from {lock} into .venv")
    # The lock holds the build backend too, so that the second step downloads nothing.
    with halves(lock) as parts:
        code = run([[*PIP, "--require-hashes", "-r", part] for part in parts], pinned)
    code = code or run([[*PIP, "--no-build-isolation", "-e", "."]], 0)
    if not code:
        compile_used()
        say(f"Installed in {monotonic() - began:.0f} seconds")
    return code


def compile_used() -> None:
    """Import once what the line and the tests begin with, so that their first start is as fast as every later one, here and where no start keeps bytecode."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = "import contextlib, importlib, sys\nfor name in sys.argv[1:]:\n with contextlib.suppress(ImportError): importlib.import_module(name)"
    subprocess.run([sys.executable, "-c", begin, *USED], env=env, check=False)


@contextmanager
def halves(lock: str) -> Iterator[tuple[str, str]]:
    """Two files that hold every other package of a lock, each with its hashes: pip uses one core, and needs no other package to install one."""
    packages = re.split(r"^(?=\w)", Path(lock).read_text("ascii"), flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        names = (f"{folder}/one.lock", f"{folder}/other.lock")
        for half, name in enumerate(names):
            Path(name).write_text("".join(packages[half::2]), "ascii")
        yield names


def run(commands: Sequence[Sequence[str]], pinned: int) -> int:
    """Run pip by each of these commands at once; 0, or the exit code of one that failed. Says how far it is with `pinned` packages; nothing where
    that is 0. Says the same again only now and then.
    """
    with tempfile.NamedTemporaryFile("a") as output:
        pips, before, again = [subprocess.Popen(command, stdout=output) for command in commands], "", 0
        for pip in pips:
            while True:
                try:
                    pip.wait(EVERY_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    now = progress(Path(output.name).read_text("utf-8"), pinned) if pinned else ""
                    again = 0 if now != before else again + 1
                    if now and again % 5 == 0:
                        say(f"  {now}")
                    before = now
        return max(pip.returncode for pip in pips)


def progress(output: str, pinned: int) -> str:
    """How far pip is. It names what it fetches and is silent while it unpacks: then what is installed already is counted, pip itself left out."""
    if "Installing collected packages" in output:
        return f"{min(len(list(Path(get_path('purelib')).glob('*.dist-info'))) - 1, pinned)} of {pinned} unpacked"
    names = [line.split(" ")[1] for line in output.splitlines() if line.startswith("Collecting ")]
    found = len(names) + output.count("Requirement already satisfied")
    return f"{found} of {pinned} fetched" + (f", now {names[-1]}" if names else "")


def say(line: str) -> None:
    """Print a line at once, even into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
