"""The axis matrix: one cell for each ordered pair, with what binds the two and what the one gave the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.errors import UsageError
from kg.plot.drawing import INK, MUTED, RULE, Drawing, headed, name_of, new_figure, origin, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kg.query import Answer

MOST = 8  # parties that still fit on a page
PROMISES = (("defense", "defense"), ("consultation", "consultation"), ("neutrality", "neutrality"), ("non_aggression", "non-aggression"))
# Strongest promise -> fill, ordered from dark to light so that it also reads in gray
_FILLS = {"defense": "#7fb2d9", "consultation": "#b9d6ea", "neutrality": "#dde9f2", "non_aggression": "#f0f4f7", "": "#ffffff"}
_MATERIAL, _WORDS = "#b35900", "#5f5f5f"
_CELL = 1.95  # inches


def matrix(answer: Answer) -> Drawing:
    """Draw the rows of the query ``axis-matrix``. Raises UsageError (KG-US24) for more parties than fit."""
    rows = answer.rows
    parties = list(dict.fromkeys(row[side] for row in rows for side in ("party_a", "party_b")))
    if len(parties) > MOST:
        raise UsageError("KG-US24", f"{len(parties)} parties do not fit in one picture", fix=f"name at most {MOST} with --party")
    names = [name_of(party, answer) for party in parties]
    defended = sum(bool(row["defense"]) for row in rows)
    day = answer.params.get("on") or answer.manifest["cut_off"]
    size = len(parties)
    width, height = max(9.2, _CELL * size + 1.6), _CELL * size + 2.75
    figure = new_figure(width, height)
    axes = figure.add_axes((1.3 / width, 1.35 / height, _CELL * size / width, _CELL * size / height), xlim=(0, size), ylim=(size, 0))
    axes.axis("off")
    title = headline(defended, len(rows))
    headed(figure, title, f"Dots: what the two promised each other, by the law of {day}. Bars: what the row gave the column.")
    for index, name in enumerate(names):
        axes.text(index + 0.5, -0.06, name, ha="center", va="bottom", fontsize=11, fontweight="bold")
        axes.text(-0.06, index + 0.5, wrapped(name, 12), ha="right", va="center", fontsize=11, fontweight="bold")
        _diagonal(axes, index)
    most = max([1, *(_count(row, key) for row in rows for key in _COUNTS)])
    for row in rows:
        a, b = parties.index(row["party_a"]), parties.index(row["party_b"])
        _cell(axes, a, b, row, (_count(row, "given_a_to_b"), _count(row, "words_a_to_b")), most)
        _cell(axes, b, a, row, (_count(row, "given_b_to_a"), _count(row, "words_b_to_a")), most)
    notes = (
        "Filled dot: an agreement that binds both that day holds such a duty of either toward the other. Darker cell: stronger duty; white: none of the four.",
        "Material: recorded acts of assistance begun by that day, without those that somebody denies. Words: recorded words of support.",
        "Numbers of acts on record, not their size; 0 means none on record, not that none was done.",
        origin(answer),
    )
    for line, note in enumerate(notes):
        figure.text(0.3 / width, (0.95 - 0.22 * line) / height, note, fontsize=7.4, color=MUTED, va="center")
    return Drawing(figure, title, describe(answer, names, parties))


_COUNTS = ("given_a_to_b", "given_b_to_a", "words_a_to_b", "words_b_to_a")


def headline(defended: int, pairs: int) -> str:
    """The answer in one line."""
    return f"Is it a bloc? {defended} of {pairs} pair{'s' if pairs != 1 else ''} {'has' if defended == 1 else 'have'} a defense duty"


def describe(answer: Answer, names: list[str], parties: list[str]) -> str:
    """The matrix in words, one sentence a pair."""
    said = []
    for row in answer.rows:
        a, b = names[parties.index(row["party_a"])], names[parties.index(row["party_b"])]
        promised = ", ".join(word for key, word in PROMISES if row[key]) or "nothing"
        given = f"{a} gave {_count(row, 'given_a_to_b')} material and {_count(row, 'words_a_to_b')} verbal acts, {b} {_count(row, 'given_b_to_a')} and {_count(row, 'words_b_to_a')}"
        said.append(f"{a} and {b} promised {promised}; {given}.")
    return " ".join(said)


def _count(row: dict[str, Any], key: str) -> int:
    return int(row[key] or 0)


def _diagonal(axes: Axes, index: int) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((index + 0.02, index + 0.02), 0.96, 0.96, facecolor="#f7f7f7", edgecolor=RULE, linewidth=0.5, hatch="///"))


def _cell(axes: Axes, down: int, across: int, row: dict[str, Any], counts: tuple[int, int], most: int) -> None:
    """The cell of what ``down`` gave ``across``: four dots for the promises, two bars for the acts."""
    from matplotlib.patches import Rectangle

    strongest = next((key for key, _ in PROMISES if row[key]), "")
    axes.add_patch(Rectangle((across + 0.02, down + 0.02), 0.96, 0.96, facecolor=_FILLS[strongest], edgecolor=RULE, linewidth=0.8))
    for line, (key, word) in enumerate(PROMISES):
        y = down + 0.13 + 0.115 * line
        held = bool(row[key])
        axes.plot(
            [across + 0.11],
            [y],
            marker="o",
            markersize=5.5,
            markerfacecolor=INK if held else "white",
            markeredgecolor=INK if held else MUTED,
            markeredgewidth=0.8,
        )
        axes.text(across + 0.18, y, word, fontsize=8.6, va="center", color=INK if held else MUTED, fontweight="bold" if held else "normal")
    axes.plot([across + 0.08, across + 0.92], [down + 0.6, down + 0.6], color=RULE, linewidth=0.8)
    for line, (word, count, color) in enumerate((("material", counts[0], _MATERIAL), ("words", counts[1], _WORDS))):
        y = down + 0.71 + 0.15 * line
        axes.text(across + 0.08, y, word, fontsize=8.6, va="center")
        axes.add_patch(Rectangle((across + 0.44, y - 0.045), 0.34 * count / most, 0.09, facecolor=color, edgecolor="none"))
        axes.text(across + 0.47 + 0.34 * count / most, y, str(count), fontsize=9.5, va="center", fontweight="bold" if count else "normal")
