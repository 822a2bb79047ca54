"""Every canned query and every rule on every engine that can be had here, against the golden answers and the embedded engine.

What came out is in tests/matrix.json, from which docs/reference/matrix.md is made: ``pytest -m 'server or byhand' tests/test_matrix.py
--write-matrix`` writes it, and without that option a test fails where the file says something else. What an engine answers wrongly
through a fault of its own is in the file with a reason, ``fails: …``, and in KNOWN here; nothing else may fail.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from derivation import derive
from engines import ENGINES
from golden_update import GOLDEN, answer, known_names

from kg.catalog import queries
from kg.engine import Engine, OxigraphEngine, Row, Rows
from kg.errors import KgError
from kg.load.endpoint import SERVERS
from kg.rules import rule_files

FILE = Path(__file__).parent / "matrix.json"
RULES = {path.read_text(encoding="utf-8"): path.stem for path in rule_files("00", "zz")}
LOOKUPS = "look-ups"  # the questions that infer, activate and assess ask beside the rules
# engine -> query or rule -> the fault of the engine's own that stands in the way
KNOWN: dict[str, dict[str, str]] = {}


class Lockstep:
    """Runs every step on the embedded engine and on another, notes where they differ, and goes on with what the first one says.

    So that a rule that another engine gets wrong spoils no later rule. ``found`` is rule -> ``ok`` or what went wrong.
    """

    name = "lockstep"

    def __init__(self, other: Engine) -> None:
        self.reference = OxigraphEngine()
        self.other = other
        self.found = {LOOKUPS: "ok"}

    def add(self, graph: str, triples: Any) -> None:
        """Add the triples on both."""
        listed = list(triples)  # not sorted: given sorted triples, one plan of Virtuoso's did not end
        self.reference.add(graph, listed)
        if listed:
            self.other.add(graph, listed)

    def construct(self, text: str) -> set[ox.Triple]:
        """A rule on both."""
        right = set(self.reference.construct(text))
        self._note(RULES[text], lambda: set(self.other.construct(text)) == right)
        return right

    def select(self, text: str) -> Rows:
        """A look-up on both; the order of the rows is the engine's own."""
        right = self.reference.select(text)
        self._note(LOOKUPS, lambda: sorted(map(str, self.other.select(text).rows)) == sorted(map(str, right.rows)))
        return right

    def stream(self, text: str) -> list[Row]:
        """The rows of a look-up on both."""
        return self.select(text).rows

    def _note(self, name: str, agrees: Any) -> None:
        said = outcome(agrees)
        if self.found.get(name, "ok") == "ok":
            self.found[name] = said


def outcome(agrees: Any) -> str:
    """``ok``, ``fails: other rows``, or ``fails:`` and the engine's words."""
    try:
        return "ok" if agrees() else "fails: other rows"
    except KgError as error:
        code = re.search(r"\b[A-Z]{2}\d{3}\b", error.message)
        return f"fails: {code[0] if code else error.message[:80]}"


# rdflib meets every rule and query in test_rules.py and test_queries.py, too; Virtuoso takes minutes, or does not end, as its plans fall
BY_HAND = ("rdflib", "virtuoso")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.byhand if name in BY_HAND else pytest.mark.server) for name in ENGINES])
def test_engine(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """All rules, in lockstep, then all queries on what they derived: as golden, rows and order."""
    with ENGINES[name](tmp_path) as engine:
        both = Lockstep(engine)
        derive(both)
        names = known_names(both.reference)
        asked: dict[str, str] = {}
        for query, entry in sorted(queries().items()):
            golden = json.loads((GOLDEN / entry["folder"] / f"{query}.json").read_text(encoding="utf-8"))
            asked[query] = outcome(lambda query=query, golden=golden: answer(engine, names, query, golden["params"]) == golden["rows"])  # type: ignore[misc]
    found = {"queries": asked, "rules": dict(sorted(both.found.items()))}
    for thing, said in (asked | both.found).items():
        reason = KNOWN.get(name, {}).get(thing)
        assert (said == "ok") == (reason is None), f"{thing} on {name}: {said}"
        if reason:
            found["queries" if thing in asked else "rules"][thing] = f"fails: {reason}"
    if request.config.getoption("--write-matrix"):
        written = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
        FILE.write_text(json.dumps(written | {name: found}, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert json.loads(FILE.read_text(encoding="utf-8"))[name] == found, "tests/matrix.json is stale: run with --write-matrix"


def test_the_file_is_complete() -> None:
    """Every query and rule has an entry for every engine, ``ok`` or with a reason; of stores that could not run there is none."""
    matrix = json.loads(FILE.read_text(encoding="utf-8"))
    assert set(matrix) == set(ENGINES)
    for engine, found in matrix.items():
        assert set(found["queries"]) == set(queries()), engine
        assert set(found["rules"]) == {LOOKUPS, *RULES.values()}, engine
        for thing, said in (found["queries"] | found["rules"]).items():
            reason = KNOWN.get(engine, {}).get(thing)
            assert said == (f"fails: {reason}" if reason else "ok"), (engine, thing)


def test_untested_stores_are_listed_as_such() -> None:
    """Each preset that the tests do not start is in the table, as untested."""
    page = (FILE.parent.parent / "docs" / "reference" / "matrix.md").read_text(encoding="utf-8")
    listed = page.partition("## Untested")[2]
    for server in SERVERS.values():
        assert (server.title in listed) == (not server.tested), server.title
