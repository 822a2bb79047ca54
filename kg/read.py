"""Arrow 1, read: Turtle files into documents, each with its own named graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from kg.errors import InputError
from kg.namespaces import GRAPH
from kg.resources import ROOT

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}


class Document(NamedTuple):
    """One file read: ``path``, the ``graph`` IRI it goes to, and its ``triples``."""

    path: Path
    graph: str
    triples: tuple[ox.Triple, ...]

    @property
    def place(self) -> str:
        """The path as a user would type it."""
        return show_path(self.path)


def show_path(path: Path) -> str:
    """A path relative to the current folder or the packaged root, else as it is."""
    for base in (Path.cwd(), ROOT):
        if path.is_relative_to(base):
            return str(path.relative_to(base))
    return str(path)


def graph_of(path: Path) -> str:
    """The named graph of a file: ``…/graph/{folder}/{stem}``."""
    return f"{GRAPH}{path.resolve().parent.name}/{path.stem}"


def find_files(folder: Path) -> list[Path]:
    """All Turtle files below a folder, sorted. Raises InputError if there is none."""
    if not folder.is_dir():
        raise InputError("KG-IN01", "no such folder", place=str(folder), fix="name a folder that holds Turtle files")
    files = sorted(path for path in folder.rglob("*.ttl") if path.is_file())
    if not files:
        list(folder.iterdir())  # says so where the folder may not be read
        raise InputError("KG-IN02", "no Turtle file in this folder", place=str(folder), fix="add .ttl files, or name another folder")
    return files


def read_file(path: Path) -> Document:
    """Read one file. Raises InputError where it cannot be opened, is of an unknown kind, or cannot be parsed."""
    if path.suffix.lower() not in FORMATS:
        raise InputError("KG-IN03", f"unknown kind of file {path.suffix!r}", place=show_path(path), fix=f"use one of {', '.join(FORMATS)}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError("KG-IN06", f"cannot be read: {error.strerror}", place=show_path(path), fix="check that the file exists and may be read") from None
    return parse(path, data)


def parse(path: Path, data: bytes) -> Document:
    """Parse the bytes of a file. Raises InputError with ``file:line:column`` where the syntax is wrong, not UTF-8, or of RDF 1.2."""
    form = FORMATS[path.suffix.lower()]
    try:
        quads = list(ox.parse(input=data, format=form, base_iri=path.resolve().as_uri()))
    except SyntaxError as error:
        place = f"{show_path(path)}:{error.lineno or 1}:{error.offset or 1}"
        raise InputError("KG-IN04", f"not valid {form.name}: {_plain(error.msg)}", place=place, fix="correct the syntax at this place") from None
    if any(isinstance(quad.object, ox.Triple) for quad in quads):
        from kg.intake.turtle_tokens import refuse_inner

        refuse_inner(data.decode("utf-8"), show_path(path))
        raise InputError("KG-IN15", "a statement about a statement (RDF 1.2)", place=show_path(path), fix="give the statement an entry of its own")
    triples = tuple(ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    return Document(path, graph_of(path), triples)


def read_data(paths: Iterable[Path]) -> list[Document]:
    """Read data files; a blank node in one is refused, since it could not be exported the same way twice."""
    documents = [read_file(path) for path in paths]
    for document in documents:
        for triple in document.triples:
            if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
                raise InputError("KG-IN07", f"a blank node ({triple.predicate.value})", place=document.place, fix="give the thing an IRI of its own")
    return documents


def named_only(document: Document) -> Iterator[ox.Triple]:
    """The triples without blank nodes: of the ontology, all but the axioms that only a reasoner reads."""
    for triple in document.triples:
        if not isinstance(triple.subject, ox.BlankNode) and not isinstance(triple.object, ox.BlankNode):
            yield triple


def _plain(message: str | None) -> str:
    return (message or "syntax error").replace("\n", " ")
