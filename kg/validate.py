"""Arrow 2, validate: triples against the shapes, with codes, messages and fixes.

Two engines give the same results: ``rudof`` (fast, the default) and ``pyshacl`` (the reference).
"""

from __future__ import annotations

import logging
import re
import threading
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from kg.errors import KgError, UsageError
from kg.namespaces import BASE, CODE, SV
from kg.resources import folder

ENGINES = ("rudof", "pyshacl")
DEFAULT_ENGINE = DEFAULT = "rudof"

_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE = ox.NamedNode(_RDF + "type")
_SUBCLASS = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_BOOLEANS = {"1": "true", "0": "false"}
_DATE = "http://www.w3.org/2001/XMLSchema#date"
_FORMS = {
    _DATE: re.compile(r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:Z|[+-]\d\d:\d\d)?", re.ASCII),
    _BOOLEAN: re.compile(r"true|false|1|0"),
    "http://www.w3.org/2001/XMLSchema#integer": re.compile(r"[+-]?\d+", re.ASCII),
}
_ILL_FORMED = ox.NamedNode("urn:ill-formed")
_SHAPE = BASE + "shape/"
_SEVERITIES = {"Violation": "violation", "Warning": "warning", "Info": "info"}
_RANK = {"violation": 0, "warning": 1, "info": 2}
_NO_DAY = "SV-TH09"
_LOCAL = threading.local()


@dataclass(frozen=True)
class Result:
    """One finding: which rule (``code``), about what (``focus``, ``path``, ``value``), why, and what to do.

    ``value`` is an IRI or the text of a literal. ``file``, ``line`` and ``column`` are filled in by ``kg.intake.locate``.
    ``components`` are the names of the constraints of the shape that are broken (``MinCount``), sorted; none for other checks.
    """

    code: str
    severity: str
    focus: str
    path: str | None
    value: str | None
    message: str
    fix: str
    doc: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """What one coded shape says: ``code``, ``name``, ``severity``, ``message``, ``fix``, the properties of its ``path``, and whether it ``orders`` days."""

    code: str
    name: str
    severity: str
    message: str
    fix: str
    path: tuple[str, ...]
    orders: bool


@dataclass(frozen=True)
class _Raw:
    """A result as an engine reports it: full IRIs, literals as their text."""

    code: str
    focus: str
    path: str | None
    value: str | None
    component: str


def validate_triples(triples: Iterable[ox.Triple], engine: str = DEFAULT_ENGINE) -> list[Result]:
    """Check source triples (not derived ones) against every shape, with the packaged code lists as context.

    The triples must hold whatever the checked entries point to: give the whole base graph with a contribution.
    Triples about the ontology's own terms and codes are passed over: the lists are closed.
    Returns the results, violations first, in a stable order; an empty list means that all is well.
    Whether days are in order is told only once they are valid days.
    Raises UsageError for an unknown engine, KgError where an engine is not installed or fails.
    """
    run = _engine(engine)
    data = [*(spelled_out(triple) for triple in triples if not _is_schema(triple)), *_context()]
    index = _index(data)
    return sorted(_joined(_result(raw, index) for raw in _with_valid_days(run(data))), key=_order)


def _joined(results: Iterable[Result]) -> list[Result]:
    """One result for each fault, with every constraint that it breaks."""
    found: dict[Result, set[str]] = {}
    for result in results:
        found.setdefault(replace(result, components=()), set()).update(result.components)
    return [replace(result, components=tuple(sorted(components))) for result, components in found.items()]


@lru_cache(maxsize=1)
def shapes() -> dict[str, Shape]:
    """Every coded shape in the packaged folder, by code, in order of code."""
    store = ox.Store()
    for part in _shape_files():
        store.load(part.encode(), format=ox.RdfFormat.TURTLE)
    nodes = {quad.subject for quad in store.quads_for_pattern(None, ox.NamedNode(_SH + "severity"), None)}
    found = [_shape(store, node) for node in nodes if isinstance(node, ox.NamedNode)]
    return {shape.code: shape for shape in sorted(found, key=lambda shape: shape.code)}


def _shape_files() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder("shapes").glob("*.ttl"))]


def _shape(store: ox.Store, node: ox.NamedNode) -> Shape:
    def text(predicate: str) -> str:
        return next((_text(quad.object) for quad in store.quads_for_pattern(node, ox.NamedNode(predicate), None)), "")

    code = node.value.removeprefix(_SHAPE)
    severity = _SEVERITIES[text(_SH + "severity").removeprefix(_SH)]
    return Shape(code, text(_SH + "name"), severity, text(_SH + "message"), text(SV + "fix"), tuple(_path(store, node)), bool(text(_SH + "lessThanOrEquals")))


