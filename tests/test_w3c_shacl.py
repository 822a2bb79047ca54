"""The W3C SHACL test suite on both engines of ``kg validate``; what does not pass is listed by engine with the reason."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import pyrudof
import pyshacl
import pytest
from rdflib import RDF, SH, BNode, Graph, Namespace

from kg.validate import spelled_out

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
PLACES = (Path(os.environ.get("KG_CONFORMANCE_DIR", "/nowhere")) / "w3c-shacl" / "tests", Path(__file__).parents[2] / "shared" / "data" / "w3c-shacl" / "tests")
SUITE = next((place for place in PLACES if place.is_dir()), None)

# What an engine gets wrong, and why. A test that begins to pass must leave the list: the run says so.
_COMPONENT = "rudof has no SPARQL-based constraint components"
_BOUND = "rudof does not carry $this into every part of a query (filters, subqueries, unions, BIND)"
_FORBIDDEN = "rudof accepts queries that SHACL forbids (MINUS, VALUES, SERVICE, renamed $this)"
EXPECTED: dict[str, dict[str, str]] = {
    "pyshacl": {
        "core/property/uniqueLang-002": 'rdflib reads "1"^^xsd:boolean as true, where only the word true counts',
        "sparql/pre-binding/shapesGraph-001": "pyshacl does not pre-bind $shapesGraph (optional in the standard)",
    },
    "rudof": {
        "sparql/pre-binding/shapesGraph-001": "rudof does not pre-bind $shapesGraph (optional in the standard)",
    }
    | {f"sparql/component/{test}": _COMPONENT for test in ("nodeValidator-001", "optional-001", "propertyValidator-select-001", "validator-001")}
    | {f"sparql/pre-binding/pre-binding-00{number}": _BOUND for number in (2, 3, 5, 6, 7)}
    | {f"sparql/pre-binding/unsupported-sparql-00{number}": _FORBIDDEN for number in (1, 2, 3, 4, 6)},
}

Outcome = Counter[tuple[str, str, str, str]] | str  # (focus, component, severity, value) of each result, or "failure"


def manifests(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.ttl") if path.name != "manifest.ttl" and "sht:Validate" in path.read_text(encoding="utf-8"))


TESTS = manifests(SUITE) if SUITE else []


def name(path: Path) -> str:
    assert SUITE is not None
    return path.relative_to(SUITE).with_suffix("").as_posix()


def read(path: Path) -> Graph:
    return Graph().parse(path, format="turtle", publicID=path.as_uri())


def parts(path: Path) -> tuple[Path, Path, Outcome]:
    """The data, the shapes and the expected outcome of a test."""
    graph = read(path)
    entry = next(graph.subjects(RDF.type, SHT.Validate))
    action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
    data, shapes = (Path(unquote(str(graph.value(action, key))).removeprefix("file://")) for key in (SHT.dataGraph, SHT.shapesGraph))
    return data, shapes, "failure" if result == SHT.Failure else outcome(graph, result)


def outcome(graph: Graph, report: Any) -> Outcome:
    return Counter(
        (
            plain(graph.value(row, SH.focusNode)),
            plain(graph.value(row, SH.sourceConstraintComponent)),
            plain(graph.value(row, SH.resultSeverity)),
            plain(graph.value(row, SH.value)),
        )
        for row in graph.objects(report, SH.result)
    )


def plain(term: Any) -> str:
    """A term as text that engines write alike: blank nodes have no name, literals no type."""
    if term is None:
        return ""
    return "_" if isinstance(term, BNode) else str(term)


def run_pyshacl(data: Path, shapes: Path) -> Outcome:
    try:
        _, report, _ = pyshacl.validate(read(data), shacl_graph=read(shapes), meta_shacl=False, advanced=False)
    except Exception:  # an engine may refuse shapes in any way
        return "failure"
    return outcome(report, next(report.subjects(RDF.type, SH.ValidationReport))) if isinstance(report, Graph) else "failure"


def run_rudof(data: Path, shapes: Path) -> Outcome:
    session = pyrudof.Rudof(pyrudof.RudofConfig())
    try:
        session.read_data(plain_triples(data, spelled_out), format=pyrudof.RDFFormat.NTriples, reader_mode=pyrudof.ReaderMode.Strict)
        session.read_shacl(plain_triples(shapes), format=pyrudof.ShaclFormat.Turtle, reader_mode=pyrudof.ReaderMode.Strict)
        report = session.validate_shacl()
    except pyrudof.RudofError:
        return "failure"
    return Counter((rudof_term(row.focus_node), str(row.constraint_component), severity(str(row.severity)), rudof_term(row.value)) for row in report.violations)


def plain_triples(path: Path, change: Callable[[ox.Triple], ox.Triple] = lambda triple: triple) -> str:
    """A file as N-Triples; data with literals as ``kg validate`` hands them to its engines."""
    triples = (change(quad.triple) for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()))
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def severity(text: str) -> str:
    """``Violation`` or ``Severity(IRI)`` as an IRI."""
    return text[9:-1] if text.startswith("Severity(") else f"{SH}{text}"


def rudof_term(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    if text.startswith('"'):
        return str(next(iter(Graph().parse(data=f"<urn:a> <urn:b> {literal(text)} .", format="turtle")))[2])
    return "_" if text.startswith("_:") else text


def literal(text: str) -> str:
    """A literal as rudof writes it, with its datatype in angle brackets."""
    head, mark, datatype = text.rpartition('"^^')
    return f'{head}"^^<{datatype.strip("<>")}>' if mark and ":" in datatype else text


RUN = {"pyshacl": run_pyshacl, "rudof": run_rudof}


@pytest.mark.slow
@pytest.mark.skipif(SUITE is None, reason="the W3C SHACL suite is not here: KG_CONFORMANCE_DIR names the folder that holds w3c-shacl")
@pytest.mark.parametrize("engine", sorted(RUN))
@pytest.mark.parametrize("path", TESTS, ids=name)
def test_w3c_shacl(path: Path, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rdflib.NORMALIZE_LITERALS", False)
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    data, shapes, expected = parts(path)
    reason = EXPECTED[engine].get(name(path))
    passed = RUN[engine](data, shapes) == expected
    if reason:
        assert not passed, f"{engine} passes {name(path)} now: take it off the list ({reason})"
        pytest.xfail(reason)
    assert passed


@pytest.mark.skipif(SUITE is None, reason="the W3C SHACL suite is not here: KG_CONFORMANCE_DIR names the folder that holds w3c-shacl")
def test_the_suite_is_whole_and_the_list_names_its_tests() -> None:
    names = {name(path) for path in TESTS}
    assert len(names) > 110
    assert all(set(listed) <= names for listed in EXPECTED.values())
