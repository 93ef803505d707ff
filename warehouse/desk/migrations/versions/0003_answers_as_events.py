"""Answers are events of their incident; a muted story is known by its words."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("incident_event", sa.Column("who", sa.String(200)))
    op.add_column("answer", sa.Column("words", sa.Text))
    op.create_index("answer_incident", "answer", ["incident_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("answer_incident", "answer")
    op.drop_column("answer", "words")
    op.drop_column("incident_event", "who")
