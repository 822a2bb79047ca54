"""``kg --version``."""

from __future__ import annotations

from kg import __version__


def version(words: list[str]) -> str:
    """Versions of code, data, ontology and rule set, and the cut-off day; builds the store if it must."""
    from kg.cli.common import base
    from kg.cli.parsing import parser

    made = parser("--version", "Versions of code, data, ontology and rule set, and the cut-off day.", "kg --version")
    manifest = base(made.parse_args(words).store).manifest
    return (
        f"kg {__version__}\ndata {manifest['data_version']}\nontology {manifest['ontology']}\nrule set {manifest['ruleset']}\ncut-off {manifest['cut_off']}\n"
    )
