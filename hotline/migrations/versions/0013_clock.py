"""When each machine's clock was right for the last time; and a head for the audit of a line that published before there was one."""

import sqlalchemy as sa
from alembic import context, op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNAUDITED = "SELECT 1 FROM editions WHERE NOT EXISTS (SELECT 1 FROM audit) AND NOT EXISTS (SELECT 1 FROM audit_head) LIMIT 1"


def upgrade() -> None:
    op.create_table(
        "clocks",
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("wall", sa.BigInteger(), nullable=False),
        sa.Column("steady", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("boot", name="pk_clocks"),
    )
    if op.get_bind().execute(sa.text(UNAUDITED)).first() is None:
        return
    seal = context.config.attributes["seal"]
    if seal is None:
        raise ValueError("this database has an audit to be bound: the keys are needed")
    op.get_bind().execute(
        sa.text("INSERT INTO audit_head (one, sequence, digest, bound) VALUES (1, 0, :nothing, :bound)"),
        {"nothing": b"", "bound": seal.digest("audit.head", "0|")},
    )
