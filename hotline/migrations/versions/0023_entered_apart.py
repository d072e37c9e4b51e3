"""What staff enter is rung apart from what strangers ask for on the same number. What was entered before stays with theirs until it is over."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("callbacks", "rings"):
        op.add_column(table, sa.Column("entered", sa.Boolean(), server_default=sa.false(), nullable=False))
