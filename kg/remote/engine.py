"""A triple store over HTTP as a query engine: the same SELECT and CONSTRUCT as the embedded ones, through SPARQLWrapper."""

from __future__ import annotations

import os
import socket
import urllib.error
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.engine import Row, Rows, Term
from kg.errors import EndpointError, UsageError
from kg.sparql import rows

if TYPE_CHECKING:
    from kg.load.endpoint import Endpoint
    from kg.load.http import Access

_CHECK = "check that the URL is a query endpoint"
_SELECT = "application/sparql-results+json"
_TRIPLES = "application/n-triples, text/turtle;q=0.5"
_BOOLEAN = ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
# Virtuoso writes the one for the other
_BOOLEANS: dict[Term | None, Term] = {
    ox.Literal(word, datatype=_BOOLEAN): ox.Literal(value, datatype=_BOOLEAN) for word, value in (("1", "true"), ("0", "false"))
}
_FORMS = {"n-triples": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE, "text/plain": ox.RdfFormat.N_TRIPLES}


class RemoteEngine:
    """Queries sent to a store, always by POST, over the union of all its graphs or over the graphs named.

    Attributes: ``endpoint`` says what the store is, ``graphs`` are the graphs that make the default graph (none: all).
    """

    name = "remote"

    def __init__(self, endpoint: Endpoint, access: Access, scheme: str | None, graphs: Sequence[str] = ()) -> None:
        self.endpoint = endpoint
        self.access = access
        self.scheme = scheme
        self.graphs = list(graphs)

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """A query engine adds nothing: ``kg load`` and ``kg assess --endpoint`` do."""
        raise TypeError("nothing is added through queries")

    def select(self, text: str) -> Rows:
        """Run a SELECT. Raises EndpointError, or UsageError (KG-US14) for a query that the store calls wrong."""
        answer = self.results(text)
        if not isinstance(answer, ox.QuerySolutions):
            raise EndpointError("KG-EN10", "the store answers a SELECT with a boolean", place=self.endpoint.query, fix=_CHECK)
        found = rows(answer)
        return Rows(found.names, [tuple(_BOOLEANS.get(term, term) for term in row) for row in found.rows])

    def stream(self, text: str) -> Iterable[Row]:
        """The rows of a SELECT: the whole answer is read before the first is given."""
        return self.select(text).rows

    def ask(self, text: str) -> ox.QueryBoolean:
        """Run an ASK; Virtuoso answers with a row that holds a number."""
        answer = self.results(text)
        if isinstance(answer, ox.QueryBoolean):
            return answer
        yes = any(term is not None and term.value in ("1", "true") for row in rows(answer).rows for term in row)
        made = ox.parse_query_results(f'{{"head":{{}},"boolean":{str(yes).lower()}}}', format=ox.QueryResultsFormat.JSON)
        assert isinstance(made, ox.QueryBoolean)
        return made

    def construct(self, text: str) -> set[ox.Triple]:
        """Run a CONSTRUCT or DESCRIBE."""
        body, kind = self._ask(text, _TRIPLES)
        form = next((value for key, value in _FORMS.items() if key in kind), None)
        try:
            if form is None:
                raise ValueError(kind)
            return {quad.triple for quad in ox.parse(body, format=form)}
        except (ValueError, SyntaxError) as error:
            raise EndpointError("KG-EN10", f"the store's answer cannot be read as triples: {error}", place=self.endpoint.query, fix=_CHECK) from None

    def results(self, text: str) -> ox.QuerySolutions | ox.QueryBoolean:
        """The answer to a SELECT or ASK."""
        body, kind = self._ask(text, _SELECT)
        try:
            return read_results(body)
        except (ValueError, SyntaxError):
            raise EndpointError("KG-EN10", f"the store's answer is not SPARQL results in JSON but {kind!r}", place=self.endpoint.query, fix=_CHECK) from None

    def _ask(self, text: str, accept: str) -> tuple[bytes, str]:
        """Send a query; the body of the answer and its content type."""
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        wrapper = self._wrapper(text, accept)
        place = self.endpoint.query
        try:
            result = wrapper.query()
            return result.response.read(), str(result.info().get("content-type", ""))
        except SPARQLWrapperException as error:
            raise _said(type(error).__name__, str(error.args[0] if error.args else error), place) from None
        except urllib.error.HTTPError as error:
            raise _said(f"HTTP {error.code}", error.read(400).decode(errors="replace"), place) from None
        except urllib.error.URLError as error:
            if isinstance(error.reason, socket.timeout | TimeoutError):
                raise self._silent() from None
            raise EndpointError(
                "KG-EN01", f"no answer from the store: {error.reason}", place=place, fix="check the URL, and that the store runs and can be reached"
            ) from None
        except TimeoutError:
            raise self._silent() from None
        except OSError as error:
            raise EndpointError(
                "KG-EN01", f"no answer from the store: {error}", place=place, fix="check the URL, and that the store runs and can be reached"
            ) from None

    def _silent(self) -> EndpointError:
        return EndpointError(
            "KG-EN03",
            f"the store was silent for {self.access.timeout:g} seconds",
            place=self.endpoint.query,
            fix="try again, or allow more with --timeout SECONDS",
        )

    def _wrapper(self, text: str, accept: str) -> Any:
        from SPARQLWrapper import BASIC, DIGEST, POST, SPARQLWrapper

        class Wrapper(SPARQLWrapper):  # type: ignore[misc]
            """Asks for one exact content type, so that every store gives the same."""

            def _getAcceptHeader(self) -> str:
                return accept

        wrapper = Wrapper(self.endpoint.query, agent="servanda")
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(max(1, round(self.access.timeout)))
        wrapper.setQuery(text)
        for graph in self.graphs:
            wrapper.addDefaultGraph(graph)
        if not self.graphs:
            for name, value in self.endpoint.server.union.items():
                wrapper.addParameter(name, value)
        if self.scheme == "bearer":
            wrapper.addCustomHttpHeader("Authorization", f"Bearer {self.access.token}")
        elif self.scheme:
            wrapper.setHTTPAuth(DIGEST if self.scheme == "digest" else BASIC)
            wrapper.setCredentials(self.access.user, self.access.password)
        return wrapper


