"""The page of the checks beyond the shapes: from the table in kg/check/lint_table.py."""

from __future__ import annotations


def checks() -> str:
    """The page as Markdown."""
    from kg.check.lint_table import CHECKS

    parts = [
        "# Checks beyond the shapes\n",
        "What `kg validate` looks at beside the [shapes](shapes.md). Where a shape already reports a value, its fix gets the nearest right names instead.\n",
    ]
    for check in CHECKS.values():
        parts.append(f"## {check.code}\n\n{check.message} ({check.severity})\n\n{check.when}\n\nFix: {check.fix}\n")
    return "\n".join(parts)
