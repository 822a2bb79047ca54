"""The layout of a Turtle file: blocks, lines and values with their comments, and how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.namespaces import PREFIXES
from kg.tables.columns import COLUMNS

WIDTH = 160
RDF_TYPE = PREFIXES["rdf"] + "type"
_ORDER = {iri: rank for rank, iri in enumerate((RDF_TYPE, *(column.property for column in COLUMNS.values())))}
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_SIGNS = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


@dataclass
class Value:
    """One value as text, with the comments ``above`` it and ``beside`` it."""

    text: str
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


@dataclass
class Line:
    """One property of a thing: its ``verb`` as text, its ``iri``, and its ``values``."""

    verb: str
    iri: str
    above: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)


@dataclass
class Block:
    """What is said of one ``subject``: its ``lines``, and the comments ``above`` them and ``below``, before the full stop."""

    subject: str
    above: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


def merge(block: Block, more: Block) -> None:
    """A second block of a subject goes into its first."""
    if more.lines:
        more.lines[0].above = [*more.above, *more.lines[0].above]
    block.lines += more.lines
    block.below += more.below


def said_in(line: Line) -> list[str]:
    """Every comment of a line."""
    return [*line.above, *(words for value in line.values for words in (*value.above, *value.beside))]


def in_line(line: Line) -> str:
    """A property and its values without comments."""
    return f"{line.verb} {', '.join(value.text for value in line.values)}"


def is_new_node(text: str) -> bool:
    """Whether a text in brackets stands for a node of its own each time it is written."""
    return text.startswith(("[", "( "))


def in_order(lines: list[Line]) -> list[Line]:
    """One line a property, in order; a value said twice once."""
    joined: dict[str, Line] = {}
    for line in lines:
        if line.iri in joined:
            joined[line.iri].above += line.above
            joined[line.iri].values += line.values
        else:
            joined[line.iri] = line
    for line in joined.values():
        values: dict[str, Value] = {}
        for value in line.values:
            known = values.setdefault(value.text if not is_new_node(value.text) else f"{len(values)} {value.text}", value)
            if known is not value:
                known.above += value.above
                known.beside += value.beside
        line.values = list(values.values())
        _settle(line)
    return sorted(joined.values(), key=lambda line: _ORDER.get(line.iri, len(_ORDER)))


def _settle(line: Line) -> None:
    """At most one comment beside a value, none above the first: the others go above the line."""
    line.above += line.values[0].above
    line.values[0].above = []
    for value in line.values:
        line.above += value.beside[1:]
        value.beside = value.beside[:1]


class Layout:
    """What a file holds, ready to be written: comments at its ``head`` and ``foot``, and its ``blocks``."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.foot: list[str] = []
        self.declared: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.used: set[str] = set()

    def name(self, iri: str) -> str:
        """An IRI as a prefixed name of the table, else of the file, else in full."""
        for prefix, space in (*PREFIXES.items(), *self._own()):
            if iri.startswith(space) and _SAFE.fullmatch(iri[len(space) :]):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(space) :]}"
        return f"<{''.join(_escaped(sign) for sign in iri)}>"

    def _own(self) -> list[tuple[str, str]]:
        return [(prefix, space) for prefix, space in self.declared.items() if prefix not in PREFIXES]

    def render(self) -> str:
        """The text."""
        body = [_render(block) for block in self.blocks]
        known = [*PREFIXES.items(), *sorted(self._own())]
        prefixes = [f"@prefix {prefix}: <{space}> ." for prefix, space in known if prefix in self.used]
        parts = ["\n".join(trimmed(self.head)), "\n".join(prefixes), *body, "\n".join(self.foot)]
        return "\n\n".join(part for part in parts if part) + "\n" if any(parts) else ""


def _escaped(sign: str) -> str:
    return sign if sign > " " and sign not in '<>"{}|^`\\' else f"\\u{ord(sign):04X}"


def quoted(value: str) -> str:
    """A text in quotation marks; one of several lines in three of them."""
    long = "\n" in value
    text = "".join(sign if sign == "\n" and long else _SIGNS.get(sign, sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04X}") for sign in value)
    return f'"""{text}"""' if long else f'"{text}"'


def _render(block: Block) -> str:
    lines = in_order(block.lines)
    if lines and lines[0].above and (lines[0].iri == RDF_TYPE or block.above):
        block.above += lines[0].above
        lines[0].above = []
    out = trimmed(block.above) + ([""] if block.above and not block.above[-1] else [])
    if not lines:
        return "\n".join([*out, f"{block.subject} ."])
    opened = lines[0].iri == RDF_TYPE
    if not opened:
        out.append(block.subject)
    below = [words for words in block.below if words]
    for number, line in enumerate(lines):
        end = " ;" if number < len(lines) - 1 or below else " ."
        start = f"{block.subject} " if opened and number == 0 else "    "
        out += _render_line(line, start, end)
    return "\n".join([*out, *(f"    {words}" for words in below), *(["    ."] if below else [])])


def _render_line(line: Line, start: str, end: str) -> list[str]:
    above = [f"    {words}" for words in line.above if words]
    plain = start + in_line(line) + end
    early = any(value.beside for value in line.values[:-1]) or any(value.above for value in line.values)
    if len(line.values) == 1 or (len(plain) <= WIDTH and not early):
        return [*above, plain + _beside(line.values[-1])]
    out = [*above, start + line.verb]
    for number, value in enumerate(line.values):
        out += [f"        {words}" for words in value.above if words]
        out.append(f"        {value.text}{',' if number < len(line.values) - 1 else end}{_beside(value)}")
    return out


def _beside(value: Value) -> str:
    return f"  {value.beside[0]}" if value.beside else ""


def trimmed(lines: list[str]) -> list[str]:
    """Lines without empty ones at the ends, and never two empty ones together."""
    kept = [words for number, words in enumerate(lines) if words or (number and lines[number - 1])]
    while kept and not kept[-1]:
        kept.pop()
    return kept
