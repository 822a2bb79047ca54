"""The page of the W3C SHACL test suite: from the table in tests/shacl_suite.py, which the tests hold true."""

from __future__ import annotations

import sys
from pathlib import Path


def suite(root: Path) -> str:
    """The page as Markdown."""
    sys.path.append(str(root / "tests"))
    from shacl_suite import GAPS, TESTS

    out = [
        "# The W3C SHACL test suite\n",
        f"`tests/test_w3c_shacl.py` runs the {TESTS} tests of the suite on both engines of `kg validate`. What does not pass is listed here by engine, with the reason,",
        "and why it does not touch `kg validate`, whose shapes are always its own; another test holds the shapes to that.",
    ]
    for engine, gaps in GAPS.items():
        failing = sum(len(gap.tests) for gap in gaps)
        out += ["", f"## {engine}: {TESTS - failing} of {TESTS} pass", "", "| Test | What the engine does | In our shapes |", "|---|---|---|"]
        out += [f"| {', '.join(f'`{test}`' for test in gap.tests)} | {gap.reason} | {gap.ours} |" for gap in gaps]
    return "\n".join(out) + "\n"
