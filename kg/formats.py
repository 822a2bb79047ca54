"""Answers as tables, CSV, TSV, JSON, JSON Lines, Markdown and HTML."""

from __future__ import annotations

import csv
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

from kg.namespaces import local, short

if TYPE_CHECKING:
    from kg.query import Answer

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "markdown", "html")
SYMBOLS = {
    "honored": "✓",
    "honoredLate": "✓",
    "partlyHonored": "◐",
    "unhonored": "✗",
    "breached": "✗",
    "excused": "–",
    "notTriggered": "–",
    "undetermined": "?",
    "pending": "…",
    "unassessed": "?",
}
PIPE_WIDTH = 120
NARROWEST = 11  # characters; a column of longer text is not made narrower
EXPLAINED = ("activation", "expectation")


def render(answer: Answer, form: str, *, iris: bool = False, width: int | None = None) -> str:
    """The answer in one of FORMATS, ending in a newline.

    ``iris`` shows prefixed names instead of labels in tables; ``width`` is the terminal's, in characters.
    """
    if form == "json":
        return json.dumps(answer.document(), ensure_ascii=False, indent=1) + "\n"
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in answer.rows)
    if form in ("csv", "tsv"):
        return _separated(answer, "," if form == "csv" else "\t")
    if form == "table":
        return _table(answer, iris, width or shutil.get_terminal_size((PIPE_WIDTH, 24)).columns)
    return _markup(answer, form, iris)


def _separated(answer: Answer, comma: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=comma, lineterminator="\n")
    names = [column["name"] for column in answer.columns]
    writer.writerow(names)
    for row in answer.rows:
        writer.writerow([_flat(row[name]) for name in names])
    return out.getvalue()


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else value


def cell(value: Any, kind: str, labels: dict[str, str], iris: bool) -> str:
    """One value for people: labels for IRIs, a symbol before a verdict, lists one a line."""
    if isinstance(value, list):
        return "\n".join(cell(item, kind.removesuffix("[]"), labels, iris) for item in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{round(value, 2):g}"
    if kind == "iri":
        return short(value) if iris else labels.get(value) or local(value)
    if kind == "code" and value in SYMBOLS:
        return f"{SYMBOLS[value]} {value}"
    return str(value)


def _shown(answer: Answer) -> list[dict[str, str]]:
    """The columns that a table shows: those the header names, else those with a value."""
    if answer.show:
        by_name = {column["name"]: column for column in answer.columns}
        return [by_name[name] for name in answer.show if name in by_name]
    return [column for column in answer.columns if any(row[column["name"]] not in (None, []) for row in answer.rows)]


def _cells(answer: Answer, columns: list[dict[str, str]], iris: bool) -> list[list[str]]:
    return [[cell(row[column["name"]], column["type"], answer.labels, iris) for column in columns] for row in answer.rows]


def _table(answer: Answer, iris: bool, width: int) -> str:
    columns = _shown(answer)
    cells = _cells(answer, columns, iris)
    head = [column["name"].replace("_", " ") for column in columns]
    explained = next((column["name"] for column in answer.columns if column["name"] in EXPLAINED), None)
    if explained and not iris:
        head = ["id", *head]
        cells = [[handle(row[explained]), *line] for row, line in zip(answer.rows, cells, strict=True)]
    return grid(head, cells, width) if cells else ""


def handle(iri: str) -> str:
    """The short handle of an activation or expectation: seven characters that 'kg explain' understands."""
    import hashlib

    return hashlib.sha256(iri.encode()).hexdigest()[:7]


def grid(head: list[str], cells: list[list[str]], width: int) -> str:
    """A table that fits ``width`` characters, long text wrapped; one block a row where columns would be too narrow."""
    widths = _widths(head, cells, width)
    if widths is None:
        return _blocks(head, cells, width)
    from tabulate import tabulate

    return str(tabulate(cells, headers=head, tablefmt="presto", maxcolwidths=widths, maxheadercolwidths=widths, disable_numparse=True)) + "\n"


def _widths(head: list[str], cells: list[list[str]], width: int) -> list[int] | None:
    """The width of each column; None where even the narrowest do not fit."""
    need = [max(len(line) for line in [title, *(line for row in cells for line in row[index].split("\n"))]) for index, title in enumerate(head)]
    least = [_least(title, [row[index] for row in cells], need[index]) for index, title in enumerate(head)]
    room = width - 3 * len(head) + 1
    if sum(need) <= room:
        return [max(size, 1) for size in need]
    if sum(least) > room:
        return None
    spare = room - sum(least)
    want = sum(size - small for size, small in zip(need, least, strict=True))
    return [small + (size - small) * spare // want for size, small in zip(need, least, strict=True)]


def _least(title: str, values: list[str], need: int) -> int:
    """The narrowest that a column may be: its longest word of title, short values whole, longer text at NARROWEST."""
    longest = max((len(line) for value in values for line in value.split("\n")), default=0)
    return min(need, max(min(longest, NARROWEST), *map(len, title.split())))


def _blocks(head: list[str], cells: list[list[str]], width: int) -> str:
    import textwrap

    margin = max(map(len, head)) + 2
    out = []
    for row in cells:
        for title, value in zip(head, row, strict=True):
            if value:
                lines = [piece for line in value.split("\n") for piece in textwrap.wrap(line, max(20, width - margin)) or [""]]
                out.append(f"{title:<{margin}}" + f"\n{'':<{margin}}".join(lines))
        out.append("")
    return "\n".join(out) + "\n"


def _markup(answer: Answer, form: str, iris: bool) -> str:
    from tabulate import tabulate

    columns = _shown(answer)
    head = [column["name"] for column in columns]
    if form == "html":
        text = tabulate(_cells(answer, columns, iris), headers=head, tablefmt="html", disable_numparse=True)
        notes = "".join(f"<p>{_escape(note)}</p>" for note in answer.notes)
        return str(text) + notes + "\n"
    cells = [[value.replace("|", "\\|").replace("\n", "<br>") for value in row] for row in _cells(answer, columns, iris)]
    return str(tabulate(cells, headers=head, tablefmt="github", disable_numparse=True)) + "\n"


def _escape(text: str) -> str:
    import html

    return html.escape(text)
