"""``kg sparql TEXT|FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.cli import endpoint
from kg.cli.common import base
from kg.cli.parsing import parser
from kg.errors import InputError, UsageError
from kg.formats import PIPE_WIDTH
from kg.namespaces import short
from kg.sparql import Result, remote, rows, sparql
from kg.table import grid

_TRIPLES = {"turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD, "trig": ox.RdfFormat.TRIG}
_RESULTS = {"json": ox.QueryResultsFormat.JSON, "csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV, "xml": ox.QueryResultsFormat.XML}


def main(words: list[str]) -> int:
    """Run a query given as text, as a file, or on standard input (-)."""
    made = parser(
        "sparql",
        "Run any SELECT, ASK, CONSTRUCT or DESCRIBE over the union of all graphs. Never an update. The project's prefixes need not be declared.",
        "kg sparql 'SELECT ?a WHERE { ?a a sv:DefensePact } ORDER BY ?a'",
    )
    made.add_argument("query", help="the text, a file that ends in .rq or .sparql, or - for standard input")
    made.add_argument(
        "--format", choices=("table", *_RESULTS, *_TRIPLES), help="SELECT, ASK: table, json, csv, tsv, xml; CONSTRUCT, DESCRIBE: turtle, nt, jsonld, trig"
    )
    made.add_argument("--endpoint", metavar="URL", help=endpoint.HELP)
    endpoint.options(made, 60)
    args = made.parse_args(words)
    text = _text(args.query)
    engine = endpoint.engine(args)
    _write(remote(text, engine) if engine else sparql(text, base(args.store).store), args.format)
    return 0


def _text(word: str) -> str:
    if word == "-":
        return sys.stdin.read()
    if not word.endswith((".rq", ".sparql")):
        return word
    try:
        return Path(word).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "KG-IN06", f"cannot be read: {getattr(error, 'strerror', None) or error}", place=word, fix="check that the file exists and is UTF-8"
        ) from None


def _write(result: Result | set[ox.Triple], form: str | None) -> None:
    if isinstance(result, ox.QueryTriples | set):
        _only(form, _TRIPLES, "CONSTRUCT and DESCRIBE")
        from kg.namespaces import PREFIXES

        chosen = _TRIPLES[form or "turtle"]
        triples = sorted(set(result), key=str)
        prefixes = PREFIXES if chosen in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
        sys.stdout.write((ox.serialize(triples, format=chosen, prefixes=prefixes) or b"").decode())
        return
    _only(form, ("table", *_RESULTS), "SELECT and ASK")
    if form in _RESULTS:
        out = result.serialize(format=_RESULTS[form])
        sys.stdout.write((out or b"").decode().rstrip("\r\n") + "\n")
    elif isinstance(result, ox.QueryBoolean):
        print("true" if result else "false")
    else:
        answer = rows(result)
        cells = [["" if term is None else short(term.value) for term in row] for row in answer.rows]
        print(grid(answer.names, cells, PIPE_WIDTH), end="")


def _only(form: str | None, allowed: Iterable[str], what: str) -> None:
    if form is not None and form not in allowed:
        raise UsageError("KG-US15", f"--format {form} does not fit {what}", fix=f"use one of {', '.join(allowed)}")
