"""Two hundred single faults in copies of the packaged files: each is found at its statement, and unchanged files raise no alarm."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from faults import KINDS, Fault, make_fault

from kg.check.files import Refused, Report, check
from kg.query import Base
from kg.resources import folder

FAULTS = 200


def report_on(text: str, path: Path, folder_: Path, base: Base) -> Report:
    """The report on a text that stands for a packaged file."""
    copy = folder_ / path.parent.name / path.name
    copy.parent.mkdir(exist_ok=True)
    copy.write_text(text, encoding="utf-8")
    try:
        return check([copy], base)
    except Refused as error:
        return error.report


def generated() -> list[tuple[Path, Fault]]:
    files = [path for path in sorted(folder("data").rglob("*.ttl")) if path.parent.name != "data"]
    choose = random.Random(3)
    made: list[tuple[Path, Fault]] = []
    for number in range(10_000):
        path = choose.choice(files)
        fault = make_fault(path.read_text(encoding="utf-8"), (number * 7 + len(made)) % 997 * (len(KINDS) + 1) + len(made) % (len(KINDS) + 1))
        if fault is not None:
            made.append((path, fault))
        if len(made) == FAULTS:
            return made
    raise AssertionError("too few faults")


@pytest.mark.slow
def test_unchanged_files_raise_no_alarm(base: Base) -> None:
    report = check(sorted(folder("data").rglob("*.ttl")), base)
    alarms = [
        (result.file, result.line, result.code, result.message)
        for result in report.results
        if result.severity == "violation" or result.code.startswith("SV-LN")
    ]
    assert alarms == []


@pytest.mark.slow
def test_every_fault_is_found_at_its_statement_and_nothing_else_is(base: Base, tmp_path: Path) -> None:
    faults = generated()
    assert len(Counter(fault.kind for _, fault in faults)) == len(KINDS) + 1
    before: dict[Path, set[tuple[str, str, str | None]]] = {}
    missed, false = [], []
    for path, fault in faults:
        if path not in before:
            unchanged = report_on(path.read_text(encoding="utf-8"), path, tmp_path, base)
            before[path] = {(result.code, result.focus, result.value) for result in unchanged.results}
        report = report_on(fault.text, path, tmp_path, base)
        new = [result for result in report.results if (result.code, result.focus, result.value) not in before[path]]
        if not any(result.line in fault.lines for result in new):
            missed.append((path.name, fault.kind, fault.focus, sorted(fault.lines), [(result.code, result.line, result.focus) for result in new]))
        false += [(path.name, fault.kind, fault.focus, result.code, result.line, result.focus) for result in new if not expected(result.focus, fault)]
    assert missed == []
    assert false == []


def expected(focus: str, fault: Fault) -> bool:
    """A result about the faulty thing itself, about the text as a whole, or about a thing that points at it or is checked with it."""
    return focus in (fault.focus, "") or fault.kind in (
        "unknown class",
        "wrong kind of thing",
        "missing field",
        "misspelt property",
        "second value",
        "dangling reference",
        "reversed interval",
    )
