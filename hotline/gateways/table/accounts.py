"""What a line has with the vendors of its tables: a TOML file of one section a vendor, with the secrets, readable by its owner alone.

A file and no setting of the environment, since a line may have any number of them. A fault names section and key, never a value.
"""

from __future__ import annotations

import re
import stat
import time
import tomllib
from functools import partial
from pathlib import Path
from secrets import token_hex  # noqa: TID251 -- `open_vendor` hands it in
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, ValidationError, convert, field

from hotline.config import ConfigError
from hotline.gateways.table.door import TableDoor
from hotline.gateways.table.gate import TableAccess
from hotline.gateways.table.sms import SendingAccount, TableInbox, TableSms, asked_urls, fetch_token
from hotline.gateways.table.spec import FaultyTable, load_table
from hotline.gateways.tokens import Tokens
from hotline.settings.values import ADDRESS, NETWORKS, PRINTABLE, SECRET, SENDER, Form

if TYPE_CHECKING:
    from hotline.gateways.table.spec import TokenKeys, WireTable
    from hotline.ports.memory import Memory

SHIPPED: Final = Path(__file__).resolve().parents[1] / "tables"
"""Where the tables lie that come with the program."""

CODES: Final = Form("a code as the vendor's requests have it, such as *123# or 123", r"[*#0-9A-Za-z]{1,32}")


class TableAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """One section: `[hubtel]`."""

    secret: str | tuple[str, ...]
    """What stands in the vendor's address of ours; of several each opens, so that one can be exchanged."""
    codes: tuple[str, ...]
    """The line's service codes, as the vendor's requests have them."""
    key: str = ""
    base: str = ""
    """Where SMS are handed over, where the table leaves that to the line."""
    sender: str = ""
    """What SMS come from: a number, or up to 11 letters."""
    client_id: str = ""
    """With `client_secret`: what a token for SMS is fetched with, where the vendor wants one."""
    client_secret: str = ""
    networks: tuple[str, ...] = ()
    file: str = field(name="table", default="")
    """The table, where it is another than the one that ships; from the folder of the accounts on."""

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.secret,) if isinstance(self.secret, str) else self.secret


def load_accounts(file: Path) -> dict[str, TableAccount]:
    """By the tables' names. Raises ConfigError with all faults."""
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o037:
            raise ConfigError((f"{file}: others may read it; it holds secrets (chmod 640, or 600)",))
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as failed:
        raise ConfigError((f"{file}: {failed.strerror}",)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):  # whose message may quote a part of a secret
        raise ConfigError((f"{file}: is no TOML",)) from None
    faults: list[str] = []
    accounts = {name: account for name, section in said.items() if (account := _account(f"{file}: [{name}]", section, faults))}
    if faults:
        raise ConfigError(tuple(faults))
    return accounts


def _account(where: str, section: Any, faults: list[str]) -> TableAccount | None:
    try:
        account = convert(section, TableAccount)
    except ValidationError as fault:
        faults.append(f"{where} {fault}")  # which names types and keys alone
        return None
    held: tuple[tuple[str, Form, tuple[str, ...]], ...] = (
        ("secret", SECRET, account.secrets),
        ("codes", CODES, account.codes),
        ("key", PRINTABLE, (account.key,) if account.key else ()),
        ("client_id", PRINTABLE, (account.client_id,) if account.client_id else ()),
        ("client_secret", PRINTABLE, (account.client_secret,) if account.client_secret else ()),
        ("networks", NETWORKS, account.networks),
        ("base", ADDRESS, (account.base,) if account.base else ()),
        ("sender", SENDER, (account.sender,) if account.sender else ()),
    )
    faults += [f"{where} {key}: {what}" for key, form, values in held for what in _faults_of(form, values)]
    if not account.secrets or not account.codes:
        faults.append(f"{where} {'codes' if account.secrets else 'secret'}: none is given")
    return account


def _faults_of(form: Form, values: tuple[str, ...]) -> set[str]:
    if not all(re.fullmatch(form.pattern, value) for value in values):
        return {f"must be {form.words}"}
    return {wrong for holds, wrong in form.checks if not all(map(holds, values))}


class TableVendor(Struct, frozen=True):
    """A vendor's parts, as the line has them; None where the table says nothing of one."""

    door: TableDoor
    sms: TableSms | None
    inbox: TableInbox | None
    urls: tuple[str, ...] = ()
    """Where it is asked for an SMS."""


def table_file(name: str, account: TableAccount, folder: Path) -> Path:
    """Where this account's table is: its own, from the folder of the accounts on, or the one that ships."""
    return folder / account.file if account.file else SHIPPED / f"{name}.toml"


def open_vendor(name: str, account: TableAccount, folder: Path, memory: Memory) -> TableVendor:
    """The parts of this account; `folder` is where the accounts lie, `memory` for a token. Raises ConfigError, with the table's faults by line."""
    file = table_file(name, account, folder)
    try:
        table = load_table(file)
    except OSError as failed:
        raise ConfigError((f"{file}: {failed.strerror}",)) from None
    except FaultyTable as refused:
        raise ConfigError(tuple(f"{file}:{fault.line}: {fault.key}: {fault.what}" for fault in refused.faults)) from None
    if table.name != name:
        raise ConfigError((f"[{name}] table: its name is {table.name}",))
    access = TableAccess(account.secrets, account.key, account.codes, account.networks)
    try:
        door = TableDoor(table, access)
    except ValueError as lacks:
        raise ConfigError((f"[{name}] key: {lacks}",)) from None
    # An account without a sender sends nothing.
    sms = _sms(table, account, memory) if table.sms.send is not None and account.sender else None
    has_inbox = table.sms.reports is not None or table.sms.messages is not None
    urls = asked_urls(table.sms, _sending(account)) if sms is not None else ()
    return TableVendor(door, sms, TableInbox(table, access) if has_inbox else None, urls)


def _sms(table: WireTable, account: TableAccount, memory: Memory) -> TableSms:
    """Raises ConfigError."""
    sending, keys = _sending(account), table.sms
    used = {"{client_id}", "{client_secret}"} & {slot for text in _token_texts(keys.token) for slot in re.findall(r"\{[a-z_]+\}", text)}
    lacking = [slot.strip("{}") for slot in sorted(used) if not getattr(account, slot.strip("{}"))]
    if lacking:
        raise ConfigError(tuple(f"[{table.name}] {name}: {table.name} gives a token by it" for name in lacking))
    fetch = None if keys.token is None else partial(fetch_token, keys.token, sending)
    tokens = None if fetch is None else Tokens(f"{table.name} token|{account.client_id or account.key}", memory, time.monotonic, fetch)
    assert keys.send  # noqa: S101 -- asked for where there is one
    return TableSms(keys.send, sending, reference=lambda: token_hex(16), tokens=tokens)


def _sending(account: TableAccount) -> SendingAccount:
    return SendingAccount(account.base, account.key, account.sender, account.client_id, account.client_secret)


def _token_texts(token: TokenKeys | None) -> tuple[str, ...]:
    return () if token is None else (token.url, *token.form.values(), *token.headers.values())
