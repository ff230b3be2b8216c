"""Engines: connections to voice models. Each folder is one plug-in for `ports.engine`."""
