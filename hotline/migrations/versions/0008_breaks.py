"""A counselor's break, which does not end the shift."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("paused_until", sa.BigInteger(), nullable=True))
