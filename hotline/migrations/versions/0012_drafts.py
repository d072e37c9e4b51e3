"""What somebody typed into a form of the console and has not sent, and how often a code was wrong after a right password."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("place_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_drafts_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place_hash", name="pk_drafts"),
    )
    op.create_index("ix_drafts_staff", "drafts", ["staff"])
    op.create_table(
        "guesses",
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_guesses_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff", name="pk_guesses"),
    )
