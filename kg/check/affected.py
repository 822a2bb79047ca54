"""What a contribution can affect, so that checking it costs what it costs and not what the base costs.

The shapes say along which properties they look from a focus node. From each statement that is added or removed, the
same ways are walked back to every focus that can see it; then forward again, to fetch all that those focuses see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from kg.namespaces import GRAPH, ID, RECORD, SV
from kg.resources import folder

_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE = ox.NamedNode(_RDF + "type")
_ASSESSES = ox.NamedNode(SV + "assesses")
_NAMED_BY = ("obligation", "state", "organization", "actor", "occurrence")
_DERIVED = GRAPH + "derived/"
LIMIT = 20_000

Step = tuple[str, bool]  # a property, and whether it is followed forward
Way = tuple[Step, ...]


class NotLocal(Exception):
    """The shapes look at more than the surroundings of a focus, or the change affects too much: check everything."""


# What the queries inside shapes look at; a test sees to it that none is missing.
_SOURCES = ("hasSource", "publishedBy"), ("hasSource", "originatesFrom")
_SUPPORT = tuple(("supportedBy", *way) for way in (*_SOURCES, ("publishedBy",), ("originatesFrom",)))
QUERIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "SV-AS22": (("assesses",),),
    "SV-AS23": (("assesses",),),
    "SV-AS24": (("assesses",),),
    "SV-AS25": (("assesses",),),
    "SV-AS26": (("assesses",), ("verdict",)),
    "SV-AS27": (("assesses",), ("verdict",)),
    "SV-AS28": (("verdict",), *_SOURCES, *_SUPPORT),
    "SV-CO15": _SOURCES,
    "SV-CV07": _SOURCES,
    "SV-OB19": (("bearer",), ("imposedBy", "partOf", "^ofAgreement", "participant")),
    "SV-PN13": (("boundFrom",), ("datePrecision",), ("ofAgreement", "signedOn"), ("ofAgreement", "datePrecision")),
    "SV-TH18": (("beganOn",), ("endedOn",), ("ongoingOn",), ("onDate",), ("boundAsOf",)),
}


def _step(name: str) -> Step:
    return SV + name.removeprefix("^"), not name.startswith("^")


@lru_cache(maxsize=1)
def ways() -> frozenset[Way]:
    """Every way along which a packaged shape looks from its focus; a class looked at is a last step ``rdf:type``."""
    store = ox.Store()
    for path in sorted(folder("shapes").glob("*.ttl")):
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    found: set[Way] = set()
    for predicate in ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode"):
        for quad in store.quads_for_pattern(None, ox.NamedNode(_SH + predicate), None):
            found |= set(_Looks(store).of(quad.subject, ()))
    return frozenset(way for way in found if way)


class _Looks:
    """The ways of one shape and the shapes inside it."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def _objects(self, node: Any, name: str) -> list[Any]:
        return [quad.object for quad in self._store.quads_for_pattern(node, ox.NamedNode(name if name.startswith("http") else _SH + name), None)]

    def of(self, shape: Any, before: Way) -> Iterator[Way]:
        if len(before) > 8:
            raise NotLocal(f"{shape} refers to itself")
        for path in self._objects(shape, "path") or [None]:
            for way in self._ways(path) if path is not None else [()]:
                here = before + way
                yield here
                if self._objects(shape, "class"):
                    yield (*here, (_TYPE.value, True))
                yield from self._inside(shape, here)
        for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals"):
            for other in self._objects(shape, name):
                yield (*before, (other.value, True))
        yield from self._queries(shape)

    def _inside(self, shape: Any, here: Way) -> Iterator[Way]:
        for name in ("property", "node", "not", "qualifiedValueShape"):
            for inner in self._objects(shape, name):
                yield from self.of(inner, here)
        for name in ("or", "and", "xone"):
            for head in self._objects(shape, name):
                for inner in self._list(head):
                    yield from self.of(inner, here)

    def _queries(self, shape: Any) -> Iterator[Way]:
        if self._objects(shape, "sparql"):
            code = shape.value.rsplit("/", 1)[1]
            if code not in QUERIES:
                raise NotLocal(f"{code} holds a query, and QUERIES does not say what it looks at")
            for names in QUERIES[code]:
                yield tuple(_step(name) for name in names)

    def _list(self, head: Any) -> Iterator[Any]:
        while head.value != _RDF + "nil":
            yield self._objects(head, _RDF + "first")[0]
            head = self._objects(head, _RDF + "rest")[0]

    def _ways(self, path: Any) -> Iterator[Way]:
        if isinstance(path, ox.NamedNode):
            yield ((path.value, True),)
        elif self._objects(path, "alternativePath"):
            for part in self._list(self._objects(path, "alternativePath")[0]):
                yield from self._ways(part)
        elif self._objects(path, "inversePath"):
            for way in self._ways(self._objects(path, "inversePath")[0]):
                yield tuple((name, not forward) for name, forward in reversed(way))
        elif self._objects(path, _RDF + "first"):
            joined: list[Way] = [()]
            for part in self._list(path):
                joined = [before + way for before in joined for way in self._ways(part)]
            yield from joined
        else:
            raise NotLocal("a path repeats without end")


