"""The line's own content, compiled: what callers get."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from msgspec.structs import replace

from hotline.content import read_sources
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Item, Sources, Where
from hotline.engine.phone import limits

ROOT = Path(__file__).parent.parent
FITS = {
    ("ussd", False): limits.USSD,
    ("ussd", True): limits.USSD_RAW,
    ("sms", False): limits.SMS,
    ("sms", True): limits.SMS_RAW,
    ("voice", False): limits.VOICE,
}


_AT = Where("flows/directory.yml", 1)
FULL = (
    Item(
        "services",
        "a-line",
        "Ligne essai",
        {"kind": "emergency", "phone": "70 00 09 01", "verified_on": "2025-03-19", "verified_by": "Awa"},
        _AT,
    ),
    *(
        Item("services", f"a-{kind}", "Lieu essai", {"kind": kind, "place": "commune-1", "region": "bamako"}, _AT)
        for kind in ("health", "legal", "association", "police", "emergency")
    ),
    Item("services", "another-health", "Autre essai", {"kind": "health", "place": "commune-1", "region": "bamako"}, _AT),
    *(
        Item(
            "events",
            f"an-{kind}",
            "Groupe essai",
            {"kind": kind, "region": "bamako", "place": "commune-1", "on": "2025-04-05", "hours": "9h"},
            _AT,
        )
        for kind in ("meeting", "training-agents", "training-health", "training-teachers", "training-media")
    ),
    *(Item("testimonies", f"story-{n}", "", {"text.fr": "Essai. Essai.", "text.bm": "Kɛnɛya. Kɛnɛya."}, _AT) for n in (1, 2)),
)
"""What the directory does not have yet: with it, the screens that speak of it can be reached."""


@cache
def sources() -> Sources:
    found, faults = read_sources(ROOT)
    assert [str(fault) for fault in faults if fault.grave] == []
    assert found is not None
    return found


@cache
def full() -> Sources:
    """The line with what its directory lacks."""
    now = sources()
    return replace(now, items=(*now.items, *FULL))


@cache
def line(channel: str = "ussd", *, raw: bool = False, fullest: bool = False) -> Edition:
    return compile_edition(full() if fullest else sources(), 1, FITS[channel, raw])
