"""The page on which engine gives which answers, from what the tests wrote into tests/matrix.json."""

from __future__ import annotations

import json
from pathlib import Path

from kg.load.endpoint import SERVERS

TITLES = {
    "oxigraph-server": "Oxigraph server 0.5",
    "virtuoso": "Virtuoso 7.2.5",
    "jena": "Jena ARQ 4.5 over TDB2",
    "comunica": "Comunica 5.4 over N3",
    "rdflib": "rdflib 7.6",
}


def matrix(root: Path) -> str:
    """The table of all queries and rules, and the list of what is untested."""
    found = json.loads((root / "tests" / "matrix.json").read_text(encoding="utf-8"))
    engines = [name for name in TITLES if name in found]
    header = ["| | " + " | ".join(TITLES[name] for name in engines) + " |", "|---|" + "---|" * len(engines)]
    faults: list[str] = []
    out = [
        "# The same answers\n",
        "Each row was run on each engine by the tests (`pytest -m 'server or byhand' tests/test_matrix.py`), over the fixture cases, and compared with the embedded Oxigraph: "
        "the rules in lockstep, triple for triple; the queries with the golden answers, row for row and in their order. Where an engine differed, the query was changed until it did not; "
        "what is left is a fault of the engine's own, described below the table.\n",
        f"{_total(found, engines)}\n",
    ]
    for kind, title in (("queries", "Queries"), ("rules", "Rules")):
        out += [f"## {title}\n", *header]
        for name in sorted(found[engines[0]][kind]):
            cells = []
            for engine in engines:
                said = found[engine][kind].get(name, "untested")
                if said not in ("ok", "untested"):
                    faults.append(f"* `{name}` on {TITLES[engine]}: {said.removeprefix('fails: ')}")
                    said = "**fails**"
                cells.append(said)
            out.append(f"| {_link(kind, name)} | " + " | ".join(cells) + " |")
        out.append("")
    if faults:
        out += ["## Faults of engines\n", *faults, ""]
    untested = [server.title for server in SERVERS.values() if not server.tested]
    out += [
        "## Untested\n",
        "These could not be had where the tests run. `kg load` has a preset for each, written from its documentation; [recipes](../how-to/load.md#recipes).\n",
        *(f"* {title}: untested" for title in untested),
    ]
    return "\n".join(out) + "\n"


def _total(found: dict[str, dict[str, dict[str, str]]], engines: list[str]) -> str:
    """How many are equal, an engine a bullet."""
    lines = []
    for engine in engines:
        said = [value for kind in found[engine].values() for value in kind.values()]
        lines.append(f"* {TITLES[engine]}: {said.count('ok')} of {len(said)} equal")
    return "\n".join(lines)


def _link(kind: str, name: str) -> str:
    if name == "look-ups":
        return "what the steps look up between the rules"
    return f"[{name}]({kind}.md#{name})"
