"""``kg contribute template | check | add | list | diff | remove | export | from-issue``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.cli.common import base, note
from kg.cli.parsing import parser
from kg.errors import UsageError
from kg.formats import envelope
from kg.namespaces import short

if TYPE_CHECKING:
    from kg.contribute.contribution import Contribution
    from kg.query import Base

_HELP = """usage: kg contribute template [agreement|case|party|source] -o FILE.csv|FILE.xlsx
       kg contribute check FILE…                 CSV, Excel or RDF; 1 where something is wrong
       kg contribute add FILE… --by NAME --license CC-BY-4.0 [--note TEXT] [--slug SLUG]
       kg contribute list
       kg contribute diff SLUG                   what it adds, and which verdicts differ because of it
       kg contribute remove SLUG
       kg contribute export CASE|AGREEMENT -o FILE.csv   to edit, and to add again in its place
       kg contribute from-issue BODY.md -o FILE.csv      the text of a filled-in issue form as a table

Contributions are kept in the folder 'contributions' next to the store (or in KG_CONTRIBUTIONS); a rebuild never loses them.
Options of each: --store DIR (else KG_STORE, else the user's data folder), --format text|json, --debug, --help.

example: kg contribute template case -o raid.csv
"""


def main(words: list[str]) -> int:
    """Dispatch to one verb."""
    if not words or words[0] in ("--help", "-h"):
        print(_HELP, end="")
        return 0
    verbs = {
        "template": _template,
        "check": _check,
        "add": _add,
        "list": _list,
        "diff": _diff,
        "remove": _remove,
        "export": _export,
        "from-issue": _from_issue,
    }
    if words[0] not in verbs:
        from kg.params import refuse

        raise refuse("KG-US10", "subcommand", words[0], verbs)
    return verbs[words[0]](words[1:])


def _parser(name: str, summary: str, example: str, *, formats: bool = True) -> argparse.ArgumentParser:
    made = parser(f"contribute {name}", summary, example)
    if formats:
        made.add_argument("--format", choices=("text", "json"), default="text")
    return made


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def _output(made: argparse.ArgumentParser) -> None:
    made.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the file to write: .csv or .xlsx")


def _template(words: list[str]) -> int:
    from kg.tables.columns import TEMPLATES
    from kg.tables.template import write

    made = _parser("template", "An empty table to fill in: one row a thing.", "kg contribute template case -o raid.csv", formats=False)
    made.add_argument("kind", nargs="?", choices=tuple(TEMPLATES), default="case", help="what to enter (default: case)")
    _output(made)
    args = made.parse_args(words)
    write(args.kind, _new(args.output))
    print(f"written: {args.output}\nfill in a row for each thing, then: kg contribute check {args.output}")
    return 0


def _new(path: Path) -> Path:
    """A path that may be written: a table, and not there yet."""
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError("KG-US15", f"no table can be written as {path.suffix!r}", fix="give a name that ends in .csv or .xlsx")
    if path.exists():
        raise UsageError("KG-CT19", "this file is there already", place=str(path), fix="give another name, or remove it first")
    return path


def _check(words: list[str]) -> int:
    from kg.cli.validate import checked, options

    made = parser("contribute check", "Check tables and RDF files as a contribution: what 'kg validate' does.", "kg contribute check raid.csv press.csv")
    options(made)
    args = made.parse_args(words)
    report = checked(args)
    if args.format == "text":
        print(f"{'ready to add' if report.conforms else 'not ready'}: {len(report.triples)} statements")
    return 0 if report.conforms else 1


def _add(words: list[str]) -> int:
    from kg.check.findings import listing as findings
    from kg.contribute.contribution import add

    made = _parser("add", "Check files and add them as one contribution: all or nothing.", "kg contribute add raid.csv --by 'A. Historian' --license CC-BY-4.0")
    made.add_argument("files", nargs="+", metavar="FILE", type=Path)
    made.add_argument("--by", required=True, metavar="NAME", help="who gives it")
    made.add_argument("--license", required=True, help="CC-BY-4.0 or CC0-1.0")
    made.add_argument("--note", help="what it is about, in a sentence")
    made.add_argument("--slug", help="its name (default: that of the first file)")
    made.add_argument("--engine", choices=("rudof", "pyshacl"), help="engine (default rudof; pyshacl is the reference)")
    args = made.parse_args(words)
    here = base(args.store)
    added, report, changed = add(args.files, here, by=args.by, license=args.license, note=args.note, slug=args.slug, engine=args.engine)
    if args.format == "json":
        _print_json(envelope("contribute-add", base(args.store).manifest) | {"contribution": _row(added), "report": report.counts, "changes": changed})
    else:
        print(findings(report.results, taken=report.taken, labels=report.labels), end="")
        print(f"added: {added.slug}, {added.triples} statements, graph {added.graph}\nkept in {added.path}")
        _tell(changed, here)
    return 0


def _tell(changed: list[dict[str, Any]], here: Base) -> None:
    from kg.contribute.changes import told
    from kg.explain.chain import DISCLAIMER

    print(told(changed), end="")
    if changed:
        print(DISCLAIMER.format(ruleset=here.manifest["ruleset"]))


def _row(one: Contribution) -> dict[str, Any]:
    return asdict(one) | {"path": str(one.path)}


def _list(words: list[str]) -> int:
    from kg.contribute.contribution import listing as contributed

    args = _parser("list", "The contributions to the store.", "kg contribute list").parse_args(words)
    here = base(args.store)
    found = contributed(here)
    if args.format == "json":
        _print_json(envelope("contribute-list", here.manifest) | {"contributions": [_row(one) for one in found]})
        return 0
    from kg.table import grid

    rows = [[one.slug, one.by, one.on, one.license, str(one.triples), _replaced(one), one.note or ""] for one in found]
    print(grid(["contribution", "by", "on", "license", "statements", "replaces", "note"], rows, 160) if rows else "no contribution\n", end="")
    for one in found:
        if one.outdated:
            became = "has changed since, and that change is not in the record" if one.outdated == "changed" else "is gone from the data"
            note(
                [f"{one.slug} stands for {one.replaces}, which {became}: 'kg contribute remove {one.slug}' brings back the file; correct that anew if need be"]
            )
    return 0


def _replaced(one: Contribution) -> str:
    return f"{one.replaces or ''}{f' ({one.outdated} since)' if one.outdated else ''}"


def _diff(words: list[str]) -> int:
    from kg.contribute.contribution import diff

    made = _parser("diff", "What a contribution adds, and which verdicts differ because of it.", "kg contribute diff raid")
    made.add_argument("slug")
    args = made.parse_args(words)
    here = base(args.store)
    more, less, changed = diff(args.slug, here)
    if args.format == "json":
        _print_json(envelope("contribute-diff", here.manifest) | {"added": [str(t) for t in more], "removed": [str(t) for t in less], "changes": changed})
        return 0
    for sign, triples in (("+", more), ("-", less)):
        for triple in triples:
            print(f"{sign} {' '.join(_short(term) for term in (triple.subject, triple.predicate, triple.object))}")
    _tell(changed, here)
    return 0


def _short(term: Any) -> str:
    return short(term.value) if hasattr(term, "value") and not hasattr(term, "datatype") else str(term)


def _remove(words: list[str]) -> int:
    from kg.contribute.contribution import remove

    made = _parser("remove", "Take a contribution out; its file is kept in the folder 'removed'.", "kg contribute remove raid")
    made.add_argument("slug")
    args = made.parse_args(words)
    here = base(args.store)
    gone, changed = remove(args.slug, here)
    if args.format == "json":
        _print_json(envelope("contribute-remove", base(args.store).manifest) | {"contribution": _row(gone), "changes": changed})
    else:
        print(f"removed: {gone.slug}; its file is kept in {gone.path.parent / 'removed'}")
        _tell(changed, here)
    return 0


def _export(words: list[str]) -> int:
    from kg.contribute.contribution import export
    from kg.tables.template import write_rows

    made = _parser(
        "export",
        "A case or an agreement as a table, to edit and add again in its place.",
        "kg contribute export 2024-08-06-kursk-incursion -o kursk.csv",
        formats=False,
    )
    made.add_argument("name", help="an occurrence, an agreement, or a graph such as cases/2024-08-06-kursk-incursion")
    _output(made)
    args = made.parse_args(words)
    path = _new(args.output)
    rows = export(args.name, base(args.store))
    write_rows(path, rows)
    print(f"written: {path}, {len(rows) - 2} rows; edit it, then: kg contribute check {path}")
    return 0


def _from_issue(words: list[str]) -> int:
    from kg.contribute.issue import rows_of
    from kg.tables.rows import names_of
    from kg.tables.template import write_rows

    made = _parser("from-issue", "The text of a filled-in issue form as a table.", "kg contribute from-issue body.md -o raid.csv", formats=False)
    made.add_argument("body", metavar="BODY.md", type=Path)
    _output(made)
    args = made.parse_args(words)
    path = _new(args.output)
    rows = rows_of(args.body, names_of(base(args.store)))
    write_rows(path, rows)
    print(f"written: {path}, {len(rows) - 1} rows; then: kg contribute check {path}")
    return 0
