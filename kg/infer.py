"""Arrow 3, infer: closures, closed intervals, and what the ontology implies (rules 10 to 1z)."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import pyoxigraph as ox

from kg.engine import Engine
from kg.namespaces import GRAPH, SV
from kg.rules import Trace, run_rules

INFER = GRAPH + "derived/infer"
OPEN = "9999-12-31"
_XSD_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
_PREFIX = f"PREFIX sv: <{SV}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "


def infer(engine: Engine, trace: Trace | None = None) -> None:
    """Derive closures, intervals and types into the graph ``derived/infer``."""
    engine.add(INFER, closure(engine, "skos:broader", "broaderOrSame", None))
    engine.add(INFER, closure(engine, "sv:partOf", "partOfOrSame", "partOfLarger"))
    engine.add(INFER, intervals(engine))
    run_rules(engine, INFER, "10", "1z", trace)


def link(subject: str, name: str, value: str) -> ox.Triple:
    """A triple between two things."""
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(SV + name), ox.NamedNode(value))


def dated(subject: str, name: str, day: str) -> ox.Triple:
    """A triple with an xsd:date."""
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(SV + name), ox.Literal(day, datatype=_XSD_DATE))


def closure(engine: Engine, prop: str, reflexive: str, strict: str | None) -> Iterator[ox.Triple]:
    """The transitive closure of a property: once with every node itself (``reflexive``), once without (``strict``)."""
    parents: dict[str, set[str]] = defaultdict(set)
    nodes: set[str] = set()
    kinds = "skos:Concept" if prop == "skos:broader" else "sv:Occurrence sv:Place"
    for row in engine.stream(f"{_PREFIX}SELECT ?node ?parent WHERE {{ VALUES ?kind {{ {kinds} }} ?node a ?kind . OPTIONAL {{ ?node {prop} ?parent }} }}"):
        node = _text(row[0])
        nodes.add(node)
        if row[1] is not None:
            parents[node].add(_text(row[1]))
            nodes.add(_text(row[1]))
    for node in nodes:
        yield link(node, reflexive, node)
        for above in _ancestors(node, parents):
            yield link(node, reflexive, above)
            if strict:
                yield link(node, strict, above)


def _ancestors(node: str, parents: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(parents.get(node, ()))
    while todo:
        above = todo.pop()
        if above not in found and above != node:
            found.add(above)
            todo.extend(parents.get(above, ()))
    return found


def intervals(engine: Engine) -> Iterator[ox.Triple]:
    """Closed intervals for everything dated.

    ``from``–``until`` is the widest interval the dates allow, ``surelyFrom``–``surelyUntil`` the narrowest:
    a month or a year stands for the whole of it, and an open end is sure only until its last known day.
    No participation without a known end outlasts its party or its agreement.
    """
    for thing, began, ended, ongoing, precision in _dated(engine, ("Occurrence", "Action", "Omission"), ("beganOn", "endedOn", "ongoingOn")):
        if began is None:
            continue
        end = ended or (OPEN if ongoing else None)
        yield from _interval(thing, began, end, ongoing, precision)
    known_starts, gone = _known_starts(engine), _last_days(engine)
    for thing, start, until, known_until, precision in _dated(engine, ("Participation",), ("boundFrom", "boundUntil", "boundAsOf")):
        last = OPEN if until or thing not in gone else gone[thing]
        known, signed = known_starts.get(thing, (None, None)) if start is None else (None, None)
        if start is None and known is None:
            yield from (dated(thing, name, OPEN) for name in ("from", "until", "surelyFrom", "surelyUntil"))
        elif start is None and known is not None:
            yield from _interval(thing, known, until or OPEN, known_until, None, earliest=min(signed or known, known), latest=last)
        elif start is not None:
            yield from _interval(thing, start, until or OPEN, known_until, precision, latest=last)


def _interval(
    thing: str, began: str, ended: str | None, known_until: str | None, precision: str | None, earliest: str | None = None, latest: str = OPEN
) -> Iterator[ox.Triple]:
    first, sure_first = span(began, precision)
    if ended is None:
        last, sure_last = sure_first, first
    elif ended == OPEN:
        last, sure_last = latest, known_until or latest
    else:
        sure_last, last = span(ended, precision)
    yield dated(thing, "from", earliest or first)
    yield dated(thing, "until", last)
    yield dated(thing, "surelyFrom", sure_first)
    yield dated(thing, "surelyUntil", sure_last)


def span(day: str, precision: str | None) -> tuple[str, str]:
    """First and last day that a date may mean: itself, or the month or year it opens.

    A date that is not the first of its month or year is exact whatever the precision says.
    """
    value = date.fromisoformat(day)
    if precision == "month" and value.day == 1:
        return day, value.replace(day=calendar.monthrange(value.year, value.month)[1]).isoformat()
    if precision == "year" and (value.month, value.day) == (1, 1):
        return day, value.replace(month=12, day=31).isoformat()
    return day, day


def _dated(engine: Engine, classes: Iterable[str], names: tuple[str, str, str]) -> Iterator[tuple[str, str | None, str | None, str | None, str | None]]:
    kinds = " ".join(f"sv:{name}" for name in classes)
    optional = " ".join(f"OPTIONAL {{ ?thing sv:{name} ?{name} }}" for name in (*names, "datePrecision"))
    text = f"{_PREFIX}SELECT DISTINCT ?thing {' '.join('?' + name for name in names)} ?datePrecision WHERE {{ VALUES ?kind {{ {kinds} }} ?thing a ?kind . {optional} }}"
    for row in engine.stream(text):
        values = [None if term is None else _text(term) for term in row]
        yield _text(row[0]), values[1], values[2], values[3], values[4]


def _known_starts(engine: Engine) -> dict[str, tuple[str, str | None]]:
    """Participation whose first day is unknown -> a day on which it was bound, and the day of signature."""
    text = f"{_PREFIX}SELECT ?p ?known ?signed WHERE {{ ?p sv:knownBoundFrom ?known . OPTIONAL {{ ?p sv:ofAgreement ?a . ?a sv:signedOn ?signed }} }}"
    return {_text(row[0]): (_text(row[1]), None if row[2] is None else _text(row[2])) for row in engine.stream(text)}


def _last_days(engine: Engine) -> dict[str, str]:
    """Participation -> the last day of its party or of its agreement, whichever came first: nobody is bound after it."""
    text = f"""{_PREFIX}SELECT ?p (MIN(?day) AS ?last) WHERE {{
      {{ ?p sv:participant ?party . ?party sv:existedUntil ?day }} UNION {{ ?p sv:ofAgreement ?agreement . ?agreement sv:inForceUntil ?day }} }} GROUP BY ?p"""
    return {_text(row[0]): _text(row[1]) for row in engine.stream(text)}


def _text(term: object) -> str:
    assert isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode)
    return term.value
