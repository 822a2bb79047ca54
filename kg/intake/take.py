"""Taking in a file that a stranger may have written: bounded in size, depth and time, without network, nothing written.

A file that cannot be read at all raises InputError; mistakes of grammar come back as problems, several per file.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from kg.errors import InputError
from kg.intake.lines import Grid, Lines
from kg.intake.node_positions import Marks, read_json, read_xml
from kg.intake.positions import Problem, Written, may_be_deep, read_positions
from kg.intake.turtle_tokens import refuse_inner
from kg.read import FORMATS, Document, graph_of, show_path

MAX_BYTES = 32 * 2**20
MAX_TRIPLES = 250_000
SCAN_LIMIT = 500_000  # quads of a base; above it nothing in it is looked through as a whole: look-alikes and names in tables are found as they are written only
STDIN = Path("standard-input")
KINDS = {
    "turtle": ".ttl",
    "trig": ".trig",
    "nt": ".nt",
    "nq": ".nq",
    "jsonld": ".jsonld",
    "rdfxml": ".rdf",
    "csv": ".csv",
    "tsv": ".tsv",
    "xlsx": ".xlsx",
}

_LINES = (".nt", ".nq")
_OURS = (".ttl", ".trig", *_LINES)
_PLACE = re.compile(r"^Parser error at line \d+ (?:column \d+|between columns? \d+ and (?:line \d+ columns? )?\d+): | \(line \d+\)$")
_SIGNS = (
    (re.compile(r"\s*[\[{]\s*[\[{\"]"), ".jsonld"),
    (re.compile(r"\s*<(?:\?xml|rdf:RDF|!DOCTYPE)"), ".rdf"),
    (re.compile(r"\s*(?:@prefix|@base|PREFIX\b)"), ".ttl"),
)


@dataclass(frozen=True)
class Taken:
    """One file taken in: its ``document``, its ``text``, and what its grammar breaks (``problems``, empty where all is read)."""

    document: Document
    text: str
    lines: Lines | Grid
    problems: list[Problem] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    marks: Marks | None = None

    @property
    def place(self) -> str:
        """The file as a user would type it."""
        return "-" if self.document.path.stem == str(STDIN) else self.document.place


def take(path: Path, kind: str | None = None) -> Taken:
    """Take in a file, or standard input for ``-``.

    ``kind`` (a key of ``KINDS``) overrides what the file's ending says; standard input is Turtle where none is given.
    Raises InputError where there is no such file, it is no plain file, too big, empty, of an unknown kind, or not UTF-8.
    """
    ending = KINDS[kind] if kind else path.suffix.lower() if str(path) != "-" else KINDS["turtle"]
    if ending not in FORMATS:
        _open(path).close()  # a missing file is told as such, whatever its ending
        fix = f"use one of {', '.join(KINDS.values())}, or --input KIND"
        raise InputError("KG-IN03", f"unknown kind of file {path.suffix!r}", place=show_path(path), fix=fix)
    data, named = data_of(path, ending)
    return _read(named, data, ending, "-" if named.stem == str(STDIN) else show_path(path))


def data_of(path: Path, ending: str) -> tuple[bytes, Path]:
    """The bytes of a file, or of standard input for ``-``, and the path by which it is known. Raises InputError."""
    if str(path) == "-":
        return _capped(sys.stdin.buffer, "-"), STDIN.with_suffix(ending)
    with _open(path) as file:
        return _capped(file, show_path(path)), path


def _open(path: Path) -> BinaryIO:
    """The file opened; never waits, as a pipe would make it."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        dangling = isinstance(error, FileNotFoundError) and path.is_symlink()
        reason = "the link leads nowhere" if dangling else getattr(error, "strerror", None) or str(error)
        raise InputError("KG-IN06", f"cannot be read: {reason}", place=show_path(path), fix="check that the file exists and may be read") from None
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
        raise InputError("KG-IN11", f"this is {kind}, not a file", place=show_path(path), fix="name a file; give a pipe's content on standard input, with -")
    return os.fdopen(number, "rb")


def _capped(file: BinaryIO, place: str) -> bytes:
    try:
        data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError("KG-IN06", f"cannot be read: {error.strerror}", place=place, fix="check that the file exists and may be read") from None
    if len(data) > MAX_BYTES:
        raise InputError("KG-IN12", f"larger than {MAX_BYTES // 2**20} MiB", place=place, fix="split it, or load a whole data set with 'kg build --from'")
    return data


