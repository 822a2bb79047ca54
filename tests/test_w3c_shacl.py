"""The W3C SHACL test suite on both engines of ``kg validate``; what does not pass is listed by engine with the reason."""

from __future__ import annotations

import logging
import os
import re
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
from shacl_suite import TESTS as COUNT
from shacl_suite import expected

from kg.resources import folder
from kg.validate import spelled_out

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
PLACES = (Path(os.environ.get("KG_CONFORMANCE_DIR", "/nowhere")) / "w3c-shacl" / "tests", Path(__file__).parents[2] / "shared" / "data" / "w3c-shacl" / "tests")
SUITE = next((place for place in PLACES if place.is_dir()), None)

EXPECTED = expected()

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
    assert len(names) == COUNT
    assert all(set(listed) <= names for listed in EXPECTED.values())


def test_our_shapes_need_nothing_that_an_engine_lacks() -> None:
    """What the list says of our own shapes."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder("shapes").glob("*.ttl")))
    assert set(re.findall(r"sh:uniqueLang\s+(\S+)", text)) == {"true"}
    assert not re.search(r"ConstraintComponent|sh:(?:validator|nodeValidator|propertyValidator|ask)\b", text)
    queries = re.findall(r'sh:select """(.*?)"""', text, re.DOTALL)
    assert len(queries) == text.count("sh:sparql") > 10
    for query in queries:
        assert not re.search(r"\b(MINUS|VALUES|SERVICE|UNION)\b|[$?](shapesGraph|currentShape)|\bAS\s+[$?]this\b", query, re.IGNORECASE)
        assert query.upper().count("SELECT") == 1
        top, *groups = re.split(r"\{", query.partition("{")[2])
        assert "$this sv:" in top or "$this (sv:" in top
        assert all(re.search(r"^[^}]*[$?]\w+ \S+ [$?]\w+", group) for group in groups), "a group states something"
