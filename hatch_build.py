"""How a wheel is laid out: the rooms of the checkout move into the one package ``wutong``; an editable install points at it."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOMS = ("model", "experiments", "scenarios")


class Rooms(BuildHookInterface):
    """Adds the rooms to a wheel; in an editable install ``wutong/__init__.py`` finds them beside itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"].update({room: f"wutong/{room}" for room in ROOMS})