def _read(path: Path, data: bytes, ending: str, place: str) -> Taken:
    text = _decoded(data, place)
    if not text.strip():
        raise InputError("KG-IN10", "the file is empty", place=place, fix="check that the right file was named")
    document = Document(path, graph_of(path), ())
    lines = Lines(text)
    marks: Marks | None = None
    if ending == ".jsonld":
        marks, text_read = read_json(text)
    elif ending == ".rdf":
        marks, text_read = read_xml(text), text
    else:
        text_read = text
        deep = may_be_deep(text) and read_positions(text, graphs=ending == ".trig", lines=ending in _LINES).problems
        marks = Marks(problems=[problem for problem in deep or [] if "deep" in problem.message])
        if not marks.problems:
            refuse_inner(text, place)
    if marks.problems:
        return Taken(document, text, lines, _hinted(marks.problems, text, ending))
    try:
        triples = _triples(path, text_read, ending, place)
    except SyntaxError as error:
        return Taken(document, text, lines, _problems(path, text, ending, error))
    document = Document(path, document.graph, triples)
    if ending in _OURS:
        base = "" if ending in _LINES else path.resolve().as_uri()
        reading = read_positions(text, base, graphs=ending == ".trig", lines=ending in _LINES)
        return Taken(document, text, lines, written=reading.triples)
    return Taken(document, text, lines, marks=marks)


def _decoded(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise InputError("KG-IN13", "not UTF-8 text", place=f"{place}:{line}:{column}", fix="save the file as UTF-8") from None


def _triples(path: Path, text: str, ending: str, place: str) -> tuple[ox.Triple, ...]:
    """The triples, read one by one so that a bomb is stopped early."""
    found: dict[ox.Triple, None] = {}
    for count, triple in enumerate(_parsed(path, text, ending)):
        if count >= MAX_TRIPLES:
            raise InputError("KG-IN14", f"more than {MAX_TRIPLES:,} statements", place=place, fix="split it, or load a whole data set with 'kg build --from'")
        if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
            raise InputError(
                "KG-IN07", f"a blank node ({triple.predicate.value})", place=_blank_place(path, text, ending, place), fix="give the thing an IRI of its own"
            )
        if isinstance(triple.object, ox.Triple):
            raise InputError("KG-IN15", "a triple inside a triple (RDF 1.2)", place=place, fix="give the statement an entry of its own")
        found[triple] = None
    if not found:
        raise InputError("KG-IN10", "the file states nothing", place=place, fix="check that the right file was named")
    return tuple(found)


def _blank_place(path: Path, text: str, ending: str, place: str) -> str:
    if ending not in _OURS:
        return place
    reading = read_positions(text, path.resolve().as_uri(), graphs=ending == ".trig", lines=ending in _LINES)
    at = (
        w.subject_at if isinstance(w.subject, ox.BlankNode) else w.object_at
        for w in reading.triples
        if isinstance(w.subject, ox.BlankNode) or isinstance(w.object, ox.BlankNode)
    )
    line, column = Lines(text).place(next(at, 0))
    return f"{place}:{line}:{column}"


def _parsed(path: Path, text: str, ending: str) -> Iterator[ox.Triple]:
    base = None if ending in _LINES else path.resolve().as_uri()
    for quad in ox.parse(input=text.encode(), format=FORMATS[ending], base_iri=base):
        yield ox.Triple(quad.subject, quad.predicate, quad.object)


def _problems(path: Path, text: str, ending: str, error: SyntaxError) -> list[Problem]:
    """Every mistake of grammar that can be told apart; at least the one that stopped the parser."""
    own: list[Problem] = []
    if ending in _OURS:
        own = read_positions(text, "" if ending in _LINES else path.resolve().as_uri(), graphs=ending == ".trig", lines=ending in _LINES).problems
    if not own:
        at = Lines(text).offset(error.lineno or 1, error.offset or 1)
        message = _PLACE.sub("", _PLACE.sub("", (error.msg or "syntax error").replace("\n", " ")))
        own = [Problem(at, message, "correct the syntax at this place")]
    return _hinted(own, text, ending)


def _hinted(problems: list[Problem], text: str, ending: str) -> list[Problem]:
    """Where the text is plainly of another kind, that alone."""
    looks = next((kind for sign, kind in _SIGNS if sign.match(text)), ending)
    if looks == ending or (looks == ".ttl" and ending in _OURS):
        return problems
    return [Problem(0, f"this does not look like {ending} but like {looks}", f"rename the file to {looks}, or use --input")]
