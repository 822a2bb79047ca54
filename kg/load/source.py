"""What is to be loaded: the named graphs of a store, each as N-Triples with its digest."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.errors import UsageError
from kg.namespaces import GRAPH

DERIVED = GRAPH + "derived/"
LOADING = GRAPH + "loading/"
BATCH_BYTES = 8 << 20


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


@dataclass(frozen=True)
class Content:
    """One graph to load: its IRI, its triples as an N-Triples file, and their digest."""

    graph: str
    path: Path
    digest: Digest

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


class Source:
    """The graphs of an open store, chosen by name, with or without what was derived, as they are or as one graph."""

    def __init__(self, store: ox.Store, only: Iterable[str] = (), derived: bool = True, merge: str | None = None) -> None:
        """``only`` are names such as ``agreements/*``, ``derived/assess`` or full IRIs. Raises UsageError (KG-US32)."""
        self.store = store
        names = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
        names = [name for name in names if derived or not name.startswith(DERIVED)]
        self.graphs = chosen(names, only)
        self.merge = merge
        self.keep = False
        self._kept: list[Content] = []
        self._folder = tempfile.TemporaryDirectory(prefix="kg-load-")

    def contents(self) -> Iterator[Content]:
        """Each graph in turn; its file is removed when the next is asked for, unless ``keep`` is set to go through them again."""
        if self._kept:
            yield from self._kept
            return
        groups = [(self.merge, self.graphs)] if self.merge else [(graph, [graph]) for graph in self.graphs]
        found: list[Content] = []
        for number, (target, graphs) in enumerate(groups):
            path = Path(self._folder.name) / f"{number}.nt"
            self._write(path, graphs)
            with path.open("rb") as lines:
                digest = digest_of(line[:-3] for line in lines)
            found.append(Content(target, path, digest))
            yield found[-1]
            if not self.keep:
                path.unlink()
        self._kept = found if self.keep else []

    def _write(self, path: Path, graphs: list[str]) -> None:
        if len(graphs) == 1:
            self.store.dump(output=str(path), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graphs[0]))
            return
        lines: set[bytes] = set()
        for graph in graphs:
            lines.update((self.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b"").splitlines(keepends=True))
        path.write_bytes(b"".join(sorted(lines)))

    def close(self) -> None:
        """Remove the working files."""
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
