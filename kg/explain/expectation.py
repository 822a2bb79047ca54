"""What an unmet expectation, or a near miss, rests on: the attack, the pair's agreements, the words said, what was not given."""

from __future__ import annotations

from kg.explain import facts as f
from kg.explain.facts import OPEN, Facts, Record
from kg.explain.rulebook import expectation_rule
from kg.explain.wording import VCLT_18, bound_words, duty
from kg.namespaces import expand, local

_ASSISTANCE = "behavior:assistance"


def expectation(facts: Facts, iri: str, as_of: str) -> Record:
    """Everything about one expectation, as known on a day."""
    party, victim, occurrence = (facts.one(iri, f"sv:{name}") or iri for name in ("party", "victim", "ofOccurrence"))
    shown = facts.all(iri, "sv:absenceShownBy")
    agreements = [
        _agreement(facts, agreement, (party, victim), occurrence, as_of) | {"absence_shown": agreement in shown} for agreement in facts.all(iri, "sv:restsOn")
    ]
    agreements.sort(key=lambda row: (("yes", "perhaps", "no").index(row["in_force"]), -len(row["provisions"]), row["id"]))
    missing = [{"code": local(code), "words": facts.one(code, "skos:definition")} for code in facts.all(iri, "sv:missing")]
    first: Record = agreements[0] if agreements else {"id": None, "provisions": []}
    conduct = _conduct(facts, iri, party, victim, occurrence, as_of)
    for lacking, role in (("noWords", "words"), ("noOmission", "notGiven")):
        if not any(row["role"] == role for row in conduct) and lacking not in [row["code"] for row in missing]:
            missing.append({"code": lacking, "words": "Not yet known on the day asked."})
    return {
        "title": f"{facts.label(party)} → {facts.label(victim)}: {'unmet expectation' if not missing else 'near miss of an unmet expectation'} ({facts.label(occurrence)})",
        "finding": not missing,
        "agreement": first["id"],
        "provision": first["provisions"][0] if first["provisions"] else None,
        "provisions": [provision for row in agreements for provision in row["provisions"]],
        "obligation": None,
        "party": party,
        "victim": victim,
        "bound": [period for row in agreements for period in row["bound"]],
        "agreements": agreements,
        "occurrence": f.event(facts, occurrence),
        "no_duty": _no_duty(facts, party, victim, agreements),
        "duties": _duties(facts, party, victim, occurrence),
        "conduct": conduct,
        "missing": missing,
        "rule": expectation_rule(),
        "assessments": [],
        "notes": ["An unmet expectation is not a broken duty: it says that no duty to help existed."],
    }


def _agreement(facts: Facts, iri: str, pair: tuple[str, str], occurrence: str, as_of: str) -> Record:
    """One agreement of the pair: when each was bound, whether both were on those days, and the words that bear on security."""
    first, last = facts.one(occurrence, "sv:from") or OPEN, facts.one(occurrence, "sv:until") or OPEN
    bound = [period for party in pair for period in f.participations(facts, iri, party, as_of)]
    for period in bound:
        period["words"] = bound_words(period, first, last)
    obligations = facts.of("sv:underAgreement", iri)
    answers = {_in_force(facts, bound, party, first, last) for party in pair}
    in_force = "no" if "no" in answers else "perhaps" if "perhaps" in answers else "yes"
    future = all(row["from"] is None or row["from"] > last for row in bound if not row["rival_to"])
    return {
        "id": iri,
        "label": facts.label(iri),
        "binding": facts.one(iri, "sv:binding"),
        "signed_on": facts.one(iri, "sv:signedOn"),
        "security_coded": facts.true(iri, "sv:securityCoded"),
        "in_force": in_force,
        "claims": [
            row
            for row in (f.claim(facts, claim) for claim in facts.of("sv:characterizes", iri))
            if row["circumstance"] == "assistanceDuty" and (row["known_from"] or "") <= as_of
        ],
        "interim_duty": VCLT_18 if in_force == "no" and future and (facts.one(iri, "sv:signedOn") or OPEN) <= last else None,
        "bound": bound,
        "provisions": [f.provision(facts, provision) for provision in sorted({p for o in obligations for p in facts.all(o, "sv:imposedBy")})],
        "duties": [{"obligation": o, "provisions": facts.all(o, "sv:imposedBy")} | duty(facts, o) for o in obligations],
        "note": facts.notes(iri),
        "sources": facts.all(iri, "sv:hasSource"),
    }


