"""Every setting, declared once: what it may be, what it is by default and in the demo, what it means, and who needs it.

To add one, add a field: its name is the setting's, in capitals after the group's prefix. `hotline.config` reads it, whatever its group is
handed to can use it, and `pytest tests/test_config.py` prints what `docs/settings.md` then has to say. The groups lie below the service, which
never sees the environment.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.settings.values import (
    ADDRESS,
    ALERTS,
    BIND,
    CALLING,
    E164,
    FLAG,
    GATEWAYS,
    KEYS,
    LANGUAGES,
    NETWORK_CODES,
    NETWORKS,
    ONE_LINE,
    PRESS,
    PRINTABLE,
    RECIPIENTS,
    REPLIES,
    ROUTES,
    SECRET,
    SENDER,
    SERVICE_CODES,
    TEXT,
    TIME_ZONE,
    USER_NAME,
    VENDOR,
    WEBHOOK_SECRET,
    Form,
    number,
    url,
)


class Audience(Struct, frozen=True):
    """Who needs a setting: a heading of `docs/settings.md`, and the sentence below it."""

    heading: str
    who: str


MACHINE: Final = Audience("The machine", "For whoever installs the line and keeps it running.")
GATEWAY: Final = Audience(
    "Gateways and networks",
    "For whoever has the accounts there and knows what the networks do. What begins with `HOTLINE_AT_` is needed where `africastalking` is used, and only there; what begins with `HOTLINE_KANNEL_` where `kannel` is, and with `HOTLINE_ORANGE_` where `orange` is.",
)
PROMISE: Final = Audience("What callers are promised", "For the coordinator, who answers for it.")
KEPT: Final = Audience(
    "What is kept, and how long",
    "For the coordinator and whoever advises her on the law (docs/coordination.md, G11, says what holds by default). Numbers, pranks, messages and drafts can be kept shorter, never longer: the line's words and SECURITY.md promise it. What stands in `hotline/retention.py` is no setting, since it follows from another rule: keys of what counts once (a day: a vendor or a browser that repeats itself later would count twice), rings (a day: `HOTLINE_RINGS_A_DAY` counts over one), what one of the staff was rung for (half an hour: no ring lasts longer), and the file of stops (eight days, as long as a number in a backup can ring; 36 days what names nobody, as the oldest backup can be).",
)
TEAM: Final = Audience("The counselors' work", "For the coordinator and the supervisors.")
CONSOLE: Final = Audience("The console", "For the coordinator, and for the admin who makes the accounts.")
WORDS: Final = Audience("Editions and words", "For the operators, who write and publish.")
PARTNERS: Final = Audience("Partners", "For the coordinator, who answers for what leaves the line.")
AUDIENCES: Final = (MACHINE, GATEWAY, PROMISE, KEPT, TEAM, CONSOLE, WORDS, PARTNERS)


class Setting(Struct, frozen=True):
    """What is declared beside a field's type and default. A field without a default must be given."""

    audience: Audience
    form: Form
    meaning: str
    demo: str = ""
    """What `hotline up` gives it; empty: what it is by default."""
    made: str = ""
    """Where `hotline up` makes the value itself: what the table says of it."""
    suffix: str = ""
    """`_FILE`: names the file that holds the value, which must not be given twice."""


class Settings(Struct, frozen=True, kw_only=True):
    """A group, handed on as it is."""

    prefix: ClassVar[str] = "HOTLINE_"
    gateway: ClassVar[str] = ""
    """The gateway whose settings these are: read where the line uses it."""


