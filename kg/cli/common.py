"""What the commands share: a parser that refuses in the house style, options, and progress on a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from kg.errors import UsageError
from kg.query import Base


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are UsageErrors."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting."""
        raise UsageError("KG-US11", message, fix=f"see '{self.prog} --help'")


def parser(name: str, summary: str, example: str) -> Parser:
    """The parser of one command, with the options that every command has."""
    made = Parser(
        prog=f"kg {name}", description=summary, epilog=f"example: {example}", formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    common(made)
    return made


def common(made: argparse.ArgumentParser) -> None:
    """Add ``--store`` and ``--debug``."""
    made.add_argument("--store", metavar="DIR", type=Path, help="the store to use (else KG_STORE, else the user's data folder)")
    made.add_argument("--debug", action="store_true", help="show the trace of an error")


def progress(line: str) -> None:
    """A line of progress on stderr, where that is a terminal."""
    if sys.stderr.isatty():
        print(line, file=sys.stderr)


def base(args: argparse.Namespace) -> Base:
    """The store to read, built first where needed."""
    return Base(args.store, progress)


def wants_color() -> bool:
    """Whether to color: a terminal, and NO_COLOR not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def note(lines: list[str]) -> None:
    """Remarks beside the answer, on stderr."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)
