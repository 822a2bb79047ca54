"""Positions: the reader that says where each triple is written agrees with Oxigraph's parser, and recovers from mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.fmt import canonical as form
from kg.intake.lines import Lines
from kg.intake.node_positions import CONTEXT, read_json, read_xml
from kg.intake.positions import MAX_PROBLEMS, Written, may_be_deep, read_positions
from kg.intake.take import take
from kg.read import read_file
from kg.resources import folder

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

BASE = "file:///folder/file.ttl"
FILES = sorted(path for name in ("data", "ontology", "shapes") for path in folder(name).rglob("*.ttl")) + sorted(
    (Path(__file__).parent / "fixtures").rglob("*.ttl")
)


def canonical(quads: list[ox.Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def parsed(text: str, form: ox.RdfFormat = ox.RdfFormat.TURTLE) -> set[ox.Quad]:
    return canonical(list(ox.parse(input=text.encode(), format=form, base_iri=None if form in (ox.RdfFormat.N_QUADS, ox.RdfFormat.N_TRIPLES) else BASE)))


def read(text: str, *, graphs: bool = False, lines: bool = False) -> set[ox.Quad]:
    reading = read_positions(text, "" if lines else BASE, graphs=graphs, lines=lines)
    assert reading.problems == []
    return canonical([ox.Quad(w.subject, w.predicate, w.object, w.graph or ox.DefaultGraph()) for w in reading.triples])


def test_packaged_files_read_as_oxigraph_reads_them() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert read(text) == parsed(text), path


def at(text: str, offset: int, word: str) -> bool:
    return text.startswith(word, offset)


def test_every_offset_of_packaged_cases_points_at_what_it_names() -> None:
    for path in sorted((folder("data") / "cases").glob("*.ttl")):
        text = path.read_text(encoding="utf-8")
        for written in read_positions(text, BASE).triples:
            check_offsets(text, written)


def check_offsets(text: str, written: Written) -> None:
    local = written.subject.value.rsplit("/", 1)[-1]
    assert local in text[written.subject_at : written.subject_at + len(written.subject.value) + 2].split()[0]
    assert written.predicate.value.endswith("#type") or written.predicate.value.rsplit("#", 1)[-1].rsplit("/", 1)[-1] in text[written.predicate_at :].split()[0]
    if isinstance(written.object, ox.Literal):
        assert text[written.object_at] in "\"'+-.0123456789tf"
    else:
        assert written.object.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1] in text[written.object_at :].split()[0]


# Generated texts

SPACE = st.sampled_from([" ", "\n", "\t", " # note ' \" [ \n", "\r\n", "  "])
IRI = st.sampled_from(["<a>", "<http://example.org/é#x>", "<../up?q=1>", "<urn:a:b>", "p:x", "p:a.b-c", "p:%41\\,\\(", ":", ":0a:b", "p:ünï", "<\\u0061>"])
BLANK = st.sampled_from(["_:b1", "_:x.y", "_:0", "[]", "[ ]"])
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def long_quoted(text: str) -> str:
    return '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '\n"q" """'


LITERAL = st.one_of(
    TEXT.map(quoted),
    TEXT.map(long_quoted),
    TEXT.map(lambda text: "'''" + text.replace("\\", "\\\\").replace("'", "\\'") + "'''"),
    TEXT.map(quoted).map(lambda text: text + "@en-GB"),
    TEXT.map(quoted).map(lambda text: text + "^^p:type"),
    st.sampled_from(["1", "-0.5", "+1e9", ".5", "1.E3", "true", "false", '"\\u00e9\\t\\\\"', "''", '""@de']),
)


def spaced(parts: list[str], space: str) -> str:
    return space.join(parts)


