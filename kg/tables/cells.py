"""One cell of a table and the RDF terms it stands for, both ways, without loss.

A value is written as people write it (``1990-06-01``, ``FRA``, ``troops``, a text, ``un texte @fr``). Where that
would not read back as the same term, it is written as in Turtle (``"…"^^xsd:date``, ``<…>``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyoxigraph as ox

from kg.namespaces import CODE, ID, KINDS, LISTS, PREFIXES, expand, short
from kg.params import nearest
from kg.tables.columns import Column, codes

Term = ox.NamedNode | ox.Literal
_XSD = PREFIXES["xsd"]
_TYPED = {"day": "date", "flag": "boolean", "number": "integer", "link": "anyURI", "string": "string"}
_FLAGS = {"true": "true", "yes": "true", "false": "false", "no": "false"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LANGUAGE = re.compile(r"(?s)(.*) @([a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8})*)")
_SLUG = re.compile(r"[A-Za-z0-9]+(?:-{1,2}[A-Za-z0-9]+)*")
_IRI = re.compile(r'<([^<>"{}|^`\\\x00-\x20]*)>')
_LITERAL = re.compile(r'(?s)"((?:[^"\\]|\\.)*)"(?:@([a-zA-Z]+(?:-[a-zA-Z0-9]+)*)|\^\^(\S+))?')
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CellError(ValueError):
    """A value that cannot be read: ``code`` of the problem, ``args[0]`` what is wrong, ``fix`` what to do."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code = code
        self.fix = fix


@dataclass
class Names:
    """The things that a cell may name: IRIs ``known``, and the IRIs behind a case-folded ``name``."""

    known: set[str] = field(default_factory=set)
    names: Mapping[str, list[str]] = field(default_factory=dict)

    def has(self, iri: str) -> bool:
        """Whether there is such a thing."""
        return iri in self.known

    def called(self, word: str) -> list[str]:
        """The things of this name."""
        return self.names.get(word.casefold(), [])


def split(cell: str) -> list[str]:
    r"""The values of a cell: separated by ``|``; ``\|`` is the sign itself, and inside a Turtle text it separates nothing."""
    parts, start, i = list[str](), 0, 0
    text = cell
    while i < len(text):
        if text[i] == '"' and not text[start:i].strip():
            match = _LITERAL.match(text, i)
            i = match.end() if match else i + 1
        elif text[i] == "\\" and text[i + 1 : i + 2] == "|":
            i += 2
        elif text[i] == "|":
            parts.append(text[start:i])
            start = i = i + 1
        else:
            i += 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def join(values: list[str]) -> str:
    """Values as one cell."""
    return " | ".join(values)


def decode(word: str, column: Column, names: Names) -> Term:
    """The term that a value stands for. Raises CellError."""
    if word.startswith(('"', "<")):
        exact = _exact(word)
        if exact is not None:
            return exact
    word = word.replace("\\|", "|")
    return _READ[column.form](word, column, names)


def encode(term: Term, column: Column, names: Names) -> str:
    """A value as people write it where that reads back as the same term, else as in Turtle."""
    return next((word for word in _candidates(term, column) if _reads_back(word, term, column, names)), exact(term))


def _reads_back(word: str, term: Term, column: Column, names: Names) -> bool:
    if word != word.strip() or word.startswith(_FORMULA) or split(word) != [word]:
        return False
    try:
        return decode(word, column, names) == term
    except CellError:
        return False


def exact(term: Term) -> str:
    """A term as in Turtle, in full."""
    return str(term)


def _exact(word: str) -> Term | None:
    match = _IRI.fullmatch(word)
    if match:
        return _node(match[1])
    match = _LITERAL.fullmatch(word)
    if not match:
        return None
    value = _unescape(match[1])
    if match[2]:
        return ox.Literal(value, language=match[2])
    if not match[3]:
        return ox.Literal(value)
    iri = match[3][1:-1] if match[3].startswith("<") else expand(match[3])
    if iri is None:
        raise CellError("KG-CT05", f"unknown type {match[3]!r}", "write xsd:date, xsd:boolean, xsd:integer or a full IRI")
    return ox.Literal(value, datatype=_node(iri))


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        sign = match[1]
        if sign[0] in "uU":
            point = int(sign[1:], 16)
            if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
                raise CellError("KG-CT05", f"no such character: \\{sign}", "write the character itself")
            return chr(point)
        return _ESCAPES.get(sign, sign)

    return re.sub(r"(?s)\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", one, text)


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        raise CellError("KG-CT05", f"not an IRI: {iri!r}", "give a full IRI, or the name of a thing") from None


