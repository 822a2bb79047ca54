"""``kg assess --endpoint URL``: run the rules again on a remote store."""

from __future__ import annotations

import json

from kg.cli.common import progress
from kg.cli.endpoint import NO_STORE, options, read_access
from kg.cli.parsing import parser


def main(words: list[str]) -> int:
    """Derive again at an endpoint; 3 where it fails."""
    made = parser(
        "assess",
        "Run the rules on a remote store that holds the graph, after triples were added there, and replace the derived graphs.\n"
        "Here, 'kg build' does the same for the store on this machine.",
        "kg assess --endpoint http://localhost:7878",
    )
    made.add_argument("--endpoint", metavar="URL", required=True, help="the store to run the rules on")
    made.add_argument(
        "--with-graph", metavar="IRI", action="append", default=[], help="a further graph for the rules to read, beside those of the data (repeatable)"
    )
    made.add_argument("--show", action="store_true", help="say what the rules would derive, and leave the derived graphs as they are")
    made.add_argument("--format", choices=("text", "json"), default="text")
    options(made, 300)
    args = made.parse_args(words)
    from kg.remote.reassess import reassess

    url, access = read_access(args.endpoint, args)
    report = reassess(url, access, server=args.server, more=args.with_graph, show=args.show, say=progress)
    if args.format == "json":
        print(json.dumps(NO_STORE | {"schema": "servanda/assess/1"} | report.document(), ensure_ascii=False, indent=1))
        return 0
    for graph in report.graphs:
        print(f"{graph.iri}: {graph.there:,} -> {graph.triples:,} triples")
    print(f"{'nothing replaced' if args.show else 'replaced'}, in {report.seconds:.1f} s: {report.target} ({report.server})")
    return 0
