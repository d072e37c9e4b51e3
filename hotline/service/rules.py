"""What the line may do and when: the settings that the use cases obey."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

OTHER_PHONES_A_DAY: Final = 2
"""How many other phones one phone may have rung."""
MOST_PRANKS: Final = 3
"""So many pranks within `PRANK_DAYS` from one phone, and what it asks for comes last until they are older."""


class Rules(Struct, frozen=True):
    """Settings, by the names that `Config` gives them."""

    promise_minutes: int
    presence_minutes: int
    offer_seconds: int
    offer_urgent_seconds: int
    rings_a_day: int
    shift_hours: int
    session_seconds: int
    sms_session_seconds: int
    number_hours: int
    callback_days: int
    calls_an_hour: int
    """How many one counselor can ring in an hour of her shift: so many may ask for it, and no more."""
    sms_replies: bool
    lead_seconds: int
    supervised: bool
    """Without a supervisor on call who said so, nobody is promised a call."""
    calls_a_shift: int
    """0: no limit; so too the next two."""
    hard_calls_a_shift: int
    pause_minutes: int
    calling: str
    """`bridge` or `reveal`."""

    @property
    def longest_session(self) -> int:
        """Seconds: for so long an edition may still be in use after the next came into force."""
        return max(self.session_seconds, self.sms_session_seconds)

    @property
    def stop_seconds(self) -> int:
        """How long a stop is remembered: as long as anything that was asked for before it may still turn up."""
        return self.number_hours * 3600 + self.session_seconds
