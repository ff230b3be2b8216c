"""Sessions and their logs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "events",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("scenario_id", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("configuration", sa.LargeBinary, nullable=False),
        sa.Column("node_id", sa.Text, nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger),
    )
    op.create_index("sessions_by_end", "sessions", ["ended_at_ms", "session_id"])
    op.create_index("sessions_newest", "sessions", ["created_at_ms", "session_id"])
    op.create_index("sessions_newest_of_owner", "sessions", ["owner_id", "created_at_ms", "session_id"])
