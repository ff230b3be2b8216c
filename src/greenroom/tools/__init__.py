"""Functions for the voice model: one that is shipped, and those of an operator's own."""

from greenroom.tools.look_up import LookUp
from greenroom.tools.web import WebTool, read_tools

__all__ = ["LookUp", "WebTool", "read_tools"]
