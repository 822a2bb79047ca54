"""Files against the shapes, with the base graph as context: what ``kg validate`` does."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.read import Document, graph_of, parse, read_data

if TYPE_CHECKING:
    from kg.query import Base
    from kg.validate import Result

SEVERITIES = ("violation", "warning", "info")


@dataclass(frozen=True)
class Report:
    """What validation found: ``results`` in the order of files and lines, and the ``engine`` that found it."""

    results: list[Result]
    engine: str

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and notes do not count."""
        return not self.counts["violation"]

    @property
    def counts(self) -> dict[str, int]:
        """How many results of each severity."""
        return {severity: sum(result.severity == severity for result in self.results) for severity in SEVERITIES}

    def document(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """The report as one JSON document, as docs/reference/schemas/validate.json says."""
        return {
            "schema": "servanda/validate/1",
            "data_version": manifest["data_version"],
            "ruleset": manifest["ruleset"],
            "as_of": manifest["cut_off"],
            "conforms": self.conforms,
            "counts": self.counts,
            "engine": self.engine,
            "results": [asdict(result) for result in self.results],
        }


def check(paths: Iterable[Path], base: Base, engine: str | None = None) -> Report:
    """Validate files (``-`` is Turtle on standard input) together with the base graph.

    Results are those about things that the files describe. A file that stands for one of the base's own
    graphs replaces it. Raises InputError where a file cannot be read.
    """
    from kg.locate import locate
    from kg.validate import DEFAULT_ENGINE, validate_triples

    documents = [_document(path) for path in paths]
    context = _context(base.store, {document.graph for document in documents})
    triples = [*context, *(triple for document in documents for triple in document.triples)]
    described = {triple.subject.value for document in documents for triple in document.triples if isinstance(triple.subject, ox.NamedNode)}
    chosen = engine or DEFAULT_ENGINE
    found = [result for result in validate_triples(triples, chosen) if result.focus in described]
    return Report(sorted(locate(found, documents), key=_order), chosen)


def _document(path: Path) -> Document:
    if str(path) == "-":
        return parse(Path("standard-input.ttl"), sys.stdin.buffer.read())
    return read_data([path])[0]


def _context(store: ox.Store, replaced: set[str]) -> list[ox.Triple]:
    derived = graph_of(Path("/derived/x.ttl")).removesuffix("x")
    skip = {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode) and (graph.value in replaced or graph.value.startswith(derived))}
    return [ox.Triple(q.subject, q.predicate, q.object) for q in store if not (isinstance(q.graph_name, ox.NamedNode) and q.graph_name.value in skip)]


def _order(result: Result) -> tuple[str, int, str, str]:
    return result.file or "", result.line or 0, result.code, result.focus
