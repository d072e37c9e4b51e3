"""Drafts of editions, part by part, what an edition is called, and who may review words and approve an edition."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("reviews", sa.String(length=64), nullable=False, server_default=sa.text("''")))
    op.add_column("staff", sa.Column("approves", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("editions", sa.Column("title", sa.String(length=64), nullable=True))
    op.add_column("proposals", sa.Column("title", sa.String(length=64), nullable=True))
    op.create_table(
        "edition_drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("proposal", sa.Integer(), nullable=True),
        sa.Column("sent_back", sa.String(length=512), nullable=True),
        sa.Column("sent_back_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_edition_drafts"),
    )
    op.create_table(
        "draft_parts",
        sa.Column("draft", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("was", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("others", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["edition_drafts.id"], name="fk_draft_parts_draft", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft", "place", name="pk_draft_parts"),
    )
