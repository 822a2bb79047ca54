"""Contributions: checked by row and column, added all or nothing, never lost, never half there; verdicts that change are told."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from conftest import WORLD
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import contributions
from kg.build import build, sorted_quads
from kg.check.files import check
from kg.cli import main
from kg.contribute import contribution
from kg.contribute.issue import FIELDS, rows_of
from kg.errors import InputError, KgError
from kg.inputs import ready
from kg.namespaces import GRAPH
from kg.query import Base
from kg.resources import ROOT
from kg.store import current_generation, open_generation, writing
from kg.tables.cells import Names
from kg.tables.columns import codes
from kg.tables.rows import read_tables
from kg.tables.sheets import Sheet, read_sheets, write_csv, write_excel

KG = [sys.executable, "-m", "kg"]
HEAD = "what,id,label,actor,recipient,behavior,began_on,in_response_to,source"
HELP = f"""{HEAD}
action,CCC-aid-1992,Cedonia lends air defenses,Cedonia,AAA,militaryAssistance,1992-03-09,1992-03-01-raid,courier-1992-03-05 | herald-1992-04-10
"""


@pytest.fixture
def home(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the small world's store, and the current folder."""
    shutil.copytree(world, tmp_path / "store")
    monkeypatch.setenv("KG_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("KG_CONTRIBUTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "help.csv").write_text(HELP)
    return tmp_path


def exported(store: Path) -> bytes:
    generation = current_generation(store)
    assert generation is not None
    return sorted_quads(open_generation(generation))


def add(path: str, *more: str) -> int:
    return main(["contribute", "add", path, "--by", "A. Historian", "--license", "CC-BY-4.0", *more])


def graphs(store: Path) -> dict[str, set[str]]:
    """What people stated, by named graph: everything but what was derived."""
    found: dict[str, set[str]] = {}
    for quad in open_generation(current_generation(store) or Path()):
        graph = str(getattr(quad.graph_name, "value", "")).removeprefix(GRAPH)
        if not graph.startswith(("derived/", "schemes/", "ontology/")) and quad.subject != quad.graph_name:
            found.setdefault(graph, set()).add(f"{quad.subject} {quad.predicate} {quad.object}")
    return found


