"""The chain behind a verdict or an unmet expectation: words, duty, trigger, who was bound, conduct, rule, verdicts, sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg import params as p
from kg.errors import UsageError
from kg.explain import facts as f
from kg.explain.facts import Facts, Record
from kg.explain.rulebook import status_rule, verdict_rule
from kg.explain.wording import VCLT_18, bound_words, duty, reasons, window_words
from kg.formats import envelope
from kg.namespaces import local, short
from kg.query import Base, thing

_EXPLAINED = "activation expectation"
DISCLAIMER = "Computed by rule set {ruleset} from the record; not legal advice."
MISTAKE = "Found a mistake? Correct it in the file above, with a source (CONTRIBUTING.md), or report this ID and the source at the project's issue tracker."
# how conduct bears on a duty: property -> (role in JSON, in words)
CONDUCT = {
    "performedBy": ("performed", "performed"),
    "lateBy": ("late", "performed late"),
    "outsideWindow": ("outsideWindow", "done, but after the window"),
    "beforeDuty": ("beforeDuty", "done before the duty was due: it does not count"),
    "omittedBy": ("omitted", "documented as not done"),
    "partlyOmittedBy": ("partlyOmitted", "documented as not done in part"),
    "refrainedBy": ("refrained", "documented as refrained from"),
    "brokenBy": ("broken", "forbidden, and done"),
    "allegedlyBrokenBy": ("allegedlyBroken", "alleged, and contested or in doubt"),
    "coveredBy": ("covered", "window in which the record is declared complete"),
}


def explain(word: str, base: Base | None = None, *, as_of: str | None = None, store: str | None = None) -> Record:
    """The explanation of one activation or expectation, as docs/reference/schemas/explain.json says.

    ``word`` is its IRI, prefixed name or slug; ``as_of`` a day as YYYY-MM-DD (default: the record's cut-off).
    Raises UsageError for another kind of thing or an unknown ID (KG-US09) and for a bad date (KG-US07).
    """
    from kg.explain.expectation import expectation

    base = base or Base(store)
    cut_off = base.manifest["cut_off"]
    day = p.day(as_of) if as_of else cut_off
    iri = _find(word, base)
    facts = Facts(base.store)
    kind = iri.split("/")[-2]
    body = expectation(facts, iri, day) if kind == "expectation" else activation(facts, iri, day)
    notes = [*body.pop("notes"), DISCLAIMER.format(ruleset=base.manifest["ruleset"]), *_as_of_notes(as_of and day, cut_off)]
    body["sources"] = sorted((f.source(facts, source) for source in cited(body)), key=lambda row: (row["published_on"] or "", row["id"]))
    things = sorted(iris_in(body) | {iri})
    labels = {name: facts.label(name) for name in things}
    head = envelope("explain", base.manifest, day) | {"id": iri, "kind": kind}
    return head | body | {"files": facts.files(things), "labels": labels, "notes": notes}


def _find(word: str, base: Base) -> str:
    """The IRI of the activation or expectation meant. Another kind of thing is refused, with the nearest that can be explained."""
    iri = thing(word, base, f"{_EXPLAINED} obligation agreement occurrence provision conduct assessment")
    if iri.split("/")[-2] in _EXPLAINED.split():
        return iri
    text = "PREFIX sv: <https://w3id.org/servanda/ontology#> SELECT DISTINCT ?x WHERE { VALUES ?k { sv:Activation sv:Expectation } ?x a ?k }"
    known = sorted(local(row[0].value) for row in base.engine.select(text).rows if row[0] is not None)
    slug = local(iri).partition("--")[2] if "--" in local(iri) else local(iri)
    near = [name for name in known if slug in name][:3] or p.nearest(slug, known)
    raise UsageError(
        "KG-US09",
        f"{short(iri)} is neither an activation nor an expectation: only these are explained",
        fix=f"did you mean {', '.join(near)}?" if near else "copy the ID from 'kg query run status'",
    )


def activation(facts: Facts, iri: str, as_of: str) -> Record:
    """Everything about one activation, as known on a day."""
    obligation = facts.one(iri, "sv:ofObligation") or iri
    agreement = facts.one(obligation, "sv:underAgreement")
    occurrence = facts.one(iri, "sv:activatedBy")
    status = f.code(facts.one(iri, "sv:dutyStatus"))
    parties = [facts.one(iri, side) or iri for side in ("sv:owedBy", "sv:owedTo")]
    claims = _claims(facts, iri, as_of)
    why = reasons(facts, status, facts.all(iri, "sv:statusReason"), claims)
    bound = [period for party in parties if agreement for period in f.participations(facts, agreement, party, as_of)]
    event = f.event(facts, occurrence) if occurrence else None
    _say_bound(facts, bound, occurrence)
    provisions = [f.provision(facts, provision) for provision in facts.all(obligation, "sv:imposedBy")]
    assessments = _assessments(facts, iri, as_of)
    window = {"from": facts.one(iri, "sv:dueFrom"), "by": facts.one(iri, "sv:dueBy"), "basis": f.code(facts.one(iri, "sv:windowBasis"))}
    conduct = _conduct(facts, iri, as_of)
    by_rule = next((row for row in assessments if row["assessor_kind"] == "ruleset"), None)
    return {
        "title": f"{facts.label(parties[0])} → {facts.label(parties[1])}: {facts.label(obligation)}" + (f" ({facts.label(occurrence)})" if occurrence else ""),
        "agreement": agreement,
        "binding": facts.one(agreement, "sv:binding") if agreement else None,
        "provision": provisions[0] if provisions else None,
        "provisions": provisions,
        "obligation": obligation,
        "duty": duty(facts, obligation) | {"exemptions": _exemptions(facts, obligation)},
        "owed_by": parties[0],
        "owed_to": parties[1],
        "opponents": facts.all(iri, "sv:opponent"),
        "bound": bound,
        "occurrence": event,
        "status": status,
        "reasons": why,
        "interim_duty": VCLT_18 if status == "notInForce" and _signed_before(bound, facts, occurrence, parties[0]) else None,
        "claims": claims,
        "window": window | {"words": window_words(window) if status != "notInForce" else "nothing was due: not in force"},
        "conduct": conduct,
        "contested": status == "disputed" or _differ(assessments) or any(row["role"] == "allegedlyBroken" for row in conduct),
        "verdict": _shown(assessments) or _no_verdict(status, window, as_of),
        "rule": by_rule and verdict_rule(by_rule["verdict"], by_rule["evidence_basis"]),
        "status_rule": status_rule(status or "", [row["code"] for row in why]),
        "hold_reasons": reasons(facts, status, facts.all(iri, "sv:holdReason"), []) if by_rule and by_rule["verdict"] == "undetermined" else [],
        "assessments": assessments,
        "reviewed": facts.true(iri, "sv:reviewed"),
        "note": facts.notes(iri),
        "notes": [],
    }


def _say_bound(facts: Facts, bound: list[Record], occurrence: str | None) -> None:
    """Add to each period, in words, whether it holds on the occurrence's days."""
    first, last = (facts.one(occurrence, "sv:from"), facts.one(occurrence, "sv:until")) if occurrence else (None, None)
    for period in bound:
        period["words"] = bound_words(period, first, last)


def _signed_before(bound: list[Record], facts: Facts, occurrence: str | None, party: str) -> bool:
    """Whether who owes had signed by the occurrence's last day, and was bound only later or never."""
    last = facts.one(occurrence, "sv:until") if occurrence else None
    mine = [period for period in bound if period["party"] == party and not period["rival_to"]]
    signed = any(act["kind"] == "signed" and last and act["on"] and act["on"] <= last for period in mine for act in period["acts"])
    return signed and all(not last or not period["from"] or period["from"] > last for period in mine)


def _claims(facts: Facts, iri: str, as_of: str) -> list[Record]:
    """Claims that affirm or deny what the duty depends on."""
    selfish = set(facts.all(iri, "sv:selfServed"))
    rows = [
        f.claim(facts, claim) | {"side": side, "self_served": claim in selfish}
        for side, name in (("affirms", "affirmedBy"), ("denies", "deniedBy"))
        for claim in facts.all(iri, f"sv:{name}")
    ]
    return sorted((row for row in rows if _known(row, as_of)), key=lambda row: (row["circumstance"], row["side"], row["claimed_on"] or "", row["id"]))


def _conduct(facts: Facts, iri: str, as_of: str) -> list[Record]:
    """Conduct that bears on the duty, by role and day."""
    rows = []
    for name, (role, words) in CONDUCT.items():
        for conduct in facts.all(iri, f"sv:{name}"):
            row = _coverage(facts, conduct) if role == "covered" else f.event(facts, conduct)
            rows.append({"role": role, "role_words": words} | row)
    order = [role for role, _ in CONDUCT.values()]
    return sorted((row for row in rows if _known(row, as_of)), key=lambda row: (order.index(row["role"]), row["from"] or "", row["id"]))


def _coverage(facts: Facts, iri: str) -> Record:
    row = f.event(facts, iri)
    behavior = facts.one(iri, "sv:coversBehavior")
    days = {"from": facts.one(iri, "sv:coversFrom"), "until": facts.one(iri, "sv:coversUntil")}
    return row | days | {"kind": f.code(behavior), "kind_label": facts.label(behavior or iri), "actors": facts.all(iri, "sv:coversParty")}


def _known(row: Record, as_of: str) -> bool:
    return not row["known_from"] or str(row["known_from"]) <= as_of


def _assessments(facts: Facts, iri: str, as_of: str) -> list[Record]:
    """Current verdicts on that day: people first, then the rule set; latest first."""
    rows = [_assessment(facts, found) for found in facts.of("sv:assesses", iri)]
    rows = [row for row in rows if row["as_of"] is None or row["as_of"] <= as_of]
    replaced = {old for row in rows for old in row["supersedes"]}
    rows = [row | {"superseded": row["id"] in replaced} for row in rows]
    rows.sort(key=lambda row: row["id"])
    rows.sort(key=lambda row: row["as_of"] or "", reverse=True)
    return sorted(rows, key=lambda row: (row["superseded"], row["assessor_kind"] == "ruleset"))


def _assessment(facts: Facts, iri: str) -> Record:
    assessor = facts.one(iri, "sv:assessor") or iri
    folder = assessor.split("/")[-2]
    count = facts.one(iri, "sv:publisherCount")
    return {
        "id": iri,
        "assessor": assessor,
        "assessor_kind": "party" if folder in ("state", "organization", "actor") else folder,
        "verdict": f.code(facts.one(iri, "sv:verdict")),
        "as_of": facts.one(iri, "sv:asOf"),
        "confidence": f.code(facts.one(iri, "sv:confidence")),
        "evidence_basis": f.code(facts.one(iri, "sv:evidenceBasis")),
        "publishers": int(count) if count else 0,
        "supported_by": facts.all(iri, "sv:supportedBy"),
        "opposed_by": facts.all(iri, "sv:opposedBy"),
        "invokes": [local(code) for code in facts.all(iri, "sv:invokes")],
        "supersedes": facts.all(iri, "sv:supersedes"),
        "gist": facts.one(iri, "sv:gist"),
        "note": facts.notes(iri),
        "sources": facts.all(iri, "sv:hasSource"),
    }


def _shown(assessments: list[Record]) -> str | None:
    """The verdict to show: a person's before the rule set's, the latest, not superseded."""
    return next((row["verdict"] for row in assessments if not row["superseded"]), None)


def _differ(assessments: list[Record]) -> bool:
    """Whether current assessors, the rule set apart, give different verdicts."""
    return len({row["verdict"] for row in assessments if not row["superseded"] and row["assessor_kind"] != "ruleset"}) > 1


def _no_verdict(status: str | None, window: Record, as_of: str) -> str | None:
    if status == "notInForce" or status is None:
        return None
    if window["from"] and window["from"] > as_of:
        return "notYetActivated"
    closed = window["by"] and window["by"] <= as_of
    return "pending" if status in ("owed", "open", "disputed") and not closed else "unassessed"


def _exemptions(facts: Facts, obligation: str) -> list[Record]:
    return [
        {
            "id": iri,
            "label": facts.label(iri),
            "exempts": facts.all(iri, "sv:exempts"),
            "when": [local(value) for name in ("whenInitiator", "whenCircumstance", "whenPlace") for value in facts.all(iri, f"sv:{name}")],
            "sources": facts.all(iri, "sv:hasSource"),
        }
        for iri in facts.of("sv:fromObligation", obligation)
    ]


def cited(body: Any) -> list[str]:
    """Every source named anywhere in the explanation, sorted."""
    found: set[str] = set()
    for row in _records(body):
        found.update(row.get("sources") or [])
    return sorted(found)


def _records(value: Any) -> Iterable[Record]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _records(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _records(inner)


def iris_in(value: Any) -> set[str]:
    """Every IRI of a thing named in the explanation."""
    if isinstance(value, str):
        return {value} if value.startswith("https://w3id.org/servanda/") and " " not in value else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(iris_in(item) for item in inner))


def _as_of_notes(asked: str | None, cut_off: str) -> list[str]:
    if not asked:
        return []
    notes = [
        "As of that day: verdicts, claims, conduct and treaty acts are those known by then; the duty status, its reasons and the days of being bound are as known at the record's cut-off."
    ]
    return [*notes, f"The record ends on {cut_off}: nothing later is known to it."] if asked > cut_off else notes
