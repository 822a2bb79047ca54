"""Measure the rules and every canned query on graphs of several sizes, in one run.

usage: python bench/scale.py [--sizes 100000,1000000] [--rounds N] [--patience SECONDS] [--folder DIR] [--queries NAME,…] [--on-disk SIZE,…] [--write]

The graphs are ``generate.grown``: parties grow with the graph, so that a party has as many agreements in a big one as in a small one.
Each size is derived in a process of its own (infer, activate, assess: seconds and peak memory), written as a store, and asked every
query in a process of its own, as it is asked without options (only the parameters that it needs); a query that takes longer than ``--patience`` is given up.
``--on-disk`` derives graphs of these sizes once more, with the rules' store on disk, as ``kg build --on-disk`` does; given alone with ``--sizes ""``, the rest stays.
``--folder`` keeps the stores for another run; ``--queries`` asks only these again, and keeps the rest of ``scale.json``; ``--write`` writes ``SCALE.md`` and ``scale.json``.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from generate import generate, grown
from run import HERE, Opened, machine, machine_line

STEPS = ("infer", "activate", "assess")


def derive(size: int, folder: Path, scratch: Path | None = None) -> dict[str, Any]:
    """Generate, derive (in memory, or in an empty folder ``scratch``), and write the store. Run in a process of its own.

    Gives seconds a step, triples derived, activations, and peak memory in MB.
    """
    import pyoxigraph as ox

    from kg.activate import activate
    from kg.assess import assess
    from kg.build import described, read_schema
    from kg.engine import OxigraphEngine
    from kg.infer import infer
    from kg.store import write_generation, writing

    engine = OxigraphEngine(ox.Store(str(scratch)) if scratch else None)
    for document in read_schema():
        engine.add(document.graph, document.triples)
    lines = folder / "base.nq"
    with lines.open("w", encoding="utf-8") as out:
        out.writelines(generate(size, shape=grown(size)))
    engine.store.bulk_load(path=str(lines), format=ox.RdfFormat.N_QUADS)
    lines.unlink()
    found: dict[str, Any] = {"triples": len(engine.store), "seconds": {}}
    for name, step in zip(STEPS, (infer, activate, assess), strict=True):
        started = time.perf_counter()
        step(engine)
        found["seconds"][name] = round(time.perf_counter() - started, 2)
    counted = engine.select("SELECT (COUNT(*) AS ?n) WHERE { ?x a <https://w3id.org/servanda/ontology#Activation> }").rows[0][0]
    found |= {"derived": len(engine.store) - found["triples"], "activations": int(counted.value) if counted is not None else 0, "memory_mb": peak()}
    with writing(folder):
        write_generation(folder, "bench", engine.store, *described(engine.store, "bench"))
    return found


def peak() -> int:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def ask(store: Path, name: str, rounds: int) -> dict[str, Any]:
    """Ask one query: median seconds after one round that does not count, and its rows. Run in a process of its own."""
    from kg.query import run

    base = Opened(store)
    entry = base.catalog["queries"][name]
    needed = {"agreement": "agreements", "source": "sources", "party": "parties"}
    given = {p["name"]: sorted(base.catalog[needed[p["type"]]].values())[0][0] for p in entry["params"] if p.get("required") and p["type"] in needed}
    taken, rows = [], 0
    for _ in range(rounds + 1):
        started = time.perf_counter()
        rows = len(run(name, base, **given).rows)
        taken.append(time.perf_counter() - started)
    return {"seconds": round(statistics.median(taken[1:] or taken), 3), "rows": rows}


def child(*words: str, patience: float | None = None) -> dict[str, Any]:
    """One of the two above in a process of its own; ``{"gave_up": True}`` where it took too long."""
    try:
        done = subprocess.run([sys.executable, __file__, "--child", *words], check=True, capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return {"gave_up": True}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measure(sizes: list[int], rounds: int, patience: float, folder: Path, names: list[str], on_disk: list[int]) -> dict[str, Any]:
    """Everything, smallest first; only the queries of these names, if any are given, beside the results of the run before."""
    from kg.catalog import FOLDERS

    results: dict[str, Any] = {"machine": machine(), "patience": patience, "derive": {}, "on_disk": {}, "queries": {}}
    if names or not sizes:
        results = json.loads((HERE / "scale.json").read_text(encoding="utf-8")) | {"patience": patience}
    names = names or sorted(path.stem for part in FOLDERS for path in (HERE.parent / "queries" / part).glob("*.rq"))
    for size in on_disk:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            results["on_disk"][str(size)] = child("derive", str(size), name, "disk")
        print(size, "on disk", results["on_disk"][str(size)], file=sys.stderr, flush=True)
    for size in sizes:
        store = folder / str(size)
        kept = store / "derived.json"
        if not kept.exists():
            store.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(child("derive", str(size), str(store))), encoding="utf-8")
        results["derive"][str(size)] = json.loads(kept.read_text(encoding="utf-8"))
        print(size, results["derive"][str(size)], file=sys.stderr, flush=True)
        for name in names:
            found = child("ask", str(store), name, str(rounds), patience=patience * (rounds + 1))
            results["queries"].setdefault(name, {})[str(size)] = found
            print(size, name, found, file=sys.stderr, flush=True)
    return results


def markdown(results: dict[str, Any]) -> str:
    """The results as a page."""
    sizes = list(results["derive"])
    derived = [("memory", size, found) for size, found in results["derive"].items()] + [("disk", size, found) for size, found in results["on_disk"].items()]
    lines = [
        "# Measured: rules and queries on big graphs",
        "",
        "Written by `bench/scale.py`. Queries: median seconds in an open store, asked without options. Rules: one run each.",
        "",
        machine_line(results["machine"]),
        "",
        "| Asserted, triples | rules' store | "
        + " | ".join(f"{step}, s" for step in STEPS)
        + " | all, s | activations | derived triples | microseconds a triple, asserted or derived | memory, MB |",
        "|---" * (len(STEPS) + 7) + "|",
    ]
    for where, size, found in derived:
        whole = sum(found["seconds"].values())
        each = whole / (found["triples"] + found["derived"]) * 1e6
        steps = " | ".join(f"{found['seconds'][step]:.1f}" for step in STEPS)
        lines.append(
            f"| {int(size):,} | {where} | {steps} | {whole:.1f} | {found['activations']:,} | {found['derived']:,} | {each:.0f} | {found['memory_mb']:,} |"
        )
    lines += ["", "| Query | " + " | ".join(f"{int(size):,}: s | rows" for size in sizes) + " |", "|---" * (1 + 2 * len(sizes)) + "|"]
    for name, row in results["queries"].items():
        cells = [
            f"more than {results['patience']:g} | " if row[size].get("gave_up") else f"{row[size]['seconds']:.3f} | {row[size]['rows']:,}" for size in sizes
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def numbers(text: str) -> list[int]:
    """The numbers of an option, none if it is empty."""
    return [int(one) for one in text.split(",") if one]


def main(words: list[str]) -> int:
    """Measure, and print the page."""
    if words[:1] == ["--child"]:
        scratch = Path(words[3]) / "rules" if words[4:] == ["disk"] else None
        found = derive(int(words[2]), Path(words[3]), scratch) if words[1] == "derive" else ask(Path(words[2]), words[3], int(words[4]))
        print(json.dumps(found))
        return 0
    made = argparse.ArgumentParser(description="Measure the rules and every canned query on graphs of several sizes.")
    made.add_argument("--sizes", default="100000,1000000", help="triples asserted (default 100000,1000000)")
    made.add_argument("--rounds", type=int, default=5, help="rounds of each query that count (default 5)")
    made.add_argument("--patience", type=float, default=60, help="seconds after which a query is given up (default 60)")
    made.add_argument("--folder", type=Path, help="where to keep the stores (default: thrown away)")
    made.add_argument("--queries", default="", help="ask only these again, at the sizes given; the rest stays as scale.json has it")
    made.add_argument("--on-disk", default="", help="derive graphs of these sizes with the rules' store on disk, too")
    made.add_argument("--write", action="store_true", help="write SCALE.md and scale.json")
    args = made.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        results = measure(
            numbers(args.sizes),
            args.rounds,
            args.patience,
            args.folder or Path(name),
            [one for one in args.queries.split(",") if one],
            numbers(args.on_disk),
        )
    if args.write:
        (HERE / "scale.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (HERE / "SCALE.md").write_text(markdown(results), encoding="utf-8")
    print(markdown(results), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
