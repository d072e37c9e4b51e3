"""How long ago something happened is told in days, and of what was reported elsewhere to whom: codes that stand are read anew.

What was said by the calendar's words stays where it can be told in days: today is within three, this year or before is older than a month as
far as anybody knows. A week or a month could be before or after 72 hours: that is not known any more. So too with whom it was reported.
It needs the keys wherever there is an incident; broken off it begins anew: it is one transaction.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WHEN = {"today": "to_3_days", "week": "unknown", "month": "unknown", "year": "older", "before": "older"}
REPORTED = {"yes": "unknown"}
LENGTH = 1024


def upgrade() -> None:
    rows = op.get_bind().execute(sa.text("SELECT id, sealed FROM incidents")).all()
    if not rows:
        return
    seal = context.config.attributes["seal"]
    if seal is None:
        raise ValueError("this database has rows that are sealed: the keys are needed")
    changed: list[dict[str, Any]] = []
    for id, sealed in rows:
        place = f"incidents.sealed.{id}"
        codes = json.loads(seal.open(bytes(sealed), place))
        new = dict(codes)
        for question, amended in (("when", WHEN), ("reported", REPORTED)):
            if question in new:
                new[question] = amended.get(new[question], new[question])
        if new != codes:
            plain = json.dumps(new).encode()
            changed.append({"id": id, "sealed": seal.seal(plain.ljust(-(-len(plain) // LENGTH) * LENGTH), place)})
    if changed:
        op.get_bind().execute(sa.text("UPDATE incidents SET sealed = :sealed WHERE id = :id"), changed)
