"""A bad network and a full disk in front of and under the real Oxigraph server: old or new, and running again finishes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_proxy import FAULTS, fault_proxy
from servers import Oxigraph, oxigraph
from test_load_oxigraph import by_graph, dump, local, send, spoil

from kg.errors import EndpointError
from kg.load import job, load, source
from kg.load.http import Access
from kg.query import Base

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oxigraph]:
    """One server for the whole file."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as running:
        yield running


@pytest.fixture
def old(server: Oxigraph, world: Path) -> list[str]:
    """The server with an older state of every graph: one triple less in each. Gives its lines."""
    send(server, "CLEAR ALL")
    load(server.url, Base(world))
    spoil(server)
    return dump(server)


def old_or_new(server: Oxigraph, old: list[str], new: list[str]) -> None:
    """Each graph is the old or the new one, whole."""
    held, before, after = by_graph([line for line in dump(server) if "<a:a> <a:b>" not in line]), by_graph(old), by_graph(new)
    assert held.keys() == before.keys()
    for graph, rows in held.items():
        assert rows in (before[graph], after[graph]), graph


@pytest.mark.parametrize("method", ["auto", "put", "post", "update"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_network(world: Path, server: Oxigraph, old: list[str], fault: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request in five fails in one way: the retries get through, and every graph is new."""
    monkeypatch.setattr(job, "BATCH_BYTES", 5_000)
    with fault_proxy(server.port, fault, rate=0.2, seed=7) as proxy:
        report = load(proxy.url, Base(world), access=Access(retries=8, pause=0.02), method=method)
        assert proxy.seen[fault] > 3
    assert report.verified
    assert dump(server) == local(world)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("method", ["auto", "put", "post"])
def test_giving_up_leaves_old_or_new(world: Path, server: Oxigraph, old: list[str], method: str, seed: int) -> None:
    """Without retries the first fault of writing ends the load; each graph is whole, and running again finishes."""
    with fault_proxy(server.port, "drop", "drop-after", "error", rate=0.08, seed=seed, methods=("PUT", "POST")) as proxy, pytest.raises(EndpointError):
        for _ in range(20):
            load(proxy.url, Base(world), access=Access(retries=0), method=method, server="oxigraph")
            send(server, f"INSERT DATA {{ GRAPH <{by_graph(old).popitem()[0][1:-1]}> {{ <a:a> <a:b> <a:c> }} }}")
    held = [line for line in dump(server) if "<a:a> <a:b>" not in line]
    assert held
    old_or_new(server, old, local(world))
    load(server.url, Base(world))
    assert dump(server) == local(world)


def test_a_client_cut_off(world: Path, server: Oxigraph, old: list[str]) -> None:
    """The client is killed while it loads, again and again; at the end everything is new."""
    with fault_proxy(server.port, "slow", rate=0.5, seed=3, methods=("POST",)) as proxy:
        for lines in (1, 2, 3):
            client = subprocess.Popen([sys.executable, "-c", _CLIENT, proxy.url, str(world)], stdout=subprocess.PIPE)
            assert client.stdout is not None
            for _ in range(lines):
                client.stdout.readline()
            client.kill()
            client.wait()
            client.stdout.close()
            old_or_new(server, old, local(world))
    load(server.url, Base(world))
    assert dump(server) == local(world)


_CLIENT = """
import sys
from kg.load import load
from kg.load.remote import RemoteTarget
from kg.query import Base
put = RemoteTarget.put
def told(self, graph, path, new):
    print(graph, flush=True)
    put(self, graph, path, new)
RemoteTarget.put = told
load(sys.argv[1], Base(sys.argv[2]), method="put")
"""


def test_a_move_whose_answer_is_lost(world: Path, server: Oxigraph, old: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The MOVE happened, its answer did not arrive: it is not sent a second time, which could empty the graph."""
    from kg.load.remote import RemoteTarget

    update, moves = RemoteTarget.update, []

    def lost(self: RemoteTarget, text: bytes, again: bool = True) -> None:
        update(self, text, again)
        if text.startswith(b"MOVE"):
            moves.append(text)
            raise EndpointError("KG-EN01", "the answer was lost")

    monkeypatch.setattr(RemoteTarget, "update", lost)
    report = load(server.url, Base(world), method="post", only=["derived/*"])
    assert {graph.action for graph in report.graphs} == {"replaced"}
    assert len(moves) == len(set(moves)) == 3


def test_a_full_disk(world: Path, tmp_path: Path) -> None:
    """The server's disk fills up: the load says so, and finishes when there is room again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("needs the permission to mount a small disk")
    try:
        with oxigraph(disk / "db") as server:
            ballast = disk / "ballast"
            ballast.write_bytes(b"x" * (2 << 20))
            with pytest.raises(EndpointError):
                while True:  # the log of the store grows with every load
                    load(server.url, Base(world), access=Access(retries=0))
                    send(server, "CLEAR ALL")
            server.kill()
            ballast.unlink()
            subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
            server.start()
            held, new = by_graph(dump(server)), by_graph(local(world))
            assert all(rows == new[graph] for graph, rows in held.items())
            load(server.url, Base(world))
            assert dump(server) == local(world)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_batches_survive_a_bad_network(world: Path, server: Oxigraph, old: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, every kind of fault."""
    monkeypatch.setattr(job, "ONE_REQUEST", 0)
    monkeypatch.setattr(source.Content.batches, "__defaults__", (20_000, 0))
    with fault_proxy(server.port, rate=0.15, seed=11) as proxy:
        load(proxy.url, Base(world), access=Access(retries=8, pause=0.02), method="post")
        assert len(proxy.seen) > 3
    assert dump(server) == local(world)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stream_survives_a_bad_network(world: Path, server: Oxigraph, fault: str) -> None:
    """New graphs: the stream is made anew for each attempt."""
    send(server, "CLEAR ALL")
    with fault_proxy(server.port, fault, rate=0.4, seed=5) as proxy:
        load(proxy.url, Base(world), access=Access(retries=12, pause=0.02), server="oxigraph")
        assert proxy.seen[fault]
    assert dump(server) == local(world)
