"""Puts templates, static files, migrations and languages into the wheel.

An editable install reads them where they stand; hatchling's own ``force-include`` would copy them there too, and the
copies would grow old.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = ("templates", "static", "migrations", "locale")


class CarryFiles(BuildHookInterface):
    """The build hook named in pyproject.toml."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders to a real wheel, and nothing to an editable one."""
        if version == "standard":
            build_data["force_include"].update({folder: f"consult/{folder}" for folder in CARRIED})