class ProcessSettings(Settings, frozen=True, kw_only=True):
    """What a process is put together by."""

    var: Annotated[
        str,
        Setting(
            MACHINE, TEXT, "folder of everything that this machine keeps: spool, copies of editions; in the demo database and Valkey too"
        ),
    ] = "var"
    bind: Annotated[str, Setting(MACHINE, BIND, "address and port of the web server")] = "127.0.0.1:8000"
    database_url: Annotated[
        str,
        Setting(MACHINE, url("sqlite:///", "postgresql+psycopg://"), "`postgresql+psycopg://…` or `sqlite:///…`", made="SQLite in `var/`"),
    ]
    redis_url: Annotated[
        str,
        Setting(
            MACHINE,
            url("redis://", "rediss://", "unix://"),
            "`unix://…`; over TCP with a password, `redis://…` on this machine alone, else `rediss://…`; Redis or Valkey, no persistence needed",
            made="embedded Valkey in `var/`",
        ),
    ]
    keys: Annotated[
        str,
        Setting(
            MACHINE,
            KEYS,
            "the keys themselves, as `hotline keys new` prints them; they can be exchanged while the line runs only where they lie in a file:",
            made="made in `var/`",
        ),
    ]
    """`hotline.adapters.keys.keyring.read_keys`."""
    keys_file: Annotated[
        str | None,
        Setting(
            MACHINE,
            TEXT,
            "a file that holds them, readable by its owner, and by its group where each part is a user of its own (mode 600 or 640); read again every second, and written by `hotline keys rotate`",
            made="made in `var/`",
        ),
    ] = None
    day_keys: Annotated[
        str,
        Setting(
            MACHINE,
            TEXT,
            "folder of the secret halves of the days' keys, without which no caller's number opens; for the processes alone that answer `/voice`, or show numbers; on no disk that is backed up",
            made="`var/day-keys`",
        ),
    ] = "day-keys"
    day_keys_copy: Annotated[
        str | None,
        Setting(MACHINE, TEXT, "a second folder, elsewhere, that has each of them for two days at most; empty: there is none"),
    ] = None
    """`id:base64` sealing keys, the first one current, then `hash:base64`: comma separated."""
    backup_recipient: Annotated[
        tuple[str, ...],
        Setting(
            MACHINE,
            RECIPIENTS,
            "the public keys that backups are sealed to, comma separated, as `hotline keys backup` prints one; whoever has the secret of any of them opens a backup, and no secret lies on this machine; empty: no backup is made",
        ),
    ] = ()
    backup_folder: Annotated[str | None, Setting(MACHINE, TEXT, "where `hotline backup` puts them; empty: `backups` in `HOTLINE_VAR`")] = (
        None
    )
    revoked_file: Annotated[
        str | None,
        Setting(
            MACHINE,
            TEXT,
            "the file that keeps stops, and what else a restore must not undo, as keyed hashes: on another disk than the database; empty: `revoked` in `HOTLINE_VAR`",
        ),
    ] = None
    demo: Annotated[
        bool,
        Setting(MACHINE, FLAG, "`1`: the phone page and the demo's people; set by `hotline up`, never on a line that women dial", demo="1"),
    ] = False
    demo_vendor: Annotated[
        str,
        Setting(
            MACHINE,
            VENDOR,
            "for `hotline up` alone: the vendor that its stand-in plays beside Africa's Talking, `orange` or `kannel` for SMS, or one whose table ships, as `hubtel`, for codes; the accounts with it are made in `var/`",
        ),
    ] = "africastalking"
    web_workers: Annotated[
        int, Setting(MACHINE, number(1, 64), "processes of this machine that answer callers; one more answers the console")
    ] = 1
    web_threads: Annotated[int, Setting(MACHINE, number(1, 64), "threads of each of them")] = 4
    redis_budget_ms: Annotated[int, Setting(MACHINE, number(10, 5000), "how long a hop waits for Redis")] = 100
    database_budget_ms: Annotated[
        int, Setting(MACHINE, number(10, 5000), "how long a hop waits for the database, and for the spool on this machine's disk")
    ] = 300
    certificate_file: Annotated[
        str | None,
        Setting(
            MACHINE,
            TEXT,
            "the certificate that the proxy in front shows, so that the line says how long it is good; nobody else's secret, and no key",
        ),
    ] = None
    gateways: Annotated[
        tuple[str, ...],
        Setting(GATEWAY, GATEWAYS, "the gateways that this line uses, comma separated, the one that is asked first in front"),
    ] = ("africastalking",)
    tables_file: Annotated[
        str | None,
        Setting(
            GATEWAY,
            TEXT,
            "a file with a section for each gateway that is a table (docs/gateways.md), readable by its owner and its group (mode 600 or 640); its secrets are read again every second",
        ),
    ] = None
    routes: Annotated[
        tuple[str, ...],
        Setting(
            GATEWAY,
            ROUTES,
            "which gateway what goes out by, comma separated: `alert=one+other`, `reply:+22366=one`, `any=other`; `alert`, `staff`, `reply`, `ring` or `any`, to numbers that begin so; the first that fits counts, and who stands behind a `+` is asked where the one before refused; else: those of `HOTLINE_GATEWAYS`, in their order",
        ),
    ] = ()
    figures_webhook_secret: Annotated[
        tuple[str, ...],
        Setting(
            PARTNERS,
            WEBHOOK_SECRET,
            "what a partner's system is told of figures is signed with it, as Standard Webhooks writes a secret: `whsec_` and 24 to 64 bytes in base64; several, comma separated, while one is exchanged; or else:",
        ),
        Setting(PARTNERS, WEBHOOK_SECRET, "a file that holds it, readable by its owner and its group (mode 600 or 640)", suffix="_FILE"),
    ] = ()
    timezone: Annotated[str, Setting(PROMISE, TIME_ZONE, "time zone of every time that the line says or is told")] = "Africa/Bamako"
    languages: Annotated[tuple[str, ...], Setting(WORDS, LANGUAGES, "languages of the line, the one it opens in first")] = ("fr", "bm")
    raw_networks: Annotated[
        tuple[str, ...],
        Setting(
            WORDS,
            NETWORK_CODES,
            "network codes whose phones show ɛ ɔ ɲ ŋ: what is one page in right spelling goes so, a longer screen in the older one, which every other network gets",
        ),
    ] = ()
    two_people: Annotated[
        bool,
        Setting(
            WORDS,
            FLAG,
            "`1`: what one person publishes, a second one approves, and words that nobody reviewed stay off urgent, callback and stop screens; `0`: one person publishes",
            demo="0",
        ),
    ] = True


