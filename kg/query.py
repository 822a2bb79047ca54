"""Canned queries: find one, fill its parameters, run it, and shape its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from kg import params as p
from kg.engine import Engine, OxigraphEngine, Row
from kg.errors import UsageError
from kg.namespaces import CODE, expand, local, short

TYPE_CHECKING = False  # as in typing, without loading it
if TYPE_CHECKING:
    from typing import Any

    import pandas

DISCLAIMER = "What is found by rule is computed by rule set {ruleset} from the record; not legal advice."
ROWS = "# what each row shows"  # above it, a query says which rows there are
_INTERVAL = ("wilson_low", "wilson_high")


class Base:
    """An open store with its manifest and catalog: what every reading command starts from."""

    def __init__(self, store: str | Path | None = None, progress: Any = None) -> None:
        from kg.inputs import ready
        from kg.store import default_store, open_generation

        self.folder = Path(store) if store else default_store()
        self.generation, self.manifest = ready(self.folder, progress)
        self.store = open_generation(self.generation)
        self.engine: Engine = OxigraphEngine(self.store)

    @cached_property
    def catalog(self) -> dict[str, Any]:
        """Queries and names, as the build wrote them."""
        from kg.store import read_catalog

        return read_catalog(self.generation)

    def labels(self, iris: set[str]) -> dict[str, str]:
        """IRI -> English label, of those that have one."""
        if not iris:
            return {}
        listed = " ".join(f"<{iri}>" for iri in sorted(iris))
        text = f"SELECT ?thing (MIN(?name) AS ?label) WHERE {{ VALUES ?thing {{ {listed} }} ?thing <http://www.w3.org/2000/01/rdf-schema#label> ?name }} GROUP BY ?thing"
        return {row[0].value: row[1].value for row in self.engine.select(text).rows if row[0] is not None and row[1] is not None}


class Answer:
    """Rows of a canned query.

    ``columns`` are ``{name, type}`` in snake case; ``rows`` dicts of plain values (IRIs full, codes bare, dates ISO,
    absent None, several values as lists); ``labels`` IRI to label; ``hidden`` rows left out because nobody reviewed them.
    """

    def __init__(
        self,
        query: str,
        params: dict[str, Any],
        columns: list[dict[str, str]],
        rows: list[dict[str, Any]],
        labels: dict[str, str],
        manifest: dict[str, Any],
        hidden: int = 0,
        notes: list[str] | None = None,
        show: list[str] | None = None,
    ) -> None:
        self.query, self.params, self.columns, self.rows = query, params, columns, rows
        self.labels, self.manifest, self.hidden, self.notes, self.show = labels, manifest, hidden, notes or [], show

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    @property
    def as_of(self) -> str:
        """The day as of which the question was asked."""
        return str(self.params.get("as_of") or self.manifest["cut_off"])

    def document(self) -> dict[str, Any]:
        """The answer as one JSON document, as docs/reference/schemas/query-run.json says."""
        from kg.formats import envelope

        return envelope("query-run", self.manifest, self.as_of) | {
            "query": self.query,
            "params": self.params,
            "columns": self.columns,
            "rows": self.rows,
            "labels": self.labels,
            "count": len(self.rows),
            "hidden": self.hidden,
            "notes": self.notes,
        }

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.rows, columns=[column["name"] for column in self.columns])

    def _repr_html_(self) -> str:
        from kg.formats import render

        return render(self, "html")


def find(catalog: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The catalog entry of a query, by name. Raises UsageError (KG-US01) with the nearest three."""
    entry = catalog["queries"].get(name.removesuffix(".rq").rsplit("/", 1)[-1])
    if entry is None:
        raise p.refuse("KG-US01", "query", name, catalog["queries"])
    return dict(entry)


