"""``kg explain ID``."""

from __future__ import annotations

import json
import shutil
import sys

from kg.cli.common import base
from kg.cli.parsing import parser

_WIDTH = 100


def main(words: list[str]) -> int:
    """Print the explanation of one activation or expectation."""
    made = parser(
        "explain",
        "The chain behind a verdict or an unmet expectation: words, duty, trigger, who was bound, conduct, rule, sources, rival verdicts.",
        "kg explain RUS--IRN--2025-06-13-iran-war",
    )
    made.add_argument("id", metavar="ID", help="an activation or expectation: its slug, prefixed name or IRI, as 'kg query run' gives it")
    made.add_argument("--format", choices=("text", "json"), default="text")
    made.add_argument("--as-of", metavar="DATE", help="as known on this day (default: the record's cut-off)")
    args = made.parse_args(words)
    from kg.explain.chain import explain

    document = explain(args.id, base(args.store), as_of=args.as_of)
    if args.format == "json":
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        from kg.explain.text import text

        print(text(document, width()), end="")
    return 0


def width() -> int:
    """The terminal's width, at most what reads well."""
    return min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns) if sys.stdout.isatty() else _WIDTH
