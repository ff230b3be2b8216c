"""The HTTP and WebSocket surface: what comes in from outside is checked here and nowhere else."""
