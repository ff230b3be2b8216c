"""The page: sound and messages over a WebSocket of its own."""
