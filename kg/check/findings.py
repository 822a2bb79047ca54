"""Findings as text, in the manner of a good compiler: place, what is wrong, the line with a caret, the fix, the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kg.intake.turtle_tokens import tokens
from kg.namespaces import short

if TYPE_CHECKING:
    from kg.check.files import Report
    from kg.intake.take import Taken
    from kg.validate import Result

WORDS = {"violation": "error", "warning": "warning", "info": "note"}
PER_CODE = 5  # findings of one code shown in full; the rest are counted
_COLORS = {"violation": "31", "warning": "33", "info": "36"}
_WIDTH = 110  # characters of a source line that are shown


def listing(
    results: Iterable[Result],
    limit: int | None = None,
    *,
    taken: Iterable[Taken] = (),
    labels: Mapping[str, str] | None = None,
    per_code: int | None = None,
    color: bool = False,
) -> str:
    """Findings as text; ``limit`` caps all, ``per_code`` those of one code, and what is left out is counted.

    ``taken`` gives the lines to show, ``labels`` the names of things (IRI -> label).
    """
    found = list(results)
    sources = {one.place: one for one in taken}
    seen: Counter[str] = Counter()
    out: list[str] = []
    for result in found[:limit]:
        seen[result.code] += 1
        if per_code is not None and seen[result.code] > per_code:
            continue
        out += _one(result, sources.get(result.file or ""), labels or {}, color, again=seen[result.code] > 1)
    left = [f"{count - per_code} more {code}" for code, count in seen.items() if per_code is not None and count > per_code]
    if limit is not None and len(found) > limit:
        left.append(f"{len(found) - limit} more")
    if left:
        out.append(f"and {', '.join(left)}" + (" (--all shows them)" if per_code is not None else ""))
    return "\n".join(out) + ("\n" if out else "")


def summary(report: Report, files: int) -> str:
    """One line of counts, and one for each code that came up."""
    counts = report.counts
    verdict = "conforms" if report.conforms else "does not conform"
    parts = ", ".join(f"{counts[severity]} {word}{'' if counts[severity] == 1 else 's'}" for severity, word in WORDS.items())
    lines = [f"{files} file{'' if files == 1 else 's'}: {verdict} ({parts}; engine {report.engine})"]
    codes = Counter((result.code, result.severity) for result in report.results)
    width = len(str(max(codes.values(), default=0)))
    lines += [f"  {count:{width}} × {code} {_name(code, report)}".rstrip() for (code, _), count in sorted(codes.items(), key=lambda item: (-item[1], item[0]))]
    return "\n".join(lines)


def _name(code: str, report: Report) -> str:
    from kg.validate import shapes

    shape = shapes().get(code)
    if code == "KG-IN04":
        return "mistakes of grammar"
    if code.startswith("KG-CT"):
        return "cells that cannot be read"
    return shape.name if shape else next(result.message for result in report.results if result.code == code).split(":")[0].rstrip(".")


def _one(result: Result, source: Taken | None, labels: Mapping[str, str], color: bool, again: bool) -> list[str]:
    word = WORDS[result.severity]
    shown = f"\x1b[1;{_COLORS[result.severity]}m{word}\x1b[0m" if color else word
    place = ":".join(str(part) for part in (result.file or "(in the base)", result.line, result.column) if part is not None)
    out = [f"{clean(place)}: {shown} {result.code} {clean(result.message)}"]
    if source is not None and result.line:
        out += _excerpt(source, result.line, result.column or 1)
    if result.focus:
        out.append(f"  about: {', '.join(_named(iri, labels) for iri in (result.focus, result.path, result.value) if iri)}")
    out.append(f"  fix: {clean(result.fix)}")
    if not again:
        out.append(f"  page: {result.doc}")
    return [*out, ""]


def _named(text: str, labels: Mapping[str, str]) -> str:
    name = short(text)
    shown = clean(name if len(name) <= 80 else name[:79] + "…")
    return f'{shown} ("{clean(labels[text])}")' if text in labels else shown


def _excerpt(source: Taken, line: int, column: int) -> list[str]:
    """The offending line, cut where it is long, and a caret under what is meant."""
    from wcwidth import wcswidth

    text = source.lines.line(line)
    spot, length = source.lines.spot(line, column)
    start = max(0, min(spot - _WIDTH // 2, len(text) - _WIDTH))
    cut = text[start : start + _WIDTH]
    if not length:
        word = next((token.text for token in tokens(text[spot : spot + _WIDTH])), "")
        length = len(word.splitlines()[0] if word else "")
    at = spot - start
    before, under = clean(cut[:at]), clean(cut[at : at + length])
    lead, tail = "…" if start else "", "…" if start + _WIDTH < len(text) else ""
    gutter = f"{line:6} | "
    pad = " " * (len(lead) + max(0, wcswidth(before)))
    return [f"{gutter}{lead}{clean(cut)}{tail}", f"{'':6} | {pad}{'^' * max(1, wcswidth(under))}"]


def clean(text: str) -> str:
    """A text that cannot move the cursor or hide anything on a terminal: tabs as blanks, other control signs as ?."""
    return "".join(sign if sign.isprintable() else " " if sign in "\t\n\r" else "?" for sign in text)
