"""Every setting, its default and its bounds, checked all at once; read from a mapping that is handed in, which is the process's environment or the demo's."""

from __future__ import annotations

import base64
import binascii
import re
import stat
import zoneinfo
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from msgspec import Struct

CONTENT = Path(__file__).resolve().parent.parent
"""Where the `flows/` and `locales/` lie that came with the program; no setting, since any other edition is published by command."""


class ConfigError(Exception):
    """Settings are missing or wrong. `faults` names every one of them: its key and what is wrong with it, never its value."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class AfricasTalking(Struct, frozen=True):
    """The account at the gateway. `secret` is the part of the webhooks' path that only the gateway knows: at least 128 bits."""

    username: str
    api_key: str
    secret: str
    base_url: str | None
    """None: the vendor's own addresses. The demo: the stand-in's, for messages and voice alike."""
    sender: str
    """The sender of SMS, and nothing that names the line."""
    cover_number: str
    """The one number that callers see when they are rung, E.164."""
    service_codes: tuple[str, ...]
    peers: tuple[str, ...]
    """Addresses (CIDR) that may post to the webhooks; empty: any."""


class Config(Struct, frozen=True):
    """All settings, checked. README's table is their list; a test holds the two together."""

    var: str
    bind: str
    database_url: str
    redis_url: str
    keys: str
    """`id:base64` sealing keys, the first one current, then `hash:base64`: comma separated."""
    at: AfricasTalking
    languages: tuple[str, ...]
    timezone: str
    demo: bool
    web_workers: int
    web_threads: int
    promise_minutes: int
    presence_minutes: int
    offer_seconds: int
    offer_urgent_seconds: int
    rings_a_day: int
    calls_an_hour: int
    shift_hours: int
    """How long *on shift* by SMS lasts, at most."""
    raw_networks: tuple[str, ...]
    """Network codes whose phones show the official spelling (UCS-2); every other one gets folded words."""
    sms_replies: bool
    """Answer callers by SMS. Only where the network drops what it cannot deliver at once."""
    session_seconds: int
    sms_session_seconds: int
    number_hours: int
    callback_days: int
    redis_budget_ms: int
    database_budget_ms: int
    lead_seconds: int
    """From publication until an edition is the one that sessions begin on: longer than every process takes to learn of it."""
    supervised: bool
    """Without a supervisor on call who said so, nobody is promised a call."""
    calls_a_shift: int
    """0: no limit."""
    hard_calls_a_shift: int
    pause_minutes: int
    """After a hard call."""
    calling: str
    """`bridge`, or `reveal`: the room's page shows a number for two minutes."""
    idle_minutes: int
    second_factor: bool
    complaints: str
    two_people: bool
    """A publication needs a second person, and reviewed words where they matter most."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read and check every setting. Raises ConfigError with all faults at once; a name of ours that is no setting is one too."""
        read = _Reader(env)
        config = cls(
            var=read.text("HOTLINE_VAR"),
            bind=read.bind(),
            database_url=read.url("HOTLINE_DATABASE_URL", ("sqlite:///", "postgresql+psycopg://")),
            redis_url=read.url("HOTLINE_REDIS_URL", ("redis://", "rediss://", "unix://")),
            keys=read.keys(),
            at=read.africas_talking(),
            languages=read.languages(),
            timezone=read.timezone(),
            demo=read.flag("HOTLINE_DEMO"),
            raw_networks=read.listed("HOTLINE_RAW_NETWORKS", r"\d{5,6}", "network codes of five or six digits, comma separated"),
            sms_replies=read.flag("HOTLINE_SMS_REPLIES"),
            supervised=read.flag("HOTLINE_SUPERVISED"),
            calling=read.text("HOTLINE_CALLING", r"bridge|reveal", "bridge or reveal"),
            second_factor=read.second_factor(),
            complaints=read.text("HOTLINE_COMPLAINTS", r"[^\x00-\x1f]{1,200}", "one line of at most 200 letters"),
            two_people=read.flag("HOTLINE_TWO_PEOPLE"),
            **{field: read.number(field, least, most) for field, (least, most) in _BOUNDS.items()},
        )
        read.refuse_strangers()
        read.finish()
        return config


def languages_in(env: Mapping[str, str]) -> tuple[str, ...]:
    """Read HOTLINE_LANGUAGES alone, for whoever checks files and has no line. Raises ConfigError."""
    read = _Reader(env)
    languages = read.languages()
    read.finish()
    return languages


def timezone_in(env: Mapping[str, str]) -> str:
    """Read HOTLINE_TIMEZONE alone. Raises ConfigError."""
    read = _Reader(env)
    timezone = read.timezone()
    read.finish()
    return timezone


class Setting(Struct, frozen=True):
    """One line of README's table. `default` None: it must be given. `demo`: what `hotline up` puts there where nothing is given."""

    name: str
    default: str | None
    demo: str | None
    meaning: str