def read_results(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    """SPARQL results in JSON; what the document holds beside (Comunica adds ``metadata``) is passed over.

    Raises ValueError or SyntaxError, here and not while the rows are read, for what is no JSON, as where an answer was cut off.
    """
    import json

    said = json.loads(body)
    known = {"head", "boolean", "results"}
    if isinstance(said, dict) and not said.keys() <= known:
        body = json.dumps({name: said[name] for name in known & said.keys()}).encode()
    return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)


def _said(kind: str, text: str, place: str) -> EndpointError | UsageError:
    """A store's refusal in words."""
    said = " ".join(text.removeprefix(kind).split())[:300]
    if kind == "QueryBadFormed":
        return UsageError("KG-US14", f"the store calls the query wrong: {said}", place=place, fix="correct the query; 'kg query show status' is an example")
    if kind == "Unauthorized" or kind == "HTTP 403":
        return EndpointError(
            "KG-EN04", "the store refuses access", place=place, fix="give a user with --user and KG_PASSWORD, a token with KG_TOKEN, or an entry in netrc"
        )
    if kind == "EndPointNotFound":
        return EndpointError(
            "KG-EN07",
            "there is no SPARQL endpoint there",
            place=place,
            fix="give the URL of the store's base or of its query endpoint, and the kind with --server",
        )
    return EndpointError(
        "KG-EN05", f"the store failed ({kind}): {said}", place=place, fix="look into the store's log; a heavy query may need more time or memory there"
    )


def connect(url: str, access: Access, server: str | None = None) -> RemoteEngine:
    """An engine over the store at a URL. Raises EndpointError where none answers there."""
    from kg.load.endpoint import discover
    from kg.load.http import Client

    if access.ca_file:
        os.environ["SSL_CERT_FILE"] = access.ca_file  # SPARQLWrapper takes its authorities from the environment only
    client = Client(access)
    found = discover(url, client, server, writing=False)
    engine = RemoteEngine(found, access, client.scheme)
    if not found.server.union and not found.server.union_by_default:
        engine.graphs = _graphs(engine)
    return engine


def _graphs(engine: RemoteEngine) -> list[str]:
    """All graphs, for a store whose default graph is not known to be their union."""
    found = engine.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }").rows
    return sorted(row[0].value for row in found if row[0] is not None)
