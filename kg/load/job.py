"""One load: which graphs are there already, how the others are sent, and whether the target then holds them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kg.errors import EndpointError
from kg.load.source import BATCH_BYTES, Content, Digest, Source
from kg.load.stream import Stream

ONE_REQUEST = 2_000_000  # triples of a graph that go in one request: a transaction is held in the store's memory
ONE_UPDATE = 100 << 20  # bytes of a graph that is replaced in one request: Oxigraph takes updates of 128 MiB
STREAM = 20_000  # triples of new graphs from which they go in a stream, beside graphs of ours that are there
CHUNK = 1 << 20  # bytes of the stream that are made at a time
Say = Callable[[str], None]
Mark = Digest | dict[str, int]  # what is compared of a graph


class Target(Protocol):
    """What a load needs of a store."""

    name: str
    retries: int

    def pause(self, attempt: int, failure: EndpointError | None) -> None:
        """Wait before another attempt."""

    def counts(self, graphs: Iterable[str]) -> dict[str, int]:
        """How many triples each graph holds."""

    def ours(self) -> list[str]:
        """The graphs there whose names are of our form."""

    def predicates(self, graphs: Iterable[str]) -> dict[str, dict[str, int]]:
        """How often each predicate is used in each graph."""

    def digests(self, graphs: Mapping[str, int]) -> dict[str, Digest]:
        """The digests of graphs, each with about how many triples to expect."""

    def put(self, graph: str, path: Path, new: bool) -> None:
        """Replace a graph in one step."""

    def replace(self, parts: Mapping[str, bytes], held: Iterable[str]) -> None:
        """Replace several graphs, given as N-Triples, in one transaction; only those held are emptied before."""

    def append(self, graph: str, batch: bytes, way: str) -> None:
        """Add N-Triples to a graph."""

    def bulk(self, quads: Stream) -> None:
        """Load N-Quads of new graphs. Raises EndpointError at the first failure."""

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


class Job:
    """One load: how, how far, and what to remark.

    The graphs that the target already holds are found first, then the others are sent, then all that was sent is compared:
    each step for many graphs at once, since a store answers a thousand small questions slowly.
    """

    def __init__(self, target: Target, source: Source, way: str, verify: str, say: Say, sizes: Mapping[str, int]) -> None:
        """``sizes``: how many triples each graph of the source has, as far as that is known."""
        self.target = target
        self.source = source
        self.way = way
        self.verify = verify
        self.say = say
        self.sizes = dict(sizes)
        self.total = sum(sizes.values())
        self.done = 0
        self.sent = 0
        self.notes: list[str] = []
        self.unchanged: set[str] = set()
        self.compared: set[str] = set()  # aside, before they were moved
        self._started = self._said = time.perf_counter()

    def show(self, counts: dict[str, int]) -> list[GraphPlan]:
        """What would be done, where the target holds these numbers of triples."""
        there = self._alike(counts)
        for content in self.source.contents(counts):
            size = self._size(content)
            self.sizes[content.graph] = size
            if content.graph in there and self._same(content, there[content.graph]):
                self.unchanged.add(content.graph)
        return [self._plan(name, self.sizes[name], there) for name, there in counts.items()]

    def run(self, counts: dict[str, int]) -> list[GraphPlan]:
        """Make the target hold the graphs of the source. Raises EndpointError where it then holds something else."""
        there = self._alike(counts)
        new = [name for name in counts if not counts[name]]
        contents = self._bulk(new) if self.way == "bulk" and self._many(new, counts) else {}
        contents |= self._send([name for name in counts if name not in contents], counts, there)
        wrong = self._wrong([content for name, content in contents.items() if name not in self.unchanged])
        if wrong:
            contents |= self._send(wrong, self.target.counts(wrong), {})
            wrong = self._wrong([contents[name] for name in wrong])
        if wrong:
            raise EndpointError(
                "KG-EN11",
                f"after loading, the store holds {self.target.counts(wrong[:1])[wrong[0]]:,} triples that differ from the {contents[wrong[0]].count:,} sent",
                place=wrong[0],
                fix="run the command again; if it stays so, '--method' chooses another way",
            )
        return [self._plan(name, contents[name].count, there) for name, there in counts.items()]

    def _plan(self, name: str, count: int, there: int) -> GraphPlan:
        return GraphPlan(name, count, there, "unchanged" if name in self.unchanged else "replaced" if there else "added")

    def _many(self, new: list[str], counts: dict[str, int]) -> bool:
        """Whether new graphs go in a stream: into what holds none of ours, or where they are big; the bulk loader makes new files each time."""
        return bool(new) and (len(new) == len(counts) or sum(self.sizes.get(name, STREAM) for name in new) >= STREAM)

    def _alike(self, counts: dict[str, int]) -> dict[str, Mark]:
        """What the target holds of the graphs that may be the same there, by their number of triples."""
        return self._marks({name: count for name, count in counts.items() if count and self.sizes.get(name, count) == count})

    def _bulk(self, new: list[str]) -> dict[str, Content]:
        """New graphs in one stream, made while it is sent. Gives none where the store refuses it; raises EndpointError."""
        self.say(f"sending {len(new)} new graphs in one stream")
        failure: EndpointError | None = None
        for attempt in range(self.target.retries + 1):
            if failure:
                self.target.pause(attempt, failure)
            found: dict[str, Content] = {}
            stream = Stream(self._quads(new, found))
            try:
                self.target.bulk(stream)
                return found
            except EndpointError as error:
                failure = error
                if error.code == "KG-EN06":
                    self.say(f"{error.message}; going on with updates of many graphs")
                    return {}
                if error.code not in ("KG-EN01", "KG-EN03", "KG-EN05"):
                    break
            finally:
                stream.close()
        assert failure is not None
        raise failure

    def _quads(self, new: list[str], found: dict[str, Content]) -> Iterator[bytes]:
        """The new graphs as N-Quads, some thousand lines at a time; ``found`` is filled with them."""
        ready: list[bytes] = []
        held = 0
        for content in self.source.contents(new):
            size = self._size(content)
            found[content.graph] = content
            tail = f" <{content.graph}> .\n".encode()
            with content.path.open("rb") as lines:
                while chunk := lines.read(CHUNK):
                    ready.append((chunk + lines.readline()).replace(b" .\n", tail))  # a line ends in no other place: in literals it is written out
                    held += len(chunk)
                    if held >= CHUNK:
                        yield b"".join(ready)
                        ready, held = [], 0
            self._progress(size, size)
        yield b"".join(ready)

    def _send(self, names: list[str], counts: dict[str, int], there: Mapping[str, Mark]) -> dict[str, Content]:
        """Put each graph in its place, unless what is ``there`` is the same."""
        found: dict[str, Content] = {}
        batch: dict[str, bytes] = {}
        for content in self.source.contents(names):
            name, size = content.graph, self._size(content)
            found[name] = content
            if name in there and self._same(content, there[name]):
                self.unchanged.add(name)
                self._progress(size, 0)
            elif self.way == "bulk" and content.path.stat().st_size <= BATCH_BYTES:
                if sum(map(len, batch.values())) + content.path.stat().st_size > BATCH_BYTES:
                    self._replace(batch, counts)
                batch[name] = content.path.read_bytes()
                self._progress(size, size)
            elif self.way in ("put", "bulk") and size <= ONE_REQUEST and (not counts[name] or content.path.stat().st_size <= ONE_UPDATE):
                self.target.put(name, content.path, new=not counts[name])
                self._progress(size, size)
            elif self._write_aside(content):
                self.target.switch([(content.aside, name, size)])
                self.compared.add(name)
        self._replace(batch, counts)
        return found

    def _replace(self, batch: dict[str, bytes], counts: dict[str, int]) -> None:
        """Send a batch, and empty it."""
        if batch:
            self.target.replace(batch, [name for name in batch if counts[name]])
            batch.clear()

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
        if self._same(content, self._marks({content.aside: content.count})[content.aside], content.aside):
            return True
        self.target.drop([content.aside])
        return False

    def _wrong(self, contents: list[Content]) -> list[str]:
        """Which graphs the target does not hold as they were sent."""
        self.say("comparing what the store holds")
        moved = self.target.counts([content.graph for content in contents if content.graph in self.compared])
        wrong = [content.graph for content in contents if content.graph in moved and moved[content.graph] != content.count]
        self.compared.difference_update(wrong)
        rest = [content for content in contents if content.graph not in moved]
        marks = self._marks({content.graph: content.count for content in rest})
        return wrong + [content.graph for content in rest if not self._same(content, marks[content.graph])]

    def _marks(self, graphs: dict[str, int]) -> dict[str, Mark]:
        """What the target holds of some graphs, each with about how many triples: numbers for each predicate, or digests."""
        found: Mapping[str, Mark] = self.target.predicates(graphs) if self.verify == "counts" else self.target.digests(graphs)
        return dict(found)

    def _size(self, content: Content) -> int:
        """How many triples a graph has. What ``_same`` needs of it is computed now, while its file is there."""
        return sum(content.predicates.values()) if self.verify == "counts" else content.count

    def _same(self, content: Content, there: Mark, graph: str | None = None) -> bool:
        """Whether a graph of the target, of this name or another, holds these triples."""
        graph = graph or content.graph
        if not isinstance(there, Digest):
            return there == content.predicates
        if there == content.digest:
            return True
        if there.count < content.count == self.target.counts([graph])[graph]:
            anew = self.source.contents([content.graph])  # its file is there until this ends
            if self.target.predicates([graph])[graph] == next(anew).predicates:
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
