"""What shapes cannot say: names that lead nowhere, look-alikes, and statements that contradict those of others."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.check.affected import View
from kg.check.lint_index import by_label, labels, names, nearest, plain
from kg.check.lint_table import CHECKS
from kg.check.vocabulary import vocabulary
from kg.intake.take import SCAN_LIMIT, Taken
from kg.namespaces import CODE, ID, KINDS, RECORD, SV, local, short
from kg.read import Document
from kg.validate import Result

if TYPE_CHECKING:
    from kg.query import Base


_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TERMS = "http://purl.org/dc/terms/"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_LABEL, _DEPRECATED, _REPLACED = (ox.NamedNode(iri) for iri in (_RDFS + "label", _OWL + "deprecated", _TERMS + "isReplacedBy"))
_KEYS = tuple(ox.NamedNode(SV + name) for name in ("url", "wikidata", "iso3", "gwCode"))
_ALSO = ox.NamedNode(_SKOS + "altLabel")
_CLAIMED_BY, _CHARACTERIZATION = (ox.NamedNode(SV + name) for name in ("claimedBy", "Characterization"))
_CLAIMANTS = {ox.NamedNode(SV + name) for name in ("Party", "State", "Organization", "NonStateActor", "Person")}
_PARTS_OF_NAME = re.compile(r",| and ")
_DATATYPES = {_XSD + name for name in ("string", "boolean", "integer", "decimal", "double", "date", "dateTime", "gYear", "anyURI")} | {
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
}
_DAYS = {
    *("signedOn", "inForceFrom", "inForceUntil", "boundFrom", "knownBoundFrom", "boundUntil", "boundAsOf", "beganOn", "endedOn", "ongoingOn"),
    *("onDate", "claimedOn", "publishedOn", "existedFrom", "existedUntil", "coversFrom", "coversUntil", "cutOffOn"),
}
_ACTS = tuple(ox.NamedNode(SV + name) for name in ("actor", "initiator", "target", "participant", "recipient"))
_WHEN = tuple(ox.NamedNode(SV + name) for name in ("beganOn", "onDate", "boundFrom", "boundUntil", "endedOn"))
_TELLING = (
    "imposedBy",
    "characterizes",
    "as",
    "ofAgreement",
    "assesses",
    "partOf",
    "locator",
    "beganOn",
    "onDate",
    "signedOn",
    "claimedOn",
    "asOf",
    "actor",
    "claimedBy",
    "url",
)
_FOREIGN = ("http://www.w3.org/", _TERMS)


def lint(taken: list[Taken], base: Base, found: list[Result]) -> list[Result]:
    """The results of the shapes together with those of the further checks.

    Where a shape has already said that a value or property is wrong, the nearest right ones are added to its fix instead.
    """
    return _Linter(taken, base, found).run()


class _Linter:
    def __init__(self, taken: list[Taken], base: Base, found: list[Result]) -> None:
        self._taken = taken
        self._documents = [one.document for one in taken]
        self._base = base
        self._found = list(found)
        triples = frozenset(triple for document in self._documents for triple in document.triples)
        graphs = {graph.value for graph in base.store.named_graphs() if isinstance(graph, ox.NamedNode)}
        self._elsewhere = View(base.store, frozenset({document.graph for document in self._documents} & graphs))
        self._all = View(base.store, self._elsewhere.replaced, triples)
        self._subjects = {triple.subject for triple in triples}
        self._own_labels = by_label(triple for triple in triples if triple.predicate == _LABEL)
        self._vocabulary = vocabulary()
        self._unknown: set[tuple[Any, Any]] = set()

    def run(self) -> list[Result]:
        for one in self._taken:
            for key, at in one.marks.unknown if one.marks else ():
                self._meaningless(one, key, at)
        for document in self._documents:
            names: dict[Any, None] = dict.fromkeys(triple.subject for triple in document.triples)
            for subject in names:
                self._name(subject)
                self._look_alike(subject)
                self._claimant(subject)
            for triple in document.triples:
                self._terms(triple)
                self._reference(triple)
                self._deprecated(triple)
            self._contradictions(document)
        return self._found

    # Saying so

    def _say(self, code: str, focus: Any, path: Any = None, value: Any = None, detail: str = "", fix: str = "") -> None:
        check = CHECKS[code]
        message = f"{check.message[:-1]}: {detail}." if detail else check.message
        doc = f"docs/reference/checks.md#{code.lower()}"
        result = Result(
            code, check.severity, _value(focus), _value(path) if path else None, _value(value) if value is not None else None, message, fix or check.fix, doc
        )
        if result not in self._found:
            self._found.append(result)

    def _said(self, focus: Any, path: Any, value: Any, suggestion: str = "", broken: frozenset[str] = frozenset()) -> bool:
        """Whether a shape has already said that this value, or this property, is wrong; if so, its fix gets the suggestion."""
        said = False
        for place, result in enumerate(self._found):
            same = result.focus == _value(focus) and result.path == _value(path) and result.value in (_value(value), None)
            if same and not result.code.startswith("SV-LN") and (not broken or result.code in broken):
                said = True
                if suggestion and suggestion not in result.fix:
                    self._found[place] = replace(result, fix=f"{result.fix} {suggestion}")
        return said

    # Names

    def _name(self, subject: Any) -> None:
        if not isinstance(subject, ox.NamedNode):
            return
        iri = subject.value
        if iri.startswith((SV, CODE)):
            self._say(
                "SV-LN05",
                subject,
                detail=f"{short(iri)} is a term of the ontology, whose lists are closed",
                fix="Remove the statements; propose new terms as an issue.",
            )
            return
        kind = iri.removeprefix(ID).partition("/")[0]
        if iri == RECORD or (iri.startswith(ID) and kind in KINDS.values()):
            return
        if not any(result.focus == iri and result.path is None for result in self._found):
            close = difflib.get_close_matches(kind, KINDS.values(), n=1) if iri.startswith(ID) else []
            self._say("SV-LN05", subject, fix=f"{CHECKS['SV-LN05'].fix} Did you mean {close[0]}?" if close else "")

    def _terms(self, triple: ox.Triple) -> None:
        known = self._vocabulary.terms
        name, term = triple.predicate.value, triple.object
        if name not in known and not name.startswith(_FOREIGN):
            self._term(triple, name, None)
        if isinstance(term, ox.NamedNode):
            if term.value not in known and (triple.predicate == _TYPE or term.value.startswith((CODE, SV))):
                self._term(triple, term.value, term)
        elif isinstance(term, ox.Literal) and term.datatype.value not in _DATATYPES:
            self._term(triple, term.datatype.value, term, _DATATYPES)

    def _term(self, triple: ox.Triple, term: str, value: Any, among: Iterable[str] = ()) -> None:
        self._unknown.add((triple.subject, triple.object if value is not None else triple.predicate))
        space = term[: len(term) - len(local(term))]
        close = nearest(local(term), [one for one in among or self._vocabulary.terms if not space.startswith((SV, CODE, _XSD)) or one.startswith(space)])
        hint = _did_you_mean(close)
        if not self._said(triple.subject, triple.predicate, triple.object, hint):
            self._say("SV-LN02", triple.subject, triple.predicate, triple.object, short(term), f"{CHECKS['SV-LN02'].fix} {hint}".strip())

    def _meaningless(self, one: Taken, key: str, at: int) -> None:
        """A key of JSON-LD that the context does not know, so that what it says is lost."""
        check = CHECKS["SV-LN02"]
        line, column = one.lines.place(at)
        hint = _did_you_mean(nearest(key, self._vocabulary.terms))
        message = f"{check.message[:-1]}: the key {key} means nothing in this context, and what it says is lost."
        doc = f"docs/reference/checks.md#{check.code.lower()}"
        self._found.append(Result(check.code, check.severity, "", None, key, message, f"{check.fix} {hint}".strip(), doc, one.place, line, column))

    def _reference(self, triple: ox.Triple) -> None:
        term = triple.object
        if not isinstance(term, ox.NamedNode) or not term.value.startswith(ID) or (triple.subject, term) in self._unknown or self._exists(term):
            return
        if term.value.startswith((ID + "activation/", ID + "expectation/")):
            return  # derived; shapes check what their names are made of
        hint = _did_you_mean(self._near(term))
        if not self._said(triple.subject, triple.predicate, term, hint):
            self._say("SV-LN01", triple.subject, triple.predicate, term, short(term.value), f"{CHECKS['SV-LN01'].fix} {hint}".strip())

    def _exists(self, node: ox.NamedNode) -> bool:
        if node in self._subjects:
            return True
        quads = self._base.store.quads_for_pattern(node, None, None)
        return any(not isinstance(quad.graph_name, ox.NamedNode) or quad.graph_name.value not in self._elsewhere.replaced for quad in quads)

    def _near(self, node: ox.NamedNode) -> list[str]:
        """The three names of the same kind that are spelled most alike; in a big base, of those in the files."""
        space = node.value[: len(node.value) - len(local(node.value))]
        own = [iri for iri in map(_value, self._subjects) if iri.startswith(space)]
        return nearest(local(node.value), [*own, *(names(self._base, space) if self._small() else ())])

    def _deprecated(self, triple: ox.Triple) -> None:
        for term in (triple.predicate, triple.object):
            if not isinstance(term, ox.NamedNode) or triple.predicate in (_REPLACED, _DEPRECATED):
                continue
            heir = self._vocabulary.deprecated.get(term.value)
            if heir is None and term.value.startswith(ID) and any(_value(row.object) in ("true", "1") for row in self._all.match(term, _DEPRECATED, None)):
                heir = next((_value(row.object) for row in self._all.match(term, _REPLACED, None)), "")
            if heir is not None:
                fix = f"Use {short(heir)}." if heir else "Leave it out; nothing replaces it."
                self._say("SV-LN03", triple.subject, triple.predicate, triple.object, short(term.value), fix)

    def _claimant(self, subject: Any) -> None:
        """A characterization whose label says whose claim it is, where no statement does."""
        if any(self._all.match(subject, _CLAIMED_BY, None)) or _CHARACTERIZATION not in {row.object for row in self._all.match(subject, _TYPE, None)}:
            return
        for row in self._all.match(subject, _LABEL, None):
            who, colon, _ = _value(row.object).partition(":")
            named = [self._party(name.strip()) for name in _PARTS_OF_NAME.split(who) if colon and name.strip()]
            if named and all(named):
                fix = f"Add sv:claimedBy {short(named[0])}; without it, the statement counts as a finding of its source."
                self._say("SV-LN08", subject, _LABEL, row.object, fix=fix)

    def _party(self, name: str) -> str:
        """The party or person of exactly this name, else nothing."""
        called = {row.subject for key in (_LABEL, _ALSO) for row in self._all.match(None, key, ox.Literal(name, language="en"))}
        return min((_value(one) for one in called if {row.object for row in self._all.match(one, _TYPE, None)} & _CLAIMANTS), default="")

    # Look-alikes

    def _look_alike(self, subject: Any) -> None:
        if any(True for _ in self._elsewhere.match(subject, None, None)):
            return  # not new: the base knows it under this name
        classes = {row.object for row in self._all.match(subject, _TYPE, None)}
        for other, why in self._alike(subject):
            if other != subject and classes & {row.object for row in self._all.match(other, _TYPE, None)} and not self._differ(subject, other):
                if _value(other) > _value(subject) and other in self._subjects and not any(True for _ in self._elsewhere.match(other, None, None)):
                    continue  # two new ones: said once, of the later name
                self._say("SV-LN04", subject, detail=f"{short(_value(other))} has {why}")
                return

    def _alike(self, subject: Any) -> Iterator[tuple[Any, str]]:
        for key in _KEYS:
            for row in self._all.match(subject, key, None):
                yield from ((other.subject, f"the same {local(key.value)}") for other in self._all.match(None, key, row.object))
        for row in self._all.match(subject, _LABEL, None):
            yield from ((other, "nearly the same label") for other in self._same_label(_value(row.object)))
            yield from ((other.subject, "the same label") for other in self._all.match(None, _LABEL, row.object))
        for day in _WHEN[:2]:
            for row in self._all.match(subject, day, None):
                mine = self._signature(subject)
                first = min((pair for pair in mine if pair[0] in ("initiator", "actor")), default=None)
                if first is not None:
                    yield from (
                        (other.subject, "the same parties, kind and day")
                        for other in self._all.match(None, day, row.object)
                        if any(_value(one.object) == first[1] for one in self._all.match(other.subject, ox.NamedNode(SV + first[0]), None))
                        and self._signature(other.subject) == mine
                    )

    def _differ(self, one: Any, other: Any) -> bool:
        """Whether two things of one label are told apart by what they belong to, or by their day."""
        for name in _TELLING:
            mine, theirs = ({row.object for row in self._all.match(thing, ox.NamedNode(SV + name), None)} for thing in (one, other))
            if mine and theirs and not mine & theirs:
                return True
        return False

    def _signature(self, subject: Any) -> frozenset[tuple[str, str]]:
        """Who did what to whom, where the kind and the one who acts are given."""
        names = (
            "occurrenceKind",
            "behavior",
            "actKind",
            "ofAgreement",
            "initiator",
            "actor",
            "target",
            "recipient",
            "against",
            "place",
            "inResponseTo",
            "partOf",
        )
        rows = {(name, _value(row.object)) for name in names for row in self._all.match(subject, ox.NamedNode(SV + name), None)}
        given = {name for name, _ in rows}
        return frozenset(rows) if given & {"initiator", "actor"} and given & {"occurrenceKind", "behavior", "actKind"} else frozenset()

    def _same_label(self, label: str) -> Iterator[Any]:
        """The things with nearly this label: of the files, and of the base as it was."""
        yield from self._own_labels.get(plain(label), ())
        if self._small():
            yield from labels(self._base).get(plain(label), ())

    def _small(self) -> bool:
        """Whether the base may be looked through as a whole."""
        return int(self._base.manifest["quads"]) <= SCAN_LIMIT

    # Contradictions

    def _contradictions(self, document: Document) -> None:
        own = set(document.triples)
        first: dict[tuple[Any, Any], Any] = {}
        for triple in document.triples:
            day = triple.predicate.value.removeprefix(SV) in _DAYS
            if day or self._too_many(triple):
                rival = next((row.object for row in self._all.match(triple.subject, triple.predicate, None) if row not in own), None)
                if rival is not None:
                    where = self._where(ox.Triple(triple.subject, triple.predicate, rival))
                    self._say("SV-LN06" if day else "SV-LN07", triple.subject, triple.predicate, triple.object, f"the record has {short(_value(rival))}{where}")
                mine = first.setdefault((triple.subject, triple.predicate), triple.object)
                if day and mine != triple.object and not self._said(triple.subject, triple.predicate, triple.object):
                    self._say("SV-LN06", triple.subject, triple.predicate, triple.object, f"this file also has {_value(mine)}")
            if triple.predicate in _WHEN:
                self._not_there(triple)

    def _too_many(self, triple: ox.Triple) -> bool:
        """Whether a shape says that the property has one value only, and now there are more."""
        key = (_value(triple.subject), triple.predicate.value, None)
        return (
            any((result.focus, result.path, result.value) == key for result in self._found)
            and len(list(self._all.match(triple.subject, triple.predicate, None))) > 1
        )

    def _where(self, triple: ox.Triple) -> str:
        for document in self._documents:
            if triple in document.triples:
                return f" in {document.place}"
        for quad in self._base.store.quads_for_pattern(triple.subject, triple.predicate, triple.object):
            if isinstance(quad.graph_name, ox.NamedNode):
                return f" in {'/'.join(quad.graph_name.value.split('/')[-2:])}"
        return ""

    def _not_there(self, triple: ox.Triple) -> None:
        """A party that acts before it existed, or after it ended."""
        day = _value(triple.object)
        for role in _ACTS:
            for row in self._all.match(triple.subject, role, None):
                first = min((_value(one.object) for one in self._all.match(row.object, ox.NamedNode(SV + "existedFrom"), None)), default="")
                last = max((_value(one.object) for one in self._all.match(row.object, ox.NamedNode(SV + "existedUntil"), None)), default="9999")
                if not first <= day <= last and len(day) == 10:
                    span = f"from {first}" if day < first else f"until {last}"
                    self._say(
                        "SV-LN06",
                        triple.subject,
                        triple.predicate,
                        triple.object,
                        f"{short(_value(row.object))} existed {span}",
                        "Correct the day, or name the party of that time.",
                    )


def _did_you_mean(close: list[str]) -> str:
    if not close:
        return ""
    names = [short(iri) for iri in close]
    return f"Did you mean {names[0]}?" if len(names) == 1 else f"Did you mean {', '.join(names[:-1])} or {names[-1]}?"


def _value(term: Any) -> str:
    return str(getattr(term, "value", term))
