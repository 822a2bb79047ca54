"""Arrow 4, activate: which duties each occurrence put to the test, when they were due, and whether they were owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pyoxigraph as ox

from kg.engine import Engine
from kg.infer import OPEN, dated, link
from kg.namespaces import CODE, GRAPH, SV
from kg.rules import Trace, run_rules

ACTIVATE = GRAPH + "derived/activate"
DEFAULT_DAYS = 90  # where neither the words nor the behavior list give a number
FADE_DAYS = 9131  # 25 years: a bond last attested longer ago is no longer taken to last
_PREFIX = f"PREFIX sv: <{SV}> "


def activate(engine: Engine, trace: Trace | None = None) -> None:
    """Derive activations, windows and duty statuses into ``derived/activate``."""
    run_rules(engine, ACTIVATE, "20", "3z", trace)
    engine.add(ACTIVATE, windows(engine))
    run_rules(engine, ACTIVATE, "40", "4z", trace)


@dataclass(frozen=True)
class _Duty:
    activation: str
    start: str
    last: str
    ongoing: bool
    stated: int | None
    forbids: bool
    days: int
    lasts: bool


def windows(engine: Engine) -> Iterator[ox.Triple]:
    """The due window of every activation by an occurrence, and the end of every standing one.

    ``dueFrom`` is the latest of: the occurrence's first day, the day both were bound, the earliest request for each
    condition met by conduct. ``dueBy`` is ``dueFrom`` plus the days that the words state; none while the occurrence
    goes on; of a duty to refrain, the occurrence's last day; else, by convention, the days of the behavior list.
    A window without an end ``fadesOn`` a day long after the last on which both are known to be bound.
    """
    bound = _bound_from(engine)
    attested = _attested(engine)
    asked = _requests(engine)
    for duty in _duties(engine):
        due_from = max([duty.start, *bound.get(duty.activation, []), *asked.get(duty.activation, [])])
        due_by, basis = _due_by(duty, due_from)
        yield dated(duty.activation, "dueFrom", due_from)
        yield _year(duty.activation, due_from)
        yield dated(duty.activation, "from", due_from)
        yield dated(duty.activation, "until", due_by)
        yield link(duty.activation, "windowBasis", f"{CODE}windowBasis/{basis}")
        if due_by != OPEN:
            yield dated(duty.activation, "dueBy", due_by)
        elif duty.activation in attested:
            yield dated(duty.activation, "fadesOn", _plus(min(attested[duty.activation]), FADE_DAYS))
    for activation, start, until, sure in _standing(engine):
        yield _year(activation, start)
        if until != OPEN:
            yield dated(activation, "dueBy", until)
        elif sure != OPEN:
            yield dated(activation, "fadesOn", _plus(sure, FADE_DAYS))


def _year(activation: str, day: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(activation), ox.NamedNode(SV + "year"), ox.Literal(int(day[:4])))


def _due_by(duty: _Duty, due_from: str) -> tuple[str, str]:
    if duty.stated is not None:
        return _plus(due_from, duty.stated), "stated"
    if duty.forbids:
        return (OPEN, "open") if duty.ongoing else (max(duty.last, due_from), "occurrence")
    if not duty.lasts:
        return _plus(due_from, duty.days), "convention"
    if duty.ongoing:
        return OPEN, "open"
    return max(duty.last, _plus(due_from, duty.days)), "convention"


def _plus(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()


def _duties(engine: Engine) -> Iterator[_Duty]:
    conventions = _conventions(engine)
    text = (
        _PREFIX
        + """SELECT ?activation ?start ?last ?ongoing ?stated ?requires ?forbids WHERE {
      ?activation sv:activatedBy ?occurrence ; sv:ofObligation ?obligation . ?occurrence sv:from ?start ; sv:until ?last .
      OPTIONAL { ?occurrence sv:ongoingOn ?ongoing } OPTIONAL { ?obligation sv:respondWithinDays ?stated }
      OPTIONAL { ?obligation sv:requires ?requires } OPTIONAL { ?obligation sv:forbids ?forbids } }"""
    )
    for activation, start, last, ongoing, stated, requires, forbids in _values(engine, text):
        days, lasts = conventions.get(requires or "", (DEFAULT_DAYS, True))
        yield _Duty(activation or "", start or "", last or "", ongoing is not None, int(stated) if stated else None, forbids is not None, days, lasts)


def _conventions(engine: Engine) -> dict[str, tuple[int, bool]]:
    """Behavior -> days of its window by convention, and whether the window lasts at least as long as the occurrence."""
    text = (
        _PREFIX
        + """SELECT ?behavior ?days ?lasts WHERE { ?behavior sv:broaderOrSame ?top . ?top sv:defaultWindowDays ?days .
      OPTIONAL { ?top sv:lastsWithOccurrence ?lasts } }"""
    )
    return {behavior or "": (int(days or 0), lasts == "true") for behavior, days, lasts in _values(engine, text)}


def _bound_from(engine: Engine) -> dict[str, list[str]]:
    """Activation -> the first sure day of each participation that overlaps its occurrence, rivals apart."""
    text = (
        _PREFIX
        + """SELECT ?activation ?side (MIN(?day) AS ?first) WHERE {
      VALUES ?side { sv:bearerParticipation sv:beneficiaryParticipation } ?activation ?side ?participation ; sv:activatedBy ?occurrence .
      ?occurrence sv:from ?start ; sv:until ?last . ?participation sv:from ?from ; sv:until ?until ; sv:surelyFrom ?day .
      FILTER(?from <= ?last && ?until >= ?start)
      OPTIONAL { ?participation sv:rivalTo ?rival } FILTER(!BOUND(?rival)) } GROUP BY ?activation ?side"""
    )
    return _days(engine, text)


def _attested(engine: Engine) -> dict[str, list[str]]:
    """Activation by an occurrence -> of each side whose bond has no known end, the last day on which it is attested, rivals apart."""
    text = (
        _PREFIX
        + f"""SELECT ?activation ?side (MAX(?day) AS ?last) WHERE {{ VALUES ?side {{ sv:bearerParticipation sv:beneficiaryParticipation }}
      ?activation sv:activatedBy ?occurrence ; ?side ?participation . ?participation sv:until ?until ; sv:surelyUntil ?day .
      FILTER(STR(?until) = "{OPEN}" && STR(?day) != "{OPEN}")
      OPTIONAL {{ ?participation sv:rivalTo ?rival }} FILTER(!BOUND(?rival)) }} GROUP BY ?activation ?side"""
    )
    return _days(engine, text)


def _requests(engine: Engine) -> dict[str, list[str]]:
    """Activation -> for each condition met by conduct, the day of the earliest."""
    text = (
        _PREFIX
        + """SELECT ?activation ?condition (MIN(?day) AS ?first) WHERE {
      ?activation sv:affirmedBy ?finding ; sv:ofObligation ?obligation . ?obligation sv:hasCondition ?condition .
      ?finding sv:as ?condition ; sv:derivedFrom ?conduct ; sv:claimedOn ?day } GROUP BY ?activation ?condition"""
    )
    return _days(engine, text)


def _days(engine: Engine, text: str) -> dict[str, list[str]]:
    """Activation -> days, of a query whose rows are activation, what the day is of, and day."""
    found: dict[str, list[str]] = defaultdict(list)
    for activation, _, day in _values(engine, text):
        if activation and day:
            found[activation].append(day)
    return found


def _standing(engine: Engine) -> Iterator[tuple[str, str, str, str]]:
    text = _PREFIX + "SELECT ?activation ?from ?until ?sure WHERE { ?activation sv:standing true ; sv:from ?from ; sv:until ?until ; sv:surelyUntil ?sure }"
    for row in _values(engine, text):
        yield row[0] or "", row[1] or "", row[2] or "", row[3] or ""


def _values(engine: Engine, text: str) -> Iterator[list[str | None]]:
    for row in engine.stream(text):
        yield [None if term is None else term.value for term in row]
