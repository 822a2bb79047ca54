"""Loading into Debian's Virtuoso, and asking there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from matrix import cases, rows
from servers import virtuoso
from test_matrix import KNOWN

from kg.errors import EndpointError
from kg.load import load, unload
from kg.load.http import Access, access
from kg.query import Base
from kg.remote.engine import RemoteEngine, connect
from kg.remote.reassess import reassess

pytestmark = pytest.mark.server
DBA = Access(user="dba", password="dba")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for the whole file."""
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as url:
        yield url


@pytest.fixture(scope="module")
def loaded(server: str, world: Path) -> RemoteEngine:
    """An engine over the server with the world in it."""
    load(server, Base(world), access=DBA)
    return connect(*access(server))


@pytest.mark.parametrize("method", ["post", "update", "put"])
def test_every_way_gives_the_same_triples(world: Path, server: str, method: str) -> None:
    """By digest authentication; the load compares every triple, and the second time finds them all."""
    unload(server, access=DBA)
    report = load(server, Base(world), access=DBA, method=method)
    assert {graph.action for graph in report.graphs} == {"added"} and report.server == "Virtuoso" and report.verified
    again = load(server, Base(world), access=DBA)
    assert {graph.action for graph in again.graphs} == {"unchanged"}


def test_a_changed_graph_is_seen(world: Path, server: str, loaded: RemoteEngine) -> None:
    """The comparison is of contents, not of numbers alone."""
    from kg.load.endpoint import discover
    from kg.load.http import Client
    from kg.load.remote import RemoteTarget

    client = Client(DBA)
    target = RemoteTarget(discover(server, client), client)
    graph = target.ours()[0]
    row = loaded.select(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} LIMIT 1").rows[0]
    triple = " ".join(map(str, row))
    target.update(f"DELETE DATA {{ GRAPH <{graph}> {{ {triple} }} }} ; INSERT DATA {{ GRAPH <{graph}> {{ <a:a> <a:b> <a:c> }} }}".encode())
    report = load(server, Base(world), access=DBA)
    assert [item.iri for item in report.graphs if item.action == "replaced"] == [graph]


def test_wrong_password_and_none(world: Path, server: str) -> None:
    """Refused in words, at once."""
    for wrong in (Access(user="dba", password="wrong"), Access()):
        with pytest.raises(EndpointError, match="refuses access"):
            load(server, Base(world), access=wrong)


def test_canned_queries_give_the_same(world: Path, loaded: RemoteEngine) -> None:
    """Row for row, but for what the matrix says that Virtuoso cannot do."""
    for name, given in cases(Base(world)):
        if name in KNOWN.get("virtuoso", {}):
            continue
        assert rows(name, given, world, loaded) == rows(name, given, world), name


def test_ask_and_construct(world: Path, loaded: RemoteEngine) -> None:
    """Virtuoso answers an ASK with a number."""
    text = "PREFIX sv: <https://w3id.org/servanda/ontology#> CONSTRUCT { ?a a sv:Treaty } WHERE { ?a a sv:DefensePact }"
    assert bool(loaded.ask("ASK { ?s ?p ?o }")) and not bool(loaded.ask("ASK { <a:x> <a:y> <a:z> }"))
    assert loaded.construct(text) == set(Base(world).engine.construct(text)) != set()


def test_rules_there(world: Path, server: str, loaded: RemoteEngine) -> None:
    """The rules on the server derive what they derive here: the load afterwards finds nothing to replace."""
    reassess(server, DBA)
    report = load(server, Base(world), access=DBA)
    assert {graph.action for graph in report.graphs} == {"unchanged"}
