"""The JSON documents: every command's real output fits its schema, and a broken one does not."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import WORLD

import kg as kg_package
from kg.catalog import queries
from kg.formats import render
from kg.query import Base, run

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference" / "schemas"
TROOPS = """
@prefix sv: <https://w3id.org/servanda/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix state: <https://w3id.org/servanda/id/state/> .
@prefix occurrence: <https://w3id.org/servanda/id/occurrence/> .
@prefix conduct: <https://w3id.org/servanda/id/conduct/> .
@prefix source: <https://w3id.org/servanda/id/source/> .
@prefix behavior: <https://w3id.org/servanda/code/behavior/> .
conduct:CCC-troops-1992 a sv:Action ; rdfs:label "Cedonia sends troops"@en ;
    sv:actor state:CCC ; sv:recipient state:AAA ; sv:behavior behavior:troops ; sv:beganOn "1992-03-05"^^xsd:date ;
    sv:inResponseTo occurrence:1992-03-01-raid ; sv:hasSource source:courier-1992-03-05 .
"""
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


def test_every_schema_that_a_document_names_is_published() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(kg_package.__file__).parent.rglob("*.py")))
    named = set(re.findall(r"servanda/([a-z-]+)/1", code)) | set(re.findall(r'envelope\("([a-z-]+)"', code))
    assert len(named) > 15
    assert named <= set(NAMES)


def test_load_and_unload(world: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "oxigraph")
    loaded = kg("load", target, "--format", "json", store=world)
    check("load", loaded)
    assert loaded["verified"] is True and {graph["action"] for graph in loaded["graphs"]} == {"added"}
    again = kg("load", target, "--show", "--format", "json", store=world)
    check("load", again)
    assert {graph["action"] for graph in again["graphs"]} == {"unchanged"}
    removed = kg("unload", target, "--format", "json", store=world)
    check("unload", removed)
    assert {graph["iri"] for graph in removed["graphs"]} == {graph["iri"] for graph in loaded["graphs"]}


def test_contributions(world: Path, tmp_path: Path) -> None:
    store = shutil.copytree(world, tmp_path / "store")
    more = tmp_path / "more.ttl"
    more.write_text(TROOPS, encoding="utf-8")
    check("validate", kg("contribute", "check", str(more), "--format", "json", store=store))
    check("contribute-add", kg("contribute", "add", str(more), "--by", "A. Historian", "--license", "CC0-1.0", "--format", "json", store=store))
    listed = kg("contribute", "list", "--format", "json", store=store)
    check("contribute-list", listed)
    assert [row["slug"] for row in listed["contributions"]] == ["more"]
    diff = kg("contribute", "diff", "more", "--format", "json", store=store)
    check("contribute-diff", diff)
    assert diff["changes"][0]["after"]["verdicts"] == {"https://w3id.org/servanda/id/ruleset/1": "partlyHonored"}
    check("contribute-remove", kg("contribute", "remove", "more", "--format", "json", store=store))


def test_every_document_begins_with_what_it_was_made_from(world: Path, tmp_path: Path) -> None:
    """All but the results of SPARQL, whose form is the standard's."""
    activation = "lindmark-1990-art-4-aid--BBB--AAA--1992-03-01-raid"
    attack = ("--occurrence", "invasion", "--target", "AAA", "--initiator", "XAN", "--on", "1995-01-01")
    for words in (
        ("query", "run", "status"),
        ("query", "list"),
        ("query", "show", "status"),
        ("explain", activation),
        ("whatif", *attack),
        ("validate", str(WORLD / "cases" / "1992-03-01-raid.ttl")),
        ("stats",),
        ("doctor",),
        ("contribute", "list"),
        ("load", str(tmp_path / "oxigraph")),
        ("build", "--from", str(WORLD)),
    ):
        document = kg(*words, "--format", "json", store=world)
        assert list(document)[:4] == ["schema", "data_version", "ruleset", "as_of"], words
        assert document["schema"].startswith("servanda/") and document["schema"].endswith("/1"), words
        assert document["as_of"] == "2000-12-31" == document["data_version"].partition("+")[0], words
        assert document["ruleset"] == "1.0.0", words
    assert kg("explain", activation, "--as-of", "1992-03-10", "--format", "json", store=world)["as_of"] == "1992-03-10"
    nothing = kg("doctor", "--format", "json", store=tmp_path / "nowhere")
    assert (nothing["data_version"], nothing["ruleset"], nothing["as_of"]) == (None, None, None)
    check("doctor", nothing)
