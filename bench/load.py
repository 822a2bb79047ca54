"""Measure loading: into the embedded store against Oxigraph's own loader, and over the network against the best raw client.

usage: python bench/load.py TRIPLES [ROUNDS] [--embedded] [--write]

All ways in turn, round by round: N-Quads from bench/generate.py; ``oxigraph load`` and ``oxigraph serve`` from the package ``oxigraph``.
Rates are distinct quads a second. Peak memory is that of the loading process. The raw client posts N-Quads that are ready on disk;
``kg load`` takes the packed text of each graph from a generation and compares what arrived. ``--write`` writes ``LOAD.md`` and ``load.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from run import HERE, machine, machine_line

LOADER, COMPACTED = "embedded: oxigraph load", "embedded: oxigraph load, then oxigraph optimize"
RAW = "network: raw client, bulk (no_transaction)"
OXIGRAPH = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or "oxigraph"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """An Oxigraph server over a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    process = subprocess.Popen([OXIGRAPH, "serve", "-l", str(folder), "-b", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(url + "/query?query=ASK%7B%7D").close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


def run_script(text: str, *words: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of a Python script that measures itself."""
    script = (
        "import resource, sys, time\nsys.path.insert(0, sys.argv[1])\n" + text + "\nprint(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    out = subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent.parent), *words], check=True, capture_output=True, text=True).stdout
    seconds, memory = out.split()
    return float(seconds), float(memory)


PREPARE = """
sys.path.insert(0, sys.argv[1] + "/bench")
from pathlib import Path
import pyoxigraph as ox
import kg.store
from generate import generate
with open(sys.argv[3], "w", encoding="utf-8") as out:
    out.writelines(generate(int(sys.argv[2])))
record = ox.Store()
record.bulk_load(path=sys.argv[3], format=ox.RdfFormat.N_QUADS)
graphs = {graph.value: sum(1 for _ in record.quads_for_pattern(None, None, None, graph)) for graph in record.named_graphs()}
with kg.store.writing(Path(sys.argv[4])):
    kg.store.write_generation(Path(sys.argv[4]), "bench", record, {"graphs": graphs}, {"queries": {}})
seconds = len(record)"""

OPENED = """
from pathlib import Path
from types import SimpleNamespace
import kg.store
from kg.load import load
def opened(folder):
    generation = kg.store.current_generation(Path(folder))
    return SimpleNamespace(generation=generation, manifest=kg.store.read_manifest(generation))
"""

OURS_EMBEDDED = """
from pathlib import Path
import kg.store
store, quads = Path(sys.argv[2]), Path(sys.argv[3]).read_bytes()
started = time.perf_counter()
with kg.store.writing(store):
    kg.store.write_generation(store, "bench", quads, {"graphs": {}}, {"queries": {}})
seconds = time.perf_counter() - started"""

OURS_FOLDER = (
    OPENED
    + """
started = time.perf_counter()
load(sys.argv[2], opened(sys.argv[3]), verify=sys.argv[4])
seconds = time.perf_counter() - started"""
)

OURS_NETWORK = (
    OPENED
    + """
started = time.perf_counter()
load(sys.argv[3], opened(sys.argv[2]), method=sys.argv[4], verify=sys.argv[5])
seconds = time.perf_counter() - started"""
)

DUMP_FIRST = """
import pyoxigraph as ox
from pathlib import Path
import kg.store
store = kg.store.open_generation(kg.store.current_generation(Path(sys.argv[2])))
sys.argv[2] += ".nq"
before = time.perf_counter()
store.dump(output=sys.argv[2], format=ox.RdfFormat.N_QUADS)
before = time.perf_counter() - before
"""

RAW_NETWORK = """
import http.client, os
from urllib.parse import urlsplit
host = urlsplit(sys.argv[3])
started = time.perf_counter()
away = http.client.HTTPConnection(host.hostname, host.port)
with open(sys.argv[2], "rb") as body:
    away.request("POST", "/store" + sys.argv[4], body=body, headers={"Content-Type": "application/n-quads", "Content-Length": str(os.path.getsize(sys.argv[2]))})
answer = away.getresponse()
answer.read()
assert answer.status < 300
seconds = time.perf_counter() - started"""


def oxigraph_loader(folder: Path, quads: Path, *more: str) -> tuple[float, float]:
    """Oxigraph's own loader, and its other commands on the folder afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    started = time.perf_counter()
    peak = 0.0
    for words in (("load", "-f", str(quads)), *((word,) for word in more)):
        process = subprocess.Popen([OXIGRAPH, words[0], "-l", str(folder), *words[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        peak = max(peak, used.ru_maxrss / 1024)
    return time.perf_counter() - started, peak


def ways(folder: Path, quads: Path, db: Path, embedded_only: bool) -> dict[str, Callable[[], tuple[float, float]]]:
    """Name -> what to measure. ``db`` holds the same as ``quads``."""
    found: dict[str, Callable[[], tuple[float, float]]] = {
        LOADER: lambda: oxigraph_loader(folder / "cli", quads),
        COMPACTED: lambda: oxigraph_loader(folder / "cli", quads, "optimize"),
        "embedded: a generation of kg's store": lambda: embedded(folder / "ours", OURS_EMBEDDED, str(quads)),
    }
    if embedded_only:
        return found
    for verify in ("counts", "content"):
        found[f"embedded: kg load DIR --verify {verify}"] = partial(embedded, folder / "ours", OURS_FOLDER, str(db), verify)
    for what, query in ((RAW, "?no_transaction"), ("network: raw client, one transaction", "")):
        found[what] = partial(network, folder, RAW_NETWORK, str(quads), query)
    found["network: raw client, bulk, of a store that it dumps first"] = partial(
        network, folder, DUMP_FIRST + RAW_NETWORK + "\nseconds += before", str(db), "?no_transaction"
    )
    for verify in ("counts", "content"):
        found[f"network: kg load URL --verify {verify}"] = partial(network, folder, OURS_NETWORK, str(db), "auto", verify)
    return found


def measure(folder: Path, triples: int, rounds: int, embedded_only: bool) -> dict[str, Any]:
    """All ways, in turn, round by round."""
    quads, db = folder / "bench.nq", folder / "source"
    where = machine()
    count = int(run_script(PREPARE, str(triples), str(quads), str(db))[0])
    found: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for what, way in ways(folder, quads, db, embedded_only).items():
            found.setdefault(what, []).append(way())
            print(what, found[what][-1], file=sys.stderr, flush=True)
    return {"machine": where, "triples": count, "rounds": rounds, "rows": [_row(what, found, count) for what in found]}


def _row(what: str, found: dict[str, list[tuple[float, float]]], count: int) -> dict[str, Any]:
    """Medians; ``ratio`` is the median over the rounds of the peer's time through ours."""
    seconds = [result[0] for result in found[what]]
    row = {"what": what, "seconds": round(statistics.median(seconds), 2), "rate": round(count / statistics.median(seconds))}
    row["memory_mb"] = round(max(result[1] for result in found[what]))
    peer = RAW if "network" in what else COMPACTED if "generation" in what else LOADER
    if " kg" in what:
        ratios = [theirs[0] / ours for theirs, ours in zip(found[peer], seconds, strict=True)]
        row |= {"against": peer, "ratio": round(statistics.median(ratios), 2), "ratios": [round(ratio, 2) for ratio in ratios]}
    return row


def markdown(results: list[dict[str, Any]]) -> str:
    """The results as a page."""
    lines = [
        "# Measured: loading",
        "",
        "Written by `bench/load.py`. Ratio: our rate through that of the peer, in the same round; the median of the rounds, and all of them.",
    ]
    for size in results:
        lines += ["", f"## {size['triples']:,} triples, {size['rounds']} {'round' if size['rounds'] == 1 else 'rounds'}", "", machine_line(size["machine"]), ""]
        lines += ["| What | Seconds | Triples a second | Memory, MB | Against | Ratio | Of each round |", "|---|---|---|---|---|---|---|"]
        for row in size["rows"]:
            ratio = f"{row['against']} | {row['ratio']:.2f} | {', '.join(f'{one:.2f}' for one in row['ratios'])}" if "ratio" in row else " | | "
            lines.append(f"| {row['what']} | {row['seconds']:.1f} | {row['rate']:,} | {row['memory_mb']:,} | {ratio} |")
    return "\n".join(lines) + "\n"


def main(words: list[str]) -> int:
    """Measure, and print the page."""
    made = argparse.ArgumentParser(description="Measure loading against Oxigraph's own loader and the best raw client.")
    made.add_argument("triples", type=int)
    made.add_argument("rounds", type=int, nargs="?", default=3)
    made.add_argument("--embedded", action="store_true", help="only the embedded store: no server")
    made.add_argument("--write", action="store_true", help="write LOAD.md and load.json, where other sizes are kept")
    args = made.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as name:
        found = measure(Path(name), args.triples, args.rounds, args.embedded)
    results = [found]
    if args.write:
        kept = HERE / "load.json"
        before = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
        results = sorted([size for size in before if size["triples"] != found["triples"]] + [found], key=lambda size: int(size["triples"]))
        kept.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (HERE / "LOAD.md").write_text(markdown(results), encoding="utf-8")
    print(markdown(results), end="")
    return 0


def embedded(folder: Path, script: str, *words: str) -> tuple[float, float]:
    """A script that writes a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    return run_script(script, str(folder), *words)


def network(folder: Path, script: str, source: str, *words: str) -> tuple[float, float]:
    """A script against a new server."""
    with server(folder / "served") as url:
        return run_script(script, source, url, *words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
