"""A proposal that was decided leaves its number, without its sources: until now only the audit knew which numbers were given."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PROPOSED = re.compile(r"proposal ([0-9]{1,9})")


def upgrade() -> None:
    connection = op.get_bind()
    there = {number for (number,) in connection.execute(sa.text("SELECT number FROM proposals"))}
    lines = connection.execute(sa.text("SELECT at, who, about FROM audit WHERE what = 'proposed' ORDER BY sequence"))
    for at, who, about in lines.all():
        named = PROPOSED.fullmatch(about)
        if named is None or int(named[1]) in there:
            continue
        there.add(int(named[1]))
        connection.execute(
            sa.text("INSERT INTO proposals (number, made_at, made_by, sources) VALUES (:number, :at, :who, :nothing)"),
            {"number": int(named[1]), "at": at, "who": who, "nothing": b""},
        )
