"""The shapes: every code has a passing and a failing example, and two engines agree on everything."""

from __future__ import annotations

import random
from functools import cache, lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import UsageError
from kg.namespaces import SV
from kg.resources import folder
from kg.validate import DEFAULT_ENGINE, Result, shapes, validate_triples

FIXTURES = Path(__file__).parent / "fixtures" / "shapes"
CODES = sorted(shapes())
REFERENCE = "pyshacl"
FAULTS = 40
# Together they hold every class, so a fault in any of them has something to break.
WORLD = ["AS17", "AS18", "AS19", "EX01", "PN09", "PN10", "CH01", "CL06", "OC09", "CO10", "CO11", "CV01", "SO12", "TH18", "OB19", "PL02", "PA06", "AG07"]


@cache
def read(path: Path) -> tuple[ox.Triple, ...]:
    return tuple(quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))


@lru_cache(maxsize=1)
def packaged() -> tuple[ox.Triple, ...]:
    return tuple(triple for path in sorted(folder("data").rglob("*.ttl")) for triple in read(path))


def codes(results: list[Result]) -> list[str]:
    return sorted({result.code for result in results})


def test_each_code_has_fixtures_and_no_fixture_is_left_over() -> None:
    assert sorted(path.name for path in FIXTURES.iterdir()) == CODES
    assert all((FIXTURES / code / f"{name}.ttl").is_file() for code in CODES for name in ("pass", "fail"))


@pytest.mark.parametrize("code", CODES)
def test_shape_says_what_is_wrong_and_what_to_do(code: str) -> None:
    shape = shapes()[code]
    assert shape.name and shape.message.endswith(".") and shape.fix.endswith(".")
    assert shape.severity in ("violation", "warning", "info")
    assert len(shape.message) < 200


@pytest.mark.parametrize("code", CODES)
def test_fail_example_gives_exactly_its_code(code: str) -> None:
    results = validate_triples(read(FIXTURES / code / "fail.ttl"))
    assert codes(results) == [code]
    assert all(result.doc == f"docs/reference/shapes.md#{code.lower()}" for result in results)


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_reference_engine_agrees_on_fail_example(code: str) -> None:
    triples = read(FIXTURES / code / "fail.ttl")
    assert validate_triples(triples, REFERENCE) == validate_triples(triples)


@pytest.mark.parametrize("code", CODES)
def test_pass_example_gives_nothing(code: str) -> None:
    assert validate_triples(read(FIXTURES / code / "pass.ttl")) == []


def test_engines_agree_on_passing_examples_together() -> None:
    """Passing examples that share their names make one graph, so the slow engine runs once on them."""
    assert validate_triples(world(), REFERENCE) == validate_triples(world())


@lru_cache(maxsize=1)
def world() -> tuple[ox.Triple, ...]:
    return tuple(sorted({triple for code in WORLD for triple in read(FIXTURES / f"SV-{code}" / "pass.ttl")}, key=str))


def xsd(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{datatype}"))


ODD: list[ox.NamedNode | ox.Literal] = [
    ox.Literal("x"),
    ox.Literal("text", language="en"),
    ox.Literal('say "x" \\ y\nz', language="fr"),
    ox.Literal("word " * 90, language="en"),
    xsd("2020-02-30", "date"),
    xsd("2020-01-01", "date"),
    xsd("1800-01-01", "date"),
    xsd("2020-01-01Z", "date"),
    xsd("2020-01-01T00:00:00", "dateTime"),
    xsd("2020", "gYear"),
    xsd("05", "integer"),
    xsd("x", "integer"),
    xsd("1", "boolean"),
    xsd("ftp://x", "anyURI"),
    ox.NamedNode("http://example.org/x"),
    ox.NamedNode("https://w3id.org/servanda/id/activation/a--b--c--d"),
]
PROPERTIES = [
    "endedOn",
    "ongoingOn",
    "boundAsOf",
    "inForceFrom",
    "datePrecision",
    "dutyStatus",
    "bondFrom",
    "respondWithinDays",
    "securityCoded",
    "wikidata",
    "quote",
]


def fault(seed: int) -> list[ox.Triple]:
    """The well-formed world with one statement dropped, changed or added; the same for the same seed."""
    choose = random.Random(seed)
    triples = list(world())
    at = choose.randrange(len(triples))
    old = triples[at]
    kind = choose.randrange(4)
    if kind == 0:
        return triples[:at] + triples[at + 1 :]
    if kind == 1:
        triples[at] = ox.Triple(old.subject, old.predicate, choose.choice(ODD))
    elif kind == 2:
        triples.append(ox.Triple(old.subject, old.predicate, choose.choice(ODD)))
    else:
        triples.append(ox.Triple(old.subject, ox.NamedNode(SV + choose.choice(PROPERTIES)), choose.choice(ODD)))
    return triples


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FAULTS))
def test_engines_agree_on_generated_fault(seed: int) -> None:
    triples = fault(seed)
    assert validate_triples(triples, DEFAULT_ENGINE) == validate_triples(triples, REFERENCE)


def test_faults_are_found() -> None:
    found = sum(bool(set(validate_triples(fault(seed))) - set(validate_triples(world()))) for seed in range(FAULTS))
    assert found > FAULTS / 2


def test_packaged_data_conforms() -> None:
    bad = [(result.code, result.focus, result.message) for result in validate_triples(packaged()) if result.severity == "violation"]
    assert bad == []


@pytest.mark.slow
def test_engines_agree_on_packaged_data() -> None:
    assert validate_triples(packaged(), DEFAULT_ENGINE) == validate_triples(packaged(), REFERENCE)


def test_a_call_leaves_nothing_for_the_next() -> None:
    bad = read(FIXTURES / "SV-AS03" / "fail.ttl")
    first = validate_triples(bad)
    assert validate_triples(read(FIXTURES / "SV-PL01" / "pass.ttl")) == []
    assert validate_triples(bad) == first
    assert validate_triples([]) == []


def test_result_names_place_and_value() -> None:
    (result,) = validate_triples(read(FIXTURES / "SV-TH11" / "fail.ttl"))
    assert (result.path, result.value) == (f"{SV}recipient", "https://w3id.org/servanda/id/publisher/one")


def test_a_file_cannot_add_to_the_code_lists() -> None:
    own = ox.NamedNode("https://w3id.org/servanda/code/behavior/dancing")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    triples = [*read(FIXTURES / "SV-TH13" / "fail.ttl"), ox.Triple(own, kind, ox.NamedNode(SV + "Behavior"))]
    assert codes(validate_triples(triples)) == ["SV-TH13"]


def test_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError):
        validate_triples([], "hermit")
