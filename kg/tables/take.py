"""Tables among the files to check: each sheet as one file taken in, every statement at its row and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.contributions import NOT_DATA, mark_of, own_triples
from kg.errors import InputError
from kg.intake.lines import Grid
from kg.intake.positions import Written
from kg.intake.take import Taken, data_of
from kg.namespaces import GRAPH
from kg.read import Document, show_path
from kg.tables.rows import Problem, Table, names_of, read_tables
from kg.tables.sheets import Sheet, read_sheets

if TYPE_CHECKING:
    from kg.query import Base
    from kg.validate import Result


@dataclass(frozen=True)
class Tables:
    """Tables taken in: the sheets ``taken``, the ``problems`` of their cells, what could not be read at all (``refused``),
    and the graph of the base that they stand for, if any (``replaces``, with its ``mark`` when it was exported)."""

    taken: list[Taken] = field(default_factory=list)
    problems: list[Result] = field(default_factory=list)
    refused: list[InputError] = field(default_factory=list)
    replaces: str | None = None
    mark: str | None = None


def take_tables(paths: list[Path], base: Base, ending: str | None = None) -> Tables:
    """Take in CSV and Excel files together: a row of one may name a thing of another. ``ending`` overrides the files' own.

    Raises InputError where they stand for a graph of the base that has changed since it was exported.
    """
    sheets: list[Sheet] = []
    refused: list[InputError] = []
    for path in paths:
        try:
            data, named = data_of(path, ending or path.suffix.lower())
            sheets += read_sheets(named, data, ending)
        except InputError as error:
            refused.append(error)
    table = read_tables(sheets, names_of(base)) if sheets else Table()
    replaces, mark = table.replaces or (None, None)
    if replaces is not None:
        _refuse_stale(replaces, mark, base, paths)
    graph = GRAPH + replaces if replaces else None
    taken = {id(sheet): _taken(sheet, table, graph) for sheet in sheets}
    problems = [_result(found, taken[id(found.sheet)].place) for found in table.problems]
    return Tables(list(taken.values()), problems, refused, graph, mark)


def _refuse_stale(name: str, mark: str | None, base: Base, paths: list[Path]) -> None:
    place = ", ".join(map(show_path, paths))
    triples = own_triples(base.store, GRAPH + name)
    if not triples or name.startswith(NOT_DATA):
        raise InputError("KG-CT14", f"there is no graph {name!r} to replace", place=place, fix="export it again, or remove the row 'replaces'")
    if mark != mark_of(triples):
        raise InputError("KG-CT14", f"the graph {name!r} has changed since it was exported", place=place, fix="export it again, and make your changes there")


def _taken(sheet: Sheet, table: Table, graph: str | None) -> Taken:
    grid = Grid(sheet.rows)
    path = Path(f"{sheet.path}[{sheet.name}]") if sheet.name else sheet.path
    written = list(_written(sheet, table, grid))
    triples = tuple(ox.Triple(one.subject, one.predicate, one.object) for one in written)
    return Taken(Document(path, graph or path.absolute().as_uri(), triples), "", grid, written=written)


def _written(sheet: Sheet, table: Table, grid: Grid) -> Iterable[Written]:
    for triple, (where, row, column) in table.triples.items():
        if where is sheet:
            home, *named = table.rows.get(getattr(triple.subject, "value", ""), (None, 0, 0))
            subject = grid.at(*named) if home is sheet else grid.at(row, column)
            yield Written(triple.subject, triple.predicate, triple.object, None, subject, grid.at(row, column), grid.at(row, column))  # type: ignore[arg-type]


def _result(found: Problem, place: str) -> Result:
    from kg.validate import Result

    doc = f"docs/reference/errors.md#{found.code.lower()}"
    return Result(found.code, "violation", "", None, None, found.message, found.fix, doc, place, found.row, found.column)
