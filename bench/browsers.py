"""What somebody in a browser can do to whoever dials: `python -m bench.browsers`. The line as its units run it, a front for callers and one for the console, on one
core; hops at an even pace from the other core, calm and beside each of these, in one run. `--through HOST:PORT`: all of it, sockets too, goes to a proxy there.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import statistics
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bench import paced, siege
from bench.servers import LOAD_CORE, SECRET, SERVER_CORE, environment, prepare, running, valkey
from hotline.adapters.sockets import listen_at
from hotline.app import SystemClock, assemble, create_app, open_store
from hotline.config import Config
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.staff import Staff
from hotline.web import serve

CALLERS, CONSOLE = "127.0.0.1:8125", "127.0.0.1:8126"
ROUNDS, SECONDS, HOPS_A_SECOND = 5, 4.0, 50
HOP = f"/at/{SECRET}/ussd"
AT_ONCE = 4
"""Who does it to the console does it so many times at once, again and again."""
MOST = 2.0
FORM = "application/x-www-form-urlencoded"
_rounds = count()


class Request(Struct, frozen=True):
    """One that is sent to the console again and again."""

    method: str
    path: str
    body: bytes = b""
    kind: str = FORM
    cookie: str = ""


class Session(Struct, frozen=True):
    cookie: str
    token: str


def heavy_form(session: Session) -> Request:
    """As many fields as the front lets through, from an operator who has signed in: whoever has not is refused before they are read."""
    body = f"csrf_token={session.token}&".encode() + b"a=&" * (130 * 1024)
    return Request("POST", "/console/studio/words/take", body, cookie=session.cookie)


def workbook_of_nothing() -> bytes:
    """60 MB of a sheet without a word in it, packed to some 60 kB: what is looked at before it is unpacked lets it through."""
    packed = io.BytesIO()
    rows = (b"<row/>" + b" " * (512 * 1024 - 6)) * 120
    names = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="words" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>",
    }
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, data in names.items():
            folder.writestr(name, data)
    return packed.getvalue()


def heavy_file(session: Session) -> Request:
    """That workbook, from an operator who has signed in."""
    edge = b"--edge"
    fields = b"".join(
        edge + b'\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name, value)
        for name, value in ((b"csrf_token", session.token.encode()), (b"language", b"bm"))
    )
    file = edge + b'\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n' + workbook_of_nothing() + b"\r\n"
    return Request(
        "POST", "/console/studio/words/file", fields + file + edge + b"--\r\n", "multipart/form-data; boundary=edge", session.cookie
    )


def signed_in(config: Config) -> Session:
    """An operator of this run, and what the page of her files was given."""
    at, id = SystemClock(config.timezone).now(), "e" * 32
    store = open_store(config)
    with store.write() as tx:
        tx.staff.save(Staff(id, "translator", "operator", "+22370000399", "fr", ()))
        tx.accounts.save(Account(id, "no password", "A" * 32))
        tx.accounts.add_sign_in("translator", id, at)
    store.close()
    client = create_app(config, "console", assemble(config)).test_client()
    with client.session_transaction(base_url="http://localhost/console/") as session:
        session["token"] = "translator"  # noqa: S105 -- of a sign-in made just here
    page = client.get("/console/studio/words", base_url="http://localhost/").get_data(as_text=True)
    token, cookie = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page), client.get_cookie("s", path="/console")
    assert token is not None, "the page has no form"
    assert cookie is not None, "nobody is signed in"
    return Session(f"s={cookie.value}", token[1])


def asked(config: Config, request: Request) -> int:
    """The status that is answered."""
    connection = HTTPConnection(config.bind, timeout=30)
    try:
        headers = {"Content-Type": request.kind} | ({"Cookie": request.cookie} if request.cookie else {})
        connection.request(request.method, request.path, request.body, headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@contextmanager
def again_and_again(config: Config, request: Request) -> Iterator[None]:
    """From a process of its own, on the load's core."""

    def send() -> None:
        while True:
            with suppress(OSError, HTTPException):
                asked(config, request)

    def main() -> None:
        os.sched_setaffinity(0, {LOAD_CORE})
        threads = [threading.Thread(target=send, daemon=True) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        threads[0].join()

    process = get_context("fork").Process(target=main)
    process.start()
    try:
        yield
    finally:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()


def _serve(door: str, config: Config) -> None:
    serve(config, listen_at(config.bind), (door,))  # type: ignore[arg-type]


def measure(callers: Config, console: Config) -> int:
    """Print the table; how many goals were missed."""
    session = signed_in(console)
    file, form = heavy_file(session), heavy_form(session)
    print(f"the form is answered {asked(console, form)}, the workbook ({len(file.body) // 1024} kB) {asked(console, file)}", flush=True)
    cases: dict[str, Callable[[], object]] = {
        "nothing else": lambda: siege.besieged(callers.bind, 0),
        "250 slow bodies, half heads and idle sockets, at the callers' address": lambda: siege.besieged(callers.bind, 250),
        "2,500 of them": lambda: siege.besieged(callers.bind, 2500),
        "2,500 of them, at the console's address": lambda: siege.besieged(console.bind, 2500),
        f"a form of 400 kB of fields, {AT_ONCE} at once without end": partial(again_and_again, console, form),
        f"an XLSX of 60 MB of nothing, {AT_ONCE} at once without end": partial(again_and_again, console, file),
    }
    found: dict[str, list[paced.Paced]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, beside in cases.items():
            with beside():  # type: ignore[attr-defined]
                os.sched_setaffinity(0, {LOAD_CORE})
                found[name].append(paced.run(callers.bind, HOP, paced.Load(next(_rounds), SECONDS, HOPS_A_SECOND, keeping=0, keys="")))
                os.sched_setaffinity(0, {SERVER_CORE, LOAD_CORE})
    calm = _at(found["nothing else"], 0.99)
    print(
        f"| beside {HOPS_A_SECOND} hops a second | p50 ms | p90 ms | p99 ms | p99 / calm | wrong |\n| --- | --- | --- | --- | --- | --- |"
    )
    missed = 0
    for name, rounds in found.items():
        p99 = _at(rounds, 0.99)
        missed += p99 > MOST * calm
        print(
            f"| {name} | {_at(rounds, 0.5):.1f} | {_at(rounds, 0.9):.1f} | {p99:.1f} | {p99 / calm:.2f} | {sum(ran.wrong for ran in rounds)} |"
        )
    return missed


def _at(rounds: list[paced.Paced], share: float) -> float:
    """The median round's."""
    return statistics.median(paced.percentile(ran.browsed, share) for ran in rounds)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.browsers")
    through = f"a proxy without TLS that passes /at/ on to {CALLERS}, and /console to {CONSOLE}"
    parser.add_argument("--through", metavar="HOST:PORT", default="", help=through)
    proxy = parser.parse_args().through
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as until:
        callers = Config.from_env(environment(Path(folder), int(CALLERS.rpartition(":")[2])))
        console = replace(callers, bind=CONSOLE)
        until.enter_context(valkey(Path(folder)))
        prepare(callers)
        until.enter_context(running(partial(_serve, "callers"), callers, HOP))
        until.enter_context(running(partial(_serve, "console"), console, "/console/sign-in"))
        return 1 if measure(replace(callers, bind=proxy or callers.bind), replace(console, bind=proxy or console.bind)) else 0


if __name__ == "__main__":
    sys.exit(main())
