"""The timeline: who was bound by what and when, what happened, and what each party did or did not do."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kg.namespaces import SV
from kg.plot.drawing import INK, MUTED, RULE, Drawing, headed, name_of, new_figure, origin, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kg.query import Answer, Base

LANES, KEYS = 12, 28  # lanes and numbered occurrences that still fit
Span = tuple[str, str]
_PREFIX = f"PREFIX sv: <{SV}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
# What a mark says -> (marker, fill, edge, height in the lane, size, words of the legend)
_MARKS = {
    "target": ("v", INK, INK, 0.0, 26, "occurrence: its target"),
    "initiator": ("^", "white", INK, 0.0, 26, "occurrence: its initiator"),
    "other": (".", "#8c8c8c", "#8c8c8c", 0.27, 34, "other act"),
    "words": ("o", "white", INK, 0.27, 26, "words of support"),
    "denied": ("D", "white", "#b35900", 0.27, 18, "act that somebody denies"),
    "material": ("o", "#b35900", "#b35900", 0.27, 26, "material assistance"),
    "omission": ("x", "#0b5fa5", "#0b5fa5", -0.27, 26, "documented omission"),
}


@dataclass(frozen=True)
class Bar:
    """When an agreement bound at least two parties: ``sure`` days, and ``perhaps`` days that include the uncertain ones."""

    label: str
    sure: list[Span]
    perhaps: list[Span]


@dataclass(frozen=True)
class Deed:
    """What a timeline's row is: the ``kind`` of its mark on the lane of ``party``."""

    thing: str
    kind: str
    party: str


def bars(base: Base, given: dict[str, Any]) -> list[Bar]:
    """The binding periods of the agreements asked for, by first day. ``given`` as for the query ``timeline``."""
    from kg import params

    parties = {params.party(word.strip(), base.catalog) for word in str(given.get("party") or "").split(",") if word.strip()}
    wanted = params.agreement(given["agreement"], base.catalog) if given.get("agreement") else None
    text = (
        _PREFIX
        + """SELECT ?a ?label ?who ?from ?until ?sureFrom ?sureUntil ?gone WHERE { ?p a sv:Participation ; sv:ofAgreement ?a ; sv:participant ?who ;
      sv:from ?from ; sv:until ?until ; sv:surelyFrom ?sureFrom ; sv:surelyUntil ?sureUntil . ?a rdfs:label ?label
      OPTIONAL { ?p sv:rivalTo ?rival } FILTER(!BOUND(?rival)) OPTIONAL { ?who sv:existedUntil ?gone } } ORDER BY ?a ?who ?from"""
    )
    periods: dict[tuple[str, str], list[tuple[str, Span, Span]]] = defaultdict(list)
    for row in base.engine.select(text).rows:
        agreement, label, who, start, until, sure_start, sure_until, gone = ("9999-12-31" if term is None else term.value for term in row)
        if wanted in (None, agreement):
            periods[agreement, label].append((who, (start, min(until, gone)), (sure_start, min(sure_until, gone))))
    found = [
        Bar(label, binding([(w, sure) for w, _, sure in held], parties), binding([(w, wide) for w, wide, _ in held], parties))
        for (_, label), held in periods.items()
    ]
    first, last = (
        params.day(given["from"]) if given.get("from") else "0001-01-01",
        params.day(given["until"]) if given.get("until") else base.manifest["cut_off"],
    )
    inside = [bar for bar in found if any(start <= last and end >= first for start, end in bar.perhaps)]
    return sorted(inside, key=lambda bar: (bar.perhaps[0], bar.label))


