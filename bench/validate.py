"""Measure the validation of a contribution at bases of several sizes, against pySHACL's full validation, in one run.

usage: python bench/validate.py [--sizes 30000,1000000,10000000] [--pyshacl 30000,1000000] [--rounds N] [--folder DIR] [--write]

The bases are made by ``bench/generate.py`` and lie on disk; each round opens them anew, as a command does. The contribution is the
same everywhere: a thousand triples about new things and things of the base, with a dozen faults. pySHACL gets base and contribution
as an rdflib graph that is already in memory. Where it was not run at a million triples, its time at the largest size at which it was
stands for that: it is less, and so is the ratio. ``--folder`` keeps the bases for another run; ``--write`` writes ``VALIDATE.md`` and ``validate.json``.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import statistics
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from generate import CODE, ID, LABEL, SV, TYPE, Shape, _Chance, _event, _t, generate
from run import HERE, Opened, checked_graph, machine, machine_line, seconds

from kg.check.files import Report, check

MILLION = 1_000_000
TRIPLES = 1_000  # of the contribution
FLAT, SHARE = 2.0, 20.0  # the aims: slowest over fastest of our times; pySHACL's at a million over ours
FAULTS = 12


def opened(folder: Path) -> Opened:
    """A generated base, opened for reading."""
    return Opened(folder, folder, {"quads": int((folder / "quads").read_text())})


def make_base(size: int, folder: Path) -> Path:
    """A base of about so many triples in its own folder below ``folder``, made unless it is there."""
    target = folder / str(size)
    if not (target / "quads").exists():
        target.mkdir(parents=True, exist_ok=True)
        lines = target / "base.nq"
        with lines.open("w", encoding="utf-8") as out:
            out.writelines(generate(size))
        store = ox.Store(str(target / "db"))
        store.bulk_load(path=str(lines), format=ox.RdfFormat.N_QUADS)
        store.optimize()
        store.flush()
        (target / "quads").write_text(str(len(store)))
        lines.unlink()
    return target


def contribution() -> Iterator[str]:
    """Triples of new occurrences with answers, of answers to occurrences of the base, and of joinings to its agreements; a few are at fault."""
    chance = _Chance(7, Shape())
    for number in range(1_000_000_001, 2_000_000_000):
        yield from _event(chance, number, 2016, 40)
        old, answer = number % 50 + 1, f"<{ID}conduct/late-{number}>"
        yield f"{answer} {TYPE} <{SV}Omission>"
        yield f'{answer} {LABEL} "No answer {number} to event number {old}"@en'
        yield _t(answer, "actor", f"<{ID}state/S{number % 200:03}>")
        yield _t(answer, "behavior", f"<{CODE}behavior/assistance>")
        yield _t(answer, "inResponseTo", f"<{ID}occurrence/b{old}>")
        yield _t(answer, "hasSource", f"<{ID}source/b{number}>")
        joining = f"<{ID}participation/late-{number}>"
        yield f"{joining} {TYPE} <{SV}Participation>"
        yield _t(joining, "ofAgreement", f"<{ID}agreement/b{old}>")
        yield _t(joining, "participant", f"<{ID}state/S{number % 200:03}>")
        yield _t(joining, "boundFrom", '"2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date>')
        yield _t(joining, "boundAsOf", '"2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date>')
        yield _t(joining, "hasSource", f"<{ID}source/b{number}>")


def faulty(lines: list[str]) -> list[str]:
    """The lines with faults, evenly spread: names of nothing, days that are none, things without what they need."""
    step = len(lines) // FAULTS
    for at in range(0, FAULTS * step, step):
        subject, predicate, value = lines[at].split(" ", 2)
        lines[at] = f"{subject} {predicate} {value[:-1]}-zzz>" if value.endswith(">") and not value.startswith('"') else f'{subject} {predicate} "x"'
    return lines


def pyshacl_run(target: Path, added: list[ox.Triple]) -> tuple[float, set[tuple[str, str]]]:
    """pySHACL on base and contribution: seconds, and the rule and thing of each result."""
    import pyshacl
    from rdflib import Graph

    from kg.validate import _pyshacl_raw, _rdflib_term, _shape_files, _with_valid_days

    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    graph = Graph()
    for triple in checked_graph([*(quad.triple for quad in opened(target).store), *added]):
        graph.add((_rdflib_term(triple.subject), _rdflib_term(triple.predicate), _rdflib_term(triple.object)))
    shapes = Graph().parse(data="\n".join(_shape_files()), format="turtle")
    found: list[Any] = []
    taken = seconds(lambda: found.append(pyshacl.validate(graph, shacl_graph=shapes, inplace=True)[1]))
    return taken, {(raw.code, raw.focus) for raw in _with_valid_days(list(_pyshacl_raw(found[0])))}


def nearest(sizes: list[int]) -> int:
    """The size that is nearest to a million."""
    return min(sizes, key=lambda size: abs(math.log(size / MILLION)))


def measure(folder: Path, sizes: list[int], peers: list[int], rounds: int) -> dict[str, Any]:
    """Our times at each size, round by round, then pySHACL's."""
    where = machine()
    targets = {size: make_base(size, folder) for size in sorted({*sizes, *peers})}
    path = folder / "contribution.nt"
    path.write_text("".join(f"{line} .\n" for line in faulty(list(islice(contribution(), TRIPLES)))), encoding="utf-8")
    added = [quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES)]
    times: dict[int, list[float]] = {size: [] for size in sizes}
    reports: dict[int, Report] = {}

    def once(size: int) -> None:
        reports[size] = check([path], opened(targets[size]))

    for number in range(rounds + 1):  # the first does not count
        for size in sizes:
            taken = seconds(lambda size=size: once(size))  # type: ignore[misc]
            if number:
                times[size].append(taken)
    found = {size: {(one.code, one.focus) for one in report.results if not one.code.startswith("SV-LN")} for size, report in reports.items()}
    theirs = {size: pyshacl_run(targets[size], added) for size in peers}
    medians = {size: statistics.median(taken) for size, taken in times.items()}
    ours, theirs_at = nearest(sizes), max((size for size in peers if size <= MILLION), default=min(peers))
    flat, share = max(medians.values()) / min(medians.values()), theirs[theirs_at][0] / medians[ours]
    same = {size: found[size] == theirs[size][1] for size in sizes if size in theirs}
    return {
        "machine": where,
        "contribution": {"triples": len(added), "results": {str(size): len(found[size]) for size in sizes}},
        "ours": {str(size): {"median": round(medians[size], 3), "spread": [round(min(t), 3), round(max(t), 3)], "rounds": len(t)} for size, t in times.items()},
        "pyshacl": {str(size): {"seconds": round(taken, 1), "results": len(results)} for size, (taken, results) in theirs.items()},
        "compared": {"ours": ours, "pyshacl": theirs_at},
        "same_results": {str(size): equal for size, equal in same.items()},
        "flat": {"ratio": round(flat, 2), "aim": f"at most {FLAT:g}", "met": flat <= FLAT},
        "share": {"ratio": round(share, 1), "aim": f"at least {SHARE:g}", "met": share >= SHARE},
    }


