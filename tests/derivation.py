"""Derive the fixture cases on an engine, with one thing changed at a time, and look up what came out."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from kg.activate import ACTIVATE, activate
from kg.assess import ASSESS, assess
from kg.build import read_schema
from kg.engine import Engine, OxigraphEngine
from kg.infer import INFER, infer
from kg.namespaces import GRAPH, PREFIXES, local
from kg.resources import ROOT

CASES = Path(__file__).parent / "fixtures" / "cases"
HEADER = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


class Derived:
    """What the rules derived: ``derived("activation", "dutyStatus")`` gives the set of local names."""

    def __init__(self, engine: Engine, counts: dict[str, int]) -> None:
        self.engine, self.counts = engine, counts

    @cached_property
    def triples(self) -> set[ox.Triple]:
        """All of them."""
        return set(self.engine.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?g {{ <{INFER}> <{ACTIVATE}> <{ASSESS}> }} GRAPH ?g {{ ?s ?p ?o }} }}"))

    @cached_property
    def _facts(self) -> dict[tuple[str, str], set[str]]:
        facts: dict[tuple[str, str], set[str]] = defaultdict(set)
        for triple in self.triples:
            value = triple.object.value if hasattr(triple.object, "value") else str(triple.object)
            facts[local(triple.subject.value), local(triple.predicate.value)].add(local(value) if value.startswith("http") else value)
        return facts

    def __call__(self, thing: str, prop: str) -> set[str]:
        return self._facts.get((thing, prop), set())

    def status(self, activation: str) -> str | None:
        """The one duty status, or None where there is no such activation."""
        found = self(activation, "dutyStatus")
        assert len(found) <= 1, f"{activation} has {found}"
        return next(iter(found), None)

    def verdict(self, activation: str) -> str | None:
        """The one rule verdict, or None."""
        found = self(f"ruleset-1--{activation}", "verdict")
        assert len(found) <= 1, f"{activation} has {found}"
        return next(iter(found), None)

    def activations(self, part: str) -> list[str]:
        """Activations whose name holds ``part``."""
        return sorted({thing for thing, prop in self._facts if prop == "dutyStatus" and part in thing})


def derive(engine: Engine | None = None, edits: list[tuple[str, str]] | None = None, extra: str = "", only: str = "*") -> Derived:
    """Load the code lists and the fixture cases (those matching ``only``), edited by regular expressions, and run every rule."""
    engine = engine or OxigraphEngine()
    for document in read_schema():
        engine.add(document.graph, document.triples)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CASES.glob(f"{only}.ttl"))}
    texts["record"] = (ROOT / "data" / "record.ttl").read_text(encoding="utf-8")
    texts["extra"] = HEADER + extra
    applied = 0
    for name, text in texts.items():
        for pattern, replacement in edits or []:
            text, count = re.subn(pattern, replacement, text)
            applied += count
        quads = ox.parse(input=text.encode(), format=ox.RdfFormat.TURTLE)
        engine.add(f"{GRAPH}fixture/{name}", [ox.Triple(q.subject, q.predicate, q.object) for q in quads])
    assert not edits or applied, "no edit matched: the test changes nothing"
    counts: dict[str, int] = {}
    for step in (infer, activate, assess):
        step(engine, counts.__setitem__)
    return Derived(engine, counts)
