"""What limits a screen: how many characters of it each channel and each kind of phone takes."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hotline.engine.phone import gsm

VendorKeys: TypeAlias = tuple[tuple[str, str], ...]
"""Keys of the line that a vendor takes for itself, each with the one that stands in its place there."""
UNBOUNDED: Final = 1_000_000
"""The budget of what is spoken: none."""


class Fit(Struct, frozen=True):
    """How words leave for a phone. `budget`: units of one screen while it is GSM-7; `limit` says what it is otherwise."""

    channel: Literal["ussd", "sms", "voice"]
    folded: bool = True
    budget: int = 160
    keys: VendorKeys = ()


USSD: Final = Fit("ussd")
USSD_RAW: Final = Fit("ussd", folded=False)
SMS: Final = Fit("sms", budget=306)
SMS_RAW: Final = Fit("sms", folded=False, budget=306)
VOICE: Final = Fit("voice", folded=False, budget=UNBOUNDED)


def limit(text: str, fit: Fit) -> int:
    """The budget of a screen that reads `text`, in the units that `units` counts it in.

    Outside the alphabet a USSD screen keeps its octets, at two a unit (160 septets: 70 units), and an SMS its number of segments.
    """
    return _limit(fit, gsm7=gsm.is_gsm(text))


def _limit(fit: Fit, *, gsm7: bool) -> int:
    if gsm7 or fit.channel == "voice":
        return fit.budget
    if fit.channel == "sms" and fit.budget > 160:
        return fit.budget // 153 * 67
    return fit.budget * 7 // 16


def fits(text: str, fit: Fit) -> bool:
    """Is the text within the budget of one screen?"""
    size, most = gsm.units(text)
    return size <= (fit.budget if most == 160 else _limit(fit, gsm7=False))
