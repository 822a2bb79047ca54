"""Casus foederis: which duties an occurrence would put to the test, for whom, under which words. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from kg import params as p
from kg.activate import activate
from kg.engine import OxigraphEngine
from kg.errors import UsageError
from kg.explain import facts as f
from kg.explain.facts import Facts, Record
from kg.explain.wording import duty, reasons
from kg.formats import envelope
from kg.infer import OPEN, dated, infer, link
from kg.namespaces import CODE, GRAPH, ID, SV, expand, local
from kg.query import Base

HYPOTHESIS = GRAPH + "whatif"
_OF_TARGET = {"beneficiaryIsAggressor", "requested", "unprovoked"}  # assumed of the target, not of its opponent
_ASSUMABLE = ("ConditionCircumstance", "PresumedCircumstance", "ExceptionCircumstance")
_LIVE = ("owed", "open", "disputed")


def whatif(
    occurrence: str,
    target: str,
    initiator: str,
    on: str,
    base: Base | None = None,
    *,
    place: str | None = None,
    assume: Iterable[str] = (),
    owed_by: str | None = None,
    store: str | None = None,
) -> Record:
    """Which duties toward the target an occurrence would activate on that day, as docs/reference/schemas/whatif.json says.

    ``occurrence`` is a behavior code, ``target`` and ``initiator`` parties, ``assume`` circumstances as ``CODE`` or
    ``CODE=false``. Raises UsageError for an unknown code, party, place or date and for what cannot be assumed.
    """
    base = base or Base(store)
    written = Facts(base.store)
    parties = {"target": p.party(target, base.catalog), "initiator": p.party(initiator, base.catalog)}
    if parties["target"] == parties["initiator"]:
        raise UsageError("KG-US16", f"{written.label(parties['target'])} cannot be target and initiator at once", fix="name two parties")
    assumed: Record = {
        "occurrence": p.behavior(occurrence, base.catalog),
        **parties,
        "on": p.day(on),
        "place": _place(place, written) if place else None,
        "circumstances": _assumptions(assume, written),
        "owed_by": p.party(owed_by, base.catalog) if owed_by else None,
    }
    engine = OxigraphEngine()
    _copy(base.store, engine, _agreements(written, parties.values()))
    engine.add(HYPOTHESIS, _hypothesis(assumed))
    infer(engine)
    activate(engine)
    return _document(base, written, Facts(engine.store), assumed)


def _place(word: str, facts: Facts) -> str:
    """The IRI of a place by slug, name, prefixed name or IRI. Raises UsageError (KG-US08)."""
    known = {place: facts.label(place) for place in facts.of("rdf:type", SV + "Place")}
    key = word.casefold()
    found = [
        iri
        for iri, label in known.items()
        if key in (iri.casefold(), f"place:{local(iri)}".casefold(), local(iri).casefold(), label.casefold(), label.removesuffix(" (territory)").casefold())
    ]
    if found:
        return found[0]
    raise p.refuse("KG-US08", "place", word, [local(iri) for iri in known])


def _assumptions(words: Iterable[str], facts: Facts) -> dict[str, bool]:
    """``stateOfWar`` or ``requested=false`` -> code and whether it holds. Raises UsageError (KG-US06, KG-US08, KG-US17)."""
    codes = {local(iri) for kind in _ASSUMABLE for iri in facts.of("rdf:type", SV + kind)}
    every = {local(iri) for iri in facts.of("rdf:type", SV + "Circumstance")}
    assumed: dict[str, bool] = {}
    for word in words:
        name, _, value = word.partition("=")
        code = local(p.code(name, "circumstance", sorted(every)))
        if code not in codes:
            raise UsageError("KG-US17", f"{code} cannot be assumed: no duty depends on it", fix=f"assume one of {', '.join(sorted(codes))}")
        if value.casefold() not in ("", "true", "false", "yes", "no"):
            raise UsageError("KG-US08", f"neither true nor false: {value!r}", fix=f"write --assume {code} or --assume {code}=false")
        holds = value.casefold() not in ("false", "no")
        if assumed.get(code, holds) != holds:
            raise UsageError("KG-US17", f"{code} is assumed both to hold and not to hold", fix="keep one of the two")
        assumed[code] = holds
    return assumed


def _agreements(facts: Facts, parties: Iterable[str]) -> set[str]:
    """The agreements in which one of the parties takes part, or benefits."""
    found = {agreement for party in parties for period in facts.of("sv:participant", party) for agreement in facts.all(period, "sv:ofAgreement")}
    return found | {
        agreement for party in parties for obligation in facts.of("sv:beneficiary", party) for agreement in facts.all(obligation, "sv:underAgreement")
    }


def _copy(store: ox.Store, engine: OxigraphEngine, agreements: set[str]) -> None:
    """What the rules need: code lists, places, the record's cut-off, and the files of these agreements; no other occurrence."""
    kind, states = ox.NamedNode(str(expand("rdf:type"))), [ox.NamedNode(SV + name) for name in ("Agreement", "Treaty", "PoliticalCommitment")]
    wanted = {quad.graph_name for iri in agreements for state in states for quad in store.quads_for_pattern(ox.NamedNode(iri), kind, state)}
    for graph in store.named_graphs():
        name = graph.value.removeprefix(GRAPH)
        if graph in wanted or name.startswith(("schemes/", "data/")) or name == "parties/places":
            engine.store.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    engine.store.bulk_extend(store.quads_for_pattern(None, ox.NamedNode(SV + "existedUntil"), None))
    for quad in list(engine.store.quads_for_pattern(None, kind, ox.NamedNode(SV + "StandingObligation"))):
        engine.store.remove(quad)  # duties that no occurrence sets off are not asked for, and pair every member with every other


