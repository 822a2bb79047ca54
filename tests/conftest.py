"""Shared fixtures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.build import build

sys.path.insert(0, str(Path(__file__).parent))
WORLD = Path(__file__).parent / "fixtures" / "world"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged data, built once for all tests."""
    target = tmp_path_factory.mktemp("record") / "store"
    build(target)
    return target


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small invented world, built once: for tests that build again and again."""
    target = tmp_path_factory.mktemp("world") / "store"
    build(target, [WORLD])
    return target
