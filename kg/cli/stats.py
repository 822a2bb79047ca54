"""``kg stats``: what is in the store."""

from __future__ import annotations

import json
from typing import Any

from kg.cli.common import base
from kg.cli.parsing import parser
from kg.formats import envelope
from kg.stats import counts


def main(words: list[str]) -> int:
    """Print the counts."""
    made = parser("stats", "What is in the store: agreements, duties, conduct, verdicts, sources, and how well they are evidenced.", "kg stats --format json")
    made.add_argument("--format", choices=("text", "json"), default="text")
    args = made.parse_args(words)
    here = base(args.store)
    found = counts(here)
    if args.format == "json":
        print(json.dumps(envelope("stats", here.manifest) | {"counts": found}, ensure_ascii=False, indent=1))
    else:
        print(f"data {here.manifest['data_version']}, rule set {here.manifest['ruleset']}, cut-off {here.manifest['cut_off']}\n\n{_text(found)}", end="")
    return 0


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
