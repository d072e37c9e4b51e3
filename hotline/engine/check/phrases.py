"""Which words the catalogues must hold beside those of the screens."""

from __future__ import annotations

from typing import Final

from hotline.engine.edition import OUT_END, SAFE_END, WRONG_LINE, WRONG_SCREEN
from hotline.engine.scripts import NEEDED

PHRASES: Final = (
    "keys.back",
    "keys.more",
    "keys.out",
    "keys.language",
    WRONG_LINE,
    WRONG_SCREEN,
    SAFE_END,
    OUT_END,
    "clock.hour",
    "clock.minute",
    "end.today",
    "end.night",
    "window",
)
PHRASES_DAY: Final = ("day.today", "day.tomorrow", *(f"day.{n}" for n in range(7)))
STAFF: Final = (
    "offer",
    "offer_urgent",
    "escalated",
    "taken",
    "gone",
    "given_back",
    "how",
    "noted",
    "on",
    "off",
    "paused",
    "not_on",
    "here",
    "still_here",
    "help",
    "which",
    "too_late",
    "lapsed",
    "review",
    "not_rung",
    "handed",
    "nothing",
    "gone_dark",
    "slip",
    "on_call",
    "on_call_due",
    "closed",
    "wants_time",
    "away",
    "away_hours",
    "there",
    "which_day",
    "which_hours",
    "no_day",
    "on_page",
    "busy",
    "forbidden",
    "rest",
    "skill",
    "supervisor",
    "wanted",
    "many",
    "many_ended",
    "how_long",
    "too_few",
    "hours_closed",
    "hours_opened",
    "crowd",
)
STAFF_WORDS: Final = (
    "take",
    "back",
    "again",
    "on",
    "off",
    "pause",
    "here",
    "spoke",
    "no_answer",
    "unreachable",
    "someone_else",
    "wrong_word",
    "could_not_talk",
    "prank",
    "away",
    "there",
    "many",
    "calm",
    "close",
    "open",
)
SERVICE: Final = (
    "neutral.broken",
    "sms.word.stop",
    *(f"staff.{name}" for name in STAFF),
    *(f"staff.word.{name}" for name in STAFF_WORDS),
    *(f"voice.{name}" for name in ("answer", "other", "word", "none", "late", "cover")),
    *NEEDED,
    *(f"word.{name}" for name in ("water", "milk", "vaccine", "fever")),
)
"""What the service says to staff and callers beside the screens; its tests hold the two together."""
LONGEST: Final = 2000
"""Letters of one message, or of a field of the directory: some fifteen screens. Nobody reads on, and to cut it takes a process long."""
