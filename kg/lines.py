"""Offsets of a text as lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right


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
