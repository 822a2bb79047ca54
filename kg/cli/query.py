"""``kg query list | show NAME | run NAME [--PARAM VALUE …]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from kg.cli.common import base, note
from kg.errors import UsageError
from kg.formats import EXPLAINED, FORMATS, PIPE_WIDTH, envelope, handle, render
from kg.query import Answer, find, run
from kg.table import grid

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

    from kg.engine import Engine

_OPTIONS = {"store": True, "format": True, "limit": True, "width": True, "iris": False, "debug": False, "help": False}  # whether it takes a value
_HELP = """usage: kg query list [--format table|json]
       kg query show NAME [--format text|json]
       kg query run NAME [--PARAM VALUE …] [--format FORMAT] [--limit N] [--iris] [--store DIR] [--endpoint URL]

The canned queries. FORMAT is one of {formats}.
'kg query run NAME --help' lists the parameters of a query. Parties are given by code, name or IRI (PRK, "North Korea").

example: kg query run unhonored --owed-by RUS --format csv
"""


def main(words: list[str]) -> int:
    """Dispatch to list, show or run."""
    if not words or words[0] in ("--help", "-h"):
        print(_HELP.format(formats=", ".join(FORMATS)), end="")
        return 0
    verbs = {"list": _list, "show": _show, "run": _run}
    if words[0] not in verbs:
        raise UsageError("KG-US10", f"unknown subcommand {words[0]!r}", fix="use list, show or run")
    return verbs[words[0]](words[1:])


def _list(words: list[str]) -> int:
    from kg.cli.parsing import parser

    made = parser("query list", "The canned queries, by folder.", "kg query list")
    made.add_argument("--format", choices=("table", "json"), default="table")
    args = made.parse_args(words)
    here = base(args.store)
    entries = list(here.catalog["queries"].values())
    if args.format == "json":
        rows = [{key: entry[key] for key in ("name", "folder", "summary")} | _signature(entry) for entry in entries]
        print(json.dumps(envelope("query-list", here.manifest) | {"queries": rows}, ensure_ascii=False, indent=1))
    else:
        print(grid(["query", "what it answers"], [[f"{e['folder']}/{e['name']}", e["summary"]] for e in entries], _width()), end="")
    return 0


def _show(words: list[str]) -> int:
    from kg.cli.parsing import parser

    made = parser("query show", "The text of a canned query, as it is: it runs unedited in any SPARQL 1.1 engine.", "kg query show unhonored")
    made.add_argument("name")
    made.add_argument("--format", choices=("text", "json"), default="text")
    args = made.parse_args(words)
    here = base(args.store)
    entry = find(here.catalog, args.name)
    if args.format == "json":
        print(
            json.dumps(envelope("query-show", here.manifest) | {"name": entry["name"], "text": entry["text"]} | _signature(entry), ensure_ascii=False, indent=1)
        )
    else:
        print(entry["text"], end="")
    return 0


def _signature(entry: dict[str, Any]) -> dict[str, Any]:
    from kg.catalog import snake

    params = [
        {"name": snake(p["name"]), "type": p["type"], "default": p.get("default"), "help": p.get("help"), "values": p.get("values")} for p in entry["params"]
    ]
    return {"params": params, "columns": [{"name": snake(c["name"]), "type": c["type"]} for c in entry["columns"]]}


def _run(words: list[str]) -> int:
    """Options by hand: argparse and what it loads take as long as the quickest query. It reads only what a remote store needs."""
    engine = None
    if any(word.partition("=")[0] == "--endpoint" for word in words):
        engine, words = _remote(words)
    options, rest = _options(words)
    if not rest or rest[0].startswith("-"):
        raise UsageError("KG-US11", "no query named", fix="name it first: kg query run NAME; see 'kg query list'")
    here = base(Path(options["store"]) if "store" in options else None)
    entry = find(here.catalog, rest[0])
    if "help" in options:
        print(_params_help(entry), end="")
        return 0
    form = options.get("format", "table")
    if form not in FORMATS:
        raise UsageError("KG-US11", f"unknown format {form!r}", fix=f"use one of {', '.join(FORMATS)}; see 'kg query run NAME --help'")
    limit, width = _count(options, "limit"), _count(options, "width") or _width()
    here.engine = engine or here.engine
    answer = run(entry["name"], here, limit=limit, **_given(rest[1:], entry))
    print(render(answer, form, iris="iris" in options, width=width), end="")
    sys.stdout.flush()
    if not answer.rows:
        note([_nothing(answer)])
    if form in ("table", "markdown"):
        _remarks(answer)
    return 0


def _remote(words: list[str]) -> tuple[Engine | None, list[str]]:
    """The engine over ``--endpoint``, and the words that are left."""
    from kg.cli import endpoint
    from kg.cli.parsing import Parser

    made = Parser(prog="kg query run", add_help=False, allow_abbrev=False)
    made.add_argument("--endpoint", metavar="URL")
    endpoint.options(made, 60)
    args, rest = made.parse_known_args(words)
    return endpoint.engine(args), rest


def _options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options that every query has, by name, and the words that are left."""
    found: dict[str, str] = {}
    rest: list[str] = []
    following = iter(words)
    for word in following:
        option, equals, value = ("help" if word == "-h" else word.removeprefix("--")).partition("=")
        if not word.startswith("-") or option not in _OPTIONS:
            rest.append(word)
        elif _OPTIONS[option]:
            found[option] = value if equals else _value(option, following)
        else:
            found[option] = ""
    return found, rest


