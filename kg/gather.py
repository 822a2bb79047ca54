"""Files read for a contribution, tables and RDF together, and checked with the base as context."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.errors import InputError
from kg.namespaces import GRAPH, PREFIXES
from kg.read import read_data, show_path
from kg.rows import Problem, Table, names_of, read_tables

if TYPE_CHECKING:
    from kg.check import Report
    from kg.query import Base
    from kg.validate import Result

NOT_DATA = ("derived/", "schemes/", "ontology/")


@dataclass(frozen=True)
class Reading:
    """Files read for a contribution: their ``triples`` and the graph they replace, if any, with the ``report`` of the check."""

    triples: list[ox.Triple]
    replaces: str | None
    report: Report


def read_and_check(paths: list[Path], base: Base, engine: str | None = None) -> Reading:
    """Read CSV, Excel and RDF files together and check them against the shapes, with the base as context.

    Problems of a table are placed at its row and column. Raises InputError where a file cannot be read at all,
    or stands for a graph of the base that has changed since it was exported.
    """
    from kg.check import Report, check

    tables, others = _by_kind(paths)
    table = read_tables([sheet for path in tables for sheet in _sheets(path)], names_of(base)) if tables else Table()
    _refuse_stale(table, base, paths)
    problems = [_problem(found) for found in table.problems]
    with tempfile.TemporaryDirectory() as scratch:
        stand_in = Path(scratch) / _stand_in(table)
        stand_in.parent.mkdir(parents=True, exist_ok=True)
        stand_in.write_bytes(ox.serialize(table.triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b"")
        report = check([*([stand_in] if table.triples else []), *others], base, engine)
        unread = {(id(found.sheet), found.row) for found in table.problems}
        results = [placed for result in report.results if (placed := _placed(result, table, stand_in, unread)) is not None]
    triples = list(table.triples) + [triple for document in read_data(others) for triple in document.triples]
    replaces = GRAPH + table.replaces[0] if table.replaces else None
    return Reading(triples, replaces, Report(problems + results, report.engine))


def _by_kind(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    from kg.sheets import SUFFIXES

    tables = [path for path in paths if path.suffix.lower() in SUFFIXES]
    return tables, [path for path in paths if path not in tables]


def _sheets(path: Path) -> list[Any]:
    from kg.sheets import read_sheets

    return read_sheets(path)


def _stand_in(table: Table) -> str:
    """Where the triples of tables are put for the check: named so that they stand for the graph they replace."""
    return f"{table.replaces[0]}.ttl" if table.replaces else "contribution/table.ttl"


def _refuse_stale(table: Table, base: Base, paths: list[Path]) -> None:
    if table.replaces is None:
        return
    name, mark = table.replaces
    place = ", ".join(map(show_path, paths))
    triples = own_triples(base.store, GRAPH + name)
    if not triples or name.startswith(NOT_DATA):
        raise InputError("KG-CT14", f"there is no graph {name!r} to replace", place=place, fix="export it again, or remove the row 'replaces'")
    if mark != mark_of(triples):
        raise InputError("KG-CT14", f"the graph {name!r} has changed since it was exported", place=place, fix="export it again, and make your changes there")


def own_triples(store: ox.Store, graph: str) -> list[ox.Triple]:
    """The triples of a named graph, sorted, without what a contribution says of itself."""
    node = ox.NamedNode(graph)
    found = [ox.Triple(q.subject, q.predicate, q.object) for q in store.quads_for_pattern(None, None, None, node) if q.subject != node]
    return sorted(found, key=str)


def mark_of(triples: Iterable[ox.Triple]) -> str:
    """A mark of triples: the same for the same triples."""
    return "sha256:" + hashlib.sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()[:16]


def _problem(found: Problem) -> Result:
    from kg.validate import Result

    place = _cell(found.sheet, found.row, found.column)
    doc = f"docs/reference/errors.md#{found.code.lower()}"
    return Result(found.code, "violation", "", None, None, found.message, found.fix, doc, **place)


def _cell(sheet: Any, row: int, column: int) -> dict[str, Any]:
    return {"file": sheet.place(row, column).rsplit(":", 2)[0], "line": row, "column": column}


def _placed(result: Result, table: Table, stand_in: Path, unread: set[tuple[int, int]]) -> Result | None:
    """A result on the triples of a table, at its cell; None where the row has cells that could not be read."""
    if result.focus not in table.rows or (result.file is not None and Path(result.file).name != stand_in.name):
        return result
    place = _find_cell(result, table)
    return None if (id(place[0]), place[1]) in unread else replace(result, **_cell(*place))


def _find_cell(result: Result, table: Table) -> tuple[Any, int, int]:
    about = [(t, place) for t, place in table.triples.items() if t.subject.value == result.focus and t.predicate.value == result.path]  # type: ignore[union-attr]
    for triple, place in about:
        if getattr(triple.object, "value", None) == result.value:
            return place
    return about[0][1] if about else table.rows[result.focus]
