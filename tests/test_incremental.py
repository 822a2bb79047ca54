"""Checking only what a contribution can affect gives the same answer as checking everything."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from faults import make_fault

from kg.affected import QUERIES, NotLocal, View, affected, surroundings, ways
from kg.check import changes
from kg.namespaces import GRAPH, ID, RECORD, SV
from kg.query import Base
from kg.resources import folder
from kg.validate import shapes

TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def base(store: Path) -> Base:
    return Base(store)


def view(base: Base, added: list[ox.Triple], replaced: set[str] = frozenset()) -> View:  # type: ignore[assignment]
    return View(base.store, frozenset(replaced), frozenset(added))


def same(base: Base, added: list[ox.Triple], replaced: set[str] = frozenset()) -> int:  # type: ignore[assignment]
    """Asserts that both ways of checking agree; how many results there are."""
    local = changes(view(base, added, replaced), "rudof")
    everything = changes(view(base, added, replaced), "rudof", everything=True)
    assert sorted(local, key=str) == sorted(everything, key=str)
    return len(local)


def graph(name: str) -> tuple[str, list[ox.Triple]]:
    path = folder("data") / f"{name}.ttl"
    return f"{GRAPH}{name}", [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]


FILES = sorted(path for path in folder("data").rglob("*.ttl") if path.parent.name != "data")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_local_answer_is_the_full_answer_for_a_fault_in_a_file(base: Base, seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(200):
        path = choose.choice(FILES)
        fault = make_fault(path.read_text(encoding="utf-8"), choose.randrange(10_000))
        if fault is not None and fault.kind not in ("undeclared prefix", "text not closed"):
            break
    triples = [quad.triple for quad in ox.parse(input=fault.text.encode(), format=ox.RdfFormat.TURTLE, base_iri="file:///x")]
    assert same(base, triples, {f"{GRAPH}{path.parent.name}/{path.stem}"}) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_local_answer_is_the_full_answer_for_lost_statements(base: Base, seed: int) -> None:
    """A file that stands for another leaves out a tenth of it: things elsewhere that lean on those break."""
    choose = random.Random(seed)
    path = choose.choice(FILES)
    name, triples = graph(f"{path.parent.name}/{path.stem}")
    same(base, [triple for triple in triples if choose.random() > 0.1], {name})


def test_a_removed_party_breaks_what_others_say_of_it(base: Base) -> None:
    name, triples = next((name, triples) for name, triples in (graph(f"parties/{path.stem}") for path in sorted((folder("data") / "parties").glob("*.ttl"))) if any(t.subject.value == ID + "state/RUS" for t in triples))
    kept = [triple for triple in triples if triple.subject.value != ID + "state/RUS"]
    assert same(base, kept, {name}) > 10


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("state/RUS", "rdf:type", ox.NamedNode(SV + "Person")),
        ("agreement/nato-1949", SV + "signedOn", ox.Literal("2030-01-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))),
        ("agreement/nato-1949", SV + "datePrecision", ox.Literal("year")),
        ("state/USA", "http://www.w3.org/2000/01/rdf-schema#label", ox.Literal("America", language="en")),
    ],
)
def test_a_statement_about_a_thing_of_another_file(base: Base, subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
    same(base, [ox.Triple(ox.NamedNode(ID + subject), TYPE if predicate == "rdf:type" else ox.NamedNode(predicate), value)])


def test_a_moved_cut_off_is_checked_everywhere(base: Base) -> None:
    triple = ox.Triple(ox.NamedNode(RECORD), ox.NamedNode(SV + "cutOffOn"), ox.Literal("1900-01-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")))
    with pytest.raises(NotLocal):
        affected(view(base, [triple]), [triple])
    assert same(base, [triple]) > 100


def test_nothing_new_affects_nothing(base: Base) -> None:
    name, triples = graph("cases/2025-06-13-iran-war")
    unchanged = view(base, triples, {name})
    assert unchanged.new() | unchanged.removed() == set()


def test_what_is_looked_at_is_small(base: Base) -> None:
    name, triples = graph("cases/2025-06-13-iran-war")
    seen = surroundings(view(base, triples, {name}), {triple.subject for triple in triples})
    assert set(triples) <= seen
    assert len(seen) < 6 * len(triples)


def test_every_query_in_a_shape_says_what_it_looks_at() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in folder("shapes").glob("*.ttl"))
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    coded = {quad.subject.value.rsplit("/", 1)[1] for quad in store.quads_for_pattern(None, ox.NamedNode("http://www.w3.org/ns/shacl#sparql"), None)}
    assert coded == set(QUERIES) <= set(shapes())
    for code in coded:
        (query,) = (q.object for s in store.quads_for_pattern(ox.NamedNode(f"https://w3id.org/servanda/shape/{code}"), ox.NamedNode("http://www.w3.org/ns/shacl#sparql"), None) for q in store.quads_for_pattern(s.object, ox.NamedNode("http://www.w3.org/ns/shacl#select"), None))
        named = {name.removeprefix("^") for way in QUERIES[code] for name in way} | {"cutOffOn"}
        used = set(__import__("re").findall(r"sv:(\w+)", query.value))
        assert {name for name in used if name[0].islower()} - named <= {"imposedBy"}, code
    assert len(ways()) > 100
