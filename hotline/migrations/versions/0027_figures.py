"""What would be lost with its callback is counted by month, hours covered are kept by day, and figures that leave the line are kept as released.

Of callbacks that went before, nobody knows any more how often they were rung, nor what was said of safety: of these the endings are counted alone.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

EPOCH = date(1970, 1, 1)


def upgrade() -> None:
    tallies: dict[str, tuple[sa.Column[Any], ...]] = {
        "tries_tallies": (sa.Column("tries", sa.Integer(), autoincrement=False, nullable=False), _word("ending")),
        "safer_tallies": (_word("answer"),),
        "referral_tallies": (_word("kind"), _word("outcome")),
        "legal_tallies": (_word("legal"),),
    }
    for name, keys in tallies.items():
        op.create_table(
            name,
            sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
            *keys,
            sa.Column("count", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("month", *(key.name for key in keys), name=f"pk_{name}"),
        )
    op.create_table(
        "hour_tallies",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "language", name="pk_hour_tallies"),
    )
    op.create_table(
        "releases",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("tables", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_hidden", sa.LargeBinary(), nullable=False),
        sa.Column("prepared_at", sa.BigInteger(), nullable=False),
        sa.Column("prepared_by", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_releases"),
    )
    _count_what_is_gone()


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=16), nullable=False)


def _count_what_is_gone() -> None:
    counts: Counter[tuple[int, str]] = Counter()
    for day, ending, count in op.get_bind().execute(sa.text("SELECT day, ending, count FROM tallies WHERE ending <> ''")):
        counts[day - (EPOCH + timedelta(days=day)).day + 1, ending] += count
    rows = [{"month": month, "ending": ending, "count": count} for (month, ending), count in counts.items()]
    if rows:
        op.get_bind().execute(sa.text("INSERT INTO tries_tallies (month, tries, ending, count) VALUES (:month, 0, :ending, :count)"), rows)
