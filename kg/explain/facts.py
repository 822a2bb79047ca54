"""Facts about one thing at a time, and the files that state them: what explain and whatif are told from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from kg.namespaces import GRAPH, expand, local

Record = dict[str, Any]
OPEN = "9999-12-31"
_SILENT = ("derived/", "schemes/", "ontology/")  # graphs that are no data file


class Facts:
    """Look-ups over an open store, each made once."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store
        self._terms = lru_cache(maxsize=None)(self._look)

    def _look(self, subject: str, name: str) -> tuple[ox.NamedNode | ox.Literal, ...]:
        quads = self.store.quads_for_pattern(ox.NamedNode(subject), _node(name), None)
        found = {str(quad.object): quad.object for quad in quads}
        return tuple(found[key] for key in sorted(found))  # type: ignore[misc]

    def all(self, subject: str, name: str) -> list[str]:
        """Every value of a property given as a prefixed name, sorted."""
        return [term.value for term in self._terms(subject, name)]

    def one(self, subject: str, name: str) -> str | None:
        """The first value, or None."""
        terms = self._terms(subject, name)
        return terms[0].value if terms else None

    def true(self, subject: str, name: str) -> bool:
        """Whether the value is true."""
        return self.one(subject, name) == "true"

    def language(self, subject: str, name: str) -> str | None:
        """The language of the first value."""
        return next((term.language for term in self._terms(subject, name) if isinstance(term, ox.Literal)), None)

    def of(self, name: str, value: str) -> list[str]:
        """Every thing that has this value, sorted."""
        quads = self.store.quads_for_pattern(None, _node(name), ox.NamedNode(value))
        return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)})

    def label(self, iri: str) -> str:
        """Its English label, else its title, else the last part of its IRI."""
        return self.one(iri, "rdfs:label") or self.one(iri, "dcterms:title") or local(iri)

    def names(self, iris: Iterable[str]) -> str:
        """Labels as a list in words: ``A, B and C``."""
        return listed([self.label(iri) for iri in iris])

    def notes(self, subject: str) -> str | None:
        """The notes on a thing, as one text."""
        return " ".join(self.all(subject, "skos:note")) or None

    def files(self, iris: Iterable[str]) -> list[Record]:
        """The data files that state something of these things: path, named graph, and the things found there."""
        found: dict[str, set[str]] = defaultdict(set)
        for iri in iris:
            for quad in self.store.quads_for_pattern(ox.NamedNode(iri), None, None):
                graph = getattr(quad.graph_name, "value", "")
                if not graph.removeprefix(GRAPH).startswith(_SILENT):
                    found[graph].add(iri)
        rows = [{"path": path_of(graph), "graph": graph, "things": sorted(things)} for graph, things in found.items()]
        return sorted(rows, key=lambda row: str(row["path"]))


def _node(name: str) -> ox.NamedNode:
    iri = expand(name)
    assert iri is not None, name
    return ox.NamedNode(iri)


def path_of(graph: str) -> str:
    """The data file behind a named graph, as its path below the project; of a contribution or import, its name."""
    folder, _, stem = graph.removeprefix(GRAPH).partition("/")
    if folder in ("contribution", "import"):
        return f"{folder} {stem}"
    return f"data/{stem}.ttl" if folder == "data" else f"data/{folder}/{stem}.ttl"


def listed(words: list[str], joint: str = "and") -> str:
    """``A, B and C``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else ""


def code(iri: str | None) -> str | None:
    """The bare code of a code IRI."""
    return None if iri is None else local(iri)


def source(facts: Facts, iri: str) -> Record:
    """One source: title, publisher, the publisher that counts, day, URL, kind, quality."""
    publisher = facts.one(iri, "sv:publishedBy")
    counted = facts.one(iri, "sv:countedPublisher")
    return {
        "id": iri,
        "title": facts.one(iri, "dcterms:title") or facts.label(iri),
        "publisher": facts.label(publisher) if publisher else None,
        "originates_from": facts.label(counted) if counted and counted != publisher else None,
        "published_on": facts.one(iri, "sv:publishedOn"),
        "retrieved_on": facts.one(iri, "sv:retrievedOn"),
        "url": facts.one(iri, "sv:url"),
        "kind": code(facts.one(iri, "sv:sourceKind")),
        "quality": code(facts.one(iri, "sv:sourceQuality")),
        "language": facts.one(iri, "dcterms:language"),
    }


def provision(facts: Facts, iri: str) -> Record:
    """One provision: locator, verbatim quote and its language, gist, note, sources."""
    return {
        "id": iri,
        "locator": facts.one(iri, "sv:locator"),
        "quote": facts.one(iri, "sv:quote"),
        "language": facts.language(iri, "sv:quote"),
        "gist": facts.one(iri, "sv:gist"),
        "note": facts.notes(iri),
        "sources": facts.all(iri, "sv:hasSource"),
    }


def act(facts: Facts, iri: str) -> Record:
    """One treaty act: kind, day, note, sources."""
    return {
        "id": iri,
        "kind": code(facts.one(iri, "sv:actKind")),
        "words": facts.label(facts.one(iri, "sv:actKind") or iri),
        "on": facts.one(iri, "sv:onDate"),
        "note": facts.notes(iri),
        "sources": facts.all(iri, "sv:hasSource"),
    }


def participations(facts: Facts, agreement: str, party: str, as_of: str) -> list[Record]:
    """Every period of one party in one agreement, rival claims last, each with the party's treaty acts until that day."""
    acts = [act(facts, iri) for iri in facts.of("sv:ofAgreement", agreement) if facts.one(iri, "sv:actKind") and party in facts.all(iri, "sv:actor")]
    known = sorted((row for row in acts if not row["on"] or row["on"] <= as_of), key=lambda row: (row["on"] or "", row["id"]))
    periods = [_participation(facts, iri, party, known) for iri in facts.of("sv:participant", party) if agreement in facts.all(iri, "sv:ofAgreement")]
    return sorted(periods, key=lambda row: (row["rival_to"] is not None, row["from"] or row["known_from"] or OPEN, row["participation"]))


