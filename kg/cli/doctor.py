"""``kg doctor``: what on this machine works or is missing."""

from __future__ import annotations

import json

from kg.cli.parsing import parser
from kg.doctor import Check, checks, versions
from kg.errors import INPUT
from kg.store import default_store


def main(words: list[str]) -> int:
    """Print the checks; 3 where one that is needed fails."""
    made = parser("doctor", "What on this machine works or is missing, where the store lives and how to remove it. Builds nothing.", "kg doctor")
    made.add_argument("--format", choices=("text", "json"), default="text")
    args = made.parse_args(words)
    store = args.store or default_store()
    found = checks(store)
    if args.format == "json":
        document = {"schema": "servanda/doctor/1", **versions(store), "checks": [check.document() for check in found]}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print("\n".join(map(_line, found)))
    return INPUT if any(check.needed and not check.ok for check in found) else 0


def _line(check: Check) -> str:
    word = "ok" if check.ok else "FAILS" if check.needed else "missing"
    fix = f"\n{'':9}fix: {check.fix}" if check.fix else ""
    return f"{word:8} {check.name}: {check.detail}{fix}"
