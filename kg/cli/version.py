"""``kg --version``."""

from __future__ import annotations

from pathlib import Path

from kg import __version__


def version(words: list[str]) -> str:
    """Versions of code, data, ontology and rule set, and the cut-off day; builds the store if it must."""
    from kg.cli.common import progress
    from kg.query import Base

    store = Path(words[1]) if words[:1] == ["--store"] and len(words) > 1 else None
    manifest = Base(store, progress).manifest
    return (
        f"kg {__version__}\ndata {manifest['data_version']}\nontology {manifest['ontology']}\nrule set {manifest['ruleset']}\ncut-off {manifest['cut_off']}\n"
    )
