"""What a build is made from, whether the store still matches it, and the generation to read.

Every reading command comes through here, so it loads nothing that a fresh store does not need.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kg import __version__, contributions
from kg.errors import KgError
from kg.resources import INSTALLED, ROOT, folder
from kg.store import FORMAT, current_generation, read_manifest

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

Progress = Callable[[str], None]
REBUILDING = "rebuilding the store: "
_STEPS = ("activate", "assess", "build", "catalog", "contributions", "engine", "infer", "namespaces", "query", "read", "rules", "store", "validate")


def packaged_data() -> list[Path]:
    """The folder of data that travels with the package."""
    return [folder("data")]


def input_files(sources: Iterable[Path]) -> list[Path]:
    """Every file that decides what a build gives, contributions apart: schema, shapes, queries, data, and the code of the steps."""
    from kg.read import find_files

    files = [path for name in ("ontology", "shapes") for path in sorted(folder(name).rglob("*.ttl"))]
    files += sorted(folder("queries").rglob("*.rq"))
    for source in sources:
        files += find_files(source)
    return [*files, *_step_files()]


def fingerprint(sources: Iterable[Path], contributed: Iterable[Path] = ()) -> str:
    """A cheap mark of the inputs: of an installed package its own digest, else names, sizes and times of change."""
    sources, contributed = list(sources), list(contributed)
    if INSTALLED and not contributed and sources == packaged_data():
        return f"installed {__version__} {_packed_digest()}"
    import hashlib

    digest = hashlib.sha256(f"{__version__} {FORMAT}".encode())
    for base, ending in ((folder("ontology"), ".ttl"), (folder("shapes"), ".ttl"), (folder("queries"), ".rq"), *((source, ".ttl") for source in sources)):
        digest.update("".join(sorted(_marks(str(base), ending))).encode())
    for path in (*contributed, *_step_files()):
        digest.update(_mark(str(path), os.stat(path)).encode())
    return digest.hexdigest()


def _marks(base: str, ending: str) -> Iterator[str]:
    """The mark of every file below a folder with this ending. Every command walks the inputs, so without the cost of paths."""
    with os.scandir(base) as entries:
        for entry in entries:
            if entry.name.endswith(ending):
                yield _mark(entry.path, entry.stat())
            elif entry.is_dir():
                yield from _marks(entry.path, ending)


def _mark(path: str, stat: os.stat_result) -> str:
    return f"{path} {stat.st_size} {stat.st_mtime_ns}\n"


def _step_files() -> list[Path]:
    return [Path(__file__).with_name(f"{step}.py") for step in _STEPS]


def content_digest(sources: Iterable[Path], contributed: Iterable[Path] = ()) -> str:
    """A mark of the inputs' contents and names; the same on every machine."""
    import hashlib

    digest = hashlib.sha256(f"{__version__} {FORMAT}".encode())
    sources = list(sources)
    named = [(path, _stable_name(path, sources)) for path in input_files(sources)]
    named += [(path, f"contributions/{path.name}") for path in contributed]  # whatever their folder: one on its way lies elsewhere
    for path, name in named:
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _stable_name(path: Path, sources: list[Path]) -> str:
    for base in (*sources, ROOT):
        if path.is_relative_to(base):
            return str(path.relative_to(base))
    return f"{path.parent.name}/{path.name}"


def _packed_digest() -> str:
    """The digest of the record that the wheel carries; empty where there is none."""
    try:
        return (folder("prebuilt") / "digest").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def ready(store: Path, progress: Progress | None = None) -> tuple[Path, dict[str, Any]]:
    """The generation to read, built first where there is none or its inputs changed. Returns it with its manifest."""
    generation = current_generation(store)
    manifest = read_manifest(generation) if generation is not None else {}
    reason = stale(manifest, contributions.files(store)) if manifest else ""
    if generation is not None and reason is None:
        return generation, manifest

    from kg.build import build
    from kg.read import show_path

    if progress is not None:
        progress(f"{REBUILDING}{reason}" if manifest else f"building the store in {show_path(store)} (once)")
    sources = [Path(source) for source in manifest.get("sources", [])] if manifest.get("format") == FORMAT else []
    build(store, sources or None, progress=progress)
    generation = current_generation(store)
    if generation is None:
        raise KgError("KG-ST08", "the store vanished while it was read", place=str(store), fix="run the command again")
    return generation, read_manifest(generation)


def stale(manifest: dict[str, Any], contributed: list[Path]) -> str | None:
    """Why a generation no longer matches its inputs; None where it does, or where the folders it was built from are gone."""
    if manifest.get("format") != FORMAT or manifest.get("code_version") != __version__:
        return f"it was made by version {manifest.get('code_version')}, this is {__version__}"
    sources = [Path(source) for source in manifest.get("sources", [])]
    if not all(source.is_dir() for source in sources):
        return None
    return None if manifest.get("fingerprint") == fingerprint(sources, contributed) else "its inputs changed"
