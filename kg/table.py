"""Tables of plain text that fit a terminal: long text wrapped, wide characters counted as wide.

Written here and not left to a library, because a table is what every query prints, and its layout took longer than the query.
"""

from __future__ import annotations

from collections.abc import Iterator

NARROWEST = 11  # a column of longer text is not made narrower
_NARROW = frozenset("‐‑–—‘’“”„…→✓✗◐")  # what our own text has beside Latin letters


def grid(head: list[str], cells: list[list[str]], width: int) -> str:
    """A table that fits ``width`` characters, long text wrapped; one block a row where columns would be too narrow."""
    widths = _widths(head, cells, width)
    if widths is None:
        return _blocks(head, cells, width)
    lines = [*_lines(head, widths), "+".join("-" * (size + 2) for size in widths)]
    for row in cells:
        lines += _lines(row, widths)
    return "\n".join(lines) + "\n"


def measure(text: str) -> int:
    """How many columns of a terminal a line takes."""
    if text.isascii() or all(letter < "\u0300" or letter in _NARROW for letter in text):
        return len(text)
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def wrap(text: str, width: int) -> list[str]:
    """The lines of a text, none wider than ``width``; a word that is too long is cut, after a hyphen or underscore where it has one."""
    pieces: list[str] = []
    for line in text.split("\n"):
        if measure(line) <= width:
            pieces.append(line)
        else:
            pieces += _pieces(line, width)
    return pieces


def _pieces(line: str, width: int) -> Iterator[str]:
    now = ""
    for word in line.split():
        if now and measure(now) + 1 + measure(word) <= width:
            now += " " + word
            continue
        if now:
            yield now
        while measure(word) > width:
            cut = _cut(word, width)
            yield word[:cut]
            word = word[cut:]
        now = word
    yield now


def _cut(word: str, width: int) -> int:
    """Where to cut a word that is too long: after its last hyphen or underscore that fits, else where it no longer fits."""
    fits = width
    while fits > 1 and measure(word[:fits]) > width:
        fits -= 1
    joint = max(word.rfind("-", 1, fits), word.rfind("_", 1, fits)) + 1
    return joint or max(fits, 1)


def _lines(row: list[str], widths: list[int]) -> list[str]:
    """One row of a table as the lines it takes."""
    columns = [wrap(value, size) for value, size in zip(row, widths, strict=True)]
    height = max(map(len, columns))
    out = []
    for index in range(height):
        parts = [column[index] if index < len(column) else "" for column in columns]
        out.append((" " + " | ".join(part + " " * (size - measure(part)) for part, size in zip(parts, widths, strict=True))).rstrip())
    return out


def _widths(head: list[str], cells: list[list[str]], width: int) -> list[int] | None:
    """The width of each column; None where even the narrowest do not fit."""
    sizes = [max((measure(line) for row in cells for line in row[index].split("\n")), default=0) for index in range(len(head))]
    need = [max(size, measure(title), 1) for size, title in zip(sizes, head, strict=True)]
    least = [_least(title, size, most) for title, size, most in zip(head, sizes, need, strict=True)]
    room = width - 3 * len(head) + 1
    if sum(need) <= room:
        return need
    if sum(least) > room:
        return None
    spare = room - sum(least)
    want = sum(size - small for size, small in zip(need, least, strict=True))
    return [small + (size - small) * spare // want for size, small in zip(need, least, strict=True)]


def _least(title: str, longest: int, need: int) -> int:
    """The narrowest that a column may be: its longest word of title, short values whole, longer text at NARROWEST."""
    return min(need, max(min(longest, NARROWEST), *map(measure, title.replace("_", "_ ").split()), 1))


def _blocks(head: list[str], cells: list[list[str]], width: int) -> str:
    margin = max(map(measure, head)) + 2
    out = []
    for row in cells:
        for title, value in zip(head, row, strict=True):
            if value:
                out.append(f"{title:<{margin}}" + f"\n{'':<{margin}}".join(wrap(value, max(20, width - margin))))
        out.append("")
    return "\n".join(out) + "\n"
