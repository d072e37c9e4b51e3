"""The settings as they are in force: read from a mapping that is handed in, which is the process's environment or the demo's, and checked all at once."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar, cast, get_args, get_origin
from urllib.parse import urlsplit

from msgspec import NODEFAULT, Struct, structs

from hotline.settings import AfricasTalking, ConsoleSettings, ProcessSettings, Rules, Setting, Settings
from hotline.settings.kannel import Kannel
from hotline.settings.orange import Orange

CONTENT = Path(__file__).resolve().parent.parent
"""Where the `flows/` and `locales/` lie that came with the program; no setting, since any other edition is published by command."""

_LOOPBACK: Final = ("127.", "localhost:", "[::1]:")
_LOOPBACK_HOST: Final = r"127(\.[0-9]{1,3}){3}|localhost|::1"
_Group = TypeVar("_Group", bound=Settings)


class ConfigError(Exception):
    """Settings are missing or wrong. `faults` names every one of them: its key and what is wrong with it, never its value."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Config(ProcessSettings, frozen=True, kw_only=True):
    """All settings, checked."""

    at: AfricasTalking | None
    kannel: Kannel | None
    orange: Orange | None
    rules: Rules
    console: ConsoleSettings

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read and check every setting. Raises ConfigError with all faults at once; a name that begins with HOTLINE_ and is no setting is one too."""
        reader = _Reader(env)
        config = reader.group(cls)
        reader.sign_what_leaves(config)
        reader.fit_the_demo(config)
        reader.keep_the_press_apart(config)
        reader.refuse_unknown_names()
        reader.finish()
        # What a process needs of it is read where it is needed, and stays no longer than that.
        return config if config.keys_file is None else structs.replace(config, keys="")

    def account(self) -> AfricasTalking:
        """The account at Africa's Talking. Raises ConfigError where the line does not use it."""
        if self.at is None:
            raise ConfigError(("HOTLINE_GATEWAYS: it takes africastalking",))
        return self.at


def languages_in(env: Mapping[str, str]) -> tuple[str, ...]:
    """Read HOTLINE_LANGUAGES alone, for whoever checks files and has no line. Raises ConfigError."""
    return cast("tuple[str, ...]", _read_alone(env, "languages"))


def gateways_in(env: Mapping[str, str]) -> tuple[tuple[str, ...], str | None]:
    """Read HOTLINE_GATEWAYS and HOTLINE_TABLES_FILE alone: no gateway where the first is not set. Raises ConfigError."""
    if "HOTLINE_GATEWAYS" not in env:
        return (), None
    return cast("tuple[str, ...]", _read_alone(env, "gateways")), cast("str | None", _read_alone(env, "tables_file"))


def timezone_in(env: Mapping[str, str]) -> str:
    """Read HOTLINE_TIMEZONE alone. Raises ConfigError."""
    return cast("str", _read_alone(env, "timezone"))


class Variable(Struct, frozen=True):
    """A variable of the environment: one row of `docs/settings.md`."""

    name: str
    setting: Setting
    default: str | None
    """As it would be written. None if it must be given."""


def _variables(group: type[Settings]) -> Iterator[Variable]:
    for field in structs.fields(group):
        if inner := _group_in(field):
            yield from _variables(inner)
        else:
            for setting in _settings(field):
                yield Variable(f"{_name(group, field)}{setting.suffix}", setting, _written(field.default))


def _group_in(field: structs.FieldInfo) -> type[Settings] | None:
    """The group that a field holds, if it holds one; `or None` where the line need not use it."""
    kinds = (field.type, *get_args(field.type))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Settings)), None)


def _name(group: type[Settings], field: structs.FieldInfo) -> str:
    return f"{group.prefix}{field.name.upper()}"


def _settings(field: structs.FieldInfo) -> tuple[Setting, ...]:
    return cast("tuple[Setting, ...]", field.type.__metadata__)


