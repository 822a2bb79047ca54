"""Bad input of every kind, end to end: one clear message, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import WORLD

from kg import __version__
from kg.build import build
from kg.doctor import _store
from kg.inputs import stale
from kg.store import current_generation, open_generation, writing

KG = [sys.executable, "-m", "kg"]
BUILD = ("build", "--from", str(WORLD))
ASK = ("query", "run", "status", "--format", "csv")
AS_USER = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--"]  # root without the power to ignore permissions

Damage = Callable[[Path, Path], object]


def kg(*words: str, store: Path, before: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    """The whole command in a process of its own, with output to pipes."""
    env = {**os.environ, "KG_STORE": str(store), "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run([*(before or []), *KG, *words], env=env, cwd=store.parent, capture_output=True, text=True, timeout=120, check=False)


def refused(done: subprocess.CompletedProcess[str], exit_code: int, code: str = "KG-", hint: str = "") -> None:
    """Nothing on standard output; on standard error one message with its code and a way out, and no traceback."""
    assert done.returncode == exit_code, done.stderr
    assert done.stdout == ""
    said = [line for line in done.stderr.splitlines() if not line.startswith("rebuilding the store: ")]
    assert len(said) == 2, done.stderr
    assert said[0].startswith(code), done.stderr
    assert said[1].startswith("  fix: ") and len(said[1]) > 12, done.stderr
    assert hint.casefold() in done.stderr.casefold()


@pytest.fixture
def copy(world: Path, tmp_path: Path) -> Path:
    """A copy of the small world's store that a test may break."""
    return shutil.copytree(world, tmp_path / "store")