def _in_force(facts: Facts, bound: list[Record], party: str, first: str, last: str) -> str:
    """Whether a period of that party, rival claims apart, meets those days: yes, perhaps or no."""
    periods = [row["participation"] for row in bound if row["party"] == party and not row["rival_to"]]
    for answer, start, end in (("yes", "sv:surelyFrom", "sv:surelyUntil"), ("perhaps", "sv:from", "sv:until")):
        if any((facts.one(p, start) or OPEN) <= last and (facts.one(p, end) or "") >= first for p in periods):
            return answer
    return "no"


def _conduct(facts: Facts, iri: str, party: str, victim: str, occurrence: str, as_of: str) -> list[Record]:
    """Words said, help documented as not given, help given, and whatever else the party did for the victim in answer."""
    roles: dict[str, tuple[str, str]] = {}
    for conduct in facts.of("sv:answers", occurrence):
        if party in facts.all(conduct, "sv:actor") and victim in facts.all(conduct, "sv:recipient") + facts.all(conduct, "sv:actor"):
            roles[conduct] = ("other", "also recorded")
            if _is_help(facts, conduct):
                roles[conduct] = ("helpGiven", "help given")
    roles |= dict.fromkeys(facts.all(iri, "sv:words"), ("words", "words of support"))
    roles |= dict.fromkeys(facts.all(iri, "sv:notGiven"), ("notGiven", "documented as not given"))
    rows = [{"role": role, "role_words": words} | f.event(facts, conduct) for conduct, (role, words) in roles.items()]
    order = ("words", "notGiven", "helpGiven", "other")
    return sorted(
        (row for row in rows if not row["known_from"] or row["known_from"] <= as_of), key=lambda row: (order.index(row["role"]), row["from"] or "", row["id"])
    )


def _is_help(facts: Facts, conduct: str) -> bool:
    if any(kind.endswith("#Omission") for kind in facts.all(conduct, "rdf:type")):
        return False
    return any(expand(_ASSISTANCE) in facts.all(behavior, "sv:broaderOrSame") for behavior in facts.all(conduct, "sv:behavior"))


def _no_duty(facts: Facts, party: str, victim: str, agreements: list[Record]) -> list[str]:
    """That no duty to help existed on those days, and how sure the record can be of it."""
    who = f"{facts.label(party)} to help {facts.label(victim)}"
    in_force = [row["label"] for row in agreements if row["in_force"] == "yes"]
    lines = [f"No agreement in the record obliged {who} on those days.", f"Checked: {'; '.join(row['label'] for row in agreements)}."]
    lines.append(f"In force between the two on those days: {'; '.join(in_force) or 'none for sure'}.")
    for row in agreements:
        if row["security_coded"]:
            lines.append(f"{row['label']}: every security provision is coded, and none is a duty to help.")
        elif row["absence_shown"]:
            lines.append(
                f"{row['label']}: not every provision was seen, but it is reported to hold no duty to help, and not only by {facts.label(party)}: see below."
            )
        elif any(not claim["holds"] for claim in row["claims"]):
            lines.append(
                f"{row['label']}: not every provision was seen; it is reported to hold no duty to help (see below), but by one publisher or by {facts.label(party)} alone."
            )
        else:
            lines.append(f"{row['label']}: not every security provision was seen or coded, so a duty in other words cannot be excluded.")
    return lines


def _duties(facts: Facts, party: str, victim: str, occurrence: str) -> list[Record]:
    """The duties that the attack did put to the test between the two, none of which requires help."""
    found = [iri for iri in facts.of("sv:activatedBy", occurrence) if facts.one(iri, "sv:owedBy") == party and facts.one(iri, "sv:owedTo") == victim]
    rows = []
    for iri in found:
        obligation = facts.one(iri, "sv:ofObligation") or iri
        rows.append(
            {
                "activation": iri,
                "obligation": obligation,
                "agreement": facts.one(obligation, "sv:underAgreement"),
                "status": f.code(facts.one(iri, "sv:dutyStatus")),
            }
        )
    return rows
