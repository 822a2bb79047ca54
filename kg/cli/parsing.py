"""The argument parser of the commands: it refuses in the house style, and knows the options that every command has."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from kg.errors import UsageError


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
    made.add_argument("--store", metavar="DIR", type=Path, help="the store to use (else KG_STORE, else the user's data folder)")
    made.add_argument("--debug", action="store_true", help="show the trace of an error")
    return made
