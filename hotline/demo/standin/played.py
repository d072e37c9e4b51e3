"""Which vendor is played beside Africa's Talking, and what it carries: codes, or SMS. Whatever it does not carry stays Africa's Talking's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from hotline.demo.standin.kannel import KannelSide
from hotline.demo.standin.orange import OrangeSide
from hotline.demo.standin.table import TableUssd, shown_name, tables

if TYPE_CHECKING:
    from hotline.demo.standin.network import SmsSide
    from hotline.demo.standin.ussd import UssdWire

AFRICAS_TALKING: Final = "africastalking"
AFRICAS_TALKING_SHOWN: Final = "Africa's Talking"
SMS_SIDES: Final[dict[str, type[SmsSide]]] = {"orange": OrangeSide, "kannel": KannelSide}


class PlayedVendor(Struct, frozen=True):
    """What the line has with it: the secret of the address that it asks, and by what it knows the line, or the line it."""

    name: str
    secret: str
    user: str = ""
    key: str = ""

    def ussd(self, service_code: str) -> UssdWire | None:
        """Its wire for codes. Returns None where it carries none here. Raises OSError where its table does not ship."""
        return None if self.name in SMS_SIDES else TableUssd(self.name, self.secret, self.key, service_code)

    @property
    def sms(self) -> SmsSide | None:
        """Its way for SMS; None where it carries none here."""
        return SMS_SIDES[self.name](self.secret, self.user, self.key) if self.name in SMS_SIDES else None


class Carriers(Struct, frozen=True):
    """Whose network codes, SMS and calls go by, as people call it."""

    codes: str = AFRICAS_TALKING_SHOWN
    sms: str = AFRICAS_TALKING_SHOWN
    calls: str = AFRICAS_TALKING_SHOWN


def carriers(vendor: str) -> Carriers:
    """What goes by whom where this one is played. Raises OSError where its table does not ship."""
    if vendor == AFRICAS_TALKING:
        return Carriers()
    return Carriers(sms=vendor.capitalize()) if vendor in SMS_SIDES else Carriers(codes=shown_name(vendor))


def vendors() -> tuple[str, ...]:
    """The names of all that can be played."""
    return (AFRICAS_TALKING, *SMS_SIDES, *tables())
