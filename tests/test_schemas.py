"""The JSON documents: every command's real output fits its schema, and a broken one does not."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import WORLD

from kg.catalog import queries
from kg.formats import render
from kg.query import Base, run

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference" / "schemas"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def schema(name: str) -> dict[str, Any]:
    """One schema, as a document."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def check(name: str, document: Any) -> None:
    """Raise where a document does not fit its schema, formats of dates included."""
    jsonschema.Draft202012Validator(schema(name), format_checker=jsonschema.FormatChecker()).validate(document)


def kg(*words: str, store: Path, code: int = 0) -> Any:
    """The document that a command prints: on standard output, or on standard error where it fails."""
    done = subprocess.run([sys.executable, "-m", "kg", *words], env={**os.environ, "KG_STORE": str(store)}, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return json.loads(done.stderr if code > 1 else done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_one(name: str) -> None:
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["$id"].endswith(f"/{name}.json")


def test_every_document_has_a_schema() -> None:
    assert set(NAMES) >= {"query-run", "query-list", "query-show", "validate", "build", "stats", "doctor", "error", "explain", "whatif"}


@pytest.mark.parametrize("name", sorted(queries()))
def test_query_run(name: str, store: Path) -> None:
    document = json.loads(render(run(name, Base(store)), "json"))
    check("query-run", document)
    types = {column["name"]: column["type"] for column in document["columns"]}
    defs = schema("query-run")["$defs"]
    for row in document["rows"]:
        assert row.keys() == types.keys()
    for column, kind in types.items():
        values = [row[column] for row in document["rows"]]
        jsonschema.Draft202012Validator({"type": "array", "items": defs[kind]}, format_checker=jsonschema.FormatChecker()).validate(values)
    assert document["count"] == len(document["rows"])


def test_query_list(world: Path) -> None:
    document = kg("query", "list", "--format", "json", store=world)
    check("query-list", document)
    assert {entry["name"] for entry in document["queries"]} == set(queries())


@pytest.mark.parametrize("name", ["unhonored", "axis-matrix", "honoring-rate"])
def test_query_show(name: str, world: Path) -> None:
    document = kg("query", "show", name, "--format", "json", store=world)
    check("query-show", document)
    assert document["text"] == queries()[name]["text"]


def test_build(world: Path, tmp_path: Path) -> None:
    first = kg("build", "--from", str(WORLD), "--format", "json", store=tmp_path / "store")
    second = kg("build", "--from", str(WORLD), "--format", "json", store=tmp_path / "store")
    for document, action in ((first, "built"), (second, "unchanged")):
        check("build", document)
        assert {graph["action"] for graph in document["graphs"]} == {action}
        assert document["verified"] is True


def test_validate_a_file_that_conforms(world: Path) -> None:
    document = kg("validate", str(WORLD / "agreements" / "lindmark-1990.ttl"), "--format", "json", store=world)
    check("validate", document)
    assert document["conforms"] is True


def test_validate_a_file_that_does_not(world: Path, tmp_path: Path) -> None:
    bad = tmp_path / "lindmark-1990.ttl"
    good = (WORLD / "agreements" / "lindmark-1990.ttl").read_text(encoding="utf-8")
    bad.write_text(good.replace('"1990-06-01"^^xsd:date', '"autumn 1990"', 1), encoding="utf-8")
    document = kg("validate", str(bad), "--format", "json", store=world, code=1)
    check("validate", document)
    assert document["conforms"] is False
    assert all(result["line"] for result in document["results"] if result["severity"] == "violation")


def test_stats(world: Path) -> None:
    check("stats", kg("stats", "--format", "json", store=world))


def test_doctor(world: Path) -> None:
    check("doctor", kg("doctor", "--format", "json", store=world))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("query", "run", "unhonoured"), 2),
        (("query", "run", "status", "--owed-bi", "RUS"), 2),
        (("query", "run", "status", "--from", "yesterday"), 2),
        (("explain", "nothing-of-the-kind"), 2),
        (("validate", "no-such-file.ttl"), 3),
        (("build", "--from", "no-such-folder"), 3),
    ],
)
def test_error(words: tuple[str, ...], code: int, world: Path) -> None:
    check("error", kg(*words, "--format", "json", store=world, code=code))


def test_a_broken_document_does_not_fit(world: Path) -> None:
    good = kg("query", "run", "status", "--all", "--format", "json", store=world)
    assert good["rows"], "the small world has verdicts"
    check("query-run", good)
    for change in ("count", "rows", "as_of"):
        bad = copy.deepcopy(good)
        del bad[change]
        with pytest.raises(jsonschema.ValidationError):
            check("query-run", bad)
    bad = copy.deepcopy(good)
    del bad["rows"][0]["verdict"]
    with pytest.raises(jsonschema.ValidationError):
        check("query-run", bad)
    bad = copy.deepcopy(good) | {"as_of": "yesterday"}
    with pytest.raises(jsonschema.ValidationError):
        check("query-run", bad)
