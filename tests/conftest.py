"""Shared fixtures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.build import build

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged data, built once for all tests."""
    target = tmp_path_factory.mktemp("record") / "store"
    build(target)
    return target
