"""Where the packaged folders are: inside the installed wheel, else in the source tree."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
INSTALLED = (_HERE / "_data").is_dir()
ROOT = _HERE / "_data" if INSTALLED else _HERE.parent


def folder(name: str) -> Path:
    """The packaged folder of that name: ``ontology``, ``shapes``, ``queries``, ``data`` or ``prebuilt``."""
    return ROOT / name
