"""Pictures of answers, as SVG or PNG: what four partners promised and gave each other, and who was bound when."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from kg.query import Answer, Base

ENDINGS = (".svg", ".png")
INK, MUTED, RULE = "#1a1a1a", "#595959", "#c8c8c8"
_STYLE: Any = {
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same picture on every machine
    "svg.hashsalt": "servanda",
    "svg.fonttype": "path",
    "text.color": INK,
    "axes.edgecolor": RULE,
    "hatch.linewidth": 0.6,
    "hatch.color": RULE,
}


@dataclass(frozen=True)
class Drawing:
    """A figure with the sentence that says it in words, for those who cannot see it."""

    figure: Figure
    title: str
    description: str


def draw(name: str, output: str | Path, base: Base, **given: Any) -> Drawing:
    """Draw ``axis-matrix`` or ``timeline`` into a file that ends in .svg or .png.

    ``given`` are the parameters of the query of that name. The file appears whole or not at all. Raises UsageError for
    an unknown picture (KG-US22), another ending (KG-US21), a missing matplotlib (KG-US20) or no rows (KG-US23), and
    KgError (KG-OU01) where the file cannot be written.
    """
    path = check_ending(output)
    painter = painters().get(name)
    if painter is None:
        from kg.params import refuse

        raise refuse("KG-US22", "picture", name, painters())
    need_matplotlib()
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        drawing = painter(base, given)
        write(drawing, path)
    return drawing


def painters() -> dict[str, Callable[[Base, dict[str, Any]], Drawing]]:
    """The pictures by name."""
    return {"axis-matrix": _axis_matrix, "timeline": _timeline}


def _axis_matrix(base: Base, given: dict[str, Any]) -> Drawing:
    from kg.plot.matrix import matrix

    return matrix(answer("axis-matrix", base, given))


def _timeline(base: Base, given: dict[str, Any]) -> Drawing:
    from kg import params
    from kg.plot.timeline import bars, deeds, timeline

    rows = answer("timeline", base, given)
    words = {key: [word.strip() for word in str(given.get(key) or "").split(",") if word.strip()] for key in ("party", "agreement")}
    asked = [params.party(word, base.catalog) for word in words["party"]] + [params.agreement(word, base.catalog) for word in words["agreement"]]
    names = base.labels(set(asked))
    return timeline(rows, bars(base, given), deeds(base, rows), [names.get(iri, iri) for iri in asked])


def answer(name: str, base: Base, given: dict[str, Any]) -> Answer:
    """The rows to draw. Raises UsageError (KG-US23) where there are none."""
    from kg.query import run

    found = run(name, base, **given)
    if not found.rows:
        asked = ", ".join(f"{key} {value}" for key, value in found.params.items() if value not in (None, False, ""))
        raise UsageError(
            "KG-US23", f"nothing to draw: no rows for {name} ({asked or 'no parameters'})", fix=f"widen the question; 'kg query run {name}' shows the rows"
        )
    return found


def check_ending(output: str | Path) -> Path:
    """The path, if it ends in .svg or .png. Raises UsageError (KG-US21)."""
    path = Path(output)
    if path.suffix.lower() not in ENDINGS:
        raise UsageError("KG-US21", f"cannot draw into {path.name!r}", fix=f"name a file that ends in {' or '.join(ENDINGS)}")
    return path


def need_matplotlib() -> None:
    """Raise UsageError (KG-US20) where matplotlib is not installed; draw without a screen where it is."""
    try:
        import matplotlib
    except ImportError:
        raise UsageError("KG-US20", "pictures need matplotlib, which is not installed", fix="run: pip install 'servanda[plot]'") from None
    matplotlib.use("Agg")


def write(drawing: Drawing, path: Path) -> None:
    """Write the figure beside the target, then rename it. Raises KgError (KG-OU01) where that fails."""
    aside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    svg = path.suffix.lower() == ".svg"
    metadata = (
        {"Date": None, "Title": drawing.title, "Description": drawing.description}
        if svg
        else {"Software": None, "Title": drawing.title, "Description": drawing.description}
    )
    try:
        drawing.figure.savefig(aside, format=path.suffix[1:].lower(), metadata=metadata, dpi=150, facecolor="white")
        os.replace(aside, path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise KgError(
            "KG-OU01", f"the file cannot be written: {error.strerror or error}", place=str(path), fix="name a file in a folder that exists and may be written"
        ) from None


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that many inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def headed(figure: Figure, title: str, line: str) -> None:
    """Write a title and a line of explanation at the top left of a figure."""
    width, height = figure.get_size_inches()
    figure.text(0.3 / width, 1 - 0.36 / height, title, fontsize=15, fontweight="bold", va="center")
    figure.text(0.3 / width, 1 - 0.68 / height, line, fontsize=10, color=MUTED, va="center")


def origin(answer: Answer) -> str:
    """Where a picture's data come from, and as of when."""
    meta = answer.manifest
    return f"Record cut-off {meta['cut_off']}  ·  rule set {meta['ruleset']}  ·  data {meta['data_version']}  ·  Source: Servanda (CC BY 4.0)"


def name_of(iri: str, answer: Answer) -> str:
    """The label of a thing, else the last part of its IRI."""
    from kg.namespaces import local

    return answer.labels.get(iri) or local(iri)


def wrapped(text: str, width: int, lines: int = 99) -> str:
    """The text in lines of so many characters; what does not fit ends in an ellipsis."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))
