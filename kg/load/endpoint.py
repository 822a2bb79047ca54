"""What a store can do, and where: presets for the stores people run, and how to tell which one answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kg.errors import EndpointError, UsageError

if TYPE_CHECKING:
    from kg.load.http import Client

METHODS = ("auto", "put", "post", "update", "bulk")


@dataclass(frozen=True)
class Server:
    """A kind of store: its paths below the URL given, and what may be relied on.

    ``put``: one request that replaces a graph is one transaction. ``move``: one MOVE is one transaction. ``insert``: how many triples
    an INSERT DATA may hold. ``union``: parameters that make the default graph of a query the union of all graphs.
    ``bulk``: it takes N-Quads of many graphs, and one update of many graphs is one transaction. ``lines``: it writes N-Triples
    as the store here does, so that lines can be compared without reading them.
    ``strip``: endings of a URL that people give instead of the base. ``tested``: run against the real store in the tests.
    """

    name: str
    title: str
    query: str = ""
    update: str | None = ""
    store: str | None = None
    put: bool = False
    move: bool = False
    insert: int = 5000
    union: Mapping[str, str] = field(default_factory=dict)
    union_by_default: bool = False
    bulk: bool = False
    lines: bool = False
    strip: tuple[str, ...] = ()
    tested: bool = False


SERVERS = {
    server.name: server
    for server in (
        Server(
            "oxigraph",
            "Oxigraph server",
            "/query",
            "/update",
            "/store",
            put=True,
            move=True,
            union={"union-default-graph": "true"},
            bulk=True,
            lines=True,
            strip=("/query", "/update", "/store", "/sparql"),
            tested=True,
        ),
        Server(
            "virtuoso",
            "Virtuoso",
            "/sparql",
            "/sparql-auth",
            "/sparql-graph-crud-auth",
            insert=500,
            union_by_default=True,
            strip=("/sparql", "/sparql-auth", "/sparql-graph-crud-auth"),
            tested=True,
        ),
        Server(
            "fuseki",
            "Apache Jena Fuseki",
            "/query",
            "/update",
            "/data",
            put=True,
            move=True,
            union={"default-graph-uri": "urn:x-arq:UnionGraph"},
            strip=("/query", "/sparql", "/update", "/data"),
        ),
        Server("rdf4j", "Eclipse RDF4J", "", "/statements", "/rdf-graphs/service", put=True, move=True, union_by_default=True, strip=("/statements",)),
        Server("graphdb", "GraphDB", "", "/statements", "/rdf-graphs/service", put=True, move=True, union_by_default=True, strip=("/statements",)),
        Server("blazegraph", "Blazegraph", "", "", None, move=True, union_by_default=True),
        Server(
            "stardog",
            "Stardog",
            "/query",
            "/update",
            "",
            put=True,
            move=True,
            union={"default-graph-uri": "tag:stardog:api:context:all"},
            strip=("/query", "/update"),
        ),
        Server("neptune", "Amazon Neptune", "/sparql", "/sparql", "/sparql/gsp/", put=True, move=True, union_by_default=True, strip=("/sparql",)),
        Server("qlever", "QLever", "", "", None, move=True, union_by_default=True),
        Server("generic", "a SPARQL 1.1 store", "", "", ""),
    )
}


@dataclass(frozen=True)
class Endpoint:
    """A store that answered: what it is, and the URLs to use. ``store`` or ``update`` is None where it has none.

    ``whole``: it is known to take a bulk load whole or not at all.
    """

    server: Server
    query: str
    update: str | None
    store: str | None
    whole: bool = False

    def describe(self) -> str:
        """One line for people."""
        ways = [
            f"queries at {self.query}",
            f"updates at {self.update}" if self.update else "no updates",
            f"graphs at {self.store}" if self.store else "no Graph Store Protocol",
        ]
        return f"{self.server.title}: {', '.join(ways)}"


def discover(url: str, client: Client, name: str | None = None, *, writing: bool = True) -> Endpoint:
    """Find out what answers at a URL. ``name`` is the kind of store, where the user knows better; ``writing`` asks for more than queries.

    Raises EndpointError where nothing answers queries there, UsageError (KG-US34) for an unknown ``name``.
    """
    if name is not None and name not in SERVERS:
        from kg.params import refuse

        raise refuse("KG-US34", "kind of store", name, SERVERS)
    server = SERVERS[name] if name else recognize(url, client)
    found = at(server, url)
    if server.name == "virtuoso" and not client.access.user and found.update:
        found = replace(found, update=found.query, store=found.store.replace("-auth", "") if found.store else None)
    _check_query(found, client)
    return _check_writing(found, client) if writing else found


def at(server: Server, url: str) -> Endpoint:
    """The endpoint of a kind of store below a URL, or below what the URL was taken from."""
    base = url.rstrip("/")
    for ending in sorted(server.strip, key=len, reverse=True):
        if ending and base.endswith(ending):
            base = base[: -len(ending)]
            break
    update, store = (None if path is None else base + path for path in (server.update, server.store))
    return Endpoint(server, base + server.query, update, store)


def recognize(url: str, client: Client) -> Server:
    """The kind of store, by the headers it answers with, else by its address, else generic."""
    host, path = urlsplit(url).hostname or "", urlsplit(url).path
    if host.endswith(".neptune.amazonaws.com"):
        return SERVERS["neptune"]
    answer = client.challenge("GET", url)
    headers = {key.lower(): value.lower() for key, value in answer.headers.items()}
    banner = headers.get("server", "")
    for name in ("virtuoso", "oxigraph", "graphdb", "rdf4j", "stardog", "qlever", "fuseki"):
        if name in banner:
            return SERVERS[name]
    if "fuseki-request-id" in headers:
        return SERVERS["fuseki"]
    if any(key.startswith("sd-") for key in headers):
        return SERVERS["stardog"]
    if "/repositories/" in path:
        return SERVERS["rdf4j"]
    if "/blazegraph" in path or "/bigdata" in path:
        return SERVERS["blazegraph"]
    return SERVERS["generic"]


def _check_query(found: Endpoint, client: Client) -> None:
    client.challenge("POST", found.query, data={"query": "ASK {}"}, accept="application/sparql-results+json")
    answer = client.request("POST", found.query, data={"query": "ASK {}"}, accept="application/sparql-results+json")
    try:
        answer.json()
    except ValueError:
        raise EndpointError(
            "KG-EN07",
            "what answers there is no SPARQL endpoint",
            place=found.query,
            fix="give the URL of the store's base or of its query endpoint, and the kind with --server",
        ) from None


def _check_writing(found: Endpoint, client: Client) -> Endpoint:
    """Leave out what the store turns out not to have. An empty update changes nothing."""
    if found.store is not None:
        answer = client.challenge("GET", found.store, params={"graph": "urn:servanda:none"}, accept="application/n-triples, text/turtle")
        kind = answer.headers.get("Content-Type", "")
        speaks = answer.status_code in (204, 404) or (answer.ok and any(word in kind for word in ("n-triples", "turtle", "text/plain")))
        if answer.status_code in (401, 403):
            from kg.load.http import refusal

            raise refusal(answer)
        found = replace(found, whole=found.server.bulk and _whole(answer.headers.get("Server", ""))) if speaks else replace(found, store=None)
    if found.update is not None:
        client.challenge("POST", found.update, data=b"", content_type="application/sparql-update")
        answer = client.request("POST", found.update, data=b"INSERT DATA {}", content_type="application/sparql-update", allow=(400, 404, 405, 415, 501))
        found = found if answer.ok else replace(found, update=None)
    return found


def _whole(banner: str) -> bool:
    """Whether this Oxigraph takes a bulk load whole or not at all: since 0.5, says its list of changes; the tests try it."""
    version = re.match(r"oxigraph/(\d+)\.(\d+)", banner.lower())
    return version is not None and (int(version[1]), int(version[2])) >= (0, 5)


def way(found: Endpoint, method: str) -> str:
    """How graphs get there: put, post, update or bulk. Raises UsageError (KG-US35) for what the store has not, EndpointError (KG-EN08)."""
    has = {
        "put": found.store is not None,
        "post": found.store is not None and found.update is not None,
        "update": found.update is not None,
        "bulk": found.server.bulk and found.store is not None and found.update is not None,
    }
    if method != "auto":
        if method not in has or not has[method]:
            raise UsageError(
                "KG-US35", f"{found.server.title} has no way {method!r} here", fix=f"use one of {', '.join(['auto', *(name for name in has if has[name])])}"
            )
        return method
    if has["bulk"] and found.whole:
        return "bulk"
    if has["put"] and found.server.put:
        return "put"
    if has["post"]:
        return "post"
    if has["update"]:
        return "update"
    raise EndpointError(
        "KG-EN08",
        "this store cannot replace a graph in one step: it takes no updates",
        place=found.query,
        fix="'--method put' loads all the same, with a time in which a graph is incomplete"
        if has["put"]
        else "give the user and password of somebody who may write",
    )


WAYS: dict[str, str] = {
    "put": "one request a graph",
    "post": "in batches (Graph Store Protocol POST) into a graph aside, checked, then switched in by one MOVE",
    "update": "in batches (INSERT DATA) into a graph aside, checked, then switched in by one MOVE",
    "bulk": "all new graphs in one stream, what differs in updates of many graphs",
}


def warnings(found: Endpoint, method: str) -> list[str]:
    """What the store cannot do atomically on this way, said before anything is sent."""
    said: list[str] = []
    if method == "put" and not found.server.put:
        said.append(
            "This store is not known to replace a graph in one transaction: while a graph is sent, and after a failure until the command is run again, it may be incomplete."
        )
    if method in ("post", "update"):
        said.append(f"While it loads, queries over all graphs also see the graphs aside, named {_aside()}….")
        if not found.server.move:
            said.append(
                "This store is not known to MOVE a graph in one transaction: after a failure in that moment run the command again; the graph aside was complete before."
            )
    if method == "bulk" and not found.whole:
        said.append(
            "This store is not known to take the stream whole or not at all: until it ends, and after a failure until the command is run again, new graphs may be incomplete."
        )
    return said


def _aside() -> str:
    from kg.load.source import LOADING

    return LOADING


def table() -> list[dict[str, Any]]:
    """The presets as rows, for the documentation."""
    return [
        {"name": s.name, "store": s.title, "query": s.query, "update": s.update, "graphs": s.store, "one_put": s.put, "tested": s.tested}
        for s in SERVERS.values()
    ]
