"""Which editions and proposals were made in the studio."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("editions", "proposals"):
        op.add_column(table, sa.Column("drafted", sa.Boolean(), nullable=False, server_default=sa.false()))
