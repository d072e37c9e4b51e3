"""Stops are counted, so that the database says which came before which request; and whether keys on the phone gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    remembered = op.get_bind().execute(sa.text("SELECT number_hash, at, until FROM stops ORDER BY at")).all()
    op.drop_table("stops")
    stops = op.create_table(
        "stops",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("by_keys", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_stops"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stops_number_hash", "stops", ["number_hash"])
    op.bulk_insert(stops, [{"number_hash": row.number_hash, "at": row.at, "until": row.until, "by_keys": True} for row in remembered])