def test_add_list_diff_and_remove(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = exported(home / "store")
    assert add("help.csv", "--note", "She did help") == 0
    said = capsys.readouterr().out
    assert "Cedonia to Ardania" in said and "unhonored → " in said
    assert "new evidence: Cedonia lends air defenses (conduct:CCC-aid-1992)" in said
    graph = ox.NamedNode(f"{GRAPH}contribution/help")
    view = open_generation(current_generation(home / "store") or Path())
    about = {quad.predicate.value.rsplit("/")[-1]: quad.object for quad in view.quads_for_pattern(graph, None, None, graph)}
    assert about["creator"] == ox.Literal("A. Historian")
    assert about["license"] == ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
    assert about["created"].datatype.value.endswith("#date")  # type: ignore[union-attr]
    assert about["description"] == ox.Literal("She did help", language="en")
    assert graphs(home / "store")["cases/1992-03-01-raid"] == graphs_of_base(before)["cases/1992-03-01-raid"]

    assert main(["contribute", "list"]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("help", "A. Historian", "CC-BY-4.0", "She did help"))
    assert main(["contribute", "diff", "help", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["added"]) == 9 and told["removed"] == []
    changed = [row for row in told["changes"] if row["before"]["verdicts"] != row["after"]["verdicts"]]
    assert [row["owed_by"][-3:] for row in changed] == ["CCC"]

    assert main(["contribute", "remove", "help"]) == 0
    assert "unhonored" in capsys.readouterr().out
    assert exported(home / "store") == before
    assert (home / "contributions" / "removed" / "help.ttl").is_file()
    assert main(["contribute", "list"]) == 0
    assert "no contribution" in capsys.readouterr().out


def graphs_of_base(quads: bytes) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for quad in ox.parse(input=quads, format=ox.RdfFormat.N_QUADS):
        found.setdefault(str(getattr(quad.graph_name, "value", "")).removeprefix(GRAPH), set()).add(f"{quad.subject} {quad.predicate} {quad.object}")
    return found


def test_a_rebuild_and_a_lost_store_lose_no_contribution(home: Path) -> None:
    assert add("help.csv") == 0
    added = exported(home / "store")
    assert build(home / "store", [WORLD], force=True).action == "built"
    assert exported(home / "store") == added
    shutil.rmtree(home / "store")
    build(home / "store", [WORLD])
    assert exported(home / "store") == added


def test_a_contribution_put_into_the_folder_by_hand_is_built_in(home: Path) -> None:
    assert add("help.csv") == 0
    added = exported(home / "store")
    kept = (home / "contributions" / "help.ttl").read_bytes()
    assert main(["contribute", "remove", "help"]) == 0
    (home / "contributions" / "help.ttl").write_bytes(kept)
    said: list[str] = []
    ready(home / "store", said.append)
    assert any("inputs changed" in line for line in said)
    assert exported(home / "store") == added


def test_the_folder_can_be_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_CONTRIBUTIONS", str(home / "elsewhere"))
    assert add("help.csv") == 0
    assert (home / "elsewhere" / "help.ttl").is_file() and not (home / "contributions").exists()


BROKEN = {
    "a code": ("militaryAssistance", "militaryAid", ("2:6", "KG-CT03")),
    "a day": ("1992-03-09", "9/3/1992", ("2:7", "KG-CT04")),
    "a party": ("Cedonia,AAA", "Cedona,AAA", ("2:4", "KG-CT07")),
    "a source": ("courier-1992-03-05 |", "courier-1992-03-06 |", ("2:9", "SV-TH08")),
    "an occurrence": ("1992-03-01-raid", "1992-03-02-raid", ("2:8", "SV-CO10")),
    "no actor": ("Cedonia,AAA", ",AAA", ("2:", "SV-CO08")),
    "no label": ("Cedonia lends air defenses,", ",", ("2:", "SV-TH04")),
    "a column": ("behavior", "behaviour", ("1:6", "KG-CT10")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_found_at_its_cell_and_nothing_is_added(name: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, (place, code) = BROKEN[name]
    assert old in HELP
    (home / "help.csv").write_text(HELP.replace(old, new))
    before = exported(home / "store")
    assert main(["contribute", "check", "help.csv"]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if code in line]
    assert lines and lines[0].startswith(f"help.csv:{place}"), lines
    assert main(["contribute", "check", "help.csv", "--format", "json"]) == 1
    results = json.loads(capsys.readouterr().out)["results"]
    assert code in {result["code"] for result in results} and all(result["fix"] and result["file"] == "help.csv" for result in results)
    assert add("help.csv") == 1
    assert "nothing was added" in capsys.readouterr().err
    assert exported(home / "store") == before
    assert not list(home.glob("contributions/**/*.ttl"))


def test_a_good_table_has_no_false_alarm(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contribute", "check", "help.csv", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == []


def test_tables_and_turtle_are_checked_and_added_together(home: Path) -> None:
    (home / "help.csv").write_text(HELP.replace("herald-1992-04-10", "tribune-1992-03-10"))
    assert main(["contribute", "check", "help.csv"]) == 1
    (home / "press.ttl").write_text(
        (WORLD / "sources" / "press.ttl").read_text().partition("publisher:gazette")[0]
        + 'publisher:tribune a sv:Publisher ; rdfs:label "The Tribune"@en .\n'
        + 'source:tribune-1992-03-10 a sv:Source ; dcterms:title "Air defenses"@en ; sv:publishedBy publisher:tribune ; sv:publishedOn "1992-03-10"^^xsd:date ; '
        + 'sv:retrievedOn "2026-11-22"^^xsd:date ; sv:sourceKind sourcekind:news ; sv:sourceQuality quality:agency ; dcterms:language "en" ; '
        + 'sv:url "https://example.org/t"^^xsd:anyURI .\n'
    )
    assert main(["contribute", "add", "help.csv", str(home / "press.ttl"), "--by", "A. Historian", "--license", "CC-BY-4.0"]) == 0
    assert len(contribution.listing(Base(home / "store"))) == 1


WRONG: list[tuple[list[str], int, str]] = [
    (["contribute", "walk"], 2, "KG-US10"),
    (["contribute", "check"], 2, "KG-US11"),
    (["contribute", "add", "help.csv", "--license", "CC-BY-4.0"], 2, "KG-US11"),
    (["contribute", "add", "help.csv", "--by", "A", "--license", "proprietary"], 2, "KG-CT16"),
    (["contribute", "add", "help.csv", "--by", " ", "--license", "CC-BY-4.0"], 2, "KG-US11"),
    (["contribute", "add", "help.csv", "--by", "A", "--license", "CC-BY-4.0", "--slug", "../x"], 2, "KG-CT15"),
    (["contribute", "diff", "none"], 2, "KG-CT17"),
    (["contribute", "remove", "none"], 2, "KG-CT17"),
    (["contribute", "export", "1992-raid", "-o", "x.csv"], 2, "KG-CT18"),
    (["contribute", "export", "1992-03-01-raid", "-o", "x.pdf"], 2, "KG-US15"),
    (["contribute", "template", "case", "-o", "help.csv"], 2, "KG-CT19"),
    (["contribute", "template", "battle", "-o", "x.csv"], 2, "KG-US11"),
    (["contribute", "from-issue", "help.csv", "-o", "x.csv"], 3, "KG-CT20"),
]


@pytest.mark.parametrize(("words", "exit_code", "code"), WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_wrong_usage_is_said_once_with_a_way_out(words: list[str], exit_code: int, code: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == exit_code
    said = capsys.readouterr()
    assert said.out == "" and code in said.err and "Traceback" not in said.err
    assert not list(home.glob("contributions/*"))


EVERY_FORMAT = {
    "text": lambda text: "help.csv:2:6: error KG-CT03" in text and "\n     2 | " in text and "cells that cannot be read" in text,
    "json": lambda text: ("KG-CT03", "help.csv", 2, 6) in [(row["code"], row["file"], row["line"], row["column"]) for row in json.loads(text)["results"]],
    "sarif": lambda text: (
        {"startLine": 2, "startColumn": 6} in [row["locations"][0]["physicalLocation"]["region"] for row in json.loads(text)["runs"][0]["results"]]
    ),
    "github": lambda text: "::error file=help.csv,line=2,col=6,title=KG-CT03::" in text,
    "junit": lambda text: 'type="KG-CT03"' in text and "help.csv:2:6: " in text,
    "report": lambda text: "shape:KG-CT03" in text and "sh:conforms false" in text,
}


@pytest.mark.parametrize("form", EVERY_FORMAT)
@pytest.mark.parametrize("command", [["validate"], ["contribute", "check"]], ids=["validate", "check"])
def test_a_table_is_validated_by_both_commands_alike_in_every_format(form: str, command: list[str], home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "help.csv").write_text(HELP.replace("militaryAssistance", "militaryAid"))
    assert main([*command, "help.csv", "--format", form]) == 1
    assert EVERY_FORMAT[form](capsys.readouterr().out)
    (home / "help.csv").write_text(HELP)
    assert main([*command, "help.csv", "--format", form]) == 0
    assert "KG-CT03" not in capsys.readouterr().out


def test_a_caret_stands_under_the_cell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "help.csv").write_text(HELP.replace("1992-03-01-raid", "1992-03-02-raid"))
    assert main(["validate", "help.csv"]) == 1
    text = capsys.readouterr().out
    assert "help.csv:2:8: error SV-CO10" in text and "Did you mean occurrence:1992-03-01-raid" in text
    row, caret = text[text.index("SV-CO10") :].splitlines()[1:3]
    assert row[caret.index("^") : caret.rindex("^") + 1] == "1992-03-02-raid"


def test_excel_and_tables_on_standard_input_are_validated(home: Path) -> None:
    wrong = HELP.replace("1992-03-09", "9/3/1992")
    write_excel(home / "help.xlsx", [("case", [row.split(",") for row in wrong.splitlines()])], {})
    for words, fed, place in ((["help.xlsx"], b"", "help.xlsx[case]:2:7"), (["-", "--input", "csv"], wrong.encode(), "-:2:7")):
        done = subprocess.run([*KG, "validate", *words], input=fed, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
        assert done.returncode == 1 and f"{place}: error KG-CT04".encode() in done.stdout, done
    done = subprocess.run([*KG, "validate", "help.xlsx", "--format", "sarif"], capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for row in json.loads(done.stdout)["runs"][0]["results"]} == {"help.xlsx#case"}


def test_a_table_at_a_big_base_is_read_alike(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are then looked up one by one."""
    base = Base(home / "store")
    small = check([home / "help.csv"], base)
    monkeypatch.setattr("kg.tables.rows.SCAN_LIMIT", 0)
    monkeypatch.setattr("kg.check.lint.SCAN_LIMIT", 0)
    big = check([home / "help.csv"], base)
    assert small.conforms and (big.results, big.triples) == (small.results, small.triples)
    (home / "help.csv").write_text(HELP.replace("Cedonia,AAA", "Cedona,AAA"))
    assert [result.code for result in check([home / "help.csv"], base).results] == ["KG-CT07"]


def test_a_table_has_nothing_to_do_with_a_graph_of_its_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the row 'replaces' makes a table stand for a graph: this one lies where a data file of the base would."""
    (home / "cases").mkdir()
    (home / "cases" / "1992-03-01-raid.csv").write_text(HELP)
    assert main(["validate", "cases/1992-03-01-raid.csv", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == []


def test_the_record_is_derived_once_and_validated_where_it_changes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kg.build

    derived: list[int] = []
    original = kg.build.derive
    monkeypatch.setattr(kg.build, "derive", lambda documents, say: (derived.append(len(documents)), original(documents, say))[1])
    monkeypatch.setattr(kg.build, "validate", lambda *_: pytest.fail("the whole record was validated"))
    before = exported(home / "store")
    for number, words in enumerate((["add", "help.csv", "--by", "A", "--license", "CC0-1.0"], ["diff", "help"], ["remove", "help"]), 1):
        assert main(["contribute", *words]) == 0
        assert len(derived) == number
    monkeypatch.undo()
    assert exported(home / "store") == before
    assert build(home / "store", [WORLD]).action == "unchanged"


def test_what_others_lean_on_is_not_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "press.csv").write_text(
        "what,id,label,title,published_by,published_on,retrieved_on,source_kind,source_quality,language,url\npublisher,tribune,The Tribune,,,,,,,,\n"
        "source,tribune-1992-03-10,,Air defenses,tribune,1992-03-10,2026-11-22,news,agency,en,https://example.org/t\n"
    )
    assert add("press.csv") == 0
    (home / "help.csv").write_text(HELP.replace("herald-1992-04-10", "tribune-1992-03-10"))
    assert add("help.csv") == 0
    before = exported(home / "store")
    capsys.readouterr()
    assert main(["contribute", "remove", "press"]) == 1
    said = capsys.readouterr().err
    assert "nothing was removed" in said and "SV-TH08" in said
    assert exported(home / "store") == before
    assert main(["contribute", "remove", "help"]) == 0 and main(["contribute", "remove", "press"]) == 0


def test_a_contribution_whose_original_changed_is_flagged(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(WORLD, tmp_path / "world")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KG_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("KG_CONTRIBUTIONS", raising=False)
    build(tmp_path / "store", [tmp_path / "world"])
    assert main(["contribute", "export", "cases/1992-03-01-raid", "-o", "raid.csv"]) == 0
    (tmp_path / "raid.csv").write_text((tmp_path / "raid.csv").read_text().replace("Borland sends troops", "Borland sends two brigades"))
    assert add("raid.csv") == 0

    def listed() -> tuple[str, str | None]:
        capsys.readouterr()
        assert main(["contribute", "list"]) == 0
        said = capsys.readouterr()
        assert main(["contribute", "list", "--format", "json"]) == 0
        return said.out + said.err, json.loads(capsys.readouterr().out)["contributions"][0]["outdated"]

    assert listed()[1] is None and "since" not in listed()[0]
    path = tmp_path / "world" / "cases" / "1992-03-01-raid.ttl"
    path.write_text(path.read_text() + "# a comment changes nothing\n")
    assert listed()[1] is None
    path.write_text(path.read_text().replace("Cedonia gives no help", "Cedonia gives no help at all"))
    text, flag = listed()
    assert flag == "changed" and "cases/1992-03-01-raid (changed since)" in text and "that change is not in the record" in text
    path.unlink()
    assert listed()[1] == "gone"


def test_a_table_that_cannot_be_read_is_reported_and_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "latin.csv").write_bytes("what,id,label\naction,x,Zürich\n".encode("latin-1"))
    assert main(["contribute", "check", "none.csv", "latin.csv", "help.csv", "--format", "json"]) == 3
    said = capsys.readouterr()
    assert [(row["code"], row["file"], row["line"]) for row in json.loads(said.out)["results"]] == [("KG-CT01", "latin.csv", 2), ("KG-IN06", "none.csv", None)]
    assert json.loads(said.err)["error"]["code"] == "KG-IN06"


def test_a_name_in_use_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert add("help.csv") == 0
    assert add("help.csv") == 2
    assert "KG-CT15" in capsys.readouterr().err


def test_two_at_once_do_not_mix(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stale = Base(home / "store")
    assert add("help.csv") == 0
    with pytest.raises(KgError) as refused:
        contribution.add([home / "help.csv"], stale, by="A", license="CC0-1.0", slug="other")
    assert refused.value.code == "KG-CT21"
    with writing(home / "store"):
        assert add("help.csv", "--slug", "other") == 3
    assert "KG-ST04" in capsys.readouterr().err
    assert [path.name for path in (home / "contributions").rglob("*")] == ["help.ttl"]


def test_an_empty_template_adds_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contribute", "template", "case", "-o", "t.csv"]) == 0
    assert add("t.csv") == 3
    assert "KG-CT22" in capsys.readouterr().err


# Round trip


def test_exported_and_added_back_nothing_changes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = graphs(home / "store")
    for name in ("1992-03-01-raid", "agreement:lindmark-1990", "parties/states", "sources/press"):
        path = f"{name.replace('/', '-').replace(':', '-')}.csv"
        assert main(["contribute", "export", name, "-o", path]) == 0
        assert add(path) == 0
        assert "no verdict changed" in capsys.readouterr().out
    after = graphs(home / "store")
    assert sorted(map(sorted, after.values())) == sorted(map(sorted, before.values()))
    assert sum(name.startswith("contribution/") for name in after) == 4


@pytest.fixture(scope="module")
def raid(world: Path) -> list[list[str]]:
    return contribution.export("1992-03-01-raid", Base(world))


@pytest.mark.slow
@given(data=st.data())
@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_one_edited_cell_changes_that_and_nothing_else(
    data: st.DataObject, world: Path, raid: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("edit")
    shutil.copytree(world, home / "store")
    rows = [list(row) for row in raid]
    texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=20)
    number = data.draw(st.integers(2, len(rows) - 1), "row")
    name, value, term = data.draw(
        st.one_of(
            texts.map(lambda text: ("label", f"x{text}".replace("|", "\\|"), ox.Literal(f"x{text}", language="en"))),
            texts.map(lambda text: ("note", f"x{text}".replace("|", "\\|"), ox.Literal(f"x{text}", language="en"))),
            st.integers(10, 31).map(lambda day: ("began_on", f"1992-03-{day}", ox.Literal(f"1992-03-{day}", datatype=DATE))),
            st.sampled_from(["BBB", "CCC", "XAN"]).map(lambda code: ("actor", code, ox.NamedNode(f"https://w3id.org/servanda/id/state/{code}"))),
        ),
        "edit",
    )
    if name not in rows[0]:
        rows = [[*row, head] for row, head in zip(rows, [name, *[""] * len(rows)], strict=False)]
    column = rows[0].index(name)
    old = set(read_tables([Sheet(Path("a.csv"), "", rows)], NAMES).triples)
    rows[number][column] = value
    write_csv(home / "edit.csv", rows)
    before = graphs(home / "store")
    base = Base(home / "store")
    try:
        contribution.add([home / "edit.csv"], base, by="A", license="CC0-1.0")
    except KgError as error:
        assert error.exit_code == 1, "the edit may be wrong, but then nothing is added"
        assert graphs(home / "store") == before
        return
    after = graphs(home / "store")
    new = after.pop("contribution/edit")
    gone = before.pop("cases/1992-03-01-raid")
    assert after == before, "no other graph changes"
    subject = {t.subject for t in old if str(t.subject).rstrip(">").endswith(f"/{rows[number][1]}")}
    assert len(new - gone) <= 1 and len(gone - new) <= 1
    assert all(line.startswith(str(next(iter(subject)))) and line.endswith(str(term)) for line in new - gone)


DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
NAMES = Names({f"https://w3id.org/servanda/id/state/{code}" for code in ("AAA", "BBB", "CCC", "XAN")})


def test_a_table_of_something_that_changed_meanwhile_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("first.csv", "second.csv"):
        assert main(["contribute", "export", "cases/1992-03-01-raid", "-o", path]) == 0
    (home / "first.csv").write_text((home / "first.csv").read_text().replace("Borland sends troops", "Borland sends two brigades"))
    assert add("first.csv") == 0
    assert add("second.csv") == 3
    said = capsys.readouterr().err
    assert "KG-CT14" in said and "export it again" in said


def test_a_correction_can_be_corrected(home: Path) -> None:
    for number, words in enumerate(("two brigades", "three brigades")):
        assert main(["contribute", "export", "1992-03-01-raid", "-o", f"c{number}.csv"]) == 0
        path = home / f"c{number}.csv"
        path.write_text(re.sub("Borland sends [a-z ]+", f"Borland sends {words}", path.read_text()))
        assert add(f"c{number}.csv") == 0
    labels = {line for lines in graphs(home / "store").values() for line in lines if "Borland sends" in line}
    assert len(labels) == 1 and "three brigades" in labels.pop()


# Crashes


@pytest.fixture(scope="module")
def complete(world: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The store with the contribution in it."""
    home = tmp_path_factory.mktemp("complete")
    shutil.copytree(world, home / "store")
    (home / "help.csv").write_text(HELP)
    contribution.add([home / "help.csv"], Base(home / "store"), by="A. Historian", license="CC-BY-4.0")
    return exported(home / "store")


def _kill(home: Path, words: list[str], when: Callable[[float], bool]) -> None:
    started = time.monotonic()
    child = subprocess.Popen([*KG, "contribute", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    while child.poll() is None and not when(time.monotonic() - started):
        time.sleep(0.0005)
    child.send_signal(signal.SIGKILL)
    child.wait()


SEEN = [
    "contributions/.pending/*",
    "store/generations/.*",
    "store/generations/.*/db",
    "store/generations/.*/catalog.json",
    "store/.current.*",
    "contributions/*.ttl",
]
DELAYS = [0.3, 0.8, 1.3]


def _moments(home: Path) -> Iterator[tuple[str, Callable[[float], bool]]]:
    for seen in SEEN:
        yield seen, lambda _, seen=seen: bool(list(home.glob(seen)))  # type: ignore[misc]
    for delay in DELAYS:
        yield str(delay), lambda passed, delay=delay: passed > delay  # type: ignore[misc]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SEEN) + len(DELAYS)), ids=[*SEEN, *map(str, DELAYS)])
def test_an_add_killed_at_any_point_is_in_or_not_at_all(number: int, home: Path, complete: bytes) -> None:
    before = exported(home / "store")
    _, when = list(_moments(home))[number]
    _kill(home, ["add", "help.csv", "--by", "A. Historian", "--license", "CC-BY-4.0"], when)
    kept = contributions.files(home / "store")
    if not kept:
        assert exported(home / "store") == before
        ready(home / "store")
        assert exported(home / "store") == before
        assert add("help.csv") == 0, "and it can be added again"
    else:
        assert exported(home / "store") in (before, complete)
    ready(home / "store")
    assert exported(home / "store") == complete
    assert not list(home.glob("contributions/.pending/*"))


@pytest.mark.slow
@pytest.mark.parametrize("seen", ["store/generations/.*", "store/.current.*", "contributions/removed/*"])
def test_a_remove_killed_at_any_point_is_done_or_not_at_all(seen: str, home: Path, complete: bytes) -> None:
    before = exported(home / "store")
    assert add("help.csv") == 0
    _kill(home, ["remove", "help"], lambda _: bool(list(home.glob(seen))))
    ready(home / "store")
    assert exported(home / "store") == (complete if contributions.files(home / "store") else before)


def test_where_the_store_cannot_be_written_the_folder_stays_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    before = exported(home / "store")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kg.store._point", full)
    assert add("help.csv") == 3
    assert "KG-ST05" in capsys.readouterr().err
    monkeypatch.undo()
    assert not list(home.glob("contributions/*.ttl")) and not list(home.glob("contributions/.pending/*"))
    assert exported(home / "store") == before


# The issue form

BODY = """### Short name of the event

Second Xanthian raid, 1993

### Kind of event

invasion (invasion)

### Who did it

Xanthia

### To whom

Ardania

### Where

Ardania (territory)

### First day

1993-05-01

### Last day

1993-05-03

### What others did, or did not do

Borland | did | troops | Ardania | 1993-05-02 | | sends two brigades | 1
Cedonia | did not | assistance | Ardania | 1993-05-01 | 1993-05-20 | gives no help | 1, 2

### Sources

https://example.org/a | The Courier | Troops cross the border | 1993-05-04 | news | en
https://example.org/b | The Tribune | "Nobody came" | 1993-05-21 | news | en

### Day you saw the sources

2026-11-22

### Doubts and remarks

_No response_

### Your name

A. Reader

### License

- [x] I give this under CC BY 4.0.
"""


def test_an_issue_becomes_a_table_that_can_be_added(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "body.md").write_text(BODY)
    assert main(["contribute", "from-issue", "body.md", "-o", "issue.csv"]) == 0
    capsys.readouterr()
    assert main(["contribute", "check", "issue.csv"]) == 0, capsys.readouterr().out
    assert add("issue.csv") == 0
    said = capsys.readouterr().out
    assert "nothing → honored" in said and "nothing → unhonored" in said
    rows = read_sheets(home / "issue.csv")[0].rows
    assert [row[0] for row in rows[1:]] == ["occurrence", "action", "omission", "source", "publisher", "source"], "The Courier is known already"


def test_the_form_and_the_tool_know_the_same_fields_and_codes() -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "case.yml").read_text())
    asked = [field for field in form["body"] if field["type"] in ("input", "textarea", "dropdown")]
    assert {field["attributes"]["label"]: field["validations"]["required"] for field in asked} == FIELDS
    options = next(field["attributes"]["options"] for field in asked if field["type"] == "dropdown")
    assert [option.partition(" ")[0] for option in options] == sorted(codes()["behavior"])
    assert len({field["id"] for field in asked}) == len(asked)


ODD_BODIES = {
    "missing": (BODY.replace("### First day\n\n1993-05-01", ""), "First day"),
    "twice": (BODY + "\n### First day\n\n1993-05-01\n", "twice"),
    "formula": (BODY.replace("Second Xanthian", "=HYPERLINK"), "spreadsheet"),
    "formula in a line": (BODY.replace("sends two brigades", "=cmd"), "spreadsheet"),
    "no such source": (BODY.replace("| 1, 2", "| 1, 9"), "no source"),
    "neither": (BODY.replace("| did not |", "| perhaps |"), "did not"),
    "short": (BODY.replace("Borland | did | troops | Ardania | 1993-05-02 | | sends two brigades | 1", "Borland | did"), "too few"),
    "address": (BODY.replace("https://example.org/a", "javascript:alert(1)"), "web address"),
    "long": (BODY + "x" * 300_000, "longer"),
}


@pytest.mark.parametrize("name", ODD_BODIES)
def test_a_form_filled_in_wrongly_is_refused(name: str, tmp_path: Path) -> None:
    text, hint = ODD_BODIES[name]
    (tmp_path / "body.md").write_text(text)
    with pytest.raises(InputError) as refused:
        rows_of(tmp_path / "body.md")
    assert hint in refused.value.message


@given(st.text(max_size=300), st.sampled_from(sorted(FIELDS)))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_issue_text_crashes_or_leaves_a_formula(tmp_path: Path, text: str, field: str) -> None:
    body = re.sub(rf"(### {re.escape(field)}\n\n)[^#]*", lambda match: match[1] + text + "\n\n", BODY)
    (tmp_path / "any.md").write_bytes(body.encode("utf-8", "surrogatepass"))
    try:
        rows = rows_of(tmp_path / "any.md")
    except InputError:
        return
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


# What is in the repository for contributors


@pytest.mark.slow
def test_the_pages_commands_work(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "contribute.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 7
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "kg"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kg "$@"\n')
    tool.chmod(0o755)
    env = {**os.environ, "PATH": f"{tool.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    env.pop("KG_CONTRIBUTIONS", None)
    script = "set -eu\n" + "\n".join(blocks).replace("template case -o raid.csv", "template case -o raid.csv; rm raid.csv")
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for line in re.findall(r"```text\n(.*?)```", page, re.DOTALL):
        assert line.strip() in done.stdout
    assert "raid.csv:2:7: error KG-CT04" in done.stdout
    assert "unhonored → " in done.stdout and "removed: raid" in done.stdout
    assert "Borland sends two brigades" in done.stdout


def test_the_hooks_call_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["id"] for hook in hooks} == {"kg-validate", "kg-fmt"}
    for hook in hooks:
        assert re.fullmatch(r"kg (validate|fmt --check)", hook["entry"])
        assert re.search(hook["files"], "data/cases/x.ttl") and not re.search(hook["files"], "README.md")


def test_the_steps_of_the_workflow_work(home: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "validate.yml").read_text())
    steps = {step["name"]: step for step in workflow["jobs"]["validate"]["steps"] if "run" in step}
    repo = home / "repo"
    (repo / "data" / "cases").mkdir(parents=True)
    (repo / ".venv" / "bin").mkdir(parents=True)
    tool = repo / ".venv" / "bin" / "kg"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kg "$@"\n')
    tool.chmod(0o755)

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words], cwd=repo, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def run(name: str, base: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "BASE": base, "PYTHONPATH": str(ROOT)}
        return subprocess.run(["bash", "-eo", "pipefail", "-c", steps[name]["run"]], cwd=repo, env=env, capture_output=True, text=True, check=False)

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "base")
    base = git("rev-parse", "HEAD")
    (repo / "README.md").write_text("no data")
    git("add", "README.md")
    git("commit", "-q", "-m", "no data")
    assert run("kg validate", base).stdout == "no data file changed\n"
    assert run("kg fmt --check", base).returncode == 0
    text = (WORLD / "cases" / "1992-03-01-raid.ttl").read_text()
    path = repo / "data" / "cases" / "1992 03; raid.ttl"
    path.write_text(text.replace("sv:actor state:BBB", "sv:actr state:BBB"))
    git("add", "data")
    git("commit", "-q", "-m", "data")
    found = run("kg validate", base)
    assert found.returncode == 123, "xargs says that a call failed"
    assert "::error" in found.stdout and "SV-CO13" in found.stdout
    assert run("kg fmt --check", base).returncode == 123
    path.write_text(text)
    subprocess.run([*KG, "fmt", str(path)], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    git("commit", "-q", "-am", "corrected")
    assert run("kg validate", base).returncode == 0
    assert run("kg fmt --check", base).returncode == 0