def _hypothesis(assumed: Record) -> set[ox.Triple]:
    """The assumed occurrence, on that day alone, and one claim by an independent source for each assumed circumstance."""
    names = "-".join(local(assumed[key]) for key in ("occurrence", "initiator", "target"))
    event = f"{ID}occurrence/whatif-{assumed['on']}-{names}"
    triples = {
        _typed(event, "Occurrence"),
        link(event, "occurrenceKind", assumed["occurrence"]),
        dated(event, "beganOn", assumed["on"]),
        dated(event, "endedOn", assumed["on"]),
    }
    triples |= {link(event, key, assumed[key]) for key in ("initiator", "target", "place") if assumed[key]}
    for code, holds in assumed["circumstances"].items():
        claim = f"{ID}characterization/whatif-{code}"
        triples |= {_typed(claim, "Characterization"), link(claim, "characterizes", event), link(claim, "as", f"{CODE}circumstance/{code}")}
        triples |= {ox.Triple(ox.NamedNode(claim), ox.NamedNode(SV + "holds"), ox.Literal(holds)), link(claim, "hasSource", f"{ID}source/whatif")}
        if code in _OF_TARGET:
            triples.add(link(claim, "concerns", assumed["target"]))
    return triples


def _typed(thing: str, name: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(thing), ox.NamedNode(str(expand("rdf:type"))), ox.NamedNode(SV + name))


def _document(base: Base, written: Facts, derived: Facts, assumed: Record) -> Record:
    event = next(iter(derived.of("sv:occurrenceKind", assumed["occurrence"])))
    rows = sorted(
        (_row(written, derived, iri, assumed["on"]) for iri in derived.of("sv:activatedBy", event)),
        key=lambda row: (row["owed_to"] != assumed["target"], row["owed_by"], row["obligation"]),
    )
    without = _without_defense(written, assumed, rows)
    waiting = _not_set_off(written, assumed, {row["obligation"] for row in rows})
    if assumed["owed_by"]:
        rows = [row for row in rows if row["owed_by"] == assumed["owed_by"]]
        without = [row for row in without if row["party"] == assumed["owed_by"]]
    live = [row for row in rows if row["duty_status"] in _LIVE]
    document = envelope("whatif", base.manifest) | {
        "assumed": assumed | {"occurrence": local(assumed["occurrence"])},
        "duties": [row for row in live if row["assistance"]],
        "instead": [row for row in live if not row["assistance"] and row["owed_to"] == assumed["target"]],
        "ruled_out": [row for row in rows if row["duty_status"] not in _LIVE],
        "without_defense": without,
        "not_set_off": waiting,
    }
    return document | {"labels": _labels(written, document), "notes": _notes(base, assumed, rows)}


def _row(written: Facts, derived: Facts, iri: str, on: str) -> Record:
    """One duty: who to whom, its words, whether it would be owed and why, what it waits for, and until when it is confirmed."""
    obligation = derived.one(iri, "sv:ofObligation") or iri
    agreement = derived.one(obligation, "sv:underAgreement") or iri
    status = f.code(derived.one(iri, "sv:dutyStatus"))
    owed_by, owed_to = (derived.one(iri, name) or iri for name in ("sv:owedBy", "sv:owedTo"))
    claims = [f.claim(derived, claim) | {"self_served": False} for name in ("sv:affirmedBy", "sv:deniedBy") for claim in derived.all(iri, name)]
    why = [row | {"words": _assumed_words(row, claims)} for row in reasons(written, status, derived.all(iri, "sv:statusReason"), claims)]
    provisions = [f.provision(written, provision) for provision in written.all(obligation, "sv:imposedBy")]
    asked = duty(written, obligation)
    shown = {local(code) for code in derived.all(iri, "sv:circumstanceShown")}
    required = derived.one(obligation, "sv:requires")
    return {
        "owed_by": owed_by,
        "owed_to": owed_to,
        "obligation": obligation,
        "agreement": agreement,
        "binding": derived.one(agreement, "sv:binding"),
        "duty_status": status,
        "status_reasons": [row["words"] for row in why],
        "locator": provisions[0]["locator"] if provisions else None,
        "quote": provisions[0]["quote"] if provisions else None,
        "provisions": provisions,
        "nature": asked["nature"],
        "behavior": asked["behavior"],
        "conditions": asked["conditions"],
        "exceptions": asked["exceptions"],
        "excused_by": [code for code in asked["exceptions"] if code in shown],
        "words": asked["words"],
        "last_confirmed": _last_confirmed(written, agreement, (owed_by, owed_to), on),
        "assistance": bool(required and f"{CODE}behavior/assistance" in derived.all(required, "sv:broaderOrSame")),
    }


