"""Partners: of which organisation, until which day, and which terms they accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("organisation", sa.String(length=120), nullable=False, server_default=sa.text("''")))
    op.add_column("staff", sa.Column("ends_on", sa.Integer(), nullable=True))
    op.add_column("staff", sa.Column("sealed_agreed", sa.LargeBinary(), nullable=True))
