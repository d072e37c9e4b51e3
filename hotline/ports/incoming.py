"""What a vendor hands over beside the hop: messages, and what became of ours."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

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
    """None: the vendor does not say."""
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
