"""A store over HTTP as the target of a load."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyoxigraph as ox

from kg.errors import EndpointError
from kg.load.endpoint import Endpoint
from kg.load.source import Digest, LineDigest, dataset_digests, digest_of, replacement
from kg.namespaces import GRAPH

if TYPE_CHECKING:
    from kg.load.http import Client
    from kg.load.stream import Stream

_NT = "application/n-triples"
_NQ = "application/n-quads"
_PIECE = 1 << 18  # bytes of an answer at a time
_DROPPED = 500  # graphs in one update
_MANY = 50  # graphs; more are read back in one answer, if they are most of what is there
_T = TypeVar("_T")
_READS = {"n-triples": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE, "text/plain": ox.RdfFormat.N_TRIPLES}


class RemoteTarget:
    """Graphs in a store that speaks SPARQL 1.1 over HTTP."""

    def __init__(self, endpoint: Endpoint, client: Client) -> None:
        self.endpoint = endpoint
        self.client = client
        self.name = endpoint.query
        self.retries = client.access.retries
        self.pause = client.pause

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """How many triples each of these graphs holds; a graph that is not there holds none."""
        graphs = list(graphs)
        found = dict.fromkeys(graphs, 0)
        for start in range(0, len(graphs), 100):
            listed = " ".join(f"<{graph}>" for graph in graphs[start : start + 100])
            text = f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ VALUES ?g {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
            found |= {row["g"]: int(row["n"]) for row in self._select(text) if "g" in row}
        return found

    def ours(self) -> list[str]:
        """The graphs there whose names are of our form, those left aside by an interrupted load too."""
        text = f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{GRAPH}")) }}'
        return sorted(row["g"] for row in self._select(text))

    def predicates(self, graphs: Iterable[str]) -> dict[str, dict[str, int]]:
        """How often each predicate is used in each graph."""
        graphs = list(graphs)
        found: dict[str, dict[str, int]] = {graph: {} for graph in graphs}
        for start in range(0, len(graphs), 100):
            listed = " ".join(f"<{graph}>" for graph in graphs[start : start + 100])
            text = f"SELECT ?g ?p (COUNT(*) AS ?n) WHERE {{ VALUES ?g {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g ?p"
            for row in self._select(text):
                if "g" in row:
                    found[row["g"]][row["p"]] = int(row["n"])
        return found

    def digests(self, graphs: Mapping[str, int]) -> dict[str, Digest]:
        """The digests of graphs as the store gives them back, each with about how many triples to expect. Raises EndpointError."""
        if self.endpoint.server.lines and len(graphs) > _MANY and self._holds_less_than(2 * sum(graphs.values())):
            return self._read(self.name, lambda: self._dataset(graphs))
        with ThreadPoolExecutor(2 if self.endpoint.server.lines else 1) as two:  # a store reads slower than it is compared
            return dict(zip(graphs, two.map(lambda graph: self._read(graph, lambda: self._digest(graph)), graphs), strict=True))

    def _holds_less_than(self, number: int) -> bool:
        """Whether the store holds fewer quads, without counting more of them than that."""
        text = f"SELECT (COUNT(*) AS ?n) {{ SELECT ?s {{ {{ GRAPH ?g {{ ?s ?p ?o }} }} UNION {{ ?s ?p ?o }} }} LIMIT {number} }}"
        return int(self._select(text)[0]["n"]) < number

    def _read(self, place: str, read: Callable[[], _T]) -> _T:
        """Read, again where the answer is cut off. Raises EndpointError."""
        for attempt in range(self.retries + 1):
            try:
                return read()
            except (OSError, SyntaxError, ValueError) as error:
                failure = error
                time.sleep(min(5.0, self.client.access.pause * 2**attempt))
        raise EndpointError(
            "KG-EN09", f"what was loaded cannot be read back: {failure}", place=place, fix="run the command again; '--verify counts' compares numbers only"
        )

    def _dataset(self, graphs: Iterable[str]) -> dict[str, Digest]:
        assert self.endpoint.store is not None
        with self.client.request("GET", self.endpoint.store, accept=_NQ, stream=True) as answer:
            return dataset_digests(_Stream(answer.raw).pieces(), graphs)

    def _digest(self, graph: str) -> Digest:
        accept = f"{_NT}, text/turtle;q=0.5"
        if self.endpoint.store is not None:
            answer = self.client.request("GET", self.endpoint.store, params={"graph": graph}, accept=accept, stream=True, allow=(404,))
        else:
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            answer = self.client.request("POST", self.endpoint.query, data={"query": text}, accept=accept, stream=True)
        if answer.status_code in (204, 404):
            return Digest()
        kind = answer.headers.get("Content-Type", "")
        form = next((value for key, value in _READS.items() if key in kind), None)
        if form is None:
            raise EndpointError("KG-EN09", f"the graph cannot be read back: it comes as {kind!r}", place=graph, fix="'--verify counts' compares numbers only")
        with answer:
            if self.endpoint.server.lines:
                found = LineDigest()
                for piece in _Stream(answer.raw).pieces():
                    found.write(piece)
                return found.digest
            return digest_of(str(quad.triple).encode() for quad in ox.parse(_Stream(answer.raw), format=form))  # type: ignore[arg-type]

    def put(self, graph: str, path: Path, new: bool) -> None:
        """Replace a graph by one request. A graph that is not there is POSTed, which some stores do faster.

        Oxigraph's PUT empties the graph in one transaction and fills it in another (its 0.5 source; graphs were seen lost): there an update does both.
        """
        assert self.endpoint.store is not None
        if not new and self.endpoint.server.bulk:
            self.replace({graph: path.read_bytes()}, [graph])
            return
        with path.open("rb") as body:
            method = "POST" if new and self.endpoint.server.put else "PUT"
            self.client.request(method, self.endpoint.store, params={"graph": graph}, data=body, content_type=_NT)

    def replace(self, parts: Mapping[str, bytes], held: Iterable[str]) -> None:
        """Replace several graphs in one transaction."""
        self.update(replacement(parts, held))

    def append(self, graph: str, batch: bytes, way: str) -> None:
        """Add N-Triples to a graph. Adding what is there already changes nothing."""
        if way == "post":
            assert self.endpoint.store is not None
            self.client.request("POST", self.endpoint.store, params={"graph": graph} | self._fast(), data=batch, content_type=_NT)
            return
        lines, size = batch.splitlines(keepends=True), self.endpoint.server.insert
        for start in range(0, len(lines), size):
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n".encode() + b"".join(lines[start : start + size]) + b"} }")

    def _fast(self) -> dict[str, str]:
        return {"no_transaction": "true"} if self.endpoint.server.bulk else {}

    def bulk(self, quads: Stream) -> None:
        """Stream N-Quads into the store. Raises EndpointError at the first failure."""
        assert self.endpoint.store is not None
        self.client.request("POST", self.endpoint.store, params=self._fast(), data=quads, content_type=_NQ, again=False)

    def switch(self, moves: Iterable[tuple[str, str, int]]) -> None:
        """Put each graph aside in the place of its graph: (aside, graph, number of triples), all in one update.

        Some stores empty the target when the graph to move is not there, so a MOVE whose answer was lost is repeated
        only after the store shows that the graph aside is still whole. Raises EndpointError.
        """
        left = list(moves)
        failure: EndpointError | None = None
        for attempt in range(self.client.access.retries + 1):
            if failure:
                self.client.pause(attempt, failure)
                there = self._settled([aside for aside, _, _ in left])
                left = [move for move in left if there[move[0]] == move[2]]
            if not left:
                return  # it happened; the check that follows says so
            try:
                self.update(" ;\n".join(f"MOVE GRAPH <{aside}> TO GRAPH <{graph}>" for aside, graph, _ in left).encode(), again=False)
                return
            except EndpointError as error:
                failure = error
        assert failure is not None
        raise failure

    def _settled(self, graphs: list[str]) -> dict[str, int]:
        """The numbers of triples, once they no longer change."""
        before = self.counts(graphs)
        while True:
            time.sleep(4 * self.client.access.pause)
            now = self.counts(graphs)
            if now == before:
                return now
            before = now

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs, if they are there: many in one update where the store is known to take that."""
        names = list(graphs)
        if self.endpoint.update is not None:
            step = _DROPPED if self.endpoint.server.bulk else 1
            for start in range(0, len(names), step):
                self.update(" ;\n".join(f"DROP SILENT GRAPH <{graph}>" for graph in names[start : start + step]).encode())
        elif self.endpoint.store is not None:
            for graph in names:
                self.client.request("DELETE", self.endpoint.store, params={"graph": graph}, allow=(404,))

    def update(self, text: bytes, again: bool = True) -> None:
        """Run an update. Raises EndpointError."""
        assert self.endpoint.update is not None
        self.client.request("POST", self.endpoint.update, data=text, content_type="application/sparql-update", again=again)

    def _select(self, text: str) -> list[dict[str, str]]:
        answer = self.client.request("POST", self.endpoint.query, data={"query": text}, accept="application/sparql-results+json")
        try:
            rows: list[dict[str, Any]] = json.loads(answer.content)["results"]["bindings"]
        except (ValueError, KeyError, TypeError):
            raise EndpointError(
                "KG-EN10", "the store's answer is not SPARQL results in JSON", place=self.endpoint.query, fix="check that the URL is a query endpoint"
            ) from None
        return [{name: term["value"] for name, term in row.items()} for row in rows]


class _Stream:
    """The body of an answer as a file; a connection that breaks is an OSError."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def read(self, size: int = -1) -> bytes:
        from urllib3.exceptions import HTTPError

        try:
            data: bytes = self.raw.read(None if size < 0 else size)
        except HTTPError as error:
            raise OSError(str(error)) from None
        return data

    def pieces(self) -> Iterator[bytes]:
        """All of it, some at a time."""
        while piece := self.read(_PIECE):
            yield piece
