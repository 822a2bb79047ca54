"""Duties, days, statuses and reasons said in plain words."""

from __future__ import annotations

from kg.explain.facts import OPEN, Facts, Record, listed
from kg.namespaces import local

VCLT_18 = "interim duty only (Vienna Convention on the Law of Treaties, Article 18): not to defeat the treaty's object and purpose before it enters into force"
_WINDOWS = {
    "stated": "the words give the number of days",
    "occurrence": "a duty to refrain, which lasts as long as the occurrence",
    "convention": "the words give no time; this project's convention for such a duty sets the end",
    "boundPeriod": "a standing duty: the period in which both were bound",
    "open": "no end yet: the occurrence goes on",
}


def day(value: str | None, precision: str | None = None) -> str:
    """A day as written; a month or year where only that is known."""
    if value and precision == "month" and value.endswith("-01"):
        return value[:7]
    if value and precision == "year" and value.endswith("-01-01"):
        return value[:4]
    return value or "unknown"


def span(first: str | None, last: str | None, precision: str | None = None, ongoing: str | None = None) -> str:
    """A period: one day, ``A to B``, or ``A, still going on B``."""
    if ongoing:
        return f"{day(first, precision)}, still going on {ongoing}"
    return day(first, precision) if not last or last == first else f"{day(first, precision)} to {day(last)}"


def bound_words(period: Record, first: str | None = None, last: str | None = None) -> str:
    """When one party was bound and, if days are given, whether on those: ``signed …, bound from …: not in force on …``."""
    words = []
    signed = next((act["on"] for act in period["acts"] if act["kind"] == "signed"), None)
    start = period["from"]
    if signed:
        words.append(f"signed {signed}")
    if start:
        words.append(f"bound from {day(start, period['precision'])}")
    elif period["known_from"]:
        words.append(f"known to be bound on {period['known_from']}, since when is unknown")
    else:
        words.append("never bound")
    if period["until"]:
        words.append(f"until {period['until']}")
    elif period["last_confirmed"]:
        words.append(f"last confirmed bound {period['last_confirmed']}")
    verdict = _on_days(period, first, last or first) if first else ""
    return ", ".join(words) + (f": {verdict}" if verdict else "")


def _on_days(period: Record, first: str, last: str | None) -> str:
    last = last or first
    days = f"on {first}" if last == first else "on those days" if last == OPEN else f"on {first} to {last}"
    start, sure = period["from"], period["first_sure_day"] or OPEN
    if (not start and not period["known_from"]) or (start and start > last):
        return f"not in force {days}"
    if period["until"] and period["until"] < first:
        return f"no longer in force {days}"
    if not start and sure > last:
        return f"not known whether already in force {days}"
    if sure > last:
        return f"in force {days} only if it began early in {day(start, period['precision'])}"
    if period["last_confirmed"] and period["last_confirmed"] < first and not period["until"]:
        return f"not confirmed {days}"
    if start and start > first:
        return f"in force from {start} of those days on"
    return f"in force {days}"


def window_words(window: Record) -> str:
    """The due window: ``2024-12-04 to 2025-04-26 (basis)``."""
    if not window["from"]:
        return "no window: nothing was due"
    basis = _WINDOWS.get(window["basis"] or "", window["basis"] or "")
    until = f" to {window['by']}" if window["by"] else ", no end yet"
    return f"{window['from']}{until} ({basis})"


def duty(facts: Facts, obligation: str) -> Record:
    """What an obligation asks, as codes, and in words."""
    deontic = "forbids" if facts.one(obligation, "sv:forbids") else "requires"
    behavior = facts.one(obligation, f"sv:{deontic}") or obligation
    row: Record = {
        "label": facts.label(obligation),
        "nature": deontic,
        "behavior": local(behavior),
        "triggers": _codes(facts, obligation, "sv:triggeredBy"),
        "conditions": _codes(facts, obligation, "sv:hasCondition"),
        "condition_parties": facts.all(obligation, "sv:conditionParty"),
        "exceptions": _codes(facts, obligation, "sv:hasException"),
        "only_against": facts.all(obligation, "sv:onlyAgainst"),
        "within_place": facts.all(obligation, "sv:withinPlace"),
        "standard": _codes(facts, obligation, "sv:standardOfPerformance"),
        "on_request": facts.true(obligation, "sv:onRequest"),
        "respond_within_days": facts.one(obligation, "sv:respondWithinDays"),
        "bearers": facts.all(obligation, "sv:bearer"),
        "beneficiaries": facts.all(obligation, "sv:beneficiary"),
        "note": facts.notes(obligation),
    }
    return row | {"words": _duty_words(facts, obligation, row, behavior)}


def _codes(facts: Facts, thing: str, name: str) -> list[str]:
    return [local(iri) for iri in facts.all(thing, name)]


