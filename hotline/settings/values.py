"""What a setting's value may be: its form in words, as a pattern, and by what else is checked. Nothing here quotes a value."""

from __future__ import annotations

import base64
import binascii
import zoneinfo
from collections.abc import Callable
from ipaddress import ip_network
from typing import Final

from msgspec import Struct

from hotline.engine.phone import numbers


class Form(Struct, frozen=True):
    """What a value may be; of a list, each item."""

    words: str
    """After *must be*, for whoever gave another."""
    pattern: str
    """Matches all of it."""
    checks: tuple[tuple[Callable[[str], bool], str], ...] = ()
    """What else must hold of a value that matches, and what is wrong if it does not."""


def number(least: int, most: int) -> Form:
    """A whole number within these bounds."""
    words = f"a whole number from {least} to {most}"
    return Form(words, r"[0-9]{1,6}", ((lambda text: least <= int(text) <= most, f"must be {words}"),))


def url(*schemes: str) -> Form:
    """A URL that begins with one of these schemes."""
    return Form("some text", r"[^\s].*", ((lambda text: text.startswith(schemes), f"must begin with {' or '.join(schemes)}"),))


def _is_port(bind: str) -> bool:
    return 0 < int(bind.rpartition(":")[2]) < 65536


def _is_time_zone(text: str) -> bool:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _is_by_chance(secret: str) -> bool:
    return len(set(secret)) >= 8


def _is_webhook_key(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return 24 <= len(key) <= 64 and len(set(key)) >= 8


def _are_keys(text: str) -> bool:
    """A line or a comma for each `purpose:id:state:since:base64`, or of an older line `id:base64, …, hash:base64`, each key 32 bytes, each id once? What else
    is wrong with keys is said where they are read."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    entries = [part.strip().split(":") for line in lines for part in line.split(",")]
    names = [tuple(entry[:-1][:2]) for entry in entries]
    try:
        whole = all(len(base64.b64decode(entry[-1], validate=True)) == 32 for entry in entries)
    except (binascii.Error, ValueError):
        return False
    is_older = all(len(entry) == 2 and entry[0] for entry in entries) and names[-1:] == [("hash",)] and len(names) > 1
    return whole and len(names) == len(set(names)) and (is_older or all(len(entry) == 5 for entry in entries))


FLAG: Final = Form("0 or 1", r"[01]")
TEXT: Final = Form("some text", r"[^\s].*")
ONE_LINE: Final = Form("one line of at most 200 letters", r"[^\x00-\x1f]{1,200}")
TIME_ZONE: Final = Form(TEXT.words, TEXT.pattern, ((_is_time_zone, "is no time zone of the tz database"),))
BIND: Final = Form(
    "an address and a port, as 127.0.0.1:8000 or [::1]:8000",
    r"(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5}",
    ((_is_port, "has no such port"),),
)
KEYS: Final = Form(
    TEXT.words,
    r"(?s).*",
    ((_are_keys, "must be as `hotline keys new` prints them"),),
)
LANGUAGES: Final = Form("language codes, comma separated", r"[a-z]{2,3}")
ALERTS: Final = Form("sms, ring or both", r"sms|ring|both")
REPLIES: Final = Form("sender, none, or a number or short code", r"sender|none|\+?[0-9]{3,15}")
CALLING: Final = Form("bridge or reveal", r"bridge|reveal")
NETWORK_CODES: Final = Form("network codes of five or six digits, comma separated", r"\d{5,6}")
USER_NAME: Final = Form("a user name: letters, digits, dots, dashes", r"[A-Za-z0-9._-]+")
PRINTABLE: Final = Form("printable, without spaces", r"[!-~]+")
RECIPIENTS: Final = Form("public keys of age, comma separated", r"age1[02-9ac-hj-np-z]{58}")
SECRET: Final = Form(
    "at least 32 hexadecimal digits or 22 letters of base64url",
    r"[0-9a-fA-F]{32,}|(?=.*[^0-9a-fA-F])[A-Za-z0-9_-]{22,}",
    ((_is_by_chance, "must be made by chance"),),
)
"""At least 128 bits, in letters that a URL's path carries as they are."""
WEBHOOK_SECRET: Final = Form(
    "whsec_ and 24 to 64 bytes in base64",
    r"whsec_[A-Za-z0-9+/]{32,88}={0,2}",
    ((_is_webhook_key, "must be 24 to 64 bytes in base64 after whsec_, made by chance"),),
)
"""As Standard Webhooks writes one."""
ADDRESS: Final = Form(
    "https://…; http:// only on loopback", r"https://[!-~]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]+)?(?:/[!-~]*)?"
)
"""Nothing is sent in the clear over a network."""
PRESS: Final = Form(
    "https://HOST/PATH; http:// only on loopback",
    r"(?:https://[a-z0-9.-]+(?::[0-9]+)?|http://(?:127\.0\.0\.1|(?:[a-z0-9-]+\.)*localhost)(?::[0-9]+)?)/(?!console(?:/|$)|at/|gateway/)[a-z0-9-]+(?:/[a-z0-9-]+)*",
)
HEADER: Final = Form("a header's name: letters, digits, dashes", r"[A-Za-z][A-Za-z0-9-]{0,63}")
GATEWAYS: Final = Form("names of gateways, comma separated", r"[a-z][a-z0-9-]{1,23}")
VENDOR: Final = Form("the name of a gateway", r"[a-z][a-z0-9-]{1,23}")
ROUTES: Final = Form(
    "routes such as alert:+22366=ONE+OTHER, comma separated; alert, staff, reply, ring or any",
    r"(?:alert|staff|reply|ring|any)(?::\+[0-9]{1,15})?=[a-z][a-z0-9-]{1,23}(?:\+[a-z][a-z0-9-]{1,23})*",
)
SENDER: Final = Form("a number or up to 11 letters and digits", r"[A-Za-z0-9 ]{1,11}|\+?[0-9]{3,15}")
E164: Final = Form("a number in E.164, with its plus sign", numbers.E164)
SERVICE_CODES: Final = Form("codes such as *123#, comma separated", r"\*[0-9]+(?:\*[0-9]+)*#")
NETWORKS: Final = Form(
    "networks such as 192.0.2.0/24, comma separated", r"[0-9a-fA-F:.]+(?:/[0-9]+)?", ((_is_network, "one of them is no network"),)
)