def binding(periods: list[tuple[str, Span]], parties: set[str]) -> list[Span]:
    """The days on which two different parties, one of ``parties`` among them if given, were bound; merged and in order."""
    both = [(max(a[0], b[0]), min(a[1], b[1])) for (one, a), (other, b) in combinations(periods, 2) if one != other and (not parties or parties & {one, other})]
    merged: list[Span] = []
    for start, end in sorted(span for span in both if span[0] <= span[1] and not span[0].startswith("9999")):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def deeds(base: Base, answer: Answer) -> list[Deed]:
    """The marks of the rows that are occurrences or conduct: on whose lane, and of what kind."""
    things = {row["thing"] for row in answer.rows}
    text = (
        _PREFIX
        + """SELECT DISTINCT ?x ?role ?who ?omission ?help ?words ?denied WHERE { VALUES ?role { sv:actor sv:initiator sv:target } ?x ?role ?who
      OPTIONAL { ?x a sv:Omission . BIND(true AS ?omission) }
      OPTIONAL { ?x sv:behavior ?b . ?b a sv:AssistanceBehavior . BIND(true AS ?help) }
      OPTIONAL { ?x sv:behavior ?words . FILTER(?words = <https://w3id.org/servanda/code/behavior/verbalSupport>) }
      OPTIONAL { ?x sv:contestedConduct ?denied }
      OPTIONAL { ?x a sv:Occurrence . BIND(true AS ?occurrence) } FILTER(?role != sv:actor || !BOUND(?occurrence)) } ORDER BY ?x ?role ?who"""
    )
    found = []
    for thing, role, who, *flags in base.engine.select(text).rows:
        if thing is None or role is None or who is None or thing.value not in things:
            continue
        kind = role.value.removeprefix(SV)
        found.append(Deed(thing.value, _kind(*(flag is not None for flag in flags)) if kind == "actor" else kind, who.value))
    return found


def _kind(omission: bool, assists: bool, words: bool, denied: bool) -> str:
    if omission:
        return "omission"
    if denied:
        return "denied"
    return "material" if assists else "words" if words else "other"


