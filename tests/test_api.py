"""The Python API: the same answers as the command, typed, shown in a notebook, converted to pandas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.api import Record, build
from kg.cli import main
from kg.errors import UsageError


@pytest.fixture(scope="module")
def record(store: Path) -> Record:
    return Record(store)


def test_run_gives_what_the_command_prints(record: Record, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", "run", "breached", "--format", "json", "--store", str(store)])
    assert record.run("breached").document() == json.loads(capsys.readouterr().out)


def test_answers_convert_to_pandas_and_show_in_a_notebook(record: Record) -> None:
    answer = record.run("treaty-kinds", limit=3)
    frame = answer.to_pandas()
    assert list(frame.columns) == [column["name"] for column in answer.columns]
    assert len(frame) == len(answer) == 3
    assert answer._repr_html_().startswith("<table>")


def test_explain_whatif_validate_stats(record: Record) -> None:
    text = record.explain("RUS--IRN--2025-06-13-iran-war").text()
    assert "No agreement in the record obliged Russia to help Iran" in " ".join(text.split())
    assert "<pre>" in record.whatif("armed-attack", target="PRK", initiator="USA", on="2027-01-01")._repr_html_()
    from kg.resources import folder

    assert record.validate(folder("data") / "cases" / "2025-06-13-iran-war.ttl").conforms
    assert record.stats()["agreements"] > 20
    assert "unhonored" in record.queries()


def test_select_is_for_select_only(record: Record) -> None:
    assert record.select("SELECT ?a WHERE { ?a a sv:DefensePact } ORDER BY ?a LIMIT 1").names == ["a"]
    with pytest.raises(UsageError):
        record.select("ASK { ?s ?p ?o }")


def test_build(tmp_path: Path) -> None:
    from conftest import WORLD

    assert build(tmp_path / "s", [WORLD]).action == "built"
    assert build(tmp_path / "s", [WORLD]).action == "unchanged"
    assert len(Record(tmp_path / "s").run("status")) == 2
