"""The command line: exit codes, streams, one clear message for each kind of wrong input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.cli import COMMANDS, main

KG = [sys.executable, "-m", "kg"]


@pytest.fixture(autouse=True)
def use_store(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE", str(store))


def run(*words: str, stdin: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*KG, *words], env={**os.environ, **env}, capture_output=True, text=True, input=stdin, timeout=120, check=False)


def test_help_is_the_map(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "query"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = run(*(["plot", "timeline"] if command == "plot" else [command]), "--help")
    assert done.returncode == 0
    assert "example" in done.stdout
    assert "--store" in done.stdout


def test_query_help_names_formats_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "--help"]) == 0
    assert "jsonl" in capsys.readouterr().out
    assert main(["query", "run", "status", "--help"]) == 0
    assert "--owed-by" in capsys.readouterr().out


def test_version_names_code_data_ontology_rules_and_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("kg ", "data ", "ontology ", "rule set ", "cut-off 2026-06-30"))


WRONG = [
    (["vaildate"], "KG-US10", "validate"),
    (["query", "walk"], "KG-US10", "list"),
    (["query", "run"], "KG-US11", "query list"),
    (["query", "run", "unhonred"], "KG-US01", "unhonored"),
    (["query", "run", "status", "--owed-bye", "RUS"], "KG-US02", "owed-by"),
    (["query", "run", "status", "--owed-by"], "KG-US11", "--help"),
    (["query", "run", "status", "RUS"], "KG-US11", "--name value"),
    (["query", "run", "status", "--by", "Rusia"], "KG-US03", "russia"),
    (["query", "run", "status", "--agreement", "rus-irn-2024"], "KG-US05", "rus-irn-2025"),
    (["query", "run", "status", "--kind", "armd-attack"], "KG-US06", "armedAttack"),
    (["query", "run", "status", "--as-of", "2025-06-31"], "KG-US07", "YYYY-MM-DD"),
    (["query", "run", "status", "--as-of", "June 2025"], "KG-US07", "YYYY-MM-DD"),
    (["query", "run", "honoring-rate", "--per", "moon"], "KG-US08", "party"),
    (["query", "run", "status", "--limit", "0"], "KG-US11", "--help"),
    (["query", "run", "status", "--format", "docx"], "KG-US11", "--help"),
    (["query", "show", "statis"], "KG-US01", "status"),
    (["sparql", "SELECT ?s WHERE { ?s ?p"], "KG-US14", ""),
    (["sparql", "INSERT DATA { <urn:a> <urn:b> <urn:c> }"], "KG-US12", "SELECT"),
    (["sparql", "PREFIX a: <urn:a> DELETE WHERE { ?s ?p ?o }"], "KG-US12", "SELECT"),
    (["sparql", "SELECT * WHERE { SERVICE <http://127.0.0.1:1/x> { ?s ?p ?o } }"], "KG-US13", "SERVICE"),
    (["sparql", "ASK { ?s ?p ?o }", "--format", "turtle"], "KG-US15", "json"),
    (["validate"], "KG-US11", "-"),
    (["explain", "rus-irn-2025-art-3-3-no-aid"], "KG-US09", "did you mean"),
    (["plot", "axis-matrix"], "KG-US11", "--help"),
]


@pytest.mark.parametrize(("words", "code", "hint"), WRONG, ids=[" ".join(words)[:50] for words, _, _ in WRONG])
def test_wrong_usage_is_said_once_with_a_way_out(words: list[str], code: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(code), said.err
    assert hint.casefold() in said.err.casefold()
    assert "Traceback" not in said.err


def test_refused_files_exit_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("@prefix sv: <https://w3id.org/servanda/ontology#> .\nsv:a sv:b .\n")
    assert main(["validate", str(broken)]) == 3
    assert "broken.ttl:2:" in capsys.readouterr().err
    assert main(["validate", str(tmp_path / "none.ttl")]) == 3
    assert main(["validate", str(tmp_path / "file.docx")]) == 3
    assert main(["sparql", str(tmp_path / "none.rq")]) == 3
    assert main(["build", "--from", str(tmp_path / "nowhere"), "--store", str(tmp_path / "s")]) == 3
    capsys.readouterr()


def test_errors_are_json_where_json_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "run", "unhonred", "--format", "json"]) == 2
    said = json.loads(capsys.readouterr().err)
    assert said["error"]["code"] == "KG-US01"
    assert said["error"]["page"].endswith("#kg-us01")


def test_an_internal_error_is_code_4_and_a_trace_only_with_debug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("kg.query.find", fail)
    monkeypatch.setattr("kg.cli.query.find", fail)
    assert main(["query", "show", "status"]) == 4
    said = capsys.readouterr().err
    assert "KG-NI01" in said and "report" in said and "Traceback" not in said
    with pytest.raises(ZeroDivisionError):
        main(["query", "show", "status", "--debug"])


def test_parties_as_people_type_them(capsys: pytest.CaptureFixture[str]) -> None:
    outs = set()
    for name in ("PRK", "prk", "North Korea", "DPRK", "north korean", "state:PRK", "https://w3id.org/servanda/id/state/PRK"):
        assert main(["query", "run", "status", "--by", name, "--format", "csv"]) == 0
        outs.add(capsys.readouterr().out)
    assert len(outs) == 1
    assert "rus-prk-2024-art-4-aid" in outs.pop()


def test_an_empty_answer_says_what_was_searched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "run", "unhonored", "--by", "ISL"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == ""
    assert "no rows" in said.err and "ISL" in said.err


def test_a_closed_pipe_is_silent(store: Path) -> None:
    shell = f"{sys.executable} -m kg query run status --all --format csv --store {store} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", shell], capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("activation,")


def test_tables_fit_the_width_and_carry_verdict_words_and_symbols(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "run", "breached", "--width", "110"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 110
    assert "✗" in out and "breached" in out.replace("\n", "")


def test_the_handle_of_a_row_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "run", "breached", "--width", "110"]) == 0
    said = capsys.readouterr()
    handle = next(line.split()[0] for line in said.out.splitlines()[2:] if line[:1] == " " and line[1:8].strip().isalnum())
    assert f"kg explain {handle}" in said.err
    assert main(["explain", handle]) == 0
    assert "breached" in capsys.readouterr().out


def test_json_and_jsonl_hold_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", "run", "contested", "--format", "json"])
    whole = json.loads(capsys.readouterr().out)
    main(["query", "run", "contested", "--format", "jsonl"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert whole["rows"] == lines
    assert whole["count"] == len(lines) > 0
    assert whole["rows"][0]["activation"].startswith("https://w3id.org/servanda/id/activation/")
    assert all(iri.startswith("https://") and label for iri, label in whole["labels"].items())


@pytest.mark.parametrize("form", ["csv", "tsv", "markdown", "html", "table"])
def test_every_format_has_every_row(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "run", "treaty-kinds", "--format", form]) == 0
    assert "rus-prk-2024" in capsys.readouterr().out or form in ("markdown", "html", "table")


def test_hidden_rows_are_counted_and_shown_with_all(capsys: pytest.CaptureFixture[str]) -> None:
    main(["query", "run", "status", "--format", "json"])
    short = json.loads(capsys.readouterr().out)
    main(["query", "run", "status", "--all", "--format", "json"])
    long = json.loads(capsys.readouterr().out)
    assert short["hidden"] > 0 and long["hidden"] == 0
    assert short["count"] + short["hidden"] == long["count"]


def test_sparql_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sparql", "ASK { agreement:rus-prk-2024 a sv:DefensePact }"]) == 0
    assert capsys.readouterr().out == "true\n"
    assert main(["sparql", "SELECT ?a WHERE { ?a a sv:DefensePact } ORDER BY ?a LIMIT 2", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["head"]["vars"] == ["a"]
    assert main(["sparql", "CONSTRUCT { ?a a sv:Alliance } WHERE { ?a a sv:Alliance } ORDER BY ?a LIMIT 2", "--format", "nt"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    done = run("sparql", "-", stdin="ASK { ?s ?p ?o }")
    assert (done.returncode, done.stdout) == (0, "true\n")
    done = run("validate", "-", stdin="<https://w3id.org/servanda/id/state/ZZZ> a <https://w3id.org/servanda/ontology#State> .\n")
    assert done.returncode == 1
    assert "SV-" in done.stdout
