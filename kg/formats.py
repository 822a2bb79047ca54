"""Answers as tables, CSV, TSV, JSON, JSON Lines, Markdown and HTML."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

from kg.namespaces import local, short
from kg.table import grid

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

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
EXPLAINED = ("activation", "expectation")


def envelope(schema: str, manifest: Mapping[str, Any], as_of: str | None = None) -> dict[str, Any]:
    """What every JSON document begins with: which schema, which data, which rules, as of which day (else the cut-off)."""
    return {
        "schema": f"servanda/{schema}/1",
        "data_version": manifest["data_version"],
        "ruleset": manifest["ruleset"],
        "as_of": as_of or manifest["cut_off"],
    }


def render(answer: Answer, form: str, *, iris: bool = False, width: int | None = None) -> str:
    """The answer in one of FORMATS, ending in a newline.

    ``iris`` shows prefixed names instead of labels in tables; ``width`` is that of tables, in characters (default 120).
    """
    if form == "json":
        return json.dumps(answer.document(), ensure_ascii=False, indent=1) + "\n"
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in answer.rows)
    if form in ("csv", "tsv"):
        return _separated(answer, "," if form == "csv" else "\t")
    if form == "table":
        return _table(answer, iris, width or PIPE_WIDTH)
    return _markup(answer, form, iris)


def _separated(answer: Answer, comma: str) -> str:
    import csv
    import io

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
    head = [column["name"] for column in columns]
    explained = next((column["name"] for column in answer.columns if column["name"] in EXPLAINED), None)
    if explained and not iris:
        head = ["id", *head]
        cells = [[handle(row[explained]), *line] for row, line in zip(answer.rows, cells, strict=True)]
    return grid(head, cells, width) if cells else ""


def handle(iri: str) -> str:
    """The short handle of an activation or expectation: seven characters that 'kg explain' understands (a CRC: loading hashlib takes longer than a query)."""
    return f"{zlib.crc32(iri.encode()) & 0xFFFFFFF:07x}"


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