def _written(value: object) -> str | None:
    match value:
        case bool():
            return str(int(value))
        case tuple():
            return ",".join(value)
        case None:
            return ""
        case _:
            return None if value is NODEFAULT else str(value)


SETTINGS: Final = tuple(_variables(Config))
_NAMES: Final = frozenset(variable.name for variable in SETTINGS)


GuardedAccount: TypeAlias = AfricasTalking | Kannel | Orange
"""What a vendor asks the line by: a secret in the path, from some networks."""


def is_loopback(url: str) -> bool:
    """Does this address stay on this machine?"""
    return re.fullmatch(_LOOPBACK_HOST, urlsplit(url).hostname or "") is not None


def webhook_secrets(account: GuardedAccount) -> tuple[str, ...]:
    """The webhooks' secrets as they are now: where they lie in a file, it is read again. Raises ConfigError."""
    if account.secret_file is None:
        return account.secret
    return cast("tuple[str, ...]", _read_alone({f"{account.prefix}SECRET_FILE": account.secret_file}, "secret", type(account)))


def _read_alone(env: Mapping[str, str], name: str, group: type[Settings] = Config) -> Any:
    reader = _Reader(env)
    value = reader.value(group, next(field for field in structs.fields(group) if field.name == name))
    reader.finish()
    return value


def _open_to_others(redis_url: str) -> str | None:
    """What lets others read or write this Redis, on their way to it or on the way between. Returns None if nothing does."""
    try:
        url = urlsplit(redis_url)
        host, password = url.hostname or "localhost", url.password
    except ValueError:
        return "is no URL"
    if url.scheme == "unix":
        return None
    if not password:
        return "over TCP it takes a password: rediss://USER:PASSWORD@HOST"
    if url.scheme == "redis" and not re.fullmatch(r"localhost|::1|127(\.[0-9]{1,3}){3}", host):
        return "to another machine it takes TLS: rediss://"
    if "ssl_cert_reqs" in url.query or "ssl_check_hostname" in url.query:
        return "the server's certificate is checked: leave out ssl_cert_reqs and ssl_check_hostname"
    return None


