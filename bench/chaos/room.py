"""What people do with the line beside a phone: a button on a page of the room, by the act behind it; and waiting until all is told."""

from __future__ import annotations

from secrets import token_hex

from bench.chaos.line import ServedLine
from bench.chaos.reading import await_quiet
from hotline.app import shell_deps
from hotline.config import Config
from hotline.ports.desk.staff import Staff
from hotline.ports.store import StoreAway
from hotline.service.acts import By, run
from hotline.service.calls import agreements


class Room:
    """`bench.chaos.people.Worked`."""

    def __init__(self, line: ServedLine) -> None:
        self._line = line

    def no_more(self, staff: Staff, reference: str) -> str | None:
        try:
            deps = shell_deps(Config.from_env(self._line.settings), speaking=True)
            with deps.store.read() as tx:
                callback = tx.callbacks.by_reference(reference)
            if callback is None or run(deps, By(staff.id, "page", token_hex(8)), agreements.no_more, callback.id).code != "erased":
                return None
        except (StoreAway, OSError):
            return None
        return callback.id

    def settle(self) -> None:
        await_quiet(self._line)
