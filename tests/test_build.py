"""The build: deterministic, atomic under a kill, only when inputs changed, and clear when a store fails."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import WORLD

from kg.build import build, compile_record, sorted_quads
from kg.errors import StoreError
from kg.inputs import content_digest, packaged_data, ready
from kg.store import GraphTexts, current_generation, open_generation, read_manifest, write_generation, writing

KG = [sys.executable, "-m", "kg"]
BUILD = ("build", "--force", "--from", str(WORLD))


def exported(store: Path) -> bytes:
    generation = current_generation(store)
    assert generation is not None
    return sorted_quads(open_generation(generation))


def run(*words: str, store: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*KG, *words], env={**os.environ, "KG_STORE": str(store), **env}, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def copy(world: Path, tmp_path: Path) -> Path:
    """A copy of the small world's store that a test may break."""
    target = tmp_path / "store"
    shutil.copytree(world, target)
    return target


def test_two_builds_give_the_same_bytes(store: Path) -> None:
    record, manifest, names, _ = compile_record(packaged_data(), content_digest(packaged_data()), str)
    assert sorted_quads(record) == exported(store)
    again = read_manifest(current_generation(store) or Path())
    assert {key: again[key] for key in manifest} == manifest
    written = [json.loads(((current_generation(store) or Path()) / f"{name}.json").read_bytes()) for name in ("catalog", "names")]
    assert json.loads(json.dumps(names)) == written[0] | written[1]


def test_one_graph_a_file_and_derived_apart(store: Path) -> None:
    graphs = read_manifest(current_generation(store) or Path())["graphs"]
    base = "https://w3id.org/servanda/graph/"
    assert f"{base}agreements/rus-irn-2025" in graphs
    assert {f"{base}derived/{step}" for step in ("infer", "activate", "assess")} <= graphs.keys()
    view = open_generation(current_generation(store) or Path())
    derived = {graph for graph in graphs if "/derived/" in graph}
    status = ox.NamedNode("https://w3id.org/servanda/ontology#dutyStatus")
    assert {quad.graph_name.value for quad in view.quads_for_pattern(None, status, None)} <= derived


@pytest.mark.parametrize("form", ["store", "lines"])
def test_the_texts_beside_the_database_hold_the_same(form: str, store: Path, tmp_path: Path) -> None:
    """Written from a store in memory, as a build does, or from sorted lines, as the wheel carries them."""
    generation = current_generation(store)
    assert generation is not None
    database = open_generation(generation)
    manifest = read_manifest(generation)
    if form == "lines":
        with writing(tmp_path / "other"):
            generation = write_generation(tmp_path / "other", "again", sorted_quads(database), manifest, {"queries": {}})
        manifest = read_manifest(generation)
    texts = GraphTexts(generation, manifest)
    assert set(manifest["texts"]) == {graph.value for graph in database.named_graphs()} == set(manifest["graphs"])
    for graph in database.named_graphs():
        texts.copy(graph.value, tmp_path / "graph.nt")
        there = database.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph)
        assert there is not None
        assert sorted((tmp_path / "graph.nt").read_bytes().splitlines()) == sorted(there.splitlines())
    texts.close()
    assert gzip.decompress((generation / "graphs.nt.gz").read_bytes()).count(b"\n") == len(database), "one gzip file for other programs too"


def test_unchanged_inputs_build_nothing(store: Path) -> None:
    before = (store / "current").stat().st_mtime_ns
    assert build(store).action == "unchanged"
    assert (store / "current").stat().st_mtime_ns == before


def test_touched_files_are_noticed_but_not_rebuilt(copy: Path) -> None:
    generation = current_generation(copy)
    assert generation is not None
    manifest = read_manifest(generation) | {"fingerprint": "stale"}
    (generation / "manifest.json").write_text(json.dumps(manifest))
    said: list[str] = []
    ready(copy, said.append)
    assert any("inputs changed" in line for line in said)
    assert not any(line.startswith("infer") for line in said), "same contents: nothing is derived anew"


