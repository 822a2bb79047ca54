"""Any query over the store or an endpoint; never an update."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.engine import Rows
from kg.errors import UsageError

if TYPE_CHECKING:
    from kg.remote.engine import RemoteEngine

# What no keyword can stand in: long and short strings, IRIs, escaped signs of names, comments (which end at either line end)
_COMMENT = re.compile(
    r'''"""(?:"{0,2}(?:[^"\\]|\\.))*"""|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'|<[^<>"{}|^`\\\s]*>|\\.|\#[^\n\r]*''',
    re.DOTALL,
)
_PROLOGUE = re.compile(r"\b(?:PREFIX\s+[\w-]*:|BASE)", re.IGNORECASE)
_UPDATE = re.compile(r"(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|COPY|MOVE|ADD|WITH)\b", re.IGNORECASE)
_NAME = re.compile(r"[?$]\w+|:\w[\w.-]*")  # a variable, the local part of a name
_SERVICE = re.compile("SERVICE", re.IGNORECASE)  # without word boundaries: engines need no space around it

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def bare(text: str) -> str:
    """The query without comments, strings and IRIs, so that keywords can be looked for."""
    return _COMMENT.sub(" ", text)


def sparql(text: str, store: ox.Store) -> Result:
    """Run a SELECT, ASK, CONSTRUCT or DESCRIBE over the union of all graphs.

    Raises UsageError for an update (KG-US12), SERVICE (KG-US13) and a syntax error (KG-US14).
    """
    plain = bare(text)
    if _SERVICE.search(_NAME.sub(":", plain)):
        raise UsageError("KG-US13", "SERVICE is refused: no query leaves this machine", fix="remove the SERVICE clause")
    try:
        return store.query(text, use_default_graph_as_union=True, prefixes=_prefixes(plain))
    except UnicodeEncodeError:
        raise UsageError("KG-US14", "not valid SPARQL: it holds a sign that is no Unicode text", fix="write the query in UTF-8") from None
    except SyntaxError as error:
        if _UPDATE.match(_PROLOGUE.sub("", plain).strip()):
            raise UsageError("KG-US12", "updates are refused: a store is only changed by 'kg build'", fix="ask a SELECT, ASK, CONSTRUCT or DESCRIBE") from None
        raise UsageError(
            "KG-US14",
            f"not valid SPARQL: {error.msg}",
            place=f"line {error.lineno}" if error.lineno else "",
            fix="correct the query; 'kg query show status' is an example",
        ) from None


def remote(text: str, engine: RemoteEngine) -> Result | set[ox.Triple]:
    """Run a SELECT, ASK, CONSTRUCT or DESCRIBE at an endpoint; refused here is what ``sparql`` refuses. Raises EndpointError too."""
    kind = sparql(text, ox.Store())
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in _prefixes(bare(text)).items() if f"{name}:" in text)
    if isinstance(kind, ox.QueryTriples):
        return engine.construct(declared + text)
    return engine.ask(declared + text) if isinstance(kind, ox.QueryBoolean) else engine.results(declared + text)


def _prefixes(plain: str) -> dict[str, str]:
    """The project's prefixes, for queries that use one without declaring it."""
    from kg.namespaces import PREFIXES

    declared = set(re.findall(r"PREFIX\s+([\w-]*):", plain, re.IGNORECASE))
    return {name: iri for name, iri in PREFIXES.items() if name not in declared}


def rows(solutions: ox.QuerySolutions) -> Rows:
    """Solutions as names and tuples of terms."""
    return Rows([variable.value for variable in solutions.variables], [tuple(solution) for solution in solutions])  # type: ignore[arg-type]
