"""The line rings staff to tell them of calls, and says nothing before their two digits."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_rings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("menu", sa.String(length=8), nullable=False),
        sa.Column("callback", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary(), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_rings_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_rings"),
    )
    op.create_index("ix_staff_rings_session_hash", "staff_rings", ["session_hash"])
    op.create_index("ix_staff_rings_staff", "staff_rings", ["staff", "placed_at"])
    op.create_index("ix_staff_rings_placed_at", "staff_rings", ["placed_at"])
    op.create_table(
        "ring_digits",
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("hashed", sa.LargeBinary(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_ring_digits_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff", name="pk_ring_digits"),
    )
