"""The rules of ``queries/rules``: CONSTRUCT queries run in the order of their file names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.engine import Engine
from kg.resources import folder

Trace = Callable[[str, int], None]


def rule_files(first: str, last: str) -> list[Path]:
    """The rule files whose two-character number lies between ``first`` and ``last``, in order of precedence."""
    files = sorted(folder("queries").joinpath("rules").glob("*.rq"))
    return [path for path in files if first <= path.name[:2] <= last]


def run_rules(engine: Engine, graph: str, first: str, last: str, trace: Trace | None = None) -> None:
    """Run a range of rules, each seeing what the earlier ones derived, into ``graph``; ``trace`` gets each rule's name and how many triples it gave."""
    for path in rule_files(first, last):
        given = _Counted(engine.construct(path.read_text(encoding="utf-8")))
        engine.add(graph, given)
        if trace:
            trace(path.stem, given.count)


class _Counted:
    """Triples, counted as they pass."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.triples, self.count = triples, 0

    def __iter__(self) -> Iterator[ox.Triple]:
        for triple in self.triples:
            self.count += 1
            yield triple
