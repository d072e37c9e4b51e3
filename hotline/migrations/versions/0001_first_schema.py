"""The first schema: ledger, callbacks, staff, calls, outbox, editions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IS_OPEN = sa.text("state IN ('waiting', 'claimed', 'review')")


def upgrade() -> None:
    create_callbacks()
    create_people()
    create_records()


def create_callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("other_phone", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=16)),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=32)),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("ending", sa.String(length=16)),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_closed_at", "callbacks", ["closed_at"])
    op.create_index("ix_callbacks_made_at", "callbacks", ["made_at"])
    op.create_index("ix_callbacks_state", "callbacks", ["state", "not_after"])
    op.create_index("ix_callbacks_reference", "callbacks", ["reference"])
    op.create_index("uq_callbacks_reference", "callbacks", ["reference"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_table(
        "numbers",
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_numbers_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("callback", name="pk_numbers"),
    )
    op.create_index("ix_numbers_number_hash", "numbers", ["number_hash"])
    op.create_table(
        "tries",
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("call", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_tries_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("callback", "call", name="pk_tries"),
    )
    op.create_table(
        "stops",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number_hash", "at", name="pk_stops"),
    )


def create_people() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("alias", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("reads", sa.String(length=8), nullable=False),
        sa.Column("speaks", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger()),
        sa.Column("on_until", sa.BigInteger()),
        sa.Column("off_until", sa.BigInteger()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "shifts",
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("end", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_shifts_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff", "weekday", "start", "end", name="pk_shifts"),
    )
    op.create_table(
        "offers",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_offers_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sequence", name="pk_offers"),
    )
    op.create_index("ix_offers_callback", "offers", ["callback", "staff"])
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("session_hash", sa.LargeBinary()),
        sa.Column("dialed_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_calls_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_callback", "calls", ["callback"])
    op.create_index("ix_calls_session_hash", "calls", ["session_hash"])
    op.create_index("ix_calls_staff", "calls", ["staff"])


def create_records() -> None:
    op.create_table(
        "ledger",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("key", name="pk_ledger"),
    )
    op.create_index("ix_ledger_until", "ledger", ["until"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("queue", sa.String(length=8), nullable=False),
        sa.Column("sealed_to", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.String(length=128)),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "changed_at"])
    op.create_index("ix_outbox_vendor_id", "outbox", ["vendor_id"])
    op.create_table(
        "editions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("active_from", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_editions"),
    )
