"""``kg validate FILE…|-``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kg.check.files import Refused, Report, check
from kg.check.findings import PER_CODE, listing, summary
from kg.cli.common import base, wants_color
from kg.cli.parsing import parser
from kg.errors import UsageError
from kg.intake.take import KINDS

FORMATS = ("text", "json", "sarif", "github", "junit", "report")


def main(words: list[str]) -> int:
    """Validate files; 1 where there is a violation, 3 where a file cannot be read."""
    made = parser("validate", "Check files against the shapes, with the base graph as context.", "kg validate data/cases/2025-06-13-iran-war.ttl")
    options(made)
    report = checked(made.parse_args(words))
    return 0 if report.conforms else 1


def options(made: argparse.ArgumentParser) -> None:
    """The options of whatever checks files."""
    kinds = ", ".join(KINDS.values())
    made.add_argument("files", nargs="*", metavar="FILE", help=f"files to check ({kinds}; of a table, line and column are row and column); - is standard input")
    made.add_argument("--format", choices=FORMATS, default="text", help="report is the standard sh:ValidationReport in Turtle")
    made.add_argument("--input", choices=tuple(KINDS), help="what the files are, whatever their endings; standard input is turtle by default")
    made.add_argument("--engine", choices=("rudof", "pyshacl"), help="engine (default rudof; pyshacl is the reference)")
    made.add_argument("--all", action="store_true", help=f"show every problem in full, not {PER_CODE} of each code (text)")


def checked(args: argparse.Namespace) -> Report:
    """Check the files and print the report in the format asked for, also where a file cannot be read."""
    if not args.files:
        raise UsageError("KG-US11", "no file named", fix="name one or more files, or - for standard input")
    here = base(args.store)
    try:
        report = check([Path(word) for word in args.files], here, args.engine, kind=args.input)
    except Refused as error:
        print(_shown(error.report, args, here.manifest), end="", flush=True)
        raise
    print(_shown(report, args, here.manifest), end="")
    return report


def _shown(report: Report, args: Any, manifest: dict[str, Any]) -> str:
    """The report in the format asked for."""
    if args.format == "text":
        per_code = None if args.all else PER_CODE
        text = listing(report.results, taken=report.taken, labels=report.labels, per_code=per_code, color=wants_color())
        return f"{text}{summary(report, len(dict.fromkeys(args.files)))}\n"
    if args.format == "json":
        return _json(report.document(manifest))
    from kg.check import findings_formats as formats

    if args.format == "sarif":
        return _json(formats.sarif(report, manifest["code_version"]))
    makers = {"github": formats.github, "junit": formats.junit, "report": formats.shacl_report}
    return makers[args.format](report)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
