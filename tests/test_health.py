"""Data health and the comparison with ATOP: what the record must hold, and what differs from a data set that the user supplies."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import WORLD, Run

from kg.build import build
from kg.cli import main
from kg.compare.atop import compare
from kg.query import Base
from kg.stats import counts

HEADER = "atopid,begyr,defense,offense,neutral,nonagg,consul\n"


def test_the_record_is_as_healthy_as_it_must_be(run: Run) -> None:
    code, out, _ = run("stats", "--check")
    assert code == 0, out[out.index("health:") :]
    assert "✗" not in out


@pytest.fixture
def copied(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the small world's data, and a store for it."""
    data = tmp_path / "data"
    shutil.copytree(WORLD, data)
    return data, tmp_path / "store"


def test_an_assertion_that_fails_is_marked_and_checked(copied: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    data, store = copied
    (data / "health.yaml").write_text(
        "agreements: {at_least: 9999, why: never enough}\nsources: {at_most: 9999}\nverdicts_by_people.breached: {at_most: 9999}\n"
    )
    build(store, [data])
    capsys.readouterr()
    assert main(["stats", "--store", str(store)]) == 0
    out = capsys.readouterr().out
    assert "health: 2 of 3 assertions hold" in out and "✗ agreements:" in out and "at least 9,999: never enough" in out
    assert main(["stats", "--check", "--format", "json", "--store", str(store)]) == 1
    health = json.loads(capsys.readouterr().out)["health"]
    assert [one["holds"] for one in health] == [False, True, True]
    assert health[0]["value"] == counts(Base(store))["agreements"]


@pytest.mark.parametrize(
    "text",
    [
        "- a list\n",
        "no_such_count: {at_least: 1}\n",
        "agreements: {least: 1}\n",
        "agreements: {at_least: many}\n",
        "agreements: 3\n",
        "a: [\n",
        "agreements: {why: none}\n",
    ],
)
def test_a_wrong_file_of_assertions_is_refused(copied: tuple[Path, Path], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    data, store = copied
    build(store, [data])
    (data / "health.yaml").write_text(text)
    capsys.readouterr()
    assert main(["stats", "--store", str(store)]) == 3
    err = capsys.readouterr().err
    assert err.startswith("KG-IN16") and "health.yaml" in err


def test_atop_alike_different_and_explained(copied: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Invented rows under the numbers of the invented world: one alike, one different, one that the file lacks."""
    data, store = copied
    build(store, [data])
    base = Base(store)
    kinds = {
        row[0].value: {kind.rsplit("#", 1)[1] for kind in row[1].value.split()}
        for row in base.engine.select(
            "PREFIX sv: <https://w3id.org/servanda/ontology#> SELECT ?a (GROUP_CONCAT(DISTINCT STR(?k); SEPARATOR=' ') AS ?ks) WHERE { ?a a ?k . ?o sv:underAgreement ?a } GROUP BY ?a ORDER BY ?a"
        ).rows
        if row[0] is not None and row[1] is not None
    }
    defense = next(iri for iri, found in kinds.items() if "DefensePact" in found)
    path = next(path for path in data.rglob("*.ttl") if f"agreement:{defense.rsplit('/', 1)[1]} a " in path.read_text())
    path.write_text(
        path.read_text().replace(
            f"agreement:{defense.rsplit('/', 1)[1]} a sv:Treaty ;", f'agreement:{defense.rsplit("/", 1)[1]} a sv:Treaty ; sv:atopId "7" ;', 1
        )
    )
    build(store, [data])
    ours = {"DefensePact": "defense", "OffensePact": "offense", "NeutralityPact": "neutral", "NonAggressionPact": "nonagg", "ConsultationPact": "consul"}
    same = {code: int(kind in kinds[defense]) for kind, code in ours.items()}
    file = tmp_path / "atop.csv"

    def write(codes: dict[str, int], number: int = 7) -> None:
        file.write_text(HEADER + f"{number},1950,{','.join(str(codes[code]) for code in ('defense', 'offense', 'neutral', 'nonagg', 'consul'))}\n")

    write(same)
    assert [(one.ours, one.theirs, one.listed) for one in compare(Base(store), file)] == [([], [], True)]
    write(same | {"defense": 0, "offense": 1 - same["offense"]})
    capsys.readouterr()
    assert main(["compare", "atop", str(file), "--store", str(store)]) == 1
    out = capsys.readouterr().out
    assert "NOT EXPLAINED" in out and "1 differ" in out and "2 differences, 2 without an explanation" in out
    (data / "atop.yaml").write_text(f"{defense.rsplit('/', 1)[1]}: {{defense: ours alone, offense: theirs alone}}\n")
    assert main(["compare", "atop", str(file), "--store", str(store)]) == 0
    assert "ours alone" in capsys.readouterr().out
    write(same, number=8)
    assert main(["compare", "atop", str(file), "--format", "json", "--store", str(store)]) == 0
    assert [one["listed"] for one in json.loads(capsys.readouterr().out)["agreements"]] == [False]


def test_broken_explanations_are_refused(copied: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, store = copied
    build(store, [data])
    (data / "atop.yaml").write_text("a: [\n")
    (tmp_path / "atop.csv").write_text(HEADER)
    assert main(["compare", "atop", str(tmp_path / "atop.csv"), "--store", str(store)]) == 3
    assert "KG-IN16" in capsys.readouterr().err


def test_a_file_that_is_not_atop_is_refused(world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    assert main(["compare", "atop", str(file), "--store", str(world)]) == 3
    assert "no column atopid, consul, defense, neutral, nonagg, offense" in capsys.readouterr().err
    assert main(["compare", "atop", str(tmp_path / "none.csv"), "--store", str(world)]) == 3
    assert capsys.readouterr().err.startswith("KG-IN17")


@pytest.mark.skipif(not os.environ.get("KG_ATOP"), reason="KG_ATOP names no ATOP alliance file, which is its authors' to give")
def test_every_difference_from_atop_is_explained(run: Run) -> None:
    code, out, _ = run("compare", "atop", os.environ["KG_ATOP"])
    assert code == 0, out
