"""The one prefix table. ``ontology/prefixes.ttl`` and ``ontology/context.jsonld`` are generated from it."""

from __future__ import annotations

BASE = "https://w3id.org/servanda/"
SV = BASE + "ontology#"
ID = BASE + "id/"
CODE = BASE + "code/"
GRAPH = BASE + "graph/"
RECORD = BASE + "data"
RULESET = ID + "ruleset/1"

_STANDARD = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "shape": BASE + "shape/",
}
# prefix -> kind of thing, as in https://w3id.org/servanda/id/{kind}/{slug}
KINDS = {
    "state": "state",
    "org": "organization",
    "actor": "actor",
    "person": "person",
    "publisher": "publisher",
    "agreement": "agreement",
    "participation": "participation",
    "act": "act",
    "provision": "provision",
    "obligation": "obligation",
    "exemption": "exemption",
    "place": "place",
    "occurrence": "occurrence",
    "characterization": "characterization",
    "conduct": "conduct",
    "coverage": "coverage",
    "activation": "activation",
    "assessment": "assessment",
    "claim": "claim",
    "expectation": "expectation",
    "source": "source",
    "ruleset": "ruleset",
}
# prefix -> code list, as in https://w3id.org/servanda/code/{list}/{code}
LISTS = {
    "behavior": "behavior",
    "trigger": "trigger",
    "role": "role",
    "circumstance": "circumstance",
    "standard": "standard",
    "actkind": "treatyAct",
    "status": "dutyStatus",
    "reason": "statusReason",
    "verdict": "verdict",
    "basis": "evidenceBasis",
    "confidence": "confidence",
    "window": "windowBasis",
    "sourcekind": "sourceKind",
    "quality": "sourceQuality",
    "claimstatus": "claimStatus",
}
PREFIXES: dict[str, str] = (
    {"sv": SV} | _STANDARD | {prefix: f"{ID}{kind}/" for prefix, kind in KINDS.items()} | {prefix: f"{CODE}{name}/" for prefix, name in LISTS.items()}
)


def short(iri: str) -> str:
    """``https://w3id.org/servanda/id/state/FRA`` -> ``state:FRA``; an IRI outside the table stays as it is."""
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    for prefix, namespace in PREFIXES.items():
        if iri[:cut] == namespace:
            return f"{prefix}:{iri[cut:]}"
    return iri


def expand(name: str) -> str | None:
    """``state:FRA`` -> its IRI; a full IRI stays as it is; anything else gives None."""
    if name.startswith(("http://", "https://")):
        return name
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + local
    return None


def local(iri: str) -> str:
    """The part after the last ``/`` or ``#``."""
    return iri[max(iri.rfind("/"), iri.rfind("#")) + 1 :]
