"""Tables as files: CSV and Excel, read into rows of text and written. Hostile and broken files are refused."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kg.errors import InputError, KgError
from kg.intake.take import data_of
from kg.read import show_path

SUFFIXES = (".csv", ".tsv", ".xlsx")
UNPACKED = 100_000_000  # bytes of what is packed in an Excel file
ROWS = 100_000
_WAY_OUT = "save it as 'CSV UTF-8', or as .xlsx"


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its ``path``, the ``name`` of the sheet (empty for CSV), and its ``rows`` of text, the header first."""

    path: Path
    name: str
    rows: list[list[str]]


def read_sheets(path: Path, data: bytes | None = None, ending: str | None = None) -> list[Sheet]:
    """The tables of a file; of an Excel file, each sheet whose header begins with ``what`` and ``id``.

    ``data`` are its bytes where they have been read, ``ending`` overrides its own. Raises InputError.
    """
    suffix = ending or path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError("KG-IN03", f"unknown kind of table {path.suffix!r}", place=show_path(path), fix=f"use one of {', '.join(SUFFIXES)}")
    if data is None:
        data, _ = data_of(path, suffix)
    if suffix == ".xlsx":
        return _read_excel(path, data)
    return [Sheet(path, "", _read_csv(path, data, "\t" if suffix == ".tsv" else None))]


def _read_csv(path: Path, data: bytes, delimiter: str | None) -> list[list[str]]:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("KG-CT01", "not UTF-8 text", place=f"{show_path(path)}:{line}", fix=_WAY_OUT) from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or max(",;\t", key=head.count), strict=True)
    try:
        rows = [row for row, _ in zip(reader, range(ROWS + 1), strict=False)]
    except csv.Error as error:
        raise InputError("KG-CT01", f"not a table in CSV: {error}", place=f"{show_path(path)}:{reader.line_num}", fix=_WAY_OUT) from None
    return _bounded(path, rows)


def _bounded(path: Path, rows: list[list[str]]) -> list[list[str]]:
    if len(rows) > ROWS:
        raise InputError("KG-CT01", f"more than {ROWS:,} rows", place=show_path(path), fix="split it into several files")
    return rows


def _read_excel(path: Path, data: bytes) -> list[Sheet]:
    openpyxl = _openpyxl()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > UNPACKED:
                raise InputError("KG-CT01", "unpacks to too much", place=show_path(path), fix="split it into several files, or save it as CSV UTF-8")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        found = [Sheet(path, sheet.title, _bounded(path, _excel_rows(sheet))) for sheet in book.worksheets]
    except InputError:
        raise
    except Exception as error:  # openpyxl lets through whatever its parts raise
        raise InputError("KG-CT01", f"not an Excel file: {type(error).__name__}", place=show_path(path), fix=_WAY_OUT) from None
    tables = [sheet for sheet in found if sheet.rows and [word.strip().casefold() for word in sheet.rows[0][:2]] == ["what", "id"]]
    if not tables:
        fix = "start from 'kg contribute template case -o FILE.xlsx'"
        raise InputError("KG-CT01", "no sheet whose header begins with what and id", place=show_path(path), fix=fix)
    return tables


def _excel_rows(sheet: Any) -> list[list[str]]:
    rows = []
    for _, row in zip(range(ROWS + 1), sheet.iter_rows(values_only=True), strict=False):
        rows.append([_excel_cell(value) for value in row])
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _excel_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _openpyxl() -> Any:
    try:
        import openpyxl

        return openpyxl
    except ImportError:
        raise KgError("KG-CT02", "Excel files need the package openpyxl", fix="pip install 'servanda[sheets]', or use .csv") from None


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table as CSV in UTF-8, with the mark by which spreadsheet programs know it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    _save(path, text.getvalue().encode("utf-8-sig"))


def write_excel(path: Path, sheets: list[tuple[str, list[list[str]]]], lists: dict[str, list[str]]) -> None:
    """Write tables as one Excel file, every cell as text; ``lists`` (header -> values) become drop-downs and a sheet ``codes``."""
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    book.remove(book.active)
    places: dict[str, str] = {}
    for title, rows in sheets:
        _fill(book.create_sheet(title), rows)
    codes = book.create_sheet("codes")
    for number, (name, values) in enumerate(lists.items(), 1):
        letter = openpyxl.utils.get_column_letter(number)
        places[name] = f"codes!${letter}$2:${letter}${len(values) + 1}"
        for row, value in enumerate([name, *values], 1):
            codes.cell(row, number, value)
    for title, rows in sheets:
        _drop_downs(book[title], rows[0], places)
    out = io.BytesIO()
    book.save(out)
    _save(path, out.getvalue())


def _fill(sheet: Any, rows: list[list[str]]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = value or None, "s" if value else "n"
            cell.alignment = Alignment(wrap_text=number == 2, vertical="top")
            cell.font = Font(bold=number == 1, italic=number == 2)
    for column in range(1, len(rows[0]) + 1):
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width, dimension.number_format = 22, "@"
        for number in range(1, max(len(rows), 2) + 500):
            sheet.cell(number, column).number_format = "@"
    sheet.freeze_panes = "C3"


def _drop_downs(sheet: Any, header: list[str], places: dict[str, str]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, name in enumerate(header, 1):
        if name in places:
            choice = DataValidation(type="list", formula1=places[name], allow_blank=True, showErrorMessage=False)
            sheet.add_data_validation(choice)
            letter = get_column_letter(number)
            choice.add(f"{letter}3:{letter}500")


def _save(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise InputError("KG-CT08", f"cannot be written: {error.strerror}", place=show_path(path), fix="check the folder and its permissions") from None
