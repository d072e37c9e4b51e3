"""Years of the audit go, and what is left holds on to where they ended."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_base",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("bound", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_audit_base"),
    )
