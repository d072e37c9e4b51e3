"""Retention: how long things are kept. Every period of the line stands here, but for those that are settings: `HOTLINE_NUMBER_HOURS`, `HOTLINE_CALLBACK_DAYS`,
`HOTLINE_SESSION_SECONDS`, `HOTLINE_SMS_SESSION_SECONDS`. `adapters/sql/desk/retention.py` takes away what its time is over for, every five minutes.

What is listed nowhere stays: staff, published editions, what was withdrawn, counts, the audit. A one-time link's time is an account's matter (`sign_in.LINK_SECONDS`);
what Redis forgets by itself within a day stands with its adapters.
"""

from __future__ import annotations

from typing import Final

from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_SECONDS

ACT_SECONDS: Final = DAY_SECONDS
"""The result of an act, under the origin by which it happens once."""
KEY_SECONDS: Final = DAY_SECONDS
"""The key of an order or a form, after its outcome and facts are gone."""
OUTBOX_SECONDS: Final = DAY_SECONDS
"""A message that has ended. A reply carries the caller's number and goes at the end of its time."""
HOUR_DAYS: Final = 7
"""Of the moments of a closed callback, its calls, offers and reviews, the hour is left, and after these days the day. So too of who met nobody: how many
they were is left."""
RING_SECONDS: Final = DAY_SECONDS
"""When a phone was rung, and when a counselor's call ended: for the rings of a day and the pause after a hard call."""
RUNG_SECONDS: Final = 1800
"""What one of the staff was rung for, where the vendor never says that the call is over: no ring lasts so long."""
PRANK_DAYS: Final = 30
"""The hash of a phone from which a prank came (docs: decisions)."""
FORGOTTEN_DAYS: Final = 90
"""A referral that is nobody's any more and at which nobody looked, after its day."""
FAILURE_SECONDS: Final = DAY_SECONDS
"""A failure to sign in."""
SIGN_IN_SECONDS: Final = DAY_SECONDS
"""A sign-in, after somebody last did something there. A one-time link goes with its end."""
DRAFT_SECONDS: Final = 12 * 3600
"""What somebody typed into a form and did not send, after the last letter, at the longest: it goes with a whole hour."""
TIME_REQUEST_SECONDS: Final = DAY_SECONDS
"""That somebody needs time, after a supervisor took it on."""
DECLARATION_DAYS: Final = 2
"""What a supervisor declared of the line, after its end, which is a local minute."""
EXCEPTION_DAYS: Final = 2
"""A day on which a plan is other than its week, from its beginning."""
COMMENT_DAYS: Final = 365
"""What staff say to each other about words of the line, after it was said, answered or not."""
REVOKED_SECONDS: Final = {
    "stop": (DAYS_AHEAD + 1) * DAY_SECONDS,
    "cancelled": (DAYS_AHEAD + 1) * DAY_SECONDS,
    "consent": 36 * DAY_SECONDS,
    "testimony": 36 * DAY_SECONDS,
    "disabled": 36 * DAY_SECONDS,
    "figures": 36 * DAY_SECONDS,
}
"""What must not be undone by a restore, in the file that lies apart. A number in a backup can ring until its callback's end, which is no further ahead
than `DAYS_AHEAD` days; what else there is names nobody, and is kept as long as the oldest backup, and a week."""
BACKUP_DAYS: Final = 7
"""Daily backups; there is one for each of as many days."""
BACKUP_WEEKS: Final = 4
"""Weekly ones, which hold no callback, no caller's number, no note and no code."""
