"""When each machine's clock was right for the last time."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clocks",
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("wall", sa.BigInteger(), nullable=False),
        sa.Column("steady", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("boot", name="pk_clocks"),
    )