def timeline(answer: Answer, periods: list[Bar], marks: list[Deed], asked: list[str]) -> Drawing:
    """Draw the rows of the query ``timeline``: bars of agreements above, lanes of parties below, a key of occurrences.

    ``asked`` are the names of the party and agreement asked for, for the title.
    """
    days = {row["thing"]: row["day"] for row in reversed(answer.rows)}  # the first day of each: rows are in order
    lanes, left_out = _lanes(marks, answer)
    labels = {row["thing"]: row["label"] or name_of(row["thing"], answer) for row in answer.rows}
    happened = sorted({mark.thing for mark in marks if mark.kind in ("target", "initiator")}, key=lambda thing: (days[thing], thing))
    keyed = {thing: number for number, thing in enumerate(happened[:KEYS], 1)}
    first, last = _window(answer, periods)
    tops, lows, key_rows = max(len(periods), 1), max(len(lanes), 1), -(-len(keyed) // 2)
    heights = (0.27 * tops + 0.2, 0.52 * lows + 0.1, 0.2 * key_rows + 0.25)
    width, height = 13.4, sum(heights) + 3.2
    figure = new_figure(width, height)
    title = ": ".join(["Who was bound, what happened, what was done", *[", ".join(asked)] * bool(asked)])
    until = answer.params.get("until") or answer.manifest["cut_off"]
    headed(
        figure, title.partition(":")[0], f"{', '.join(asked) or 'All parties'}, {answer.params.get('from') or 'from the beginning of the record'} to {until}"
    )
    upper = figure.add_axes(
        (4.5 / width, 1 - (1.05 + heights[0]) / height, 8.6 / width, heights[0] / height), xlim=(_ordinal(first), _ordinal(last)), ylim=(tops - 0.4, -0.6)
    )
    lower = figure.add_axes(
        (4.5 / width, 1 - (1.3 + heights[0] + heights[1]) / height, 8.6 / width, heights[1] / height),
        xlim=(_ordinal(first), _ordinal(last)),
        ylim=(lows - 0.5, -0.5),
    )
    _draw_bars(upper, periods, last)
    _draw_lanes(lower, lanes, marks, days, answer)
    _years(upper, first, last, labels=False)
    _years(lower, first, last, labels=True)
    for thing in keyed:
        for axes in (upper, lower):
            axes.axvline(_ordinal(days[thing]), color=RULE, linewidth=0.7, zorder=0)
    _numbers(upper, keyed, days)
    _legend(lower, heights[1])
    figure.text(0.3 / width, (heights[2] + 0.97) / height, "Occurrences", fontsize=9, fontweight="bold", va="center")
    for thing, number in keyed.items():
        column, line = divmod(number - 1, key_rows)
        text = f"{number:>2}  {days[thing]}  {wrapped(labels[thing], 76, 1)}"
        figure.text((0.3 + 6.6 * column) / width, (heights[2] + 0.75 - 0.2 * line) / height, text, fontsize=7.8, va="center")
    for line, note in enumerate(_notes(answer, len(happened) - len(keyed), left_out)):
        figure.text(0.3 / width, (0.72 - 0.2 * line) / height, note, fontsize=7.6, color=MUTED, va="center")
    return Drawing(figure, title, describe(periods, happened, labels, days, marks))


def describe(periods: list[Bar], happened: list[str], labels: dict[str, str], days: dict[str, str], marks: list[Deed]) -> str:
    """The timeline in words."""
    counts = Counter(mark.kind for mark in marks)
    said = [
        f"{len(periods)} agreements; {len(happened)} occurrences; marks: {counts['material']} of material assistance, {counts['words']} of words, {counts['denied']} acts that somebody denies, {counts['other']} other acts, {counts['omission']} documented omissions."
    ]
    return " ".join(said + [f"{days[thing]}: {labels[thing]}." for thing in happened[:KEYS]])


def _notes(answer: Answer, unnamed: int, left_out: int) -> list[str]:
    more = [f"{unnamed} later occurrences are marked but not listed"] * bool(unnamed) + [f"{left_out} parties with fewer marks are left out"] * bool(left_out)
    narrow = f"  Not shown: {'; '.join(more)}; narrow with --party, --from, --until." if more else ""
    return [
        "Bar: days on which at least two parties were bound, as far as sources show it; pale: perhaps bound (no source for the first day, or for any later one).",
        "A lane without a mark means that the record holds nothing, not that nothing was done." + narrow,
        origin(answer),
    ]


def _lanes(marks: list[Deed], answer: Answer) -> tuple[list[str], int]:
    """The parties with most marks, in order of their names, and how many are left out."""
    counts = Counter(mark.party for mark in marks)
    ranked = sorted(counts, key=lambda party: (-counts[party], party))
    return sorted(ranked[:LANES], key=lambda party: ranked.index(party)), max(0, len(ranked) - LANES)


def _window(answer: Answer, periods: list[Bar]) -> Span:
    """The first and last day shown: those asked for, else those of the rows, the last year always whole."""
    days = [row["day"] for row in answer.rows] + [start for bar in periods for start, _ in bar.perhaps] * (not answer.params.get("from"))
    first = str(answer.params.get("from") or min(days))
    last = str(answer.params.get("until") or answer.manifest["cut_off"])
    room = max(1, (_ordinal(last) - _ordinal(first)) // 60)
    return date.fromordinal(_ordinal(first) - room).isoformat(), date.fromordinal(_ordinal(last) + room).isoformat()


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _draw_bars(axes: Axes, periods: list[Bar], last: str) -> None:
    for line, bar in enumerate(periods):
        for spans, color in ((bar.perhaps, "#cfe0ee"), (bar.sure, "#3f7fb5")):
            pieces = [(_ordinal(start), _ordinal(min(end, last)) - _ordinal(start) + 1) for start, end in spans if start <= last]
            axes.broken_barh(pieces, (line - 0.3, 0.6), facecolors=color, edgecolor="none")
    axes.set_yticks(range(len(periods)), [wrapped(bar.label, 64, 1) for bar in periods], fontsize=7.8)
    axes.tick_params(axis="y", length=0)
    _frame(axes)


def _draw_lanes(axes: Axes, lanes: list[str], marks: list[Deed], days: dict[str, str], answer: Answer) -> None:
    for line in range(0, len(lanes), 2):
        axes.axhspan(line - 0.5, line + 0.5, color="#f5f5f5", zorder=-1)
    for kind, (marker, fill, edge, lift, size, _) in _MARKS.items():
        points = [(_ordinal(days[mark.thing]), lanes.index(mark.party) - lift) for mark in marks if mark.kind == kind and mark.party in lanes]
        faces: dict[str, Any] = {"color": fill, "linewidths": 1.6} if marker == "x" else {"facecolors": fill, "edgecolors": edge, "linewidths": 0.9}
        axes.scatter([x for x, _ in points], [y for _, y in points], marker=marker, s=size, zorder=3, **faces)
    axes.set_yticks(range(len(lanes)), [wrapped(name_of(party, answer), 36, 1) for party in lanes], fontsize=9.5)
    axes.tick_params(axis="y", length=0)
    _frame(axes)


def _frame(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _years(axes: Axes, first: str, last: str, *, labels: bool) -> None:
    """Ticks at the first of a year, or of a month in a short window."""
    span = _ordinal(last) - _ordinal(first)
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if span > 1100:
        step = next(s for s in (1, 2, 5, 10, 20, 50) if span / 365 / s <= 14)
        ticks = [date(year, 1, 1) for year in range(start.year // step * step, end.year + 1, step)]
        names = [str(day.year) for day in ticks]
    else:
        step = next(s for s in (1, 2, 3) if span / 30 / s <= 14)
        ticks = [date(year, month, 1) for year in range(start.year, end.year + 1) for month in range(1, 13, step)]
        names = [f"{day.year}-{day.month:02}" for day in ticks]
    shown = [(day.toordinal(), name) for day, name in zip(ticks, names, strict=True) if start <= day <= end]
    axes.set_xticks([x for x, _ in shown], [name if labels else "" for _, name in shown], fontsize=8.5)
    axes.tick_params(axis="x", length=3 if labels else 0, color=RULE)


def _numbers(axes: Axes, keyed: dict[str, int], days: dict[str, str]) -> None:
    """The numbers of the occurrences above the bars; those too close to tell apart share one label."""
    low, high = axes.get_xlim()
    groups: list[list[tuple[float, int]]] = []
    for thing, number in keyed.items():
        x = float(_ordinal(days[thing]))
        if groups and x - groups[-1][-1][0] < (high - low) * 0.014:
            groups[-1].append((x, number))
        else:
            groups.append([(x, number)])
    reach: list[float] = [low - 1e9] * 3
    for group in groups:
        middle, text = sum(x for x, _ in group) / len(group), "–".join(dict.fromkeys(str(group[end][1]) for end in (0, -1)))
        half = (high - low) * 0.0045 * len(text)
        row = next((index for index, end in enumerate(reach) if middle - half > end), 0)
        reach[row] = middle + half
        axes.annotate(
            text, (middle, -0.6), xytext=(0, 2 + 9 * row), textcoords="offset points", ha="center", va="bottom", fontsize=7.5, color=INK, annotation_clip=False
        )


def _legend(axes: Axes, height: float) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=marker,
            markersize=size**0.5,
            markerfacecolor=fill,
            markeredgecolor=edge,
            markeredgewidth=1.6 if marker == "x" else 0.9,
            label=words,
        )
        for marker, fill, edge, _, size, words in _MARKS.values()
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.49, -0.3 / height),
        ncols=len(handles),
        frameon=False,
        fontsize=8.5,
        handletextpad=0.2,
        columnspacing=1.6,
        borderaxespad=0,
    )
