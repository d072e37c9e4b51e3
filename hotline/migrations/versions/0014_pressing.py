"""What waits in the order in which it presses, offers by person and by time, who goes on past a cap, whom a message is for, and how long callers waited."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_callbacks_pressing", "callbacks", ["state", sa.text("urgent DESC"), "sunk", "not_after", "made_at", "id"])
    op.create_index("ix_callbacks_opens_at", "callbacks", ["state", "opens_at", "not_after", "id"])
    op.create_index("ix_offers_staff", "offers", ["staff", "sequence"])
    op.create_index("ix_offers_at", "offers", ["at"])
    op.create_table(
        "wait_tallies",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "urgent", "minutes", name="pk_wait_tallies"),
    )
    op.add_column("staff", sa.Column("goes_on_until", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("role", sa.String(length=16), nullable=True))
