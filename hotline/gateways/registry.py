"""The gateways that a line uses, made of its settings: the one place that knows their names."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from hotline.config import ConfigError, is_loopback
from hotline.ports.outgoing import Outgoing, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Blueprint

    from hotline.config import Config
    from hotline.ports.incoming import SmsIn, Taker
    from hotline.ports.memory import Memory
    from hotline.ports.meter import Meter
    from hotline.ports.outgoing import SmsOut, Voice
    from hotline.ports.ussd import UssdDoor

MODULES: Final = {name: f"hotline.gateways.{name}" for name in ("africastalking", "kannel", "orange")}
"""Where the `parts` of each gateway stands; it is loaded where a line uses it."""
TABLES: Final = "hotline.gateways.table.accounts"
"""Every other name is a table's."""


class GatewayParts(Struct, frozen=True):
    """What one gateway has. A part that the vendor lacks is None."""

    name: str
    door: UssdDoor | None = None
    sms: SmsOut | None = None
    voice: Voice | None = None
    sms_in: SmsIn[Blueprint] | None = None
    """What comes in beside the hop: messages, reports, calls."""
    refresh: Callable[[], None] | None = None
    """Take over what can be exchanged while the line runs, such as a secret. Raises ConfigError; then what is known goes on."""


class Gateways(Struct, frozen=True):
    """All that a line uses, in the order of its settings."""

    all: tuple[GatewayParts, ...]
    routes: tuple[Route, ...] = ()

    @property
    def doors(self) -> tuple[UssdDoor, ...]:
        return tuple(parts.door for parts in self.all if parts.door is not None)

    @property
    def outgoing(self) -> Outgoing:
        return Outgoing(
            {parts.name: parts.sms for parts in self.all if parts.sms is not None},
            {parts.name: parts.voice for parts in self.all if parts.voice is not None},
            self.routes,
        )

    def views(self, line: Taker, meter: Meter) -> Iterator[Blueprint]:
        for parts in self.all:
            if parts.sms_in is not None:
                yield parts.sms_in(line, meter)

    def refresh(self) -> None:
        """Each is refreshed though another one fails. Raises ConfigError with all that failed."""
        faults: list[str] = []
        for parts in self.all:
            try:
                if parts.refresh is not None:
                    parts.refresh()
            except ConfigError as failed:
                faults.extend(failed.faults)
        if faults:
            raise ConfigError(tuple(faults))


def gateways(config: Config, memory: Memory) -> Gateways:
    """Those that HOTLINE_GATEWAYS names. `memory`: for what a vendor gives for a while. Raises ConfigError where one is not known, or its own settings are wrong."""
    file = Path(config.tables_file) if config.tables_file else None
    accounts = import_module(TABLES).load_accounts(file) if file else {}
    unknown = [name for name in config.gateways if name not in MODULES and name not in accounts]
    if unknown:
        raise ConfigError(tuple(f"HOTLINE_GATEWAYS: no gateway is called {name}" for name in unknown))
    used = Gateways(
        tuple(
            import_module(MODULES[name]).parts(config, memory) if name in MODULES else _table(name, file, memory, demo=bool(config.demo))
            for name in config.gateways
        ),
        tuple(map(_route, config.routes)),
    )
    faults = tuple(_faults(used))
    if faults:
        raise ConfigError(faults)
    return used


def table_files(names: tuple[str, ...], accounts_file: str | None) -> tuple[Path, ...]:
    """The tables of those of these gateways that are one. Raises ConfigError where the accounts cannot be read."""
    tables = import_module(TABLES)
    if accounts_file is None:
        return ()
    file = Path(accounts_file)
    accounts = tables.load_accounts(file)
    return tuple(tables.table_file(name, accounts[name], file.parent) for name in names if name not in MODULES and name in accounts)


def _route(written: str) -> Route:
    """As in HOTLINE_ROUTES: `alert:+22366=kannel+africastalking`."""
    what, _, by = written.partition("=")
    kind, _, prefix = what.partition(":")
    return Route(kind, prefix, tuple(by.split("+")))


def _faults(used: Gateways) -> Iterator[str]:
    outgoing = used.outgoing
    if not outgoing.sms:
        yield "HOTLINE_GATEWAYS: none of them sends an SMS"
    for route in used.routes:
        able = {"ring": set(outgoing.voice), "any": set(outgoing.names)}.get(route.kind, set(outgoing.sms))
        yield from (f"HOTLINE_ROUTES: {name} has no way for {route.kind}" for name in route.by if name not in able)


def _table(name: str, file: Path | None, memory: Memory, *, demo: bool) -> GatewayParts:
    tables = import_module(TABLES)
    assert file  # noqa: S101 -- the name was found there
    vendor = tables.open_vendor(name, tables.load_accounts(file)[name], file.parent, memory)
    if demo and not all(map(is_loopback, vendor.urls)):
        raise ConfigError((f"{file}: [{name}] base: the demo must not reach the vendor",))

    def refresh() -> None:
        """Raises ConfigError."""
        account = tables.load_accounts(file).get(name)
        if account is None:
            raise ConfigError((f"{file}: has no section {name} any more",))
        for part in (vendor.door, vendor.inbox):
            if part is not None:
                part.take_over(account.secrets)

    sms_in = None if vendor.inbox is None else lambda line, _meter: vendor.inbox.views(line)
    return GatewayParts(name, door=vendor.door, sms=vendor.sms, sms_in=sms_in, refresh=refresh)
