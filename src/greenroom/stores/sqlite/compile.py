"""Writes `compiled.py`: `python -m greenroom.stores.sqlite.compile`, after the schema or a statement was changed."""

from pathlib import Path
from typing import Any

from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable

from greenroom.stores.schema import METADATA
from greenroom.stores.statements import STATEMENTS

COMPILED = Path(__file__).with_name("compiled.py")
_ABOUT = (
    '"""SQL for SQLite, from `stores.schema` and `stores.statements` by `python -m greenroom.stores.sqlite.compile`."""'
)


def texts() -> dict[str, str | tuple[str, ...]]:
    """What `compiled.py` must hold: the schema's statements in order, then every other one by its name."""
    dialect = SQLiteDialect(paramstyle="named")

    def text(element: Any) -> str:
        lines = [line.strip() for line in str(element.compile(dialect=dialect)).strip().splitlines()]
        # The dialect always adds an offset, as a parameter of its own.
        return "\n".join(lines).replace(" OFFSET :param_1", "")

    tables = METADATA.sorted_tables
    indexes = sorted((index for table in tables for index in table.indexes), key=lambda index: str(index.name))
    schema = tuple(text(CreateTable(table)) for table in tables) + tuple(text(CreateIndex(index)) for index in indexes)
    return {"SCHEMA": schema} | {name: text(statement) for name, statement in STATEMENTS.items()}


def source() -> str:
    """The text of `compiled.py`."""
    lines = [_ABOUT]
    for name, value in texts().items():
        if isinstance(value, tuple):
            lines += ["", f"{name} = (", *(f'    """\n{part}\n""",' for part in value), ")"]
        else:
            lines += ["", f'{name} = """\n{value}\n"""']
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    COMPILED.write_text(source(), encoding="utf-8")
