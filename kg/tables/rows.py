"""Rows of a table into triples, each with its row and column, and back without loss."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.intake.take import SCAN_LIMIT
from kg.namespaces import GRAPH, ID, KINDS, PREFIXES, SV, expand, short
from kg.params import nearest
from kg.tables.cells import CellError, Names, Term, decode, encode, exact, join, split
from kg.tables.columns import BY_PROPERTY, COLUMNS, KINDS_BY_WORD, REPLACES, WHAT, Column, header, kind_prefix, plain, what_of
from kg.tables.sheets import Sheet

if TYPE_CHECKING:
    from kg.query import Base

TYPE = PREFIXES["rdf"] + "type"
_NAMED_BY = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "altLabel", PREFIXES["dcterms"] + "title")
_TYPES = Column("what", TYPE, "thing", "what it is", ())
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_GRAPH_NAME = re.compile(r"[A-Za-z]+/[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read: ``code``, why, what to do, and its place (``sheet``, ``row`` and ``column`` from 1)."""

    code: str
    message: str
    fix: str
    sheet: Sheet
    row: int
    column: int


@dataclass
class Table:
    """What sheets state: ``triples`` with the cell each was read from, ``problems``, and the graph of the base they ``replace``.

    ``replaces`` is (name of the graph below …/graph/, its digest when it was exported).
    """

    triples: dict[ox.Triple, tuple[Sheet, int, int]] = field(default_factory=dict)
    rows: dict[str, tuple[Sheet, int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    replaces: tuple[str, str] | None = None


@dataclass
class _Stored(Names):
    """The things of a big base: names are looked up one by one, as they are written, in English."""

    store: ox.Store = field(default_factory=ox.Store)

    def has(self, iri: str) -> bool:
        """Whether there is such a thing."""
        return iri in self.known or any(self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(TYPE), None))

    def called(self, word: str) -> list[str]:
        """The things of this name."""
        literal = ox.Literal(word, language="en")
        found = {str(getattr(quad.subject, "value", "")) for name in _NAMED_BY for quad in self.store.quads_for_pattern(None, ox.NamedNode(name), literal)}
        return sorted({iri for iri in found if iri.startswith(ID)} | set(super().called(word)))


def names_of(base: Base | None) -> Names:
    """Every thing of the base and its names, for cells to refer to."""
    if base is None:
        return Names()
    if base.manifest["quads"] > SCAN_LIMIT:
        return _Stored(store=base.store)
    names = Names()
    found: dict[str, list[str]] = {}
    text = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcterms: <http://purl.org/dc/terms/>
      SELECT DISTINCT ?thing ?name WHERE { ?thing a ?kind . OPTIONAL { ?thing rdfs:label|skos:altLabel|dcterms:title ?name } } ORDER BY ?thing"""
    for thing, name in base.engine.select(text).rows:
        if thing is not None and thing.value.startswith(ID):
            names.known.add(thing.value)
            if name is not None and thing.value not in found.setdefault(name.value.casefold(), []):
                found[name.value.casefold()].append(thing.value)
    names.names = found
    return names


def read_tables(sheets: Iterable[Sheet], base: Names | None = None) -> Table:
    """Read sheets together: a row may name a thing of another row, of another sheet or of the base."""
    sheets = list(sheets)
    base = base or Names()
    table = Table()
    rows = [row for sheet in sheets for row in _rows(sheet, table)]
    mine = {iri for row in rows for iri in [row.iri()] if iri}
    labels: dict[str, list[str]] = {name: list(iris) for name, iris in base.names.items()}
    for row in rows:
        for name in ("label", "title", "other_names"):
            for word in split(row.get(name)):
                iri = row.iri()
                if iri and iri not in labels.setdefault(word.casefold(), []):
                    labels[word.casefold()].append(iri)
    names = replace(base, known=base.known | mine, names=labels)
    for row in rows:
        _read_row(row, table, names)
    return table


@dataclass(frozen=True)
class _Row:
    sheet: Sheet
    number: int
    cells: dict[str, tuple[int, str]]  # column name -> position from 1, text
    columns: dict[str, Column]

    def get(self, name: str) -> str:
        return self.cells.get(name, (0, ""))[1].strip()

    def words(self) -> list[str]:
        return [plain(word) for word in split(self.get("what")) if not word.startswith("<")]

    def iri(self) -> str | None:
        """The thing that the row is about, or None where its name cannot be read."""
        word = self.get("id")
        if word.startswith("<") and word.endswith(">"):
            return word[1:-1]
        prefix, colon, _ = word.partition(":")
        if colon and (prefix in KINDS or word.startswith(("http://", "https://"))):
            return expand(word)
        kinds = {KINDS_BY_WORD[name][1] for name in self.words() if name in KINDS_BY_WORD}
        return f"{ID}{KINDS[kinds.pop()]}/{word}" if len(kinds) == 1 and _NAME.fullmatch(word) else None


def _rows(sheet: Sheet, table: Table) -> list[_Row]:
    """The rows that state something; headers that mean nothing become problems."""
    if not sheet.rows:
        table.problems.append(Problem("KG-CT09", "an empty table", "start from 'kg contribute template'", sheet, 1, 1))
        return []
    columns: dict[str, Column] = {}
    places: dict[str, int] = {}
    for number, word in enumerate(sheet.rows[0], 1):
        if not word.strip():
            continue
        column = _column(word)
        if column is None:
            near = nearest(plain(word).replace(" ", "_"), ["what", "id", *COLUMNS])
            table.problems.append(Problem("KG-CT10", f"unknown column {word.strip()!r}", f"did you mean {', '.join(near)}?", sheet, 1, number))
        elif column.name in columns:
            table.problems.append(Problem("KG-CT10", f"the column {column.name} stands here twice", "keep one; separate several values by |", sheet, 1, number))
        else:
            columns[column.name] = column
            places[column.name] = number
    for name in ("what", "id"):
        if name not in columns:
            table.problems.append(Problem("KG-CT10", f"no column {name}", "start from 'kg contribute template'", sheet, 1, 1))
    rows = []
    for number, cells in enumerate(sheet.rows[1:], 2):
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        _check_width(sheet, number, cells, table)
        rows.append(_Row(sheet, number, {name: (at, cells[at - 1]) for name, at in places.items() if at <= len(cells)}, columns))
    return rows


def _check_width(sheet: Sheet, number: int, cells: list[str], table: Table) -> None:
    head = sheet.rows[0]
    for at, cell in enumerate(cells, 1):
        if cell.strip() and (at > len(head) or not head[at - 1].strip()):
            fix = "give the column a name, or remove the value; a comma inside a value needs quotation marks around the value"
            table.problems.append(Problem("KG-CT10", f"a value without a column: {cell.strip()!r}", fix, sheet, number, at))


def _column(word: str) -> Column | None:
    known = {plain(name): column for name, column in COLUMNS.items()}
    key = plain(word)
    if key in ("what", "id"):
        return Column(key, TYPE, "thing", "")
    if key in known:
        return known[key]
    word = word.strip()
    iri = word[1:-1] if word.startswith("<") and word.endswith(">") else expand(word)
    if iri is None or " " in iri:
        return None
    return BY_PROPERTY.get(iri) or Column(short(iri), iri, "string", "")


def _read_row(row: _Row, table: Table, names: Names) -> None:
    def problem(code: str, message: str, fix: str, name: str) -> None:
        table.problems.append(Problem(code, message, fix, row.sheet, row.number, row.cells.get(name, (1, ""))[0]))

    if row.words() == [REPLACES]:
        name = row.get("id")
        if table.replaces is not None or not _GRAPH_NAME.fullmatch(name):
            problem("KG-CT11", f"cannot replace {name!r}", "export one graph into one file, and leave the row 'replaces' as it is", "id")
        else:
            table.replaces = (name, row.get("label"))
        return
    kinds = _kinds(row, table)
    if kinds is None:
        return
    iri = row.iri()
    if iri is None:
        problem(
            "KG-CT12",
            _no_name(row),
            "write a name of small letters, digits and hyphens, such as 1990-lindmark, or with its kind: agreement:lindmark-1990",
            "id",
        )
        return
    table.rows.setdefault(iri, (row.sheet, row.number, row.cells.get("id", (1, ""))[0]))
    for kind in kinds:
        _add(table, ox.Triple(ox.NamedNode(iri), ox.NamedNode(TYPE), ox.NamedNode(kind)), row, row.cells["what"][0])
    for name, (at, cell) in row.cells.items():
        if name in ("what", "id"):
            continue
        for word in split(cell):
            try:
                _add(table, ox.Triple(ox.NamedNode(iri), ox.NamedNode(row.columns[name].property), decode(word, row.columns[name], names)), row, at)
            except CellError as error:
                problem(error.code, f"{name}: {error.args[0]}", error.fix, name)


def _no_name(row: _Row) -> str:
    word = row.get("id")
    return f"not a name: {word!r}" if word else "a row without an id"


def _kinds(row: _Row, table: Table) -> list[str] | None:
    """The classes that the cell ``what`` names, or None where it names one that there is not."""
    kinds = []
    for word in split(row.get("what")):
        if word.startswith("<") and word.endswith(">"):
            kinds.append(word[1:-1])
        elif plain(word) in KINDS_BY_WORD:
            kinds.append(SV + KINDS_BY_WORD[plain(word)][0])
        else:
            fix = f"did you mean {', '.join(nearest(plain(word), [*WHAT, REPLACES]))}?"
            table.problems.append(Problem("KG-CT13", f"unknown kind of thing {word!r}", fix, row.sheet, row.number, row.cells["what"][0]))
            return None
    return kinds


def _add(table: Table, triple: ox.Triple, row: _Row, at: int) -> None:
    table.triples.setdefault(triple, (row.sheet, row.number, at))


def to_rows(triples: Iterable[ox.Triple], names: Names, replaces: tuple[str, str] | None = None) -> list[list[str]]:
    """Triples as a table: header, then one row a thing in the order of first mention."""
    things: dict[str, dict[str, list[Term]]] = {}
    for triple in triples:
        subject, term = triple.subject, triple.object
        assert isinstance(subject, ox.NamedNode) and isinstance(term, ox.NamedNode | ox.Literal), "data hold no blank nodes"
        things.setdefault(subject.value, {}).setdefault(triple.predicate.value, []).append(term)
    used = {prop for values in things.values() for prop in values} - {TYPE}
    if replaces:
        used.add(COLUMNS["label"].property)
    order = [column.property for column in COLUMNS.values()]
    props = sorted(used, key=lambda prop: (order.index(prop) if prop in order else len(order), prop))
    rows = [["what", "id", *map(header, props)]]
    if replaces:
        rows.append([REPLACES, replaces[0], *(replaces[1] if header(prop) == "label" else "" for prop in props)])
    rows += [_to_row(iri, values, props, names) for iri, values in things.items()]
    return rows


def _to_row(iri: str, values: dict[str, list[Term]], props: list[str], names: Names) -> list[str]:
    kinds = [term.value for term in values.get(TYPE, [])]
    what = what_of(kinds)
    if what is None or any(not isinstance(term, ox.NamedNode) for term in values.get(TYPE, [])):
        what = join([f"<{kind}>" for kind in kinds])
    cells = []
    for prop in props:
        column = BY_PROPERTY.get(prop)
        cells.append(join([encode(term, column, names) if column else exact(term) for term in values.get(prop, [])]))
    return [what, _name(iri, what), *cells]


def _name(iri: str, what: str) -> str:
    prefix = kind_prefix(iri)
    local = iri.rsplit("/", 1)[1]
    kinds = {WHAT[word][1] for word in what.split("|") if word in WHAT}
    if prefix is not None and kinds == {prefix} and _NAME.fullmatch(local) and local[0] not in "=+-@":
        return local
    return short(iri) if prefix is not None and expand(short(iri)) == iri and re.fullmatch(r"[\w:.-]+", short(iri)) else f"<{iri}>"


def graph_iri(name: str) -> str:
    """``cases/1992-03-01-raid`` -> its named graph."""
    return GRAPH + name