def _value(option: str, following: Iterator[str]) -> str:
    value = next(following, "")
    if not value or value.startswith("--"):
        raise UsageError("KG-US11", f"--{option} needs a value", fix="see 'kg query run NAME --help'")
    return value


def _given(rest: list[str], entry: dict[str, Any]) -> dict[str, Any]:
    """``--owed-by RUS --all`` -> {"owed_by": "RUS", "all": True}; every word must belong to an option."""
    from kg.params import camel

    booleans = {param["name"] for param in entry["params"] if param["type"] == "boolean"}
    given: dict[str, Any] = {}
    following = iter(rest)
    for word in following:
        if not word.startswith("--"):
            raise UsageError("KG-US11", f"unexpected word {word!r}", fix=f"give parameters as --name value; see 'kg query run {entry['name']} --help'")
        name, equals, value = word[2:].partition("=")
        if not equals and camel(name) in booleans:
            value = "true"
        elif not equals:
            value = _value(name, following)
        given[name.replace("-", "_")] = value
    return given


def _count(options: dict[str, str], name: str) -> int | None:
    """A whole number from 1 on, or None where it is not given."""
    word = options.get(name)
    if word is None:
        return None
    if not word.isdecimal() or int(word) < 1:
        raise UsageError("KG-US11", f"--{name} {word!r} is not a whole number from 1 on", fix="see 'kg query run NAME --help'")
    return int(word)


def _params_help(entry: dict[str, Any]) -> str:
    from kg.catalog import snake

    lines = [
        f"usage: kg query run {entry['name']} [OPTIONS]",
        "",
        entry["summary"],
        "",
        f"question: {entry['question']}",
        "",
        " ".join(str(entry["description"]).split()),
        "",
        "parameters:",
    ]
    for param in entry["params"]:
        default = "" if param.get("default") is None else f" (default {param['default']})"
        kind = "" if param["type"] == "boolean" else " " + ("|".join(param["values"]) if param.get("values") else param["type"].upper())
        lines.append(f"  --{snake(param['name']).replace('_', '-')}{kind}  {param.get('help', '')}{default}")
    lines += [
        "  --format FORMAT  " + ", ".join(FORMATS),
        "  --limit N  the first N rows",
        "  --iris  prefixed names instead of labels",
        "  --endpoint URL  ask this store instead; --server, --user, --password-file, --token-file, --auth, --ca-file, --timeout as for 'kg load'",
        "",
        f"example: kg query run {entry['name']} --format json",
    ]
    return "\n".join(lines) + "\n"


def _nothing(answer: Answer) -> str:
    """What was searched in vain, and where to look."""
    asked = ", ".join(f"{name} {value}" for name, value in answer.params.items() if value not in (None, False, ""))
    return f"no rows for {answer.query} ({asked or 'no parameters'}); 'kg query run status --all' lists every activation, 'kg query run coverage' what the record claims to be complete for"


def _remarks(answer: Answer) -> None:
    notes = list(answer.notes)
    if answer.hidden:
        notes.append(f"{answer.hidden} generated rows that nobody has reviewed are hidden; --all shows them")
    first = next((row[name] for row in answer.rows[:1] for name in EXPLAINED if name in row), None)
    if first:
        notes.append(f"'kg explain {handle(first)}' shows the words, dates and sources behind the first row; likewise for the others")
    note(notes)


def _width() -> int:
    if not sys.stdout.isatty():
        return PIPE_WIDTH
    import shutil

    return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
