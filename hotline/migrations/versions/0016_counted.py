"""What the figures count of callbacks, in an order of its own."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_callbacks_counted", "callbacks", ["language", "urgent", "state", "ending", "tries", "made_at"])


def downgrade() -> None:
    op.drop_index("ix_callbacks_counted", "callbacks")
