"""The two query engines behind one face: embedded Oxigraph, and rdflib for comparison.

Terms are pyoxigraph terms on both. The default graph is always the union of all named graphs.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Protocol

    import rdflib
else:
    Protocol = object

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Row = tuple["Term | None", ...]


class Rows:
    """Answer of a SELECT: variable names, and one tuple of terms (None where unbound) a row."""

    def __init__(self, names: list[str], rows: list[Row]) -> None:
        self.names, self.rows = names, rows


class Engine(Protocol):
    """What the rules and queries need of an engine."""

    name: str

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the named graph."""

    def construct(self, text: str) -> Iterable[ox.Triple]:
        """Run a CONSTRUCT over the union of all graphs: triples, some of them perhaps more than once, as they come."""

    def select(self, text: str) -> Rows:
        """Run a SELECT over the union of all graphs."""

    def stream(self, text: str) -> Iterable[Row]:
        """The rows of a SELECT as they come, for answers that grow with the graph."""


class OxigraphEngine:
    """Embedded Oxigraph, in memory or over an open store."""

    name = "oxigraph"

    def __init__(self, store: ox.Store | None = None) -> None:
        self.store = ox.Store() if store is None else store

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the named graph."""
        node = ox.NamedNode(graph)
        self.store.bulk_extend(ox.Quad(t.subject, t.predicate, t.object, node) for t in triples)

    def construct(self, text: str) -> Iterable[ox.Triple]:
        """Run a CONSTRUCT over the union of all graphs: triples as they come, so that a big answer need not fit in memory."""
        return self.store.query(text, use_default_graph_as_union=True)  # type: ignore[return-value]

    def select(self, text: str) -> Rows:
        """Run a SELECT over the union of all graphs."""
        solutions = self.store.query(text, use_default_graph_as_union=True)
        assert isinstance(solutions, ox.QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        return Rows(names, [tuple(solution) for solution in solutions])  # type: ignore[arg-type]

    def stream(self, text: str) -> Iterable[Row]:
        """The rows of a SELECT as they come."""
        return map(tuple, self.store.query(text, use_default_graph_as_union=True))  # type: ignore[arg-type]


class RdflibEngine:
    """rdflib's own engine, with the union of all named graphs as default graph."""

    name = "rdflib"

    def __init__(self) -> None:
        import rdflib

        self.dataset = rdflib.Dataset(default_union=True)

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the named graph."""
        import rdflib

        target = self.dataset.graph(rdflib.URIRef(graph))
        for triple in triples:
            target.add((_to_rdflib(triple.subject), _to_rdflib(triple.predicate), _to_rdflib(triple.object)))

    def construct(self, text: str) -> set[ox.Triple]:
        """Run a CONSTRUCT over the union of all graphs."""
        answer = self.dataset.query(text)
        return {ox.Triple(*(_from_rdflib(term) for term in triple)) for triple in answer}  # type: ignore[arg-type, union-attr]

    def select(self, text: str) -> Rows:
        """Run a SELECT over the union of all graphs."""
        answer = self.dataset.query(text)
        names = [str(variable) for variable in answer.vars or []]
        rows = [tuple(None if term is None else _from_rdflib(term) for term in row) for row in answer]  # type: ignore[union-attr]
        return Rows(names, rows)

    def stream(self, text: str) -> Iterable[Row]:
        """The rows of a SELECT: all of them are there before the first is given."""
        return self.select(text).rows


def _to_rdflib(term: Term | ox.Triple) -> rdflib.term.Node:
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, ox.Literal)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value.endswith("#string")
    return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value), normalize=False)


def _from_rdflib(term: rdflib.term.Node) -> Term:
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    assert isinstance(term, rdflib.Literal)
    if term.language:
        return ox.Literal(str(term), language=term.language)
    if term.datatype is None:
        return ox.Literal(str(term))
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))
