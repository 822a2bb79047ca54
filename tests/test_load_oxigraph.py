"""Loading into the real Oxigraph server and into a folder, and asking there."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from matrix import cases, rows
from servers import Oxigraph, oxigraph
from test_schemas import check

from kg.build import build
from kg.cli import main
from kg.errors import EndpointError, KgError, StoreError, UsageError
from kg.load import endpoint, job, load, remote, unload
from kg.load.http import Access, Client, access
from kg.load.run import LoadReport
from kg.load.source import LOADING
from kg.namespaces import GRAPH
from kg.query import Base
from kg.remote.engine import RemoteEngine, connect
from kg.remote.reassess import reassess

pytestmark = pytest.mark.server
OTHER = "https://example.org/not-ours"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oxigraph]:
    """One server for the whole file."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as running:
        yield running


@pytest.fixture
def empty(server: Oxigraph) -> Oxigraph:
    """The server, emptied but for a graph of somebody else's."""
    send(server, f"CLEAR ALL ; INSERT DATA {{ GRAPH <{OTHER}> {{ <a:a> <a:b> <a:c> }} }}")
    return server


def send(server: Oxigraph, text: str) -> None:
    """Run an update on the server, past our own code."""
    import requests

    requests.post(server.url + "/update", data=text.encode(), headers={"Content-Type": "application/sparql-update"}).raise_for_status()


def dump(server: Oxigraph, ours: bool = True) -> list[str]:
    """The server's quads as sorted lines, past our own code."""
    import requests

    lines = requests.get(server.url + "/store", headers={"Accept": "application/n-quads"}).text.splitlines()
    return sorted(line for line in lines if ours == (OTHER not in line))


def local(store: Path) -> list[str]:
    """The quads of a store here as sorted lines."""
    return sorted((Base(store).store.dump(format=ox.RdfFormat.N_QUADS) or b"").decode().splitlines())


def actions(report: LoadReport) -> set[str]:
    """What was done, over all graphs."""
    return {graph.action for graph in report.graphs}


@pytest.mark.parametrize("method", ["auto", "put", "post", "update", "bulk"])
def test_every_way_gives_the_same_quads(world: Path, empty: Oxigraph, method: str) -> None:
    """Quad for quad, and somebody else's graph stays."""
    report = load(empty.url, Base(world), method=method)
    assert actions(report) == {"added"} and report.verified
    assert dump(empty) == local(world)
    assert len(dump(empty, ours=False)) == 1


@pytest.mark.parametrize("method", ["auto", "post"])
def test_loading_again_sends_nothing(world: Path, empty: Oxigraph, method: str) -> None:
    """What is there already is left alone."""
    load(empty.url, Base(world), method=method)
    report = load(empty.url, Base(world), method=method)
    assert actions(report) == {"unchanged"} and report.triples == 0


def test_only_what_differs_is_replaced(world: Path, empty: Oxigraph) -> None:
    """One triple more and one changed (the number stays the same) are both seen."""
    load(empty.url, Base(world))
    first, second = sorted({line.rsplit("<", 1)[1][:-3] for line in dump(empty)})[:2]
    send(empty, f"INSERT DATA {{ GRAPH <{first}> {{ <a:a> <a:b> <a:c> }} }}")
    send(
        empty,
        f"DELETE {{ GRAPH <{second}> {{ ?s ?p ?o }} }} INSERT {{ GRAPH <{second}> {{ <a:a> <a:b> <a:c> }} }} WHERE {{ SELECT * {{ GRAPH <{second}> {{ ?s ?p ?o }} }} LIMIT 1 }}",
    )
    report = load(empty.url, Base(world))
    assert {graph.iri for graph in report.graphs if graph.action == "replaced"} == {first, second}
    assert dump(empty) == local(world)


