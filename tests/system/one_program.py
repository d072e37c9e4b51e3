"""One version of the line in one process: what its web, its workers and its clock do, when it is told to. For a test that runs two versions beside each other.

Run as a file with another version's files first on the path, it reads commands, one a line, and answers each with a line. It knows only what both versions have.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.serving import WSGIRequestHandler, make_server

from hotline.adapters.rq import DeliverJob
from hotline.adapters.sql.schema import upgrade
from hotline.adapters.valkey import connect
from hotline.app import assemble, create_app, open_seal, open_store
from hotline.config import Config
from hotline.demo.people import counselors, staff
from hotline.ports.desk.shifts import Shift
from hotline.prepare import publish_first


class Silent(WSGIRequestHandler):
    """Says nothing of what comes."""

    def log(self, *_: object, **__: object) -> None:
        return


class OneProgram:
    """A version with these settings."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.config = Config.from_env(settings)

    def make(self) -> None:
        """The tables, the edition and a counselor of this version's own making."""
        upgrade(self.config.database_url, seal=open_seal(self.config))
        store = open_store(self.config)
        publish_first(self.config, store)
        with store.write() as tx:
            for person in staff():
                if person.id == counselors()[0].id:
                    tx.staff.save(replace(person, seen_at=int(time.time())))
                    tx.shifts.add(Shift(person.id, None, 0, 1440))
        store.close()

    def beside(self) -> list[str]:
        """The first of the two steps to this version; what is left for the second."""
        from hotline.adapters.sql.schema import upgrade_beside  # which the version of before may not have

        return list(upgrade_beside(self.config.database_url, open_seal(self.config)))

    def finish(self) -> None:
        """The second step."""
        upgrade(self.config.database_url, seal=open_seal(self.config))

    def start(self) -> int:
        """Answer on a port, which is returned."""
        self.line = assemble(self.config, None, "callers")
        self.server = make_server("127.0.0.1", 0, create_app(self.config, "callers", self.line), threaded=True, request_handler=Silent)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.look()
        return int(self.server.server_port)

    def look(self) -> None:
        """What a process that answers does every second."""
        self.line.tend_days()
        self.line.refresh()
        self.line.hotline.look_who_is_there()

    def tick(self) -> None:
        """A second of the clock."""
        self.line.tick()

    def work(self) -> int:
        """What workers do with all that waits; how much it was."""
        done = 0
        with connect(self.config.redis_url, 5000) as client:
            for name in ("urgent", "default"):
                queue = Queue(name, connection=client, serializer=JSONSerializer, job_class=DeliverJob)
                for job in queue.get_jobs():
                    self.line.hotline.deliver(job.args[0])
                    done += 1
                queue.empty()
        return done


if __name__ == "__main__":
    programs: dict[str, OneProgram] = {}
    for typed in sys.stdin:
        store, what, settings = json.loads(typed)
        if store not in programs:
            programs[store] = OneProgram(settings)
        answer: Any = getattr(programs[store], what)()
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
