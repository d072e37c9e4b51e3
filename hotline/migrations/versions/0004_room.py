"""The counselors' room: accounts, marks, reviews, casework, exceptions of shifts, care, testimonies."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _staff(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=f"fk_{table}_staff", ondelete="CASCADE"),
    )


def _callback(table: str, ondelete: str = "CASCADE") -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("callback", sa.String(length=32), nullable=ondelete != "CASCADE"),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name=f"fk_{table}_callback", ondelete=ondelete),
    )


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("given_back", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("callbacks", sa.Column("sunk", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("callbacks", sa.Column("safer", sa.String(length=16), nullable=True))
    op.add_column("staff", sa.Column("minors", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("staff", sa.Column("on_call_until", sa.BigInteger(), nullable=True))
    op.add_column("calls", sa.Column("covered_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_calls_dialed_at", "calls", ["dialed_at"])
    _of_staff()
    _of_callbacks()
    # What lay in review before this had no row of its own, and would lie there unseen.
    op.execute(
        "INSERT INTO reviews (id, callback, reason, at) SELECT id, id, "
        "CASE WHEN ending IN ('someone_else', 'wrong_word', 'could_not_talk') THEN ending ELSE 'unanswered' END, "
        "COALESCE(claimed_at, made_at) FROM callbacks WHERE state = 'review'"
    )


def _of_staff() -> None:
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("bound", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_audit_head"),
    )
    op.create_table(
        "exceptions",
        *_staff("exceptions"),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("end", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("staff", "day", "start", "end", name="pk_exceptions"),
    )
    op.create_table(
        "accounts",
        *_staff("accounts"),
        sa.Column("password", sa.String(length=256), nullable=False),
        sa.Column("sealed_totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery", sa.String(length=1024), nullable=False),
        sa.PrimaryKeyConstraint("staff", name="pk_accounts"),
    )
    op.create_table(
        "invites",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_staff("invites"),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invites"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_staff("sign_ins"),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_staff", "sign_ins", ["staff"])
    op.create_table(
        "failures",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_failures"),
    )
    op.create_index("ix_failures_key_hash", "failures", ["key_hash", "at"])
    op.create_table(
        "wants",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_staff("wants"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_by", sa.String(length=32), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_wants"),
    )
    op.create_table(
        "testimonies",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("written_by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cut_by", sa.String(length=32), nullable=True),
        sa.Column("released_by", sa.String(length=160), nullable=False),
        sa.Column("released_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_testimonies"),
    )


def _of_callbacks() -> None:
    op.create_table(
        "marks",
        *_callback("marks"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("callback", "kind", name="pk_marks"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_callback("reviews"),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("sealed_why", sa.LargeBinary(), nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_callback", "reviews", ["callback"])
    op.create_index("ix_reviews_decision", "reviews", ["decision", "at"])
    op.create_table(
        "pranks",
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("callback", name="pk_pranks"),
    )
    op.create_index("ix_pranks_number_hash", "pranks", ["number_hash"])
    op.create_table(
        "notes",
        *_callback("notes"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("callback", name="pk_notes"),
    )
    op.create_table(
        "consents",
        *_callback("consents"),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("callback", "kind", name="pk_consents"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_callback("incidents", "SET NULL"),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("codes", sa.String(length=2048), nullable=False),
        sa.Column("figures", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_callback", "incidents", ["callback"])
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(length=32), nullable=False),
        *_callback("referrals", "SET NULL"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("legal", sa.String(length=16), nullable=True),
        sa.Column("look_again", sa.Integer(), nullable=True),
        sa.Column("slip", sa.String(length=16), nullable=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_referrals"),
    )
    op.create_index("ix_referrals_callback", "referrals", ["callback"])
    op.create_index("ix_referrals_look_again", "referrals", ["look_again"])
