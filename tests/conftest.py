"""Shared fixtures."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.build import build
from kg.cli import main
from kg.query import Base

sys.path.insert(0, str(Path(__file__).parent))
WORLD = Path(__file__).parent / "fixtures" / "world"
Run = Callable[..., tuple[int, str, str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-matrix``: see test_matrix.py."""
    parser.addoption("--write-matrix", action="store_true", help="write what came out into tests/matrix.json")


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


@pytest.fixture(scope="session")
def base(store: Path) -> Base:
    """The packaged data, open."""
    return Base(store)


@pytest.fixture
def run(store: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call ``kg`` in this process over the packaged data: words to (exit code, stdout, stderr)."""

    def call(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--store", str(store)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def flat(page: str) -> str:
    """A page without its line breaks."""
    return " ".join(page.split())
