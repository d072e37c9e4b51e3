"""What was asked for at once is told from what was asked for a part of the day: with others of its phone it is one promise."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LONGEST_NOW = 3600
"""Seconds. Until now a request at once was told by its window, which began when it was made."""


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("at_once", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        sa.text(
            "UPDATE callbacks SET at_once = :yes WHERE urgent = :yes OR (opens_at <= made_at + 60 AND not_after - opens_at <= :longest)"
        ).bindparams(sa.bindparam("yes", True, sa.Boolean), longest=LONGEST_NOW)
    )
