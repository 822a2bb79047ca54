"""Wheel hook: derive the packaged data once, at build time, so that the first query after installation answers at once."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PrebuiltHook(BuildHookInterface):
    """Adds ``kg/_data/prebuilt``: the record validated and derived, as sorted N-Quads."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Derive the record into a temporary folder and include it."""
        if version == "editable":
            return
        self.target = Path(tempfile.mkdtemp(prefix="servanda-"))
        sys.path.insert(0, self.root)
        from kg.build import write_prebuilt

        write_prebuilt(self.target)
        for path in self.target.iterdir():
            build_data["force_include"][str(path)] = f"kg/_data/prebuilt/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if hasattr(self, "target"):
            shutil.rmtree(self.target, ignore_errors=True)
