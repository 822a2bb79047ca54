"""``kg stats``: what is in the store."""

from __future__ import annotations

import json
from typing import Any

from kg.cli.common import base
from kg.cli.parsing import parser
from kg.compare.health import Assertion, assertions
from kg.formats import envelope
from kg.stats import counts


def main(words: list[str]) -> int:
    """Print the counts."""
    made = parser("stats", "What is in the store: agreements, duties, conduct, verdicts, sources, and how well they are evidenced.", "kg stats --format json")
    made.add_argument("--format", choices=("text", "json"), default="text")
    made.add_argument("--check", action="store_true", help="exit code 1 where an assertion of the data's health.yaml does not hold")
    args = made.parse_args(words)
    here = base(args.store)
    found = counts(here)
    health = assertions(here, found)
    if args.format == "json":
        print(json.dumps(envelope("stats", here.manifest) | {"counts": found, "health": [one._asdict() for one in health]}, ensure_ascii=False, indent=1))
    else:
        print(
            f"data {here.manifest['data_version']}, rule set {here.manifest['ruleset']}, cut-off {here.manifest['cut_off']}\n\n{_text(found)}{_health(health)}",
            end="",
        )
    return int(args.check and not all(one.holds for one in health))


def _text(found: dict[str, Any]) -> str:
    """One count a line; numbers by code indented below their name."""
    lines = []
    for name, value in found.items():
        title = name.replace("_", " ")
        if isinstance(value, dict):
            lines += ["", f"{title}: {sum(value.values()):,}", *(f"  {code:<24}{count:>8,}" for code, count in value.items())]
        elif name.startswith("share"):
            lines.append(f"{title:<42}{'none' if value is None else format(value, '.0%'):>8}")
        else:
            lines += ["", f"{title:<42}{value:>8,}"] if name == "evidence_with_two_publishers" else [f"{title:<42}{value:>8,}"]
    return "\n".join(lines) + "\n"


def _health(health: list[Assertion]) -> str:
    """One assertion a line, with a mark."""
    if not health:
        return ""
    lines = ["", f"health: {sum(one.holds for one in health)} of {len(health)} assertions hold"]
    for one in health:
        bounds = [f"{word} {bound:,}" for word, bound in (("at least", one.at_least), ("at most", one.at_most)) if bound is not None]
        value = "none" if one.value is None else f"{one.value:,}"
        lines.append(f"  {'✓' if one.holds else '✗'} {one.measure.replace('_', ' ')}: {value} ({', '.join(bounds)}{': ' + one.why if one.why else ''})")
    return "\n".join(lines) + "\n"
