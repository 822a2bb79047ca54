"""The ``kg`` command: one file a command, each imported only when it is called."""

from __future__ import annotations

import io
import json
import os
import sys
from importlib import import_module

from kg.errors import Internal, KgError

COMMANDS = {
    "build": "run the whole flow over the data into the store",
    "query": "list, show and run the canned queries",
    "sparql": "run any SELECT, ASK, CONSTRUCT or DESCRIBE",
    "explain": "the chain behind a verdict or an unmet expectation",
    "whatif": "which duties an occurrence would set off (casus foederis)",
    "validate": "check files against the shapes, with the base graph as context",
    "contribute": "fill in, check, add, list, compare and remove contributions; tables and RDF",
    "fmt": "write Turtle files in the one canonical form",
    "plot": "draw the axis matrix or a timeline as SVG or PNG",
    "export": "the graph as files; split and gzipped for bulk loaders",
    "load": "the graph into a triple store, by URL or folder",
    "assess": "run the rules again on a remote store",
    "unload": "remove from a triple store what was loaded",
    "stats": "what is in the store, and whether it is as healthy as it must be",
    "compare": "inferred kinds of agreement against a data set that you supply (ATOP)",
    "doctor": "what on this machine works or is missing",
}
_HELP = """usage: kg COMMAND [OPTIONS]

Which treaty obligations were honored, and which were not, with evidence.

commands:
{commands}

options, after the command:
  --store DIR   the store to use (else KG_STORE, else the user's data folder)
  --debug       show the trace of an error
  --help        help and an example for the command
  --version     versions of code, data, ontology and rules, and the cut-off day

example: kg query run unmet-expectations --to Iran
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 1 violations, 2 usage, 3 refused input or failed store, 4 internal."""
    words = sys.argv[1:] if argv is None else argv
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="backslashreplace")  # signs that the terminal does not have
    try:
        code = _dispatch(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _close_output()
        return 0
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except KgError as error:
        _report(error, words)
        return error.exit_code
    except Exception as error:
        if "--debug" in words:
            raise
        from kg.cli.failure import explained

        found = explained(error)
        if found is None:
            what = f"internal error: {type(error).__name__}: {error}"
            found = Internal("KG-NI01", what, fix="this is our fault: run again with --debug and report it at the project's issue tracker")
        elif found.code == "KG-OU04":
            _close_output()
        _report(found, words)
        return found.exit_code


def _close_output() -> None:
    """Send what is still to be written nowhere, so that Python does not fail again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("--help", "-h", "help"):
        print(_HELP.format(commands="\n".join(f"  {name:10} {text}" for name, text in COMMANDS.items())), end="")
        return 0
    if words[0] == "--version":
        from kg.cli.version import version

        print(version(words[1:]), end="")
        return 0
    if words[0] not in COMMANDS:
        from kg.params import refuse

        raise refuse("KG-US10", "command", words[0], COMMANDS)
    run: int = import_module(f"kg.cli.{words[0]}").main(words[1:])
    return run


def _report(error: KgError, words: list[str]) -> None:
    if "json" in words or "--format=json" in words:
        body = {"code": error.code, "message": error.message, "place": error.place or None, "fix": error.fix or None, "page": error.page}
        print(json.dumps({"error": body}, ensure_ascii=False), file=sys.stderr)
    else:
        print(error, file=sys.stderr)
        if error.code == "KG-VA01":
            from kg.check.findings import listing

            violations = [result for result in getattr(error, "results", []) if result.severity == "violation"]
            print(listing(violations, 20), file=sys.stderr)
