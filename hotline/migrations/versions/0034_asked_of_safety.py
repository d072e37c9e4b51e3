"""Who was not asked how safe a call left her is no more counted as one who would not say.

Of before, the two cannot be told apart. What of that stands in released figures stays, so that they come out again; the rest is counted as either.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

COUNTS = sa.table("safer_tallies", sa.column("month", sa.Integer), sa.column("answer", sa.String))
RELEASES = sa.table("releases", sa.column("period", sa.String), sa.column("released_at", sa.BigInteger))


def upgrade() -> None:
    connection = op.get_bind()
    public = {row.period for row in connection.execute(sa.select(RELEASES.c.period).where(RELEASES.c.released_at.is_not(None)))}
    for (month,) in connection.execute(sa.select(COUNTS.c.month).where(COUNTS.c.answer == "unknown")).all():
        first = date(1970, 1, 1) + timedelta(days=month)
        if not public & {str(first.year), f"{first.year}-Q{(first.month + 2) // 3}"}:
            of_month = sa.update(COUNTS).where(COUNTS.c.month == month, COUNTS.c.answer == "unknown")
            connection.execute(of_month.values(answer="either"))
