"""The way of sound under load: this server beside a bare relay, each against the same fake engine, in one run."""
