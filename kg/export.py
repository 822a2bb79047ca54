"""The graph as files: sorted N-Quads, TriG, Turtle, JSON-LD; or split, gzipped N-Quads with a VoID manifest for bulk loaders."""

from __future__ import annotations

import gzip
import hashlib
import heapq
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import KgError
from kg.load.source import DERIVED, chosen
from kg.namespaces import PREFIXES, RECORD
from kg.store import GraphTexts

if TYPE_CHECKING:
    from kg.query import Base

FORMATS = {"nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}
PIECE = 1_000_000  # quads in one file of a split export
_RUN = 500_000  # lines sorted in memory at a time


@dataclass(frozen=True)
class Piece:
    """One file of a split export: name, number of quads, and the SHA-256 of the file."""

    name: str
    quads: int
    sha256: str


def choose(base: Base, only: Iterable[str] = (), derived: bool = True) -> list[str]:
    """The graphs to export, in order. Raises UsageError (KG-US32) for a name that fits none."""
    names = sorted(base.manifest["graphs"])
    return chosen([name for name in names if derived or not name.startswith(DERIVED)], only)


def export(base: Base, form: str, out: IO[bytes], graphs: list[str]) -> None:
    """Write the graphs in one of FORMATS, always the same bytes for the same graph. Turtle holds no graph names."""
    if form == "nq":
        with SortedLines(base, graphs) as lines:
            out.writelines(lines)
        return
    quads = {quad for graph in graphs for quad in base.store.quads_for_pattern(None, None, None, ox.NamedNode(graph))}
    if form == "turtle":
        quads = {ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads}
    ordered = sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad)))
    prefixes = PREFIXES if form in ("turtle", "trig") else None
    text = ox.serialize((quad.triple for quad in ordered) if form == "turtle" else ordered, format=FORMATS[form], prefixes=prefixes) or b""
    lines_of_text = text.splitlines(keepends=True)
    head = [line for line in lines_of_text if line.startswith(b"@prefix ")] if prefixes else []
    out.writelines([*sorted(head), *lines_of_text[len(head) :]])


class SortedLines:
    """The graphs as sorted N-Quads lines, in bounded memory: sorted runs on disk, merged."""

    def __init__(self, base: Base, graphs: list[str]) -> None:
        self.base = base
        self.graphs = graphs
        self._stack = ExitStack()

    def __enter__(self) -> Iterator[bytes]:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kg-export-")))
        runs: list[Iterator[bytes]] = []
        block: list[bytes] = []
        for line in self._lines(folder):
            block.append(line)
            if len(block) == _RUN:
                runs.append(self._spill(folder / f"run-{len(runs)}", block))
                block = []
        block.sort()
        return heapq.merge(*runs, iter(block))

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _lines(self, folder: Path) -> Iterator[bytes]:
        path = folder / "graph.nt"
        texts = GraphTexts(self.base.generation, self.base.manifest)
        self._stack.callback(texts.close)
        for graph in self.graphs:
            texts.copy(graph, path)
            tail = f" <{graph}> .\n".encode()
            with path.open("rb") as lines:
                for line in lines:
                    yield line[:-3] + tail

    def _spill(self, path: Path, block: list[bytes]) -> Iterator[bytes]:
        block.sort()
        path.write_bytes(b"".join(block))
        return iter(self._stack.enter_context(path.open("rb")))


def split(base: Base, folder: Path, graphs: list[str], size: int = PIECE) -> list[Piece]:
    """Write sorted N-Quads, gzipped, in files of ``size`` quads, with ``void.ttl`` to describe them, into a new folder.

    The folder appears when it is complete. Raises KgError (KG-OU02, KG-OU03).
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KgError("KG-OU02", "the folder is not empty", place=str(folder), fix="name a new folder")
    aside = folder.parent / f".{folder.name}.{os.getpid()}"
    try:
        aside.mkdir(parents=True)
        with SortedLines(base, graphs) as lines:
            pieces, counts = _write(lines, aside, size)
        (aside / "void.ttl").write_text(_void(pieces, counts), encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise KgError(
            "KG-OU03", f"the export cannot be written: {error.strerror or error}", place=str(folder), fix="check the folder and the free space"
        ) from None
    return pieces


def _write(lines: Iterator[bytes], folder: Path, size: int) -> tuple[list[Piece], dict[str, int]]:
    pieces: list[Piece] = []
    counts: dict[str, int] = {}
    first = next(lines, None)
    while first is not None:
        name, number = f"servanda-{len(pieces) + 1:04}.nq.gz", 0
        with (folder / name).open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            while first is not None and number < size:
                packed.write(first)
                graph = first[first.rindex(b"<") + 1 : -4].decode()
                counts[graph] = counts.get(graph, 0) + 1
                number += 1
                first = next(lines, None)
        pieces.append(Piece(name, number, _sha256(folder / name)))
    return pieces, counts


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _void(pieces: list[Piece], counts: dict[str, int]) -> str:
    """The manifest: the data set, its graphs as subsets, and its files with their checksums."""
    out = [
        "@prefix void: <http://rdfs.org/ns/void#> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix formats: <http://www.w3.org/ns/formats/> .",
        "@prefix schema: <https://schema.org/> .",
        "",
        f"<{RECORD}> a void:Dataset ;",
        '  dcterms:title "Servanda"@en ;',
        "  dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;",
        "  void:feature formats:N-Quads ;",
        f"  void:triples {sum(counts.values())} ;",
        *(f"  void:dataDump <{piece.name}> ;" for piece in pieces),
        *(f"  void:subset <{graph}> ;" for graph in sorted(counts)),
        "  .",
        "",
    ]
    out += [f"<{graph}> a void:Dataset ; void:triples {count} ." for graph, count in sorted(counts.items())]
    out += [f'<{piece.name}> schema:sha256 "{piece.sha256}" ; void:triples {piece.quads} .' for piece in pieces]
    return "\n".join(out) + "\n"
