"""``kg stats`` and ``kg doctor``."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kg import doctor
from kg.cli import main
from kg.namespaces import CODE, SV
from kg.query import Base, run
from kg.stats import counts

ROOT = Path(__file__).parent.parent


def conforms(document: Any, name: str) -> None:
    """Check a document against its JSON Schema."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "docs" / "reference" / "schemas" / name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)


def test_stats_as_json(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The document fits its schema, and its parts do not exceed their wholes."""
    assert main(["stats", "--format", "json", "--store", str(store)]) == 0
    document = json.loads(capsys.readouterr().out)
    conforms(document, "stats.json")
    found = document["counts"]
    assert found["agreements"] >= 10 and found["quads"] > 10_000
    assert found["provisions_with_quote"] <= found["provisions"]
    assert found["activations_reviewed"] <= found["activations"] == sum(found["activations_by_status"].values())
    assert found["actions_of_assistance"] + found["actions_of_words"] <= found["actions"]
    assert sum(found["sources_by_kind"].values()) >= found["sources"]


def test_stats_agree_with_the_queries(store: Path) -> None:
    """Counted here and listed there: the same number."""
    base = Base(store)
    found = counts(base)
    breached = {row["activation"] for row in run("breached", base, all=True).rows if row["assessor_kind"] == "ruleset"}
    assert found["verdicts_by_rule"]["breached"] == len(breached) > 0
    assert found["quads"] == len(base.store)


def test_what_rests_on_weak_sources_only(store: Path) -> None:
    """Counted by a query, and again one thing at a time."""
    base = Base(store)
    weak = {s for s, _ in base.engine.select(f"SELECT ?s ?q WHERE {{ ?s <{SV}sourceQuality> ?q FILTER(?q = <{CODE}sourceQuality/weak>) }}").rows}
    cited: dict[object, set[object]] = {}
    for thing, source in base.engine.select(f"SELECT ?x ?s WHERE {{ ?x <{SV}hasSource> ?s }}").rows:
        cited.setdefault(thing, set()).add(source)
    assert counts(base)["resting_on_weak_sources_only"] == sum(sources <= weak for sources in cited.values()) > 0


def test_stats_as_text(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One count a line."""
    assert main(["stats", "--store", str(store)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^agreements +\d+$", out, re.MULTILINE) and re.search(r"^share of provisions with quote +\d+%$", out, re.MULTILINE)


def test_doctor_on_a_healthy_store(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that is needed is there, and the store's folder is named with how to remove it."""
    assert main(["doctor", "--format", "json", "--store", str(store)]) == 0
    document = json.loads(capsys.readouterr().out)
    conforms(document, "doctor.json")
    checks = {check["name"]: check for check in document["checks"]}
    assert all(check["ok"] for check in checks.values() if check["needed"])
    assert str(store) in checks["store folder"]["detail"] and "remove" in checks["store folder"]["detail"]
    assert checks["store is fresh"]["ok"]


def test_doctor_builds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a store it says so, and makes none."""
    assert main(["doctor", "--store", str(tmp_path / "none")]) == 0
    assert "not built yet" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_doctor_on_a_broken_store(store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged store is reported with its fix, and the exit code is 3."""
    broken = tmp_path / "store"
    shutil.copytree(store, broken)
    for manifest in broken.glob("generations/*/manifest.json"):
        manifest.write_text("{")
    assert main(["doctor", "--store", str(broken)]) == 3
    out = capsys.readouterr().out
    assert "FAILS" in out and "kg build --force" in out


def test_doctor_says_what_to_install(monkeypatch: pytest.MonkeyPatch, store: Path) -> None:
    """A missing extra is no failure; a missing package is."""
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    monkeypatch.setattr(doctor, "_version", lambda _: None)
    found = {check.name: check for check in doctor.checks(store)}
    assert found["extra plot"].fix == "run: pip install 'servanda[plot]'" and not found["extra plot"].needed
    assert found["package pyoxigraph"].needed and not found["package pyoxigraph"].ok


def test_doctor_knows_the_packages_of_the_project() -> None:
    """What it looks for is what pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {re.split(r"[<>=~ \[]", line)[0].lower() for line in project["dependencies"]} == set(doctor.NEEDED)
    for extra, packages in doctor.EXTRAS.items():
        assert {re.split(r"[<>=~ \[]", line)[0].lower() for line in project["optional-dependencies"][extra]} == set(packages)
