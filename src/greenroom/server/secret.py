"""Secrets that nobody has to think of: made at the first start, kept in the data folder, readable by its owner only."""

import os
import secrets
from pathlib import Path

from greenroom.config import ConfigurationError

SECRET_FILE = "secret"  # noqa: S105
ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105


def kept(folder: Path, name: str) -> str:
    """The secret of this name, made now if there is none. Raises `ConfigurationError` when it can't be kept."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _read(path) or _make(path)
    except OSError as error:
        raise ConfigurationError(f"GREENROOM_DATA: {path} can't be used: {error.strerror or error}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigurationError(f"GREENROOM_DATA: {path} is damaged; delete it to have a new one made") from None


def _make(path: Path) -> str:
    made = secrets.token_urlsafe(32)
    # Written aside and linked, so that two processes that start at once agree, and nobody reads half of it.
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        if path.exists():  # empty, from a start that was cut short
            aside.replace(path)
            return made
        path.hardlink_to(aside)
    except FileExistsError:
        return _read(path)
    finally:
        aside.unlink(missing_ok=True)
    return made
