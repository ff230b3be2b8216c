"""The log and the history in this process, gone with it: for tests and for a server that must keep nothing."""

from greenroom.stores.memory.store import MemoryStore

__all__ = ["MemoryStore"]