def inner(objects: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = st.lists(objects, max_size=3).map(lambda items: "( " + " ".join(items) + " )")
    nested = st.tuples(IRI, objects, SPACE).map(lambda row: f"[{row[2]}{row[0]} {row[1]} ;{row[2]}]")
    return st.one_of(listed, nested)


OBJECT = st.recursive(st.one_of(IRI, BLANK, LITERAL), inner, max_leaves=6)
PREDICATE = st.one_of(IRI, st.just("a"))
PAIR = st.tuples(PREDICATE, st.lists(OBJECT, min_size=1, max_size=3), SPACE).map(lambda row: f"{row[0]}{row[2]}{(row[2] + ',' + row[2]).join(row[1])}")
STATEMENT = st.tuples(st.one_of(IRI, BLANK), st.lists(PAIR, min_size=1, max_size=3), SPACE).map(
    lambda row: f"{row[0]}{row[2]}{(' ;' + row[2] + '; ').join(row[1])} .{row[2]}"
)
PREFIXES = "@prefix p: <http://example.org/p#> .\nPREFIX : <http://example.org/>\n"


@given(st.lists(STATEMENT, max_size=5))
def test_generated_turtle_reads_as_oxigraph_reads_it(statements: list[str]) -> None:
    text = PREFIXES + "".join(statements)
    assert read(text) == parsed(text)


@given(st.lists(st.tuples(st.sampled_from(["", "GRAPH p:g", "p:g", "_:g"]), STATEMENT), max_size=4))
def test_generated_trig_reads_as_oxigraph_reads_it(blocks: list[tuple[str, str]]) -> None:
    text = PREFIXES + "".join(f"{name} {{ {statement} }}\n" for name, statement in blocks)
    assert read(text, graphs=True) == parsed(text, ox.RdfFormat.TRIG)


@given(st.lists(st.tuples(TEXT.map(quoted), st.sampled_from(["", "<urn:g>", "_:g"])), max_size=4))
def test_generated_n_quads_read_as_oxigraph_reads_them(rows: list[tuple[str, str]]) -> None:
    text = "".join(f"<urn:a> <urn:b> {value} {graph} .\n" for value, graph in rows)
    assert read(text, lines=True) == parsed(text, ox.RdfFormat.N_QUADS)


@given(
    st.lists(
        st.one_of(STATEMENT, IRI, LITERAL, st.sampled_from([*"[](){}.;,\"'@^<>\\_:\n", "@prefix", "PREFIX", '"""', "<<", "~", "GRAPH"]), TEXT),
        max_size=12,
    )
)
def test_any_text_is_read_and_what_oxigraph_takes_is_read_alike(parts: list[str]) -> None:
    text = PREFIXES + " ".join(parts)
    for graphs in (False, True):
        reading = read_positions(text, BASE, graphs=graphs)
        assert len(reading.problems) <= MAX_PROBLEMS + 1
        assert all(0 <= problem.at <= len(text) for problem in reading.problems)
    try:
        expected = parsed(text)
    except SyntaxError:
        return
    plain = read_positions(text, BASE)
    if not any("RDF 1.2" in problem.message for problem in plain.problems):
        assert read(text) == expected


# Lines and columns


@given(st.lists(st.sampled_from(["a", "é", "\n", "\r\n", "\r", "𝄞", "\t"]), max_size=20))
def test_lines_and_offsets_are_inverse(parts: list[str]) -> None:
    text = "".join(parts)
    lines = Lines(text)
    for offset in range(len(text) + 1):
        assert lines.offset(*lines.place(offset)) == offset


def test_columns_count_characters() -> None:
    text = 'ä\r\n<a> "𝄞" x'
    assert Lines(text).place(text.index("x")) == (2, 9)
    assert Lines(text).line(2) == '<a> "𝄞" x'
    assert Lines(text).line(99) == ""


# Mistakes

BROKEN = """@prefix e: <http://e/> .
e:a e:b "x"
e:c e:d "y" .
e:e e:f "open ;
  e:g 1 .
e:h x:y [ e:k 2 .
e:ok e:b 2 .
e:bad 1 2 .
e:i e:j "\\q" .
e:last e:b 3 .
"""


def test_several_mistakes_are_told_apart_each_with_its_place() -> None:
    reading = read_positions(BROKEN, BASE)
    lines = Lines(BROKEN)
    assert [lines.place(problem.at) for problem in reading.problems] == [(3, 1), (4, 9), (6, 5), (6, 17), (8, 7), (9, 9)]
    assert all(problem.message and problem.fix for problem in reading.problems)
    assert {written.subject.value for written in reading.triples} >= {"http://e/ok", "http://e/last"}


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("e:a e:b e:c", 12, "missing before the end of the file"),
        ("e:a e:b <http://a b> .", 9, "expected"),
        ("e:a e:b [ e:c 1 .", 17, "not closed"),
        ("e:a e:b ( 1 .", 13, "expected"),
        ("e:a e:b 'x .", 9, "not closed"),
        ('e:a e:b """x .', 9, "not closed"),
        ("e:a e:b 1 ; ; 2 .", 15, "property is expected"),
        ("e:a e:b << e:a e:b e:c >> .", 9, "RDF 1.2"),
        ("nope:a e:b 1 .", 1, "nope: is not declared"),
        ("@prefix e <http://e/> .", 9, "must be a name"),
        ('e:a e:b "x"@toolonglanguagetag .', 12, "language tag"),
        ('e:a e:b "\\uD800" .', 9, "no character"),
    ],
)
def test_mistake_is_told_at_its_place(line: str, column: int, words: str) -> None:
    text = f"@prefix e: <http://e/> .\n{line}"
    problem = read_positions(text, BASE).problems[0]
    assert Lines(text).place(problem.at) == (2, column)
    assert words in problem.message


