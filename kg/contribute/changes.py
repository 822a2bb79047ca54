"""Which verdicts differ between two states of the record, and why."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyoxigraph as ox

from kg.explain.facts import Facts
from kg.namespaces import RULESET, local, short

Record = dict[str, Any]
_FIELDS = ("duty_status", "status_reasons", "verdicts", "hold_reasons", "evidence")
_NONE = "none"


def standing(facts: Facts) -> dict[str, Record]:
    """Activation or expectation -> how it stands: duty status, its reasons, each assessor's verdict, the evidence."""
    made: dict[str, Record] = {}
    assessments = defaultdict(list)
    for quad in facts.store.quads_for_pattern(None, ox.NamedNode(_iri("sv:assesses")), None):
        assessments[_value(quad.object)].append(_value(quad.subject))
    for quad in facts.store.quads_for_pattern(None, ox.NamedNode(_iri("sv:dutyStatus")), None):
        thing = _value(quad.subject)
        own = sorted(set(assessments[thing]))
        made[thing] = {
            "duty_status": local(_value(quad.object)),
            "status_reasons": sorted(local(iri) for iri in facts.all(thing, "sv:statusReason")),
            "verdicts": {facts.one(one, "sv:assessor") or one: local(facts.one(one, "sv:verdict") or _NONE) for one in own},
            "hold_reasons": sorted({local(iri) for one in (thing, *own) for iri in facts.all(one, "sv:holdReason")}),
            "evidence": sorted({iri for one in own for name in ("sv:supportedBy", "sv:opposedBy") for iri in facts.all(one, name)}),
        }
    for thing in _of_class(facts, "sv:Expectation"):
        evidence = sorted({iri for name in ("sv:words", "sv:notGiven") for iri in facts.all(thing, name)})
        made[thing] = {"duty_status": None, "status_reasons": [], "verdicts": {RULESET: "unmetExpectation"}, "hold_reasons": [], "evidence": evidence}
    return made


def _of_class(facts: Facts, name: str) -> list[str]:
    return facts.of("rdf:type", _iri(name))


def _iri(name: str) -> str:
    from kg.namespaces import expand

    return expand(name) or name


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))


def changes(before: ox.Store, after: ox.Store) -> list[Record]:
    """What stands otherwise, or is new or gone: each with its parties, ``before`` and ``after`` (None where there was none)."""
    old_facts, new_facts = Facts(before), Facts(after)
    old, new = standing(old_facts), standing(new_facts)
    rows = []
    for thing in sorted(old.keys() | new.keys()):
        if old.get(thing) != new.get(thing):
            facts = new_facts if thing in new else old_facts
            rows.append(
                _described(thing, facts) | {"before": old.get(thing), "after": new.get(thing), "labels": _labels(thing, old, new, old_facts, new_facts)}
            )
    return rows


def _described(thing: str, facts: Facts) -> Record:
    return {
        "id": thing,
        "kind": "expectation" if "/expectation/" in thing else "activation",
        "obligation": facts.one(thing, "sv:ofObligation"),
        "owed_by": facts.one(thing, "sv:owedBy") or facts.one(thing, "sv:party"),
        "owed_to": facts.one(thing, "sv:owedTo") or facts.one(thing, "sv:victim"),
        "occurrence": facts.one(thing, "sv:activatedBy") or facts.one(thing, "sv:ofOccurrence"),
    }


def _labels(thing: str, old: dict[str, Record], new: dict[str, Record], old_facts: Facts, new_facts: Facts) -> dict[str, str]:
    states = [state[thing] for state in (old, new) if thing in state]
    described = [value for facts in (old_facts, new_facts) for value in _described(thing, facts).values() if value]
    iris = {iri for state in states for iri in (*state["evidence"], *state["verdicts"])} | {iri for iri in described if iri.startswith("http")}
    found = {}
    for iri in sorted(iris):
        label = new_facts.label(iri)
        found[iri] = old_facts.label(iri) if label == local(iri) else label
    return found


def told(rows: list[Record], limit: int = 20) -> str:
    """Changes in words, verdicts first; beyond ``limit``, only how many."""
    if not rows:
        return "no verdict changed\n"
    ranked = sorted(rows, key=lambda row: (_verdict(row["before"]) == _verdict(row["after"]), row["id"]))
    out = []
    for row in ranked[:limit]:
        out += _words(row)
    if len(ranked) > limit:
        out.append(f"and {len(ranked) - limit} more (--format json lists all)")
    changed = sum(_verdict(row["before"]) != _verdict(row["after"]) for row in rows)
    out.append(f"{changed} verdict{'s' if changed != 1 else ''} changed, {len(rows) - changed} otherwise touched")
    return "\n".join(out) + "\n"


def _words(row: Record) -> list[str]:
    names = row["labels"]
    by, to = (names.get(row[key], "?") if row[key] else "?" for key in ("owed_by", "owed_to"))
    what = names.get(row["obligation"], "an unmet expectation") if row["obligation"] else "an unmet expectation"
    occasion = f", {names[row['occurrence']]}" if row["occurrence"] else ""
    before, after = row["before"], row["after"]
    old, new = _verdict(before), _verdict(after)
    out = [f"{by} to {to}: {what}{occasion}", f"  {old} → {new}" if old != new else f"  {new}, as before"]
    out += [f"  because {reason}" for reason in _reasons(before or _EMPTY, after or _EMPTY, names)]
    return [*out, f"  {short(row['id'])}"]


_EMPTY: Record = {"duty_status": None, "status_reasons": [], "verdicts": {}, "hold_reasons": [], "evidence": []}


def _verdict(state: Record | None) -> str:
    """Every verdict given, by rule first: ``honored; unhonored (Ministry)``."""
    if state is None:
        return "nothing"
    others = sorted(f"{verdict} ({local(who)})" for who, verdict in state["verdicts"].items() if who != RULESET)
    own = state["verdicts"].get(RULESET) or ("no verdict by rule" if others else "no verdict")
    return "; ".join([own, *others])


def _reasons(before: Record, after: Record, names: dict[str, str]) -> list[str]:
    out = []
    if before["duty_status"] != after["duty_status"]:
        out.append(f"the duty status is {after['duty_status'] or _NONE}, was {before['duty_status'] or _NONE}")
    for key, words in (("status_reasons", "of the status"), ("hold_reasons", "that holds the verdict")):
        out += [f"a new reason {words}: {code}" for code in after[key] if code not in before[key]]
        out += [f"a reason {words} fell away: {code}" for code in before[key] if code not in after[key]]
    out += [f"new evidence: {names.get(iri, local(iri))} ({short(iri)})" for iri in after["evidence"] if iri not in before["evidence"]]
    out += [f"evidence gone: {names.get(iri, local(iri))} ({short(iri)})" for iri in before["evidence"] if iri not in after["evidence"]]
    return out
