"""The verbs of the command line, for Python: ``from kg import api``.

>>> record = api.Record()                                   # the user's store, built on first use
>>> record.run("unmet-expectations", victim="IRN")          # an Answer: shows itself in a notebook, converts to pandas
>>> record.explain("RUS--IRN--2025-06-13-iran-war")         # an Explanation
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kg.build import BuildReport
from kg.build import build as _build
from kg.check.files import Report
from kg.engine import Rows
from kg.query import Answer, Base
from kg.query import run as _run

__all__ = ["Answer", "BuildReport", "Explanation", "Record", "Report", "Rows", "WhatIf", "build"]


class Explanation(dict[str, Any]):
    """The chain behind a verdict or expectation: the JSON document of ``kg explain``, readable as text."""

    def text(self, width: int = 100) -> str:
        """The explanation as ``kg explain`` prints it."""
        from kg.explain.text import text

        return text(dict(self), width)

    def _repr_html_(self) -> str:
        return _pre(self.text())


class WhatIf(dict[str, Any]):
    """Duties that an assumed occurrence would set off: the JSON document of ``kg whatif``, readable as text."""

    def text(self, width: int = 100) -> str:
        """The answer as ``kg whatif`` prints it."""
        from kg.whatif.text import text

        return text(dict(self), width)

    def _repr_html_(self) -> str:
        return _pre(self.text())


class Record:
    """An open store. ``store`` is its folder: else ``KG_STORE``, else the user's data folder; built on first use."""

    def __init__(self, store: str | Path | None = None) -> None:
        self.base = Base(store)

    def queries(self) -> dict[str, str]:
        """Name -> what it answers, of every canned query."""
        return {name: entry["summary"] for name, entry in self.base.catalog["queries"].items()}

    def run(self, name: str, *, limit: int | None = None, **params: Any) -> Answer:
        """Run a canned query: ``run("status", owed_by="RUS", as_of="2025-06-20")``. Raises UsageError as the command does."""
        return _run(name, self.base, limit=limit, **params)

    def select(self, text: str) -> Rows:
        """Run any SELECT over the union of all graphs; rows of pyoxigraph terms. Raises UsageError for anything else."""
        import pyoxigraph as ox

        from kg.errors import UsageError
        from kg.sparql import rows, sparql

        result = sparql(text, self.base.store)
        if not isinstance(result, ox.QuerySolutions):
            raise UsageError("KG-US15", "not a SELECT", fix="use a SELECT, or 'kg sparql' for ASK, CONSTRUCT and DESCRIBE")
        return rows(result)

    def explain(self, thing: str, *, as_of: str | None = None) -> Explanation:
        """The chain behind an activation or expectation, by slug, prefixed name, IRI or handle."""
        from kg.explain.chain import explain

        return Explanation(explain(thing, self.base, as_of=as_of))

    def whatif(
        self, occurrence: str, *, target: str, initiator: str, on: str, place: str | None = None, assume: Iterable[str] = (), owed_by: str | None = None
    ) -> WhatIf:
        """Which duties an occurrence would set off on a day (casus foederis). Changes nothing."""
        from kg.whatif.duties import whatif

        return WhatIf(whatif(occurrence, target, initiator, on, self.base, place=place, assume=list(assume), owed_by=owed_by))

    def validate(self, *files: str | Path, engine: str | None = None) -> Report:
        """Files against the shapes, with the record as context."""
        from kg.check.files import check

        return check([Path(file) for file in files], self.base, engine)

    def stats(self) -> dict[str, Any]:
        """What is in the store, by name."""
        from kg.stats import counts

        return counts(self.base)

    def plot(self, name: str, output: str | Path, **given: Any) -> Path:
        """Draw ``axis-matrix`` or ``timeline`` into an SVG or PNG file; returns its path. Needs the extra ``plot``."""
        from kg.plot.drawing import draw

        draw(name, output, self.base, **given)
        return Path(output)


def build(store: str | Path | None = None, sources: Iterable[str | Path] | None = None, *, force: bool = False) -> BuildReport:
    """Build a store from the packaged data, or from folders of Turtle files. Raises NotConforming, InputError, StoreError."""
    from kg.store import default_store

    folders = [Path(source) for source in sources] if sources is not None else None
    return _build(Path(store) if store else default_store(), folders, force=force)


def _pre(text: str) -> str:
    import html

    return f"<pre>{html.escape(text)}</pre>"
