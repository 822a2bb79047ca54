"""Loading and unloading: graph by graph decide, send, switch in, verify; run again, it goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kg.errors import EndpointError
from kg.load.source import DERIVED, LOADING, Content, Digest, Source, check_graph, chosen
from kg.load.stream import Stream

if TYPE_CHECKING:
    from kg.load.http import Access
    from kg.query import Base

ONE_REQUEST = 2_000_000  # triples of a graph that go in one request: a transaction is held in the store's memory
VERIFY = ("content", "counts")
Say = Callable[[str], None]


def _silent(line: str) -> None:
    """No progress."""


class Target(Protocol):
    """What a load needs of a store."""

    name: str

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """How many triples each graph holds."""

    def ours(self) -> list[str]:
        """The graphs there whose names are of our form."""

    def predicates(self, graph: str) -> dict[str, int]:
        """How often each predicate is used in a graph."""

    def digest(self, graph: str) -> Digest:
        """The digest of a graph."""

    def put(self, graph: str, path: Path, new: bool) -> None:
        """Replace a graph in one step."""

    def append(self, graph: str, batch: bytes, way: str) -> None:
        """Add N-Triples to a graph."""

    def bulk(self, quads: Stream) -> None:
        """Load N-Quads without a transaction."""

    def switch(self, moves: Iterable[tuple[str, str, int]]) -> None:
        """Put graphs aside in the place of others: (aside, graph, number of triples)."""

    def drop(self, graphs: Iterable[str]) -> None:
        """Remove graphs."""


@dataclass
class GraphPlan:
    """One graph: how many triples it is to have, has there, and what is done: unchanged, added, replaced or removed."""

    iri: str
    triples: int
    there: int
    action: str


@dataclass
class LoadReport:
    """What a load or unload did, or would do: ``verified`` says that what the store holds was compared with what was sent."""

    target: str
    server: str
    way: str
    graphs: list[GraphPlan] = field(default_factory=list)
    verified: bool = False
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def triples(self) -> int:
        """How many triples were sent."""
        return sum(graph.triples for graph in self.graphs if graph.action in ("added", "replaced"))

    def document(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "target": self.target,
            "server": self.server,
            "method": self.way,
            "graphs": [{key: value for key, value in asdict(graph).items() if key != "there"} for graph in self.graphs],
            "verified": self.verified,
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
        }


def open_target(target: str, access: Access | None, server: str | None, method: str, say: Say) -> tuple[Target, str, str, list[str]]:
    """The store to load into, its kind, the way to use, and what must be said beforehand."""
    if not target.startswith(("http://", "https://")):
        from kg.load.folder import FolderTarget

        return FolderTarget(Path(target)), "Oxigraph folder", "put" if method == "auto" else method, []
    from kg.load import endpoint, http
    from kg.load.remote import RemoteTarget

    url, plain = http.access(target)
    client = http.Client(access or plain, say)
    found = endpoint.discover(url, client, server)
    way = endpoint.way(found, method)
    say(found.describe())
    said = endpoint.warnings(found, way)
    if url.startswith("http://") and client.scheme in ("basic", "bearer") and not _loopback(url):
        said.append("The password or token travels unencrypted: use https.")
    return RemoteTarget(found, client), found.server.title, way, said


def _loopback(url: str) -> bool:
    from urllib.parse import urlsplit

    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def load(
    target: str,
    base: Base,
    *,
    access: Access | None = None,
    server: str | None = None,
    method: str = "auto",
    graph: str | None = None,
    only: Iterable[str] = (),
    derived: bool = True,
    verify: str = "content",
    prune: bool = False,
    show: bool = False,
    progress: Say | None = None,
    warn: Say | None = None,
) -> LoadReport:
    """Load the named graphs of a store into another one.

    ``target`` is a URL or a folder; ``graph`` puts everything into one graph; ``only`` chooses graphs; ``prune`` removes
    graphs of our form that the store no longer has; ``show`` only says what would be done. ``warn`` gets, before anything is sent,
    what the target cannot do atomically. Raises EndpointError, StoreError or UsageError; running again finishes the work.
    """
    started = time.perf_counter()
    say, warn = progress or _silent, warn or _silent
    source = Source(base.store, only, derived, check_graph(graph))
    try:
        there, kind, way, said = open_target(target, access, server, method, say)
        for line in said:
            warn(line)
        job = _Job(there, way, verify, say, sum(base.manifest["graphs"].get(name, 0) for name in source.graphs))
        names = [graph] if graph else source.graphs
        stale, leftovers = _stale(there, names, whole=not graph and not list(only), derived=derived)
        counts = there.counts(names)
        new = [name for name in names if not counts[name]]
        if way == "bulk" and not show and new:
            job.bulk(source, new)
        graphs = [job.show(content, counts) if show else job.one(content, counts, new) for content in source.contents()]
        if prune:
            graphs += [GraphPlan(name, 0, 0, "removed") for name in stale]
        if not show:
            there.drop([*(stale if prune else ()), *leftovers])
        elif not job.notes:
            said = [*said, "Nothing was sent."]
    finally:
        source.close()
    notes = [*said, *job.notes]
    if stale and not prune:
        notes.append(
            f"{len(stale)} graphs there are not in this store, and queries over all graphs see them: {', '.join(stale[:5])}{' …' if len(stale) > 5 else ''}; --prune removes them."
        )
    where = target if there.name == target else there.name
    return LoadReport(where, kind, way, graphs, not show, time.perf_counter() - started, notes)


def _stale(target: Target, names: list[str], *, whole: bool, derived: bool) -> tuple[list[str], list[str]]:
    """Graphs of our form there that are not among the names, and what interrupted loads left."""
    if not whole:
        return [], []
    rest = [name for name in target.ours() if name not in names]
    leftovers = [name for name in rest if name.startswith(LOADING)]
    return [name for name in rest if name not in leftovers and (derived or not name.startswith(DERIVED))], leftovers


class _Job:
    """One load: how, how far, and what to remark."""

    def __init__(self, target: Target, way: str, verify: str, say: Say, total: int) -> None:
        self.target = target
        self.way = way
        self.verify = verify
        self.say = say
        self.total = total
        self.done = 0
        self.sent = 0
        self.notes: list[str] = []
        self._started = self._said = time.perf_counter()

    def show(self, content: Content, counts: dict[str, int]) -> GraphPlan:
        """What would be done with a graph."""
        there = counts[content.graph]
        return GraphPlan(
            content.graph, content.digest.count, there, "unchanged" if self._same(content, content.graph, there) else "replaced" if there else "added"
        )

    def one(self, content: Content, counts: dict[str, int], new: list[str]) -> GraphPlan:
        """Make the target hold this graph. Raises EndpointError where it then holds something else."""
        count, there = content.digest.count, counts[content.graph]
        if self.way == "bulk" and content.graph in new:
            there = self.target.counts([content.graph])[content.graph]
        if self._same(content, content.graph, there):
            self._progress(count, 0)
            return GraphPlan(content.graph, count, there, "added" if self.way == "bulk" and content.graph in new else "unchanged")
        for _ in range(2):
            if self._send(content, there):
                return GraphPlan(content.graph, count, there, "replaced" if there else "added")
            there = self.target.counts([content.graph])[content.graph]
        raise EndpointError(
            "KG-EN11",
            f"after loading, the store holds {there:,} triples that differ from the {count:,} sent",
            place=content.graph,
            fix="run the command again; if it stays so, '--method' chooses another way",
        )

    def bulk(self, source: Source, new: list[str]) -> None:
        """All new graphs in one stream, made while it is sent; what goes wrong is found and mended graph by graph afterwards."""
        source.keep = True
        self.say("sending all new graphs in one stream")
        stream = Stream(self._quads(source, set(new)))
        try:
            self.target.bulk(stream)
        except EndpointError as error:
            self.say(f"the stream broke: {error.message}; going on graph by graph")
        finally:
            stream.close()

    def _quads(self, source: Source, new: set[str]) -> Iterator[bytes]:
        """The new graphs as N-Quads, some thousand lines at a time."""
        for content in source.contents():
            if self.verify == "counts":
                _ = content.predicates  # counted here, beside the sending
            if content.graph in new:
                tail = f" <{content.graph}> .\n".encode()
                with content.path.open("rb") as lines:
                    while batch := lines.readlines(1 << 20):
                        yield b"".join([line[:-3] + tail for line in batch])

    def _send(self, content: Content, there: int) -> bool:
        """Send one graph and switch it in; whether the target then holds it."""
        count = content.digest.count
        if self.way in ("put", "bulk") and count <= ONE_REQUEST:
            self.target.put(content.graph, content.path, new=not there)
            self._progress(count, count)
            return self._same(content, content.graph, self.target.counts([content.graph])[content.graph])
        if not self._write_aside(content):
            return False
        self.target.switch([(content.aside, content.graph, count)])
        return self.target.counts([content.graph])[content.graph] == count

    def _write_aside(self, content: Content) -> bool:
        """Write the graph aside, after what an interrupted load already wrote; whether it is there as it should be."""
        held = self.target.counts([content.aside])[content.aside]
        if held > content.digest.count:
            self.target.drop([content.aside])
            held = 0
        if held:
            self.say(f"going on with {content.graph}: {held:,} of {content.digest.count:,} triples are there")
        passed = 0
        for batch, size in content.batches():
            passed += size
            if passed > held:
                self.target.append(content.aside, batch, "update" if self.way == "update" else "post")
            self._progress(size, size if passed > held else 0)
        if self._same(content, content.aside, self.target.counts([content.aside])[content.aside]):
            return True
        self.target.drop([content.aside])
        return False

    def _same(self, content: Content, graph: str, held: int) -> bool:
        """Whether a graph of the target holds these triples; first by number, then by content."""
        if held != content.digest.count:
            return False
        if self.verify == "counts":
            return self.target.predicates(graph) == content.predicates
        found = self.target.digest(graph)
        if found == content.digest:
            return True
        if found.count < held and self.target.predicates(graph) == content.predicates:
            self._note("The store cuts long answers, so some graphs were compared by their numbers of triples for each predicate only.")
            return True
        return False

    def _note(self, line: str) -> None:
        if line not in self.notes:
            self.notes.append(line)

    def _progress(self, size: int, sent: int) -> None:
        self.done += size
        self.sent += sent
        now = time.perf_counter()
        if sent and now - self._said > 1.0:
            self._said = now
            rate = self.sent / (now - self._started)
            left = max(0, self.total - self.done) / rate
            self.say(f"{self.done:,} of {self.total:,} triples, {rate:,.0f} a second, about {left:,.0f} s left")


def unload(
    target: str, *, access: Access | None = None, server: str | None = None, only: Iterable[str] = (), show: bool = False, progress: Say | None = None
) -> LoadReport:
    """Remove from a store every graph of our form, or those that ``only`` names; other graphs stay. Raises EndpointError or UsageError."""
    started = time.perf_counter()
    there, kind, _, _ = open_target(target, access, server, "auto", progress or _silent)
    names = chosen(there.ours(), only)
    counts = there.counts(names)
    if not show:
        there.drop(names)
        left = {name: count for name, count in there.counts(names).items() if count}
        if left:
            raise EndpointError("KG-EN12", f"{len(left)} graphs are still there", place=next(iter(left)), fix="run the command again, as a user who may write")
    return LoadReport(
        there.name, kind, "drop", [GraphPlan(name, counts[name], counts[name], "removed") for name in names], not show, time.perf_counter() - started
    )
