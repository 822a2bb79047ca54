"""Loading and unloading a store, and the report of it; run again, a load goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import EndpointError
from kg.load.job import GraphPlan, Job, Say, Target
from kg.load.source import DERIVED, LOADING, Source, check_graph, chosen

if TYPE_CHECKING:
    from kg.load.http import Access
    from kg.query import Base

VERIFY = ("content", "counts")


def _silent(line: str) -> None:
    """No progress."""


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

        return FolderTarget(Path(target)), "Oxigraph folder", "bulk" if method == "auto" else method, []
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
    source = Source(base, only, derived, check_graph(graph))
    try:
        there, kind, way, said = open_target(target, access, server, method, say)
        for line in said:
            warn(line)
        known = base.manifest["graphs"]
        job = Job(there, source, way, verify, say, {name: known[name] for name in source.names if name in known})
        stale, leftovers = _stale(there, source.names, whole=not graph and not list(only), derived=derived)
        counts = there.counts(source.names)
        graphs = job.show(counts) if show else job.run(counts)
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
