"""``kg export``: the graph as files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli.common import base
from kg.cli.parsing import parser
from kg.errors import KgError, UsageError

if TYPE_CHECKING:
    from kg.query import Base


def main(words: list[str]) -> int:
    """Write to standard output, a file, or a folder of split files."""
    made = parser(
        "export",
        "Write the graph as sorted N-Quads, TriG, Turtle or JSON-LD, or as split, gzipped N-Quads with a VoID manifest, which every bulk loader takes.",
        "kg export --split servanda-quads",
    )
    made.add_argument("--format", choices=("nq", "trig", "turtle", "jsonld"), help="default: by the ending of the file, else nq; turtle holds no graph names")
    made.add_argument("-o", "--output", metavar="FILE", type=Path, help="file to write (default: standard output)")
    made.add_argument("--split", metavar="DIR", type=Path, help="a new folder of gzipped N-Quads and void.ttl")
    made.add_argument("--size", metavar="N", type=int, default=1_000_000, help="quads in one file of --split (default 1000000)")
    made.add_argument("--only", metavar="NAME", action="append", default=[], help="only this graph, such as agreements/* (repeatable)")
    made.add_argument("--without-derived", dest="derived", action="store_false", help="without what the rules derived")
    args = made.parse_args(words)
    if (args.split and (args.output or args.format not in (None, "nq"))) or args.size < 1:
        raise UsageError("KG-US36", "--split writes N-Quads into a folder of its own", fix="leave out --format and --output; --size is at least 1")
    from kg.export import choose, split

    here = base(args.store)
    graphs = choose(here, args.only, args.derived)
    if args.split:
        pieces = split(here, args.split, graphs, args.size)
        print(f"wrote {sum(piece.quads for piece in pieces):,} quads of {len(graphs)} graphs in {len(pieces)} files: {args.split}")
        return 0
    _write(args.output, args.format or _by_ending(args.output), here, graphs)
    return 0


def _write(path: Path | None, form: str, here: Base, graphs: list[str]) -> None:
    from kg.export import export

    if path is None:
        export(here, form, sys.stdout.buffer, graphs)
        return
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as out:
            export(here, form, out, graphs)
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise KgError(
            "KG-OU03", f"the export cannot be written: {error.strerror or error}", place=str(path), fix="check the folder and the free space"
        ) from None
    print(f"wrote {len(graphs)} graphs: {path}")


def _by_ending(path: Path | None) -> str:
    endings = {".nq": "nq", ".trig": "trig", ".ttl": "turtle", ".jsonld": "jsonld"}
    if path is not None and path.suffix and path.suffix not in endings:
        raise UsageError("KG-US37", f"no format ends in {path.suffix!r}", fix=f"use one of {', '.join(endings)}, or say --format")
    return endings.get(path.suffix, "nq") if path else "nq"
