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
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import contributions
from kg.contributions import CONTRIBUTION, NOT_DATA, mark_of, own_triples
from kg.errors import InputError, StoreError, UsageError
from kg.fmt.canonical import canonical
from kg.namespaces import GRAPH, ID, PREFIXES, expand
from kg.read import Document, graph_of, read_data, show_path
from kg.store import writing
from kg.tables.rows import names_of, to_rows

if TYPE_CHECKING:
    from kg.check.files import Report
    from kg.query import Base

LICENSES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/", "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/"}
_DCTERMS = PREFIXES["dcterms"]
_XSD_DATE = ox.NamedNode(PREFIXES["xsd"] + "date")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Contribution:
    """One contribution as it is kept: ``slug``, ``graph``, who (``by``), when (``on``), ``license``, ``note``, ``replaces``, ``triples``.

    ``mark`` is that of what it replaces, when it was made.
    ``outdated`` says what became of the file that it replaces since then: ``changed``, ``gone``, or None where nothing did.
    """

    slug: str
    graph: str
    by: str
    on: str
    license: str
    note: str | None
    replaces: str | None
    triples: int
    path: Path
    mark: str | None = None
    outdated: str | None = None


def _not_done(results: list[Any], what: str) -> InputError:
    from kg.build import NotConforming

    error = NotConforming(results)
    error.message = error.message.replace("built", what)
    return error


def add(
    paths: list[Path], base: Base, *, by: str, license: str, note: str | None = None, slug: str | None = None, engine: str | None = None
) -> tuple[Contribution, Report, list[dict[str, Any]]]:
    """Check files and add them as one contribution: all or nothing.

    Returns the contribution, the report of the check, and which verdicts changed. Raises NotConforming where there is a
    violation, InputError where a file is refused, UsageError for a name in use, StoreError where the store cannot be written.
    """
    from kg.check.files import check
    from kg.contribute.changes import changes

    name = _free_slug(slug or slug_of(paths[0].stem), base.folder)
    license_iri = _license(license)
    if not by.strip():
        raise UsageError("KG-US11", "no contributor named", fix="say who gives this: --by 'A. Historian'")
    report = check(paths, base, engine)
    if not report.conforms:
        raise _not_done(report.results, "added")
    if not report.triples:
        raise InputError("KG-CT22", "nothing to add", place=", ".join(map(show_path, paths)), fix="fill in a row; rows that begin with # are passed over")
    graph = CONTRIBUTION + name
    about = _about(graph, by.strip(), license_iri, note, report)
    with writing(base.folder), _pending(base.folder, name, [*about, *report.triples]) as made:
        _unmoved(base)
        after = _rebuild(base, made, None)
    _settle(base)
    return _read_one(contributions.folder_of(base.folder) / f"{name}.ttl"), report, changes(base.store, after)


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


