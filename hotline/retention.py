"""Retention: periods that are no setting, since each follows from another rule, which is named with it. Those that an operator may want to change are
settings (`hotline.settings.KeptFor`; docs/settings.md). `adapters/sql/upkeep/retention.py` takes away whatever is over, every five minutes.

What is listed in neither stays: staff, published editions, what was withdrawn, counts. A one-time link's time is an account's matter
(`sign_in.LINK_SECONDS`); what Redis forgets by itself within a day stands with its adapters.
"""

from __future__ import annotations

from typing import Final

from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_SECONDS

ACT_SECONDS: Final = DAY_SECONDS
"""The result of an act, under the origin by which it happens once. A form that is sent again after less would count twice."""
KEY_SECONDS: Final = DAY_SECONDS
"""The key of an order or a form, after its outcome and facts are gone. A vendor that repeats a hop after less would have it counted twice."""
RING_SECONDS: Final = DAY_SECONDS
"""When a phone was rung, and when a counselor's call ended: `HOTLINE_RINGS_A_DAY` counts over a day, and the pause after a hard call looks back."""
RUNG_SECONDS: Final = 1800
"""What one of the staff was rung for, where the vendor never says that the call is over: no ring lasts so long."""
PRANK_DAYS: Final = 30
"""The most that `HOTLINE_PRANK_DAYS` can be: older ones stand in no backup."""
REVOKED_SECONDS: Final = {
    "stop": (DAYS_AHEAD + 1) * DAY_SECONDS,
    "cancelled": (DAYS_AHEAD + 1) * DAY_SECONDS,
    "consent": 36 * DAY_SECONDS,
    "testimony": 36 * DAY_SECONDS,
    "disabled": 36 * DAY_SECONDS,
    "figures": 36 * DAY_SECONDS,
}
"""What must not be undone by a restore, in the file that lies apart. A number in a backup can ring until its callback's end, which is no further ahead
than `DAYS_AHEAD` days; what else there is names nobody, and is kept as long as the oldest backup can be, and a week, however few this line keeps:
copies may lie elsewhere. So it bounds `HOTLINE_BACKUP_DAYS` and `HOTLINE_BACKUP_WEEKS`: a backup that outlasts it undoes a stop."""