@pytest.mark.parametrize("delay", [0.05, 0.15, 0.3, 0.5, 0.7, 1.0])
def test_a_killed_build_leaves_the_previous_store(copy: Path, delay: float) -> None:
    before = exported(copy)
    child = subprocess.Popen([*KG, *BUILD, "--store", str(copy)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert exported(copy) == before
    assert run("query", "run", "breached", "--format", "json", store=copy).returncode == 0


def test_the_rules_on_disk_give_the_same_bytes(copy: Path) -> None:
    before = exported(copy)
    assert build(copy, [WORLD], force=True, on_disk=True).action == "built"
    assert exported(copy) == before
    assert not list(copy.glob(".rules*")), "the rules' database lasts as long as the build"


@pytest.mark.parametrize("seen", [".rules/*", "generations/.*", "generations/.*/db", "generations/.*/catalog.json", ".current.*"])
def test_a_build_killed_while_it_writes_leaves_the_previous_store(copy: Path, seen: str) -> None:
    before = exported(copy)
    child = subprocess.Popen([*KG, *BUILD, "--on-disk", "--store", str(copy)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None and not list(copy.glob(seen)):
        time.sleep(0.0005)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert exported(copy) == before
    assert build(copy, [WORLD], force=True).action == "built"
    assert not list(copy.glob("generations/.*")) and not list(copy.glob(".rules*")), "what the killed build left is cleared"
    assert exported(copy) == before


def test_a_locked_store_is_said(copy: Path) -> None:
    with writing(copy):
        done = run(*BUILD, store=copy)
    assert done.returncode == 3
    assert "KG-ST04" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("broken", ["pointer", "manifest", "catalog", "database", "gone"])
def test_a_corrupt_store_is_said_and_can_be_rebuilt(copy: Path, broken: str) -> None:
    generation = current_generation(copy)
    assert generation is not None
    if broken == "pointer":
        (copy / "current").write_bytes(b"\xff\xfe")
    elif broken == "gone":
        shutil.rmtree(generation)
    elif broken == "database":
        for path in (generation / "db").iterdir():
            path.write_bytes(b"nonsense")
    else:
        (generation / f"{broken}.json").write_text("{")
    done = run("query", "run", "status", store=copy)
    assert done.returncode == 3
    assert "KG-ST0" in done.stderr and "fix:" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(*BUILD, store=copy).returncode == 0
    assert run("query", "run", "status", "--format", "csv", store=copy).returncode == 0


def test_a_store_of_another_version_is_rebuilt_and_says_so(copy: Path) -> None:
    generation = current_generation(copy)
    assert generation is not None
    manifest = read_manifest(generation) | {"code_version": "0.0.1"}
    (generation / "manifest.json").write_text(json.dumps(manifest))
    said: list[str] = []
    _, after = ready(copy, said.append)
    assert after["code_version"] != "0.0.1"
    assert any("0.0.1" in line for line in said)


@pytest.mark.skipif(os.geteuid() != 0, reason="drops root to lack a permission")
def test_no_permission_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    code = (
        "import fcntl, os, sys; from pathlib import Path; from kg.store import writing; os.setgid(65534); os.setuid(65534)\n"
        "try:\n    with writing(Path(sys.argv[1])): print('written')\nexcept Exception as error: print(error.code, error.exit_code)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(closed / "store")], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "KG-ST06 3\n", done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
@pytest.mark.parametrize("where", [[], ["--on-disk"]])
def test_a_full_disk_keeps_the_previous_store(where: list[str], copy: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(path.stat().st_size for path in copy.rglob("*") if path.is_file())
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={int(size * 1.3)}", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        small = disk / "store"
        shutil.copytree(copy, small)
        before = exported(small)
        done = run(*BUILD, *where, store=small)
        assert done.returncode == 3, done.stdout
        assert "KG-ST05" in done.stderr, done.stderr
        assert exported(small) == before
        assert not list(small.glob("generations/.*")) and not list(small.glob(".rules*"))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_nothing_is_built_from_data_that_do_not_conform(copy: Path, tmp_path: Path) -> None:
    data = tmp_path / "world"
    shutil.copytree(WORLD, data)
    bad = data / "agreements" / "lindmark-1990.ttl"
    bad.write_text(bad.read_text().replace('"1990-06-01"^^xsd:date', '"autumn 1990"', 1))
    before = exported(copy)
    done = run("build", "--from", str(data), store=copy)
    assert done.returncode == 1
    assert "lindmark-1990.ttl:" in done.stderr and "KG-VA01" in done.stderr
    assert exported(copy) == before


def test_a_broken_file_is_refused_with_its_place(copy: Path, tmp_path: Path) -> None:
    data = tmp_path / "world"
    shutil.copytree(WORLD, data)
    with (data / "cases" / "1992-03-01-raid.ttl").open("a") as file:
        file.write("\nconduct:oops a sv:Action ;;; .\n oops")
    before = exported(copy)
    done = run("build", "--from", str(data), store=copy)
    assert done.returncode == 3
    assert "1992-03-01-raid.ttl:" in done.stderr and "KG-IN04" in done.stderr
    assert exported(copy) == before


def test_writing_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError), writing(tmp_path / "file" / "store"):
        pass
