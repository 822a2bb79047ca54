"""The ontology as logic: HermiT finds it consistent with the record, and agrees with the SPARQL rules."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hermit import Reasoned, consistent, load, ontology_files, structure
from rdflib import Graph

from kg.activate import activate
from kg.assess import assess
from kg.engine import OxigraphEngine
from kg.infer import infer
from kg.namespaces import ID, SV
from kg.read import find_files, named_only, read_file
from kg.resources import folder

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures" / "ontology"

pytestmark = pytest.mark.reasoner

PACTS = ("DefensePact", "OffensePact", "NeutralityPact", "NonAggressionPact", "ConsultationPact", "Alliance")
DUTIES = ("DefenseObligation", "OffenseObligation", "NeutralityObligation", "NonAggressionObligation", "ConsultationObligation", "SecurityObligation")
LINKS = ("underAgreement", "hasCondition", "actor", "against", "behavior")
# Data sets on which both routes must agree.
SETS = {
    "data": find_files(folder("data")),
    "cases": sorted((HERE / "fixtures" / "cases").glob("*.ttl")),
    "kinds": [FIXTURES / "agreements.ttl"],
}
X = ID + "agreement/x-"
EXPECTED = {
    "DefensePact": {X + "defense", X + "both", X + "war", X + "forced-war"},
    "OffensePact": {X + "offense", X + "both", X + "war"},
    "NeutralityPact": {X + "neutrality"},
    "NonAggressionPact": {X + "non-aggression", X + "both"},
    "ConsultationPact": {X + "consultation"},
}


def engine_of(name: str) -> OxigraphEngine:
    """The fast route: ontology and one data set in Oxigraph."""
    engine = OxigraphEngine()
    for path in [*ontology_files(), folder("data") / "record.ttl", *SETS[name]]:
        document = read_file(path)
        engine.add(document.graph, named_only(document))
    return engine


@cache
def fast(name: str) -> OxigraphEngine:
    """The fast route after the rules 10 to 1z."""
    engine = engine_of(name)
    infer(engine)
    return engine


@cache
def reasoned(name: str) -> Reasoned:
    """HermiT on the agreements, provisions and obligations of one data set."""
    return Reasoned(load(ontology_files()) + structure(load(SETS[name])))


def derived(name: str) -> Graph:
    """One data set with all that the build derives from it, as one graph."""
    engine = engine_of(name)
    for step in (infer, activate, assess):
        step(engine)
    text = "".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in engine.store)
    return Graph().parse(data=text, format="nt")


def typed(engine: OxigraphEngine, kind: str) -> set[str]:
    rows = engine.select(f"SELECT DISTINCT ?thing WHERE {{ ?thing a <{SV}{kind}> }}").rows
    return {row[0].value for row in rows if row[0] is not None}


@pytest.mark.parametrize("name", SETS)
def test_everything_asserted_and_derived_is_consistent(name: str) -> None:
    assert consistent(load(ontology_files()) + derived(name))


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("contradiction*.ttl")), ids=lambda path: path.stem)
def test_contradiction_is_found(path: Path) -> None:
    assert not consistent(load([*ontology_files(), path]))


def test_near_miss_is_no_contradiction() -> None:
    assert consistent(load([*ontology_files(), FIXTURES / "near-miss.ttl"]))


def test_alignments_contradict_nothing() -> None:
    alignments = sorted((folder("ontology") / "alignments").glob("*.ttl"))
    assert consistent(load([*ontology_files(), *alignments]) + derived("cases"))


def test_classification() -> None:
    everything = Reasoned(load(ontology_files()))
    assert everything.unsatisfiable() == []
    assert all("Alliance" in everything.ancestors(pact) for pact in PACTS)
    assert all("SecurityObligation" in everything.ancestors(duty) for duty in DUTIES)
    assert "SecurityTrigger" in everything.ancestors("ConflictTrigger")
    assert "Conduct" not in everything.ancestors("Occurrence")


@pytest.mark.parametrize("kind", PACTS + DUTIES)
@pytest.mark.parametrize("name", SETS)
def test_rules_and_reasoner_give_the_same_types(name: str, kind: str) -> None:
    assert typed(fast(name), kind) == reasoned(name).instances(kind)


@pytest.mark.parametrize("kind", EXPECTED)
def test_kinds_are_the_ones_meant(kind: str) -> None:
    assert reasoned("kinds").instances(kind) == EXPECTED[kind]


def test_some_agreement_of_the_record_is_of_each_common_kind() -> None:
    for kind in ("DefensePact", "NeutralityPact", "NonAggressionPact", "ConsultationPact"):
        assert typed(fast("data"), kind), kind


@cache
def linked() -> Reasoned:
    """HermiT on the invented agreements, with the values of properties."""
    return Reasoned(load([*ontology_files(), FIXTURES / "agreements.ttl"]), properties=True)


@pytest.mark.parametrize("link", LINKS)
def test_rules_and_reasoner_give_the_same_links(link: str) -> None:
    rows = fast("kinds").select(f"SELECT ?from ?to WHERE {{ ?from <{SV}{link}> ?to }}").rows
    expected = {(row[0].value, row[1].value) for row in rows if row[0] is not None and row[1] is not None}
    assert set(linked().pairs(link)) == expected
    assert expected
