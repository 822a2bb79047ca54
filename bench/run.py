"""Measure the installed Servanda against its own engines called bare, in one run: ``.venv/bin/python bench/run.py [--rounds N] [--only NAME]``.

Each figure is a ratio of medians; the two sides are measured in turn, round by round, so that both see the same machine.
Writes ``bench/results.json`` and ``bench/RESULTS.md``. See ``bench/README.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.build import build, read_schema
from kg.engine import OxigraphEngine
from kg.inputs import input_files, packaged_data
from kg.query import Base, fill, find
from kg.read import find_files, read_data
from kg.resources import INSTALLED
from kg.store import current_generation, open_generation, read_manifest

HERE = Path(__file__).resolve().parent
KG = str(Path(sys.executable).with_name("kg"))  # the command as a user runs it
QUERIES = ("breached", "unmet-expectations")  # a usual one, and the quickest
PACKAGES = ("pyoxigraph", "pyrudof", "pyshacl", "rdflib")
Side = Callable[[], object]


def seconds(work: Side) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(sides: dict[str, Side], rounds: int) -> dict[str, list[float]]:
    """Wall times of each side, taken in turn; one round more goes first and does not count, unless one is all."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + (rounds > 1)):
        for name, work in sides.items():
            taken = seconds(work)
            if number or rounds == 1:
                found[name].append(taken)
    return found


def figure(name: str, aim: str, holds: Callable[[float], bool], ours: str, bare: str, times: dict[str, list[float]], **more: Any) -> dict[str, Any]:
    """One row of the results: the two medians in seconds, their ratio, the aim and whether it is met."""
    medians = {side: statistics.median(taken) for side, taken in times.items()}
    slower = ours if name != "validate" else bare
    faster = bare if name != "validate" else ours
    ratio = medians[slower] / medians[faster]
    return {
        "name": name,
        "ours": ours,
        "against": bare,
        "medians": {side: round(value, 4) for side, value in medians.items()},
        "spread": {side: [round(min(taken), 4), round(max(taken), 4)] for side, taken in times.items()},
        "ratio": round(ratio, 2),
        "aim": aim,
        "met": holds(ratio),
        "rounds": len(times[ours]),
        **more,
    }


def process(*words: str, env: dict[str, str] | None = None) -> Side:
    """A whole process, from start to end, its output thrown away; it must exit 0. Modules are compiled once, as an installation does."""
    whole = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"} | (env or {})
    quiet = subprocess.DEVNULL

    def work() -> None:
        subprocess.run(words, env=whole, cwd=HERE, stdout=quiet, stderr=quiet, check=True)

    return work


