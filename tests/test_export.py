"""Files that hold the graph, the same bytes every time."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import export
from kg.cli import main
from kg.query import Base


def quads(world: Path) -> list[bytes]:
    """The store's own N-Quads, sorted."""
    return sorted((Base(world).store.dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True))


@pytest.mark.parametrize("name", ["all.nq", "all.trig", "all.ttl", "all.jsonld"])
def test_formats(world: Path, tmp_path: Path, name: str) -> None:
    """Each is read back as the same graph, and written twice it is the same file."""
    first, second = tmp_path / name, tmp_path / ("again-" + name)
    for path in (first, second):
        assert main(["export", "-o", str(path), "--store", str(world)]) == 0
    assert first.read_bytes() == second.read_bytes()
    form = {"nq": "nq", "trig": "trig", "ttl": "turtle", "jsonld": "jsonld"}[name.rsplit(".", 1)[1]]
    read = {str(quad) for quad in ox.parse(path=str(first), format=export.FORMATS[form])}
    here = set(Base(world).store)
    assert read == {str(ox.Quad(quad.subject, quad.predicate, quad.object) if form == "turtle" else quad) for quad in here}


def test_standard_output_is_sorted_quads(world: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Nothing but the quads."""
    assert main(["export", "--store", str(world)]) == 0
    assert capfdbinary.readouterr().out.splitlines(keepends=True) == quads(world)


def test_only_and_without_derived(world: Path, tmp_path: Path) -> None:
    """The choice of graphs."""
    path = tmp_path / "x.nq"
    assert main(["export", "-o", str(path), "--without-derived", "--store", str(world)]) == 0
    assert path.read_bytes().splitlines(keepends=True) == [line for line in quads(world) if b"/graph/derived/" not in line]
    assert main(["export", "--only", "nothing/*", "--store", str(world)]) == 2


def test_split(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces in order make the sorted whole; the manifest tells the truth; runs are merged."""
    monkeypatch.setattr(export, "_RUN", 700)
    folder = tmp_path / "out"
    assert main(["export", "--split", str(folder), "--size", "1000", "--store", str(world)]) == 0
    pieces = sorted(folder.glob("*.nq.gz"))
    assert len(pieces) == -(-len(quads(world)) // 1000)
    assert b"".join(gzip.decompress(piece.read_bytes()) for piece in pieces) == b"".join(quads(world))
    void = ox.Store()
    void.load(path=str(folder / "void.ttl"), format=ox.RdfFormat.TURTLE, base_iri="file:///here/")
    said = {(q.subject.value.rsplit("/", 1)[1], q.object.value) for q in void.quads_for_pattern(None, ox.NamedNode("https://schema.org/sha256"), None)}  # type: ignore[union-attr]
    assert said == {(piece.name, hashlib.sha256(piece.read_bytes()).hexdigest()) for piece in pieces}
    again = tmp_path / "again"
    main(["export", "--split", str(again), "--size", "1000", "--store", str(world)])
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == [path.read_bytes() for path in sorted(again.iterdir())]


def test_refusals(world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is not empty, an ending nobody knows, a place that cannot be written."""
    (tmp_path / "mine").write_text("x")
    here = ["--store", str(world)]
    assert main(["export", "--split", str(tmp_path), *here]) == 3
    assert main(["export", "-o", str(tmp_path / "x.doc"), *here]) == 2
    assert main(["export", "-o", str(tmp_path / "no" / "x.nq"), *here]) == 3
    assert main(["export", "--split", str(tmp_path / "y"), "--format", "trig", *here]) == 2
    assert "KG-OU02" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
