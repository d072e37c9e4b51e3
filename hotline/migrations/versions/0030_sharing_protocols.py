"""Information-sharing protocols are recorded: while none is in force no row of an incident leaves."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sharing_protocols",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("partner", sa.String(length=120), nullable=False),
        sa.Column("signed_by", sa.String(length=120), nullable=False),
        sa.Column("letter", sa.String(length=120), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_sharing_protocols"),
    )