def _about(graph: str, by: str, license_iri: str, note: str | None, report: Report) -> list[ox.Triple]:
    def say(name: str, term: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(ox.NamedNode(graph), ox.NamedNode(_DCTERMS + name), term)

    made = [
        say("creator", ox.Literal(by)),
        say("created", ox.Literal(date.today().isoformat(), datatype=_XSD_DATE)),
        say("license", ox.NamedNode(license_iri)),
    ]
    if note:
        made.append(say("description", ox.Literal(note, language="en")))
    if report.replaces and report.mark:
        made += [say("replaces", ox.NamedNode(report.replaces)), say("source", ox.Literal(report.mark))]  # what it was made from
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


def _rebuild(base: Base, new: Path | None, gone: Path | None) -> ox.Store:
    """Derive the record with a contribution more or less, and swap it in together with the file. Returns the record."""
    from kg.build import derive, described, read_record
    from kg.inputs import content_digest, fingerprint
    from kg.store import write_generation

    sources = _sources(base)
    kept = [path for path in contributions.files(base.folder) if path != gone]
    files = sorted([*kept, *([new] if new else [])], key=lambda path: path.name)
    digest = content_digest(sources, files)
    documents = read_record(sources, files)
    _require_valid(base, documents, "added" if new else "removed")
    record = derive(documents, _silent)
    manifest, names = described(record, digest)
    manifest |= {"action": "built", "fingerprint": fingerprint(sources, files), "sources": [str(source) for source in sources]}
    step = _Move(new, gone, contributions.folder_of(base.folder))
    try:
        write_generation(base.folder, digest[:16], record, manifest, names, before_swap=step.do)
    except StoreError:
        step.undo()
        raise
    return record


def _require_valid(base: Base, documents: list[Document], what: str) -> None:
    """Raise NotConforming where the record would not conform.

    The base conforms, so only what the change affects is checked; everything, where a file was altered since the base was built.
    What is added has been checked with its positions before; here it is what a removal breaks.
    """
    from kg.build import NotConforming, validate
    from kg.check.affected import View
    from kg.check.files import changes
    from kg.inputs import content_digest
    from kg.validate import DEFAULT_ENGINE

    if content_digest(_sources(base), contributions.files(base.folder)) != base.manifest["digest"]:
        try:
            validate(documents)
        except NotConforming as error:
            raise _not_done(error.results, what) from None
        return
    if what == "added":
        return
    before = {graph.value for graph in base.store.named_graphs() if isinstance(graph, ox.NamedNode)}
    before = {graph for graph in before if not graph.removeprefix(GRAPH).startswith(NOT_DATA)}
    after = {document.graph for document in documents}
    back = frozenset(triple for document in documents if document.graph not in before for triple in document.triples)
    results = changes(View(base.store, frozenset(before - after), back), DEFAULT_ENGINE)
    if any(result.severity == "violation" for result in results):
        from kg.intake.locate import locate

        raise _not_done(locate(results, documents), what)


def _settle(base: Base) -> None:
    """Note the mark of the files in their new places."""
    from kg.build import build

    build(base.folder, _sources(base))


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


def listing(base: Base) -> list[Contribution]:
    """Every contribution to a store, by name, with what became of the file that it replaces."""
    found = [_read_one(path) for path in contributions.files(base.folder)]
    wanted = {GRAPH + one.replaces for one in found if one.replaces}
    files = [path for source in _sources(base) if wanted and source.is_dir() for path in source.rglob("*.ttl") if graph_of(path) in wanted]
    files += [one.path for one in found if one.graph in wanted]
    marks = {document.graph: mark_of(_own(document)) for document in _as_graphs(files, base.folder)}
    return [replace(one, outdated=_outdated(one, marks)) for one in found]


def _as_graphs(files: list[Path], store: Path) -> list[Document]:
    """Files of the data and contributions, each with the named graph that it goes to."""
    folder = contributions.folder_of(store)
    return [*read_data(path for path in files if path.parent != folder), *contributions.read(path for path in files if path.parent == folder)]


def _own(document: Document) -> list[ox.Triple]:
    """The triples of a document without what a contribution says of itself."""
    return [triple for triple in document.triples if triple.subject != ox.NamedNode(document.graph)]


def _outdated(one: Contribution, marks: dict[str, str]) -> str | None:
    if one.replaces is None or one.mark is None:
        return None
    now = marks.get(GRAPH + one.replaces)
    return "gone" if now is None else None if now == one.mark else "changed"


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
        said.get("source"),
    )


def find(slug: str, store: Path) -> Contribution:
    """A contribution by its name. Raises UsageError with the nearest."""
    from kg.params import refuse

    found = {path.stem: path for path in contributions.files(store)}
    if slug not in found:
        raise refuse("KG-CT17", "contribution", slug, found)
    return _read_one(found[slug])


def remove(slug: str, base: Base) -> tuple[Contribution, list[dict[str, Any]]]:
    """Take a contribution out: its file goes to ``removed/`` in the folder, and the record is derived without it.

    Raises NotConforming where something else in the record needs it.
    """
    from kg.contribute.changes import changes

    with writing(base.folder):
        _unmoved(base)
        found = find(slug, base.folder)
        after = _rebuild(base, None, found.path)
    _settle(base)
    return found, changes(base.store, after)


def diff(slug: str, base: Base) -> tuple[list[ox.Triple], list[ox.Triple], list[dict[str, Any]]]:
    """What a contribution adds and takes away, and which verdicts differ because of it."""
    from kg.build import derive, read_record
    from kg.contribute.changes import changes

    found = find(slug, base.folder)
    others = [path for path in contributions.files(base.folder) if path != found.path]
    without = derive(read_record(_sources(base), others), _silent)
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