def markdown(results: dict[str, Any]) -> str:
    """The results as a page."""
    compared = results["compared"]
    lines = [
        "# Measured: a contribution against bases of several sizes",
        "",
        "Written by `bench/validate.py`. Seconds; ours are medians, pySHACL's one run each, all in one run of the script.",
        "",
        machine_line(results["machine"]),
        "",
        f"| Base, triples | `kg validate`, {results['contribution']['triples']} triples | least–most, n | pySHACL, everything | Same results |",
        "|---|---|---|---|---|",
    ]
    for size in sorted({*results["ours"], *results["pyshacl"]}, key=int):
        ours, theirs = results["ours"].get(size), results["pyshacl"].get(size)
        full = f"{theirs['seconds']:.1f}" if theirs else ""
        same = {True: "yes", False: "no", None: ""}[results["same_results"].get(size)]
        spread = f"{ours['spread'][0]:.2f}–{ours['spread'][1]:.2f}, {ours['rounds']}" if ours else ""
        lines.append(f"| {int(size):,} | {ours['median'] if ours else ''} | {spread} | {full} | {same} |")
    for name, text in (("flat", "Slowest over fastest of ours"), ("share", f"pySHACL at {compared['pyshacl']:,} over ours at {compared['ours']:,}")):
        row = results[name]
        lines += ["", f"{text}: {row['ratio']} (aim: {row['aim']}; {'met' if row['met'] else 'missed'})."]
    return "\n".join(lines) + "\n"


def main(words: list[str] | None = None) -> int:
    """Measure, print, and return 1 where an aim is missed or results differ."""

    def numbers(text: str) -> list[int]:
        return [int(word) for word in text.split(",")]

    made = argparse.ArgumentParser(description="Measure the validation of a contribution against pySHACL's full validation.")
    made.add_argument("--sizes", type=numbers, default=[30_000, MILLION, 10 * MILLION], help="triples of the bases (default 30000,1000000,10000000)")
    made.add_argument("--pyshacl", type=numbers, default=[30_000, MILLION], help="sizes at which pySHACL is run (default 30000,1000000; hours at the latter)")
    made.add_argument("--rounds", type=int, default=5, help="rounds that count (default 5)")
    made.add_argument("--folder", type=Path, help="where to keep the bases (default: thrown away)")
    made.add_argument("--write", action="store_true", help="write VALIDATE.md and validate.json")
    args = made.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        results = measure(args.folder or Path(name), args.sizes, args.pyshacl, args.rounds)
    if args.write:
        (HERE / "validate.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (HERE / "VALIDATE.md").write_text(markdown(results), encoding="utf-8")
    print(markdown(results), end="")
    return 0 if all(results[name]["met"] for name in ("flat", "share")) and all(results["same_results"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