def _participation(facts: Facts, iri: str, party: str, acts: list[Record]) -> Record:
    rival = facts.one(iri, "sv:rivalTo")
    return {
        "party": party,
        "participation": iri,
        "from": facts.one(iri, "sv:boundFrom"),
        "known_from": facts.one(iri, "sv:knownBoundFrom"),
        "until": facts.one(iri, "sv:boundUntil"),
        "last_confirmed": facts.one(iri, "sv:boundAsOf"),
        "precision": facts.one(iri, "sv:datePrecision"),
        "first_sure_day": facts.one(iri, "sv:surelyFrom"),
        "rival_to": rival,
        "claimed_by": facts.all(iri, "sv:claimedBy"),
        "acts": [] if rival else acts,
        "note": facts.notes(iri),
        "sources": facts.all(iri, "sv:hasSource"),
    }


def event(facts: Facts, iri: str) -> Record:
    """One occurrence or conduct: label, kind, sides, days, gist, note, whether contested, sources."""
    return {
        "id": iri,
        "label": facts.label(iri),
        "kind": code(facts.one(iri, "sv:behavior") or facts.one(iri, "sv:occurrenceKind")),
        "kind_label": facts.label(facts.one(iri, "sv:behavior") or facts.one(iri, "sv:occurrenceKind") or iri),
        "omission": any(kind.endswith("#Omission") for kind in facts.all(iri, "rdf:type")),
        "actors": facts.all(iri, "sv:actor"),
        "recipients": facts.all(iri, "sv:recipient"),
        "against": facts.all(iri, "sv:against"),
        "places": facts.all(iri, "sv:place"),
        "through": facts.all(iri, "sv:through"),
        "from": facts.one(iri, "sv:beganOn"),
        "until": facts.one(iri, "sv:endedOn"),
        "ongoing_on": facts.one(iri, "sv:ongoingOn"),
        "precision": facts.one(iri, "sv:datePrecision"),
        "quantity": facts.one(iri, "sv:quantity"),
        "gist": facts.one(iri, "sv:gist"),
        "note": facts.notes(iri),
        "contested": facts.true(iri, "sv:contestedConduct"),
        "admitted": facts.true(iri, "sv:admitted"),
        "claims": [claim(facts, item) for item in facts.of("sv:characterizes", iri) if facts.one(item, "sv:as")],
        "sources": facts.all(iri, "sv:hasSource"),
        "known_from": facts.one(iri, "sv:knownFrom"),
    }


def claim(facts: Facts, iri: str) -> Record:
    """One characterization: circumstance, whether it is said to hold, by whom, when, on what source."""
    circumstance = facts.one(iri, "sv:as") or iri
    return {
        "id": iri,
        "label": facts.one(iri, "rdfs:label"),
        "circumstance": code(circumstance),
        "circumstance_label": facts.label(circumstance),
        "holds": facts.true(iri, "sv:holds"),
        "claimed_by": facts.all(iri, "sv:claimedBy"),
        "claimed_on": facts.one(iri, "sv:claimedOn"),
        "concerns": facts.all(iri, "sv:concerns"),
        "derived_from": facts.one(iri, "sv:derivedFrom"),
        "gist": facts.one(iri, "sv:gist"),
        "note": facts.notes(iri),
        "sources": facts.all(iri, "sv:hasSource"),
        "known_from": facts.one(iri, "sv:knownFrom"),
    }