SETTINGS = (
    Setting(
        "HOTLINE_VAR",
        "var",
        None,
        "folder of everything that this machine keeps: spool, copies of editions; in the demo database and Valkey too",
    ),
    Setting("HOTLINE_BIND", "127.0.0.1:8000", None, "address and port of the web server"),
    Setting("HOTLINE_DATABASE_URL", None, "SQLite in `var/`", "`postgresql+psycopg://…` or `sqlite:///…`"),
    Setting(
        "HOTLINE_REDIS_URL",
        None,
        "embedded Valkey in `var/`",
        "`redis://…`, `rediss://…` or `unix://…`; Redis or Valkey, no persistence needed",
    ),
    Setting("HOTLINE_KEYS", None, "made in `var/`", "the keys themselves, as `hotline keys new` prints them; or else:"),
    Setting("HOTLINE_KEYS_FILE", None, "made in `var/`", "a file that holds them, readable by its owner alone"),
    Setting("HOTLINE_AT_USERNAME", None, "`sandbox`", "Africa's Talking: the application's user name"),
    Setting("HOTLINE_AT_API_KEY", None, "made in `var/`", "Africa's Talking: its API key"),
    Setting(
        "HOTLINE_AT_SECRET",
        None,
        "made in `var/`",
        "the secret part of the webhooks' path: 32 hexadecimal digits, or 22 of base64url, at least",
    ),
    Setting("HOTLINE_AT_BASE_URL", "", "the stand-in", "send to this address instead of the vendor's own; `https`, or `http` on loopback"),
    Setting("HOTLINE_AT_SENDER", None, "`SANTE`", "sender of SMS: a number or up to 11 letters and digits that do not name the line"),
    Setting("HOTLINE_AT_COVER_NUMBER", None, "`+22370000900`", "the one number that callers are rung from"),
    Setting("HOTLINE_AT_SERVICE_CODES", None, "`*123#`", "the codes that people dial, comma separated; a hop with any other is refused"),
    Setting("HOTLINE_AT_PEERS", "", None, "networks that may post to the webhooks, comma separated; empty: any that knows the secret"),
    Setting("HOTLINE_LANGUAGES", "fr,bm", None, "languages of the line, the one it opens in first"),
    Setting("HOTLINE_TIMEZONE", "Africa/Bamako", None, "where the line's clock hangs"),
    Setting("HOTLINE_DEMO", "0", "`1`", "`1`: the phone page and the demo's people; set by `hotline up`, never on a line that women dial"),
    Setting("HOTLINE_WEB_WORKERS", "1", None, "web processes of this machine"),
    Setting("HOTLINE_WEB_THREADS", "4", None, "threads of each"),
    Setting("HOTLINE_PROMISE_MINUTES", "30", None, "how long after asking for a call *now* she may still be rung"),
    Setting("HOTLINE_PRESENCE_MINUTES", "15", None, "how long a counselor's last sign of life counts as presence"),
    Setting("HOTLINE_OFFER_SECONDS", "180", None, "until an offered call goes to the next counselor"),
    Setting("HOTLINE_OFFER_URGENT_SECONDS", "60", None, "the same, for an urgent one"),
    Setting("HOTLINE_RINGS_A_DAY", "3", None, "how often one phone is rung in a day, at most"),
    Setting(
        "HOTLINE_CALLS_AN_HOUR", "4", None, "how many one counselor can ring in an hour; windows for which more ask are offered no longer"
    ),
    Setting("HOTLINE_SHIFT_HOURS", "12", None, "how long *on shift* by SMS lasts, at most"),
    Setting(
        "HOTLINE_SUPERVISED",
        "1",
        None,
        "`1`: without a supervisor on call who said that she is, nobody is promised a call, and the screens say so; `0`: a team too small for one",
    ),
    Setting(
        "HOTLINE_CALLS_A_SHIFT",
        "12",
        None,
        "so many calls a counselor takes in a shift; `0`: no limit. No standard was found: this is no claim to be one",
    ),
    Setting("HOTLINE_HARD_CALLS_A_SHIFT", "4", None, "the same, of calls marked as hard: life in danger, a minor, or said to be"),
    Setting("HOTLINE_PAUSE_MINUTES", "15", None, "after a hard call she is offered nothing for so long; `0`: no pause"),
    Setting(
        "HOTLINE_CALLING",
        "bridge",
        None,
        "`bridge`: the line rings both and shows no number; `reveal`: for a line without a bridge, whose phones stay in the room: the page shows the number for two minutes, audited",
    ),
    Setting("HOTLINE_IDLE_MINUTES", "30", None, "who does nothing in the console for so long is signed out"),
    Setting(
        "HOTLINE_SECOND_FACTOR",
        "1",
        "`0`",
        "`1`: nobody works in the console without a one-time code from her authenticator; only the demo goes without",
    ),
    Setting(
        "HOTLINE_COMPLAINTS", "", None, "who outside the team takes complaints about staff, and how she is reached, as the console shows it"
    ),
    Setting("HOTLINE_RAW_NETWORKS", "", None, "network codes whose phones show ɛ ɔ ɲ ŋ; every other one gets the older spelling"),
    Setting("HOTLINE_SMS_REPLIES", "0", "`1`", "`1`: answer callers by SMS; only where the network drops what it cannot deliver at once"),
    Setting("HOTLINE_SESSION_SECONDS", "300", None, "a USSD session's longest life"),
    Setting("HOTLINE_SMS_SESSION_SECONDS", "1800", None, "an SMS conversation's, from its last message"),
    Setting("HOTLINE_NUMBER_HOURS", "24", None, "a number is kept so long after its callback closed"),
    Setting("HOTLINE_CALLBACK_DAYS", "30", None, "a closed callback's codes, until only counts are left"),
    Setting(
        "HOTLINE_LEAD_SECONDS", "10", None, "from publication until an edition is in force; every process learns of it within two seconds"
    ),
    Setting(
        "HOTLINE_TWO_PEOPLE",
        "1",
        "`0`",
        "`1`: what one person publishes, a second one approves, and words that nobody reviewed stay off urgent, callback and stop screens; `0`: one person publishes",
    ),
    Setting("HOTLINE_REDIS_BUDGET_MS", "100", None, "how long a hop waits for Redis"),
    Setting("HOTLINE_DATABASE_BUDGET_MS", "300", None, "how long a hop waits for the database"),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}