def test_only_without_derived_and_one_graph(world: Path, empty: Oxigraph) -> None:
    """The choices of what to load."""
    report = load(empty.url, Base(world), only=["derived/*"])
    assert {graph.iri for graph in report.graphs} == {GRAPH + "derived/" + step for step in ("infer", "activate", "assess")}
    unload(empty.url)
    assert not dump(empty)
    load(empty.url, Base(world), derived=False)
    assert dump(empty) == [line for line in local(world) if "/graph/derived/" not in line]
    unload(empty.url)
    load(empty.url, Base(world), graph="https://example.org/all")
    assert {line.rsplit(" ", 2)[0] for line in dump(empty)} == {line.rsplit(" ", 2)[0] for line in local(world)}


def test_prune_removes_what_is_gone(world: Path, empty: Oxigraph) -> None:
    """A graph of ours that the store no longer has is named, and removed only when asked."""
    send(empty, f"INSERT DATA {{ GRAPH <{GRAPH}cases/old> {{ <a:a> <a:b> <a:c> }} GRAPH <{LOADING}x-y> {{ <a:a> <a:b> <a:c> }} }}")
    report = load(empty.url, Base(world))
    assert any("cases/old" in line for line in report.notes)
    assert any("cases/old" in line for line in dump(empty)) and not any(LOADING in line for line in dump(empty))
    load(empty.url, Base(world), prune=True)
    assert dump(empty) == local(world)


def test_show_sends_nothing(world: Path, empty: Oxigraph, capsys: pytest.CaptureFixture[str]) -> None:
    """--show says the way and the graphs."""
    assert main(["load", empty.url, "--show", "--store", str(world)]) == 0
    out = capsys.readouterr().out
    assert "would load" in out and "Oxigraph server" in out and "added" in out
    assert not dump(empty)


def test_unload_leaves_the_rest(world: Path, empty: Oxigraph) -> None:
    """Somebody else's graphs stay."""
    load(empty.url, Base(world))
    report = unload(empty.url)
    assert actions(report) == {"removed"}
    assert not dump(empty) and len(dump(empty, ours=False)) == 1


