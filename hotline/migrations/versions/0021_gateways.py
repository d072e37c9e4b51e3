"""By which vendor a message went, and a call was placed. What is there already names none, and is found by its id alone."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("gateway", sa.String(length=24), nullable=True))
    op.add_column("calls", sa.Column("gateway", sa.String(length=24), nullable=True))