class _Reader:
    """Takes settings out of an environment and collects what is wrong with them. A faulty one reads as None; `finish` raises if there was one."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._faults: list[str] = []

    def fault(self, name: str, what: str) -> None:
        self._faults.append(f"{name}: {what}")

    def refuse_unknown_names(self) -> None:
        """A misspelt name would silently leave a default in force."""
        unknown = sorted(name for name in self._env if name.startswith("HOTLINE_") and name not in _NAMES)
        self._faults.extend(f"{name}: no setting of this name" for name in unknown)

    def finish(self) -> None:
        if self._faults:
            raise ConfigError(tuple(self._faults))

    def sign_what_leaves(self, config: Config) -> None:
        """A partner's system knows who tells it of figures; and a secret alone does nothing."""
        is_told, secret = config.rules.figures_webhook_url is not None, config.figures_webhook_secret
        if is_told and secret == ():
            self.fault("HOTLINE_FIGURES_WEBHOOK_SECRET", "give this or HOTLINE_FIGURES_WEBHOOK_SECRET_FILE: both are missing")
        if secret and not is_told:
            self.fault("HOTLINE_FIGURES_WEBHOOK_URL", "missing: nobody is told")

    def fit_the_demo(self, config: Config) -> None:
        """The demo neither listens to a network nor reaches the vendor; only the demo goes without a second factor, or with a Redis that anybody reaches."""
        if config.demo:
            if config.bind and not config.bind.startswith(_LOOPBACK):
                self.fault("HOTLINE_BIND", "the demo listens on loopback alone")
            if not config.at:
                self.fault("HOTLINE_GATEWAYS", "the demo's stand-in plays africastalking")
            elif not config.at.base_url:
                self.fault("HOTLINE_AT_BASE_URL", "missing: the demo must not reach the vendor")
            for name, url in (
                ("HOTLINE_AT_BASE_URL", config.at.base_url if config.at else None),
                ("HOTLINE_KANNEL_SENDSMS_URL", config.kannel.sendsms_url if config.kannel else None),
                ("HOTLINE_ORANGE_BASE_URL", config.orange.base_url if config.orange else None),
                ("HOTLINE_FIGURES_WEBHOOK_URL", config.rules.figures_webhook_url),
            ):
                if url and not is_loopback(url):
                    self.fault(name, "the demo must not reach the vendor")
            return
        if config.console.second_factor is False:
            self.fault("HOTLINE_SECOND_FACTOR", "only the demo goes without")
        wrong = _open_to_others(config.redis_url or "unix://")
        if wrong is not None:
            self.fault("HOTLINE_REDIS_URL", wrong)

    def keep_the_press_apart(self, config: Config) -> None:
        """The journalists' page has a host of its own: on it nothing of the console answers."""
        press, room = (urlsplit(address or "").hostname for address in (config.console.press_url, config.console.console_url))
        if press and press == room:
            self.fault("HOTLINE_PRESS_URL", "its host is the console's (HOTLINE_CONSOLE_URL): it takes one of its own")

    def group(self, group: type[_Group]) -> _Group:
        """Every field of this group, and of those within; None for a gateway's that the line does not use."""
        values: dict[str, Any] = {}
        for field in structs.fields(group):
            inner = _group_in(field)
            used = values.get("gateways")
            is_used = inner is None or not inner.gateway or used is None or inner.gateway in used  # it is None where it is faulty itself
            values[field.name] = self.value(group, field) if is_used else None
        return group(**values)

    def value(self, group: type[Settings], field: structs.FieldInfo) -> Any:
        if inner := _group_in(field):
            return self.group(inner)
        name = _name(group, field)
        if len(_settings(field)) > 1 or f"{field.name}_file" in group.__struct_fields__:
            name, text = self._given_or_in_a_file(name, needed=field.required or f"{field.name}_file" in group.__struct_fields__)
        else:
            text = self._env.get(name, "").strip()
            if not text and field.required:
                self.fault(name, "missing")
        if not text:
            return None if field.required else field.default
        return self._checked(name, text, field)

    def _checked(self, name: str, text: str, field: structs.FieldInfo) -> Any:
        """The value in this text, as its field's type wants it. Returns None after noting the fault if its form is another."""
        form, kind = _settings(field)[0].form, get_args(field.type)[0]
        is_list = get_origin(kind) is tuple
        pattern = rf"{form.pattern}(\s*,\s*{form.pattern})*" if is_list else form.pattern
        if not re.fullmatch(pattern, text):
            self.fault(name, f"must be {form.words}")
            return None
        items = tuple(item.strip() for item in text.split(",")) if is_list else (text,)
        if len(set(items)) < len(items):
            self.fault(name, "lists something twice")
        for holds, wrong in form.checks:
            if not all(map(holds, items)):
                self.fault(name, wrong)
        return items if is_list else text == "1" if kind is bool else int(text) if kind is int else text

    def _given_or_in_a_file(self, name: str, *, needed: bool) -> tuple[str, str]:
        """What was given, from its own setting or from a file that nobody else may read, and by which name."""
        in_file = f"{name}_FILE"
        given, path = self._env.get(name, "").strip(), self._env.get(in_file, "").strip()
        if not (given or path or needed):
            return name, ""
        if bool(given) == bool(path):
            self.fault(name, f"give either this or {in_file}" + ("" if given else ": both are missing"))
            return name, ""
        return (name, given) if given else (in_file, self._in_file(in_file, Path(path)))

    def _in_file(self, name: str, path: Path) -> str:
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o037:
                self.fault(name, "others than its owner and its group may read the file: chmod 640, or 600")
                return ""
            text = path.read_text("ascii").strip()
        except (OSError, UnicodeError):
            self.fault(name, "the file cannot be read")
            return ""
        if not text:
            self.fault(name, "the file is empty")
        return text