_BOUNDS = {
    "web_workers": (1, 64),
    "web_threads": (1, 64),
    "promise_minutes": (5, 240),
    "presence_minutes": (1, 720),
    "offer_seconds": (10, 3600),
    "offer_urgent_seconds": (10, 3600),
    "rings_a_day": (1, 20),
    "calls_an_hour": (1, 60),
    "shift_hours": (1, 24),
    "session_seconds": (60, 3600),
    "sms_session_seconds": (60, 86400),
    "number_hours": (1, 168),
    "callback_days": (1, 366),
    "redis_budget_ms": (10, 5000),
    "database_budget_ms": (10, 5000),
    "lead_seconds": (5, 3600),
    "calls_a_shift": (0, 100),
    "hard_calls_a_shift": (0, 100),
    "pause_minutes": (0, 240),
    "idle_minutes": (5, 720),
}


class _Reader:
    """Takes settings out of an environment and collects what is wrong with them. A faulty one reads as an empty value."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._faults: list[str] = []

    def fault(self, name: str, what: str) -> None:
        self._faults.append(f"{name}: {what}")

    def refuse_strangers(self) -> None:
        """A misspelt name would silently leave a default in force."""
        strangers = sorted(name for name in self._env if name.startswith("HOTLINE_") and name not in _DEFAULTS)
        self._faults.extend(f"{name}: no setting of this name" for name in strangers)

    def finish(self) -> None:
        if self._faults:
            raise ConfigError(tuple(self._faults))

    def _is_demo(self) -> bool:
        return self._env.get("HOTLINE_DEMO", "").strip() == "1"

    def text(self, name: str, pattern: str = r"[^\s].*", form: str = "some text") -> str:
        """A value of this form, or its default. One without a default must be given."""
        value = self._env.get(name, "").strip() or _DEFAULTS[name]
        if value is None:
            self.fault(name, "missing")
            return ""
        if value and not re.fullmatch(pattern, value):
            self.fault(name, f"must be {form}")
            return ""
        return value

    def flag(self, name: str) -> bool:
        return self.text(name, r"[01]", "0 or 1") == "1"

    def second_factor(self) -> bool:
        is_needed = self.flag("HOTLINE_SECOND_FACTOR")
        if not is_needed and not self._is_demo():
            self.fault("HOTLINE_SECOND_FACTOR", "only the demo goes without")
        return is_needed

    def number(self, field: str, least: int, most: int) -> int:
        name, form = f"HOTLINE_{field.upper()}", f"a whole number from {least} to {most}"
        value = self.text(name, r"[0-9]{1,6}", form)
        if value and not least <= int(value) <= most:
            self.fault(name, f"must be {form}")
        return int(value or least)

    def listed(self, name: str, pattern: str, form: str) -> tuple[str, ...]:
        value = self.text(name, rf"{pattern}(\s*,\s*{pattern})*", form)
        items = tuple(item.strip() for item in value.split(",") if item.strip())
        if len(set(items)) < len(items):
            self.fault(name, "lists something twice")
        return items

    def languages(self) -> tuple[str, ...]:
        return self.listed("HOTLINE_LANGUAGES", r"[a-z]{2,3}", "language codes, comma separated")

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        value = self.text(name)
        if value and not value.startswith(schemes):
            self.fault(name, f"must begin with {' or '.join(schemes)}")
        return value

    def bind(self) -> str:
        form = "an address and a port, as 127.0.0.1:8000 or [::1]:8000"
        value = self.text("HOTLINE_BIND", r"(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}", form)
        if value and not 0 < int(value.rpartition(":")[2]) < 65536:
            self.fault("HOTLINE_BIND", "has no such port")
        if value and self._is_demo() and not value.startswith(("127.", "localhost:", "[::1]:")):
            self.fault("HOTLINE_BIND", "the demo listens on loopback alone")
        return value

    def timezone(self) -> str:
        value = self.text("HOTLINE_TIMEZONE")
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            self.fault("HOTLINE_TIMEZONE", "is no time zone of the tz database")
        return value

    def keys(self) -> str:
        """The keys, from their own setting or from a file that nobody else may read."""
        given, path = self._env.get("HOTLINE_KEYS", "").strip(), self._env.get("HOTLINE_KEYS_FILE", "").strip()
        if bool(given) == bool(path):
            self.fault("HOTLINE_KEYS", "give either this or HOTLINE_KEYS_FILE" + ("" if given else ": both are missing"))
            return ""
        name, keys = ("HOTLINE_KEYS", given) if given else ("HOTLINE_KEYS_FILE", self._file(Path(path)))
        if keys and not _are_keys(keys):
            self.fault(name, "must hold ID:KEY for each sealing key, then hash:KEY, comma separated; `hotline keys new` prints such")
        return keys

    def _file(self, path: Path) -> str:
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                self.fault("HOTLINE_KEYS_FILE", "others than its owner may read the file: chmod 600")
                return ""
            return path.read_text("ascii").strip()
        except (OSError, UnicodeError):
            self.fault("HOTLINE_KEYS_FILE", "the file cannot be read")
            return ""

    def africas_talking(self) -> AfricasTalking:
        return AfricasTalking(
            username=self.text("HOTLINE_AT_USERNAME", r"[A-Za-z0-9._-]+", "a user name: letters, digits, dots, dashes"),
            api_key=self.text("HOTLINE_AT_API_KEY", r"[!-~]+", "printable, without spaces"),
            secret=self.secret(),
            base_url=self.base_url(),
            sender=self.text("HOTLINE_AT_SENDER", r"[A-Za-z0-9 ]{1,11}|\+?[0-9]{3,15}", "a number or up to 11 letters and digits"),
            cover_number=self.text("HOTLINE_AT_COVER_NUMBER", r"\+[1-9][0-9]{6,14}", "a number in E.164, with its plus sign"),
            service_codes=self.listed("HOTLINE_AT_SERVICE_CODES", r"\*[0-9]+(?:\*[0-9]+)*#", "codes such as *123#, comma separated"),
            peers=self.peers(),
        )

    def secret(self) -> str:
        """At least 128 bits, in letters that a URL's path carries as they are."""
        name, form = "HOTLINE_AT_SECRET", "at least 32 hexadecimal digits or 22 letters of base64url"
        value = self.text(name, r"[0-9a-fA-F]{32,}|(?=.*[^0-9a-fA-F])[A-Za-z0-9_-]{22,}", form)
        if value and len(set(value)) < 8:
            self.fault(name, "must be made by chance")
        return value

    def base_url(self) -> str | None:
        """The stand-in's address, or None. The demo never speaks to the vendor, and nothing is sent in the clear over a network."""
        name = "HOTLINE_AT_BASE_URL"
        value = self.text(
            name, r"https://[!-~]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?(?:/[!-~]*)?", "https://…; http:// only on loopback"
        )
        if not value and self._is_demo():
            self.fault(name, "missing: the demo must not reach the vendor")
        return value or None

    def peers(self) -> tuple[str, ...]:
        items = self.listed("HOTLINE_AT_PEERS", r"[0-9a-fA-F:.]+(?:/[0-9]+)?", "networks such as 192.0.2.0/24, comma separated")
        for item in items:
            try:
                ip_network(item)
            except ValueError:
                self.fault("HOTLINE_AT_PEERS", "one of them is no network")
        return items


def _are_keys(text: str) -> bool:
    """Tell whether this is `id:base64, …, hash:base64`, each key 32 bytes, each id once."""
    pairs = [part.strip().partition(":") for part in text.split(",")]
    names = [name for name, _, _ in pairs]
    try:
        whole = all(name and len(base64.b64decode(key, validate=True)) == 32 for name, _, key in pairs)
    except (binascii.Error, ValueError):
        return False
    return whole and len(names) == len(set(names)) and len(names) > 1 and names[-1] == "hash"
