"""Contributions: checked as a whole, added as a named graph of their own with who, when and license, listed, compared, removed.

A contribution is one file in the folder of contributions (kg.contributions). Adding it derives the record anew with it,
in memory; writes the new generation of the store beside the old; moves the file into place; and swaps the generation in.
The move is the one step that decides: before it nothing has changed, after it the contribution is in, and a store
that lags behind (the process was killed right then) is brought up by the next command.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import contributions
from kg.contributions import CONTRIBUTION
from kg.errors import InputError, StoreError, UsageError
from kg.fmt import canonical
from kg.gather import NOT_DATA, Reading, mark_of, own_triples, read_and_check
from kg.namespaces import GRAPH, ID, PREFIXES, expand
from kg.read import show_path
from kg.rows import names_of, to_rows
from kg.store import writing

if TYPE_CHECKING:
    from kg.query import Base

LICENSES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/", "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/"}
_DCTERMS = PREFIXES["dcterms"]
_XSD_DATE = ox.NamedNode(PREFIXES["xsd"] + "date")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Contribution:
    """One contribution as it is kept: ``slug``, ``graph``, who (``by``), when (``on``), ``license``, ``note``, ``replaces``, ``triples``."""

    slug: str
    graph: str
    by: str
    on: str
    license: str
    note: str | None
    replaces: str | None
    triples: int
    path: Path


def _not_added(results: list[Any]) -> InputError:
    from kg.build import NotConforming

    error = NotConforming(results)
    error.message = error.message.replace("nothing was built", "nothing was added")
    return error


def add(
    paths: list[Path], base: Base, *, by: str, license: str, note: str | None = None, slug: str | None = None, engine: str | None = None
) -> tuple[Contribution, Reading, list[dict[str, Any]]]:
    """Check files and add them as one contribution: all or nothing.

    Returns the contribution (with what was read, and which verdicts changed). Raises NotConforming where there is a
    violation, InputError where a file is refused, UsageError for a name in use, StoreError where the store cannot be written.
    """
    name = _free_slug(slug or slug_of(paths[0].stem), base.folder)
    license_iri = _license(license)
    if not by.strip():
        raise UsageError("KG-US11", "no contributor named", fix="say who gives this: --by 'A. Historian'")
    reading = read_and_check(paths, base, engine)
    if not reading.report.conforms:
        raise _not_added(reading.report.results)
    if not reading.triples:
        raise InputError("KG-CT22", "nothing to add", place=", ".join(map(show_path, paths)), fix="fill in a row; rows that begin with # are passed over")
    graph = CONTRIBUTION + name
    about = _about(graph, by.strip(), license_iri, note, reading.replaces)
    with writing(base.folder), _pending(base.folder, name, [*about, *reading.triples]) as made:
        _unmoved(base)
        quads = _rebuild(base, made, None)
    changed = _settle(base, quads)
    return _read_one(contributions.folder_of(base.folder) / f"{name}.ttl"), reading, changed


def slug_of(word: str) -> str:
    """A file's name as a slug."""
    return re.sub(r"[^a-z0-9]+", "-", word.casefold()).strip("-") or "contribution"


def _free_slug(slug: str, store: Path) -> str:
    if not _SLUG.fullmatch(slug):
        raise UsageError("KG-CT15", f"not a name for a contribution: {slug!r}", fix="use small letters, digits and single hyphens")
    if (contributions.folder_of(store) / f"{slug}.ttl").exists():
        raise UsageError("KG-CT15", f"there is a contribution {slug!r} already", fix=f"give another name with --slug, or 'kg contribute remove {slug}' first")
    return slug


def _license(word: str) -> str:
    found = {name.casefold(): iri for name, iri in LICENSES.items()}.get(word.casefold())
    if found is None:
        raise UsageError("KG-CT16", f"not a license under which the record can be given on: {word!r}", fix=f"use one of {', '.join(LICENSES)}")
    return found


