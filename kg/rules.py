"""The rules of ``queries/rules``: CONSTRUCT queries run in the order of their file names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from kg.engine import Engine
from kg.resources import folder

Trace = Callable[[str, int], None]


def rule_files(first: str, last: str) -> list[Path]:
    """The rule files whose two-character number lies between ``first`` and ``last``, in order of precedence."""
    files = sorted(folder("queries").joinpath("rules").glob("*.rq"))
    return [path for path in files if first <= path.name[:2] <= last]


def run_rules(engine: Engine, graph: str, first: str, last: str, trace: Trace | None = None) -> set[ox.Triple]:
    """Run a range of rules, each seeing what the earlier ones derived.

    Returns all triples derived; they are also added to ``graph``. ``trace`` gets each rule's name and row count.
    """
    derived: set[ox.Triple] = set()
    for path in rule_files(first, last):
        triples = engine.construct(path.read_text(encoding="utf-8"))
        if trace:
            trace(path.stem, len(triples))
        engine.add(graph, triples - derived)
        derived |= triples
    return derived
