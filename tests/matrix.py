"""Every canned query with the parameters it needs, asked of two engines: what the tests of each store compare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.engine import Engine
from kg.query import Base, run


def cases(base: Base) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and parameters of each question: as it stands, and with every row where a query hides some."""
    needed = {"agreement": "agreements", "source": "sources", "party": "parties"}
    for name, entry in sorted(base.catalog["queries"].items()):
        given = {p["name"]: sorted(base.catalog[needed[p["name"]]].values())[0][0] for p in entry["params"] if p.get("required") and p["name"] in needed}
        yield name, given
        if any(p["name"] == "all" for p in entry["params"]):
            yield name, given | {"all": True}


def rows(name: str, given: dict[str, Any], store: Path, engine: Engine | None = None) -> list[str]:
    """The rows of a question as sorted JSON: order among equals is the engine's own."""
    base = Base(store)
    base.engine = engine or base.engine
    return sorted(json.dumps(row, sort_keys=True) for row in run(name, base, **given).rows)
