"""The canned queries: golden rows on two engines, portability lints, and the answers the project exists for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from golden_update import answer, fixture_engine

from kg import catalog as cat
from kg.engine import Engine, RdflibEngine
from kg.namespaces import local
from kg.query import ROWS, Base, fill, run, shape
from kg.resources import folder

GOLDEN = Path(__file__).parent / "golden"
QUERIES = cat.queries()
# The rest takes rdflib minutes each over the whole record; they are compared on the fixtures.
FEASIBLE_ON_RDFLIB = (
    "agreement",
    "claims-of-source",
    "conduct-before-force",
    "conflicting-dates",
    "coverage",
    "missing-quotes",
    "treaty-kinds",
    "unmet-expectations",
)
FILES = sorted(folder("queries").rglob("*.rq"))


@pytest.fixture(scope="module")
def fixtures() -> tuple[Engine, dict[str, Any]]:
    """The fixture cases derived with Oxigraph, and the names in them."""
    return fixture_engine()


@pytest.fixture(scope="module", params=["oxigraph", pytest.param("rdflib", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, fixtures: tuple[Engine, dict[str, Any]]) -> Engine:
    """The derived fixture cases on each engine."""
    if request.param == "oxigraph":
        return fixtures[0]
    other = RdflibEngine()
    for quad in fixtures[0].store:  # type: ignore[attr-defined]
        other.add(quad.graph_name.value, [ox.Triple(quad.subject, quad.predicate, quad.object)])
    return other


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_golden(name: str, engine: Engine, fixtures: tuple[Engine, dict[str, Any]]) -> None:
    golden = json.loads((GOLDEN / QUERIES[name]["folder"] / f"{name}.json").read_text())
    rows = answer(engine, fixtures[1], name, golden["params"])
    assert rows == golden["rows"]
    assert rows, "a golden answer without a row proves nothing"


@pytest.mark.slow
def test_packaged_data_answers_alike_on_rdflib(base: Base) -> None:
    other = RdflibEngine()
    for quad in base.store:
        if isinstance(quad.graph_name, ox.NamedNode):
            other.add(quad.graph_name.value, [ox.Triple(quad.subject, quad.predicate, quad.object)])
    for name in FEASIBLE_ON_RDFLIB:
        entry = QUERIES[name]
        text, _ = fill(entry, {}, base.catalog)
        assert shape(other, text, entry["columns"]) == shape(base.engine, text, entry["columns"]), name


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_unedited_deleted_and_filled_forms_agree(name: str, base: Base) -> None:
    entry = QUERIES[name]
    text, _ = fill(entry, {}, base.catalog)
    assert shape(base.engine, entry["text"], entry["columns"]) == shape(base.engine, text, entry["columns"])


@pytest.mark.parametrize("name", [name for name, entry in sorted(QUERIES.items()) if ROWS in entry["text"]])
@pytest.mark.parametrize("given", [{}, {"owed_by": "USA"}, {"from": "2001-01-01", "as_of": "2022-10-01"}, {"kind": "assistance"}])
def test_hidden_rows_are_counted_as_if_they_were_read(name: str, given: dict[str, str], base: Base) -> None:
    """Whether the build counted them or the lines above ``ROWS`` do now."""
    shown, every = run(name, base, **given), run(name, base, all=True, **given)
    assert shown.rows and shown.hidden
    assert (len(shown) + shown.hidden, every.hidden) == (len(every), 0)
    assert shown.rows == [row for row in every.rows if row["reviewed"]]


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_lines_left_out_name_a_parameter(name: str) -> None:
    """``# if name`` with a name that is none would be left in without a word, and so would ``# unless name``."""
    defaults = {param["name"]: param.get("default") for param in QUERIES[name]["params"]}
    assert set(re.findall(r"# if (\S+)$", QUERIES[name]["text"], re.MULTILINE)) <= {param for param, default in defaults.items() if default is None}
    assert set(re.findall(r"# unless (\S+)$", QUERIES[name]["text"], re.MULTILINE)) <= {param for param, default in defaults.items() if default is not None}


