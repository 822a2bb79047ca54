"""What the commands share: the store to read, progress on a terminal, remarks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kg.query import Base


def progress(line: str) -> None:
    """A line of progress on stderr, where that is a terminal; that a store is made anew is said everywhere."""
    from kg.inputs import REBUILDING

    if sys.stderr.isatty() or line.startswith(REBUILDING):
        print(line, file=sys.stderr)


def base(store: Path | None) -> Base:
    """The store to read, built first where needed."""
    return Base(store, progress)


def wants_color() -> bool:
    """Whether to color: a terminal, and NO_COLOR not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def note(lines: list[str]) -> None:
    """Remarks beside the answer, on stderr."""
    for line in lines:
        print(f"note: {line}", file=sys.stderr)
