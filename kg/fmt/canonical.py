"""The one canonical form of a Turtle file: same triples, same comments, one order and one layout.

Prefixes in the order of the table (kg.namespaces), only those used. One block a subject, in the order of the file. In a block
``a`` first, then the properties in the order of the columns of a table (kg.tables.columns), then others as they stand. One
property a line; its values on that line, or one a line where that is too long. Comments stay with what they are about. A file
without statements stays as it is.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.errors import InputError
from kg.fmt.layout import RDF_TYPE, Block, Layout, Line, Value, in_line, in_order, is_new_node, merge, quoted, said_in, trimmed
from kg.intake.turtle_tokens import Token, tokens, unescape, unescape_local
from kg.namespaces import PREFIXES
from kg.read import parse, show_path

_XSD = PREFIXES["xsd"]
BARE = {
    _XSD + "boolean": re.compile(r"true|false"),
    _XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
}
_DEEPEST = 100


def canonical(path: Path, data: bytes) -> bytes:
    """The bytes of a Turtle file in canonical form.

    Raises InputError where it is not valid Turtle, or cannot be written so that its triples and comments stay the same.
    """
    before = parse(path, data).triples
    if not before:
        return data  # a file just begun: the prefixes that its author declared are not unused, but not yet used
    text = data.decode("utf-8")
    made = _Reader(text, show_path(path)).read().render()
    after = parse(path, made.encode()).triples
    if _same(before) != _same(after) or _comments(text) != _comments(made):
        raise InputError("KG-FM02", "cannot be written in canonical form without a change", place=show_path(path), fix="leave it as it is, and report it")
    return made.encode()


def format_file(path: Path, *, check: bool = False) -> bool:
    """Bring a file into canonical form, in one step; with ``check`` only look. Returns whether it was in another form."""
    if path.suffix.lower() != ".ttl":
        raise InputError("KG-IN03", f"not a Turtle file: {path.suffix!r}", place=show_path(path), fix="name .ttl files")
    try:
        data = path.read_bytes()
        made = canonical(path, data)
        if made != data and not check:
            _replace(path, made)
    except OSError as error:
        raise InputError("KG-IN06", f"cannot be read or written: {error.strerror}", place=show_path(path), fix="check the file and its folder") from None
    return made != data


def _replace(path: Path, data: bytes) -> None:
    target = path.resolve()
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.chmod(target.stat().st_mode & 0o7777)
        os.replace(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def _same(triples: tuple[ox.Triple, ...]) -> set[ox.Quad] | set[ox.Triple]:
    if not any(isinstance(term, ox.BlankNode) for triple in triples for term in (triple.subject, triple.object)):
        return set(triples)
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def _comments(text: str) -> Counter[str]:
    return Counter(token.text.rstrip() for token in tokens(text, comments=True) if token.kind == "comment")


class _Reader:
    """Reads valid Turtle into blocks, each comment attached to what it is about."""

    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place
        self.stream: Iterator[Token] = tokens(text, comments=True)
        self.prefixes: dict[str, str] = {}
        self.layout = Layout()
        self.pending: list[str] = []
        self.last: Value | None = None
        self.ahead = Token("end", "", 0)
        self.depth = 0

    def read(self) -> Layout:
        """The whole text."""
        self._step(self.layout.head)
        blocks: dict[str, Block] = {}
        while self.ahead.kind != "end":
            if self._directive():
                continue
            block = self._block()
            key = f"{len(blocks)} {block.subject}" if is_new_node(block.subject) else block.subject
            if key in blocks:
                merge(blocks[key], block)
            else:
                blocks[key] = block
        self.layout.blocks = list(blocks.values())
        self.layout.foot = trimmed(self._take())
        return self.layout

    def _refuse(self, what: str) -> InputError:
        line = self.text.count("\n", 0, self.ahead.at) + 1
        return InputError("KG-FM01", f"has no canonical form: {what}", place=f"{self.place}:{line}", fix="write it without, or leave the file as it is")

    def _step(self, head: list[str] | None = None) -> Token:
        """Take the word ahead, and move on to the next; comments on the way go beside the last value, else wait for what comes."""
        taken = self.ahead
        end = taken.at + len(taken.text)
        comments = self.pending if head is None else head
        for token in self.stream:
            between = self.text[end : token.at]
            blank = between.count("\n") > 1
            if blank and comments and comments[-1]:
                comments.append("")
            if token.kind != "comment":
                self.ahead = token
                break
            words = token.text.rstrip()
            if self.last is not None and "\n" not in between and end > 0:
                self.last.beside.append(words)
            else:
                comments.append(words)
                self.last = None
            end = token.at + len(token.text)
        else:
            self.ahead = Token("end", "", len(self.text))
        if head is not None and self.ahead.text.casefold() not in ("@prefix", "prefix", "@base", "base"):
            self.pending, head[:] = list(head), []
        return taken

    def _take(self) -> list[str]:
        taken, self.pending = self.pending, []
        return taken

    def _directive(self) -> bool:
        word = self.ahead.text.casefold()
        if self.ahead.kind not in ("directive", "word") or word in ("a", "true", "false"):
            return False
        if word not in ("@prefix", "prefix"):
            raise self._refuse(self.ahead.text)
        self._step()
        name = self._step().text.removesuffix(":")
        iri = self._iri(self._step().text)
        self.prefixes[name] = iri
        self.layout.declared.setdefault(name, iri)
        if word == "@prefix":
            self._step()
        self.last = None
        return True

    def _block(self) -> Block:
        above = self._take()
        value = self._node(subject=True)
        block = Block(value.text, [*above, *value.above])
        self._lines(block.lines, block.below)
        self._step()  # the full stop, and what is said beside it
        self.last = None
        return block

    def _lines(self, lines: list[Line], below: list[str]) -> None:
        while self.ahead.text not in (".", "]"):
            if self.ahead.text == ";":
                self._step()
                continue
            above = self._take()
            iri = self._verb()
            line = Line("a" if iri == RDF_TYPE else self.layout.name(iri), iri, above)
            self._values(line)
            lines.append(line)
        below += self._take()

    def _verb(self) -> str:
        token = self._step()
        return RDF_TYPE if token.text == "a" else self._named(token)

    def _values(self, line: Line) -> None:
        while True:
            above = self._take()
            value = self._node()
            value.above = [*above, *value.above]
            line.values.append(value)
            if self.ahead.text != ",":
                break
            self._step()
        first = line.values[0]
        line.above += first.above
        first.above = []

    def _node(self, *, subject: bool = False) -> Value:
        """One subject or object; the comments that follow on its line go beside it (after a subject, they wait for what comes)."""
        token = self.ahead
        if token.kind in ("bad", "unclosed", "unclosed3", "end") or token.text in ("{", "}"):
            raise self._refuse(token.text or "the end")
        value = Value("")
        if token.text in ("[", "("):
            value.text, value.above = self._nested()
        self.last = None if subject else value
        if token.kind in ("iri", "name"):
            value.text = self.layout.name(self._named(token))
            self._step()
        elif token.kind in ("text", "long"):
            value.text = self._literal()
        else:
            value.text = value.text or token.text
            self._step()
        return value

    def _nested(self) -> tuple[str, list[str]]:
        """What stands in brackets, up to the closing one, on one line; and the comments in it."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._refuse("brackets nested too deep")
        self.last = None
        if self._step().text == "(":
            values = list[Value]()
            while self.ahead.text != ")":
                values.append(self._node())
            made = f"( {' '.join(value.text for value in values)} )" if values else "()"
            said = [words for value in values for words in (*value.above, *value.beside)]
        else:
            lines, said = list[Line](), list[str]()
            self._lines(lines, said)
            said = [*(words for line in lines for words in said_in(line)), *said]
            made = f"[ {' ; '.join(in_line(line) for line in in_order(lines))} ]" if lines else "[]"
        self.depth -= 1
        return made, [*said, *self._take()]

    def _literal(self) -> str:
        token = self.ahead
        value = unescape(token.text[3:-3] if token.kind == "long" else token.text[1:-1])
        self._step()
        if self.ahead.kind == "lang":
            return f"{quoted(value)}{self._step().text}"
        if self.ahead.kind != "type":
            return quoted(value)
        self._step()
        datatype = self._named(self.ahead)
        self._step()
        if datatype in BARE and BARE[datatype].fullmatch(value):
            return value
        return quoted(value) if datatype == _XSD + "string" else f"{quoted(value)}^^{self.layout.name(datatype)}"

    def _named(self, token: Token) -> str:
        if token.kind == "iri":
            return self._iri(token.text)
        prefix, _, local = token.text.partition(":")
        return self.prefixes[prefix] + unescape_local(local)

    def _iri(self, text: str) -> str:
        iri = unescape(text[1:-1])
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            raise self._refuse(f"the relative IRI {text}")
        return iri
