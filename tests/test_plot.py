"""Pictures: right, the same every time, whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from kg.cli import main
from kg.plot.timeline import binding
from kg.query import Answer, Base

pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")

MANIFEST = {"cut_off": "2026-06-30", "ruleset": "1.0.0", "data_version": "2026-06-30+00000000"}


def pair(a: str, b: str, **given: Any) -> dict[str, Any]:
    """A row of axis-matrix."""
    empty = {"defense": False, "consultation": False, "neutrality": False, "non_aggression": False, "agreements": [], "promised": ""}
    return {"party_a": a, "party_b": b} | empty | dict.fromkeys(("given_a_to_b", "given_b_to_a", "words_a_to_b", "words_b_to_a"), 0) | given


def answer(rows: list[dict[str, Any]], **params: Any) -> Answer:
    """An answer with these rows."""
    return Answer("axis-matrix", params, [], rows, {"x:A": "Avalon", "x:B": "Bohemia", "x:C": "Cockaigne"}, MANIFEST)


def test_matrix_says_what_the_rows_say() -> None:
    """Title and description hold the counts; each ordered pair has its own."""
    from matplotlib.text import Text

    from kg.plot.matrix import matrix

    drawing = matrix(answer([pair("x:A", "x:B", defense=True, given_a_to_b=3, words_b_to_a=2), pair("x:A", "x:C"), pair("x:B", "x:C")], on="2025-06-13"))
    assert drawing.title == "Is it a bloc? 1 of 3 pairs has a defense duty"
    assert "Avalon and Bohemia promised defense; Avalon gave 3 material and 0 verbal acts, Bohemia 0 and 2." in drawing.description
    assert "Avalon and Cockaigne promised nothing" in drawing.description
    shown = [text.get_text() for text in drawing.figure.findobj(Text) if isinstance(text, Text)]
    assert any("2025-06-13" in text for text in shown) and any("rule set 1.0.0" in text for text in shown)
    assert shown.count("3") == 1 and shown.count("2") == 1


def test_binding_needs_two_parties() -> None:
    """An agreement binds on the days on which two different parties are bound."""
    periods = [
        ("A", ("2000-01-01", "2010-12-31")),
        ("A", ("2015-01-01", "9999-12-31")),
        ("B", ("2005-01-01", "2020-12-31")),
        ("C", ("9999-12-31", "9999-12-31")),
    ]
    assert binding(periods, set()) == [("2005-01-01", "2010-12-31"), ("2015-01-01", "2020-12-31")]
    assert binding(periods, {"C"}) == []


@pytest.fixture
def drawn(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store that the command reads."""
    monkeypatch.setenv("KG_STORE", str(store))
    return store


@pytest.mark.parametrize(
    "words",
    [
        ["axis-matrix"],
        ["axis-matrix", "--on", "2024-01-01"],
        ["timeline", "--party", "IRN", "--from", "2025-01-01"],
        ["timeline", "--agreement", "rus-prk-2024"],
    ],
)
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_same_picture_every_time(drawn: Path, tmp_path: Path, words: list[str], ending: str) -> None:
    """Two runs give the same bytes, and leave nothing else behind."""
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    assert main(["plot", *words, "-o", str(first)]) == 0
    assert main(["plot", *words, "-o", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [first.name, second.name]


def test_two_of_six_pairs_only_since_december_2024(drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The treaty of Russia and the DPRK bound them from 2024-12-04."""
    for day, expected in (("2024-12-03", "1 of 6 pairs has"), ("2024-12-04", "2 of 6 pairs have")):
        assert main(["plot", "axis-matrix", "-o", str(tmp_path / "axis.svg"), "--on", day]) == 0
        assert expected in capsys.readouterr().out


def test_matrix_counts_are_those_of_the_query(drawn: Path) -> None:
    """The picture reads the counts by the names that the query gives them."""
    from kg.plot.matrix import _COUNTS, _count
    from kg.query import run

    rows = run("axis-matrix", Base(drawn)).rows
    assert sum(_count(row, key) for row in rows for key in _COUNTS) > 0
    assert all(sum(name.replace("_", "") == key.replace("_", "") for name in rows[0]) == 1 for key in _COUNTS)


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["plot", "timeline", "-o", "x.pdf"], "KG-US21", 2),
        (["plot", "pie", "-o", "x.svg"], "KG-US22", 2),
        (["plot", "timeline"], "KG-US11", 2),
        (["plot", "timeline", "-o", "x.svg", "--from", "2300-01-01"], "KG-US23", 2),
        (["plot", "timeline", "-o", "x.svg", "--party", "Atlantis"], "KG-US03", 2),
        (["plot", "timeline", "-o", "no/such/folder/x.svg"], "KG-OU01", 3),
    ],
)
def test_refusals(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], code: str, exit_code: int
) -> None:
    """A code, an exit code, and no file."""
    monkeypatch.chdir(tmp_path)
    assert main(words) == exit_code
    assert capsys.readouterr().err.startswith(code)
    assert list(tmp_path.iterdir()) == []


def test_failed_picture_leaves_the_old_one(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced whole or not at all."""
    from matplotlib.figure import Figure

    target = tmp_path / "axis.svg"
    target.write_text("old")

    def fail(self: Figure, aside: Path, **rest: Any) -> None:
        aside.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", fail)
    assert main(["plot", "axis-matrix", "-o", str(target)]) == 3
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["axis.svg"]


def test_without_matplotlib(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal gives the line that installs it."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["plot", "axis-matrix", "-o", str(tmp_path / "axis.svg")]) == 2
    assert "KG-US20" in (error := capsys.readouterr().err) and "pip install 'servanda[plot]'" in error
