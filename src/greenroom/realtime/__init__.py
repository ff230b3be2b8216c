"""The OpenAI Realtime protocol (GA, over WebSocket), typed once for both of its sides. Pure: bytes in, events out."""

from greenroom.realtime.codec import ProtocolError, Unknown, build, parse_client, parse_server, unknown_parameters

__all__ = ["ProtocolError", "Unknown", "build", "parse_client", "parse_server", "unknown_parameters"]