def _path(store: ox.Store, node: ox.NamedNode) -> Iterator[str]:
    """The properties named in a shape's path, in their order, those inside an inverse path left out."""
    todo: list[Any] = [quad.object for quad in store.quads_for_pattern(node, ox.NamedNode(_SH + "path"), None)]
    while todo:
        term = todo.pop(0)
        if isinstance(term, ox.BlankNode):
            parts = {quad.predicate.value: quad.object for quad in store.quads_for_pattern(term, None, None)}
            todo[:0] = [parts[key] for key in (_SH + "alternativePath", _RDF + "first", _RDF + "rest") if key in parts]
        elif term.value != _RDF + "nil":
            yield term.value


def _is_schema(triple: ox.Triple) -> bool:
    subject = triple.subject
    return not isinstance(subject, ox.NamedNode) or subject.value.startswith((SV, CODE))


def spelled_out(triple: ox.Triple) -> ox.Triple:
    """The triple with a literal as every engine understands it alike.

    A boolean 1 or 0 becomes true or false, since rudof reports it so. What its datatype does not allow gets a datatype
    of its own: rudof looks at the datatype alone, and pyshacl takes "2024-01-01T00:00" for a day.
    """
    term = triple.object
    if not isinstance(term, ox.Literal):
        return triple
    if term.value in _BOOLEANS and term.datatype.value == _BOOLEAN:
        return ox.Triple(triple.subject, triple.predicate, ox.Literal(_BOOLEANS[term.value], datatype=term.datatype))
    return ox.Triple(triple.subject, triple.predicate, ox.Literal(term.value, datatype=_ILL_FORMED)) if _is_ill_formed(term) else triple


def _is_ill_formed(literal: ox.Literal) -> bool:
    form = _FORMS.get(literal.datatype.value)
    if form is None:
        return False
    if not form.fullmatch(literal.value):
        return True
    return literal.datatype.value == _DATE and int(literal.value[8:10]) > monthrange(int(literal.value[:4]), int(literal.value[5:7]))[1]


