"""What is wrong with the line's machines, told by SMS to whoever keeps them, where nothing else does. It goes past database, Redis and workers: any of them may be what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final, Literal, TypeAlias, get_args

from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.service.deps import Deps

MachineAlarm: TypeAlias = Literal[
    "callers", "console", "database", "redis", "spool", "wall_clock", "clock", "workers", "gateway", "disk", "certificate", "backup"
]
"""A kind of what is wrong; its words are `staff.machine_…`."""
ALARMS: Final[tuple[MachineAlarm, ...]] = get_args(MachineAlarm)
GRACE_SECONDS: Final = 120
"""What comes and goes, or lasts while somebody starts a process anew, is nobody's business."""
AGAIN_SECONDS: Final = HOUR_SECONDS
"""So often one kind is told, at most."""
DAILY: Final[tuple[MachineAlarm, ...]] = ("certificate", "backup")
"""What grows worse by the day, and is told once in one."""
WAITED_FOR: Final[tuple[MachineAlarm, ...]] = ("callers", "console")
"""Processes for which somebody waits, by the parts as which they show themselves."""
_PARTS: Final[Mapping[str, MachineAlarm]] = {"database": "database", "redis": "redis", "spool": "spool", "clock": "clock"}


class MachineAlarms:
    """What one process has seen, and told. `name`: no other process's, so that of two that see the same one tells."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._since: dict[MachineAlarm, int] = {}
        self._told: dict[MachineAlarm, int] = {}

    def look(self, deps: Deps, found: Iterable[MachineAlarm], at: int) -> None:
        """Tell what has lasted long enough. What is over begins anew."""
        self._since = {alarm: self._since.get(alarm, at) for alarm in found}
        for alarm, since in self._since.items():
            again = _again(alarm)
            is_due = at - since >= GRACE_SECONDS and at - self._told.get(alarm, at - again) >= again
            if is_due and deps.written.has_phrase(f"staff.machine_{alarm}") and self._is_first(deps, alarm, at):
                self._told[alarm] = at
                tell(deps, alarm)

    def _is_first(self, deps: Deps, alarm: MachineAlarm, at: int) -> bool:
        """Has no other process told it meanwhile? Where Redis is away nobody knows."""
        ours = f"{self._name}|{at}".encode()
        try:
            return deps.memory.first("machine alarm", alarm, ours, _again(alarm)) == ours
        except MemoryAway:
            return True


def tell(deps: Deps, alarm: MachineAlarm) -> None:
    """An SMS to each number, by the first vendor that takes it; without a detail, since phones are lent."""
    text = deps.written.phrase(f"staff.machine_{alarm}", deps.written.languages[0])
    for number in deps.rules.technicians:
        for gateway in deps.outgoing.ways("staff", number):
            with suppress(GatewayRefused):
                with suppress(GatewayUnknown):  # it may have gone
                    deps.outgoing.sms[gateway].send_sms(number, text)
                break


def missing(shown: Iterable[str]) -> Iterable[MachineAlarm]:
    """Those processes that work nowhere, by the parts of all that showed themselves: each says so to Redis by itself, so that one that hangs is missed too."""
    seen = frozenset(shown)
    return (part for part in WAITED_FOR if part not in seen)


def alarms_in(health: Mapping[str, str], worked: Iterable[bool]) -> Iterable[MachineAlarm]:
    """What is wrong by `Hotline.health`, and by whether each queue has a worker."""
    for part, alarm in _PARTS.items():
        # With Redis away nothing is known of the clock, with the database away nothing of the time.
        if health.get(part, "ok") != "ok" and not (alarm == "clock" and health.get("redis") != "ok"):
            yield alarm
    if health.get("wall_clock") == "jumped":
        yield "wall_clock"
    if any(state == "failing" for part, state in health.items() if part.startswith("gateway ")):
        yield "gateway"
    if not all(worked):
        yield "workers"


def _again(alarm: MachineAlarm) -> int:
    return DAY_SECONDS if alarm in DAILY else AGAIN_SECONDS
