"""Every statement a store needs, in SQLAlchemy Core; each database's texts are compiled from these ahead of time."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    Select,
    Text,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)

from greenroom.stores.schema import CALLS, EVENTS, SESSIONS

_Rows = Select[*tuple[Any, ...]]

_of_session = bindparam("session_id", type_=Text)
_of_owner = bindparam("owner_id", type_=Text)
_limit = bindparam("limit", type_=BigInteger)
_S = SESSIONS.c
_E = EVENTS.c
_C = CALLS.c

# The log itself says how long it is: a second count in the session's row would be written with every event.
_head_seq = (
    select(func.coalesce(func.max(_E.seq), literal_column("0")))
    .where(_E.session_id == _S.session_id)
    .scalar_subquery()
    .label("head_seq")
)
# In the order of `SessionRow`.
_rows: _Rows = select(
    _S.session_id,
    _S.log_id,
    _S.owner_id,
    _S.channel,
    _S.scenario_id,
    _S.created_at_ms,
    _S.status,
    _S.reason,
    _S.configuration,
    _S.node_id,
    _head_seq,
    _S.ended_at_ms,
)
_newest_first = _rows.order_by(_S.created_at_ms.desc(), _S.session_id.desc()).limit(_limit)
_earlier = tuple_(_S.created_at_ms, _S.session_id) < tuple_(
    bindparam("before_ms", type_=BigInteger), bindparam("before_id", type_=Text)
)
_oldest_first = _rows.where(_S.ended_at_ms.is_(None)).order_by(_S.created_at_ms, _S.session_id)

_line = [bindparam(name, type_=_E[name].type) for name in ("session_id", "seq", "type", "at_ms", "body")]
_change = {
    name: func.coalesce(bindparam(name, type_=_S[name].type), _S[name])
    for name in ("status", "reason", "configuration", "scenario_id", "ended_at_ms")
}

STATEMENTS: dict[str, Executable] = {
    "ADD_SESSION": insert(SESSIONS).values({column.name: bindparam(column.name) for column in SESSIONS.c}),
    "ADD_LINE": insert(EVENTS).from_select(
        [column.key for column in _line],
        select(*_line).where(exists().where(_S.session_id == _of_session)),
    ),
    "CHANGE_SESSION": update(SESSIONS).where(_S.session_id == bindparam("which", type_=Text)).values(_change),
    "ERASE_SESSION": delete(SESSIONS).where(_S.session_id == _of_session),
    "ERASE_LINES": delete(EVENTS).where(_E.session_id == _of_session),
    "ADD_CALL": insert(CALLS).values({column.name: bindparam(column.name) for column in CALLS.c}),
    "UNDO_CALL": delete(CALLS).where(_C.call_id == bindparam("call_id", type_=Text)),
    "FORGET_CALLS": delete(CALLS).where(_C.at_ms < bindparam("before_ms", type_=BigInteger)),
    "CALLS_SINCE": select(*CALLS.c)
    .where(_C.at_ms >= bindparam("at_ms", type_=BigInteger))
    .order_by(_C.at_ms, _C.call_id),
    "SESSION": _rows.where(_S.session_id == _of_session),
    "SESSIONS": _newest_first,
    "SESSIONS_BEFORE": _newest_first.where(_earlier),
    "SESSIONS_OF_OWNER": _newest_first.where(_S.owner_id == _of_owner),
    "SESSIONS_OF_OWNER_BEFORE": _newest_first.where(_S.owner_id == _of_owner, _earlier),
    "PRACTICES": select(func.count()).where(
        _S.owner_id == _of_owner, _S.scenario_id == bindparam("scenario_id", type_=Text)
    ),
    "UNENDED": _oldest_first,
    "UNENDED_OF_NODE": _oldest_first.where(_S.node_id == bindparam("node_id", type_=Text)),
    "EVENTS": select(_E.seq, _E.type, _E.at_ms, _E.body)
    .where(_E.session_id == _of_session, _E.seq > bindparam("after", type_=BigInteger))
    .order_by(_E.seq)
    .limit(_limit),
    "ENDED_BEFORE": select(_S.session_id)
    .where(_S.ended_at_ms < bindparam("at_ms", type_=BigInteger))
    .order_by(_S.ended_at_ms, _S.session_id)
    .limit(_limit),
}