class AfricasTalking(Settings, frozen=True, kw_only=True):
    """The account at the gateway."""

    prefix: ClassVar[str] = "HOTLINE_AT_"
    gateway: ClassVar[str] = "africastalking"

    username: Annotated[str, Setting(GATEWAY, USER_NAME, "the application's user name", demo="sandbox")]
    api_key: Annotated[str, Setting(GATEWAY, PRINTABLE, "its API key", made="made in `var/`")]
    secret: Annotated[
        tuple[str, ...],
        Setting(
            GATEWAY,
            SECRET,
            "the secret part of the webhooks' path: 32 hexadecimal digits, or 22 of base64url, at least; several, comma separated, while one is exchanged; or else:",
            made="made in `var/`",
        ),
    ]
    secret_file: Annotated[
        str | None,
        Setting(
            GATEWAY,
            TEXT,
            "a file that holds it, readable by its owner and its group (mode 600 or 640); read again every second, so that it can be exchanged while the line runs",
        ),
    ] = None
    base_url: Annotated[
        str | None,
        Setting(GATEWAY, ADDRESS, "send to this address instead of the vendor's own; `https`, or `http` on loopback", made="the stand-in"),
    ] = None
    sender: Annotated[
        str, Setting(GATEWAY, SENDER, "sender of SMS: a number or up to 11 letters and digits that do not name the line", demo="SANTE")
    ]
    cover_number: Annotated[str, Setting(GATEWAY, E164, "the one number that callers are rung from", demo="+22370000900")]
    off_number: Annotated[
        str | None,
        Setting(
            GATEWAY,
            E164,
            "a phone of the line's own that stays switched off; rung in place of another phone that must not be, so that the counselor hears what she hears of any phone that is off; empty: that call ends at once, and she could tell",
            demo="+22370000909",
        ),
    ] = None
    service_codes: Annotated[
        tuple[str, ...],
        Setting(GATEWAY, SERVICE_CODES, "the codes that people dial, comma separated; a hop with any other is refused", demo="*123#"),
    ]
    peers: Annotated[
        tuple[str, ...],
        Setting(GATEWAY, NETWORKS, "networks that may post to the webhooks, comma separated; empty: any that knows the secret"),
    ] = ()


