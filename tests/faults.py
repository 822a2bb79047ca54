"""Single faults made in a data file's text: what was changed, on which line it must be found, and about what."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from kg.intake.lines import Lines
from kg.intake.positions import Written, read_positions
from kg.namespaces import SV
from kg.resources import folder

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
DATE = "http://www.w3.org/2001/XMLSchema#date"
SINGLE = ("beganOn", "signedOn", "publishedOn", "datePrecision", "onDate", "boundFrom")


@dataclass(frozen=True)
class Fault:
    """A changed text: the ``kind`` of fault, its ``focus``, and the ``lines`` on one of which it must be reported."""

    kind: str
    text: str
    focus: str
    lines: frozenset[int]


Change = tuple[Written, int, int, str]  # the statement; what stands between the two offsets is replaced


def _end(text: str, written: Written) -> int:
    """Where the value of a statement ends."""
    from kg.intake.turtle_tokens import tokens

    stream = tokens(text, written.object_at)
    token = next(stream)
    end = token.at + len(token.text)
    after = next(stream, None)
    if after is not None and after.kind in ("type", "lang") and after.at == end:
        end = after.at + len(after.text)
        if after.kind == "type":
            name = next(stream)
            end = name.at + len(name.text)
    return end


def _value(text: str, written: Written, new: str) -> Change:
    return written, written.object_at, _end(text, written), new


def _predicate(text: str, written: Written, new: str) -> Change:
    return written, written.predicate_at, written.predicate_at + len(text[written.predicate_at :].split()[0]), new


def _is_date(written: Written) -> bool:
    return isinstance(written.object, ox.Literal) and written.object.datatype.value == DATE and written.predicate.value.startswith(SV)


def _points(written: Written, *kinds: str) -> bool:
    return isinstance(written.object, ox.NamedNode) and any(f"/{kind}/" in written.object.value for kind in kinds) and written.predicate.value.startswith(SV)


def _named(written: Written, *names: str) -> bool:
    return written.predicate.value in [SV + name for name in names]


KINDS: dict[str, tuple[Callable[[Written], bool], Callable[[str, Written], Change]]] = {
    "wrong datatype": (_is_date, lambda text, w: _value(text, w, f'"{w.object.value}"')),
    "no such day": (_is_date, lambda text, w: _value(text, w, f'"{w.object.value[:4]}-02-30"^^xsd:date')),
    "no language": (lambda w: w.predicate.value == LABEL, lambda text, w: _value(text, w, '"A label"')),
    "unknown code": (lambda w: _points(w, "behavior", "circumstance", "verdict"), lambda text, w: _value(text, w, f"<{w.object.value}x>")),
    "dangling reference": (
        lambda w: _points(w, "state", "source", "agreement", "provision", "place", "occurrence", "publisher"),
        lambda text, w: _value(text, w, f"<{w.object.value}-zzz>"),
    ),
    "misspelt property": (lambda w: _named(w, "hasSource", "actor", "beganOn", "imposedBy", "ofAgreement"), lambda text, w: _predicate(text, w, f"<{w.predicate.value}x>")),
    "unknown class": (lambda w: w.predicate.value.endswith("#type"), lambda text, w: _value(text, w, f"<{w.object.value}x>")),
    "missing field": (lambda w: _named(w, "sourceKind", "participant", "locator", "characterizes", "verdict", "behavior"), lambda text, w: _value(text, w, "")),
    "reversed interval": (lambda w: _named(w, "endedOn", "boundUntil"), lambda text, w: _value(text, w, '"1801-01-01"^^xsd:date')),
    "second value": (lambda w: _named(w, *SINGLE), lambda text, w: (w, _end(text, w), _end(text, w), ' , "1802-02-02"^^xsd:date')),
    "wrong kind of thing": (lambda w: _points(w, "state") and _named(w, "actor", "participant", "initiator", "target", "recipient"), lambda text, w: _value(text, w, "<https://w3id.org/servanda/code/behavior/troops>")),
    "missing claimant": (lambda w: _named(w, "claimedBy"), lambda text, w: _value(text, w, "")),
    "undeclared prefix": (lambda w: _named(w, "hasSource", "beganOn"), lambda text, w: _predicate(text, w, "svx:hasSource")),
    "text not closed": (lambda w: w.predicate.value == LABEL, lambda text, w: _value(text, w, '"A label')),
}  # fmt: skip


def make_fault(text: str, seed: int) -> Fault | None:
    """One fault in a text, the same for the same seed; None where the text offers no place for the kind."""
    choose = random.Random(seed)
    kind = sorted(KINDS)[seed % (len(KINDS) + 1)] if seed % (len(KINDS) + 1) < len(KINDS) else "duplicate"
    triples = read_positions(text, "file:///x").triples
    lines = Lines(text)
    if kind == "duplicate":
        return _duplicate(text, triples, choose)
    fits, change = KINDS[kind]
    places = [written for written in triples if fits(written) and isinstance(written.subject, ox.NamedNode)]
    if kind in ("missing field", "missing claimant"):
        places = [w for w in places if sum(o.subject == w.subject and o.predicate == w.predicate for o in triples) == 1]
    labels = {w.subject: w for w in triples if w.predicate.value == LABEL}
    if kind == "missing claimant":
        places = [w for w in places if w.subject in labels and labels[w.subject].object.value.partition(":")[0] in party_names()]
    if not places:
        return None
    written, start, end, new = change(text, choose.choice(places))
    on = lines.place(start)[0]
    subject = lines.place(written.subject_at)[0]
    if kind == "missing claimant":
        subject = lines.place(labels[written.subject].object_at)[0]
    if kind in ("missing field", "missing claimant"):
        start, new = written.predicate_at, 'skos:note "Nothing."@en'
        text = text if "prefix skos:" in text else "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n" + text
        moved = len(text) - len(lines._text)
        start, end, subject = start + moved, end + moved, subject + (1 if moved else 0)
        return Fault(kind, text[:start] + new + text[end:], written.subject.value, frozenset({subject}))
    places_ = {on} if kind not in ("unknown class",) else {on, subject}
    if kind == "reversed interval":
        places_ |= {lines.place(w.object_at)[0] for w in triples if w.subject == written.subject and _is_date(w)}
    if kind == "misspelt property":
        places_ |= {subject}
    return Fault(kind, text[:start] + new + text[end:], written.subject.value, frozenset(places_))


@cache
def party_names() -> frozenset[str]:
    """The labels of the packaged states."""
    quads = (quad for path in sorted((folder("data") / "parties").glob("*.ttl")) for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    return frozenset(q.object.value for q in quads if q.predicate.value == LABEL and "/state/" in q.subject.value)


def _duplicate(text: str, triples: list[Written], choose: random.Random) -> Fault | None:
    """A second entry with the statements of one, under another name."""
    labeled = sorted({written.subject.value for written in triples if written.predicate.value == LABEL})
    if not labeled:
        return None
    focus = choose.choice(labeled)
    rows = [(written.predicate, written.object) for written in triples if getattr(written.subject, "value", "") == focus]
    body = " ;\n  ".join(f"{predicate} {term}" for predicate, term in rows)
    other = f"{focus}-again"
    line = text.rstrip().count("\n") + 3
    return Fault("duplicate", f"{text.rstrip()}\n\n<{other}> {body} .\n", other, frozenset({line}))
