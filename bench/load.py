"""Measure loading: into the embedded store against Oxigraph's own loader, and over the network against the best raw client.

usage: python bench/load.py TRIPLES [REPEATS] [--json FILE]

Runs everything interleaved in one process on this machine: N-Quads from bench/generate.py; ``oxigraph load`` and ``oxigraph serve``
from the package ``oxigraph``. Rates are distinct quads a second, median of the repeats. Peak memory is that of the loading process.
"""

from __future__ import annotations

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
from pathlib import Path
from typing import Any

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
import pyoxigraph as ox
from generate import generate
with open(sys.argv[3], "w", encoding="utf-8") as out:
    out.writelines(generate(int(sys.argv[2])))
store = ox.Store(sys.argv[4])
store.bulk_load(path=sys.argv[3], format=ox.RdfFormat.N_QUADS)
store.flush()
seconds = len(store)"""

OURS_EMBEDDED = """
from pathlib import Path
from kg.store import write_generation, writing
store, quads = Path(sys.argv[2]), Path(sys.argv[3]).read_bytes()
started = time.perf_counter()
with writing(store):
    write_generation(store, "bench", quads, {"graphs": {}}, {"queries": {}})
seconds = time.perf_counter() - started"""

OURS_NETWORK = """
import pyoxigraph as ox
from types import SimpleNamespace
from kg.load import load
store = ox.Store.read_only(sys.argv[2])
started = time.perf_counter()
report = load(sys.argv[3], SimpleNamespace(store=store, manifest={"graphs": {}}), method=sys.argv[4], verify=sys.argv[5])
seconds = time.perf_counter() - started"""

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


def oxigraph_loader(folder: Path, quads: Path) -> tuple[float, float]:
    """Oxigraph's own loader."""
    shutil.rmtree(folder, ignore_errors=True)
    started = time.perf_counter()
    process = subprocess.Popen([OXIGRAPH, "load", "-l", str(folder), "-f", str(quads)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - started, used.ru_maxrss / 1024


def main(words: list[str]) -> int:
    """Measure, print a table, and write JSON where asked."""
    target = Path(words.pop(words.index("--json") + 1)) if "--json" in words else None
    words = [word for word in words if word != "--json"]
    triples, repeats = int(words[0]), int(words[1]) if len(words) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as name:
        rows = measure(Path(name), triples, repeats)
    for row in rows:
        print(f"{row['what']:58} {row['rate']:>10,.0f}/s  {row['seconds']:8.2f} s  {row['memory_mb']:7.0f} MB  n={row['n']}")
    if target:
        target.write_text(json.dumps({"triples": triples, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(folder: Path, triples: int, repeats: int) -> list[dict[str, Any]]:
    """All ways, interleaved."""
    quads, db = folder / "bench.nq", folder / "source"
    count = int(run_script(PREPARE, str(triples), str(quads), str(db))[0])
    ways: dict[str, Callable[[], tuple[float, float]]] = {
        "embedded: oxigraph load": lambda: oxigraph_loader(folder / "cli", quads),
        "embedded: kg (write_generation)": lambda: embedded(folder / "ours", quads),
    }
    for what, query in (("no transaction", "?no_transaction"), ("one transaction", "")):
        ways[f"network: raw client, POST N-Quads, {what}"] = lambda query=query: network(folder, RAW_NETWORK, str(quads), query)  # type: ignore[misc]
    for method, verify in (("bulk", "counts"), ("bulk", "content"), ("auto", "counts"), ("auto", "content")):
        ways[f"network: kg load --method {method} --verify {verify}"] = lambda method=method, verify=verify: network(
            folder, OURS_NETWORK, str(db), method, verify
        )  # type: ignore[misc]
    found: dict[str, list[tuple[float, float]]] = {what: [] for what in ways}
    for _ in range(repeats):
        for what, way in ways.items():
            found[what].append(way())
            print(what, found[what][-1], file=sys.stderr, flush=True)
    return [_row(what, results, count) for what, results in found.items()]


def _row(what: str, results: list[tuple[float, float]], count: int) -> dict[str, Any]:
    seconds = statistics.median(result[0] for result in results)
    return {"what": what, "rate": count / seconds, "seconds": seconds, "memory_mb": max(result[1] for result in results), "n": len(results)}


def embedded(folder: Path, quads: Path) -> tuple[float, float]:
    """Our own store."""
    shutil.rmtree(folder, ignore_errors=True)
    return run_script(OURS_EMBEDDED, str(folder), str(quads))


def network(folder: Path, script: str, source: str, *words: str) -> tuple[float, float]:
    """A script against a new server."""
    with server(folder / "served") as url:
        return run_script(script, source, url, *words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
