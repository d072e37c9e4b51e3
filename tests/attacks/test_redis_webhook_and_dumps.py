"""Somebody who can write to Redis, somebody who has the webhooks' secret, somebody who looks at processes: what each gets of a running line."""

from __future__ import annotations

import json
import re
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Event, Thread
from urllib.parse import quote

import pytest
from redis import Redis
from rq import Callback, Queue
from rq.serializers import JSONSerializer

from hotline.adapters.keys.seal import new_keys
from hotline.demo.people import counselors
from hotline.demo.standin.wire import get, post_form, post_json
from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.processes import environment_of
from tests.system.lines import CALLER, SECONDS, Line, dial, started

pytestmark = pytest.mark.system
COUNSELOR = counselors()[0].number
KEYS, API_KEY, OLD, NEW = new_keys(), token_hex(16), token_hex(16), token_hex(16)


@pytest.fixture(scope="module", params=DATABASES)
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Line]:  # noqa: F811
    """A line whose keys came by its environment, and that may write cores as far as whoever starts it is concerned."""
    folder = tmp_path_factory.mktemp("attacked")
    write_secret(folder, OLD)
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        yield from started(
            folder / "v",
            HOTLINE_DATABASE_URL=database_of(request.param, folder / "v", postgres, "attacked"),
            HOTLINE_KEYS=KEYS,
            HOTLINE_AT_API_KEY=API_KEY,
            HOTLINE_AT_SECRET_FILE=str(folder / "secret"),
            HOTLINE_SUPERVISED="0",
        )
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def write_secret(folder: Path, text: str) -> None:
    """As an operator does: whole or not at all."""
    fresh = folder / "fresh"
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.rename(folder / "secret")


def wait_for(what: Callable[[], bool]) -> None:
    """Asked again and again, since nothing that is seen from outside tells when it changes."""
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_neither_environments_nor_cores_hold_a_key(line: Line) -> None:
    """No process of the line shows what it was started with, and the kernel writes no core of any."""
    pids = line.await_card()["pids"]
    shown = {name: environment_of(pid) for name, pid in pids.items()}
    assert [name for name, text in shown.items() if KEYS.encode() in text or API_KEY.encode() in text] == []
    limits = {
        name: re.search(r"^Max core file size +(\S+) +(\S+)", Path(f"/proc/{pid}/limits").read_text(), re.MULTILINE)
        for name, pid in pids.items()
    }
    assert {name: found and found.groups() for name, found in limits.items()} == dict.fromkeys(pids, ("0", "0"))


def test_code_that_is_put_into_redis_does_not_run(line: Line, tmp_path: Path) -> None:
    """In either queue, as a function, by pickle and as a callback: nothing is touched, all of it is counted, and calls go on."""
    card = line.await_card()
    trace = tmp_path / "trace"
    with Redis(unix_socket_path=str(line.var / "valkey.sock")) as client:
        for name in ("urgent", "default"):
            queue = Queue(name, connection=client, serializer=JSONSerializer)
            queue.enqueue_call("os.mkdir", args=[str(trace)])
            Queue(name, connection=client).enqueue(trace.mkdir)
            queue.enqueue_call("hotline.jobs.deliver", args=["0" * 32], on_success=Callback("builtins.print"))
    wait_for(lambda: b"\nhotline_jobs_dropped_total 6.0\n" in get(f"{card['address']}/metrics", SECONDS).body)
    assert not trace.exists()


def test_the_webhooks_secret_is_not_a_key_to_numbers(line: Line) -> None:
    """Sessions are made up before, while and after the vendor is asked to ring the counselor: the caller's number is in no answer, and the counselor
    is connected all the same."""
    card = line.await_card()
    voice = f"{card['ussd'].removesuffix('ussd')}voice"
    over, heard = Event(), list[bytes]()

    def race() -> None:
        while not over.is_set():
            form = {"isActive": "1", "sessionId": f"ATVId_{token_hex(16)}", "direction": "Outbound", "callerNumber": COUNSELOR}
            heard.extend(post_form(voice, form | digits, SECONDS).body for digits in ({}, {"dtmfDigits": "1"}))

    racing = Thread(target=race)
    try:
        assert dial(card, "5*5", f"ATUid_{token_hex(8)}").startswith("CON ")
        wait_for(lambda: any("1" in message["text"] for message in phone(card, COUNSELOR)["messages"] if not message["sent"]))
        racing.start()
        press(card, COUNSELOR, "sms", "1")
        wait_for(lambda: phone(card, COUNSELOR)["call"] is not None)
        press(card, COUNSELOR, "answer")
        wait_for(lambda: bool((call := phone(card, COUNSELOR)["call"]) and call["asked"]))
        press(card, COUNSELOR, "key", "1")
        wait_for(lambda: phone(card, CALLER)["call"] is not None)
    finally:
        over.set()
        with suppress(RuntimeError):  # not begun
            racing.join()
    assert heard
    assert [body for body in heard if b"Reject" not in body or CALLER.encode() in body] == []


def test_the_secret_is_exchanged_under_a_running_line(line: Line) -> None:
    """A secret that leaked is worth nothing a moment later, and no hop is lost on the way."""
    card = line.await_card()
    opened = {secret: f"{card['address']}/at/{secret}/optout" for secret in (OLD, NEW)}

    def status(secret: str) -> int:
        return post_form(opened[secret], {"phoneNumber": "+22370000777"}, SECONDS).status

    assert (status(OLD), status(NEW)) == (200, 404)
    write_secret(line.var.parent, f"{NEW},{OLD}")
    wait_for(lambda: status(NEW) == 200)
    assert status(OLD) == 200
    write_secret(line.var.parent, NEW)
    wait_for(lambda: status(OLD) == 404)
    assert status(NEW) == 200


def phone(card: dict, number: str) -> dict:
    return json.loads(get(f"{card['standin']}/phones/{quote(number)}", SECONDS).body)


def press(card: dict, number: str, what: str, text: str = "") -> None:
    post_json(f"{card['standin']}/phones/{quote(number)}/{what}", json.dumps({"text": text}).encode(), SECONDS)
