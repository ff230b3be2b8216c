"""SQL for SQLite, from `stores.schema` and `stores.statements` by `python -m greenroom.stores.sqlite.compile`."""

SCHEMA = (
    """
CREATE TABLE calls (
call_id TEXT NOT NULL,
at_ms BIGINT NOT NULL,
number_key TEXT NOT NULL,
number_ends TEXT NOT NULL,
address_key TEXT NOT NULL,
PRIMARY KEY (call_id)
)
""",
    """
CREATE TABLE events (
session_id TEXT NOT NULL,
seq BIGINT NOT NULL,
type TEXT NOT NULL,
at_ms BIGINT NOT NULL,
body BLOB NOT NULL,
PRIMARY KEY (session_id, seq)
)
""",
    """
CREATE TABLE sessions (
session_id TEXT NOT NULL,
log_id TEXT NOT NULL,
owner_id TEXT NOT NULL,
channel TEXT NOT NULL,
scenario_id TEXT NOT NULL,
created_at_ms BIGINT NOT NULL,
status TEXT NOT NULL,
reason TEXT,
configuration BLOB NOT NULL,
node_id TEXT NOT NULL,
ended_at_ms BIGINT,
PRIMARY KEY (session_id)
)
""",
    """
CREATE INDEX calls_by_time ON calls (at_ms, call_id)
""",
    """
CREATE INDEX sessions_by_end ON sessions (ended_at_ms, session_id)
""",
    """
CREATE INDEX sessions_newest ON sessions (created_at_ms, session_id)
""",
    """
CREATE INDEX sessions_newest_of_owner ON sessions (owner_id, created_at_ms, session_id)
""",
)

ADD_SESSION = """
INSERT INTO sessions (session_id, log_id, owner_id, channel, scenario_id, created_at_ms, status, reason, configuration, node_id, ended_at_ms) VALUES (:session_id, :log_id, :owner_id, :channel, :scenario_id, :created_at_ms, :status, :reason, :configuration, :node_id, :ended_at_ms)
"""

ADD_LINE = """
INSERT INTO events (session_id, seq, type, at_ms, body) SELECT :session_id AS anon_1, :seq AS anon_2, :type AS anon_3, :at_ms AS anon_4, :body AS anon_5
WHERE EXISTS (SELECT *
FROM sessions
WHERE sessions.session_id = :session_id)
"""

CHANGE_SESSION = """
UPDATE sessions SET scenario_id=coalesce(:scenario_id, sessions.scenario_id), status=coalesce(:status, sessions.status), reason=coalesce(:reason, sessions.reason), configuration=coalesce(:configuration, sessions.configuration), ended_at_ms=coalesce(:ended_at_ms, sessions.ended_at_ms) WHERE sessions.session_id = :which
"""

ERASE_SESSION = """
DELETE FROM sessions WHERE sessions.session_id = :session_id
"""

ERASE_LINES = """
DELETE FROM events WHERE events.session_id = :session_id
"""

ADD_CALL = """
INSERT INTO calls (call_id, at_ms, number_key, number_ends, address_key) VALUES (:call_id, :at_ms, :number_key, :number_ends, :address_key)
"""

UNDO_CALL = """
DELETE FROM calls WHERE calls.call_id = :call_id
"""

FORGET_CALLS = """
DELETE FROM calls WHERE calls.at_ms < :before_ms
"""

CALLS_SINCE = """
SELECT calls.call_id, calls.at_ms, calls.number_key, calls.number_ends, calls.address_key
FROM calls
WHERE calls.at_ms >= :at_ms ORDER BY calls.at_ms, calls.call_id
"""

SESSION = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions
WHERE sessions.session_id = :session_id
"""

SESSIONS = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions ORDER BY sessions.created_at_ms DESC, sessions.session_id DESC
LIMIT :limit
"""

SESSIONS_BEFORE = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions
WHERE (sessions.created_at_ms, sessions.session_id) < (:before_ms, :before_id) ORDER BY sessions.created_at_ms DESC, sessions.session_id DESC
LIMIT :limit
"""

SESSIONS_OF_OWNER = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions
WHERE sessions.owner_id = :owner_id ORDER BY sessions.created_at_ms DESC, sessions.session_id DESC
LIMIT :limit
"""

SESSIONS_OF_OWNER_BEFORE = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions
WHERE sessions.owner_id = :owner_id AND (sessions.created_at_ms, sessions.session_id) < (:before_ms, :before_id) ORDER BY sessions.created_at_ms DESC, sessions.session_id DESC
LIMIT :limit
"""

PRACTICES = """
SELECT count(*) AS count_1
FROM sessions
WHERE sessions.owner_id = :owner_id AND sessions.scenario_id = :scenario_id
"""

UNENDED = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions
WHERE sessions.ended_at_ms IS NULL ORDER BY sessions.created_at_ms, sessions.session_id
"""

UNENDED_OF_NODE = """
SELECT sessions.session_id, sessions.log_id, sessions.owner_id, sessions.channel, sessions.scenario_id, sessions.created_at_ms, sessions.status, sessions.reason, sessions.configuration, sessions.node_id, (SELECT coalesce(max(events.seq), 0) AS coalesce_1
FROM events
WHERE events.session_id = sessions.session_id) AS head_seq, sessions.ended_at_ms
FROM sessions
WHERE sessions.ended_at_ms IS NULL AND sessions.node_id = :node_id ORDER BY sessions.created_at_ms, sessions.session_id
"""

EVENTS = """
SELECT events.seq, events.type, events.at_ms, events.body
FROM events
WHERE events.session_id = :session_id AND events.seq > :after ORDER BY events.seq
LIMIT :limit
"""

ENDED_BEFORE = """
SELECT sessions.session_id
FROM sessions
WHERE sessions.ended_at_ms < :at_ms ORDER BY sessions.ended_at_ms, sessions.session_id
LIMIT :limit
"""
