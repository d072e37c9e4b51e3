"""What each kind of process of the line does, for `hotline up` and for the commands of the Procfile alike."""

from __future__ import annotations

import signal
import sys
import threading
from functools import partial

from hotline import app, clock, jobs
from hotline.adapters import log
from hotline.adapters.rq import make_worker
from hotline.adapters.sql.leftovers import clear
from hotline.adapters.sql.revisions import chain
from hotline.config import Config
from hotline.service.editions.cache import EditionCache


def work(config: Config, queue: str, loaded: EditionCache | None = None) -> None:
    """Run what is enqueued on one queue until SIGTERM or SIGINT. `loaded`: before this process was forked. Raises NoEdition."""
    log.configure(sys.stderr)
    # Compiled once here; each horse that RQ forks finds it in its memory, and opens connections of its own.
    editions = loaded or app.load_editions(config)
    jobs.bind(lambda: app.build_again(config, editions))
    make_worker(queue, config.redis_url, chain()[-1]).work(with_scheduler=False)


def tick(config: Config, loaded: EditionCache | None = None) -> None:
    """Open windows, escalate, requeue, purge, every second until SIGTERM or SIGINT. `loaded`: before this process was forked. Raises NoEdition."""
    log.configure(sys.stderr)
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stop.set())
    line = app.assemble_again(config, loaded, "clock")
    if not config.demo:  # which says so in words
        clock.note_emergency_number(line.hotline)
    # A daemon: a disk that hangs keeps no clock from its end.
    threading.Thread(target=clock.share, args=(line.hotline, stop), name="disk", daemon=True).start()
    leftovers = partial(clear, config.database_url)
    threading.Thread(target=clock.clear, args=(leftovers, stop), name="leftovers", daemon=True).start()
    threading.Thread(target=clock.show, args=(line, stop), name="program", daemon=True).start()
    if config.rules.technicians:
        watch = app.machine_watch(config, line, "clock")
        threading.Thread(target=clock.watch, args=(watch, stop), name="watch", daemon=True).start()
    clock.run(line, stop)
