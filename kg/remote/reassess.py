"""The rules on a remote store: derive again what ``kg load`` brought, after somebody added triples there."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pyoxigraph as ox

from kg.errors import EndpointError
from kg.load.endpoint import discover, way
from kg.load.http import Access, Client, Say
from kg.load.job import GraphPlan
from kg.load.remote import RemoteTarget
from kg.load.run import LoadReport
from kg.load.source import DERIVED, LOADING
from kg.remote.engine import RemoteEngine

_STEPS = ("infer", "activate", "assess")


class RuleEngine(RemoteEngine):
    """A store that the rules run on. What they derive goes to graphs aside, which the rules see in the place of the old ones."""

    def __init__(self, target: RemoteTarget, client: Client, graphs: list[str], method: str) -> None:
        super().__init__(target.endpoint, client.access, client.scheme, [*graphs, *map(aside, _STEPS)])
        self.target = target
        self.method = method

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the graph aside that stands for a derived graph."""
        lines = sorted(f"{triple} .\n".encode() for triple in triples)
        for start in range(0, len(lines), 20_000):
            self.target.append(aside(graph.removeprefix(DERIVED)), b"".join(lines[start : start + 20_000]), self.method)


def _silent(line: str) -> None:
    """No progress."""


def aside(step: str) -> str:
    """The graph in which a step's triples are gathered."""
    return f"{LOADING}derived-{step}"


def reassess(url: str, access: Access, *, server: str | None = None, more: Iterable[str] = (), show: bool = False, say: Say | None = None) -> LoadReport:
    """Run infer, activate and assess on a remote store and put the three derived graphs in the place of the old, in one update.

    The rules see the graphs that ``kg load`` brought and those named in ``more``. Until the last step the old derived graphs
    stay; with ``show`` they stay for good. Raises EndpointError.
    """
    from kg.activate import activate
    from kg.assess import assess
    from kg.infer import infer

    started = time.perf_counter()
    say = say or _silent
    client = Client(access, say)
    found = discover(url, client, server)
    if found.update is None:
        raise EndpointError("KG-EN08", "this store takes no updates here", place=found.query, fix="give the user and password of somebody who may write")
    method = "post" if found.store is not None and way(found, "auto") != "update" else "update"
    target = RemoteTarget(found, client)
    graphs = [graph for graph in target.ours() if not graph.startswith((DERIVED, LOADING))]
    if not graphs:
        raise EndpointError("KG-EN13", "the store holds no graph of ours", place=found.query, fix=f"run 'kg load {url}' first")
    asides = [aside(step) for step in _STEPS]
    target.drop(asides)

    def trace(rule: str, count: int) -> None:
        say(f"  {rule}: {count:,}")

    engine = RuleEngine(target, client, [*graphs, *more], method)
    try:
        for name, step in (("infer", infer), ("activate", activate), ("assess", assess)):
            step(engine, trace)
            say(f"{name:9} {target.counts([aside(name)])[aside(name)]:,} triples")
        counts = target.counts([*asides, *(DERIVED + step for step in _STEPS)])
        if not show:
            target.switch([(aside(step), DERIVED + step, counts[aside(step)]) for step in _STEPS if counts[aside(step)]])
    finally:
        if show:
            target.drop(asides)
    now = target.counts([DERIVED + step for step in _STEPS])
    if not show and any(now[DERIVED + step] != counts[aside(step)] for step in _STEPS):
        raise EndpointError("KG-EN11", "the derived graphs there are not those that were sent", place=found.query, fix="run the command again")
    rows = [GraphPlan(DERIVED + step, counts[aside(step)], counts[DERIVED + step], "replaced" if counts[DERIVED + step] else "added") for step in _STEPS]
    return LoadReport(url, found.server.title, method, rows, not show, time.perf_counter() - started)
