"""A folder with an embedded Oxigraph store as the target of a load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pyoxigraph as ox

from kg.errors import StoreError
from kg.load.source import Digest, LineDigest, replacement
from kg.namespaces import GRAPH

if TYPE_CHECKING:
    from kg.load.stream import Stream


class FolderTarget:
    """Graphs in an Oxigraph store on this machine's disk; another program may serve it afterwards."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError where it cannot be opened for writing."""
        self.name = str(folder)
        self.retries = 0
        if folder.is_dir() and any(folder.iterdir()) and not (folder / "CURRENT").is_file():
            kind = "a store of kg itself" if (folder / "generations").is_dir() else "neither empty nor an Oxigraph store"
            raise StoreError("KG-ST09", f"the folder is {kind}", place=str(folder), fix="give a new folder, or that of an Oxigraph store")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.store = ox.Store(str(folder))
        except OSError as error:
            locked = "lock" in str(error).lower()
            raise StoreError(
                "KG-ST10",
                f"the Oxigraph store cannot be opened: {'another program holds it' if locked else error}",
                place=str(folder),
                fix="stop the program that holds it, or load over its URL" if locked else "check the folder",
            ) from None

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """How many triples each graph holds."""
        return {graph: self._count(graph) for graph in graphs}

    def _count(self, graph: str) -> int:
        rows = self.store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        assert isinstance(rows, ox.QuerySolutions)
        number = next(rows)[0]
        assert isinstance(number, ox.Literal)
        return int(number.value)

    def ours(self) -> list[str]:
        """The graphs there whose names are of our form."""
        return sorted(graph.value for graph in self.store.named_graphs() if graph.value.startswith(GRAPH))

    def predicates(self, graphs: Iterable[str]) -> dict[str, dict[str, int]]:
        """How often each predicate is used in each graph."""
        return {graph: self._predicates(graph) for graph in graphs}

    def _predicates(self, graph: str) -> dict[str, int]:
        rows = self.store.query(f"SELECT ?p (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} GROUP BY ?p")
        assert isinstance(rows, ox.QuerySolutions)
        return {row["p"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]

    def digests(self, graphs: Mapping[str, int]) -> dict[str, Digest]:
        """The digests of graphs."""
        return {graph: self._digest(graph) for graph in graphs}

    def _digest(self, graph: str) -> Digest:
        found = LineDigest()
        self.store.dump(output=found, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph))  # type: ignore[arg-type]
        return found.digest

    def pause(self, attempt: int, failure: object) -> None:
        """A disk is not asked again."""

    def put(self, graph: str, path: Path, new: bool) -> None:
        """Replace a graph in one transaction."""
        node = ox.NamedNode(graph)
        with self._errors():
            if new:
                self.store.load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=node)
            else:
                with path.open("rb") as lines:
                    insert = f"DROP GRAPH <{graph}> ; INSERT DATA {{ GRAPH <{graph}> {{\n".encode() + lines.read() + b"} }"
                self.store.update(insert.decode())
            self.store.flush()

    def replace(self, parts: Mapping[str, bytes], held: Iterable[str]) -> None:
        """Replace several graphs in one transaction."""
        with self._errors():
            self.store.update(replacement(parts, held).decode())
            self.store.flush()

    def append(self, graph: str, batch: bytes, way: str) -> None:
        """Add N-Triples to a graph, without a transaction."""
        with self._errors():
            self.store.bulk_load(input=batch, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))

    def bulk(self, quads: Stream) -> None:
        """Load N-Quads; the bulk loader takes them all or none."""
        with self._errors():
            self.store.bulk_load(input=cast("IO[bytes]", quads), format=ox.RdfFormat.N_QUADS)

    def switch(self, moves: Iterable[tuple[str, str, int]]) -> None:
        """Put each graph aside in the place of its graph, in one transaction."""
        with self._errors():
            self.store.update(" ;\n".join(f"MOVE GRAPH <{aside}> TO GRAPH <{graph}>" for aside, graph, _ in moves))

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs, if they are there."""
        with self._errors():
            for graph in graphs:
                self.store.remove_graph(ox.NamedNode(graph))
            self.store.flush()

    def _errors(self) -> _Errors:
        return _Errors(self.name)


class _Errors:
    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise StoreError(
                "KG-ST11",
                f"the Oxigraph store cannot be written: {error}",
                place=self.place,
                fix="free some space or check the permissions, then run the same command again",
            ) from None
