"""Offsets of a text as lines and columns, and of a table as rows and cells."""

from __future__ import annotations

import re
from bisect import bisect_right

_WIDTH = 2**20  # more than a table has columns


class Lines:
    """Turns offsets into lines and columns, both counted from 1, columns in characters."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; the last one of the text where they lie beyond it."""
        start = self._starts[min(line, len(self._starts)) - 1]
        return min(start + column - 1, len(self._text))

    def spot(self, line: int, column: int) -> tuple[int, int]:
        """Where in the text of a line a column stands; how long what stands there is, is not known here (0)."""
        return column - 1, 0

    def line(self, number: int) -> str:
        """The text of a line, without its end; empty where there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self._text)
        return self._text[self._starts[number - 1] : end].rstrip("\r\n")


class Grid:
    """The cells of a sheet behind the face of ``Lines``: a line is a row, a column a cell, an offset the number of a cell."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._rows = rows

    def at(self, row: int, column: int) -> int:
        """The offset of a cell."""
        return row * _WIDTH + column

    def place(self, offset: int) -> tuple[int, int]:
        """Row and column of an offset, both counted from 1."""
        return divmod(offset, _WIDTH)

    def line(self, number: int) -> str:
        """A row as it would stand in a CSV file, without quotation marks; empty where there is none."""
        return ",".join(self._rows[number - 1]) if 1 <= number <= len(self._rows) else ""

    def spot(self, line: int, column: int) -> tuple[int, int]:
        """Where in the text of a row a cell stands, and how long it is."""
        cells = self._rows[line - 1] if 1 <= line <= len(self._rows) else []
        return sum(len(cell) + 1 for cell in cells[: column - 1]), len(cells[column - 1]) if column <= len(cells) else 0
