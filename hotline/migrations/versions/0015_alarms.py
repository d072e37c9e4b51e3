"""What stands before supervisors and who of them sees to it, and what one of them tells whoever a callback is handed to."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=True),
        sa.Column("seen_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_alarms_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("callback", "kind", name="pk_alarms"),
    )
    op.create_table(
        "handed",
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_handed_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("callback", name="pk_handed"),
    )
