"""Whole WebSocket messages and heartbeats on top of picows frames, for either side of a connection."""

from greenroom.websocket.heartbeat import Heartbeats
from greenroom.websocket.messages import BINARY, TEXT, Messages

__all__ = ["BINARY", "TEXT", "Heartbeats", "Messages"]
