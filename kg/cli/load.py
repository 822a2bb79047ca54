"""``kg load TARGET``: the graph into a triple store."""

from __future__ import annotations

import argparse
import json

from kg.cli.common import base, note, progress
from kg.cli.endpoint import options, read_access
from kg.cli.parsing import parser
from kg.formats import envelope


def main(words: list[str]) -> int:
    """Load; 3 where the store fails."""
    made = parser(
        "load",
        "Load the graph into a triple store: any SPARQL 1.1 store over HTTP, or a folder with an Oxigraph store.\n"
        "Named graphs are kept; what is there already is left alone; no graph is left half replaced; what was interrupted goes on.",
        "kg load http://localhost:7878",
    )
    made.add_argument("target", help="URL of the store, or a folder")
    made.add_argument("--show", action="store_true", help="say what would be done, and send nothing")
    made.add_argument(
        "--method", choices=("auto", "put", "post", "update", "bulk"), default="auto", help="how graphs get there (default: the best that the store has)"
    )
    made.add_argument("--graph", metavar="IRI", help="put everything into this one graph")
    made.add_argument("--only", metavar="NAME", action="append", default=[], help="only this graph, such as agreements/* (repeatable)")
    made.add_argument("--with-derived", dest="derived", action="store_true", default=True, help="with what the rules derived (the default)")
    made.add_argument("--without-derived", dest="derived", action="store_false", help="without what the rules derived")
    made.add_argument("--prune", action="store_true", help="remove graphs of earlier loads that this store no longer has")
    made.add_argument("--verify", choices=("content", "counts"), default="content", help="compare every triple at the end, or numbers for each predicate")
    made.add_argument("--format", choices=("text", "json"), default="text")
    options(made, 300)
    args = made.parse_args(words)
    from kg.load import load

    target, access = read_access(args.target, args) if args.target.startswith(("http://", "https://")) else (args.target, None)
    here = base(args.store)
    report = load(
        target,
        here,
        access=access,
        server=args.server,
        method=args.method,
        graph=args.graph,
        only=args.only,
        derived=args.derived,
        verify=args.verify,
        prune=args.prune,
        show=args.show,
        progress=progress,
        warn=lambda line: note([line]),
    )
    if args.format == "json":
        print(json.dumps(envelope("load", here.manifest) | report.document(), ensure_ascii=False, indent=1))
        return 0
    _text(args, report)
    return 0


def _text(args: argparse.Namespace, report: object) -> None:
    from collections import Counter

    from kg.load import LoadReport

    assert isinstance(report, LoadReport)
    if args.show:
        from kg.load.endpoint import WAYS

        for graph in report.graphs:
            print(f"{graph.action:9} {graph.triples:>10,} {graph.iri}")
        print(f"would load {report.triples:,} triples into {report.target} ({report.server}), {WAYS[report.way]}")
    else:
        from kg.load.endpoint import WAYS

        done = Counter(graph.action for graph in report.graphs)
        print(
            f"{', '.join(f'{count} graphs {action}' for action, count in done.items())}; {report.triples:,} triples sent, verified, in {report.seconds:.1f} s"
        )
        print(f"store: {report.target} ({report.server}), {WAYS[report.way]}")
    note([line for line in report.notes if "there are not in this store" in line or "cuts long" in line])
