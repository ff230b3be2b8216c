"""Builds the page into the wheel, so that whoever installs Greenroom needs no Node. A checkout serves `web/dist`."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from tools import page  # noqa: E402


class PageHook(BuildHookInterface[Any]):
    """`greenroom/page` is what the build of `web` leaves behind."""

    def dependencies(self) -> list[str]:
        return [] if page.node() else [page.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            page.build()
            build_data["force_include"][str(page.DIST)] = "greenroom/page"