@pytest.mark.parametrize("opening", ["[", "(", "[ <urn:b> "])
def test_deep_nesting_is_refused_not_followed(opening: str) -> None:
    text = "<urn:a> <urn:b> " + opening * 100_000
    assert may_be_deep(text)
    assert read_positions(text, BASE).problems


def test_a_deep_file_is_refused_and_brackets_in_texts_are_not(tmp_path: Path) -> None:
    deep, flat = tmp_path / "deep.ttl", tmp_path / "flat.ttl"
    deep.write_text("<urn:a> <urn:b> " + "[ <urn:b> " * 5000, encoding="utf-8")
    flat.write_text(f'<urn:a> <urn:b> "{"[" * 5000}" .', encoding="utf-8")
    assert "deep" in take(deep).problems[0].message
    assert take(flat).problems == []


KEY = st.sampled_from(["@id", "@type", "@context", "@graph", "@value", "@import", "@vocab", "sv:p", "p", "urn:p", "", "@list"])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.sampled_from(["urn:a", "sv:x", "@id", "x", CONTEXT]), TEXT),
    lambda inner_: st.one_of(st.lists(inner_, max_size=3), st.dictionaries(st.one_of(KEY, TEXT), inner_, max_size=4)),
    max_leaves=12,
)


@example({"@context": [[]]}, None, 400)
@example({"@context": [["http://example.org/"]]}, None, 400)
@given(JSON, st.sampled_from([None, 1]), st.integers(0, 400))
def test_any_json_is_read_with_its_places(document: object, indent: int | None, cut: int) -> None:
    text = json.dumps(document, indent=indent)
    for part in (text, text[:cut]):
        marks, _ = read_json(part)
        assert all(0 <= mark.value_at < len(part) for mark in marks.marks)
        assert all(part[at] == '"' for _, at in marks.unknown)


@given(st.lists(st.sampled_from([*"<>/=\"' é&;!abr:\n", "<r:D r:about='x'>", "</r:D>", " xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"])).map("".join))
def test_any_xml_is_read_or_refused(text: str) -> None:
    marks = read_xml(text)
    assert marks.problems or text.strip()


@pytest.mark.parametrize(("statement", "column"), [("e:a e:b e:c ~ .", 13), ("e:a e:b e:c {| e:d e:f |} .", 13), ("e:a e:b <<( e:a e:b e:c )>> .", 9)])
def test_statements_about_statements_are_refused_at_their_place(statement: str, column: int, tmp_path: Path) -> None:
    """RDF 1.2, which the parser takes; found by fuzzing."""
    path = tmp_path / "x.ttl"
    path.write_text(f'@prefix e: <http://e/> .\n<urn:a~> e:b "~ {{| <<" .\n{statement}\n', encoding="utf-8")
    for reader in (take, read_file, lambda path: form.canonical(path, path.read_bytes())):  # kg validate, kg build --from, kg fmt
        with pytest.raises(InputError, match="KG-IN15") as refused:
            reader(path)
        assert refused.value.place.endswith(f"x.ttl:3:{column}")
