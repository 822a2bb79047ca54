"""What the packaged ontology defines, and what of it is out of use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg.read import read_file
from kg.resources import folder

_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
_REPLACED = "http://purl.org/dc/terms/isReplacedBy"


@dataclass(frozen=True)
class Vocabulary:
    """What the ontology defines: ``terms`` (properties, classes, codes), and those ``deprecated`` with their replacement."""

    terms: frozenset[str]
    deprecated: dict[str, str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """What the packaged ontology defines."""
    files = [folder("ontology") / "servanda.ttl", *sorted((folder("ontology") / "schemes").glob("*.ttl"))]
    triples = [triple for path in files for triple in read_file(path).triples]
    terms = {triple.subject.value for triple in triples if isinstance(triple.subject, ox.NamedNode)}
    gone = {triple.subject.value for triple in triples if triple.predicate.value == _DEPRECATED and isinstance(triple.subject, ox.NamedNode)}
    heirs = {
        triple.subject.value: triple.object.value
        for triple in triples
        if triple.predicate.value == _REPLACED and isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode)
    }
    return Vocabulary(frozenset(terms), {term: heirs.get(term, "") for term in gone})
