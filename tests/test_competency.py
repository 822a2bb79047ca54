"""The competency questions: what the record must be able to answer, and the right answers, as written down in tests/competency."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kg.cli.query import _given
from kg.namespaces import local
from kg.query import Base, find, run

FOLDER = Path(__file__).parent / "competency"
FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
Row = tuple[str, ...]


@dataclass
class Expectation:
    """What must come out of one query: ``how`` is exactly, among, never or count."""

    how: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    count: int = 0


@dataclass
class Asked:
    """One query of a question, as the words after ``kg query run``, and what must come out of it."""

    words: list[str]
    expectations: list[Expectation] = field(default_factory=list)


_HOW = {"Answer:": "exactly", "Among the answers:": "among", "Never:": "never"}


def read(path: Path) -> tuple[str, list[Asked]]:
    """The question, and its queries with their expectations. Raises where a line is not as README.md says."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ") and lines[0].endswith("?"), f"{path.name}: the first line is the question"
    asked: list[Asked] = []
    for line in lines[1:]:
        if line.startswith("    kg query run "):
            asked.append(Asked(shlex.split(line)[3:]))
        elif line.startswith("|"):
            _table_line(asked[-1].expectations[-1], line)
        elif line in _HOW:
            asked[-1].expectations.append(Expectation(_HOW[line]))
        elif line.startswith("Answer: "):
            word = line.split()[1].rstrip(".")
            asked[-1].expectations.append(Expectation("count", count=0 if word == "none" else int(word)))
    return lines[0][2:], asked


def _table_line(expectation: Expectation, line: str) -> None:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.strip("| ") else [""]
    if not expectation.columns:
        expectation.columns = cells
    elif set(line) - set("|-: ") or "-" not in line:
        expectation.rows.append(tuple(cells))


def plain(value: Any) -> str:
    """A value as the tables have it: last part of an IRI, ``true`` or ``false``, several values sorted, none empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(sorted(map(plain, value)))
    return local(value) if isinstance(value, str) and value.startswith("http") else str(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answer(path: Path, base: Base) -> None:
    _, asked = read(path)
    for query in asked:
        entry = find(base.catalog, query.words[0])
        answer = run(query.words[0], base, **_given(query.words[1:], entry))
        for expectation in query.expectations:
            found = {tuple(plain(row[column]) for column in expectation.columns) for row in answer.rows}
            wanted = set(expectation.rows)
            where = f"{path.name}: {' '.join(query.words)}"
            if expectation.how == "count":
                assert len(answer) == expectation.count, f"{where}: {[[plain(value) for value in row.values()] for row in answer.rows[:3]]}"
            elif expectation.how == "exactly":
                assert found == wanted, where
            elif expectation.how == "among":
                assert wanted <= found, f"{where}: lacks {sorted(wanted - found)}, has {sorted(found)[:12]}"
            else:
                assert not wanted & found, where


def test_every_question_is_whole() -> None:
    assert len(FILES) >= 20
    questions = set()
    for path in FILES:
        question, asked = read(path)
        questions.add(question)
        assert asked, f"{path.name} asks nothing"
        for query in asked:
            assert query.expectations, f"{path.name}: no answer to {query.words}"
            for expectation in query.expectations:
                assert expectation.how == "count" or expectation.rows, f"{path.name}: an empty table"
                assert all(len(row) == len(expectation.columns) for row in expectation.rows), f"{path.name}: a row of another width"
    assert len(questions) == len(FILES), "a question is asked twice"


def test_the_traps_are_here() -> None:
    numbers = {int(path.stem.split("-")[1]) for path in FILES if path.stem.startswith("trap-")}
    assert set(range(1, 14)) - {11} <= numbers, "trap 11 is in test_traps.py"


def test_a_wrong_answer_is_noticed(tmp_path: Path, base: Base) -> None:
    text = (FOLDER / "01-russia-defend-iran-2025.md").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.md"
    wrong.write_text(text.replace("| forbids |", "| requires |"), encoding="utf-8")
    with pytest.raises(AssertionError):
        test_answer(wrong, base)
