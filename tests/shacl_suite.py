"""What of the W3C SHACL test suite does not pass, by engine, with the reason, and why no check of ours meets it.

The tests expect these to fail (a test that begins to pass must leave the list); docs/reference/shacl.md is written from it.
"""

from __future__ import annotations

from dataclasses import dataclass

TESTS = 121  # in the suite


@dataclass(frozen=True)
class Gap:
    """What an engine gets wrong: the ``tests`` that show it, the ``reason``, and why none of our shapes meets it (``ours``)."""

    tests: tuple[str, ...]
    reason: str
    ours: str


_SHAPES_GRAPH = "no shape asks for `$shapesGraph`"

GAPS: dict[str, tuple[Gap, ...]] = {
    "pyshacl": (
        Gap(
            ("core/property/uniqueLang-002",),
            'takes `sh:uniqueLang "1"^^xsd:boolean` for true; by the standard only the word `true` counts',
            "every `sh:uniqueLang` is written `true`",
        ),
        Gap(
            ("sparql/pre-binding/shapesGraph-001",),
            "refuses a query that asks for `$shapesGraph` and `$currentShape` (optional in the standard)",
            _SHAPES_GRAPH,
        ),
    ),
    "rudof": (
        Gap(
            ("sparql/pre-binding/shapesGraph-001",),
            "finds nothing for a query that asks for `$shapesGraph` and `$currentShape` (optional in the standard)",
            _SHAPES_GRAPH,
        ),
        Gap(
            (
                *(f"sparql/component/{name}-001" for name in ("nodeValidator", "optional", "propertyValidator-select", "validator")),
                "sparql/pre-binding/unsupported-sparql-006",
            ),
            "passes over SPARQL-based constraint components (`sh:ConstraintComponent`) without a word, also one that is to be refused",
            "no shape declares one",
        ),
        Gap(
            tuple(f"sparql/pre-binding/pre-binding-00{number}" for number in (2, 3, 5, 7)),
            "does not carry `$this` into a part of a query in braces of its own (a group, a branch of UNION, a subquery) that does not state anything of it",
            "no query has UNION or a subquery, and each states something of `$this` before anything in braces",
        ),
        Gap(
            ("sparql/pre-binding/pre-binding-006", *(f"sparql/pre-binding/unsupported-sparql-00{number}" for number in (1, 2, 3, 4))),
            "answers queries that the standard tells an engine to refuse (MINUS, VALUES, SERVICE, a subquery that does not return `$this`)",
            "no query has any of them",
        ),
    ),
}


def expected() -> dict[str, dict[str, str]]:
    """Engine -> test -> reason."""
    return {engine: {test: gap.reason for gap in gaps for test in gap.tests} for engine, gaps in GAPS.items()}
