"""What is in a store: counts, each from one query over the union of all graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.namespaces import CODE, RULESET, SV, local

if TYPE_CHECKING:
    from kg.query import Base

_PREFIX = f"PREFIX sv: <{SV}> PREFIX behavior: <{CODE}behavior/> PREFIX quality: <{CODE}sourceQuality/> "
_HELP = "?behavior sv:broaderOrSame behavior:assistance"
_PRIMARY = "sv:hasSource ?s . ?s sv:sourceQuality quality:primary"
# name of the count -> pattern that binds ?x
_ONE = {
    "agreements": "VALUES ?k { sv:Agreement sv:Treaty sv:PoliticalCommitment } ?x a ?k",
    "participations": "?x a sv:Participation",
    "participations_with_acts": "?x a sv:Participation ; sv:evidencedBy ?act",
    "participations_with_primary_source": f"?x a sv:Participation ; {_PRIMARY}",
    "provisions": "?x a sv:Provision",
    "provisions_with_quote": "?x a sv:Provision ; sv:quote ?words",
    "provisions_with_primary_source": f"?x a sv:Provision ; {_PRIMARY}",
    "obligations": "?x sv:imposedBy ?provision",
    "obligations_with_quote": "?x sv:imposedBy ?provision . ?provision sv:quote ?words",
    "activations": "?x a sv:Activation",
    "activations_reviewed": "?x a sv:Activation ; sv:reviewed true",
    "occurrences": "?x a sv:Occurrence",
    "actions": "?x a sv:Action",
    "actions_of_assistance": f"?x a sv:Action ; sv:behavior ?behavior . {_HELP}",
    "actions_of_words": "?x a sv:Action ; sv:behavior behavior:verbalSupport",
    "omissions": "?x a sv:Omission",
    "characterizations": "?x a sv:Characterization",
    "coverages": "?x a sv:Coverage",
    "claims": "?x a sv:Claim",
    "expectations": "?x a sv:Expectation",
    "sources": "?x a sv:Source",
    "sources_unused": "?x a sv:Source . OPTIONAL { ?thing ?link ?x } FILTER(!BOUND(?thing))",
    "resting_on_weak_sources_only": """?x sv:hasSource ?weak . ?weak sv:sourceQuality quality:weak
      OPTIONAL { ?x sv:hasSource ?better . ?better sv:sourceQuality ?other FILTER(?other != quality:weak) } FILTER(!BOUND(?better))""",
    "publishers": "?x a sv:Publisher",
    "evidence": "VALUES ?k { sv:Action sv:Omission sv:Occurrence } ?x a ?k",
    # a case counts when it has sourced conduct, a claim, or a person's assessment
    "cases": f"""{{ ?conduct sv:inResponseTo ?x ; sv:hasSource ?s }} UNION {{ ?claim a sv:Claim ; sv:about ?x . ?x a sv:Occurrence }}
      UNION {{ ?assessment sv:assesses ?a ; sv:assessor ?who . FILTER(?who != <{RULESET}>) ?a sv:activatedBy ?x }}""",
}
# name of the count -> pattern that binds ?x and the ?kind to count it by
_BY = {
    "activations_by_status": "?x sv:dutyStatus ?kind",
    "verdicts_by_rule": f"?x sv:assessor <{RULESET}> ; sv:verdict ?kind",
    "verdicts_by_people": f"?x sv:assessor ?who ; sv:verdict ?kind . FILTER(?who != <{RULESET}>)",
    "claims_by_status": "?x sv:claimStatus ?kind",
    "sources_by_kind": "?x sv:sourceKind ?kind",
    "sources_by_quality": "?x sv:sourceQuality ?kind",
}
_TWO = """SELECT (COUNT(*) AS ?n) WHERE { { SELECT ?x WHERE { VALUES ?k { sv:Action sv:Omission sv:Occurrence } ?x a ?k ; sv:hasSource ?s .
  ?s sv:countedPublisher ?p } GROUP BY ?x HAVING (COUNT(DISTINCT ?p) > 1) } }"""
_SHARES = (
    "provisions_with_quote",
    "provisions_with_primary_source",
    "obligations_with_quote",
    "evidence_with_two_publishers",
    "participations_with_acts",
    "participations_with_primary_source",
)


def counts(base: Base) -> dict[str, Any]:
    """Counts by name: whole numbers, shares between 0 and 1, and numbers by code."""
    found: dict[str, Any] = {name: _number(base, f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}") for name, pattern in _ONE.items()}
    for name, pattern in _BY.items():
        rows = base.engine.select(f"{_PREFIX}SELECT ?kind (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }} GROUP BY ?kind ORDER BY ?kind").rows
        found[name] = {local(kind.value): int(n.value) for kind, n in rows if kind is not None and n is not None}
    found["evidence_with_two_publishers"] = _number(base, _TWO)
    for part in _SHARES:
        found[f"share_of_{part}"] = _share(found[part], found[part.partition("_with_")[0]])
    return found | {"graphs": len(base.manifest["graphs"]), "quads": base.manifest["quads"]}


def _number(base: Base, text: str) -> int:
    value = base.engine.select(_PREFIX + text).rows[0][0]
    return int(value.value) if value is not None else 0


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
