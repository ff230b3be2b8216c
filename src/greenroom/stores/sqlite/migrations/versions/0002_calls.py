"""Phone calls, for the limits on them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "calls",
        sa.Column("call_id", sa.Text, primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("number_key", sa.Text, nullable=False),
        sa.Column("number_ends", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text, nullable=False),
    )
    op.create_index("calls_by_time", "calls", ["at_ms", "call_id"])
