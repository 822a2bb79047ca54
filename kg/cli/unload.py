"""``kg unload TARGET``: remove what ``kg load`` put into a triple store."""

from __future__ import annotations

import json

from kg.cli.common import progress
from kg.cli.endpoint import NO_STORE, options, read_access
from kg.cli.parsing import parser


def main(words: list[str]) -> int:
    """Remove the graphs; 3 where the store fails."""
    made = parser(
        "unload",
        "Remove from a triple store every graph whose name is of the form that 'kg load' uses. Other graphs stay.",
        "kg unload http://localhost:7878 --show",
    )
    made.add_argument("target", help="URL of the store, or a folder")
    made.add_argument("--show", action="store_true", help="say what would be removed, and remove nothing")
    made.add_argument("--only", metavar="NAME", action="append", default=[], help="only this graph, such as agreements/* (repeatable)")
    made.add_argument("--format", choices=("text", "json"), default="text")
    options(made, 300)
    args = made.parse_args(words)
    from kg.load import unload

    target, access = read_access(args.target, args) if args.target.startswith(("http://", "https://")) else (args.target, None)
    report = unload(target, access=access, server=args.server, only=args.only, show=args.show, progress=progress)
    if args.format == "json":
        print(json.dumps(NO_STORE | {"schema": "servanda/unload/1"} | report.document(), ensure_ascii=False, indent=1))
        return 0
    if args.show:
        for graph in report.graphs:
            print(f"{graph.triples:>10,} {graph.iri}")
    print(f"{'would remove' if args.show else 'removed'} {len(report.graphs)} graphs from {report.target} ({report.server})")
    return 0