def _duty_words(facts: Facts, obligation: str, row: Record, behavior: str) -> list[str]:
    """The duty, one sentence a line."""
    who = f"{facts.names(row['bearers'])} to" if row["bearers"] else "Each party to"
    whom = facts.names(row["beneficiaries"]) if row["beneficiaries"] else "each other party"
    lines = [f"{row['label']}.", f"{who} {whom}: {row['nature']} {facts.label(behavior)} ({_definition(facts, behavior)})."]
    for name, lead in (("triggeredBy", "Set off by"), ("hasCondition", "Only if"), ("hasException", "Unless")):
        codes = facts.all(obligation, f"sv:{name}")
        if codes:
            joint = "and" if name == "hasCondition" else "or"
            lines.append(f"{lead}: {listed([f'{facts.label(code)} ({_definition(facts, code)})' for code in codes], joint)}.")
        elif name == "triggeredBy":
            lines.append("A standing duty: no occurrence has to set it off.")
    if facts.true(obligation, "sv:onlyNewOccurrence"):
        lines.append("Only by one that begins while both are bound.")
    if row["condition_parties"]:
        lines.append(f"The third party meant: {facts.names(row['condition_parties'])}.")
    if row["only_against"]:
        lines.append(f"Only against {facts.names(row['only_against'])}.")
    if row["within_place"]:
        lines.append(f"Only within {listed([facts.label(place) for place in row['within_place']], 'or')}.")
    for standard in facts.all(obligation, "sv:standardOfPerformance"):
        lines.append(f"How much is owed: {facts.label(standard)} ({_definition(facts, standard)}).")
    if row["respond_within_days"]:
        lines.append(f"Within {row['respond_within_days']} days.")
    return lines


def _definition(facts: Facts, code: str) -> str:
    text = facts.one(code, "skos:definition") or facts.label(code)
    return (text[:1].lower() + text[1:]).rstrip(".")


def reasons(facts: Facts, status: str | None, iris: list[str], claims: list[Record]) -> list[Record]:
    """Why a duty has its status: ``{code, words}`` for each reason."""
    return [{"id": iri, "code": local(iri), "words": _reason(facts, status, iri, claims)} for iri in iris]


def _reason(facts: Facts, status: str | None, iri: str, claims: list[Record]) -> str:
    kind = iri.split("/")[-2]
    if kind == "circumstance":
        return _circumstance(facts, status, iri, [claim for claim in claims if claim["circumstance"] == local(iri)])
    if kind == "participation":
        return _period(facts, iri)
    if kind == "exemption":
        return f"an exemption applies: {facts.label(iri)}"
    if kind == "place":
        return f"the place is not known, and the duty covers only {facts.label(iri)}"
    if local(iri) == "notBound":
        return "on no day of the occurrence were both bound"
    return _definition(facts, iri)


def _circumstance(facts: Facts, status: str | None, iri: str, claims: list[Record]) -> str:
    name = f"{facts.label(iri)} ({_definition(facts, iri)})"
    yes, no = ([claim for claim in claims if claim["holds"] is holds] for holds in (True, False))
    if status == "open" or not claims:
        return f"condition not known: {name}"
    said = [f"{verb} by {_claimants(facts, group)}" for verb, group in (("affirmed", yes), ("denied", no)) if group]
    if status == "disputed":
        return f"{name}: {listed(said)}"
    return f"the condition does not hold: {name}: {listed(said)}"


def _claimants(facts: Facts, claims: list[Record]) -> str:
    parties = sorted({facts.label(party) + (" (whom it serves)" if claim["self_served"] else "") for claim in claims for party in claim["claimed_by"]})
    outlets = sorted({_outlet(facts, iri) for claim in claims if not claim["claimed_by"] for iri in claim["sources"]})
    return listed(parties + outlets) or "an unnamed claimant"


def _outlet(facts: Facts, source: str) -> str:
    publisher = facts.one(source, "sv:publishedBy")
    return facts.label(publisher or source)


def _period(facts: Facts, iri: str) -> str:
    party = facts.names(facts.all(iri, "sv:participant"))
    start = day(facts.one(iri, "sv:boundFrom"), facts.one(iri, "sv:datePrecision"))
    until = facts.one(iri, "sv:boundUntil")
    if facts.one(iri, "sv:rivalTo"):
        by = facts.names(facts.all(iri, "sv:claimedBy")) or "a source"
        return f"rival dates: {by} says {party} was bound from {start}" + (f" until {until}" if until else "")
    if facts.one(iri, "sv:knownBoundFrom"):
        return f"{party} is known to be bound on {facts.one(iri, 'sv:knownBoundFrom')}; whether already on these days is unknown"
    confirmed = facts.one(iri, "sv:boundAsOf")
    if confirmed and not until:
        return f"{party} last confirmed bound {confirmed}"
    return f"{party} bound from {start}" + (f" until {until}" if until else "") + ", dates that leave it uncertain"
