"""The whole flow: read, validate, infer, activate, assess, store."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg import __version__, contributions
from kg.errors import InputError, StoreError
from kg.inputs import Progress, content_digest, fingerprint, packaged_data
from kg.read import Document, find_files, named_only, read_data, read_file
from kg.resources import folder
from kg.store import FORMAT, current_generation, read_manifest, rewrite_manifest, scratch, store_errors, write_generation, writing


class BuildReport(NamedTuple):
    """What a build did: ``target`` store, ``action`` (built, loaded, unchanged), triples by graph, seconds taken."""

    target: Path
    action: str
    manifest: dict[str, Any]
    seconds: float
    results: Sequence[Any] = ()


class NotConforming(InputError):
    """The data do not conform to the shapes; ``results`` says where."""

    exit_code = 1

    def __init__(self, results: list[Any]) -> None:
        count = sum(result.severity == "violation" for result in results)
        super().__init__(
            "KG-VA01",
            f"{count} violation{'s' if count != 1 else ''}: nothing was built",
            fix="correct them, then build again; 'kg validate FILE' checks one file",
        )
        self.results = results


def _silent(line: str) -> None:
    """No progress."""


def read_schema() -> list[Document]:
    """The ontology and its code lists, without the axioms that only a reasoner reads."""
    files = [folder("ontology") / "servanda.ttl", *sorted((folder("ontology") / "schemes").glob("*.ttl"))]
    return [Document(d.path, d.graph, tuple(named_only(d))) for d in map(read_file, files)]


def derive(documents: list[Document], progress: Progress, aside: Path | None = None) -> ox.Store:
    """Load documents and run infer, activate and assess over them: in memory, or in a database in an empty folder."""
    from kg.activate import activate
    from kg.assess import assess
    from kg.engine import OxigraphEngine
    from kg.infer import infer

    engine = OxigraphEngine(ox.Store(str(aside)) if aside else None)
    for document in documents:
        engine.add(document.graph, document.triples)
    for step in (infer, activate, assess):
        before = len(engine.store)
        step(engine)
        progress(f"{step.__name__:9} {len(engine.store) - before:,} triples")
    return engine.store


def sorted_quads(store: ox.Store) -> bytes:
    """The store as N-Quads in sorted order: the same bytes for the same graph."""
    dumped = store.dump(format=ox.RdfFormat.N_QUADS)
    assert isinstance(dumped, bytes)
    return b"".join(sorted(dumped.splitlines(keepends=True)))


def build(
    store: Path,
    sources: list[Path] | None = None,
    *,
    force: bool = False,
    engine: str | None = None,
    on_disk: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the store from the packaged data, or from folders of Turtle files.

    Does nothing if the inputs are those of the generation in use, unless ``force``. With ``on_disk`` the rules work in a
    database beside the store instead of in memory: slower, and for graphs that memory does not hold. Raises NotConforming where the
    data violate the shapes, InputError where a file is refused, StoreError where the store cannot be written;
    the previous generation then stays in use.
    """
    started = time.perf_counter()
    say = progress or _silent
    sources = [source.resolve() for source in sources or packaged_data()]
    with writing(store), scratch(store) as aside:
        contributed = contributions.files(store)
        digest = content_digest(sources, contributed)
        manifest = None if force else _unchanged(store, digest, sources, contributed)
        if manifest:
            return BuildReport(store, "unchanged", manifest, time.perf_counter() - started)
        carried = None if force or engine else _prebuilt(digest)
        if carried:
            record: bytes | ox.Store
            record, manifest, names = carried
            action, results = "loaded", list[Any]()
        else:
            record, manifest, names, results = compile_record(sources, digest, say, engine, contributed, aside if on_disk else None)
            action = "built"
        manifest |= {"action": action, "fingerprint": fingerprint(sources, contributed), "sources": [str(source) for source in sources]}
        say(f"{'store':9} {len(manifest['graphs'])} graphs, {manifest['quads']:,} quads")
        write_generation(store, digest[:16], record, manifest, names)
    return BuildReport(store, action, manifest, time.perf_counter() - started, results)


def compile_record(
    sources: list[Path], digest: str, say: Progress, engine: str | None = None, contributed: Iterable[Path] = (), aside: Path | None = None
) -> tuple[ox.Store, dict[str, Any], dict[str, Any], list[Any]]:
    """Read, validate, infer, activate, assess: the record, its manifest and catalog, and warnings of the validation."""
    documents = read_record(sources, contributed)
    say(f"{'read':9} {len(documents)} files, {sum(len(d.triples) for d in documents):,} triples")
    results = validate(documents, engine)
    say(f"{'validate':9} conforms, {len(results)} warnings and notes")
    with store_errors(aside.parent) if aside else nullcontext():
        record = derive(documents, say, aside)
    return (record, *described(record, digest), results)


