"""``kg compare atop FILE``: inferred kinds of agreement against ATOP's codes."""

from __future__ import annotations

import json
from pathlib import Path

from kg.cli.common import base
from kg.cli.parsing import parser
from kg.formats import PIPE_WIDTH, envelope
from kg.table import grid


def main(words: list[str]) -> int:
    """Print the differences; 1 where one has no explanation."""
    made = parser(
        "compare",
        "Compare the kinds of agreement that the ontology infers with the codes of a data set, from a file that you supply.\n"
        "Every difference is listed with its explanation (data/atop.yaml); exit code 1 where one has none.",
        "kg compare atop atop5_1a.csv",
    )
    made.add_argument("dataset", choices=("atop",), help="atop: Alliance Treaty Obligations and Provisions, its alliance file as CSV")
    made.add_argument("file", metavar="FILE", type=Path)
    made.add_argument("--format", choices=("text", "json"), default="text")
    args = made.parse_args(words)
    from kg.compare.atop import compare

    here = base(args.store)
    compared = compare(here, args.file)
    unexplained = sum(len(one.unexplained) for one in compared)
    differing = [one for one in compared if one.ours or one.theirs]
    if args.format == "json":
        print(json.dumps(envelope("compare", here.manifest) | {"agreements": [one._asdict() | {"unexplained": one.unexplained} for one in compared]}, indent=1))
        return bool(unexplained)
    labels = here.labels({one.agreement for one in compared})
    cells = [
        [labels.get(one.agreement, one.agreement), one.atop, side, code, one.why.get(code, "NOT EXPLAINED")]
        for one in differing
        for side, codes in (("ours only", one.ours), ("ATOP only", one.theirs))
        for code in codes
    ]
    if cells:
        print(grid(["agreement", "ATOP", "who has it", "code", "why"], cells, PIPE_WIDTH), end="\n")
    absent = [one.atop for one in compared if not one.listed]
    print(
        f"{len(compared)} agreements with an ATOP number: {len(compared) - len(differing) - len(absent)} alike, {len(differing)} differ, {len(absent)} not in the file"
    )
    print(f"{len(cells)} differences, {unexplained} without an explanation")
    return bool(unexplained)
