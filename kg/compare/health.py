"""Data health: what the record must hold, kept beside the data in ``health.yaml``, and how it stands against what the store counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.errors import InputError
from kg.read import show_path

if TYPE_CHECKING:
    from kg.query import Base

FILE = "health.yaml"
_BOUNDS = ("at_least", "at_most")


class Assertion(NamedTuple):
    """One assertion: the ``measure`` counted, its ``value``, the bounds (None where open), ``why`` it is held, and whether it ``holds``."""

    measure: str
    value: float | None
    at_least: float | None
    at_most: float | None
    why: str
    holds: bool


def assertions(base: Base, found: dict[str, Any]) -> list[Assertion]:
    """The assertions beside the data that the store was built from, against the counts ``found`` (as ``kg.stats.counts`` gives them).

    Raises InputError (KG-IN16) for a file that is not as described in its own first lines.
    """
    return [_assertion(path, measure, entry, found) for path, held in beside(base, FILE) for measure, entry in held.items()]


def beside(base: Base, name: str) -> list[tuple[Path, dict[str, Any]]]:
    """The YAML files of that name in the folders that the store was built from, each a mapping. Raises InputError (KG-IN16)."""
    files = [Path(source) / name for source in base.manifest.get("sources", [])]
    return [(path, _read(path)) for path in files if path.is_file()]


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _refused(path, str(error).splitlines()[0]) from None
    if not isinstance(held, dict):
        raise _refused(path, "it is no mapping")
    return held


def _assertion(path: Path, measure: str, entry: Any, found: dict[str, Any]) -> Assertion:
    name, _, code = str(measure).partition(".")
    if name not in found:
        raise _refused(path, f"nothing counts {measure!r}")
    if not isinstance(entry, dict) or not set(entry) <= {*_BOUNDS, "why"} or not set(entry) & set(_BOUNDS):
        raise _refused(path, f"{measure}: at_least or at_most, and why, are expected")
    bounds = [entry.get(bound) for bound in _BOUNDS]
    if any(bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)) for bound in bounds):
        raise _refused(path, f"{measure}: a bound is no number")
    value = found[name].get(code, 0) if code else found[name]
    low, high = bounds
    holds = value is not None and (low is None or value >= low) and (high is None or value <= high)
    return Assertion(str(measure), value, low, high, str(entry.get("why", "")), holds)


def _refused(path: Path, reason: str) -> InputError:
    return InputError("KG-IN16", f"not as its first lines describe: {reason}", place=show_path(path), fix="write it as the comment at its head shows")