class KeptFor(Settings, frozen=True, kw_only=True):
    """How long things are kept. What is no setting stands in `hotline/retention.py`, with the reason."""

    number_hours: Annotated[
        int, Setting(KEPT, number(1, 24), "a number is kept so long after its callback closed; the line's words say 24 at the latest")
    ] = 24
    callback_days: Annotated[int, Setting(KEPT, number(1, 366), "a closed callback's codes, until only counts are left")] = 30
    hour_days: Annotated[
        int, Setting(KEPT, number(1, 7), "of the moments of what is closed, and of who met nobody, the hour is left so long, then the day")
    ] = 7
    prank_days: Annotated[int, Setting(KEPT, number(1, 30), "that a prank came from a phone, as a keyed hash")] = 30
    forgotten_days: Annotated[
        int, Setting(KEPT, number(1, 90), "a referral at which nobody looked, after its day, once its callback is gone")
    ] = 90
    outbox_hours: Annotated[int, Setting(KEPT, number(1, 24), "a message to staff, after it ended")] = 24
    draft_hours: Annotated[
        int,
        Setting(KEPT, number(1, 12), "what somebody typed into a form and did not send, after the last letter; it goes with a whole hour"),
    ] = 12
    time_request_hours: Annotated[int, Setting(KEPT, number(1, 24), "that one of the staff needs time, after a supervisor took it on")] = 24
    declaration_days: Annotated[
        int,
        Setting(
            KEPT,
            number(2, 30),
            "what supervisors declared of the line, after its end, and a day that was other than its week, from its beginning",
        ),
    ] = 2
    sign_in_hours: Annotated[
        int,
        Setting(
            KEPT, number(12, 24), "that somebody signed in to the console, after they last did something there; it opens nothing by then"
        ),
    ] = 24
    failure_hours: Annotated[
        int, Setting(KEPT, number(1, 24), "that signing in failed; who guesses is slowed down over a quarter of an hour of it")
    ] = 24
    backup_days: Annotated[
        int, Setting(KEPT, number(1, 7), "daily backups that `hotline backup` leaves, one a day; more than seven would undo a stop")
    ] = 7
    backup_weeks: Annotated[
        int, Setting(KEPT, number(1, 4), "weekly ones, which hold no callback, no caller's number, no note and no code")
    ] = 4
    comment_days: Annotated[int, Setting(KEPT, number(7, 365), "what staff say to each other about words of the line")] = 365
    audit_years: Annotated[
        int,
        Setting(
            KEPT, number(1, 10), "whole years of the audit that are kept beside the one that runs; older ones go with the new year, by UTC"
        ),
    ] = 1