def test_a_line_is_left_out_where_the_parameter_is_given() -> None:
    """``status`` reads only assessments of what somebody looked at, unless all is asked for."""
    entry = {**QUERIES["status"], "name": "status"}
    narrow, wide = fill(entry, {}, {})[0], fill(entry, {"all": True}, {})[0]
    assert "# unless all" in narrow
    assert "# unless all" not in wide


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_header_matches_text(name: str) -> None:
    entry = QUERIES[name]
    text = re.sub(r"^#.*$", "", entry["text"], flags=re.MULTILINE)
    for param in entry["params"]:
        assert re.search(rf"^[ \t]*VALUES \?{param['name']} \{{[^}}]*\}}[ \t]*$", text, re.MULTILINE), param["name"]
        assert param["help"]
    for column in entry["columns"]:
        assert re.search(rf"\?{column['name']}\b", text), column["name"]
    assert entry["question"] and entry["summary"] and entry["description"]
    if entry["show"]:
        computed = {"wilson_low", "wilson_high"} if name == "honoring-rate" else set()
        assert set(entry["show"]) <= {cat.snake(column["name"]) for column in entry["columns"]} | computed


LINTS = {
    "no clock": r"\bNOW\s*\(",
    "no casts": r"xsd:(date|dateTime|integer|string|decimal)\s*\(",
    "no string datatype": r"\^\^\s*xsd:string",
    "no RDF-star": r"<<",
    "no NOT EXISTS": r"\bNOT\s+EXISTS\b",
    "no date arithmetic": r"DurationP|dayTimeDuration|yearMonthDuration",
    "no alternative star path": r"\([^)]*\|[^)]*\)\*",
    "no service": r"\bSERVICE\b",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_portability(path: Path) -> None:
    text = re.sub(r"^#.*$|\"[^\"]*\"", "", path.read_text(), flags=re.MULTILINE)
    broken = [name for name, pattern in LINTS.items() if re.search(pattern, text, re.IGNORECASE)]
    assert not broken
    if path.parent.name != "rules":
        assert re.search(r"ORDER BY[^{}]*$", text, re.IGNORECASE), "the last clause orders the rows"
        assert re.search(r"SELECT\s+DISTINCT|GROUP BY", text, re.IGNORECASE), "a triple may stand in two graphs"


def test_lints_see_what_they_forbid() -> None:
    samples = ["NOW()", "xsd:date(?x)", '"a"^^xsd:string', "<<?a ?b ?c>>", "FILTER NOT EXISTS { }", '"P1D"^^xsd:dayTimeDuration', "(a|^b)*", "SERVICE <x> {}"]
    for sample, pattern in zip(samples, LINTS.values(), strict=True):
        assert re.search(pattern, sample, re.IGNORECASE), sample


def slugs(rows: list[dict[str, Any]], column: str) -> set[str]:
    return {local(row[column]) for row in rows}


def test_no_breach_or_failure_is_laid_on_russia_for_june_2025(base: Base) -> None:
    for name in ("unhonored", "breached"):
        rows = run(name, base, owed_by="RUS", owed_to="IRN", all=True).rows
        assert not [row for row in rows if "2025-06-13" in (row["occurrence"] or "")]


def test_the_founding_expectation(base: Base) -> None:
    rows = run("unmet-expectations", base, victim="IRN").rows
    found = {local(row["expectation"]): row for row in rows}
    june = found["RUS--IRN--2025-06-13-iran-war"]
    assert june["missing"] == [] and june["words"] and june["omissions"] and june["publishers"] >= 2
    near = {local(row["expectation"]): row["missing"] for row in run("unmet-expectations", base, victim="IRN", near_misses=True).rows}
    assert near["CHN--IRN--2025-06-13-iran-war"] == ["absenceNotShown"]
    assert "helpGiven" in near["RUS--IRN--2026-02-28-iran-war"]


@pytest.mark.parametrize(("day", "pairs"), [("2024-12-03", {"CHN PRK"}), ("2024-12-04", {"CHN PRK", "PRK RUS"})])
def test_two_of_six_pairs_have_a_defense_duty_from_4_december_2024(base: Base, day: str, pairs: set[str]) -> None:
    rows = run("axis-matrix", base, on=day).rows
    assert len(rows) == 6
    assert {" ".join(sorted((local(row["party_a"]), local(row["party_b"])))) for row in rows if row["defense"]} == pairs
