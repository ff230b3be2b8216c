"""The tables, once for every database.

Nothing imports this while the server runs: SQLAlchemy takes 0.4 s to import. Migrations, the texts in
`sqlite/compiled.py` and the tests come from it. See docs/adr/0011-statements-are-compiled-ahead.md.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text

METADATA = MetaData()

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("session_id", Text, primary_key=True),
    Column("log_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("scenario_id", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("configuration", LargeBinary, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("ended_at_ms", BigInteger),
)

# No foreign key: the insert looks for the session itself, because lines of an erased one are dropped, not refused.
EVENTS = Table(
    "events",
    METADATA,
    Column("session_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

CALLS = Table(
    "calls",
    METADATA,
    Column("call_id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("number_key", Text, nullable=False),
    Column("number_ends", Text, nullable=False),
    Column("address_key", Text, nullable=False),
)

Index("calls_by_time", CALLS.c.at_ms, CALLS.c.call_id)
Index("sessions_newest", SESSIONS.c.created_at_ms, SESSIONS.c.session_id)
Index("sessions_newest_of_owner", SESSIONS.c.owner_id, SESSIONS.c.created_at_ms, SESSIONS.c.session_id)
Index("sessions_by_end", SESSIONS.c.ended_at_ms, SESSIONS.c.session_id)