class Rules(KeptFor, frozen=True, kw_only=True):
    """What the use cases obey."""

    technicians: Annotated[
        tuple[str, ...],
        Setting(
            MACHINE,
            E164,
            "numbers of those who keep the machines, comma separated: told by SMS what is wrong with them, at most once an hour a kind; for a line that no Prometheus watches",
        ),
    ] = ()
    sms_replies: Annotated[
        bool, Setting(GATEWAY, FLAG, "`1`: answer callers by SMS; only where the network drops what it cannot deliver at once", demo="1")
    ] = False
    session_seconds: Annotated[int, Setting(GATEWAY, number(60, HOUR_SECONDS), "a USSD session's longest life")] = 300
    sms_session_seconds: Annotated[int, Setting(GATEWAY, number(60, DAY_SECONDS), "an SMS conversation's, from its last message")] = 1800
    supervised: Annotated[
        bool,
        Setting(
            PROMISE,
            FLAG,
            "`1`: without a supervisor who said that she is on call, nobody is promised an ordinary call, and the screens say so; `0`: a team too small for one",
        ),
    ] = True
    promise_minutes: Annotated[
        int, Setting(PROMISE, number(5, 240), "how long after asking for a call *now* the caller may still be rung")
    ] = 30
    offer_seconds: Annotated[int, Setting(PROMISE, number(10, HOUR_SECONDS), "until an offered call goes to the next counselor")] = 180
    offer_urgent_seconds: Annotated[int, Setting(PROMISE, number(10, HOUR_SECONDS), "the same, for an urgent one")] = 60
    lend_minutes: Annotated[
        int,
        Setting(
            PROMISE,
            number(1, 60),
            "an ordinary call that no counselor is free for is offered to supervisors after so long, and to a counselor who reached a cap",
        ),
    ] = 10
    rings_a_day: Annotated[int, Setting(PROMISE, number(1, 20), "how often one phone is rung in a day, at most")] = 3
    calling: Annotated[
        str,
        Setting(
            PROMISE,
            CALLING,
            "`bridge`: the line rings both and shows no number; `reveal`: for a line without a bridge, whose phones stay in the room: the page shows the number for two minutes, audited",
        ),
    ] = "bridge"
    alerts: Annotated[
        str,
        Setting(
            TEAM,
            ALERTS,
            "how counselors and supervisors hear of a call: `sms`; `ring`: the line calls them, says only the cover's name until they have keyed two digits of their own, and one press takes it; `both`. Who has set no digits hears by SMS",
        ),
    ] = "sms"
    staff_replies: Annotated[
        str,
        Setting(
            TEAM,
            REPLIES,
            "where staff send an SMS: `sender`: they answer the one that came, which no sender of letters allows; a number or short code of the line's that takes SMS; `none`: nowhere, they have the page or are rung",
            demo="36123",
        ),
    ] = "sender"
    presence_minutes: Annotated[
        int,
        Setting(
            TEAM, number(1, 720), "how long a counselor's *I am here* holds; it is asked for again after half of it, and after two thirds"
        ),
    ] = 90
    shift_hours: Annotated[int, Setting(TEAM, number(1, 24), "how long *on shift* by SMS lasts, at most")] = 12
    calls_a_shift: Annotated[
        int,
        Setting(
            TEAM,
            number(0, 100),
            "so many calls a counselor takes in a shift; `0`: no limit. No standard was found: this is no claim to be one",
        ),
    ] = 12
    hard_calls_a_shift: Annotated[
        int, Setting(TEAM, number(0, 100), "the same, of calls flagged as hard: life in danger, a minor, or said to be")
    ] = 4
    pause_minutes: Annotated[
        int, Setting(TEAM, number(0, 240), "after a hard call a counselor is offered nothing for so long; `0`: no pause")
    ] = 15
    figures_webhook_url: Annotated[
        str | None,
        Setting(
            PARTNERS,
            ADDRESS,
            "a partner's system that is told of each release of figures, counts only, and of each that is withdrawn (docs/figures.md); `https`, or `http` on loopback; empty: none",
        ),
    ] = None
    lead_seconds: Annotated[
        int,
        Setting(
            WORDS, number(5, HOUR_SECONDS), "from publication until an edition is in force; every process learns of it within two seconds"
        ),
    ] = 10

    @property
    def longest_session(self) -> int:
        """Seconds: for so long an edition may still be in use after the next came into force."""
        return max(self.session_seconds, self.sms_session_seconds)

    @property
    def stop_seconds(self) -> int:
        """How long a stop is remembered: as long as anything that was asked for before it may still turn up."""
        return self.number_hours * HOUR_SECONDS + self.session_seconds


class ConsoleSettings(Settings, frozen=True, kw_only=True):
    """What the pages obey beside the rules."""

    idle_minutes: Annotated[int, Setting(CONSOLE, number(5, 720), "who does nothing in the console for so long is signed out")] = 30
    second_factor: Annotated[
        bool,
        Setting(
            CONSOLE,
            FLAG,
            "`1`: nobody works in the console without a one-time code from her authenticator; only the demo goes without",
            demo="0",
        ),
    ] = True
    console_url: Annotated[
        str | None,
        Setting(
            CONSOLE,
            ADDRESS,
            "where staff reach the console, as `https://NAME`, without `/console/`; one-time links begin with it, and never with what a request says; empty: a link is shown from `/console/` on",
            made="its own address",
        ),
    ] = None
    organisation: Annotated[
        str,
        Setting(
            CONSOLE,
            ONE_LINE,
            "who keeps the line, as partners and journalists read it; never the code, nor what the line calls itself on phones",
            demo="Fédération inventée",
        ),
    ] = ""
    figures_contact: Annotated[
        str,
        Setting(
            CONSOLE,
            ONE_LINE,
            "whom partners and journalists ask about figures: a name and an address of the organisation, never a number of the line",
            demo="Bureau des chiffres, Fédération inventée",
        ),
    ] = ""
    press_url: Annotated[
        str | None,
        Setting(
            CONSOLE,
            PRESS,
            "the page of yearly figures for journalists, as `https://HOST/PATH`: a host of its own, which answers nothing else; anybody may read it; empty: there is none",
            made="`http://chiffres.localhost:8000/chiffres`, at the port of `HOTLINE_BIND`",
        ),
    ] = None
    complaints: Annotated[
        str, Setting(CONSOLE, ONE_LINE, "who outside the team takes complaints about staff, and how to reach them, as the console shows it")
    ] = ""
