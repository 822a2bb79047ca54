"""Which rule file gives which verdict, and which gives which duty status: read from the rules themselves."""

from __future__ import annotations

import re
from functools import cache

from kg.explain.facts import Record
from kg.rules import rule_files

_GIVES = re.compile(r"CONSTRUCT\s*\{(.*?)\}", re.DOTALL)
_VERDICT = re.compile(r"sv:verdict verdict:(\w+)")
_BASIS = re.compile(r"sv:evidenceBasis basis:(\w+)")
_STATUS = re.compile(r"sv:dutyStatus status:(\w+)")
_REASON = re.compile(r"sv:statusReason reason:(\w+)")


@cache
def verdict_rules() -> dict[tuple[str, str], Record]:
    """(verdict, evidence basis) -> the rule that gives it."""
    return {(_find(_VERDICT, gives) or "", _find(_BASIS, gives) or ""): rule for gives, rule in _rules("60", "6z")}


@cache
def status_rules() -> dict[tuple[str, str | None], Record]:
    """(duty status, the one code it gives as reason, else None) -> the rule that gives it."""
    return {(_find(_STATUS, gives) or "", _find(_REASON, gives)): rule for gives, rule in _rules("40", "4z")}


def verdict_rule(verdict: str, basis: str) -> Record | None:
    """The rule behind a verdict of the rule set: ``{name, path, summary}``."""
    return verdict_rules().get((verdict, basis))


def status_rule(status: str, reasons: list[str]) -> Record | None:
    """The rule behind a duty status, from the codes of its reasons."""
    rules = status_rules()
    return next((rules[status, reason] for reason in reasons if (status, reason) in rules), rules.get((status, None)))


def expectation_rule() -> Record:
    """The rule that names the candidates for an unmet expectation."""
    return _rules("80", "80")[0][1]


def _rules(first: str, last: str) -> list[tuple[str, Record]]:
    found = []
    for path in rule_files(first, last):
        text = path.read_text(encoding="utf-8")
        summary = next((line[3:].removeprefix("summary:").strip() for line in text.splitlines() if line.startswith("#+ summary:")), "")
        gives = _GIVES.search(text)
        found.append((gives[1] if gives else "", {"name": path.stem, "path": f"queries/rules/{path.name}", "summary": summary}))
    return found


def _find(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None
