"""The catalog: headers of the canned queries, and the names by which things are asked for. Made once, by the build."""

from __future__ import annotations

import re
from pathlib import Path

from kg.engine import Engine
from kg.errors import InputError
from kg.namespaces import SV
from kg.resources import folder

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

FOLDERS = ("findings", "explore", "audit")
_PREFIX = f"PREFIX sv: <{SV}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
_NAMED = """SELECT DISTINCT ?thing ?name WHERE {
  VALUES ?kind { %s } ?thing a ?kind . { ?thing rdfs:label ?name } UNION { ?thing skos:altLabel ?name } UNION { ?thing dcterms:title ?name } %s }"""


def snake(name: str) -> str:
    """``owedBy`` -> ``owed_by``, ``givenAToB`` -> ``given_a_to_b``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def read_query(path: Path) -> dict[str, Any]:
    """Header and text of one ``.rq`` file. Raises InputError if the header is not YAML or lacks a key."""
    import yaml

    text = path.read_text(encoding="utf-8")
    header = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#+"))
    try:
        entry = yaml.load(header, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        assert isinstance(entry, dict)
        keep = {key: entry[key] for key in ("summary", "question", "description", "columns", "tags")}
    except (yaml.YAMLError, AssertionError, KeyError) as error:
        raise InputError("KG-IN09", f"the query's header is not as expected: {error}", place=str(path), fix="see docs/how-to/write-a-query.md") from None
    keep["params"] = [{**param, "default": _plain(param.get("default"))} for param in entry.get("params") or []]
    keep["hides"] = entry.get("hides")
    keep["show"] = [snake(name) for name in entry["show"]] if entry.get("show") else None
    return {"name": path.stem, "folder": path.parent.name, "text": text, **keep}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def queries() -> dict[str, dict[str, Any]]:
    """Every canned query by name."""
    files = [path for name in FOLDERS for path in sorted(folder("queries").joinpath(name).glob("*.rq"))]
    return {path.stem: read_query(path) for path in files}


def names(engine: Engine, kinds: str, codes: str = "") -> dict[str, list[str]]:
    """Case-folded name -> IRIs, of everything of these kinds: labels, other names, and extra code properties."""
    extra = "".join(f" UNION {{ ?thing sv:{code} ?name }}" for code in codes.split())
    text = "PREFIX dcterms: <http://purl.org/dc/terms/> " + _PREFIX + _NAMED % (kinds, extra)
    found: dict[str, set[str]] = {}
    for thing, name in engine.select(text).rows:
        if thing is not None and name is not None:
            found.setdefault(name.value.casefold(), set()).add(thing.value)
    return {name: sorted(iris) for name, iris in sorted(found.items())}


def catalog(engine: Engine) -> dict[str, Any]:
    """The whole catalog: ``queries``, ``parties``, ``agreements``, ``behaviors``, ``sources`` and ``labels``."""
    return {
        "queries": queries(),
        "parties": names(engine, "sv:State sv:Organization sv:NonStateActor", "iso3 iso2"),
        "agreements": names(engine, "sv:Agreement sv:Treaty sv:PoliticalCommitment"),
        "behaviors": names(engine, "sv:Behavior"),
        "sources": names(engine, "sv:Source"),
    }
