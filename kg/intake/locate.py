"""Where a finding is written: the file, and the line and column of the value, the property or the thing concerned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.read import Document

if TYPE_CHECKING:
    from kg.intake.take import Taken
    from kg.validate import Result

Offsets = tuple[int, int, int]  # of subject, predicate and value


class Places:
    """Where one text writes its things: an index of the offsets of each statement."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        self._by_focus: dict[str, list[tuple[str, str, Offsets]]] = {}
        for written in taken.written:
            subject, value = _text(written.subject), _text(written.object)
            self._by_focus.setdefault(subject, []).append((written.predicate.value, value, (written.subject_at, written.predicate_at, written.object_at)))
        for mark in taken.marks.marks if taken.marks else ():
            self._by_focus.setdefault(mark.subject, []).append((mark.predicate, mark.value, (mark.subject_at, mark.predicate_at, mark.value_at)))
        self._subjects = taken.marks.subjects if taken.marks else {}

    def find(self, focus: str, path: str | None, value: str | None) -> tuple[int, int] | None:
        """How well a place fits (3 the value, 2 the property, 1 the thing) and its offset; None where the thing is not written here.

        Where a property has too many values, the place is that of the second.
        """
        here = self._by_focus.get(focus, [])
        if not here:
            return (1, self._subjects[focus]) if focus in self._subjects else None
        on_path = [row for row in here if row[0] == path]
        exact = [row for row in on_path if row[1] == value]
        if value is not None and (exact or path is None):
            rows = exact or [row for row in here if row[1] == value]
            if rows:
                return 3, rows[0][2][2]
        if on_path:
            return 2, (on_path[1][2][2] if len(on_path) > 1 and value is None else on_path[0][2][1])
        return 1, here[0][2][0]


def locate(results: Iterable[Result], sources: Iterable[Taken | Document]) -> list[Result]:
    """The results with ``file``, ``line`` and ``column``, where what they are about is written in one of the sources.

    A document is read again for its positions, and only if a result is about something in it.
    """
    found = list(results)
    wanted = {result.focus for result in found if result.line is None}
    places = [Places(taken) for taken in (_taken(source, wanted) for source in sources) if taken is not None]
    return [_placed(result, places) if result.line is None else result for result in found]


def _placed(result: Result, places: list[Places]) -> Result:
    hits = [(hit, place) for place in places if (hit := place.find(result.focus, result.path, result.value))]
    if not hits:
        return result
    (_, offset), place = max(hits, key=lambda pair: pair[0][0])
    line, column = place.taken.lines.place(offset)
    return replace(result, file=place.taken.place, line=line, column=column)


def _taken(source: Taken | Document, wanted: set[str]) -> Taken | None:
    if not isinstance(source, Document):
        return source
    if not any(isinstance(triple.subject, ox.NamedNode) and triple.subject.value in wanted for triple in source.triples):
        return None
    from kg.intake.take import take

    return take(source.path)


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
