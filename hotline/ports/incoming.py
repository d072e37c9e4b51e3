"""What a vendor hands over beside the hop: messages, and what became of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from hotline.ports.meter import Meter
    from hotline.ports.voice import VoiceLeg, VoiceStep

Views_co = TypeVar("Views_co", covariant=True)

Unknown: TypeAlias = Literal["report", "message", "end"]
"""What came in a state that is not known, or from a sender that is no number: it is taken, counted, and not asked for again."""


class ReceivedSms(Struct, frozen=True):
    """An SMS as a vendor handed it over, from a caller or from staff."""

    gateway: str
    message: str
    """The vendor's id of it, unique within the vendor."""
    number: str
    text: str
    sent_at: int | None
    """None where the vendor does not say."""
    network: str

    @property
    def origin(self) -> str:
        """What follows from this message follows once."""
        return f"{self.gateway}|{self.message}"


class SmsReport(Struct, frozen=True):
    """What a vendor says became of an SMS of ours. States on the way are no report."""

    gateway: str
    id: str
    """The vendor's, as it gave it when it took the SMS."""
    delivered: bool


class Taker(Protocol):
    """The line, as vendors' ways in know it; safe for threads. What raises StoreAway or MemoryAway could not be kept: it must come again."""

    def sms(self, sms: ReceivedSms) -> None:
        """An SMS from a caller or from staff. Raises StoreAway or MemoryAway."""

    def delivery(self, report: SmsReport) -> None:
        """What became of an SMS of ours. Raises StoreAway."""

    def unknown(self, what: Unknown) -> None:
        """Something that is taken and left."""

    def opt_out(self, number: str) -> None:
        """A phone wants nothing of the line any more. Raises StoreAway."""

    def voice(self, leg: VoiceLeg) -> VoiceStep:
        """What a leg does next that the line rang."""

    def cover(self) -> VoiceStep:
        """What whoever rings the cover number hears."""


class SmsIn(Protocol[Views_co]):
    """A vendor's way in for SMS and their reports, and for whatever else it posts beside the hop: it reads each, hands it on, and answers the vendor as it wants to be."""

    def __call__(self, line: Taker, meter: Meter, /) -> Views_co:
        """The views that take what comes."""
