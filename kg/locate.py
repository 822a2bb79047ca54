"""Where a thing is written: the file, and the line of its statement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.namespaces import expand
from kg.read import Document

if TYPE_CHECKING:
    from kg.validate import Result

_SUBJECT = re.compile(r"^(?:<([^>]+)>|([a-z]+:[\w.-]+))(?=\s)", re.MULTILINE)


def subject_lines(document: Document) -> dict[str, int]:
    """IRI -> line on which its statement begins, for subjects written at the start of a line."""
    text = document.path.read_text(encoding="utf-8")
    lines: dict[str, int] = {}
    line, last = 1, 0
    for match in _SUBJECT.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        lines.setdefault(match[1] or expand(match[2]) or match[2], line)
    return lines


def locate(results: Iterable[Result], documents: list[Document]) -> list[Result]:
    """The results with ``file`` and ``line`` of their focus, where it is written in one of the documents."""
    found: list[Result] = list(results)
    wanted = {result.focus for result in found}
    places: dict[str, tuple[str, int | None]] = {}
    for document in documents:
        here = wanted & {triple.subject.value for triple in document.triples if hasattr(triple.subject, "value")}
        lines = subject_lines(document) if here else {}
        for focus in here:
            places.setdefault(focus, (document.place, lines.get(focus)))
    return [replace(result, file=places[result.focus][0], line=places[result.focus][1]) if result.focus in places else result for result in found]
