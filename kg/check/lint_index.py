"""Looking through a base for labels and names, once a base: what the checks for look-alikes and misspelt names go by."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from itertools import takewhile
from operator import eq
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from kg.namespaces import local

if TYPE_CHECKING:
    from kg.query import Base

_LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_NO_WORD = re.compile(r"[\W_]+")
_LABELS: WeakKeyDictionary[Base, dict[str, list[Any]]] = WeakKeyDictionary()
_NAMES: WeakKeyDictionary[Base, dict[str, list[str]]] = WeakKeyDictionary()


def labels(base: Base) -> dict[str, list[Any]]:
    """Plain label -> the base's things that have it."""
    if base not in _LABELS:
        _LABELS[base] = by_label(quad.triple for quad in base.store.quads_for_pattern(None, _LABEL, None))
    return _LABELS[base]


def names(base: Base, space: str) -> list[str]:
    """The base's things whose IRI begins so."""
    index = _NAMES.setdefault(base, {})
    if space not in index:
        rows = base.engine.select(f'SELECT DISTINCT ?s WHERE {{ ?s a ?c FILTER(STRSTARTS(STR(?s), "{space}")) }}').rows
        index[space] = [_text(row[0]) for row in rows]
    return index[space]


def by_label(triples: Iterable[ox.Triple]) -> dict[str, list[Any]]:
    """Plain label -> the things that have it."""
    index: dict[str, list[Any]] = {}
    for triple in triples:
        index.setdefault(plain(_text(triple.object)), []).append(triple.subject)
    return index


def nearest(name: str, among: Iterable[str]) -> list[str]:
    """The three IRIs whose last part is spelled most like a name; of equals, those that begin like it."""
    by_name: dict[str, str] = {}
    for iri in sorted(among):
        by_name.setdefault(local(iri).lower(), iri)
    name = name.lower()
    close = difflib.get_close_matches(name, by_name, n=len(by_name) or 1, cutoff=0.6)

    def rank(other: str) -> tuple[float, int, str]:
        alike = sum(takewhile(bool, map(eq, name, other)))
        return -difflib.SequenceMatcher(None, other, name).ratio(), -alike, other

    return [by_name[other] for other in sorted(close, key=rank)[:3]]


def plain(text: str) -> str:
    """A label without case, accents, punctuation and the order of spaces."""
    flat = text.casefold()
    if not flat.isascii():
        flat = "".join(sign for sign in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(sign))
    return " ".join(_NO_WORD.split(flat)).strip()


def _text(term: Any) -> str:
    return str(getattr(term, "value", term))
