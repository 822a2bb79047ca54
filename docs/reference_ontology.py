"""Pages of the ontology, its code lists and the shapes, and the JSON-LD context: all from the Turtle files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.namespaces import CODE, PREFIXES, SV, local, short

_RDF, _RDFS, _OWL = (PREFIXES[name] for name in ("rdf", "rdfs", "owl"))
_SKOS, _SH, _SHAPE = PREFIXES["skos"], PREFIXES["sh"], PREFIXES["shape"]
Graph = dict[str, dict[str, list[str]]]


def read(paths: Iterable[Path]) -> Graph:
    """Subject -> property -> values, of named subjects; blank nodes as ``_:`` values."""
    found: Graph = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            value = quad.object.value if not isinstance(quad.object, ox.BlankNode) else "_:"
            if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                found[quad.subject.value][quad.predicate.value].append(str(value))
    return {subject: dict(properties) for subject, properties in found.items()}


def first(graph: Graph, subject: str, name: str) -> str:
    """The first value of a property, else nothing."""
    return next(iter(graph.get(subject, {}).get(name, [])), "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def schema(root: Path) -> Graph:
    """The ontology without its code lists."""
    return read([root / "ontology" / "servanda.ttl"])


def ontology(root: Path) -> str:
    """Classes, properties and code lists: label, definition, example, domain and range."""
    graph = schema(root)
    kinds = (
        ("Classes", {"Class"}),
        ("Properties between things", {"ObjectProperty"}),
        ("Properties with a value", {"DatatypeProperty"}),
        ("Annotations", {"AnnotationProperty"}),
    )
    out = ["# Ontology\n", f"Namespace `{SV}`, prefix `sv:`. *Derived* terms are filled in by the build or a reasoner; nobody writes them by hand."]
    out.append("The IRIs under w3id.org do not resolve yet.\n")
    for title, wanted in kinds:
        terms = sorted(
            term for term, properties in graph.items() if term.startswith(SV) and wanted & {local(kind) for kind in properties.get(_RDF + "type", [])}
        )
        out += [f"## {title}", ""]
        for term in terms:
            out += [*_term(graph, term), ""]
    out += ["## Code lists", "", "Closed lists. A code that is not here is refused, with the nearest three.", ""]
    for path in sorted((root / "ontology" / "schemes").glob("*.ttl")):
        out += [*_scheme(read([path])), ""]
    return "\n".join(out).rstrip() + "\n"


def _term(graph: Graph, term: str) -> list[str]:
    name = local(term)
    out = [f'### <a id="{name}"></a>sv:{name}', "", _cell(first(graph, term, _SKOS + "definition"))]
    facts = []
    for title, prop in (
        ("subclass of", _RDFS + "subClassOf"),
        ("subproperty of", _RDFS + "subPropertyOf"),
        ("domain", _RDFS + "domain"),
        ("range", _RDFS + "range"),
        ("inverse of", _OWL + "inverseOf"),
    ):
        values = sorted(value for value in graph[term].get(prop, []) if value != "_:")
        if values:
            facts.append(f"{title} {', '.join(_link(value) for value in values)}")
    facts += ["derived"] * (first(graph, term, SV + "derivedTerm") == "true")
    label, example = first(graph, term, _RDFS + "label"), first(graph, term, _SKOS + "example")
    out += ["", f"“{label}”" + "".join(f" · {fact}" for fact in facts)]
    return [*out, "", f"Example: `{example}`"] if example else out


def _link(iri: str) -> str:
    return f"[{short(iri)}](#{local(iri)})" if iri.startswith(SV) else f"`{short(iri)}`"


def _scheme(graph: Graph) -> list[str]:
    scheme = next(term for term, properties in graph.items() if _SKOS + "ConceptScheme" in properties.get(_RDF + "type", []))
    name = scheme.removeprefix(CODE)
    codes = sorted(term for term, properties in graph.items() if scheme in properties.get(_SKOS + "inScheme", []))
    out = [
        f'### <a id="list-{name}"></a>{first(graph, scheme, _RDFS + "label")}',
        "",
        _cell(first(graph, scheme, _SKOS + "definition")),
        "",
        "| Code | Meaning | Broader |",
        "|---|---|---|",
    ]
    for code in codes:
        broader = ", ".join(f"`{local(above)}`" for above in sorted(graph[code].get(_SKOS + "broader", [])))
        out.append(f"| `{short(code)}` | {_cell(first(graph, code, _SKOS + 'definition'))} | {broader} |")
    return out


def shape_codes(root: Path) -> Graph:
    """Every shape with a code: those with a message."""
    graph = read(sorted((root / "shapes").glob("*.ttl")))
    return {shape: properties for shape, properties in graph.items() if shape.startswith(_SHAPE + "SV-")}


def shapes(root: Path) -> str:
    """One section a code: what it is about, the message, the fix, the severity."""
    out = [
        "# Shapes\n",
        "What every file must satisfy. `kg validate FILE` names the code, the place and the fix. A violation refuses the file; a warning or a note does not.",
    ]
    for path in sorted((root / "shapes").glob("*.ttl")):
        graph = read([path])
        codes = sorted(shape for shape in graph if shape.startswith(_SHAPE + "SV-"))
        if codes:
            out += ["", f"## {path.stem.replace('-', ' ').capitalize()}"]
        for shape in codes:
            out += ["", *_shape(graph, shape)]
    return "\n".join(out) + "\n"


def _shape(graph: Graph, shape: str) -> list[str]:
    owners = [shape, *(owner for owner, properties in graph.items() if shape in properties.get(_SH + "property", []))]
    targets = sorted({short(target) for owner in owners for target in graph[owner].get(_SH + "targetClass", [])})
    about = (
        ", ".join(f"[{target}](ontology.md#{target.removeprefix('sv:')})" if target.startswith("sv:") else f"`{target}`" for target in targets) or "anything"
    )
    path = first(graph, shape, _SH + "path")
    where = f" · `{short(path)}`" if path and path != "_:" else ""
    severity = local(first(graph, shape, _SH + "severity") or "Violation").lower()
    name = first(graph, shape, _SH + "name")
    out = [f"### {local(shape)}", "", f"{name[:1].upper()}{name[1:]} · {severity} · {about}{where}", "", f"> {_cell(first(graph, shape, _SH + 'message'))}"]
    fix = _cell(first(graph, shape, SV + "fix"))
    return [*out[:-1], out[-1] + "  ", f"> fix: {fix}"] if fix else out


def context(root: Path) -> str:
    """The JSON-LD context: the prefixes, and the properties whose values are things."""
    graph = schema(root)
    things = sorted(term for term, properties in graph.items() if term.startswith(SV) and _OWL + "ObjectProperty" in properties.get(_RDF + "type", []))
    terms: dict[str, object] = {"@version": 1.1, **PREFIXES}
    terms |= {short(term): {"@type": "@id"} for term in things}
    return json.dumps({"@context": terms}, indent=1, ensure_ascii=False) + "\n"
