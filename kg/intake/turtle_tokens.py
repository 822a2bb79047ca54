"""The words of Turtle, TriG, N-Triples and N-Quads, each with the offset at which it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kg.errors import InputError
from kg.intake.lines import Lines


class Token(NamedTuple):
    """One word: its ``kind``, its ``text`` as written, and the offset ``at`` which it starts, in characters."""

    kind: str
    text: str
    at: int


_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff"
    "\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHAR = _BASE + "_0-9\u00b7\u0300-\u036f\u203f-\u2040-"
_LOCAL = rf"(?:[{_CHAR}:]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
_LOCAL_START = rf"(?:[{_BASE}_0-9:]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"

_KINDS = {
    "space": r"[ \t\r\n]+",
    "comment": r"#[^\r\n]*",
    "open3": r"<<\(?|\)>>|>>|\{\||\|\}|~",
    "iri": r"<(?:[^\x00-\x20<>\"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>",
    "long": r'"""(?:"{0,2}(?:[^"\\]|\\[\s\S]))*"""|' + r"'''(?:'{0,2}(?:[^'\\]|\\[\s\S]))*'''",
    "unclosed3": r'"""[\s\S]*|' + r"'''[\s\S]*",
    "text": r'"(?:[^"\\\r\n]|\\[^\r\n])*"|' + r"'(?:[^'\\\r\n]|\\[^\r\n])*'",
    "unclosed": r"[\"'][^\r\n]*",
    "blank": rf"_:[{_BASE}_0-9](?:\.*[{_CHAR}])*",
    "directive": r"@(?:prefix|base|version)\b(?!-)",
    "lang": r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?",
    "name": rf"(?:[{_BASE}](?:\.*[{_CHAR}])*)?:(?:{_LOCAL_START}(?:\.*{_LOCAL})*)?",
    "double": r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+",
    "decimal": r"[+-]?[0-9]*\.[0-9]+",
    "integer": r"[+-]?[0-9]+",
    "type": r"\^\^",
    "punct": r"[.;,\[\](){}]",
    "word": r"[A-Za-z]+",
    "bad": r"[^ \t\r\n.;,\[\](){}\"'<]+|[\s\S]",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))


def tokens(text: str, start: int = 0, *, comments: bool = False) -> Iterator[Token]:
    """The words of a text from an offset on, without space and, unless asked for, ``comments``; ``bad`` and ``unclosed`` ones included."""
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup or "bad"
        if kind == "space" or (kind == "comment" and not comments):
            continue
        yield Token(kind, match[0], match.start())


def refuse_inner(text: str, place: str) -> None:
    """Raise InputError at the first word of RDF 1.2 that speaks of a statement (``<<``, ``~``, ``{|``), which the parser takes and we do not."""
    if not any(sign in text for sign in ("<<", "~", "{|")):
        return
    first = next((token for token in tokens(text) if token.kind == "open3"), None)
    if first:
        line, column = Lines(text).place(first.at)
        raise InputError("KG-IN15", "a statement about a statement (RDF 1.2)", place=f"{place}:{line}:{column}", fix="give the statement an entry of its own")


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))")
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def unescape(text: str) -> str:
    """A string or IRI without its escapes. Raises ValueError for an escape that does not exist."""
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits:
        number = int(digits, 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise ValueError(f"{match[0]} is no character")
        return chr(number)
    if match[3] not in _PLAIN:
        raise ValueError(f"the escape {match[0]} does not exist")
    return _PLAIN[match[3]]


def unescape_local(text: str) -> str:
    """The local part of a prefixed name without its backslashes."""
    return re.sub(r"\\(.)", r"\1", text) if "\\" in text else text