def read_record(sources: Iterable[Path], contributed: Iterable[Path] = ()) -> list[Document]:
    """The schema, the data and the contributions, without what a contribution replaces."""
    data = read_data(path for source in sources for path in find_files(source))
    return [*read_schema(), *contributions.combine(data, contributions.read(contributed))]


def described(store: ox.Store, digest: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is written beside a derived record: manifest and catalog."""
    from kg.catalog import catalog
    from kg.engine import OxigraphEngine
    from kg.query import ROWS, count_hidden

    view = OxigraphEngine(store)
    manifest, names = _manifest(view, digest), catalog(view)
    for entry in names["queries"].values():
        if entry["hides"] and ROWS in entry["text"]:
            entry["hidden"] = count_hidden(view, entry, {}, names, manifest["cut_off"])
    return manifest, names


def validate(documents: list[Document], engine: str | None = None) -> list[Any]:
    """Check everything; returns the warnings and notes. Raises NotConforming."""
    from kg.intake.locate import locate
    from kg.validate import DEFAULT_ENGINE, validate_triples

    triples = [triple for document in documents for triple in document.triples]
    results = locate(validate_triples(triples, engine or DEFAULT_ENGINE), documents)
    if any(result.severity == "violation" for result in results):
        raise NotConforming(results)
    return results


def _manifest(view: Any, digest: str) -> dict[str, Any]:
    from kg.assess import cut_off

    graphs = view.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g").rows
    versions = view.select(
        "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX sv: <https://w3id.org/servanda/ontology#> SELECT ?o ?r WHERE { OPTIONAL { ?x owl:versionInfo ?o } OPTIONAL { ?y a sv:RuleSet ; sv:version ?r } } ORDER BY ?o ?r LIMIT 1"
    ).rows[0]
    counts = {graph.value: int(count.value) for graph, count in graphs}
    last = cut_off(view)
    return {
        "format": FORMAT,
        "code_version": __version__,
        "digest": digest,
        "data_version": f"{last}+{digest[:8]}",
        "ontology": versions[0].value if versions[0] is not None else "",
        "ruleset": versions[1].value if versions[1] is not None else "",
        "cut_off": last,
        "graphs": counts,
        "quads": sum(counts.values()),
    }


def _unchanged(store: Path, digest: str, sources: list[Path], contributed: list[Path]) -> dict[str, Any] | None:
    try:
        generation = current_generation(store)
        manifest = read_manifest(generation) if generation else None
    except StoreError:
        return None  # corrupt: build anew
    if (
        generation is None
        or manifest is None
        or manifest.get("digest") != digest
        or manifest.get("format") != FORMAT
        or manifest.get("code_version") != __version__
    ):
        return None
    _refresh(generation, manifest, fingerprint(sources, contributed))
    return manifest


def _refresh(generation: Path, manifest: dict[str, Any], mark: str) -> None:
    """Note the inputs' present mark, so that the next command need not read them."""
    if manifest.get("fingerprint") == mark:
        return
    manifest["fingerprint"] = mark
    rewrite_manifest(generation, manifest)


def _prebuilt(digest: str) -> tuple[bytes, dict[str, Any], dict[str, Any]] | None:
    """The record that the wheel carries, if it was made from these very inputs."""
    import gzip

    carried = folder("prebuilt")
    try:
        manifest = json.loads((carried / "manifest.json").read_bytes())
        if manifest["digest"] != digest:
            return None
        names = json.loads((carried / "catalog.json").read_bytes())
        return gzip.decompress((carried / "record.nq.gz").read_bytes()), manifest, names
    except (OSError, ValueError, KeyError):
        return None


def write_prebuilt(target: Path) -> None:
    """Derive the packaged data and write what the wheel carries: ``record.nq.gz``, ``digest``, ``manifest.json``, ``catalog.json``."""
    import gzip

    sources = packaged_data()
    record, manifest, names, _ = compile_record(sources, content_digest(sources), _silent)
    target.mkdir(parents=True, exist_ok=True)
    (target / "digest").write_text(manifest["digest"] + "\n", encoding="ascii")
    (target / "record.nq.gz").write_bytes(gzip.compress(sorted_quads(record), mtime=0))
    for name, value in (("manifest.json", manifest), ("catalog.json", names)):
        (target / name).write_text(json.dumps(value, ensure_ascii=False, sort_keys=True), encoding="utf-8")
