"""Parameters as people type them, turned into RDF terms. An unknown value is refused with the nearest three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from kg.errors import UsageError
from kg.namespaces import CODE, ID, KINDS, expand, local, short

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

# What people type -> the parameter it stands for: the first that the query has
ALIASES = {"by": ("owedBy", "party"), "to": ("owedTo", "victim")}
_TRUE, _FALSE = {"true", "yes", "1", "on"}, {"false", "no", "0", "off"}


def nearest(word: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """The choices most like the word, best first."""
    import difflib

    folded = {choice.casefold(): choice for choice in choices}
    return [folded[match] for match in difflib.get_close_matches(word.casefold(), folded, n=count, cutoff=0.3)]


def refuse(code: str, what: str, word: str, choices: Iterable[str]) -> UsageError:
    """The error for an unknown value, naming the nearest three."""
    near = nearest(word, choices)
    return UsageError(code, f"unknown {what} {word!r}", fix=f"did you mean {', '.join(near)}?" if near else f"see the list of {what} names")


def camel(name: str, known: Iterable[str] = ()) -> str:
    """``owed-by`` or ``owed_by`` -> ``owedBy``; an alias becomes the parameter that is ``known``, else its usual one."""
    head, *rest = name.replace("-", "_").split("_")
    word = head + "".join(part[:1].upper() + part[1:] for part in rest)
    meanings = ALIASES.get(word, (word,))
    return next((meaning for meaning in meanings if meaning in known), meanings[0])


def party(word: str, catalog: Mapping[str, Any]) -> str:
    """The IRI of a party by code, name, demonym, prefixed name or IRI. Raises UsageError (KG-US03, KG-US04)."""
    names: dict[str, list[str]] = catalog["parties"]
    known = {iri for iris in names.values() for iri in iris}
    for candidate in (expand(word), *(f"{ID}{KINDS[prefix]}/{form}" for prefix in ("state", "org", "actor") for form in (word, word.upper(), word.lower()))):
        if candidate in known:
            return str(candidate)
    found = names.get(word.casefold(), [])
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError("KG-US04", f"{word!r} names several parties", fix=f"use one of {', '.join(map(short, found))}")
    raise refuse("KG-US03", "party", word, [*names, *(local(iri) for iri in known)])


def agreement(word: str, catalog: Mapping[str, Any]) -> str:
    """The IRI of an agreement by slug, title, prefixed name or IRI. Raises UsageError (KG-US05)."""
    return _thing(word, catalog["agreements"], "agreement", "KG-US05")


def source(word: str, catalog: Mapping[str, Any]) -> str:
    """The IRI of a source by slug, title, prefixed name or IRI. Raises UsageError (KG-US05)."""
    return _thing(word, catalog["sources"], "source", "KG-US05")


def _thing(word: str, names: dict[str, list[str]], kind: str, code: str) -> str:
    known = {iri for iris in names.values() for iri in iris}
    for candidate in (expand(word), f"{ID}{kind}/{word}"):
        if candidate in known:
            return str(candidate)
    found = names.get(word.casefold(), [])
    if len(found) == 1:
        return found[0]
    raise refuse(code, kind, word, [local(iri) for iri in known])


def behavior(word: str, catalog: Mapping[str, Any]) -> str:
    """The IRI of a behavior code, as ``armed-attack``, ``armedAttack`` or its label. Raises UsageError (KG-US06)."""
    names: dict[str, list[str]] = catalog["behaviors"]
    known = {local(iri).casefold(): iri for iris in names.values() for iri in iris}
    key = _letters(word.rsplit(":", 1)[-1].rsplit("/", 1)[-1])
    if key in known:
        return known[key]
    raise refuse("KG-US06", "behavior", word, [local(iri) for iris in names.values() for iri in iris])


def _letters(word: str) -> str:
    """A code without what people write between its words, for comparing."""
    return word.translate({45: None, 95: None, 32: None}).casefold()


def day(word: str) -> str:
    """A date as YYYY-MM-DD. Raises UsageError (KG-US07)."""
    from datetime import date

    try:
        if len(word) != 10 or word[4] + word[7] != "--":  # not the other forms of ISO 8601
            raise ValueError
        return date.fromisoformat(word).isoformat()
    except ValueError:
        raise UsageError("KG-US07", f"not a date: {word!r}", fix="write it as YYYY-MM-DD, for example 2025-06-13") from None


def date_literal(day: str) -> str:
    """A day (YYYY-MM-DD, known to be one) as a SPARQL literal."""
    return f'"{day}"^^<http://www.w3.org/2001/XMLSchema#date>'


def _boolean(word: Any) -> str:
    text = str(word).casefold()
    if text in _TRUE | _FALSE:
        return "true" if text in _TRUE else "false"
    raise UsageError("KG-US08", f"neither true nor false: {word!r}", fix="use true or false")


def _integer(word: Any) -> str:
    try:
        return str(int(word))
    except (TypeError, ValueError):
        raise UsageError("KG-US08", f"not a whole number: {word!r}", fix="give a whole number") from None


def _choice(word: str, values: list[str]) -> str:
    if word in values:
        return word
    raise UsageError("KG-US08", f"unknown choice {word!r}", fix=f"use one of {', '.join(values)}")


def term(param: Mapping[str, Any], value: Any, catalog: Mapping[str, Any]) -> str:
    """A value as SPARQL terms for a VALUES line, built from RDF terms and never from the text given.

    ``param`` is the header entry (``name``, ``type``, ``values``). Several values only for types that end in ``[]``.
    """
    kind = param["type"]
    if kind.endswith("[]"):
        values = value.split(",") if isinstance(value, str) else list(value)
        return " ".join(_term({**param, "type": kind[:-2]}, item, catalog) for item in values)
    return _term(param, value, catalog)


def _term(param: Mapping[str, Any], value: Any, catalog: Mapping[str, Any]) -> str:
    kind = param["type"]
    word = str(value).strip()
    if kind in ("party", "agreement", "behavior", "source"):
        return str(ox.NamedNode({"party": party, "agreement": agreement, "behavior": behavior, "source": source}[kind](word, catalog)))
    if kind == "date":
        return date_literal(day(word))
    if kind == "boolean":
        return _boolean(value)
    if kind == "integer":
        return _integer(value)
    if kind == "choice":
        return str(ox.Literal(_choice(word, param["values"])))
    if kind == "iri":
        iri = expand(word)
        if iri is None:
            raise UsageError("KG-US08", f"not an IRI: {word!r}", fix="give a full IRI or a prefixed name such as state:FRA")
        return str(_named(iri))
    return str(ox.Literal(word))


def _named(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        raise UsageError("KG-US08", f"not an IRI: {iri!r}", fix="give a full IRI") from None


def code(word: str, listed: str, codes: Iterable[str]) -> str:
    """The IRI of a code of a list, as people type it. Raises UsageError (KG-US06)."""
    key = _letters(word.rsplit(":", 1)[-1])
    for name in codes:
        if name.casefold() == key:
            return f"{CODE}{listed}/{name}"
    raise refuse("KG-US06", listed, word, codes)
