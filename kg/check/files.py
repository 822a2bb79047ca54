"""Files against the shapes and the further checks, with the base graph as context: what ``kg validate`` does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.errors import InputError
from kg.formats import envelope
from kg.intake.locate import locate
from kg.intake.take import KINDS, Taken, take

if TYPE_CHECKING:
    from kg.check.affected import View
    from kg.query import Base
    from kg.tables.take import Tables
    from kg.validate import Result

SEVERITIES = ("violation", "warning", "info")
_PLACE = re.compile(r"^(.*?):(\d+)(?::(\d+))?$", re.DOTALL)
_TABLES = (".csv", ".tsv", ".xlsx")
_SYNTAX = "KG-IN04"


@dataclass(frozen=True)
class Report:
    """What validation found: ``results`` in the order of files and lines, the ``engine`` that found it, the files ``taken`` in,
    the ``labels`` of what results are about, and which results say that a file cannot be read (``refused``).

    Where the files are a table that stands for a graph of the base, ``replaces`` is that graph and ``mark`` its mark when it was exported.
    """

    results: list[Result]
    engine: str
    taken: list[Taken] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    refused: list[Result] = field(default_factory=list)
    replaces: str | None = None
    mark: str | None = None

    @property
    def triples(self) -> list[ox.Triple]:
        """Every statement of the files, once."""
        return list(dict.fromkeys(triple for one in self.taken for triple in one.document.triples))

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and notes do not count."""
        return not self.counts["violation"]

    @property
    def counts(self) -> dict[str, int]:
        """How many results of each severity."""
        return {severity: sum(result.severity == severity for result in self.results) for severity in SEVERITIES}

    def document(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """The report as one JSON document, as docs/reference/schemas/validate.json says."""
        return envelope("validate", manifest) | {
            "conforms": self.conforms,
            "counts": self.counts,
            "engine": self.engine,
            "results": [
                {key: value for key, value in asdict(result).items() if key != "components"} | {"focus": result.focus or None} for result in self.results
            ],
        }


class Refused(InputError):
    """Files that cannot be read; ``report`` holds each mistake with its place, and what was found in the other files."""

    def __init__(self, report: Report) -> None:
        first, more = report.refused[0], len(report.refused) - 1
        place = ":".join(str(part) for part in (first.file, first.line, first.column) if part is not None)
        message = first.message + (f" (and {more} more {'mistake' if more == 1 else 'mistakes'})" if more else "")
        super().__init__(first.code, message, place=place, fix=first.fix)
        self.report = report


def check(paths: Iterable[Path], base: Base, engine: str | None = None, *, kind: str | None = None) -> Report:
    """Validate files, RDF and tables (``-`` is standard input), together with the base graph.

    Results are those about things that the files describe, and those that the files newly cause elsewhere. A file that
    stands for one of the base's own graphs replaces it. ``kind`` says what the files are, whatever their endings.
    What is wrong in a table is placed at its row and column.
    Raises Refused (an InputError) with a report where a file cannot be read; the others are checked all the same.
    """
    from kg.check.lint import lint
    from kg.validate import DEFAULT_ENGINE, require_engine

    chosen = engine or DEFAULT_ENGINE
    require_engine(chosen)
    paths = list(dict.fromkeys(paths))
    ending = KINDS[kind] if kind else None
    among = {path for path in paths if (ending or path.suffix.lower()) in _TABLES}
    tables = _take_tables([path for path in paths if path in among], base, ending)
    taken, refused = _take_all([path for path in paths if path not in among], kind)
    taken += tables.taken
    refused += [_refused(error) for error in tables.refused]
    whole = [one for one in taken if not one.problems]
    found = _shape_results(whole, base.store, chosen) if whole else []
    found = lint(whole, base, found) if whole else found
    unread = {(problem.file, problem.line) for problem in tables.problems}  # what a row lacks may be in a cell that could not be read
    placed = [result for result in locate(found, whole) if (result.file, result.line) not in unread]
    results = sorted([*refused, *tables.problems, *placed], key=_order)
    report = Report(results, chosen, taken, _labels(results, whole, base), refused, tables.replaces, tables.mark)
    if refused:
        raise Refused(report)
    return report


def _take_tables(paths: list[Path], base: Base, ending: str | None) -> Tables:
    from kg.tables.take import Tables, take_tables

    return take_tables(paths, base, ending) if paths else Tables()


def _take_all(paths: Iterable[Path], kind: str | None) -> tuple[list[Taken], list[Result]]:
    """The files that can be read, and what keeps the others from it."""
    taken: list[Taken] = []
    refused: list[Result] = []
    for path in paths:
        try:
            one = take(path, kind)
        except InputError as error:
            refused.append(_refused(error))
            continue
        taken.append(one)
        refused += [_refusal(_SYNTAX, problem.message, problem.fix, one.place, *one.lines.place(problem.at)) for problem in one.problems]
    return taken, refused


def _refused(error: InputError) -> Result:
    match = _PLACE.match(error.place)
    place = (match[1], int(match[2]), int(match[3]) if match[3] else None) if match else (error.place, None, None)
    return _refusal(error.code, error.message, error.fix, *place)


def _refusal(code: str, message: str, fix: str, file: str, line: int | None, column: int | None) -> Result:
    from kg.validate import Result

    return Result(code, "violation", "", None, None, message, fix, f"docs/reference/errors.md#{code.lower()}", file, line, column)


def _shape_results(taken: list[Taken], store: ox.Store, engine: str) -> list[Result]:
    from kg.check.affected import View

    triples = frozenset(triple for one in taken for triple in one.document.triples)
    graphs = {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}
    return changes(View(store, frozenset({one.document.graph for one in taken} & graphs), triples), engine)


def changes(view: View, engine: str, *, everything: bool = False) -> list[Result]:
    """Results about what a change describes, and those that it newly causes elsewhere.

    Only what the change can affect is checked, unless ``everything``: then the whole base is, before and after.
    """
    from kg.check.affected import NotLocal, View, affected, surroundings
    from kg.validate import validate_triples

    described = {triple.subject for triple in view.added}
    named = {node.value for node in described if isinstance(node, ox.NamedNode)}
    before = View(view.store, frozenset())
    focuses = None
    if not everything:
        try:
            focuses = affected(view, view.new() | view.removed())
        except NotLocal:
            focuses = None
    if focuses is None:
        after = validate_triples(view.everything(), engine)
        old = set(validate_triples(before.everything(), engine)) if any(result.focus not in named for result in after) else set()
        return [result for result in after if result.focus in named or result not in old]
    touched = {node.value for node in focuses if isinstance(node, ox.NamedNode)} - named
    after = validate_triples(surroundings(view, focuses | described), engine)
    elsewhere = {result for result in after if result.focus in touched}
    if elsewhere:
        elsewhere -= set(validate_triples(surroundings(before, [ox.NamedNode(name) for name in {result.focus for result in elsewhere}]), engine))
    return [result for result in after if result.focus in named or result in elsewhere]


def _labels(results: list[Result], taken: list[Taken], base: Base) -> dict[str, str]:
    """Names of the things that results are about, from the files first and else from the base."""
    wanted = {iri for result in results for iri in (result.focus, result.value) if iri and iri.startswith(("http://", "https://"))}
    names = base.labels({iri for iri in wanted if not re.search(r'[\s<>"{}|\\^`]', iri)})
    for one in taken:
        for triple in one.document.triples:
            if triple.predicate.value.endswith(("rdf-schema#label", "dc/terms/title")) and isinstance(triple.object, ox.Literal):
                subject = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
                if subject in wanted:
                    names[subject] = triple.object.value
    return names


def _order(result: Result) -> tuple[str, int, int, str, str]:
    return result.file or "~", result.line or 0, result.column or 0, result.code, result.focus