def _candidates(term: Term, column: Column) -> Iterator[str]:
    """Ways to write a term, the plainest first."""
    if isinstance(term, ox.NamedNode):
        name = short(term.value)
        prefix, _, local = name.partition(":")
        if prefix in column.of:
            yield local
        yield name
    else:
        word = term.value.replace("|", "\\|")
        if column.form == "text" and term.language:
            if term.language == "en":
                yield word
            word = f"{word} @{term.language}"
        yield word


def _text(word: str, column: Column, names: Names) -> Term:
    match = _LANGUAGE.fullmatch(word)
    if match and match[1].strip():
        return ox.Literal(match[1], language=match[2])
    return ox.Literal(word, language="en")


def _string(word: str, column: Column, names: Names) -> Term:
    return ox.Literal(word)


def _day(word: str, column: Column, names: Names) -> Term:
    try:
        if not _DAY.fullmatch(word):
            raise ValueError
        date.fromisoformat(word)
    except ValueError:
        fix = "write it as YYYY-MM-DD, for example 1990-06-01; if your spreadsheet program changed it, format the column as text"
        raise CellError("KG-CT04", f"not a day: {word!r}", fix) from None
    return _typed(word, "day")


def _flag(word: str, column: Column, names: Names) -> Term:
    value = _FLAGS.get(word.casefold())
    if value is None:
        raise CellError("KG-CT05", f"neither true nor false: {word!r}", "write true or false")
    return _typed(value, "flag")


def _number(word: str, column: Column, names: Names) -> Term:
    if not re.fullmatch(r"-?\d{1,18}", word):
        raise CellError("KG-CT05", f"not a whole number: {word!r}", "write digits only")
    return _typed(word, "number")


def _link(word: str, column: Column, names: Names) -> Term:
    return _typed(word, "link")


def _typed(value: str, form: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(_XSD + _TYPED[form]))


def _code(word: str, column: Column, names: Names) -> Term:
    prefix = column.of[0]
    listed = codes()[prefix]
    head, colon, local = word.partition(":")
    key = _loose(local if colon and head == prefix else word)
    for code, label in listed.items():
        if key in (_loose(code), _loose(label)):
            return ox.NamedNode(f"{CODE}{LISTS[prefix]}/{code}")
    near = nearest(word, listed)
    raise CellError("KG-CT03", f"unknown code {word!r} of the list {LISTS[prefix]}", f"did you mean {', '.join(near)}?" if near else "see the list of codes")


def _loose(word: str) -> str:
    return re.sub(r"[-_ ]", "", word).casefold()


def _thing(word: str, column: Column, names: Names) -> Term:
    prefix, colon, _ = word.partition(":")
    if colon and (prefix in KINDS or word.startswith(("http://", "https://"))):
        return _node(expand(word) or word)
    if _SLUG.fullmatch(word):
        forms = (word, word.upper(), word.lower())
        made = [f"{ID}{KINDS[kind]}/{form}" for form in forms for kind in column.of]
        found = next((iri for iri in made if names.has(iri)), None)
        if found:
            return ox.NamedNode(found)
    named = [iri for iri in names.called(word) if short(iri).partition(":")[0] in column.of]
    if len(named) == 1:
        return ox.NamedNode(named[0])
    if named:
        raise CellError("KG-CT06", f"{word!r} names several things", f"use one of {', '.join(map(short, named))}")
    if _SLUG.fullmatch(word) and len(column.of) == 1:
        return ox.NamedNode(f"{ID}{KINDS[column.of[0]]}/{word}")
    raise CellError("KG-CT07", f"{word!r} names nothing in the record or in this file", _suggest(word, column, names))


def _suggest(word: str, column: Column, names: Names) -> str:
    here = {short(iri) for iri in names.known if short(iri).partition(":")[0] in column.of}
    bare = {name.partition(":")[2]: name for name in here} | {
        name: short(iris[0]) for name, iris in names.names.items() if short(iris[0]).partition(":")[0] in column.of
    }
    near = list(dict.fromkeys(bare[match] for match in nearest(word, bare)))
    return f"did you mean {', '.join(near)}?" if near else f"enter it in a row of its own, and write its name as {column.of[0]}:{'name'}"


_READ: dict[str, Callable[[str, Column, Names], Term]] = {
    "text": _text,
    "string": _string,
    "day": _day,
    "flag": _flag,
    "number": _number,
    "link": _link,
    "code": _code,
    "thing": _thing,
}
