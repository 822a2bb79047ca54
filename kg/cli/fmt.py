"""``kg fmt FILE… [--check]``."""

from __future__ import annotations

import sys
from pathlib import Path

from kg.cli.parsing import parser
from kg.fmt.canonical import canonical, format_file
from kg.read import find_files


def main(words: list[str]) -> int:
    """Write files in canonical form; with --check, 1 where one is in another form."""
    made = parser("fmt", "Write Turtle files in the one canonical form; comments stay.", "kg fmt --check data/cases/2025-06-13-iran-war.ttl")
    made.add_argument(
        "files", nargs="+", metavar="FILE", type=Path, help="Turtle files, or folders of them, written in place; - is standard input to standard output"
    )
    made.add_argument("--check", action="store_true", help="change nothing; exit 1 and name the files that are in another form")
    args = made.parse_args(words)
    if args.files == [Path("-")]:
        data = sys.stdin.buffer.read()
        text = canonical(Path("standard-input.ttl"), data)
        if args.check:
            return int(text != data)
        sys.stdout.write(text.decode())
        return 0
    named = [found for path in args.files for found in (find_files(path) if path.is_dir() else [path])]
    others = [path for path in named if format_file(path, check=args.check)]
    for path in others:
        print(f"{path}: {'not in canonical form' if args.check else 'written'}")
    return 1 if args.check and others else 0
