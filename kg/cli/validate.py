"""``kg validate FILE…|-``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kg.check import Report, check
from kg.cli.common import base, parser
from kg.errors import UsageError

_WORDS = {"violation": "error", "warning": "warning", "info": "note"}


def main(words: list[str]) -> int:
    """Validate files; 1 where there is a violation."""
    made = parser("validate", "Check Turtle files against the shapes, with the base graph as context.", "kg validate data/cases/2025-06-13-iran-war.ttl")
    made.add_argument("files", nargs="*", metavar="FILE", help="files to check; - is Turtle on standard input")
    made.add_argument("--format", choices=("text", "json"), default="text")
    made.add_argument("--engine", choices=("rudof", "pyshacl"), help="engine (default rudof; pyshacl is the reference)")
    args = made.parse_args(words)
    if not args.files:
        raise UsageError("KG-US11", "no file named", fix="name one or more files, or - for standard input")
    here = base(args)
    report = check([Path(word) for word in args.files], here, args.engine)
    if args.format == "json":
        print(json.dumps(report.document(here.manifest), ensure_ascii=False, indent=1))
    else:
        print(listing(report.results), end="")
        print(_summary(report, len(args.files)))
    return 0 if report.conforms else 1


def listing(results: list[Any], limit: int | None = None) -> str:
    """Results as text: place, severity and code, what is wrong, how to fix it; beyond ``limit``, only how many."""
    out = []
    for result in results[:limit]:
        place = f"{result.file or '(no file)'}:{result.line}" if result.line else result.file or "(no file)"
        out.append(f"{place}: {_WORDS[result.severity]} {result.code}: {result.message}")
        out.append(f"    about {_about(result)}")
        out.append(f"    fix: {result.fix}")
    if limit is not None and len(results) > limit:
        out.append(f"and {len(results) - limit} more")
    return "\n".join(out) + ("\n" if out else "")


def _about(result: Any) -> str:
    from kg.namespaces import short

    parts = [short(result.focus)]
    if result.path:
        parts.append(short(result.path))
    if result.value:
        parts.append(short(result.value))
    return " ".join(parts)


def _summary(report: Report, files: int) -> str:
    counts = report.counts
    verdict = "conforms" if report.conforms else "does not conform"
    noun = "file" if files == 1 else "files"
    return f"{files} {noun}: {verdict} ({counts['violation']} errors, {counts['warning']} warnings, {counts['info']} notes; engine {report.engine})"