@dataclass
class View:
    """The source statements of the base with a change laid over it: ``removed`` ones hidden, ``added`` ones shown."""

    store: ox.Store
    replaced: frozenset[str]
    added: frozenset[ox.Triple] = frozenset()
    _out: dict[Any, list[ox.Triple]] = field(default_factory=dict)
    _in: dict[Any, list[ox.Triple]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for triple in self.added:
            self._out.setdefault(triple.subject, []).append(triple)
            if not isinstance(triple.object, ox.Literal):
                self._in.setdefault(triple.object, []).append(triple)

    def match(self, subject: Any, predicate: Any, term: Any) -> Iterator[ox.Triple]:
        """The source triples of a pattern with a subject or an object, through the store's indexes."""
        for quad in self.store.quads_for_pattern(subject, predicate, term):
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if name not in self.replaced and not name.startswith(_DERIVED):
                yield ox.Triple(quad.subject, quad.predicate, quad.object)
        for triple in self._out.get(subject, []) if subject is not None else self._in.get(term, []):
            if predicate is None or triple.predicate == predicate:
                yield triple

    def everything(self) -> Iterator[ox.Triple]:
        """All source triples."""
        for quad in self.store:
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            if name not in self.replaced and not name.startswith(_DERIVED):
                yield quad.triple
        yield from self.added

    def removed(self) -> set[ox.Triple]:
        """What a replaced graph stated and nothing states any more."""
        gone: set[ox.Triple] = set()
        for name in self.replaced:
            for quad in self.store.quads_for_pattern(None, None, None, ox.NamedNode(name)):
                if quad.triple not in self.added and quad.triple not in gone and quad.triple not in self.match(quad.subject, quad.predicate, None):
                    gone.add(quad.triple)
        return gone

    def new(self) -> set[ox.Triple]:
        """What is added and nothing stated before, replaced graphs included."""
        before = View(self.store, frozenset())
        return {triple for triple in self.added if triple not in before.match(triple.subject, triple.predicate, None)}


def affected(view: View, changed: Iterable[ox.Triple]) -> set[Any]:
    """Every node whose results can differ because of the changed triples. Raises NotLocal where that is too much to tell."""
    changed = list(changed)
    if any(triple.subject.value == RECORD for triple in changed if isinstance(triple.subject, ox.NamedNode)):
        raise NotLocal("the record's own description changes")
    found: set[Any] = {triple.subject for triple in changed}
    by_step: dict[Step, set[Way]] = {}
    for way in ways():
        for place, step in enumerate(way):
            if place:
                by_step.setdefault(step, set()).add(way[:place])
    seen: dict[tuple[Any, Way], set[Any]] = {}
    for triple in changed:
        for forward, node in ((True, triple.subject), (False, triple.object)):
            for before in by_step.get((triple.predicate.value, forward), ()):
                key = (node, before)
                if key not in seen:
                    seen[key] = _back(view, node, before)
                    found |= seen[key]
        if len(found) > LIMIT:
            raise NotLocal("the change affects too much")
    return found | _by_name(view, changed)


def _back(view: View, node: Any, way: Way) -> set[Any]:
    """The nodes from which a way leads to a node."""
    here = {node}
    for predicate, forward in reversed(way):
        property_ = ox.NamedNode(predicate)
        if forward:
            here = {triple.subject for one in here for triple in view.match(None, property_, one)}
        else:
            here = {triple.object for one in here if not isinstance(one, ox.Literal) for triple in view.match(one, property_, None)}
        if len(here) > LIMIT:
            raise NotLocal("the change affects too much")
    return here


def _by_name(view: View, changed: list[ox.Triple]) -> set[Any]:
    """Assessments whose activation's name is made of something that changed its class or was there before and changed."""
    slugs: dict[str, set[str]] = {}
    for triple in changed:
        if isinstance(triple.subject, ox.NamedNode) and triple.predicate.value in (_TYPE.value, SV + "imposedBy"):
            kind, _, slug = triple.subject.value.removeprefix(ID).partition("/")
            if kind in _NAMED_BY:
                slugs.setdefault("party" if kind in _NAMED_BY[1:4] else kind, set()).add(slug)
    if not slugs:
        return set()
    return {triple.subject for triple in _assessments(view) if _named_in(triple.object, slugs)}


def _assessments(view: View) -> Iterator[ox.Triple]:
    for graph in view.store.named_graphs():
        name = graph.value
        if not name.startswith(_DERIVED) and name not in view.replaced:
            yield from (quad.triple for quad in view.store.quads_for_pattern(None, _ASSESSES, None, graph))
    yield from (triple for triple in view.added if triple.predicate == _ASSESSES)


def _named_in(term: Any, slugs: dict[str, set[str]]) -> bool:
    parts = getattr(term, "value", "").removeprefix(ID + "activation/").split("--", 3)
    named = dict(zip(("obligation", "owedBy", "owedTo", "occurrence"), parts, strict=False))
    party = slugs.get("party", set())
    return bool({named.get("owedBy"), named.get("owedTo")} & party) or any(named.get(kind) in slugs.get(kind, ()) for kind in ("obligation", "occurrence"))


def surroundings(view: View, focuses: Iterable[Any]) -> set[ox.Triple]:
    """All that the shapes see from the focuses: enough to give the same results as the whole base."""
    tree = _tree()
    found: set[ox.Triple] = set(view.match(ox.NamedNode(RECORD), None, None))
    done: set[tuple[Any, int]] = set()
    todo: list[tuple[Any, _Branch]] = []
    for focus in focuses:
        found |= set(view.match(focus, None, None))
        todo.append((focus, tree))
        found |= _named_nodes(view, focus)
    while todo:
        node, branch = todo.pop()
        if (node, id(branch)) in done:
            continue
        done.add((node, id(branch)))
        if not isinstance(node, ox.Literal):
            found |= set(view.match(node, _TYPE, None))
        for (predicate, forward), inner in branch.steps.items():
            if forward and isinstance(node, ox.Literal):
                continue
            pattern = (node, ox.NamedNode(predicate), None) if forward else (None, ox.NamedNode(predicate), node)
            for triple in view.match(*pattern):
                found.add(triple)
                todo.append((triple.object if forward else triple.subject, inner))
    return found


def _named_nodes(view: View, focus: Any) -> set[ox.Triple]:
    """What an assessment's activation is made of, by its name."""
    found: set[ox.Triple] = set()
    for triple in view.match(focus, _ASSESSES, None):
        parts = getattr(triple.object, "value", "").removeprefix(ID + "activation/").split("--", 3)
        if len(parts) < 4:
            continue
        names = [f"obligation/{parts[0]}", f"occurrence/{parts[3]}", *(f"{kind}/{part}" for kind in _NAMED_BY[1:4] for part in parts[1:3])]
        for name in names:
            try:
                found |= set(view.match(ox.NamedNode(ID + name), None, None))
            except ValueError:
                continue  # no such name can exist
    return found


@dataclass
class _Branch:
    steps: dict[Step, _Branch] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _tree() -> _Branch:
    root = _Branch()
    for way in ways():
        branch = root
        for step in way:
            branch = branch.steps.setdefault(step, _Branch())
    return root
