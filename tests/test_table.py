"""Tables for a terminal: they fit its width, lose nothing, and count wide characters as wide."""

from __future__ import annotations

import pytest
from wcwidth import wcswidth

from kg.table import grid, measure, wrap

HEAD = ["who", "what was promised", "day"]
CELLS = [
    ["Russia", "give no help to the aggressor, and help to have the dispute settled", "2001-03-12"],
    ["中国", "中华人民共和国和俄罗斯联邦睦邻友好合作条约", "2001-07-16"],
    ["Iran", "first line\nsecond line with rus-irn-2001-art-3-no-aid-to-the-aggressor", ""],
]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_it_fits_and_loses_nothing(width: int) -> None:
    text = grid(HEAD, CELLS, width)
    assert max(map(wcswidth, text.splitlines())) <= width
    letters = sorted("".join(text.split()).replace("|", "").replace("+", "").replace("-", ""))
    wanted = sorted("".join("".join(row) for row in [HEAD, *CELLS]).replace("-", "").replace(" ", "").replace("\n", ""))
    assert letters == wanted


def test_columns_stand_under_one_another() -> None:
    lines = grid(HEAD, CELLS, 60).splitlines()
    bars = {tuple(wcswidth(line[:index]) for index, letter in enumerate(line) if letter in "|+") for line in lines}
    first = {places[0] for places in bars}
    assert len(first) == 1, bars


def test_too_narrow_for_columns_gives_one_block_a_row() -> None:
    text = grid(HEAD, CELLS, 20)
    assert "|" not in text
    assert text.count("who") == len(CELLS)


@pytest.mark.parametrize(("text", "size"), [("abc", 3), ("naïve – “so” ✓ ✗ ◐ …", 20), ("中国", 4), ("e\u0301", 1), ("إيران", 5)])
def test_measure(text: str, size: int) -> None:
    assert measure(text) == size == wcswidth(text)


def test_wrap_cuts_long_words_after_a_hyphen() -> None:
    assert wrap("rus-irn-2001-art-3", 10) == ["rus-irn-", "2001-art-3"]
    assert wrap("aaaa bb cc", 5) == ["aaaa", "bb cc"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
