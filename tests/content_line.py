"""The line's own content, compiled: what callers get."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hotline.content import read_sources
from hotline.engine import gsm
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Sources

ROOT = Path(__file__).parent.parent
FITS = {("ussd", False): gsm.USSD, ("ussd", True): gsm.USSD_RAW, ("sms", False): gsm.SMS, ("sms", True): gsm.SMS_RAW, ("voice", False): gsm.VOICE}


@cache
def sources() -> Sources:
    found, faults = read_sources(ROOT)
    assert [str(fault) for fault in faults if fault.grave] == []
    assert found is not None
    return found


@cache
def line(channel: str = "ussd", *, raw: bool = False) -> Edition:
    return compile_edition(sources(), 1, FITS[channel, raw])
