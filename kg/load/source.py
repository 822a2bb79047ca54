"""What is to be loaded: the named graphs of a store, each as N-Triples with its digest."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import UsageError
from kg.namespaces import GRAPH
from kg.store import GraphTexts

if TYPE_CHECKING:
    from kg.query import Base

DERIVED = GRAPH + "derived/"
LOADING = GRAPH + "loading/"
BATCH_BYTES = 8 << 20  # what goes in one request or one transaction


@dataclass(frozen=True)
class Digest:
    """A mark of a set of triples that does not depend on their order: their number, and the sum of their hashes."""

    count: int = 0
    total: int = 0

    @property
    def name(self) -> str:
        """Sixteen characters for use in a name."""
        return hashlib.blake2b(f"{self.count} {self.total}".encode(), digest_size=8).hexdigest()


def digest_of(lines: Iterable[bytes]) -> Digest:
    """The digest of distinct triples, each given as subject, predicate and object in N-Triples without the final dot."""
    count = total = 0
    blake, integer = hashlib.blake2b, int.from_bytes
    for line in lines:
        count += 1
        total += integer(blake(line, digest_size=16).digest(), "big")
    return Digest(count, total % (1 << 128))


class LineDigest:
    """The digest of N-Triples lines that come in pieces of any length; a store can dump into it as into a file."""

    def __init__(self) -> None:
        self._rest = b""
        self._count = self._total = 0

    def write(self, piece: bytes) -> int:
        """Take the next piece; the number of its bytes."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        found = digest_of(line[:-2] for line in lines)
        self._count += found.count
        self._total += found.total
        return len(piece)

    def flush(self) -> None:
        """Nothing to do: files have it."""

    @property
    def digest(self) -> Digest:
        """Of the whole lines until here. Raises ValueError where the last one has no end."""
        if self._rest:
            raise ValueError("the last line is cut")
        return Digest(self._count, self._total % (1 << 128))


def dataset_digests(pieces: Iterable[bytes], graphs: Iterable[str]) -> dict[str, Digest]:
    """The digests of some graphs of a dataset, of its N-Quads in pieces of any length. Raises ValueError where the last line has no end."""
    names = {f"<{graph}>".encode(): graph for graph in graphs}
    counts, totals = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    rest = b""
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        for line in lines:
            triple, _, graph = line[:-2].rpartition(b" ")
            if graph in names and triple.count(b" ") > 1:  # else a triple of the default graph, whose object is the name of a graph
                counts[graph] += 1
                totals[graph] += int.from_bytes(hashlib.blake2b(triple, digest_size=16).digest(), "big")
    if rest:
        raise ValueError("the last line is cut")
    return {name: Digest(counts[graph], totals[graph] % (1 << 128)) for graph, name in names.items()}


@dataclass(frozen=True)
class Content:
    """One graph to load: its IRI and its triples as an N-Triples file. What is computed of it stays when the file is gone."""

    graph: str
    path: Path

    @cached_property
    def digest(self) -> Digest:
        """The digest of its triples."""
        with self.path.open("rb") as lines:
            return digest_of(line[:-3] for line in lines)

    @property
    def count(self) -> int:
        """How many triples it has."""
        return sum(self.predicates.values()) if "predicates" in self.__dict__ else self.digest.count

    @cached_property
    def predicates(self) -> dict[str, int]:
        """How often each predicate is used."""
        with self.path.open("rb") as lines:
            found = Counter(line.split(b" ", 2)[1] for line in lines)
        return {predicate[1:-1].decode("unicode_escape" if b"\\" in predicate else "utf-8"): count for predicate, count in found.items()}

    @property
    def aside(self) -> str:
        """The graph to write to before the switch; the same for the same content, so that a load can be resumed."""
        return f"{LOADING}{hashlib.blake2b(self.graph.encode(), digest_size=4).hexdigest()}-{self.digest.name}"

    def batches(self, size: int = BATCH_BYTES, skip: int = 0) -> Iterator[tuple[bytes, int]]:
        """Whole lines of at most about ``size`` bytes at a time, with their number, after the first ``skip`` triples."""
        with self.path.open("rb") as lines:
            for _ in range(skip):
                next(lines, b"")
            while batch := lines.readlines(size):
                yield b"".join(batch), len(batch)


def replacement(parts: Mapping[str, bytes], held: Iterable[str]) -> bytes:
    """An update that puts N-Triples in the place of each graph; only graphs that are ``held`` are emptied before."""
    drops = [f"DROP SILENT GRAPH <{graph}> ;\n".encode() for graph in held]
    inserts = [b"GRAPH <%s> {\n%s}\n" % (graph.encode(), lines) for graph, lines in parts.items()]
    return b"".join([*drops, b"INSERT DATA {\n", *inserts, b"}"])


class Source:
    """The graphs of an open base, chosen by name, with or without what was derived, as they are or as one graph."""

    def __init__(self, base: Base, only: Iterable[str] = (), derived: bool = True, merge: str | None = None) -> None:
        """``only`` are names such as ``agreements/*``, ``derived/assess`` or full IRIs. Raises UsageError (KG-US32)."""
        names = sorted(base.manifest["graphs"])
        names = [name for name in names if derived or not name.startswith(DERIVED)]
        self.graphs = chosen(names, only)
        self.merge = merge
        self.names = [merge] if merge else self.graphs
        self._texts = GraphTexts(base.generation, base.manifest)
        self._number = 0
        self._folder = tempfile.TemporaryDirectory(prefix="kg-load-")

    def contents(self, names: Iterable[str]) -> Iterator[Content]:
        """Some of ``names`` in turn; the file of each is removed when the next is asked for."""
        for name in names:
            self._number += 1
            path = Path(self._folder.name) / f"{self._number}.nt"
            self._write(path, self.graphs if self.merge else [name])
            try:
                yield Content(name, path)
            finally:
                path.unlink(missing_ok=True)

    def _write(self, path: Path, graphs: list[str]) -> None:
        lines: set[bytes] = set()
        for graph in graphs:
            self._texts.copy(graph, path)
            if len(graphs) > 1:
                lines.update(path.read_bytes().splitlines(keepends=True))
        if len(graphs) > 1:
            path.write_bytes(b"".join(sorted(lines)))

    def close(self) -> None:
        """Remove the working files."""
        self._texts.close()
        self._folder.cleanup()


def chosen(names: Iterable[str], only: Iterable[str]) -> list[str]:
    """The graphs that a pattern names, by IRI or without the part all have in common. Raises UsageError (KG-US32)."""
    names, only = list(names), list(only)
    if not only:
        return names
    from kg.params import refuse

    found: set[str] = set()
    for pattern in only:
        matching = [name for name in names if fnmatch(name, pattern) or fnmatch(name.removeprefix(GRAPH), pattern)]
        if not matching:
            raise refuse("KG-US32", "graph", pattern, [name.removeprefix(GRAPH) for name in names])
        found.update(matching)
    return [name for name in names if name in found]


def check_graph(iri: str | None) -> str | None:
    """An absolute IRI for a graph. Raises UsageError (KG-US33)."""
    if iri is None:
        return None
    try:
        return ox.NamedNode(iri).value if ":" in iri else _not_iri(iri)
    except ValueError:
        return _not_iri(iri)


def _not_iri(iri: str) -> str:
    raise UsageError("KG-US33", f"not the IRI of a graph: {iri!r}", fix="give a full IRI such as https://example.org/graph/servanda")