@lru_cache(maxsize=1)
def _context() -> tuple[ox.Triple, ...]:
    """The class of every code, and which class is part of which: what ``sh:class`` needs."""
    quads = (quad for path in sorted(folder("ontology").glob("**/*.ttl")) for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    return tuple(quad.triple for quad in quads if _is_schema_link(quad))


def _is_schema_link(quad: ox.Quad) -> bool:
    subject, term = quad.subject, quad.object
    if not isinstance(subject, ox.NamedNode) or not isinstance(term, ox.NamedNode) or not term.value.startswith(SV):
        return False
    return subject.value.startswith(CODE) if quad.predicate == _TYPE else quad.predicate == _SUBCLASS and subject.value.startswith(SV)


def _with_valid_days(found: list[_Raw]) -> list[_Raw]:
    """Without what else is said of a value that is no day, and of the order of days one of which is none: that is one mistake, and engines differ on its order."""
    wrong = {(raw.focus, raw.value) for raw in found if raw.code == _NO_DAY}
    focuses, values = {focus for focus, _ in wrong}, {value for _, value in wrong}

    def counts(raw: _Raw) -> bool:
        if raw.code == _NO_DAY:
            return True
        return (raw.focus, raw.value) not in wrong and not (shapes()[raw.code].orders and (raw.focus in focuses or raw.value in values))

    return [raw for raw in found if counts(raw)]


_Index = dict[tuple[str, str] | tuple[str, str, str], set[str]]


def _index(triples: Iterable[ox.Triple]) -> _Index:
    """(focus, value) -> the properties that join them; (focus, value, code) those that do so by a value that is no day; (focus, "") -> all its properties."""
    index: _Index = {}
    for triple in triples:
        focus, path, value = _text(triple.subject), triple.predicate.value, _text(triple.object)
        index.setdefault((focus, value), set()).add(path)
        index.setdefault((focus, ""), set()).add(path)
        if isinstance(triple.object, ox.Literal) and triple.object.datatype.value != _DATE:
            index.setdefault((focus, value, _NO_DAY), set()).add(path)
    return index


def _result(raw: _Raw, index: _Index) -> Result:
    shape = shapes()[raw.code]
    value = None if raw.value == raw.focus else raw.value
    path = raw.path or _find_path(raw, value, shape.path, index)
    doc = f"docs/reference/shapes.md#{raw.code.lower()}"
    return Result(raw.code, shape.severity, raw.focus, path, value, shape.message, shape.fix, doc, components=(raw.component,))


def _find_path(raw: _Raw, value: str | None, allowed: tuple[str, ...], index: _Index) -> str | None:
    """The property that a result is about, where the engine names none or a choice of several: two may have the same text, and one of them be no day."""
    present = index.get((raw.focus, value or "", raw.code)) or index.get((raw.focus, value or ""), set())
    if allowed:
        return next((path for path in allowed if path in present), allowed[0])
    return min(present, default=None) if value else None


def _order(result: Result) -> tuple[int, str, str, str, str]:
    return _RANK[result.severity], result.focus, result.code, result.path or "", result.value or ""


def _text(term: Any) -> str:
    return str(term.value) if not isinstance(term, ox.BlankNode) else f"_:{term.value}"


def require_engine(name: str) -> None:
    """Raise UsageError for an engine that there is not."""
    if name not in ENGINES:
        raise UsageError("KG-US18", f"unknown engine {name!r}", fix=f"use one of {', '.join(ENGINES)}")


def _engine(name: str) -> Callable[[list[ox.Triple]], list[_Raw]]:
    require_engine(name)
    run = _run_rudof if name == "rudof" else _run_pyshacl

    def guarded(triples: list[ox.Triple]) -> list[_Raw]:
        try:
            return run(triples)
        except ImportError as error:
            raise KgError("KG-VA02", f"the engine {name} is not installed: {error}", fix=f"pip install {'pyrudof' if name == 'rudof' else 'pyshacl'}") from None

    return guarded


# The fast engine


def _run_rudof(triples: list[ox.Triple]) -> list[_Raw]:
    import pyrudof

    session = _rudof_session(pyrudof)
    text = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    try:
        session.reset_data()  # read_data alone adds to what an earlier call left
        session.read_data(text, format=pyrudof.RDFFormat.NTriples, reader_mode=pyrudof.ReaderMode.Strict)
        report = session.validate_shacl()
    except pyrudof.RudofError as error:
        raise KgError("KG-VA03", f"the engine rudof failed: {error}", fix="try --engine pyshacl, and report this") from None
    return [_rudof_raw(entry) for entry in report.violations]


def _rudof_session(pyrudof: Any) -> Any:
    """A session of this thread with the shapes loaded: reading them costs more than a small validation."""
    if not hasattr(_LOCAL, "session"):
        session = pyrudof.Rudof(pyrudof.RudofConfig())
        session.read_shacl("\n".join(_shape_files()), format=pyrudof.ShaclFormat.Turtle, reader_mode=pyrudof.ReaderMode.Strict)
        _LOCAL.session = session
    return _LOCAL.session


def _rudof_raw(entry: Any) -> _Raw:
    path = str(entry.path) if entry.path is not None and str(entry.path).startswith("http") else None
    return _Raw(str(entry.source_shape).removeprefix(_SHAPE), str(entry.focus_node), path, _rudof_value(entry.value), _component(entry.constraint_component))


def _component(iri: object) -> str:
    """``sh:MinCountConstraintComponent`` -> ``MinCount``."""
    return str(iri).removeprefix(_SH).removesuffix("ConstraintComponent")


def _rudof_value(value: object) -> str | None:
    """``"x"@en`` and ``"x"^^xsd:date`` -> their text; an IRI stays as it is."""
    if value is None:
        return None
    text = str(value)
    return text[1 : text.rindex('"')] if text.startswith('"') else text


# The reference engine


def _run_pyshacl(triples: list[ox.Triple]) -> list[_Raw]:
    import pyshacl
    from rdflib import Graph

    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    graph = Graph()
    for triple in triples:
        graph.add((_rdflib_term(triple.subject), _rdflib_term(triple.predicate), _rdflib_term(triple.object)))
    rules = Graph().parse(data="\n".join(_shape_files()), format="turtle")
    _, report, text = pyshacl.validate(graph, shacl_graph=rules, inplace=True)
    if not isinstance(report, Graph):
        raise KgError("KG-VA03", f"the engine pyshacl failed: {text}", fix="try --engine rudof, and report this")
    return list(_pyshacl_raw(report))


def _pyshacl_raw(report: Any) -> Iterator[_Raw]:
    from rdflib import RDF, SH, URIRef

    for node in report.subjects(RDF.type, SH.ValidationResult):
        path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
        code = str(report.value(node, SH.sourceShape)).removeprefix(_SHAPE)
        component = _component(report.value(node, SH.sourceConstraintComponent))
        yield _Raw(
            code, str(report.value(node, SH.focusNode)), str(path) if isinstance(path, URIRef) else None, None if value is None else str(value), component
        )


def _rdflib_term(term: Any) -> Any:
    """A term as rdflib has it, with plain strings untyped and literals as they are written."""
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    if term.datatype.value == _STRING:
        return Literal(term.value)
    return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
