"""Where each triple of a Turtle, TriG, N-Triples or N-Quads text is written, and every mistake of grammar that can be told apart.

The parser of Oxigraph decides whether a text is valid; this reader says where things stand. It goes on after a
mistake at the next statement, so that one run shows several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from kg.intake.turtle_tokens import Token, tokens, unescape, unescape_local
from kg.namespaces import PREFIXES

MAX_DEPTH = 100
MAX_PROBLEMS = 20

Node = ox.NamedNode | ox.BlankNode
Term = Node | ox.Literal

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE, _FIRST, _REST, _NIL = (ox.NamedNode(_RDF + name) for name in ("type", "first", "rest", "nil"))
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = {kind: ox.NamedNode(_XSD + kind) for kind in ("integer", "decimal", "double")}
_BOOLEAN = ox.NamedNode(_XSD + "boolean")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WORDS = {"prefix", "base", "version", "graph"}


class Written(NamedTuple):
    """A triple and the offsets, in characters, at which its subject, predicate and object are written."""

    subject: Node
    predicate: ox.NamedNode
    object: Term
    graph: Node | None
    subject_at: int
    predicate_at: int
    object_at: int


class Problem(NamedTuple):
    """A mistake of grammar: the offset ``at`` which it stands, what is wrong, and how to fix it."""

    at: int
    message: str
    fix: str


@dataclass
class Reading:
    """What a text says and where: ``triples`` in their order, and ``problems``; empty means that the grammar is right."""

    triples: list[Written] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_positions(text: str, base: str = "", *, graphs: bool = False, lines: bool = False) -> Reading:
    """Read a text with its positions.

    ``base``: the IRI against which relative ones are resolved. ``graphs``: TriG, else Turtle. ``lines``: N-Triples and
    N-Quads, where a fourth term names the graph. Never raises; stops after ``MAX_PROBLEMS`` problems.
    """
    return _Reader(text, base, graphs, lines).read()


class _Wrong(Exception):
    def __init__(self, token: Token, message: str, fix: str) -> None:
        super().__init__(message)
        self.token, self.message, self.fix = token, message, fix


class _Reader:
    def __init__(self, text: str, base: str, graphs: bool, lines: bool) -> None:
        self._text, self._base, self._graphs, self._lines = text, base, graphs, lines
        self._prefixes: dict[str, str] = {}
        self._undeclared: set[str] = set()
        self._found = Reading()
        self._graph: Node | None = None
        self._depth = 0
        self._blanks = 0
        self._end = Token("end", "", len(text))
        self._restart(0)

    def _restart(self, at: int) -> None:
        self._stream = tokens(self._text, at)
        self._token = next(self._stream, self._end)

    def _next(self) -> Token:
        token = self._token
        self._token = next(self._stream, self._end)
        return token

    def _is(self, text: str) -> bool:
        return self._token.kind == "punct" and self._token.text == text

    def _expect(self, text: str, message: str, fix: str) -> Token:
        if not self._is(text):
            raise _Wrong(self._token, message, fix)
        return self._next()

    # Statements

    def read(self) -> Reading:
        while self._token.kind != "end" and len(self._found.problems) < MAX_PROBLEMS:
            first = self._token.at
            try:
                self._statement()
            except _Wrong as wrong:
                self._found.problems.append(Problem(wrong.token.at, wrong.message, wrong.fix))
                self._depth = 0
                self._recover(first, wrong.token)
        return self._found

    def _recover(self, first: int, wrong: Token) -> None:
        """Go on after the next full stop, or at the next name that stands at the start of a line."""
        if wrong.kind in ("unclosed", "unclosed3"):
            end = re.compile(r"[\r\n]|\Z").search(self._text, wrong.at)
            self._restart(end.end() if end else len(self._text))
        if self._graph is not None and wrong.kind == "end":
            return
        while self._token.kind != "end":
            token = self._token
            if token.at > first and token.kind in ("iri", "name", "directive") and (token.at == 0 or self._text[token.at - 1] in "\r\n"):
                self._graph = None
                return
            if token.kind == "unclosed3":
                self._recover(first, token)
                return
            self._next()
            if token.kind == "punct" and token.text == "." and token.at >= wrong.at:
                return

    def _statement(self) -> None:
        token = self._token
        if token.kind == "directive" or (token.kind == "word" and token.text.lower() in _WORDS - {"graph"}):
            self._directive()
        elif self._graphs and (self._is("{") or (token.kind == "word" and token.text.lower() == "graph")):
            self._block()
        else:
            self._triples()

    def _directive(self) -> None:
        token = self._next()
        name = token.text.removeprefix("@").lower()
        if name == "prefix":
            prefix = self._next()
            if prefix.kind != "name" or not prefix.text.endswith(":") or prefix.text.count(":") > 1:
                raise _Wrong(
                    prefix, "a prefix must be a name that ends in a colon", "write for example: @prefix state: <https://w3id.org/servanda/id/state/> ."
                )
            self._prefixes[prefix.text[:-1]] = self._iri("the prefix")
        elif name == "base":
            self._base = self._iri("the base")
        elif self._next().kind not in ("text", "long"):
            raise _Wrong(token, "a version must be a text", 'write for example: VERSION "1.1"')
        if token.kind == "directive":
            self._expect(".", f"the full stop after {token.text} is missing", "end the line with a full stop")

    def _iri(self, what: str) -> str:
        token = self._next()
        if token.kind != "iri":
            raise _Wrong(token, f"{what} needs an IRI in angle brackets", "write for example <https://w3id.org/servanda/id/state/>")
        return self._resolve(token)

    def _block(self) -> None:
        if self._token.kind == "word":
            self._next()
            self._graph = self._node("graph")
        self._braces()

    def _braces(self) -> None:
        self._expect("{", "the opening brace of the graph is missing", "write { before the graph's statements")
        while not self._is("}"):
            if self._token.kind == "end":
                raise _Wrong(self._token, "the closing brace of the graph is missing", "write } after the graph's statements")
            self._subject_and_rest()
            if not self._is("}"):
                self._dot()
        self._next()
        self._graph = None

    def _triples(self) -> None:
        if not self._graphs:
            self._subject_and_rest()
            self._dot()
            return
        token = self._token
        subject = self._subject()
        if self._is("{"):
            self._graph = subject[0]
            self._braces()
            return
        self._rest(subject, token)
        self._dot()

    def _dot(self) -> None:
        self._expect(".", f"a full stop, semicolon or comma is missing before {_show(self._token)}", "end the statement before it with a full stop")

    def _subject_and_rest(self) -> None:
        token = self._token
        self._rest(self._subject(), token)

    def _subject(self) -> tuple[Node, int]:
        token = self._token
        if self._is("["):
            return self._brackets(), token.at
        if self._is("("):
            return self._list(), token.at
        return self._node("subject"), token.at

    def _rest(self, subject: tuple[Node, int], token: Token) -> None:
        if token.text == "[" and (self._is(".") or self._is("}")) and self._text[token.at : self._token.at].strip("[] \t\r\n"):
            return  # [ … ] alone is a statement
        self._predicates(*subject, (".", "}"))

    def _predicates(self, subject: Node, at: int, ends: tuple[str, ...]) -> None:
        while True:
            predicate_at = self._token.at
            predicate = self._predicate()
            while True:
                object_at = self._token.at
                term = self._object()
                written = Written(subject, predicate, term, self._graph, at, predicate_at, object_at)
                if self._lines and not self._is(".") and self._token.kind in ("iri", "blank"):
                    written = written._replace(graph=self._node("graph"))
                self._found.triples.append(written)
                if not self._is(","):
                    break
                self._next()
            if not self._is(";"):
                return
            while self._is(";"):
                self._next()
            if self._token.kind == "punct" and self._token.text in ends:
                return

    # Terms

    def _predicate(self) -> ox.NamedNode:
        if self._token.kind == "word" and self._token.text == "a":
            self._next()
            return _TYPE
        if self._token.kind not in ("iri", "name"):
            raise _Wrong(self._token, f"a property is expected, found {_show(self._token)}", "write a property such as sv:hasSource, or end the statement")
        node = self._node("property")
        assert isinstance(node, ox.NamedNode)
        return node

    def _node(self, what: str) -> Node:
        token = self._next()
        if token.kind == "iri":
            return self._named(token, self._resolve(token))
        if token.kind == "name":
            return self._named(token, self._expand(token))
        if token.kind == "blank":
            return ox.BlankNode(token.text[2:])
        if token.kind == "punct" and token.text == "[" and self._is("]"):
            self._next()
            return self._fresh()
        if token.kind == "open3":
            raise _Wrong(token, "triples inside triples (RDF 1.2) are not taken", "give the statement an entry of its own")
        if token.kind == "unclosed3" or token.kind == "unclosed":
            raise _Wrong(token, "this text is not closed", f"write {token.text[:3] if token.kind == 'unclosed3' else token.text[0]} at its end")
        raise _Wrong(token, f"a {what} is expected, found {_show(token)}", "write an IRI in angle brackets or a name with a declared prefix")

    def _named(self, token: Token, iri: str) -> ox.NamedNode:
        try:
            return ox.NamedNode(iri)
        except ValueError as error:
            raise _Wrong(token, f"this is not a valid IRI: {error}", "correct the IRI; write spaces and other signs as %20 and so on") from None

    def _resolve(self, token: Token) -> str:
        try:
            iri = unescape(token.text[1:-1])
        except ValueError as error:
            raise _Wrong(token, str(error), "correct the escape") from None
        if _SCHEME.match(iri) or not self._base:
            return iri
        try:
            (quad,) = ox.parse(input=f"<{iri}> <a:a> <a:a> .", format=ox.RdfFormat.TURTLE, base_iri=self._base)
        except (SyntaxError, ValueError):
            raise _Wrong(token, "this is not a valid IRI", "correct the IRI") from None
        return str(quad.subject.value) if isinstance(quad.subject, ox.NamedNode) else iri

    def _expand(self, token: Token) -> str:
        prefix, _, name = token.text.partition(":")
        if prefix not in self._prefixes:
            if prefix not in self._undeclared:
                self._undeclared.add(prefix)
                known = PREFIXES.get(prefix)
                fix = f"add at the top: @prefix {prefix}: <{known or '…'}> ."
                self._found.problems.append(Problem(token.at, f"the prefix {prefix}: is not declared", fix))
            return PREFIXES.get(prefix, "urn:undeclared:") + unescape_local(name)
        return self._prefixes[prefix] + unescape_local(name)

    def _fresh(self) -> ox.BlankNode:
        self._blanks += 1
        return ox.BlankNode(f"anonymous{self._blanks}")

    def _object(self) -> Term:
        token = self._token
        if token.kind in ("text", "long"):
            return self._literal(self._next())
        if token.kind in _NUMBERS:
            return ox.Literal(self._next().text, datatype=_NUMBERS[token.kind])
        if token.kind == "word" and token.text in ("true", "false"):
            return ox.Literal(self._next().text, datatype=_BOOLEAN)
        if self._is("["):
            return self._brackets()
        if self._is("("):
            return self._list()
        return self._node("value")

    def _literal(self, token: Token) -> ox.Literal:
        cut = 3 if token.kind == "long" else 1
        try:
            value = unescape(token.text[cut:-cut])
        except ValueError as error:
            raise _Wrong(token, str(error), "write two backslashes for one, or correct the escape") from None
        if self._token.kind == "lang":
            return self._with_language(value, self._next())
        if self._token.kind == "type":
            self._next()
            kind = self._token
            datatype = self._node("datatype")
            if not isinstance(datatype, ox.NamedNode):
                raise _Wrong(kind, "a datatype must be an IRI", "write for example ^^xsd:date")
            return ox.Literal(value, datatype=datatype)
        return ox.Literal(value)

    def _with_language(self, value: str, token: Token) -> ox.Literal:
        tag, _, direction = token.text[1:].lower().partition("--")
        try:
            if direction:
                return ox.Literal(value, language=tag, direction=ox.BaseDirection(direction))
            return ox.Literal(value, language=tag)
        except ValueError as error:
            raise _Wrong(token, f"this is not a valid language tag: {error}", "write for example @en") from None

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Wrong(token, f"brackets are nested more than {MAX_DEPTH} deep", "give the things IRIs of their own")

    def _brackets(self) -> ox.BlankNode:
        token = self._next()
        self._deeper(token)
        node = self._fresh()
        if not self._is("]"):
            self._predicates(node, token.at, ("]",))
        self._expect("]", f"a bracket is not closed before {_show(self._token)}", "write ] after its last value")
        self._depth -= 1
        return node

    def _list(self) -> Node:
        token = self._next()
        self._deeper(token)
        items: list[tuple[Term, int]] = []
        while not self._is(")"):
            at = self._token.at
            items.append((self._object(), at))
        end = self._next()
        self._depth -= 1
        nodes = [self._fresh() for _ in items]
        for place, ((item, at), node) in enumerate(zip(items, nodes, strict=True)):
            rest: Node = nodes[place + 1] if place + 1 < len(nodes) else _NIL
            self._found.triples.append(Written(node, _FIRST, item, self._graph, token.at, at, at))
            self._found.triples.append(Written(node, _REST, rest, self._graph, token.at, at, end.at))
        return nodes[0] if nodes else _NIL


def _show(token: Token) -> str:
    if token.kind == "end":
        return "the end of the file"
    text = token.text if len(token.text) <= 40 else token.text[:39] + "…"
    return f"'{''.join(sign if sign.isprintable() else '?' for sign in text)}'"


def may_be_deep(text: str) -> bool:
    """Whether brackets may be nested deeper than is taken: a quick look that counts brackets inside texts too."""
    depth = 0
    for match in re.finditer(r"[\[\](){}]", text):
        depth += 1 if match[0] in "[({" else -1
        if depth > MAX_DEPTH:
            return True
    return False