UNKNOWN = {
    "command": (("qurey", "list"), "KG-US10", "query"),
    "query": (("query", "run", "unhonred"), "KG-US01", "unhonored"),
    "query to show": (("query", "show", "brached"), "KG-US01", "breached"),
    "parameter": (("query", "run", "status", "--owned-by", "AAA"), "KG-US02", "owed-by"),
    "parameter of another query": (("query", "run", "status", "--on", "1992-03-01"), "KG-US02", ""),
    "party": (("query", "run", "status", "--owed-by", "Ardanai"), "KG-US03", "ardania"),
    "one of several parties": (("query", "run", "status", "--by", "AAA,,BBB"), "KG-US03", ""),
    "agreement": (("query", "run", "status", "--agreement", "lindmark-1991"), "KG-US05", "lindmark-1990"),
    "behavior": (("query", "run", "status", "--kind", "asistance"), "KG-US06", "assistance"),
    "date": (("query", "run", "status", "--as-of", "1992-02-30"), "KG-US07", "YYYY-MM-DD"),
    "date in words": (("query", "run", "obligations-on", "--on", "March 1992"), "KG-US07", "YYYY-MM-DD"),
    "choice": (("query", "run", "honoring-rate", "--unit", "war"), "KG-US08", "case"),
    "switch": (("query", "run", "status", "--all=maybe"), "KG-US08", "true or false"),
    "number": (("query", "run", "status", "--limit", "-1"), "KG-US11", ""),
    "format": (("query", "run", "status", "--format", "docx"), "KG-US11", "csv"),
    "ID": (("explain", "lindmark-1990-art-4-aid--BBB--AAA--1992-03-01-riad"), "KG-US09", "raid"),
    "party of a what-if": (("whatif", "--occurrence", "invasion", "--target", "Nowhere", "--initiator", "XAN", "--on", "1992-01-01"), "KG-US03", ""),
    "option of version": (("--version", "--verbose"), "KG-US11", "--help"),
    "update": (("sparql", "DELETE WHERE { ?s ?p ?o }"), "KG-US12", "SELECT"),
    "query language": (("sparql", "SELECT everything"), "KG-US14", ""),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_unknown_words_exit_2(kind: str, world: Path) -> None:
    words, code, hint = UNKNOWN[kind]
    refused(kg(*words, store=world), 2, code, hint)


def test_words_that_are_no_text_exit_2(world: Path) -> None:
    refused(kg("sparql", os.fsdecode(b'SELECT ("\xff" AS ?x) {}'), store=world), 2, "KG-US14")
    refused(kg("query", "run", "status", "--by", os.fsdecode(b"\xff"), store=world), 2, "KG-US03")


def test_a_broken_turtle_file_exits_3_with_its_place(copy: Path, tmp_path: Path) -> None:
    data = shutil.copytree(WORLD, tmp_path / "data")
    broken = data / "agreements" / "lindmark-1990.ttl"
    broken.write_text(broken.read_text(encoding="utf-8") + "agreement:x a ;\n", encoding="utf-8")
    line = len(broken.read_text(encoding="utf-8").splitlines())
    refused(kg("build", "--from", str(data), store=copy), 3, "KG-IN04", f"lindmark-1990.ttl:{line}:")
    for words in (("validate", str(broken)), ("contribute", "check", str(broken))):
        done = kg(*words, store=copy)
        assert done.returncode == 3
        assert f"lindmark-1990.ttl:{line}:" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    refused(kg("fmt", str(broken), store=copy), 3, "KG-IN04", f"lindmark-1990.ttl:{line}:")


@pytest.mark.parametrize("words", [(*BUILD, "--force"), ("contribute", "remove", "nothing")], ids=["build", "contribute"])
def test_a_locked_store(words: tuple[str, ...], copy: Path) -> None:
    with writing(copy):
        done = kg(*words, store=copy)
    refused(done, 3, "KG-ST04", "wait")
    with writing(copy):
        assert kg(*ASK, store=copy).returncode == 0, "who only reads needs no lock"


def _write(name: str, data: bytes) -> Damage:
    return lambda store, generation: ((store if name == "current" else generation) / name).write_bytes(data)


def _flip(_: Path, generation: Path) -> None:
    """Change bytes inside every table of the database, which it notices only when it reads them."""
    for path in (generation / "db").glob("*.sst"):
        data = bytearray(path.read_bytes())
        data[len(data) // 4 : len(data) // 4 + 200] = bytes(200)
        path.write_bytes(data)


DAMAGE: dict[str, tuple[Damage, str]] = {
    "pointer is empty": (_write("current", b""), "KG-ST01"),
    "pointer is no text": (_write("current", b"\xff\xfe"), "KG-ST01"),
    "pointer leads out": (_write("current", b"../.."), "KG-ST01"),
    "pointer is a folder": (lambda store, _: ((store / "current").unlink(), (store / "current").mkdir()), "KG-ST07"),
    "generation is gone": (lambda _, generation: shutil.rmtree(generation), "KG-ST01"),
    "manifest is cut": (_write("manifest.json", b'{"format": 3, '), "KG-ST02"),
    "manifest is a list": (_write("manifest.json", b"[]"), "KG-ST02"),
    "catalog is cut": (_write("catalog.json", b"{"), "KG-ST02"),
    "catalog lacks the queries": (_write("catalog.json", b"{}"), "KG-ST02"),
    "catalog is gone": (lambda _, generation: (generation / "catalog.json").unlink(), "KG-ST02"),
    "database is gone": (lambda _, generation: shutil.rmtree(generation / "db"), "KG-ST03"),
    "database is nonsense": (lambda _, generation: [path.write_bytes(b"nonsense") for path in (generation / "db").iterdir()], "KG-ST03"),
    "database is changed inside": (_flip, "KG-ST03"),
    "store is a file": (lambda store, _: (shutil.rmtree(store), store.write_text("")), "KG-ST07"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_corrupt_store_exits_3(kind: str, copy: Path) -> None:
    damage, code = DAMAGE[kind]
    generation = current_generation(copy)
    assert generation is not None
    damage(copy, generation)
    refused(kg(*ASK, store=copy), 3, code, "kg build" if code != "KG-ST07" else "--store")
    if not kind.startswith("catalog"):
        assert any(check.needed and not check.ok for check in _store(copy)), "the doctor finds it too"


@pytest.mark.parametrize("name", ["names.json", "graphs.json"])
def test_damage_in_a_file_that_is_seldom_read(name: str, copy: Path) -> None:
    generation = current_generation(copy)
    assert generation is not None
    words = (*ASK, "--by", "AAA") if name == "names.json" else ("stats",)
    for data in (b"{}", b"[]", b"{"):
        (generation / name).write_bytes(data)
        refused(kg(*words, store=copy), 3, "KG-ST02", name)


@pytest.mark.parametrize("words", [("load", "{}/target"), ("export",), ("export", "--split", "{}/out")], ids=["load", "export", "split"])
def test_damage_in_the_text_of_the_graphs(words: tuple[str, ...], copy: Path, tmp_path: Path) -> None:
    generation = current_generation(copy)
    assert generation is not None
    texts, index = generation / "graphs.nt.gz", generation / "graphs.json"
    whole, places = texts.read_bytes(), index.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    none = json.dumps(json.loads(places) | {"texts": {}}).encode()
    for number, (data, named) in enumerate([(b"", places), (whole[:-9], places), (bytes(flipped), places), (whole, none), (None, places)]):
        index.write_bytes(named)
        texts.unlink(missing_ok=True)
        if data is not None:
            texts.write_bytes(data)
        refused(kg(*(word.format(tmp_path / str(number)) for word in words), store=copy), 3, "KG-ST02", "graphs.nt.gz")
    assert not list(tmp_path.glob("*/out")), "nothing half written"


@pytest.mark.parametrize("version", ["0.0.1", "99.0.0"])
def test_a_store_of_another_version_is_made_anew_and_says_so_also_to_a_pipe(version: str, copy: Path) -> None:
    generation = current_generation(copy)
    assert generation is not None
    manifest = json.loads((generation / "manifest.json").read_bytes())
    (generation / "manifest.json").write_text(json.dumps(manifest | {"code_version": version}))
    done = kg("--version", store=copy)
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"rebuilding the store: it was made by version {version}, this is {__version__}\n"
    assert kg("--version", store=copy).stderr == "", "and only once"


def test_a_store_of_another_layout_is_never_read(copy: Path) -> None:
    generation = current_generation(copy)
    assert generation is not None
    manifest = json.loads((generation / "manifest.json").read_bytes())
    assert stale(manifest, []) is None
    for layout in (1, 999, None):
        assert stale(manifest | {"format": layout}, []) is not None


def test_a_store_whose_inputs_changed_is_made_anew_and_says_so(tmp_path: Path) -> None:
    data = shutil.copytree(WORLD, tmp_path / "data")
    store = tmp_path / "store"
    build(store, [data])
    case = data / "cases" / "1992-03-01-raid.ttl"
    case.write_text(case.read_text(encoding="utf-8").replace("Borland sends troops", "Borland sends soldiers"), encoding="utf-8")
    done = kg("sparql", "SELECT ?l { conduct:BBB-troops-1992 rdfs:label ?l }", "--format", "csv", store=store)
    assert "Borland sends soldiers" in done.stdout
    assert done.stderr == "rebuilding the store: its inputs changed\n"


def test_a_forced_build_keeps_the_generation_in_use_until_the_new_one_is_complete(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_generation(copy)
    assert before is not None

    def fail(*_: object) -> None:
        assert (before / "db" / "CURRENT").is_file()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kg.store._point", fail)
    from kg.errors import StoreError

    with pytest.raises(StoreError):
        build(copy, [WORLD], force=True)
    assert current_generation(copy) == before
    assert kg(*ASK, store=copy).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Makes a small disk of so many kilobytes; skips where none may be mounted."""
    mounted: list[Path] = []

    def mount(kilobytes: int) -> Path:
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=False)


needs_mount = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounts a small disk, which only root may")


@needs_mount
def test_no_space_for_a_first_store(disk: Callable[[int], Path]) -> None:
    for kilobytes in (4, 500, 1200):
        refused(kg(*BUILD, store=disk(kilobytes) / "store"), 3, "KG-ST05", "free some space")


@needs_mount
def test_no_space_for_what_a_command_writes(disk: Callable[[int], Path], world: Path, tmp_path: Path) -> None:
    full = disk(64)
    shutil.copy(WORLD / "cases" / "1992-03-01-raid.ttl", full / "raid.ttl")
    text = (full / "raid.ttl").read_bytes()
    with (full / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError:
            pass
    there = sorted(path.name for path in full.iterdir())
    for words, code in (
        (("export", "-o", str(full / "x.nq")), "KG-OU03"),
        (("contribute", "template", "case", "-o", str(full / "x.csv")), "KG-CT08"),
        (("fmt", str(full / "raid.ttl")), "KG-IN06"),
        ((*BUILD, "--store", str(full / "store")), "KG-ST05"),
    ):
        refused(kg(*words, store=world), 3, code, "no space left")
    assert (full / "raid.ttl").read_bytes() == text
    assert sorted(path.name for path in full.iterdir() if path.name != "store") == there, "nothing half-written stays"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [("--help",), ASK, ("export",)], ids=" ".join)
def test_no_space_for_the_answer(words: tuple[str, ...], world: Path) -> None:
    env = {**os.environ, "KG_STORE": str(world)}
    with open("/dev/full", "w") as full:
        done = subprocess.run([*KG, *words], env=env, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("KG-OU04") and "no space left" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.fixture
def as_user() -> list[str]:
    """What to put before a command so that permissions hold: nothing for a user, for root a process without root's powers."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv") or subprocess.run([*AS_USER, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root's powers cannot be dropped here")
    return AS_USER


NO_PERMISSION: dict[str, tuple[Damage, tuple[str, ...], str]] = {
    "to enter the store": (lambda store, _: store.chmod(0), ASK, "KG-ST06"),
    "to read the pointer": (lambda store, _: (store / "current").chmod(0), ASK, "KG-ST06"),
    "to enter the generations": (lambda store, _: (store / "generations").chmod(0), ASK, "KG-ST06"),
    "to enter the generation": (lambda _, generation: generation.chmod(0), ASK, "KG-ST06"),
    "to read the manifest": (lambda _, generation: (generation / "manifest.json").chmod(0), ASK, "KG-ST06"),
    "to read the catalog": (lambda _, generation: (generation / "catalog.json").chmod(0), ASK, "KG-ST06"),
    "to enter the database": (lambda _, generation: (generation / "db").chmod(0), ASK, "KG-ST06"),
    "to read the database": (lambda _, generation: [path.chmod(0) for path in (generation / "db").iterdir()], ASK, "KG-ST06"),
    "to write the store": (lambda store, _: (store / "lock").chmod(0o444), (*BUILD, "--force"), "KG-ST06"),
    "to write the generations": (lambda store, _: (store / "generations").chmod(0o555), (*BUILD, "--force"), "KG-ST06"),
    "to write the rules' database": (lambda store, _: store.chmod(0o555), (*BUILD, "--force", "--on-disk"), "KG-ST06"),
    "to read the contributions": (lambda store, _: (store.parent / "contributions").mkdir(mode=0), ASK, "KG-IN20"),
}


@pytest.mark.parametrize("kind", NO_PERMISSION)
def test_no_permission(kind: str, copy: Path, as_user: list[str]) -> None:
    change, words, code = NO_PERMISSION[kind]
    generation = current_generation(copy)
    assert generation is not None
    change(copy, generation)
    try:
        refused(kg(*words, store=copy, before=as_user), 3, code, "permission")
    finally:
        for folder, names, files in os.walk(copy.parent):
            for name in names:
                (Path(folder) / name).chmod(0o755)
            for name in files:
                (Path(folder) / name).chmod(0o644)
    assert len(open_generation(current_generation(copy) or Path())) > 1000, "the previous generation is whole"


def test_no_permission_for_inputs_and_outputs(copy: Path, tmp_path: Path, as_user: list[str]) -> None:
    data = shutil.copytree(WORLD, tmp_path / "data")
    case = data / "cases" / "1992-03-01-raid.ttl"
    case.chmod(0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for words, code in (
        (("build", "--from", str(data)), "KG-IN20"),
        (("fmt", str(case)), "KG-IN06"),
        (("sparql", str(_unreadable(tmp_path / "q.rq"))), "KG-IN06"),
        (("export", "-o", str(closed / "x.nq")), "KG-OU03"),
        (("export", "--split", str(closed / "x")), "KG-OU03"),
        (("contribute", "template", "case", "-o", str(closed / "x.csv")), "KG-CT08"),
        ((*BUILD, "--store", str(closed / "store")), "KG-ST06"),
        (("query", "list", "--store", str(closed / "store")), "KG-ST06"),
    ):
        refused(kg(*words, store=copy, before=as_user), 3, code, "permission")
    case.chmod(0o644)
    (data / "cases").chmod(0)
    refused(kg("build", "--from", str(data), store=copy, before=as_user), 3, "KG-IN20", "permission")
    (data / "cases").chmod(0o755)
    data.chmod(0)
    refused(kg("build", "--from", str(data), store=copy, before=as_user), 3, "KG-IN20", "permission")
    data.chmod(0o755)


def _unreadable(path: Path) -> Path:
    path.write_text("ASK { ?s ?p ?o }")
    path.chmod(0)
    return path


def test_a_store_that_may_only_be_read_is_read(copy: Path, as_user: list[str]) -> None:
    for path in [*copy.rglob("*"), copy]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    done = kg(*ASK, store=copy, before=as_user)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("activation,")
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="becomes a user without an entry")
def test_no_home_folder(tmp_path: Path) -> None:
    become = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--"]
    if subprocess.run([*become, sys.executable, "-c", "import kg.cli"], cwd=Path(__file__).parents[1], capture_output=True, check=False).returncode:
        pytest.skip("another user cannot read this interpreter or tree")
    env = {key: value for key, value in os.environ.items() if key not in ("HOME", "KG_STORE", "XDG_DATA_HOME")}
    done = subprocess.run([*become, *KG, "query", "list"], cwd=Path(__file__).parents[1], env=env, capture_output=True, text=True, check=False)
    refused(done, 3, "KG-ST12", "--store")