def _about(graph: str, by: str, license_iri: str, note: str | None, replaces: str | None) -> list[ox.Triple]:
    def say(name: str, term: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(ox.NamedNode(graph), ox.NamedNode(_DCTERMS + name), term)

    made = [
        say("creator", ox.Literal(by)),
        say("created", ox.Literal(date.today().isoformat(), datatype=_XSD_DATE)),
        say("license", ox.NamedNode(license_iri)),
    ]
    if note:
        made.append(say("description", ox.Literal(note, language="en")))
    if replaces:
        made.append(say("replaces", ox.NamedNode(replaces)))
    return made


class _pending:
    """A file of a contribution on its way: written whole beside its place, and cleared away where it did not get there."""

    def __init__(self, store: Path, slug: str, triples: list[ox.Triple]) -> None:
        self.folder = contributions.folder_of(store)
        self.path = self.folder / ".pending" / f"{slug}.ttl"
        self.data = canonical(self.path, ox.serialize(triples, format=ox.RdfFormat.TURTLE) or b"")

    def __enter__(self) -> Path:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for left in self.path.parent.iterdir():
                left.unlink()  # what a killed process left; safe, since the store's lock is held
            with open(self.path, "wb") as file:
                file.write(self.data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _cannot(error, self.folder) from None
        return self.path

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.parent.rmdir()


def _cannot(error: OSError, folder: Path) -> StoreError:
    return StoreError(
        "KG-CT08",
        f"the folder of contributions cannot be written: {error.strerror}",
        place=str(folder),
        fix="check the folder, or name another in KG_CONTRIBUTIONS",
    )


def _unmoved(base: Base) -> None:
    """Refuse to go on where the store has been built anew since it was read. Call with the store's lock held."""
    from kg.store import current_generation

    if current_generation(base.folder) != base.generation:
        raise StoreError("KG-CT21", "the store was built anew meanwhile", place=str(base.folder), fix="run the command again")


def _rebuild(base: Base, new: Path | None, gone: Path | None) -> bytes:
    """Derive the record with a contribution more or less, and swap it in together with the file. Returns the record as N-Quads."""
    from kg.build import compile_record
    from kg.inputs import content_digest, fingerprint
    from kg.store import write_generation

    sources = _sources(base)
    kept = [path for path in contributions.files(base.folder) if path != gone]
    files = sorted([*kept, *([new] if new else [])], key=lambda path: path.name)
    digest = content_digest(sources, files)
    quads, manifest, names, _ = compile_record(sources, digest, _silent, None, files)
    manifest |= {"action": "built", "fingerprint": fingerprint(sources, files), "sources": [str(source) for source in sources]}
    step = _Move(new, gone, contributions.folder_of(base.folder))
    try:
        write_generation(base.folder, digest[:16], quads, manifest, names, before_swap=step.do)
    except StoreError:
        step.undo()
        raise
    return quads


def _settle(base: Base, quads: bytes) -> list[dict[str, Any]]:
    """Note the mark of the files in their new places, and say which verdicts changed."""
    from kg.build import build
    from kg.changes import changes

    build(base.folder, _sources(base))
    return changes(base.store, _in_memory(quads))


def _sources(base: Base) -> list[Path]:
    return [Path(source) for source in base.manifest["sources"]]


def _silent(line: str) -> None:
    """No progress."""


class _Move:
    """The step that decides: a new file into the folder of contributions, or an old one out of it."""

    def __init__(self, new: Path | None, gone: Path | None, folder: Path) -> None:
        if new is not None:
            self.source, self.target = new, folder / new.name
        else:
            assert gone is not None
            self.source, self.target = gone, folder / "removed" / gone.name
        self.done = False

    def do(self) -> None:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.source, self.target)
        self.done = True

    def undo(self) -> None:
        if self.done:
            os.replace(self.target, self.source)


def _in_memory(quads: bytes) -> ox.Store:
    store = ox.Store()
    store.bulk_load(input=quads, format=ox.RdfFormat.N_QUADS)
    return store


def listing(store: Path) -> list[Contribution]:
    """Every contribution to a store, by name."""
    return [_read_one(path) for path in contributions.files(store)]


def _read_one(path: Path) -> Contribution:
    document = contributions.read([path])[0]
    me = ox.NamedNode(document.graph)
    said = {t.predicate.value.removeprefix(_DCTERMS): getattr(t.object, "value", "") for t in document.triples if t.subject == me}
    licenses = {iri: name for name, iri in LICENSES.items()}
    own = sum(t.subject != me for t in document.triples)
    license_iri = said.get("license", "")
    replaces = said.get("replaces")
    return Contribution(
        path.stem,
        document.graph,
        said.get("creator", ""),
        said.get("created", ""),
        licenses.get(license_iri, license_iri),
        said.get("description"),
        replaces.removeprefix(GRAPH) if replaces else None,
        own,
        path,
    )


def find(slug: str, store: Path) -> Contribution:
    """A contribution by its name. Raises UsageError with the nearest."""
    from kg.params import refuse

    found = {path.stem: path for path in contributions.files(store)}
    if slug not in found:
        raise refuse("KG-CT17", "contribution", slug, found)
    return _read_one(found[slug])


def remove(slug: str, base: Base) -> tuple[Contribution, list[dict[str, Any]]]:
    """Take a contribution out: its file goes to ``removed/`` in the folder, and the record is derived without it."""
    with writing(base.folder):
        _unmoved(base)
        found = find(slug, base.folder)
        quads = _rebuild(base, None, found.path)
    return found, _settle(base, quads)


def diff(slug: str, base: Base) -> tuple[list[ox.Triple], list[ox.Triple], list[dict[str, Any]]]:
    """What a contribution adds and takes away, and which verdicts differ because of it."""
    from kg.build import compile_record
    from kg.changes import changes

    found = find(slug, base.folder)
    others = [path for path in contributions.files(base.folder) if path != found.path]
    quads = compile_record(_sources(base), "", _silent, None, others)[0]
    without = _in_memory(quads)
    mine = set(own_triples(base.store, found.graph))
    replaced = set(own_triples(without, GRAPH + found.replaces)) if found.replaces else set()
    return sorted(mine - replaced, key=str), sorted(replaced - mine, key=str), changes(without, base.store)


def export(word: str, base: Base) -> list[list[str]]:
    """A case, an agreement or another file of the record as a table, which 'add' takes back in its place."""
    graph = _graph_of(word, base)
    triples: list[ox.Triple] = own_triples(base.store, graph)
    order = {name: number for number, name in enumerate(("agreement", "act", "participation", "provision", "obligation", "exemption", "occurrence"))}

    def key(triple: ox.Triple) -> tuple[int, str]:
        kind, _, local = str(getattr(triple.subject, "value", "")).removeprefix(ID).partition("/")
        return order.get(kind, len(order)), f"{kind}/{local}"

    return to_rows(sorted(triples, key=key), names_of(base), (graph.removeprefix(GRAPH), mark_of(triples)))


def _graph_of(word: str, base: Base) -> str:
    from kg.params import refuse

    graphs = {g.value for g in base.store.named_graphs() if isinstance(g, ox.NamedNode) and not g.value.removeprefix(GRAPH).startswith(NOT_DATA)}
    if GRAPH + word in graphs:
        return GRAPH + word
    named = [graph for graph in graphs if graph.rsplit("/", 1)[1] == word]
    if len(named) == 1:
        return named[0]
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    for iri in filter(None, (expand(word), f"{ID}agreement/{word}", f"{ID}occurrence/{word}", f"{ID}source/{word}", f"{ID}state/{word}")):
        with suppress(ValueError):
            holding = sorted({_value(q.graph_name) for q in base.store.quads_for_pattern(ox.NamedNode(iri), kind, None)} & graphs)
            if holding:
                return holding[-1]
    raise refuse("KG-CT18", "case, agreement or graph", word, {graph.removeprefix(GRAPH) for graph in graphs} | {graph.rsplit("/", 1)[1] for graph in graphs})


def _value(term: object) -> str:
    return str(getattr(term, "value", ""))
