"""Where the things of a JSON-LD or RDF/XML text are written, read without network, entities or deep nesting."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.parsers import expat

from kg.intake.lines import Lines
from kg.intake.positions import MAX_DEPTH, Problem
from kg.namespaces import BASE, PREFIXES

CONTEXT = BASE + "context.jsonld"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_WORD = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+|"')
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Mark(NamedTuple):
    """A value of a property of a thing: IRIs and texts as written out, offsets in characters."""

    subject: str
    predicate: str
    value: str
    subject_at: int
    predicate_at: int
    value_at: int


@dataclass
class Marks:
    """What is written where: ``marks`` of values, ``subjects`` by IRI, ``unknown`` keys that mean nothing, and ``problems``."""

    marks: list[Mark] = field(default_factory=list)
    subjects: dict[str, int] = field(default_factory=dict)
    unknown: list[tuple[str, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


# JSON-LD


@dataclass
class _Object:
    at: int
    members: list[tuple[str, int, Any, int]] = field(default_factory=list)


def read_json(text: str) -> tuple[Marks, str]:
    """Positions in a JSON-LD text, and the text with a reference to our own context replaced by the context itself.

    Problems: JSON that is not well formed, too deep, or refers to a context elsewhere.
    """
    found = Marks()
    depth = 0
    for match in _WORD.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            found.problems.append(Problem(match.start(), f"brackets are nested more than {MAX_DEPTH} deep", "write the things one after another in @graph"))
            return found, text
    try:
        plain = json.loads(text)
    except ValueError as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        message = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        found.problems.append(Problem(at, f"not valid JSON: {message}", "correct the JSON at this place"))
        return found, text
    tree = _tree(text)
    prefixes = _contexts(tree, found, dict(PREFIXES) if _uses_ours(plain) else {})
    if not found.problems:
        _walk(tree, prefixes, found)
    return found, json.dumps(_replaced(plain), ensure_ascii=False) if _uses_ours(plain) else text


def _tree(text: str) -> Any:
    """JSON with offsets: objects as _Object, arrays as lists of (value, offset), all else as (text,) tuples."""
    words = _WORD.finditer(text)

    def value(match: re.Match[str]) -> Any:
        if match[0] == "{":
            made = _Object(match.start())
            for key in words:
                if key[0] == "}":
                    return made
                if key[0] == ",":
                    continue
                next(words)  # the colon
                inner = next(words)
                made.members.append((json.loads(key[0]), key.start(), value(inner), inner.start()))
        if match[0] == "[":
            items: list[tuple[Any, int]] = []
            for item in words:
                if item[0] == "]":
                    return items
                if item[0] != ",":
                    items.append((value(item), item.start()))
        return (str(json.loads(match[0])) if match[0].startswith('"') else match[0],)

    return value(next(words))


def _objects(tree: Any) -> Iterator[_Object]:
    todo = [tree]
    while todo:
        one = todo.pop()
        if isinstance(one, _Object):
            yield one
            todo += [value for _, _, value, _ in reversed(one.members)]
        elif isinstance(one, list):
            todo += [value for value, _ in reversed(one)]


def _contexts(tree: Any, found: Marks, prefixes: dict[str, str]) -> dict[str, str]:
    """The prefixes and terms of every context in the text; a context elsewhere is a problem."""
    for one in _objects(tree):
        for key, _, value, at in one.members:
            if key == "@context":
                for part, place in value if isinstance(value, list) else [(value, at)]:
                    if isinstance(part, _Object):
                        prefixes.update(_terms(part))
                    elif isinstance(part, tuple) and part[0] not in (CONTEXT, "null"):  # a list in the list: the parser refuses it
                        found.problems.append(_elsewhere(place, part[0]))
            elif key == "@import":
                found.problems.append(_elsewhere(at, value[0] if isinstance(value, tuple) else key))
    return prefixes


def _elsewhere(at: int, name: str) -> Problem:
    return Problem(at, f"the context {name} is elsewhere; nothing is fetched while reading", f'write the context into the file, or use "@context": "{CONTEXT}"')


def _terms(context: _Object) -> Iterator[tuple[str, str]]:
    for key, _, value, _ in context.members:
        if isinstance(value, tuple):
            yield key, value[0]
        elif isinstance(value, _Object):
            yield from ((key, inner[0]) for name, _, inner, _ in value.members if name == "@id" and isinstance(inner, tuple))


def _expand(name: str, prefixes: dict[str, str], term: bool) -> str | None:
    """The IRI of a name; None for a term that the context does not know."""
    for _ in range(10):
        if term and name in prefixes and prefixes[name] != name:
            name = prefixes[name]
            continue
        prefix, colon, rest = name.partition(":")
        if colon and prefix in prefixes and not rest.startswith("//"):
            name = prefixes[prefix] + rest
            continue
        break
    if not term or name.startswith("@") or _TERM.match(name):
        return name
    return prefixes["@vocab"] + name if "@vocab" in prefixes else None


def _walk(tree: Any, prefixes: dict[str, str], found: Marks) -> None:
    skipped: set[int] = set()
    for one in _objects(tree):
        if one.at in skipped:
            continue
        names = {_expand(key, prefixes, True): (value, at) for key, _, value, at in one.members}
        identity = names.get("@id")
        subject = _expand(identity[0][0], prefixes, False) or "" if identity and isinstance(identity[0], tuple) else ""
        subject_at = identity[1] if identity else one.at
        if subject:
            found.subjects.setdefault(subject, subject_at)
        for key, key_at, value, at in one.members:
            name = _expand(key, prefixes, True)
            if key == "@context":
                skipped |= {inner.at for inner in _objects(value)}
            elif name is None:
                found.unknown.append((key, key_at))
            elif subject and (not name.startswith("@") or name == "@type"):
                predicate = _RDF + "type" if name == "@type" else name
                found.marks += [Mark(subject, predicate, text, subject_at, key_at, place) for text, place in _values(value, at, prefixes, name == "@type")]


def _values(value: Any, at: int, prefixes: dict[str, str], term: bool) -> Iterator[tuple[str, int]]:
    if isinstance(value, list):
        for inner, place in value:
            yield from _values(inner, place, prefixes, term)
    elif isinstance(value, _Object):
        for key, _, inner, place in value.members:
            name = _expand(key, prefixes, True)
            if name in ("@id", "@value") and isinstance(inner, tuple):
                yield (_expand(inner[0], prefixes, False) or inner[0] if name == "@id" else inner[0]), place
    else:
        yield value[0], at
        expanded = _expand(value[0], prefixes, term)
        if expanded and expanded != value[0]:
            yield expanded, at


def _uses_ours(plain: Any) -> bool:
    contexts = (one.get("@context") for one in (plain if isinstance(plain, list) else [plain]) if isinstance(one, dict))
    return any(CONTEXT in (context if isinstance(context, list) else [context]) for context in contexts)


def _replaced(plain: Any) -> Any:
    """The document with our context in the place of its address, at the top, the only place where it may stand."""
    from kg.resources import folder

    if isinstance(plain, list):
        return [_replaced(one) for one in plain]
    if not isinstance(plain, dict) or "@context" not in plain:
        return plain
    ours = json.loads((folder("ontology") / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    given = plain["@context"]
    return plain | {"@context": [ours if one == CONTEXT else one for one in given] if isinstance(given, list) else ours if given == CONTEXT else given}


# RDF/XML


class _Refused(Exception):
    pass


def read_xml(text: str) -> Marks:
    """Positions in an RDF/XML text. Problems: XML that is not well formed, too deep, or declares entities."""
    return _Xml(text).read()


class _Xml:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._found = Marks()
        self._stack: list[tuple[bool, str, int]] = []  # of every open element: whether it is a thing, its subject, its offset
        self._value: Mark | None = None
        self._parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def read(self) -> Marks:
        try:
            self._parser.Parse(self._text.encode(), True)
        except _Refused as refused:
            self._found.problems.append(Problem(self._at(), str(refused), "write the values out, in a flat document"))
        except expat.ExpatError as error:
            at = self._lines.offset(error.lineno, error.offset + 1)
            message = expat.errors.messages[error.code]
            self._found.problems.append(Problem(at, f"not well-formed XML: {message}", "correct the XML at this place"))
        return self._found

    def _at(self) -> int:
        return self._lines.offset(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _entity(self, *_: object) -> None:
        raise _Refused("the document declares entities, which are not taken")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _Refused(f"elements are nested more than {MAX_DEPTH} deep")
        at = self._at()
        iri = name.replace(" ", "")
        if iri == _RDF + "RDF":
            self._stack.append((False, "", at))
        elif not self._stack or not self._stack[-1][0]:
            self._thing(iri, attributes, at)
        else:
            _, subject, subject_at = self._stack[-1]
            self._stack.append((False, subject, at))
            if subject:
                self._value = Mark(subject, iri, attributes.get(f"{_RDF} resource", ""), subject_at, at, at)

    def _thing(self, iri: str, attributes: dict[str, str], at: int) -> None:
        subject = attributes.get(f"{_RDF} about", "")
        self._stack.append((True, subject, at))
        if not subject:
            return
        self._found.subjects.setdefault(subject, at)
        if iri != _RDF + "Description":
            self._found.marks.append(Mark(subject, _RDF + "type", iri, at, at, at))
        for key, value in attributes.items():
            if " " in key and not key.startswith(_RDF + " "):
                self._found.marks.append(Mark(subject, key.replace(" ", ""), value, at, at, at))

    def _characters(self, text: str) -> None:
        if self._value is not None:
            self._value = self._value._replace(value=self._value.value + text)

    def _close(self, _: str) -> None:
        self._stack.pop()
        if self._value is not None:
            self._found.marks.append(self._value)
            self._value = None