def fill(entry: Mapping[str, Any], given: Mapping[str, Any], catalog: Mapping[str, Any], cut_off: str | None = None) -> tuple[str, dict[str, Any]]:
    """The query's text with its VALUES lines filled in, and the parameters in force in snake case.

    ``cut_off``, a day (YYYY-MM-DD), stands in for the default of ``asOf`` and ``on``. Raises UsageError for an unknown parameter (KG-US02) or value.
    """
    from kg.catalog import snake

    known = {param["name"]: param for param in entry["params"]}
    wanted = {p.camel(name, known): value for name, value in given.items() if value is not None}
    for name in wanted:
        if name not in known:
            raise p.refuse("KG-US02", f"parameter of {entry['name']}", snake(name).replace("_", "-"), [snake(k).replace("_", "-") for k in known])
    lines: dict[str, str] = {}
    for name, param in known.items():
        if name in wanted:
            lines[name] = f"VALUES ?{name} {{ {p.term(param, wanted[name], catalog)} }}\n"
        elif param.get("default") and cut_off and name in ("asOf", "on"):
            wanted[name] = cut_off
            lines[name] = f"VALUES ?{name} {{ {p.date_literal(cut_off)} }}\n"
        elif param.get("default") is None:
            lines[name] = ""
    text = "".join(_filled(line, lines) for line in entry["text"].splitlines(keepends=True))
    in_force = {snake(name): wanted.get(name, param.get("default")) for name, param in known.items()}
    return text, in_force


def _filled(line: str, lines: Mapping[str, str]) -> str:
    """A line of a query; if it is the ``VALUES ?name { … }`` of a parameter, the one to stand there instead.

    A line that ends in ``# if name`` only restricts by that parameter, and is left out where the parameter is not given;
    one that ends in ``# unless name`` is left out where it is.
    """
    bare = line.lstrip()
    _, mark, name = bare.rstrip().rpartition("# if ")
    if mark and lines.get(name) == "":
        return ""
    _, mark, name = bare.rstrip().rpartition("# unless ")
    if mark and lines.get(name):
        return ""
    if not bare.startswith("VALUES ?") or not bare.rstrip().endswith("}"):
        return line
    name = bare[len("VALUES ?") :].partition(" ")[0]
    if not lines.get(name):
        return lines.get(name, line)
    return line[: len(line) - len(bare)] + lines[name]


def run(name: str, base: Base | None = None, *, limit: int | None = None, store: str | Path | None = None, **given: Any) -> Answer:
    """Run a canned query.

    ``given`` are its parameters by name (``owed_by="RUS"``, ``as_of="2025-06-20"``). ``limit`` keeps the first rows.
    Raises UsageError for an unknown query, parameter or value, StoreError where the store fails.
    """
    base = base or Base(store)
    entry = find(base.catalog, name)
    hides = entry.get("hides")
    showing_all = given.get("all") is not None and p.term({"type": "boolean"}, given["all"], {}) == "true"
    counted = hides and not showing_all and ROWS in entry["text"]  # else the hidden rows are read and left out
    text, in_force = fill(entry, {**given, "all": True} if hides and not counted else given, base.catalog, base.manifest["cut_off"])
    if hides:
        in_force["all"] = showing_all
    columns = [{"name": _snake(column["name"]), "type": column["type"]} for column in entry["columns"]]
    rows = shape(base.engine, text, entry["columns"])
    kept = rows if showing_all or counted or not hides else [row for row in rows if row[hides]]
    notes = _notes(entry, base.manifest, given)
    if any(column["name"] == "lower" for column in columns):
        columns += [{"name": name, "type": "decimal"} for name in _INTERVAL]
        kept = [row | _wilson(row) for row in kept]
    hidden = _hidden(base, entry, given) if counted else len(rows) - len(kept)
    kept = kept[:limit] if limit is not None else kept
    return Answer(entry["name"], in_force, columns, kept, base.labels(_iris(kept, columns)), base.manifest, hidden, notes, entry.get("show"))


def _hidden(base: Base, entry: Mapping[str, Any], given: Mapping[str, Any]) -> int:
    """How many rows are hidden: for the usual question as the build counted them, else counted now."""
    own = isinstance(base.engine, OxigraphEngine) and base.engine.store is base.store
    usual = own and not any(value is not None for name, value in given.items() if name != "all")
    if usual and "hidden" in entry:
        return int(entry["hidden"])
    return count_hidden(base.engine, entry, given, base.catalog, base.manifest["cut_off"])


def count_hidden(engine: Engine, entry: Mapping[str, Any], given: Mapping[str, Any], catalog: Mapping[str, Any], cut_off: str) -> int:
    """How many rows a query hides because nobody has reviewed them: the activations that its lines above ``ROWS`` find.

    One row each, since only the rule set has assessed an activation that nobody has reviewed.
    """
    text, _ = fill(entry, {**given, "all": True}, catalog, cut_off)
    head, body = text.partition("SELECT")[0], text[text.index("WHERE {") : text.index(ROWS)]
    rows = engine.select(f"{head}SELECT (COUNT(DISTINCT ?activation) AS ?n) {body} FILTER(!?{entry['hides']}) }}").rows
    return int(rows[0][0].value) if rows and rows[0][0] is not None else 0


