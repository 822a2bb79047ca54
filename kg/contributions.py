"""The folder of contributions: inputs kept beside the store, so that a rebuild never loses them.

It is the folder that ``KG_CONTRIBUTIONS`` names, else ``contributions`` next to the store. One Turtle file each,
``{slug}.ttl``, which goes to the named graph ``…/graph/contribution/{slug}`` and says there who gave it, when and
under which license. Where it ``dcterms:replaces`` another graph, that graph is left out of the build.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.namespaces import GRAPH, PREFIXES

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from kg.read import Document

CONTRIBUTION = GRAPH + "contribution/"
REPLACES = PREFIXES["dcterms"] + "replaces"
NOT_DATA = ("derived/", "schemes/", "ontology/")


def folder_of(store: Path) -> Path:
    """Where the contributions to a store are kept."""
    named = os.environ.get("KG_CONTRIBUTIONS")
    return Path(named) if named else store.resolve().parent / "contributions"


def files(store: Path) -> list[Path]:
    """The files of the contributions to a store, sorted; none where there is no folder."""
    folder = folder_of(store)
    try:
        paths = sorted(folder.iterdir())  # raises where the folder may not be read: a build must not leave out what is in it
    except FileNotFoundError:
        return []
    return [path for path in paths if path.name.endswith(".ttl") and not path.name.startswith(".") and path.is_file()]


def read(paths: Iterable[Path]) -> list[Document]:
    """Read contributions, each into its own named graph."""
    from kg.read import read_data

    return [document._replace(graph=CONTRIBUTION + document.path.stem) for document in read_data(paths)]


def replaced(document: Document) -> set[str]:
    """The graphs that a contribution stands for."""
    me = ox.NamedNode(document.graph)
    return {t.object.value for t in document.triples if t.subject == me and t.predicate.value == REPLACES and isinstance(t.object, ox.NamedNode)}


def combine(data: list[Document], contributed: list[Document]) -> list[Document]:
    """Data and contributions together, without the graphs that a contribution replaces."""
    gone = {graph for document in contributed for graph in replaced(document)}
    return [document for document in (*data, *contributed) if document.graph not in gone]


def own_triples(store: ox.Store, graph: str) -> list[ox.Triple]:
    """The triples of a named graph, sorted, without what a contribution says of itself."""
    node = ox.NamedNode(graph)
    found = [ox.Triple(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(None, None, None, node) if q.subject != node]
    return sorted(found, key=str)


def mark_of(triples: Iterable[ox.Triple]) -> str:
    """A mark of triples: the same for the same triples."""
    import hashlib

    return "sha256:" + hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()[:16]