def query(store: Path, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Canned queries, whole process, against a bare script that opens the same store and runs the same text."""
    base = Base(store)
    path = folder / "query.rq"
    bare = process(sys.executable, str(HERE / "bare_query.py"), str((current_generation(store) or Path()) / "db"), str(path))
    rows = []
    for name in QUERIES:
        entry = find(base.catalog, name)
        text, _ = fill(entry, {"all": True} if entry.get("hides") else {}, base.catalog)
        path.write_text(text, encoding="utf-8")
        for form in ("table", "json"):
            label = f"kg query run {name} --format {form}"
            ours = process(KG, *label.split()[1:], env={"KG_STORE": str(store)})
            times = measure({label: ours, "bare pyoxigraph script": bare}, rounds)
            rows.append(figure(f"query ({form})", "at most 2", lambda ratio: ratio <= 2, label, "bare pyoxigraph script", times))
    return rows


def start(rounds: int) -> list[dict[str, Any]]:
    """``kg --help`` against an interpreter that does nothing."""
    times = measure({"kg --help": process(KG, "--help"), "python -c pass": process(sys.executable, "-c", "pass")}, rounds * 4)
    return [figure("start", "at most 6", lambda ratio: ratio <= 6, "kg --help", "python -c pass", times, imports=import_profile())]


def import_profile(count: int = 12) -> list[dict[str, Any]]:
    """What ``kg --help`` imports beyond a bare interpreter: the most costly modules, microseconds of their own."""
    found: list[set[str]] = []
    costs: dict[str, int] = {}
    for words in (("-c", "pass"), (KG, "--help")):
        done = subprocess.run([sys.executable, "-X", "importtime", *words], cwd=HERE, capture_output=True, text=True, check=True)
        lines = [line.removeprefix("import time:").split("|") for line in done.stderr.splitlines() if "|" in line and "self" not in line]
        costs |= {name.strip(): int(own) for own, _, name in lines}
        found.append({name.strip() for _, _, name in lines})
    added = sorted(found[1] - found[0], key=lambda name: (-costs[name], name))
    return [{"module": name, "microseconds": costs[name]} for name in added[:count]]


class Recorder(OxigraphEngine):
    """An engine that notes what the rules ask of it, so that the same can be asked of pyoxigraph bare."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str, list[ox.Quad]]] = []

    def add(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add, and note the quads."""
        node = ox.NamedNode(graph)
        quads = [ox.Quad(t.subject, t.predicate, t.object, node) for t in triples]
        self.asked.append(("add", "", quads))
        self.store.bulk_extend(quads)

    def construct(self, text: str) -> Iterable[ox.Triple]:
        """Construct, and note the rule."""
        self.asked.append(("construct", text, []))
        return super().construct(text)


def recorded() -> list[tuple[str, str, list[ox.Quad]]]:
    """Every load and rule of a build of the packaged data, in order."""
    from kg.activate import activate
    from kg.assess import assess
    from kg.infer import infer

    engine = Recorder()
    for document in read_schema() + read_data(path for source in packaged_data() for path in find_files(source)):
        engine.add(document.graph, document.triples)
    for step in (infer, activate, assess):
        step(engine)
    return engine.asked


def bare_rules(asked: list[tuple[str, str, list[ox.Quad]]]) -> None:
    """The same loads and rules on pyoxigraph, nothing else."""
    store = ox.Store()
    for kind, text, quads in asked:
        if kind == "add":
            store.bulk_extend(quads)
        else:
            for _ in store.query(text, use_default_graph_as_union=True):  # type: ignore[union-attr]
                pass


def bare_parse() -> None:
    """Every Turtle file of the inputs, parsed by pyoxigraph."""
    for path in input_files(packaged_data()):
        if path.suffix == ".ttl" and "shapes" not in path.parts:
            for _ in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                pass


def record_triples() -> list[ox.Triple]:
    """What the validation step is given."""
    documents = read_schema() + read_data(path for source in packaged_data() for path in find_files(source))
    return [triple for document in documents for triple in document.triples]


def checked_graph(triples: list[ox.Triple]) -> list[ox.Triple]:
    """The graph that the engines of the validation step are given."""
    from kg.validate import _context, _is_schema, spelled_out

    return [*(spelled_out(triple) for triple in triples if not _is_schema(triple)), *_context()]


def bare_rudof(triples: list[ox.Triple]) -> Side:
    """The validation engine on the same graph: shapes and data as text, validate, nothing else."""
    from kg.validate import _shape_files

    shapes = "\n".join(_shape_files())
    data = (ox.serialize(checked_graph(triples), format=ox.RdfFormat.N_TRIPLES) or b"").decode()

    def work() -> None:
        import pyrudof

        session = pyrudof.Rudof(pyrudof.RudofConfig())
        session.read_shacl(shapes, format=pyrudof.ShaclFormat.Turtle, reader_mode=pyrudof.ReaderMode.Strict)
        session.read_data(data, format=pyrudof.RDFFormat.NTriples, reader_mode=pyrudof.ReaderMode.Strict)
        session.validate_shacl()

    return work


def full_build(folder: Path, rounds: int) -> list[dict[str, Any]]:
    """A full build against the sum of its engines called bare; each in a process of its own would hide nothing, so in this one."""
    from kg import validate

    triples, asked = record_triples(), recorded()
    check = bare_rudof(triples)

    def ours() -> None:
        vars(validate._LOCAL).clear()  # a build in a new process reads the shapes
        build(folder / "bench-build", force=True)

    times = measure({"kg build --force": ours, "parse": bare_parse, "validate": check, "rules": lambda: bare_rules(asked)}, rounds)
    times["parse + validate + rules, bare"] = [sum(parts) for parts in zip(times["parse"], times["validate"], times["rules"], strict=True)]
    return [figure("build", "at most 1.5", lambda ratio: ratio <= 1.5, "kg build --force", "parse + validate + rules, bare", times, triples=len(triples))]


def validation(rounds: int) -> list[dict[str, Any]]:
    """The validation step against plain pySHACL on an rdflib graph already in memory, with the same results."""
    import logging

    import pyshacl
    from rdflib import Graph

    from kg.validate import _pyshacl_raw, _rdflib_term, _shape_files, validate_triples

    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    triples = record_triples()
    graph = Graph()
    for triple in checked_graph(triples):
        graph.add((_rdflib_term(triple.subject), _rdflib_term(triple.predicate), _rdflib_term(triple.object)))
    shapes = Graph().parse(data="\n".join(_shape_files()), format="turtle")
    plain: list[Any] = []

    def pyshacl_bare() -> None:
        plain[:] = [pyshacl.validate(graph, shacl_graph=shapes, inplace=True)[1]]

    times = measure({"kg's validation step": lambda: validate_triples(triples, "rudof"), "plain pySHACL": pyshacl_bare}, rounds)
    ours = {(result.code, result.focus) for result in validate_triples(triples, "rudof")}
    theirs = {(raw.code, raw.focus) for raw in _pyshacl_raw(plain[0])}
    row = figure("validate", "at least 5", lambda ratio: ratio >= 5, "kg's validation step", "plain pySHACL", times, triples=len(triples), results=len(ours))
    row["same_results"] = ours == theirs
    row["met"] = row["met"] and ours == theirs
    return [row]


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        cpu = next((line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")), cpu)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "system": f"{platform.system()} {platform.release()}",
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "load_at_start": round(load, 1),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def machine_line(where: dict[str, Any]) -> str:
    """The sentence of a page that says so, of what ``machine`` found."""
    packages = ", ".join(f"{name} {version}" for name, version in where["packages"].items())
    return (
        f"{where['system']}, {where['cpu']}, {where['cores']} cores, {where['memory_gib']} GiB, "
        f"load {where['load_at_start']} at the start; Python {where['python']}, {packages}."
    )


class Opened(Base):
    """A store that was made here, opened for reading: not held against the packaged inputs."""

    def __init__(self, folder: Path, generation: Path | None = None, manifest: dict[str, Any] | None = None) -> None:
        generation = generation or current_generation(folder)
        assert generation is not None
        self.folder, self.generation = folder, generation
        self.manifest = read_manifest(generation) if manifest is None else manifest
        self.store = open_generation(generation)
        self.engine = OxigraphEngine(self.store)


def markdown(results: dict[str, Any]) -> str:
    """The results as a page."""
    lines = [
        "# Measured",
        "",
        "Written by `bench/run.py`. Medians in seconds; each ratio comes from one run, its two sides measured in turn.",
        "",
        machine_line(results["machine"]),
        f"Data {results['data_version']}: {results['quads']:,} quads derived from {results['files']:,} input files.",
        "",
        "| Figure | Ours | Seconds | Against | Seconds | Ratio | Aim | Met | n |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in results["figures"]:
        ours, bare = row["medians"][row["ours"]], row["medians"][row["against"]]
        lines.append(
            f"| {row['name']} | {row['ours']} | {ours:.3f} | {row['against']} | {bare:.3f} | {row['ratio']:.2f} | {row['aim']} | {'yes' if row['met'] else 'no'} | {row['rounds']} |"
        )
    for row in results["figures"]:
        if row["name"] == "build":
            parts = ", ".join(f"{name} {row['medians'][name]:.2f} s" for name in ("parse", "validate", "rules"))
            lines += ["", f"The parts of the build, bare: {parts}."]
        if row["name"] == "validate":
            lines += [
                "",
                f"Validation: {row['triples']:,} triples, {row['results']} results, {'the same' if row['same_results'] else 'NOT the same'} on both sides.",
            ]
        if row["name"] == "start":
            costs = ", ".join(f"{item['module']} {item['microseconds'] / 1000:.1f}" for item in row["imports"])
            lines += ["", f"What `kg --help` imports beyond a bare interpreter, milliseconds of its own (`-X importtime`, one run): {costs}."]
    return "\n".join(lines) + "\n"


def main(words: list[str] | None = None) -> int:
    """Measure, write the two files, and return 1 where an aim is missed."""
    made = argparse.ArgumentParser(description="Measure Servanda against its own engines called bare.")
    made.add_argument("--rounds", type=int, default=5, help="rounds of each figure (default 5)")
    made.add_argument("--slow-rounds", type=int, default=3, help="rounds of the comparison with pySHACL, which takes minutes (default 3)")
    made.add_argument("--only", choices=("query", "start", "build", "validate"), action="append", help="measure only this (repeatable); writes no file")
    args = made.parse_args(words)
    if not INSTALLED:
        made.error("install the package first, as the README's first line does, and run this with that environment's Python")
    wanted = args.only or ["query", "start", "build", "validate"]
    where = machine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = build(folder / "store")
        figures: list[dict[str, Any]] = []
        if "query" in wanted:
            figures += query(folder / "store", folder, args.rounds * 4)
        if "start" in wanted:
            figures += start(args.rounds)
        if "build" in wanted:
            figures += full_build(folder, args.rounds)
        if "validate" in wanted:
            figures += validation(args.slow_rounds)
    files = len([path for path in input_files(packaged_data()) if path.suffix == ".ttl"])
    results = {"machine": where, "data_version": report.manifest["data_version"], "quads": report.manifest["quads"], "files": files, "figures": figures}
    if not args.only:
        (HERE / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (HERE / "RESULTS.md").write_text(markdown(results), encoding="utf-8")
    print(markdown(results), end="")
    return 0 if all(row["met"] for row in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