def _snake(name: str) -> str:
    from kg.catalog import snake

    return snake(name)


def shape(engine: Engine, text: str, columns: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Run a SELECT and turn its rows into dicts of plain values by the header's columns."""
    answer = engine.select(text)
    at = {name: index for index, name in enumerate(answer.names)}
    keys = [(_snake(column["name"]), at[column["name"]], column["type"]) for column in columns]
    return [{key: _plain(row, index, kind) for key, index, kind in keys} for row in answer.rows]


def _plain(row: Row, index: int, kind: str) -> Any:
    term = row[index]
    if term is None:
        return [] if kind.endswith("[]") else None
    value = term.value
    if kind.endswith("[]"):
        parts = value.split("\t" if kind == "string[]" else " ")
        return sorted({local(part) if kind == "code[]" else part for part in parts if part})
    if kind == "code":
        return local(value) if value.startswith(CODE) else value or None
    if kind == "integer":
        return int(value)
    if kind == "decimal":
        return float(value)
    if kind == "boolean":
        return value in ("true", "1")
    return value


def _iris(rows: list[dict[str, Any]], columns: list[dict[str, str]]) -> set[str]:
    names = [column["name"] for column in columns if column["type"].startswith("iri")]
    found: set[str] = set()
    for row in rows:
        for name in names:
            value = row[name]
            found.update(value if isinstance(value, list) else [value] if value else [])
    return {iri for iri in found if iri.startswith("http")}


def _notes(entry: Mapping[str, Any], manifest: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    notes = []
    names = {column["name"] for column in entry["columns"]}
    if "sv:verdict" in entry["text"] or "sv:Expectation" in entry["text"]:
        notes.append(DISCLAIMER.format(ruleset=manifest["ruleset"]))
    if given.get("as_of") or given.get("asOf"):
        day = p.day(str(given.get("as_of") or given.get("asOf")))
        if "dutyStatus" in names:
            notes.append("Duty statuses are as known at the record's cut-off; assessments and evidence are as of the day asked.")
        if day > manifest["cut_off"]:
            notes.append(f"The record ends on {manifest['cut_off']}: nothing later is known to it.")
    return notes


def _wilson(row: Mapping[str, Any]) -> dict[str, float | None]:
    """The 95 % Wilson score interval of numerator over denominator (Wilson 1927)."""
    n, k, z = row["denominator"], row["numerator"], 1.959963984540054
    if not n:
        return dict.fromkeys(_INTERVAL)
    center, spread = k + z * z / 2, z * ((k * (n - k) / n + z * z / 4) ** 0.5)
    return {"wilson_low": round((center - spread) / (n + z * z), 4), "wilson_high": round((center + spread) / (n + z * z), 4)}


def thing(word: str, base: Base, kinds: str) -> str:
    """The IRI of a thing by IRI, prefixed name, slug or the handle that tables show, of one of the kinds (``activation expectation``).

    Raises UsageError (KG-US09) where the store knows no such thing, naming the nearest three.
    """
    for candidate in (expand(word), *(expand(f"{kind}:{word}") for kind in kinds.split())):
        if candidate and _exists(base, candidate):
            return candidate
    from kg.formats import handle

    slugs = base.engine.select(
        "PREFIX sv: <https://w3id.org/servanda/ontology#> SELECT DISTINCT ?x WHERE { VALUES ?k { sv:Activation sv:Expectation } ?x a ?k }"
    ).rows
    for row in slugs:
        if row[0] is not None and handle(row[0].value) == word.casefold():
            return row[0].value
    known = [local(row[0].value) for row in slugs if row[0] is not None]
    inside = [slug for slug in known if word and word in slug][:3]
    near = inside or p.nearest(word, known)
    raise UsageError("KG-US09", f"unknown ID {short(word)!r}", fix=f"did you mean {', '.join(near)}?" if near else "copy the ID from 'kg query run status'")


def _exists(base: Base, iri: str) -> bool:
    import pyoxigraph as ox

    try:
        return next(iter(base.store.quads_for_pattern(ox.NamedNode(iri), None, None)), None) is not None
    except ValueError:
        return False
