"""Write the golden answer of every canned query on the fixture cases: ``python tests/golden_update.py [NAME…]``.

A golden is ``{"params": {…}, "rows": [{…}]}``: plain values, as ``kg query run --format json`` gives them. Look at the
difference by hand before committing it: a golden says what is right, not what came out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from derivation import derive

from kg.catalog import catalog, queries
from kg.engine import Engine
from kg.query import fill, shape

GOLDEN = Path(__file__).parent / "golden"
# The parameters of each golden, where the defaults would show nothing of interest on the fixtures.
PARAMS: dict[str, dict[str, Any]] = {
    "agreement": {"agreement": "kk-2000"},
    "axis-matrix": {"party": ["RUS", "CHN", "IRN", "PRK"], "on": "2024-12-04"},
    "claims-of-source": {"source": "test-article"},
    "honored": {"partly": True},
    "honoring-rate": {"unit": "case", "partlyAsHalf": True},
    "obligations-on": {"on": "1992-03-01", "agreement": "demo-1980"},
    "status": {"asOf": "2024-12-31"},
    "timeline": {"agreement": "kk-2000"},
    "unmet-expectations": {"nearMisses": True},
}


class _Anything(dict[str, Any]):
    """A catalog that knows every name: the fixtures have no list of parties."""

    def __init__(self, engine: Engine) -> None:
        kinds = {"parties": ("participant", "state"), "agreements": ("ofAgreement", "agreement"), "sources": ("hasSource", "source")}
        super().__init__(catalog(engine))
        for key, (link, _) in kinds.items():
            rows = engine.select(f"SELECT DISTINCT ?x WHERE {{ ?s <https://w3id.org/servanda/ontology#{link}> ?x }}").rows
            for (term,) in rows:
                if term is not None:
                    self[key].setdefault(term.value.rsplit("/", 1)[1].casefold(), [term.value])


def answer(engine: Engine, known: dict[str, Any], name: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a canned query on an engine, as plain values."""
    entry = queries()[name]
    text, _ = fill(entry, {**params, "all": True} if entry.get("hides") else params, known)
    return shape(engine, text, entry["columns"])


def known_names(engine: Engine) -> dict[str, Any]:
    """A catalog of the names that an engine holds."""
    return _Anything(engine)


def fixture_engine(engine: Engine | None = None) -> tuple[Engine, dict[str, Any]]:
    """The derived fixture cases on an engine, and a catalog of the names in them."""
    derived = derive(engine)
    return derived.engine, _Anything(derived.engine)


def main(names: list[str]) -> None:
    """Write the goldens of the queries named, or of all."""
    engine, known = fixture_engine()
    for name, entry in queries().items():
        if names and name not in names:
            continue
        params = PARAMS.get(name, {})
        path = GOLDEN / entry["folder"] / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = answer(engine, known, name, params)
        path.write_text(json.dumps({"params": params, "rows": rows}, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{len(rows):5}  {entry['folder']}/{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