def _assumed_words(reason: Record, claims: list[Record]) -> str:
    """The reason in words; where it is the user's own assumption, said so."""
    mine = [claim for claim in claims if claim["circumstance"] == reason["code"]]
    if not mine:
        return str(reason["words"])
    return f"assumed {'to hold' if mine[0]['holds'] else 'not to hold'}: {mine[0]['circumstance_label']}"


def _last_confirmed(facts: Facts, agreement: str, pair: tuple[str, str], on: str) -> str | None:
    """The last day on which both are known to be bound, of the periods that may hold the day."""
    days = []
    for party in pair:
        periods = [iri for iri in facts.of("sv:participant", party) if agreement in facts.all(iri, "sv:ofAgreement") and not facts.one(iri, "sv:rivalTo")]
        ends = [facts.one(iri, "sv:boundUntil") or facts.one(iri, "sv:boundAsOf") or "" for iri in periods if (facts.one(iri, "sv:boundUntil") or OPEN) >= on]
        days += [max(ends)] if ends else []
    return min(days) or None if days else None


def _without_defense(facts: Facts, assumed: Record, rows: list[Record]) -> list[Record]:
    """Parties that on that day have, or may have, an agreement with the target and owe it no defense."""
    target, on = assumed["target"], assumed["on"]
    helpers = {row["owed_by"] for row in rows if row["assistance"] and row["owed_to"] == target and row["duty_status"] in _LIVE}
    shared: dict[str, set[str]] = {}
    for agreement in _agreements(facts, [target]):
        members = {party for period in facts.of("sv:ofAgreement", agreement) if _may_bind(facts, period, on) for party in facts.all(period, "sv:participant")}
        for party in members - helpers - {target} if target in members else ():
            shared.setdefault(party, set()).add(agreement)
    return [
        {
            "party": party,
            "agreements": [
                {"agreement": iri, "security_coded": facts.true(iri, "sv:securityCoded"), "coded": bool(facts.of("sv:underAgreement", iri))}
                for iri in sorted(shared[party])
            ],
        }
        for party in sorted(shared)
    ]


def _not_set_off(facts: Facts, assumed: Record, activated: set[str]) -> list[Record]:
    """Other duties of agreements that may bind the target that day, which wait for another kind of occurrence."""
    target, on = assumed["target"], assumed["on"]
    live = {agreement for period in facts.of("sv:participant", target) if _may_bind(facts, period, on) for agreement in facts.all(period, "sv:ofAgreement")}
    duties = {obligation for agreement in live for obligation in facts.of("sv:underAgreement", agreement)} - activated
    return [
        {
            "obligation": iri,
            "agreement": facts.one(iri, "sv:underAgreement"),
            "triggers": [local(code) for code in facts.all(iri, "sv:triggeredBy")],
            "on_request": facts.true(iri, "sv:onRequest"),
        }
        for iri in sorted(duties)
        if facts.all(iri, "sv:triggeredBy")
    ]


def _may_bind(facts: Facts, period: str, on: str) -> bool:
    return not facts.one(period, "sv:rivalTo") and (facts.one(period, "sv:from") or OPEN) <= on <= (facts.one(period, "sv:until") or "")


def _labels(facts: Facts, document: Any) -> dict[str, str]:
    from kg.explain.chain import iris_in

    return {iri: facts.label(iri) for iri in sorted(iris_in(document))}


def _notes(base: Base, assumed: Record, rows: list[Record]) -> list[str]:
    from kg.explain.chain import DISCLAIMER

    notes = [
        DISCLAIMER.format(ruleset=base.manifest["ruleset"]),
        "Nothing was stored. The law of that one day is asked; whether the words are met is for people to judge.",
    ]
    if assumed["on"] > base.manifest["cut_off"]:
        notes.append(f"The record ends on {base.manifest['cut_off']}: what was agreed or ended later is not known to it.")
    for code in assumed["circumstances"]:
        if not any(code in row["conditions"] + row["exceptions"] for row in rows) and code not in ("armedAttack", "aggression"):
            notes.append(f"Assuming {code} changes nothing: no duty here depends on it.")
    return notes
