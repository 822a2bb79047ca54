"""Checking only what a contribution can affect gives the same answer as checking everything."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from faults import make_fault

from kg.check.affected import QUERIES, NotLocal, View, affected, surroundings, ways
from kg.check.files import changes
from kg.namespaces import GRAPH, ID, RECORD, SV
from kg.query import Base
from kg.resources import folder
from kg.validate import DEFAULT_ENGINE, Result, shapes, validate_triples

TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def before(base: Base) -> set[Result]:
    """What the whole base gives as it is."""
    return set(validate_triples(View(base.store, frozenset()).everything()))


def view(store: ox.Store, added: list[ox.Triple], *replaced: str) -> View:
    return View(store, frozenset(replaced), frozenset(added))


def same(store: ox.Store, before: set[Result], added: list[ox.Triple], *replaced: str) -> int:
    """Asserts that the answer is that of a full validation; how many results there are."""
    here = view(store, added, *replaced)
    described = {triple.subject.value for triple in added}
    full = [result for result in validate_triples(here.everything()) if result.focus in described or result not in before]
    assert sorted(changes(here, DEFAULT_ENGINE), key=str) == sorted(full, key=str)
    return len(full)


def graph(name: str) -> tuple[str, list[ox.Triple]]:
    path = folder("data") / f"{name}.ttl"
    return f"{GRAPH}{name}", [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]


WORLD = Path(__file__).parent / "fixtures" / "world"
FILES = sorted(path for path in folder("data").rglob("*.ttl") if path.parent.name != "data")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_local_answer_is_the_full_answer_for_a_fault_in_a_file(base: Base, before: set[Result], seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(200):
        path = choose.choice(FILES)
        fault = make_fault(path.read_text(encoding="utf-8"), choose.randrange(10_000))
        if fault is not None and fault.kind not in ("undeclared prefix", "text not closed"):
            break
    triples = [quad.triple for quad in ox.parse(input=fault.text.encode(), format=ox.RdfFormat.TURTLE, base_iri="file:///x")]
    same(base.store, before, triples, f"{GRAPH}{path.parent.name}/{path.stem}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_local_answer_is_the_full_answer_for_lost_statements(base: Base, before: set[Result], seed: int) -> None:
    """A file that stands for another leaves out a tenth of it: things elsewhere that lean on those break."""
    choose = random.Random(seed)
    path = choose.choice(FILES)
    name, triples = graph(f"{path.parent.name}/{path.stem}")
    same(base.store, before, [triple for triple in triples if choose.random() > 0.1], name)


def test_local_answer_is_the_full_answer_in_a_small_world(world: Path) -> None:
    """The same for every file of a world that is checked in a moment, with many more faults and losses."""
    store = Base(world).store
    before = set(validate_triples(View(store, frozenset()).everything()))
    results = 0
    for path in sorted(path for path in WORLD.rglob("*.ttl") if path.parent != WORLD):
        name = f"{GRAPH}{path.parent.name}/{path.stem}"
        text = path.read_text(encoding="utf-8")
        for seed in range(12):
            choose = random.Random(seed)
            fault = make_fault(text, seed)
            changed = text if fault is None or fault.kind in ("undeclared prefix", "text not closed") else fault.text
            triples = [quad.triple for quad in ox.parse(input=changed.encode(), format=ox.RdfFormat.TURTLE, base_iri="file:///x")]
            kept = triples if changed != text else [triple for triple in triples if choose.random() > 0.1]
            results += same(store, before, kept, name)
    assert results > 40


@pytest.mark.slow
def test_a_removed_party_breaks_what_others_say_of_it(base: Base, before: set[Result]) -> None:
    name, triples = next(
        (name, triples)
        for name, triples in (graph(f"parties/{path.stem}") for path in sorted((folder("data") / "parties").glob("*.ttl")))
        if any(t.subject.value == ID + "state/RUS" for t in triples)
    )
    kept = [triple for triple in triples if triple.subject.value != ID + "state/RUS"]
    assert same(base.store, before, kept, name) > 10


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("state/RUS", "rdf:type", ox.NamedNode(SV + "Person")),
        ("agreement/nato-1949", SV + "signedOn", ox.Literal("2030-01-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))),
        ("agreement/nato-1949", SV + "datePrecision", ox.Literal("year")),
        ("state/USA", "http://www.w3.org/2000/01/rdf-schema#label", ox.Literal("America", language="en")),
    ],
)
@pytest.mark.slow
def test_a_statement_about_a_thing_of_another_file(base: Base, before: set[Result], subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
    same(base.store, before, [ox.Triple(ox.NamedNode(ID + subject), TYPE if predicate == "rdf:type" else ox.NamedNode(predicate), value)])


@pytest.mark.slow
def test_a_moved_cut_off_is_checked_everywhere(base: Base, before: set[Result]) -> None:
    triple = ox.Triple(
        ox.NamedNode(RECORD), ox.NamedNode(SV + "cutOffOn"), ox.Literal("1900-01-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    )
    with pytest.raises(NotLocal):
        affected(view(base.store, [triple]), [triple])
    assert same(base.store, before, [triple]) > 100


def test_nothing_new_affects_nothing(base: Base) -> None:
    name, triples = graph("cases/2025-06-13-iran-war")
    unchanged = view(base.store, triples, name)
    assert unchanged.new() | unchanged.removed() == set()


def test_what_is_looked_at_is_small(base: Base) -> None:
    name, triples = graph("cases/2025-06-13-iran-war")
    seen = surroundings(view(base.store, triples, name), {triple.subject for triple in triples})
    assert set(triples) <= seen
    assert len(seen) < 6 * len(triples)


def test_every_query_in_a_shape_says_what_it_looks_at() -> None:
    store = ox.Store()
    for path in sorted(folder("shapes").glob("*.ttl")):
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    sparql, select = (ox.NamedNode(f"http://www.w3.org/ns/shacl#{name}") for name in ("sparql", "select"))
    queries = {
        quad.subject.value.rsplit("/", 1)[1]: query.object.value
        for quad in store.quads_for_pattern(None, sparql, None)
        for query in store.quads_for_pattern(quad.object, select, None)
    }
    assert set(queries) == set(QUERIES) <= set(shapes())
    for code, query in queries.items():
        told = {name.removeprefix("^") for way in QUERIES[code] for name in way}
        used = {name for name in re.findall(r"\bsv:(\w+)", query) if name[0].islower()}
        assert used - told <= {"imposedBy", "cutOffOn"}, code  # the first of things found by name, the second of the record
    assert len(ways()) > 100