def test_json(world: Path, empty: Oxigraph, capsys: pytest.CaptureFixture[str]) -> None:
    """The document of the contract."""
    assert main(["load", empty.url, "--store", str(world), "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "servanda/load/1" and said["verified"] is True
    assert sum(graph["triples"] for graph in said["graphs"]) == len(local(world))
    assert {"iri", "triples", "action"} == set(said["graphs"][0])


@pytest.mark.parametrize("batch", [20_000, 8 << 20])
@pytest.mark.parametrize("step", ["bulk", "replace"])
def test_killed_half_way_then_again(world: Path, tmp_path: Path, step: str, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server dies while graphs come in, new ones or others: each is there whole, as it was or as it is to be, and running again finishes."""
    monkeypatch.setattr(job, "BATCH_BYTES", batch)
    monkeypatch.setattr(job, "CHUNK", 20_000)
    with oxigraph(tmp_path / "db") as server:
        if step == "replace":
            load(server.url, Base(world))
            spoil(server)
        before = by_graph(dump(server))
        request, seen = Client.request, 0

        def dying(self: Client, method: str, url: str, **options: Any) -> Any:
            nonlocal seen
            if step == "bulk" and url.endswith("/store") and options.get("data") is not None:
                options["data"] = breaking(options["data"])
            elif step == "replace" and b"INSERT DATA {\n" in (options.get("data") or b""):
                seen += 1
                if seen == (3 if batch == 20_000 else 1):
                    threading.Timer(0.02, server.kill).start()
            return request(self, method, url, **options)

        def breaking(chunks: Iterable[bytes]) -> Iterator[bytes]:
            for number, chunk in enumerate(chunks):
                if number == 3:
                    server.kill()
                yield chunk

        with monkeypatch.context() as patch:
            patch.setattr(Client, "request", dying)
            with pytest.raises(EndpointError):
                load(server.url, Base(world), access=Access(retries=0))
        server.start()
        held, new = by_graph(dump(server)), by_graph(local(world))
        assert held.keys() == before.keys()
        assert all(rows in (before[graph], new[graph]) for graph, rows in held.items())
        load(server.url, Base(world))
        assert dump(server) == local(world)


def spoil(server: Oxigraph) -> None:
    """One triple less in each graph."""
    for graph in by_graph(dump(server)):
        send(server, f"DELETE {{ GRAPH {graph} {{ ?s ?p ?o }} }} WHERE {{ SELECT * {{ GRAPH {graph} {{ ?s ?p ?o }} }} LIMIT 1 }}")


def by_graph(lines: list[str]) -> dict[str, list[str]]:
    """Graph -> its lines, without the graphs aside."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.rsplit(" ", 2)[1], []).append(line)
    return {graph: rows for graph, rows in found.items() if f"{GRAPH}loading/" not in graph}


def test_a_store_filled_past_us_too(world: Path, empty: Oxigraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many graphs are compared in one answer, and a triple of the default graph that names one of them is not taken for its own."""
    monkeypatch.setattr(remote, "_MANY", 1)
    load(empty.url, Base(world))
    graph = next(iter(by_graph(dump(empty))))
    send(empty, f"INSERT DATA {{ <a:a> <a:b> {graph} }}")
    assert actions(load(empty.url, Base(world))) == {"unchanged"}
    spoil(empty)
    assert actions(load(empty.url, Base(world))) == {"replaced"}
    assert [line for line in dump(empty) if not line.startswith("<a:a>")] == local(world)


@pytest.mark.parametrize("verify", ["content", "counts"])
def test_few_and_many_new_graphs(world: Path, empty: Oxigraph, verify: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream is for a store that holds none of ours, and for much; few new graphs beside others go in an update."""
    streams = []
    bulk = remote.RemoteTarget.bulk
    monkeypatch.setattr(remote.RemoteTarget, "bulk", lambda self, quads: (streams.append(1), bulk(self, quads)))
    load(empty.url, Base(world), verify=verify)
    first, second = list(by_graph(dump(empty)))[:2]
    for much, expected in ((1 << 30, 1), (0, 2)):
        monkeypatch.setattr(job, "STREAM", much)
        send(empty, f"DROP GRAPH {first} ; DROP GRAPH {second}")
        report = load(empty.url, Base(world), verify=verify)
        assert {f"<{graph.iri}>" for graph in report.graphs if graph.action == "added"} == {first, second}
        assert len(streams) == expected and dump(empty) == local(world)


def test_a_refused_stream_goes_in_updates(world: Path, empty: Oxigraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may refuse a long body: then many graphs go in one update."""

    def refused(self: remote.RemoteTarget, quads: object) -> None:
        raise EndpointError("KG-EN06", "too large")

    monkeypatch.setattr(remote.RemoteTarget, "bulk", refused)
    assert actions(load(empty.url, Base(world))) == {"added"}
    assert dump(empty) == local(world)


def test_what_arrives_spoiled_is_sent_again_and_then_refused(world: Path, empty: Oxigraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison at the end finds it; a second failure is an error."""
    bulk = remote.RemoteTarget.bulk

    def spoiled(self: remote.RemoteTarget, quads: Iterable[bytes]) -> None:
        bulk(self, quads)  # type: ignore[arg-type]
        spoil(empty)

    monkeypatch.setattr(remote.RemoteTarget, "bulk", spoiled)
    assert actions(load(empty.url, Base(world))) == {"added"}
    assert dump(empty) == local(world)
    unload(empty.url)
    monkeypatch.setattr(remote.RemoteTarget, "replace", spoil_nothing)
    with pytest.raises(EndpointError, match="after loading, the store holds"):
        load(empty.url, Base(world))


def spoil_nothing(*_: object) -> None:
    """An update that the store loses."""


@pytest.mark.parametrize(("banner", "whole"), [("Oxigraph/0.5.13", True), ("Oxigraph/0.4.11", False), ("nginx", False), ("", False)])
def test_only_where_a_stream_is_known_to_be_whole(banner: str, whole: bool) -> None:
    """An older Oxigraph, or one that does not say, gets a request a graph, and bulk only with a warning."""
    found = endpoint.Endpoint(endpoint.SERVERS["oxigraph"], "q", "u", "s", endpoint._whole(banner))
    assert endpoint.way(found, "auto") == ("bulk" if whole else "put")
    assert bool(endpoint.warnings(found, "bulk")) is not whole


def test_a_folder_left_by_a_killed_load(world: Path, tmp_path: Path) -> None:
    """A new folder is filled by the bulk loader, which says so; killed before its end it holds nothing of ours, and running again finishes."""
    target = tmp_path / "there"
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(target), str(world)], capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert not list(ox.Store.read_only(str(target)).named_graphs())
    said: list[str] = []
    report = load(str(target), Base(world), progress=said.append)
    assert report.way == "bulk" and any("in one stream" in line for line in said)
    held = ox.Store.read_only(str(target)).dump(format=ox.RdfFormat.N_QUADS) or b""
    assert sorted(held.decode().splitlines()) == local(world)


_KILLED = """
import os, signal, sys
from kg.load import job, load
from kg.query import Base
job.CHUNK = 20_000
quads = job.Job._quads
def dying(self, new, found):
    for number, chunk in enumerate(quads(self, new, found)):
        if number == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        yield chunk
job.Job._quads = dying
load(sys.argv[1], Base(sys.argv[2]))
"""


def test_the_command_says_the_way(world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after."""
    for more in (["--show"], []):
        assert main(["load", str(tmp_path / "there"), *more, "--store", str(world)]) == 0
        assert "all new graphs in one stream" in capsys.readouterr().out


def test_an_interrupted_aside_goes_on(world: Path, empty: Oxigraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that arrived are not sent again."""
    from kg.load import source
    from kg.load.remote import RemoteTarget

    monkeypatch.setattr(source.Content.batches, "__defaults__", (2000, 0))
    append, sent = RemoteTarget.append, 0

    def breaking(self: RemoteTarget, graph: str, batch: bytes, way: str) -> None:
        nonlocal sent
        sent += 1
        if sent == 30:
            raise EndpointError("KG-EN01", "broken on purpose")
        append(self, graph, batch, way)

    monkeypatch.setattr(RemoteTarget, "append", breaking)
    with pytest.raises(EndpointError, match="on purpose"):
        load(empty.url, Base(world), method="post")
    assert any(LOADING in line for line in dump(empty))
    said: list[str] = []
    load(empty.url, Base(world), method="post", progress=said.append)
    assert any(line.startswith("going on with") for line in said)
    assert dump(empty) == local(world)


def test_a_folder(world: Path, tmp_path: Path) -> None:
    """A folder that an Oxigraph server can serve: added, unchanged, replaced, removed."""
    target = tmp_path / "there"
    assert actions(load(str(target), Base(world))) == {"added"}
    assert actions(load(str(target), Base(world))) == {"unchanged"}
    there = ox.Store(str(target))
    victim = sorted(graph.value for graph in there.named_graphs())[0]
    there.add(ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.NamedNode("a:c"), ox.NamedNode(victim)))
    with pytest.raises(StoreError, match="another program holds it"):
        load(str(target), Base(world))
    del there
    report = load(str(target), Base(world))
    assert [graph.iri for graph in report.graphs if graph.action == "replaced"] == [victim]
    with oxigraph(target) as server:
        assert dump(server) == local(world)
    unload(str(target))
    assert not list(ox.Store.read_only(str(target)).named_graphs())


def test_a_folder_of_something_else(world: Path, tmp_path: Path) -> None:
    """A folder with other files, or kg's own, is refused."""
    (tmp_path / "notes.txt").write_text("mine")
    for folder in (tmp_path, world):
        with pytest.raises(StoreError, match="the folder is"):
            load(str(folder), Base(world))
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.fixture(scope="module")
def loaded(server: Oxigraph, world: Path) -> RemoteEngine:
    """An engine over the server with the world in it."""
    send(server, "CLEAR ALL")
    load(server.url, Base(world))
    return connect(*access(server.url))


def test_every_canned_query_gives_the_same(world: Path, loaded: RemoteEngine) -> None:
    """Row for row."""
    for name, given in cases(Base(world)):
        assert rows(name, given, world, loaded) == rows(name, given, world), name


def test_the_commands_ask_there(world: Path, loaded: RemoteEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """``kg query run`` and ``kg sparql`` with --endpoint."""
    url = loaded.endpoint.query
    outs = []
    for more in ([], ["--endpoint", url]):
        assert main(["query", "run", "timeline", "--store", str(world), "--format", "csv", *more]) == 0
        outs.append(capsys.readouterr().out)
        for text in (
            "SELECT ?a WHERE { ?a a sv:DefensePact } ORDER BY ?a",
            "ASK { ?a a sv:DefensePact }",
            "CONSTRUCT { ?a a sv:Treaty } WHERE { ?a a sv:DefensePact }",
        ):
            assert main(["sparql", text, "--store", str(world), *more]) == 0
            outs.append(capsys.readouterr().out)
    assert outs[:4] == outs[4:] and all(outs)


def test_rules_there(world: Path, server: Oxigraph, loaded: RemoteEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """The rules on the server derive what they derive here; and what was spoiled there is mended."""
    before = dump(server)
    send(server, f"DROP GRAPH <{GRAPH}derived/assess>")
    reassess(server.url, Access())
    assert dump(server) == before
    reassess(server.url, Access(), show=True)
    assert dump(server) == before
    assert main(["assess", "--endpoint", server.url, "--show", "--format", "json"]) == 0
    check("assess", json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("url", "code", "exit_code"),
    [("http://127.0.0.1:9", "KG-EN01", 3), ("ftp://example.org", "KG-US30", 2), ("http://", "KG-US30", 2)],
)
def test_wrong_urls(url: str, code: str, exit_code: int) -> None:
    """In words, with the right exit code."""
    with pytest.raises(KgError) as caught:
        connect(*access(url, retries=0))
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)


def test_wrong_words(world: Path, loaded: RemoteEngine) -> None:
    """Unknown graphs, ways, kinds and queries are refused before anything is sent."""
    base, url = Base(world), loaded.endpoint.query
    for words in ({"only": ["nowhere/*"]}, {"server": "oxygraph"}, {"graph": "no iri"}):
        with pytest.raises(UsageError):
            load(url, base, **words)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="the store calls the query wrong"):
        loaded.select("SELECT nonsense")


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by repr nor in the URL; and each source of credentials is read."""
    url, found = access("http://mallory:hunter2@127.0.0.1:9/x")
    assert (url, found.user, found.password) == ("http://127.0.0.1:9/x", "mallory", "hunter2")
    monkeypatch.setenv("KG_USER", "alice")
    monkeypatch.setenv("KG_PASSWORD", "wonderland")
    monkeypatch.setenv("KG_TOKEN", "sesame")
    found = access("http://127.0.0.1:9")[1]
    assert (found.user, found.password, found.token) == ("alice", "wonderland", "sesame")
    assert not any(secret in repr(found) for secret in ("wonderland", "sesame", "hunter2"))


def test_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else is given."""
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login bob password builder\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    found = access("http://127.0.0.1:9")[1]
    assert (found.user, found.password) == ("bob", "builder")


def test_changed_data_replace_their_graph(world: Path, empty: Oxigraph, tmp_path: Path) -> None:
    """A file that changes here changes there; the others stay."""
    data = tmp_path / "data"
    shutil.copytree(Path(__file__).parent / "fixtures" / "world", data)
    build(tmp_path / "store", [data])
    load(empty.url, Base(tmp_path / "store"))
    changed = sorted(data.rglob("*.ttl"))[0]
    changed.write_text(changed.read_text(encoding="utf-8").replace('"@en', ' (changed)"@en', 1), encoding="utf-8")
    build(tmp_path / "store", [data])
    report = load(empty.url, Base(tmp_path / "store"))
    assert "replaced" in actions(report) and "unchanged" in actions(report)
    assert dump(empty) == local(tmp_path / "store")
