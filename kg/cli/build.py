"""``kg build``: read, validate, infer, activate, assess, store."""

from __future__ import annotations

import json
from pathlib import Path

from kg.build import BuildReport, build
from kg.cli.common import progress
from kg.cli.parsing import parser
from kg.formats import envelope
from kg.store import current_generation, default_store, open_generation


def main(words: list[str]) -> int:
    """Build the store; 1 where the data do not conform."""
    made = parser("build", "Run the whole flow over the packaged data, or over folders of Turtle files, into the store.", "kg build --from data")
    made.add_argument(
        "--from", dest="sources", metavar="DIR", type=Path, action="append", help="a folder of Turtle files instead of the packaged data (repeatable)"
    )
    made.add_argument("--force", action="store_true", help="build even if nothing changed")
    made.add_argument("--engine", choices=("rudof", "pyshacl"), help="engine of the validation (default rudof; pyshacl is the reference)")
    made.add_argument("--on-disk", action="store_true", help="run the rules in a database on disk, not in memory: slower, for graphs that memory does not hold")
    made.add_argument("--format", choices=("text", "json"), default="text")
    args = made.parse_args(words)
    store = args.store or default_store()
    report = build(store, args.sources, force=args.force, engine=args.engine, on_disk=args.on_disk, progress=progress)
    graphs = report.manifest["graphs"]
    if args.format == "json":
        rows = [{"iri": iri, "triples": count, "action": report.action} for iri, count in graphs.items()]
        print(
            json.dumps(
                envelope("build", report.manifest)
                | {
                    "target": str(store),
                    "graphs": rows,
                    "verified": verified(report),
                    "seconds": round(report.seconds, 3),
                },
                indent=1,
            )
        )
    else:
        print(
            f"{report.action}: {len(graphs)} graphs, {report.manifest['quads']:,} quads, data {report.manifest['data_version']}, in {report.seconds:.1f} s\nstore: {store}"
        )
    return 0


def verified(report: BuildReport) -> bool:
    """Whether the store, opened anew, holds as many quads as were derived."""
    generation = current_generation(report.target)
    return generation is not None and len(open_generation(generation)) == report.manifest["quads"]
