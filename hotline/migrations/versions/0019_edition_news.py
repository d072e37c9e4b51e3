"""Who has not read yet why a draft came back, and who wrote the words that were published from a draft."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition_drafts", sa.Column("sent_back_to", sa.String(length=32), nullable=True))
    op.create_table(
        "authorships",
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("language", "key", "digest", "by", name="pk_authorships"),
    )
