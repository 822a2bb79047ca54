"""Arrow 5, assess: conduct matched to windows, a verdict for each activation, and the day from which it can be given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pyoxigraph as ox

from kg.engine import Engine
from kg.errors import InputError
from kg.infer import OPEN, dated
from kg.namespaces import GRAPH, RULESET, SV
from kg.rules import Trace, run_rules

ASSESS = GRAPH + "derived/assess"
_PREFIX = f"PREFIX sv: <{SV}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


def assess(engine: Engine, trace: Trace | None = None) -> None:
    """Derive matches, verdicts, their dates and confidence, and unmet expectations into ``derived/assess``."""
    engine.add(ASSESS, known_from(engine))
    run_rules(engine, ASSESS, "50", "8z", trace)
    engine.add(ASSESS, verdict_days(engine))
    engine.add(ASSESS, expectation_days(engine))
    run_rules(engine, ASSESS, "90", "9z", trace)


def known_from(engine: Engine) -> Iterator[ox.Triple]:
    """The earliest day on which each piece of evidence could be known.

    Of an action or occurrence, the day by which it had begun; of an omission, its last day, or the last on which it was known to go on; of a characterization,
    the day of the claim, else the earliest publication of a source, else the day of what it characterizes.
    """
    for conduct, day in _pairs(engine, "SELECT ?x ?d WHERE { VALUES ?k { sv:Action sv:Occurrence } ?x a ?k ; sv:surelyFrom ?d }"):
        yield dated(conduct, "knownFrom", day)
    ends = f'SELECT ?x (IF(?until = "{OPEN}"^^xsd:date, ?sure, ?until) AS ?d) WHERE {{ ?x a sv:Omission ; sv:until ?until ; sv:surelyUntil ?sure }}'
    for omission, day in _pairs(engine, ends):
        yield dated(omission, "knownFrom", day)
    claimed = dict(_pairs(engine, "SELECT ?x (MIN(?c) AS ?d) WHERE { ?x a sv:Characterization ; sv:claimedOn ?c } GROUP BY ?x"))
    published = dict(_pairs(engine, "SELECT ?x (MIN(?p) AS ?d) WHERE { ?x a sv:Characterization ; sv:hasSource ?s . ?s sv:publishedOn ?p } GROUP BY ?x"))
    of_object = dict(_pairs(engine, "SELECT ?x (MIN(?p) AS ?d) WHERE { ?x a sv:Characterization ; sv:characterizes ?o . ?o sv:from ?p } GROUP BY ?x"))
    for claim in sorted(claimed.keys() | published.keys() | of_object.keys()):
        yield dated(claim, "knownFrom", claimed.get(claim) or published.get(claim) or of_object[claim])


def cut_off(engine: Engine) -> str:
    """The last day that the record takes in."""
    rows = engine.select(_PREFIX + "SELECT ?d WHERE { ?record sv:cutOffOn ?d } ORDER BY DESC(?d)").rows
    if not rows or rows[0][0] is None:
        raise InputError(
            "KG-IN08", "the data state no cut-off day", fix='add <https://w3id.org/servanda/data> sv:cutOffOn "2026-06-30"^^xsd:date, as data/record.ttl does'
        )
    return rows[0][0].value


def verdict_days(engine: Engine) -> Iterator[ox.Triple]:
    """``asOf`` of each rule verdict: its evidence existed, the duty was due and, where needed, the window had closed or could no longer be taken to be open."""
    evidence: dict[str, list[str]] = defaultdict(list)
    for assessment, day in _pairs(engine, f"SELECT ?x ?d WHERE {{ ?x sv:assessor <{RULESET}> ; sv:supportedBy ?e . ?e sv:knownFrom ?d }}"):
        evidence[assessment].append(day)
    text = f"""SELECT ?x ?verdict ?from ?until ?deontic ?standing ?fades WHERE {{ ?x sv:assessor <{RULESET}> ; sv:verdict ?verdict ; sv:assesses ?a .
      ?a sv:from ?from ; sv:until ?until ; sv:ofObligation ?o . OPTIONAL {{ ?o sv:forbids ?deontic }} OPTIONAL {{ ?a sv:standing ?standing }}
      OPTIONAL {{ ?a sv:fadesOn ?fades MINUS {{ VALUES ?charge {{ sv:allegedlyBrokenBy sv:brokenBy }} ?a ?charge ?alleged }} }} }}"""
    closed_by = cut_off(engine)
    for row in engine.stream(_PREFIX + text):
        assessment, verdict, start, until = (term.value for term in row[:4] if term is not None)
        until = until if until <= closed_by or row[6] is None else row[6].value
        yield dated(
            assessment,
            "asOf",
            _verdict_day(verdict, start, until, evidence.get(assessment, []), until <= closed_by and _waits(verdict, row[4] is not None, row[5] is not None)),
        )


def _verdict_day(verdict: str, start: str, until: str, evidence: list[str], waits: bool) -> str:
    pick = max if verdict.endswith("/partlyHonored") else min
    known = max(start, pick(evidence)) if evidence else start
    return max(known, until) if waits else known


def _waits(verdict: str, refrain: bool, standing: bool) -> bool:
    """Whether a verdict had to wait for its window to close."""
    code = verdict.rsplit("/", 1)[1]
    return code == "undetermined" or (code == "unhonored" and not standing) or (code == "honored" and refrain)


def expectation_days(engine: Engine) -> Iterator[ox.Triple]:
    """``knownFrom`` of an expectation: words and omission were both known."""
    text = """SELECT ?x ?kind (MIN(?k) AS ?d) WHERE { ?x a sv:Expectation ; ?kind ?evidence . VALUES ?kind { sv:words sv:notGiven } ?evidence sv:knownFrom ?k } GROUP BY ?x ?kind"""
    days: dict[str, list[str]] = defaultdict(list)
    for row in engine.stream(_PREFIX + text):
        if row[0] is not None and row[2] is not None:
            days[row[0].value].append(row[2].value)
    for expectation, known in days.items():
        yield dated(expectation, "knownFrom", max(known))


def _pairs(engine: Engine, text: str) -> Iterator[tuple[str, str]]:
    return ((row[0].value, row[1].value) for row in engine.stream(_PREFIX + text) if row[0] is not None and row[1] is not None)
