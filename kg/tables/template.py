"""Empty tables to fill in, and rows written as CSV or Excel with drop-downs."""

from __future__ import annotations

from pathlib import Path

from kg.tables.columns import COLUMNS, TEMPLATES, Column, codes, template

_EXAMPLES = {
    "agreement": {"what": "treaty", "id": "lindmark-1990", "label": "Lindmark Pact (1990)", "signed_on": "1990-01-01", "source": "gazette-1990-07-01"},
    "case": {
        "what": "occurrence",
        "id": "1992-03-01-raid",
        "label": "Xanthian invasion of Ardania, 1992",
        "occurrence_kind": "invasion",
        "initiator": "XAN",
        "target": "AAA",
        "began_on": "1992-03-01",
        "ended_on": "1992-03-20",
        "source": "courier-1992-03-05 | herald-1992-04-10",
    },
    "party": {"what": "state", "id": "AAA", "label": "Ardania", "other_names": "Ardanian | Republic of Ardania", "iso3": "AAA", "source": "gazette-1990-07-01"},
    "source": {
        "what": "source",
        "id": "courier-1992-03-05",
        "title": "Troops cross the border",
        "published_by": "courier",
        "published_on": "1992-03-05",
        "retrieved_on": "2026-11-22",
        "source_kind": "news",
        "source_quality": "agency",
        "language": "en",
        "url": "https://example.org/courier/1992-03-05",
    },
}


def rows_for(kind: str) -> list[list[str]]:
    """The rows of an empty table: header, help, an example; rows that begin with ``#`` are passed over."""
    what, columns = template(kind)
    names = ["what", "id", *(column.name for column in columns)]
    helps = [f"# what it is: {', '.join(what)}", "its name: small letters, digits and hyphens", *(column.help for column in columns)]
    example = _EXAMPLES[kind]
    return [names, helps, [("# example: " if name == "what" else "") + example.get(name, "") for name in names]]


def write(kind: str, path: Path) -> None:
    """Write the empty table of a kind; an Excel file also has a sheet for the sources, unless it is for them."""
    kinds = [kind] if kind == "source" or path.suffix.lower() == ".csv" else [kind, "source"]
    _write(path, [(name, rows_for(name)) for name in kinds])


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write rows, the header first."""
    _write(path, [("record", rows)])


def _write(path: Path, sheets: list[tuple[str, list[list[str]]]]) -> None:
    from kg.tables.sheets import write_csv, write_excel

    if path.suffix.lower() == ".csv":
        write_csv(path, sheets[0][1])
    else:
        columns = [COLUMNS[name] for _, rows in sheets for name in rows[0] if name in COLUMNS]
        write_excel(path, sheets, _choices({title for title, _ in sheets}, columns))


def _choices(titles: set[str], columns: list[Column]) -> dict[str, list[str]]:
    """Header -> the values to choose from."""
    kinds = [word for title in TEMPLATES for word in template(title)[0] if title in titles or not titles & TEMPLATES.keys()]
    found = {"what": list(dict.fromkeys(kinds))}
    for column in columns:
        if column.form == "code":
            found[column.name] = sorted(codes()[column.of[0]])
        elif column.form == "flag":
            found[column.name] = ["true", "false"]
    return found
